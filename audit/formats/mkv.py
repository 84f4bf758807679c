"""Matroska and WebM (RFC 9559; RFC 8794): video and sound. A clean file has every byte that stays in its old place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import mkv_plan, mkv_tags
from audit.formats.base import FormatError
from audit.formats.mkv_plan import Walked
from audit.formats.mkv_walk import Walk
from audit.formats.pieces import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment, Tag

_MARK: Final = b"\x1aE\xdf\xa3"


class Matroska:
    name = "Matroska"
    extensions = (".mkv", ".webm", ".mka", ".mk3d")
    medium = "video"
    keeps_layout = True

    def sniff(self, head: bytes) -> bool:
        return head[:4] == _MARK

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return Walked(Walk(reader))

    def header(self, reader: Reader) -> Sequence[Segment]:
        """Clusters that say how long they are have nothing behind them that is missed; what is in them may be."""
        return Walked(Walk(reader, whole=False))

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return mkv_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        """Of the first video track (RFC 9559, 5.1.4.1.28.6); a sound has none."""
        try:
            tracks = mkv_plan.described(reader, segments).kept.values()
        except FormatError:
            return None
        return next((track.size for track in tracks if all(track.size)), None)

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return mkv_tags.cover(reader, segments)

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        return settle(reader, mkv_plan.pieces(reader, segments, policy))


WALKER: Final = Matroska()
