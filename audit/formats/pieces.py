"""Helpers every walker shares: reading in windows, and settling the pieces of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.formats.base import Bytes, Copy, Zero

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Reader, Segment

# Metadata larger than this is not interpreted: no honest block comes near it.
LARGEST_BLOCK = 16 << 20


class Held:
    """A Reader over bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, start: int, size: int) -> bytes:
        return self._data[start : start + size]


class Window:
    """Small reads out of one larger read, for walks that hop from header to header."""

    def __init__(self, reader: Reader, span: int = 1 << 16) -> None:
        self._reader = reader
        self._span = span
        self._start = 0
        self._data = reader.read(0, span)

    def get(self, start: int, size: int) -> bytes:
        """At most `size` bytes from `start`; fewer at the end of the file."""
        at = start - self._start
        if at < 0 or at + size > len(self._data):
            self._start, at = start, 0
            self._data = self._reader.read(start, max(size, min(self._span, 4096)))
        return self._data[at : at + size]


def body(reader: Reader, start: int, stop: int) -> bytes:
    """The bytes of a metadata block, cut at LARGEST_BLOCK."""
    return reader.read(start, max(0, min(stop - start, LARGEST_BLOCK)))


def joined(segments: Iterable[Segment]) -> list[Copy]:
    """Some segments of a file unchanged, those that follow one another in one piece."""
    found: list[Copy] = []
    start = stop = 0
    for begin, end, _name, _role in segments:
        if begin != stop:
            if stop > start:
                found.append(Copy(start, stop))
            start = begin
        stop = end
    if stop > start:
        found.append(Copy(start, stop))
    return found


def settle(reader: Reader, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same bytes in as few pieces as possible: new bytes that stand in the original anyway become a Copy."""
    start = stop = 0
    for piece in pieces:
        if isinstance(piece, Copy):
            begin, end = piece
        elif isinstance(piece, Bytes) and _stands_at(reader, stop, piece.data):
            begin, end = stop, stop + len(piece.data)
        else:
            if stop > start:
                yield Copy(start, stop)
            start = stop
            yield piece
            continue
        if begin != stop:
            if stop > start:
                yield Copy(start, stop)
            start = begin
        stop = end
    if stop > start:
        yield Copy(start, stop)


def _stands_at(reader: Reader, offset: int, data: bytes) -> bool:
    return offset + len(data) <= reader.size and reader.read(offset, len(data)) == data


def length(piece: Piece) -> int:
    """How many bytes it is in the result."""
    if isinstance(piece, Copy):
        return piece.stop - piece.start
    return len(piece.data) if isinstance(piece, Bytes) else piece.size


def apply(reader: Reader, pieces: Sequence[Piece] | Iterator[Piece]) -> bytes:
    """The bytes a plan describes, in memory: for small files and for tests."""
    out = bytearray()
    for piece in pieces:
        if isinstance(piece, Copy):
            out += reader.read(piece.start, piece.stop - piece.start)
        elif isinstance(piece, Zero):
            out += bytes(piece.size)
        else:
            out += piece.data
    return bytes(out)
