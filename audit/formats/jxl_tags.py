"""What the boxes of a JPEG XL file say (ISO/IEC 18181-2, 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import exif, trailers
from audit.formats.base import FormatError, Reveal, Role, Tag
from audit.formats.jxl_plan import FORMS, told, words
from audit.formats.pieces import body
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader, Segment

MOST_UNPACKED: Final = 16 << 20


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What one box says. What is packed with Brotli is read if the module for it is installed."""
    if segment.role is Role.METADATA:
        data = body(reader, segment.start + 8, segment.stop)
        if segment.name == "brob":
            yield from _packed(data)
        else:
            yield from _said(segment.name, data)
    elif segment.role is Role.PAYLOAD:
        yield from _coded(reader, segment)
    elif segment.name in FORMS:
        if len(told(reader, segment)) != segment.stop - segment.start - 8:
            yield Tag("JXL", "malformed", f"{segment.name}: more than it should hold", Reveal.UNKNOWN)
    elif segment.name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.role is Role.ORPHAN:
        data = reader.read(segment.start, min(64, segment.stop - segment.start))
        if segment.name != "free" or any(body(reader, segment.start + 8, segment.stop)):
            size = f"{segment.stop - segment.start} bytes"
            yield Tag(
                "JXL", clip(segment.name), f"{size}, begins with {decoded(data)!r}"[:1000], Reveal.UNKNOWN
            )


def _coded(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """Names of layers and channels, and what else the headers of the codestream say; told with its first part."""
    boxes = [segment]
    if segment.name == "jxlp":
        from audit.formats.jxl import WALKER

        boxes = [one for one in WALKER.segments(reader) if one.name == "jxlp"]
    try:
        found = words(reader, boxes) if boxes[0].start == segment.start else ()
    except FormatError:
        return
    for kind, said in found[:_MOST_WORDS]:
        shown = f"{len(said)} bytes" if kind == "Extension" else said.decode("utf-8", "replace")
        yield Tag("JXL", kind, clip(shown), _CODED[kind])


_MOST_WORDS: Final = 1000
_CODED: Final = {
    "Name": Reveal.COMMENT,
    "TimeCode": Reveal.TIME,
    "Preview": Reveal.THUMBNAIL,
    "Extension": Reveal.UNKNOWN,
}


def _said(kind: str, data: bytes) -> Iterator[Tag]:
    if kind == "Exif":
        yield from exif.tags(tiff(data))
    elif kind == "xml ":
        from audit.formats import xmp

        yield from xmp.tags(data)
    elif kind == "jumb":
        from audit.formats import jumbf_tags

        yield from jumbf_tags.tags(data, len(data))
    else:
        yield Tag(
            "JXL",
            *_NAMES.get(kind, (clip(kind), Reveal.UNKNOWN))[:1],
            f"{len(data)} bytes",
            _NAMES.get(kind, ("", Reveal.UNKNOWN))[1],
        )


_NAMES: Final = {
    "jbrd": ("JpegReconstruction", Reveal.EDIT),
    "jhgm": ("GainMap", Reveal.PICTURE),
}


def tiff(data: bytes) -> bytes:
    """9.5: four bytes say how many bytes lie before the TIFF header; pillow-jxl leaves them out."""
    if data[:4] in {b"II*\0", b"MM\0*"}:
        return data
    return data[4 + int.from_bytes(data[:4], "big") :]


def _packed(data: bytes) -> Iterator[Tag]:
    """9.6, brob: the kind of the box, then its body packed with Brotli."""
    kind = data[:4].decode("latin-1")
    yield Tag("JXL", "Packed", clip(f"{kind}, {len(data) - 4} bytes"), Reveal.UNKNOWN)
    unpacked = _unpacked(data[4:])
    if unpacked:
        yield from _said(kind, unpacked)


def _unpacked(data: bytes) -> bytes:
    try:
        import brotli  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return b""
    try:
        unpacker = brotli.Decompressor()
        found: bytes = unpacker.process(data, output_buffer_limit=MOST_UNPACKED)
    except (brotli.error, TypeError):
        return b""
    return found[:MOST_UNPACKED]
