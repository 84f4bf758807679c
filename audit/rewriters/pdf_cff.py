"""Fonts in the Compact Font Format (Adobe Technical Note 5176) inside a PDF document: what they say in words becomes blank.

Nothing moves, since such a font leads to its parts by their places. Strings that name letters or a collection of them stay.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Final, NamedTuple


class _Index(NamedTuple):
    """Chapter 5: pieces of data, by where they begin and end."""

    pieces: list[tuple[int, int]]
    stop: int


class _OddError(Exception):
    """Not as the note has it."""


def blank(data: bytes) -> bytes:
    """The font without its names, notices and strings that nothing needs; one that cannot be told apart is left as it is."""
    try:
        return _blank(data)
    except (_OddError, IndexError, struct.error):
        return data


def _blank(data: bytes) -> bytes:
    if data[:2] != b"\1\0" or data[2] < _HEAD:
        raise _OddError
    names = _index(data, data[2])
    tops = _index(data, names.stop)
    strings = _index(data, tops.stop)
    if len(tops.pieces) != 1:
        raise _OddError
    top = _dictionary(data[slice(*tops.pieces[0])])
    needed = _letters(data, top) | {*top.get(_COLLECTION, [])[:2], *top.get(_WEIGHT, [])}
    made = bytearray(data)
    for start, stop in names.pieces:
        made[start:stop] = _NAME * (stop - start)
    for number, (start, stop) in enumerate(strings.pieces):
        if number + _STANDARD not in needed:
            made[start:stop] = b" " * (stop - start)
    return bytes(made)


def _index(data: bytes, at: int) -> _Index:
    (count,) = struct.unpack_from(">H", data, at)
    if not count:
        return _Index([], at + 2)
    size = data[at + 2]
    first = at + 3 + (count + 1) * size
    if not 1 <= size <= 4 or first > len(data):
        raise _OddError
    ends = [
        first - 1 + int.from_bytes(data[start : start + size], "big") for start in range(at + 3, first, size)
    ]
    if ends[0] != first or ends != sorted(ends) or ends[-1] > len(data):
        raise _OddError
    return _Index(list(pairwise(ends)), ends[-1])


def _dictionary(data: bytes) -> dict[int, list[int]]:
    """Chapter 4: whole numbers by the operator behind them; of an operator of two bytes the second, and 1,200. A real number is 0."""
    found: dict[int, list[int]] = {}
    operands: list[int] = []
    at = 0
    while at < len(data):
        first = data[at]
        at += 1
        if first <= _LAST_OPERATOR:
            if first == _ESCAPE:
                first, at = _SECOND + data[at], at + 1
            found[first], operands = operands, []
            continue
        number, at = _number(data, first, at)
        operands.append(number)
    return found


def _number(data: bytes, first: int, at: int) -> tuple[int, int]:
    if first == 28:
        return struct.unpack_from(">h", data, at)[0], at + 2
    if first == 29:
        return struct.unpack_from(">i", data, at)[0], at + 4
    if first == 30:
        while data[at] & 15 != 15:
            at += 1
        return 0, at + 1
    if 32 <= first <= 246:
        return first - 139, at
    if 247 <= first <= 250:
        return (first - 247) * 256 + data[at] + 108, at + 1
    if 251 <= first <= 254:
        return -(first - 251) * 256 - data[at] - 108, at + 1
    raise _OddError


def _letters(data: bytes, top: dict[int, list[int]]) -> set[int]:
    """Chapters 12 and 13: the numbers of strings that name letters. A font of a collection has numbers for them instead."""
    if _COLLECTION in top:
        return set()
    glyphs = len(_index(data, top.get(_CHARSTRINGS, [0])[0]).pieces)
    return _charset(data, top.get(_CHARSET, [0])[0], glyphs - 1) | _supplement(
        data, top.get(_ENCODING, [0])[0]
    )


def _charset(data: bytes, at: int, left: int) -> set[int]:
    if at <= _PREDEFINED_CHARSETS:
        return set()
    found: set[int] = set()
    kind, at = data[at], at + 1
    if kind == 0:
        return set(struct.unpack_from(f">{left}H", data, at))
    form = {1: ">HB", 2: ">HH"}.get(kind)
    if form is None:
        raise _OddError
    while left > 0:
        first, more = struct.unpack_from(form, data, at)
        found.update(range(first, first + more + 1))
        left -= more + 1
        at += struct.calcsize(form)
    return found


def _supplement(data: bytes, at: int) -> set[int]:
    """Letters that an encoding has a second code for."""
    if at <= _PREDEFINED_ENCODINGS or not data[at] & 128:
        return set()
    at += 2 + data[at + 1] * (2 if data[at] & 127 else 1)
    return {struct.unpack_from(">H", data, at + 2 + 3 * number)[0] for number in range(data[at])}


_HEAD: Final = 4  # bytes
_NAME: Final = b"A"
_STANDARD: Final = 391  # strings of appendix A, that no font has to bring
_LAST_OPERATOR: Final = 21
_ESCAPE: Final = 12
_SECOND: Final = 1200
_WEIGHT: Final = 4
_CHARSET: Final = 15
_ENCODING: Final = 16
_CHARSTRINGS: Final = 17
_COLLECTION: Final = _SECOND + 30
_PREDEFINED_CHARSETS: Final = 2
_PREDEFINED_ENCODINGS: Final = 1
