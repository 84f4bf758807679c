"""MP4, M4V, 3GP (ISO/IEC 14496-12), MOV (QuickTime file format) and M4A, whole or in fragments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import mp4_packed, mp4_parts
from audit.formats.base import FormatError, Policy, Role, Segment
from audit.formats.mp4_walk import Walk
from audit.formats.sniff import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Reader, Tag

_ANY: Final = Policy()  # where the parts are is the same for all
_NAMES: Final = {"MP4": "MP4", "3GP": "MP4", "MOV": "MOV", "M4A": "M4A"}


class Mp4:
    """One of the family: they differ in their names only, and in what a file's brands call it."""

    keeps_layout: Final = True

    def __init__(self, name: str, extensions: Sequence[str], medium: str) -> None:
        self.name: Final = name
        self.extensions: Final = extensions
        self.medium: Final = medium

    def sniff(self, head: bytes) -> bool:
        found = name_of(head[:64])
        return found is not None and _NAMES.get(found.name) == self.name

    def segments(self, reader: Reader) -> Sequence[Segment]:
        if not self.sniff(reader.read(0, 64)):
            raise FormatError(0, "not a movie")
        return _Walked(_walk(reader, _ANY))

    def header(self, reader: Reader) -> Sequence[Segment]:
        """All boxes; of the samples only the first few are looked into."""
        if not self.sniff(reader.read(0, 64)):
            raise FormatError(0, "not a movie")
        return _Walked(_walk(reader, _ANY, whole=False))

    def rewalk(
        self, reader: Reader, proven: Sequence[Segment], before: Sequence[Segment] = ()
    ) -> Sequence[Segment]:
        """Frames that are there byte for byte were looked into, and those that changed were written by the plan.

        Where the tables of samples are the same, byte for byte, they tell the same places.
        """
        del proven
        if not self.sniff(reader.read(0, 64)):
            raise FormatError(0, "not a movie")
        told = before.walk if isinstance(before, _Walked) else None
        return _Walked(Walk(reader, _ANY, proven=True, before=told))

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        from audit.formats import mp4_tags

        if segment.name != mp4_packed.NAME:
            return mp4_tags.tags(reader, segment)
        walk = _walk(reader, _ANY, whole=False)
        hidden = [each for each in mp4_parts.segments(walk.parts.parts) if each.start >= reader.size]
        return (tag for each in hidden for tag in mp4_tags.tags(walk.reader, each))

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        from audit.formats import mp4_tags

        if isinstance(segments, _Walked):
            return mp4_tags.size(segments.walk.reader, mp4_parts.segments(segments.walk.parts.parts))
        return mp4_tags.size(reader, segments)

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:  # noqa: ARG002 - the interface
        return None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        told = isinstance(segments, _Walked) and segments.walk.policy == policy and segments.walk.whole
        walk = segments.walk if isinstance(segments, _Walked) and told else _walk(reader, policy)
        if walk.error:
            raise walk.error
        planned = mp4_parts.pieces(walk.parts.parts, walk.stop)
        return walk.reader.pieces(planned) if isinstance(walk.reader, mp4_packed.Unpacked) else planned


class _Walked(list[Segment]):
    """Segments with the walk that found them: the tables of a long video are not read again to plan from it."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(mp4_parts.segments(walk.parts.parts))
        self.walk = walk
        if isinstance(view := walk.reader, mp4_packed.Unpacked):
            told = Segment(view.packed.start, view.packed.stop, mp4_packed.NAME, Role.METADATA)
            self[:] = [
                each if each.start != told.start else told for each in self if each.stop <= view.before
            ]


def _walk(reader: Reader, policy: Policy, *, whole: bool = True) -> Walk:
    walk = Walk(reader, policy, whole=whole)
    view = mp4_packed.unpacked(reader, walk.movie) if walk.movie.packed else None
    return Walk(view, policy, whole=whole) if view else walk


WALKER: Final = Mp4("MP4", (".mp4", ".m4v", ".3gp", ".3g2"), "video")
MOV: Final = Mp4("MOV", (".mov", ".qt"), "video")
M4A: Final = Mp4("M4A", (".m4a", ".m4b"), "audio")
