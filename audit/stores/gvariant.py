"""GVariant values: the serialised form that GNOME's stores hold.

Format: docs.gtk.org/glib/gvariant-specification-1.0.html, chapter 2. Little-endian only. Every offset is checked
against the bytes it must lie in; what is not in normal form is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from audit.stores import ParseError

_FIXED = {"b": (1, "?"), "y": (1, "B"), "n": (2, "<h"), "q": (2, "<H"), "i": (4, "<i"), "u": (4, "<I"),
          "x": (8, "<q"), "t": (8, "<Q"), "h": (4, "<i"), "d": (8, "<d")}  # fmt: skip
_DEEPEST = 24
_MOST_ELEMENTS = 100_000


def variant(data: bytes | memoryview, depth: int = _DEEPEST) -> Any:
    """What a `v` holds: the child's bytes, a zero byte, its type. Tuples and arrays become lists, dictionaries stay lists of pairs."""
    raw = bytes(data)
    cut = raw.rfind(b"\0")
    if cut < 0:
        raise ParseError("a value without a type")
    kind = raw[cut + 1 :].decode("ascii", "replace")
    return value(kind, raw[:cut], depth - 1)


def value(kind: str, data: bytes, depth: int = _DEEPEST) -> Any:
    """Read one value of a type. Raises ParseError."""
    if not kind or _end(kind, 0) != len(kind):
        raise ParseError("a value of an unknown type")
    return _value(kind, data, depth)


def _value(kind: str, data: bytes, depth: int) -> Any:
    if depth < 0:
        raise ParseError("values nested too deeply")
    first = kind[:1]
    if first in _FIXED:
        return _number(kind, data)
    if first in ("s", "o", "g"):
        return _text(data)
    if first == "v":
        return variant(data, depth)
    if first == "a":
        return [_value(kind[1:], part, depth - 1) for part in _elements(kind[1:], data)]
    if first == "m":
        return _maybe(kind[1:], data, depth)
    if first in ("(", "{"):
        return [_value(each, part, depth - 1) for each, part in _members(kind, data)]
    raise ParseError("a value of an unknown type")


def _number(kind: str, data: bytes) -> Any:
    size, layout = _FIXED[kind]
    if len(data) != size:
        raise ParseError("a number of the wrong length")
    return struct.unpack(layout, data)[0]


def _text(data: bytes) -> str:
    if not data.endswith(b"\0"):
        raise ParseError("a text without an end")
    return data[:-1].decode("utf-8", "surrogateescape")


def _maybe(kind: str, data: bytes, depth: int) -> Any:
    if not data:
        return None
    return _value(kind, data if _size(kind) else data[:-1], depth - 1)


def _elements(kind: str, data: bytes) -> Iterator[bytes]:
    """The parts of an array (specification, 2.5.2 and 2.5.3)."""
    size = _size(kind)
    if size:
        if len(data) % size or len(data) // size > _MOST_ELEMENTS:
            raise ParseError("a list of the wrong length")
        yield from (data[start : start + size] for start in range(0, len(data), size))
        return
    if not data:
        return
    width = _width(len(data))
    frame = int.from_bytes(data[-width:], "little")
    if frame > len(data) or (len(data) - frame) % width:
        raise ParseError("a list whose parts lie outside it")
    start = 0
    for place in range(frame, len(data), width):
        start = _aligned(start, kind)
        stop = int.from_bytes(data[place : place + width], "little")
        if not start <= stop <= frame:
            raise ParseError("a list whose parts lie outside it")
        yield data[start:stop]
        start = stop


def _members(kind: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a tuple or dictionary entry (specification, 2.5.4): ends of all but fixed and last ones stand last."""
    kinds = list(_split(kind[1:-1]))
    width = _width(len(data))
    framed = sum(1 for each in kinds[:-1] if not _size(each))
    bounds = len(data) - framed * width
    start = taken = 0
    for number, each in enumerate(kinds):
        start = _aligned(start, each)
        if size := _size(each):
            stop = start + size
        elif number == len(kinds) - 1:
            stop = bounds
        else:
            taken += 1
            place = len(data) - taken * width
            stop = int.from_bytes(data[place : place + width], "little") if place >= 0 else -1
        if not start <= stop <= bounds:
            raise ParseError("a value whose parts lie outside it")
        yield each, data[start:stop]
        start = stop


def _split(kinds: str) -> Iterator[str]:
    start = 0
    while start < len(kinds):
        stop = _end(kinds, start)
        yield kinds[start:stop]
        start = stop


def _end(kind: str, start: int) -> int:
    """Where the type that begins at `start` ends. Raises ParseError where none begins."""
    depth = 0
    for place in range(start, min(len(kind), start + 255)):
        sign = kind[place]
        if sign in "({":
            depth += 1
        elif sign in ")}":
            depth -= 1
        elif sign in "am":
            continue
        elif sign not in _FIXED and sign not in "sogv":
            break
        if depth == 0:
            return place + 1
        if depth < 0:
            break
    raise ParseError("a value of an unknown type")


@lru_cache(256)
def _alignment(kind: str) -> int:
    for sign in kind:
        if sign in "am":
            continue
        if sign in "({":
            return max((_alignment(each) for each in _split(kind[kind.index(sign) + 1 : -1])), default=1)
        return 8 if sign == "v" else _FIXED.get(sign, (1, ""))[0]
    return 1


def _aligned(start: int, kind: str) -> int:
    return start + -start % _alignment(kind)


@lru_cache(256)
def _size(kind: str) -> int:
    """The length of a type that always has the same, else 0."""
    if kind in _FIXED:
        return _FIXED[kind][0]
    if kind[:1] not in ("(", "{"):
        return 0
    total = 0
    for each in _split(kind[1:-1]):
        size = _size(each)
        if not size:
            return 0
        total = _aligned(total, each) + size
    return _aligned(total, kind) or 1


def _width(size: int) -> int:
    return 1 if size <= 0xFF else 2 if size <= 0xFFFF else 4
