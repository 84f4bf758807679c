"""JPEG XL (ISO/IEC 18181-2): a codestream, bare or in boxes. Orientation and colour are in the codestream itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import bmff, jxl_plan, jxl_tags, trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.pieces import body, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Tag

SIGNATURE: Final = b"\0\0\0\x0cJXL \r\n\x87\n"
BARE: Final = b"\xff\x0a"
_CODED: Final = ("jxlc", "jxlp")
_ROLES: Final = {
    **dict.fromkeys(_CODED, Role.PAYLOAD),
    **dict.fromkeys(("JXL ", "ftyp", "jxll", "jxli"), Role.STRUCTURE),
    **dict.fromkeys(("Exif", "xml ", "jumb", "brob", "jbrd", "jhgm"), Role.METADATA),
}


class Jxl:
    name = "JPEG XL"
    extensions = (".jxl",)

    def sniff(self, head: bytes) -> bool:
        return head[:12] == SIGNATURE or head[:2] == BARE

    def segments(self, reader: Reader) -> Sequence[Segment]:
        """What follows the end of a bare codestream is told apart if its frames can be followed without decoding."""
        head = reader.read(0, 12)
        if not self.sniff(head):
            raise FormatError(0, "not a JPEG XL")
        if head[:2] == BARE:
            found = [Segment(0, jxl_plan.end(reader, [(0, reader.size)]), "codestream", Role.PAYLOAD)]
        else:
            found = list(_trimmed(reader, list(_boxes(reader))))
        return found + trailers.segments(reader, found[-1].stop)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it skips over picture data anyway."""
        return self.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return jxl_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        return jxl_plan.size(reader, segments)

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        from audit.formats import exif

        first = next((s for s in segments if s.name == "Exif"), None)
        return exif.thumbnail(jxl_tags.tiff(body(reader, first.start + 8, first.stop))) if first else None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        return settle(reader, jxl_plan.pieces(reader, segments, policy))


def _boxes(reader: Reader) -> Iterator[Segment]:
    for box in bmff.boxes(reader):
        name = box.kind if box.kind.isascii() and box.kind.isprintable() else box.kind.encode("latin-1").hex()
        if box.cut and box.kind not in _CODED:
            yield Segment(box.start, box.stop, "truncated", Role.ORPHAN)
        else:
            yield Segment(box.start, box.stop, name, _ROLES.get(name, Role.ORPHAN))


def _trimmed(reader: Reader, boxes: Sequence[Segment]) -> Iterator[Segment]:
    """What is in the boxes of the codestream but no part of it is nobody's, and so is what is there a second time."""
    try:
        spans = jxl_plan.codestream(reader, boxes)
    except FormatError:
        spans = []
    if not spans:
        yield from boxes
        return
    ends = {stop: min(stop, max(start, jxl_plan.end(reader, spans))) for start, stop in spans}
    starts = {stop: start for start, stop in spans}
    seen: set[str] = set()
    for one in boxes:
        if one.name in _CODED:
            stop = ends.get(one.stop, one.start)
            stop = one.start if stop == starts.get(one.stop) and stop != spans[0][0] else stop
            if one.start < stop:
                yield one._replace(stop=stop)
            if stop < one.stop:
                yield Segment(stop, one.stop, "nobody's", Role.ORPHAN)
        elif one.name in seen and one.role is Role.STRUCTURE:
            yield one._replace(name="nobody's", role=Role.ORPHAN)
        else:
            yield one
        seen.add(one.name)


WALKER: Final = Jxl()
