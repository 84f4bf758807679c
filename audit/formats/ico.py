"""ICO and CUR: icons and cursors, what they say beside their pictures, and what of them those need."""

# ruff: noqa: ARG002 - the interface hands over more than these formats need

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import ico_plan, ico_walk, nested, png, trailers
from audit.formats.base import FormatError, Reveal, Role, Tag
from audit.formats.pieces import settle
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment


class Ico:
    name = "ICO"
    extensions = (".ico", ".cur")

    def sniff(self, head: bytes) -> bool:
        """Four bytes are little: the first entry must point behind the directory too."""
        count = int.from_bytes(head[4:6], "little")
        place = ico_walk.place(head[ico_walk.DIRECTORY : ico_walk.DIRECTORY + ico_walk.ENTRY])
        behind = ico_walk.DIRECTORY + count * ico_walk.ENTRY
        return head[:4] in ico_walk.KINDS and count > 0 and place.start >= behind and place.stop > place.start

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return ico_walk.segments(reader)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it skips over picture data anyway."""
        return ico_walk.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return _tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        """That of the largest picture in the directory, where 0 means 256."""
        try:
            sizes = [(entry[0] or 256, entry[1] or 256) for entry in ico_walk.entries(reader)]
        except FormatError:
            return None
        return max(sizes, key=lambda each: each[0] * each[1])

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        return settle(reader, ico_plan.pieces(reader, policy))


def _tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name
    if name.startswith("PNG/"):
        yield from nested.tags(png.WALKER, reader, segment)
    elif name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.role is Role.ORPHAN:
        size = segment.stop - segment.start
        word = decoded(reader.read(segment.start, min(64, size)))
        yield Tag("ICO", name, f"{size} bytes, begins with {word!r}", Reveal.UNKNOWN)


WALKER: Final = Ico()
