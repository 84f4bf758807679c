"""TIFF and BigTIFF (TIFF 6.0): what its directories say, and what of them its pages need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import sniff, tiff_plan, tiff_tags, tiff_walk
from audit.formats.pieces import settle
from audit.formats.tiff_pages import shape
from audit.formats.tiff_read import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment, Tag


class Tiff:
    name = "TIFF"
    extensions = (".tif", ".tiff", ".btf", ".tf8")

    def sniff(self, head: bytes) -> bool:
        """Raw camera files that say so at once are none; for the others see `tiff_pages.refuse_raw`."""
        medium = sniff.name_of(head)
        return medium is not None and medium.name in {"TIFF", "BigTIFF"}

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return tiff_walk.segments(reader)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it goes from directory to directory and leaves picture data unread anyway."""
        return tiff_walk.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return tiff_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:  # noqa: ARG002
        """ImageWidth and ImageLength of the first directory."""
        tree = Tree(reader)
        own = shape(reader, tree.form, tree.chain[0]) if tree.chain else None
        return (own.width, own.height) if own else None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:  # noqa: ARG002
        return tiff_tags.thumbnail(reader)

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:  # noqa: ARG002
        return settle(reader, tiff_plan.pieces(reader, policy))


WALKER: Final = Tiff()
