"""BMP: bitmaps of Windows and OS/2, what they say beside the picture, and what of them it needs."""

# ruff: noqa: ARG002 - the interface hands over more than these formats need

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import bmp_header, bmp_plan, bmp_walk, nested, trailers
from audit.formats.base import FormatError, Reveal, Role, Tag
from audit.formats.pieces import body, settle
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment


class Bmp:
    name = "BMP"
    extensions = (".bmp", ".dib", ".rle")

    def sniff(self, head: bytes) -> bool:
        return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in bmp_header.GENERATIONS

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return bmp_walk.segments(reader)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: of picture data it only looks into those whose end is not announced."""
        return bmp_walk.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return _tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        try:
            header = bmp_header.parse(reader.read(bmp_walk.FILE_HEADER, 124), bmp_walk.FILE_HEADER)
        except FormatError:
            return None
        return header.width, header.height

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        return settle(reader, bmp_plan.pieces(reader, segments, policy))


def _tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name
    inner = bmp_walk.INNER_NAMES.get(name.partition("/")[0])
    size = f"{segment.stop - segment.start} bytes"
    if inner:
        yield from nested.tags(inner, reader, segment)
    elif name == "file header":
        reserved = reader.read(6, 4)
        if any(reserved):
            yield Tag("BMP", "Reserved", repr(decoded(reserved)), Reveal.UNKNOWN)
    elif name == "linked profile":
        yield Tag("BMP", "LinkedProfile", decoded(body(reader, segment.start, segment.stop)), Reveal.OWNER)
    elif name == "ICC profile":
        from audit.formats import icc

        yield from icc.tags(body(reader, segment.start, segment.stop))
    elif name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.role is Role.ORPHAN:
        word = decoded(reader.read(segment.start, min(64, segment.stop - segment.start)))
        yield Tag("BMP", name, f"{size}, begins with {word!r}", Reveal.UNKNOWN)


WALKER: Final = Bmp()
