"""Which colours of its palette a PNG uses, and the bits that fill up rows of small pixels (PNG third edition, 7.2 and 9).

Rows are filtered byte by byte where a pixel is no larger than that. Two of the filters can only be undone in a loop:
pictures with many such rows are not looked at.
"""

from __future__ import annotations

import zlib
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.png_stream import Pass

MOST_WORK: Final = 1 << 21  # bytes under the slow filters, and so many for each row
_ROW_WORK: Final = 8
LONGEST_ROW: Final = 1 << 20


class Seen(NamedTuple):
    """What the rows of a picture hold."""

    values: frozenset[int]  # the bytes in which pixels are
    dirty: bool  # whether bits that no pixel has are set


class TooMuchError(Exception):
    """Looking at these rows would take too long."""


def look(rows: Iterable[bytes], shapes: Sequence[Pass]) -> Seen:
    """Raises TooMuchError, also where there is nothing to be understood."""
    values: set[int] = set()
    dirty = False
    for spare, line in _lines(rows, shapes):
        dirty = dirty or bool(line[-1] & spare)
        values.update(line[:-1])
        values.add(line[-1] & ~spare)
    return Seen(frozenset(values), dirty)


def clean(rows: Iterable[bytes], shapes: Sequence[Pass]) -> Iterator[bytes]:
    """The rows without a filter, each with zeros where no pixel is."""
    for spare, line in _lines(rows, shapes):
        yield b"\0" + line[:-1] + bytes((line[-1] & ~spare,))


def _lines(rows: Iterable[bytes], shapes: Sequence[Pass]) -> Iterator[tuple[int, bytes]]:
    """Each row as it is shown, and the bits of its last byte that are not."""
    source, held, at, work = iter(rows), b"", 0, 0
    for shape in shapes:
        if shape.row > LONGEST_ROW:
            raise TooMuchError
        spare = (1 << -shape.bits % 8) - 1
        line = bytes(shape.row - 1)
        for _ in range(shape.rows):
            while len(held) - at < shape.row:
                more = _next(source)
                if not more:
                    return
                held, at = held[at:] + more, 0
            filtered = held[at : at + shape.row]
            at += shape.row
            work += _ROW_WORK + (len(line) if filtered[0] > _UP else 0)
            if work > MOST_WORK:
                raise TooMuchError
            line = _unfiltered(filtered[0], filtered[1:], line)
            yield spare, line


def _next(source: Iterator[bytes]) -> bytes:
    """Empty where the stream ends."""
    try:
        return next(source, b"")
    except zlib.error as error:
        raise TooMuchError from error


_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    """9.2: the five filters."""
    if not kind:
        return line
    if kind == _SUB:
        return bytes(map((255).__and__, accumulate(line)))
    if kind == _UP:
        return _sum(line, above)
    if kind == _AVERAGE:
        return _average(line, above)
    if kind == _PAETH:
        return _paeth(line, above)
    raise TooMuchError


def _sum(one: bytes, other: bytes) -> bytes:
    """Byte by byte, without carrying."""
    low, high = _halves(len(one))
    a, b = int.from_bytes(one, "big"), int.from_bytes(other, "big")
    return ((a & low) + (b & low) ^ (a ^ b) & high).to_bytes(len(one), "big")


@cache
def _halves(size: int) -> tuple[int, int]:
    return int.from_bytes(b"\x7f" * size, "big"), int.from_bytes(b"\x80" * size, "big")


def _average(line: bytes, above: bytes) -> bytes:
    out = bytearray()
    left = 0
    for value, up in zip(line, above, strict=True):
        left = value + (left + up >> 1) & 255
        out.append(left)
    return bytes(out)


def _paeth(line: bytes, above: bytes) -> bytes:
    """9.4: of left, above and upper left the one nearest to left + above - upper left."""
    out = bytearray()
    left = corner = 0
    for value, up in zip(line, above, strict=True):
        across, down = abs(up - corner), abs(left - corner)
        along = abs(left + up - 2 * corner)
        near = left if across <= down and across <= along else up if down <= along else corner
        left, corner = value + near & 255, up
        out.append(left)
    return bytes(out)
