"""What a JPEG's metadata segments say."""

from __future__ import annotations

from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from audit.formats import exif, trailers
from audit.formats.base import Reveal, Tag
from audit.formats.jpeg_tables import STRUCTURE
from audit.formats.jpeg_walk import BEHIND, Walk
from audit.formats.pieces import LARGEST_BLOCK, body
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader, Segment

XMP_PREFIX: Final = len(b"http://ns.adobe.com/xap/1.0/\0")
EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
GAIN_MAP: Final = "gain map/"  # before the names of its segments
DEPTH: Final = "depth"  # the name of a depth picture behind the first one
MOST_PIECES: Final = 512
MOST_TAGS: Final = 500  # of one Photoshop segment
_FLIR: Final = b"FLIR\0"
_GOPRO: Final = b"GoPro\0"
_TIFF_MARKS: Final = (b"II*\0", b"MM\0*")  # with which an Exif block begins


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What one segment says; of a block in several pieces the first speaks for all of them."""
    if segment.name.startswith(GAIN_MAP):
        return _gain_map(reader, segment)
    speak = _SPEAKERS.get(segment.name)
    if speak:
        return speak(reader, segment)
    return iter(()) if segment.name in _SILENT else _others(reader, segment)


def _gain_map(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """A picture of its own behind the first one: it is told of where it begins."""
    name = segment.name.removeprefix(GAIN_MAP)
    if name == "SOI":
        yield Tag("Trailer", "GainMap", "a second picture, for bright screens", Reveal.PICTURE)
    yield from tags(reader, segment._replace(name=name))


def _others(reader: Reader, segment: Segment) -> Iterator[Tag]:
    if segment.name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
        if segment.name == "trailer/JPEG":
            yield from _inner(reader, segment)
    elif segment.name.startswith("APP"):
        yield from _application(reader, segment)
    elif segment.name == DEPTH:
        yield Tag("Trailer", "DepthMap", "a second picture, of how far away things are", Reveal.PICTURE)
    elif segment.name in {"junk", "unreadable", BEHIND}:
        yield Tag("JPEG", segment.name, _count(segment), Reveal.UNKNOWN)


def _application(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """A segment of some program's own."""
    data = body(reader, segment.start + 4, segment.stop)
    if segment.name == "APP1" and data.startswith(_FLIR):
        from audit.formats import flir_tags

        if data[6:7] == b"\0":
            yield from flir_tags.tags(
                b"".join(piece[8:] for piece in _chain(reader, segment, b"\xff\xe1", _FLIR))
            )
        return
    from audit.formats import loose_tags

    word = decoded(data[:32].split(b"\0")[0])
    yield Tag("JPEG", segment.name, f"{_count(segment)}, begins with {word!r}", Reveal.UNKNOWN)
    yield from loose_tags.tags(data)
    if data.startswith(_GOPRO):
        from audit.formats import mp4_timed

        yield from mp4_timed.gpmf(data[len(_GOPRO) :])


def _count(segment: Segment) -> str:
    return f"{segment.stop - segment.start} bytes"


