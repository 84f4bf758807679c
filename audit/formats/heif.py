"""HEIC, HEIF (ISO/IEC 23008-12) and AVIF: pictures as items in boxes, and sequences of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import bmff, exif, heif_plan, heif_tags, heif_walk, lone_exif
from audit.formats.base import FormatError, Keep
from audit.formats.pieces import settle
from audit.formats.sniff import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment, Tag

_FAMILY: Final = frozenset({"HEIC", "HEIF", "AVIF"})
# Brands that say no more than that it is one of the family.
_MORE: Final = frozenset(
    {b"miaf", b"mif3", b"avio", b"MA1A", b"MA1B", b"MiHB", b"MiHA", b"MiHE", b"MiPr", b"1pic"}
)


class Heif:
    """One of the family: they differ in their names only, and in what a file's brands call it."""

    def __init__(self, name: str, extensions: Sequence[str]) -> None:
        self.name: Final = name
        self.extensions: Final = extensions

    def sniff(self, head: bytes) -> bool:
        return _family(head) == self.name

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return heif_walk.segments(reader)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it skips over picture data anyway."""
        return self.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return heif_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:  # noqa: ARG002 - the interface
        boxes = list(bmff.boxes(reader))
        meta = heif_walk.meta_of(reader, boxes)
        told = meta.of(meta.primary, "ispe") if meta else None
        if told is None:
            return heif_plan.frame_size(reader, boxes)
        width, height = int.from_bytes(told[4:8], "big"), int.from_bytes(told[8:12], "big")
        return (width, height) if width and height else None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:  # noqa: ARG002 - the interface
        return exif.thumbnail(_exif(reader))

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:  # noqa: ARG002 - the interface
        """The turn of a picture is a property of its own here, and viewers ignore what Exif says of it."""
        boxes = list(bmff.boxes(reader))
        if not boxes or boxes[0].kind != "ftyp":
            raise FormatError(0, "not a HEIF")
        asked = not policy.keep.isdisjoint({Keep.TIME, Keep.LOCATION})
        block = (
            lone_exif.write(lone_exif.kept(_exif(reader), policy)._replace(orientation=1)) if asked else b""
        )
        return settle(reader, heif_plan.pieces(reader, boxes, policy, block))


def _family(head: bytes) -> str:
    medium = name_of(head[:64]) if head[4:8] == b"ftyp" else None
    if medium and medium.name in _FAMILY:
        return "AVIF" if medium.name == "AVIF" else "HEIC"
    if medium and head[8:12] in _MORE:
        return "AVIF" if b"avi" in head[12:64] or head[8:11] == b"MA1" else "HEIC"
    return ""


def _exif(reader: Reader) -> bytes:
    meta = heif_walk.meta_of(reader, list(bmff.boxes(reader)))
    return heif_plan.exif_block(reader, meta) if meta else b""


WALKER: Final = Heif("HEIC", (".heic", ".heif", ".hif"))
AVIF: Final = Heif("AVIF", (".avif",))
