"""A picture inside another: its own walker sees only its part of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.formats.base import Bytes, Copy, FormatError, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.formats.base import Piece, Policy, Reader, Tag, Walker


class Within:
    """The bytes `start` to `stop` of a file, as a Reader."""

    def __init__(self, reader: Reader, start: int, stop: int) -> None:
        self._reader = reader
        self._start = start
        self.size = stop - start

    def read(self, start: int, size: int) -> bytes:
        return self._reader.read(self._start + start, max(0, min(size, self.size - start)))


def segments(walker: Walker, reader: Reader, start: int, stop: int) -> Iterator[Segment]:
    """The inner picture's own segments, named after its format: "PNG/IHDR"."""
    for inner in walker.segments(Within(reader, start, stop)):
        yield Segment(inner.start + start, inner.stop + start, f"{walker.name}/{inner.name}", inner.role)


def tags(walker: Walker, reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What a segment that `segments` named says."""
    return walker.tags(reader, segment._replace(name=segment.name.partition("/")[2]))


def pieces(walker: Walker, reader: Reader, start: int, stop: int, policy: Policy) -> Iterator[Piece]:
    """The inner picture scrubbed, with places in the outer file. Raises FormatError."""
    inner = Within(reader, start, stop)
    try:
        for piece in walker.plan(inner, walker.segments(inner), policy):
            yield Copy(piece.start + start, piece.stop + start) if isinstance(piece, Copy) else piece
    except FormatError as error:
        raise type(error)(start + error.offset, error.why) from error


def length(pieces: Iterable[Piece]) -> int:
    """How many bytes the pieces give."""
    total = 0
    for piece in pieces:
        if isinstance(piece, Copy):
            total += piece.stop - piece.start
        else:
            total += len(piece.data) if isinstance(piece, Bytes) else piece.size
    return total
