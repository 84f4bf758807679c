"""WebP (RFC 9649): RIFF chunks, frames within them, and what of it a picture needs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from audit.formats import exif, lone_exif, trailers, webp_plan, webp_tail
from audit.formats.base import FormatError, Reveal, Role, Segment, Tag
from audit.formats.pieces import Window, body, settle
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader


MOST_CHUNKS: Final = 1 << 17  # beside one for each kilobyte


class Webp:
    name = "WebP"
    extensions = (".webp",)

    def sniff(self, head: bytes) -> bool:
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return list(webp_tail.divided(reader, self.header(reader)))

    def header(self, reader: Reader) -> Sequence[Segment]:
        """All but what hides inside the chunk of a picture."""
        window = Window(reader)
        head = window.get(0, 12)
        if not self.sniff(head):
            raise FormatError(0, "not a WebP")
        stop = min(8 + int.from_bytes(head[4:8], "little"), reader.size)
        most = MOST_CHUNKS + reader.size // 1024
        chunks = islice(_chunks(window, 12, max(stop, 12), reader.size), most + 1)
        found = [Segment(0, 12, "RIFF", Role.STRUCTURE), *chunks]
        if len(found) > most:
            raise FormatError(found[-1].start, "far too many parts")
        return found + trailers.segments(reader, found[-1].stop)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return _tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        for segment in segments:
            if segment.name in _SIZES:
                return _size(segment.name, reader.read(segment.start + 8, 10))
        return None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return exif.thumbnail(_exif(reader, segments))

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        beside = (tag for s in segments if s.name == "XMP " for tag in _tags(reader, s))
        block = lone_exif.write(lone_exif.kept(_exif(reader, segments), policy, beside))
        return settle(reader, webp_plan.pieces(reader, segments, policy, block))


_SIZES: Final = ("VP8X", "VP8 ", "VP8L")
_ROLES: Final = {
    **dict.fromkeys(("VP8 ", "VP8L", "ALPH"), Role.PAYLOAD),
    **dict.fromkeys(("VP8X", "ANIM", "ANMF", "ICCP"), Role.STRUCTURE),
    **dict.fromkeys(("EXIF", "XMP "), Role.METADATA),
}


def _chunks(window: Window, at: int, stop: int, size: int, inside: str = "") -> Iterator[Segment]:
    """RFC 9649, 2.3: four letters, length, data, one byte of padding if the length is odd."""
    while at < stop:
        head = window.get(at, 8)
        length = int.from_bytes(head[4:8], "little")
        end = at + 8 + length
        if len(head) < 8 or at + 8 > stop or end > stop:
            yield Segment(at, stop, f"{inside}truncated", Role.ORPHAN)
            return
        name = head[:4].decode("latin-1").replace("XMP\0", "XMP ")  # as ImageMagick 6 writes it
        end = min(end + length % 2, stop if inside else size)
        role = _ROLES.get(name, Role.ORPHAN)
        if name == "ANMF" and length >= 16 and not inside:
            yield Segment(at, at + 24, name, role)
            yield from _chunks(window, at + 24, end, size, "ANMF/")
        else:
            yield Segment(at, end, inside + name, role)
        at = end


def _size(name: str, data: bytes) -> tuple[int, int] | None:
    """RFC 9649, 2.7.1 (VP8X), 3.4 (VP8L); RFC 6386, 9.1 (VP8)."""
    if len(data) < 10:
        return None
    if name == "VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if name == "VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF


def _exif(reader: Reader, segments: Sequence[Segment]) -> bytes:
    """The first EXIF chunk; some writers put the prefix of a JPEG before it."""
    first = next((s for s in segments if s.name == "EXIF"), None)
    return body(reader, first.start + 8, first.stop).removeprefix(b"Exif\0\0") if first else b""


def _tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name
    size = f"{segment.stop - segment.start} bytes"
    if name == "EXIF":
        yield from exif.tags(_exif(reader, [segment]))
    elif name == "XMP ":
        from audit.formats import xmp

        yield from xmp.tags(_data(reader, segment))
    elif name == "ICCP":
        from audit.formats import icc

        yield from icc.tags(_data(reader, segment))
    elif name == "C2PA":
        from audit.formats import jumbf_tags

        yield from jumbf_tags.tags(_data(reader, segment), segment.stop - segment.start)
    elif name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.role is Role.ORPHAN:
        start = segment.start + (0 if "behind" in name else 8)
        word = decoded(reader.read(start, min(32, max(0, segment.stop - start))))
        yield Tag("WebP", name, f"{size}, begins with {word!r}", Reveal.UNKNOWN)


def _data(reader: Reader, segment: Segment) -> bytes:
    length = int.from_bytes(reader.read(segment.start + 4, 4), "little")
    return body(reader, segment.start + 8, min(segment.start + 8 + length, segment.stop))


WALKER: Final = Webp()
