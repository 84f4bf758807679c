"""GIF (87a and 89a): its blocks, what they say, and what of them a picture needs."""

# ruff: noqa: ARG002 - the interface hands over more than these formats need

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import gif_plan, gif_tags, gif_walk
from audit.formats.pieces import settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment, Tag


class Gif:
    name = "GIF"
    extensions = (".gif",)

    def sniff(self, head: bytes) -> bool:
        return head[:6] in gif_walk.SIGNATURES

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return gif_walk.segments(reader)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it never looks into picture data."""
        return gif_walk.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return gif_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        """18: the logical screen."""
        raw = reader.read(6, 4)
        width, height = int.from_bytes(raw[:2], "little"), int.from_bytes(raw[2:], "little")
        return (width, height) if width and height else None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        return settle(reader, gif_plan.pieces(reader, segments, policy))


WALKER: Final = Gif()