def _exif(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """A block of more than 64 KiB goes on in the next segments, which then do not begin like a block."""
    pieces = _chain(reader, segment, b"\xff\xe1", b"Exif\0")
    block = next(pieces, b"")[6:]
    if block.startswith(_TIFF_MARKS):
        block += b"".join([more[6:] for more in takewhile(_goes_on, pieces)])
    return exif.tags(block)


def _goes_on(piece: bytes) -> bool:
    return not piece.startswith(_TIFF_MARKS, 6)


def _xmp(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import xmp

    return xmp.tags(body(reader, segment.start + 4 + XMP_PREFIX, segment.stop))


def _extended_xmp(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """XMP part 3, 1.1.3.1: a digest of 32, the whole length and this piece's offset come before each piece."""
    from audit.formats import xmp

    skip = len(EXTENSION) + 40
    if reader.read(segment.start + 4 + skip - 4, 4) != bytes(4):
        return iter(())
    packet = bytearray()
    for piece in _chain(reader, segment, b"\xff\xe1", EXTENSION):
        if int.from_bytes(piece[skip - 4 : skip], "big") != len(packet):
            break
        packet += piece[skip:]
    return xmp.tags(bytes(packet))


def _chain(reader: Reader, segment: Segment, marker: bytes, word: bytes) -> Iterator[bytes]:
    """The payloads of this segment and of those of its kind that follow it directly."""
    at, total = segment.start, 0
    for _ in range(MOST_PIECES):
        head = reader.read(at, 4 + len(word))
        if head[:2] != marker or head[4:] != word or total > LARGEST_BLOCK:
            return
        size = int.from_bytes(head[2:4], "big")
        yield reader.read(at + 4, size - 2)
        total += size
        at += 2 + size


def _icc(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """ICC.1:2022, B.4: a number and a count come before each piece."""
    from audit.formats import icc

    if reader.read(segment.start + 16, 1) != b"\1":
        return iter(())
    pieces = _chain(reader, segment, b"\xff\xe2", b"ICC_PROFILE\0")
    first = next(pieces, b"")[14:]
    return icc.tags(
        first + b"".join(piece[14:] for piece in takewhile(lambda piece: piece[12:13] != b"\1", pieces))
    )


def _photoshop(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import iptc

    return islice(iptc.photoshop_tags(body(reader, segment.start + 18, segment.stop)), MOST_TAGS)


def _comment(reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield Tag(
        "JPEG",
        "Comment",
        decoded(reader.read(segment.start + 4, segment.stop - segment.start - 4)),
        Reveal.COMMENT,
    )


def _pictures(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """CIPA DC-007, 5.2.3: how many pictures follow one another in this file (tag 0xB001)."""
    block = body(reader, segment.start + 8, segment.stop)
    count = exif.raw_values(block, {("IFD0", 0xB001)}).get(("IFD0", 0xB001), b"")
    number = int.from_bytes(count, "little" if block[:2] == b"II" else "big")
    value = f"{number} pictures" if count else _count(segment)
    yield Tag("MPF", "NumberOfImages", value, Reveal.PICTURE)


def _gain(_reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield Tag("ISO 21496-1", "GainMap", _count(segment), Reveal.PICTURE)


def _provenance(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """ISO 19566-5, D.2: JP, a number for the box, one for the piece; each piece begins with the head of the box again."""
    from audit.formats import jumbf_tags

    if reader.read(segment.start + 8, 4) != b"\0\0\0\1":
        yield Tag("JUMBF", "Claim", _count(segment), Reveal.PROVENANCE)
        return
    pieces = b"".join(piece[16:] for piece in _chain(reader, segment, b"\xff\xeb", b"JP"))
    yield from jumbf_tags.tags(pieces, segment.stop - segment.start)


def _jfxx(_reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield Tag("JFIF", "Thumbnail", _count(segment), Reveal.THUMBNAIL)


def _jfif(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """JFIF 1.02, page 5: width and height of an RGB thumbnail end the 16 bytes."""
    width, height = reader.read(segment.start + 16, 2).ljust(2, b"\0")
    if width and height:
        yield Tag("JFIF", "Thumbnail", f"{width} x {height}", Reveal.THUMBNAIL)
    elif segment.stop - segment.start > 18:
        yield Tag("JFIF", "overlong", _count(segment), Reveal.UNKNOWN)


def _adobe(_reader: Reader, segment: Segment) -> Iterator[Tag]:
    if segment.stop - segment.start > 16:
        yield Tag("Adobe", "overlong", _count(segment), Reveal.UNKNOWN)


_SILENT: Final = frozenset({*STRUCTURE, "SOI", "EOI", "scan", "fill"})
_SPEAKERS: Final[dict[str, Callable[[Reader, Segment], Iterator[Tag]]]] = {
    "APP0/JFIF": _jfif,
    "APP0/JFXX": _jfxx,
    "APP1/Exif": _exif,
    "APP1/XMP": _xmp,
    "APP1/XMP-ext": _extended_xmp,
    "APP2/ICC": _icc,
    "APP2/MPF": _pictures,
    "APP2/GainMap": _gain,
    "APP11/JUMBF": _provenance,
    "APP13/Photoshop": _photoshop,
    "APP14/Adobe": _adobe,
    "COM": _comment,
}


def _inner(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """A second picture has metadata of its own."""
    walk = Walk(reader, segment.start, scans=False)
    for inner in walk.found:
        if inner.name in {"APP1/Exif", "APP1/XMP", "COM"} and inner.stop <= segment.stop:
            yield from tags(reader, inner)


def other_thumbnail(reader: Reader, segments: Sequence[Segment]) -> bytes | None:
    """The JPEG of a JFXX segment (JFIF 1.02, page 7: code 0x10), or that of a Photoshop resource."""
    for segment in segments:
        if segment.name == "APP0/JFXX" and reader.read(segment.start + 9, 1) == b"\x10":
            return body(reader, segment.start + 10, segment.stop)
        if segment.name == "APP13/Photoshop":
            from audit.formats import iptc

            found = iptc.thumbnail(body(reader, segment.start + 18, segment.stop))
            if found:
                return found
    return None
