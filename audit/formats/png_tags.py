"""What a PNG's metadata chunks say (PNG third edition, 11.3.3 and on)."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final

from audit.formats import exif, exif_tags, trailers
from audit.formats.base import Reveal, Role, Tag
from audit.formats.pieces import body
from audit.formats.png_stream import inflated
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader, Segment

MOST_TEXT: Final = 4 << 20  # bytes out of one compressed text

# 11.3.3.1 lists the keywords of the standard; the others are what generators of images write.
_KEYWORDS: Final[dict[str, Reveal | None]] = {
    "author": Reveal.OWNER,
    "artist": Reveal.OWNER,
    "copyright": Reveal.OWNER,
    "title": Reveal.COMMENT,
    "description": Reveal.COMMENT,
    "comment": Reveal.COMMENT,
    "disclaimer": Reveal.COMMENT,
    "warning": Reveal.COMMENT,
    "source": Reveal.DEVICE,
    "make": Reveal.DEVICE,
    "model": Reveal.DEVICE,
    "software": Reveal.SOFTWARE,
    "creation time": Reveal.TIME,
    "date:create": Reveal.TIME,
    "date:modify": Reveal.TIME,
    "date:timestamp": Reveal.TIME,
    "create-date": Reveal.TIME,
    "modify-date": Reveal.TIME,
    "thumb::uri": Reveal.OWNER,  # holds a home folder's path
    "thumb::mtime": Reveal.TIME,
    **dict.fromkeys(
        (
            "parameters",
            "prompt",
            "workflow",
            "dream",
            "sd-metadata",
            "invokeai_metadata",
            "generation_data",
            "seed",
        ),
        Reveal.PROMPT,
    ),
}

_EXIF_NAMES: Final = {
    **{name.lower(): reveals for known in exif_tags.TAGS.values() for name, reveals in known.values()},
    **dict.fromkeys(("gpslatitude", "gpslongitude", "gpsaltitude"), Reveal.LOCATION),
    **dict.fromkeys(("gpsdatestamp", "gpstimestamp"), Reveal.TIME),
}


def exif_block(reader: Reader, segments: Sequence[Segment]) -> bytes:
    """The first eXIf chunk, or what ImageMagick writes as text instead; empty if there is neither."""
    first = next((s for s in segments if s.name == "eXIf"), None)
    if first:
        return body(reader, first.start + 8, first.stop - 4).removeprefix(b"Exif\0\0")
    for segment in segments:
        if segment.name in {"tEXt", "zTXt"} and reader.read(segment.start + 8, 17) in _RAW_EXIF:
            return _raw(_text(reader, segment)[1]).removeprefix(b"Exif\0\0")
    return b""


_RAW_EXIF: Final = (b"Raw profile type ", b"Raw profile type")


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name
    size = f"{segment.stop - segment.start} bytes"
    if name in {"tEXt", "zTXt", "iTXt"}:
        yield from _spoken(*_text(reader, segment))
    elif name == "eXIf":
        yield from exif.tags(exif_block(reader, [segment]))
    elif name == "tIME":
        yield from _time(reader.read(segment.start + 8, 7))
    elif name == "iCCP":
        yield from _profile(body(reader, segment.start + 8, segment.stop - 4))
    elif name == "caBX":
        yield from _claim(reader, segment)
    elif name in {"pCAL", "sCAL", "sPLT"}:
        word = decoded(
            reader.read(segment.start + 8, min(80, segment.stop - segment.start - 12)).split(b"\0")[0]
        )
        yield Tag("PNG", name, word, Reveal.COMMENT)
    elif name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.role is Role.ORPHAN:
        yield Tag("PNG", name, size, Reveal.UNKNOWN)


def _claim(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import jumbf_tags

    yield from jumbf_tags.tags(body(reader, segment.start, segment.stop), segment.stop - segment.start)


def _time(data: bytes) -> Iterator[Tag]:
    """11.3.4.1: year, month, day, hour, minute, second, UTC."""
    if len(data) == 7:
        year = int.from_bytes(data[:2], "big")
        month, day, hour, minute, second = data[2:]
        yield Tag(
            "PNG",
            "ModifyDate",
            f"{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02} UTC",
            Reveal.TIME,
        )


def _profile(data: bytes) -> Iterator[Tag]:
    from audit.formats import icc

    name, _, rest = data.partition(b"\0")
    yield Tag(
        "PNG", "ProfileName", decoded(name), None if name.lower() in icc.ORDINARY_NAMES else Reveal.COLOUR
    )
    try:
        profile, _ = inflated(rest[1:])
    except zlib.error:
        return
    yield from icc.tags(profile)


def _text(reader: Reader, segment: Segment) -> tuple[str, bytes]:
    """Keyword and text (11.3.3.2 to 11.3.3.4), unpacked up to MOST_TEXT."""
    keyword, _, rest = body(reader, segment.start + 8, segment.stop - 4).partition(b"\0")
    packed = segment.name == "zTXt"
    if segment.name == "zTXt":
        rest = rest[1:]
    elif segment.name == "iTXt":
        packed = rest[:1] == b"\1"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if packed:
        try:
            rest, _ = inflated(rest, MOST_TEXT)
        except zlib.error:
            rest = b""
    return decoded(keyword) or "text without a keyword", rest


def _raw(text: bytes) -> bytes:
    """What ImageMagick writes under "Raw profile type …": a name, a length, hexadecimal digits."""
    digits = re.sub(rb"\s", b"", text.strip().partition(b"\n")[2].strip().partition(b"\n")[2])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""


def _spoken(keyword: str, text: bytes) -> Iterator[Tag]:
    low = keyword.lower()
    if low == "xml:com.adobe.xmp":
        from audit.formats import xmp

        yield from xmp.tags(text)
    elif low.startswith("raw profile type "):
        yield from _raw_profile(low[17:], _raw(text), keyword)
    else:
        yield Tag("PNG", clip(keyword), decoded(text), _revealed(low))


def _revealed(keyword: str) -> Reveal | None:
    """ImageMagick writes "exif:Make" and so on; a keyword nobody knows is somebody's comment."""
    group, _, name = keyword.rpartition(":")
    if group == "exif":
        return _EXIF_NAMES.get(name)
    return _KEYWORDS.get(keyword, Reveal.COMMENT)


def _raw_profile(kind: str, data: bytes, keyword: str) -> Iterator[Tag]:
    from audit.formats import icc, iptc, xmp

    if kind in {"exif", "app1"} and data[:4] in {b"Exif", b"II*\0", b"MM\0*"}:
        yield from exif.tags(data.removeprefix(b"Exif\0\0"))
    elif kind in {"xmp", "app1"}:
        yield from xmp.tags(data.removeprefix(b"http://ns.adobe.com/xap/1.0/\0"))
    elif kind in {"iptc", "8bim"}:
        yield from iptc.photoshop_tags(data.removeprefix(b"Photoshop 3.0\0"))
    elif kind in {"icc", "icm"}:
        yield from icc.tags(data)
    else:
        yield Tag("PNG", clip(keyword), f"{len(data)} bytes", Reveal.UNKNOWN)
