"""PNG and APNG (W3C PNG third edition): chunks, and which of them a picture needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import exif, lone_exif, png_chunks, png_plan, png_tags, trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.pieces import Window, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Tag

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS: Final = 1 << 17  # beside one for each kilobyte


class Png:
    name = "PNG"
    extensions = (".png", ".apng")

    def sniff(self, head: bytes) -> bool:
        return head[:8] == SIGNATURE

    def segments(self, reader: Reader) -> Sequence[Segment]:
        window = Window(reader)
        if window.get(0, 8) != SIGNATURE:
            raise FormatError(0, "not a PNG")
        found = [Segment(0, 8, "signature", Role.STRUCTURE)]
        most = MOST_CHUNKS + reader.size // 1024
        while found[-1].stop < reader.size and found[-1].name not in _LAST:
            found.append(_next(window, found[-1].stop, reader.size))
            if len(found) > most:
                raise FormatError(found[-1].start, "far too many parts")
        return found + trailers.segments(reader, found[-1].stop)

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it skips over picture data anyway."""
        return self.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return png_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        head = next((s for s in segments if s.name == "IHDR"), None)
        if head is None:
            return None
        data = reader.read(head.start + 8, 8)
        width, height = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:], "big")
        return (width, height) if width and height else None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return exif.thumbnail(png_tags.exif_block(reader, segments))

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        beside = (tag for s in segments if s.name == "iTXt" for tag in png_tags.tags(reader, s))
        block = lone_exif.write(lone_exif.kept(png_tags.exif_block(reader, segments), policy, beside))
        return settle(reader, png_plan.pieces(reader, segments, policy, block))


_LAST: Final = frozenset({"IEND", "truncated", "unreadable"})
_ROLES: Final = {
    **dict.fromkeys(("IDAT", "fdAT"), Role.PAYLOAD),
    **dict.fromkeys((*png_chunks.STRUCTURE, "IHDR", "IEND"), Role.STRUCTURE),
}
# PNG third edition, 11.3; PNG extensions 1.5; C2PA 2.1, A.3.3.
_METADATA: Final = frozenset(
    {
        "tEXt",
        "zTXt",
        "iTXt",
        "eXIf",
        "tIME",
        "caBX",
        "hIST",
        "sPLT",
        "oFFs",
        "pCAL",
        "sCAL",
        "sTER",
        "gIFg",
        "gIFx",
        "gIFt",
    },
)


def _next(window: Window, at: int, size: int) -> Segment:
    """5.3: length, four letters, data, CRC."""
    head = window.get(at, 8)
    length = int.from_bytes(head[:4], "big")
    kind = head[4:8]
    if len(head) == 8 and not (kind.isalpha() and kind.isascii()):
        return Segment(at, size, "unreadable", Role.ORPHAN)
    if len(head) < 8 or at + 12 + length > size:
        return Segment(at, size, "truncated", Role.ORPHAN)
    name = kind.decode("ascii")
    role = _ROLES.get(name) or (Role.METADATA if name in _METADATA else Role.ORPHAN)
    return Segment(at, at + 12 + length, name, role)


WALKER: Final = Png()
