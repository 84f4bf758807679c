"""What the parts of a HEIF or AVIF file say (ISO/IEC 14496-12; ISO/IEC 23008-12)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from audit.formats import bmff, exif, heif_plan, trailers
from audit.formats.base import FormatError, Reveal, Role, Tag
from audit.formats.bmff import Fields
from audit.formats.heif_coded import user_data
from audit.formats.pieces import LARGEST_BLOCK, body
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.formats.base import Reader, Segment
    from audit.formats.bmff import Inner

_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_SILENT: Final = frozenset(
    {b"", b"Color", b"Alpha", b"Exif", b"XMP", b"Image", b"HEVC Image", b"Thumbnail", b"AV1 Image"}
)
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)  # ISO/IEC 14496-12, 8.2.2.3
MOST_TRACK: Final = 4 << 20  # bytes of a track's description that are looked at


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """What one segment says; one that is malformed inside says so."""
    try:
        yield from _tags(reader, segment)
    except FormatError as error:
        yield Tag("HEIF", "malformed", clip(f"{segment.name}: {error}"), Reveal.UNKNOWN)


def _tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    name = segment.name.removesuffix(" in parts")
    known = _KNOWN.get(name)
    size = f"{segment.stop - segment.start} bytes"
    if name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif known:
        yield from known(reader, segment)
    elif name in _NAMED:
        yield Tag("HEIF", *_NAMED[name][:1], size, _NAMED[name][1])
    elif name.startswith("mime "):
        yield Tag(
            "HEIF",
            clip(name),
            size,
            Reveal.PROVENANCE if "c2pa" in name or "jumb" in name else Reveal.UNKNOWN,
        )
    elif name in {"free", "skip", "wide", "nobody's"} or segment.role in {Role.ORPHAN, Role.METADATA}:
        yield from _unknown(reader, segment)


def _unknown(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """Zeros say nothing."""
    data = reader.read(segment.start, min(segment.stop - segment.start, 1 << 16))
    empty = segment.name in {"free", "skip", "wide"} or segment.name.endswith("unknown free")
    if any(data[8:] if empty else data):
        size = f"{segment.stop - segment.start} bytes"
        yield Tag(
            "HEIF", clip(segment.name), f"{size}, begins with {decoded(data[:40])!r}"[:1000], Reveal.UNKNOWN
        )
        words = user_data(data[:4096]) if segment.name in {"picture", "hvc1", "av01"} else ""
        if words:
            yield Tag("HEIF", "UserData", clip(words), Reveal.SOFTWARE)


def _item(reader: Reader, segment: Segment) -> bytes:
    """The bytes of an item; those of one in several parts only where its first part is."""
    if not segment.name.endswith(" in parts"):
        return body(reader, segment.start, segment.stop)
    from audit.formats.heif_walk import meta_of

    meta = meta_of(reader, list(bmff.boxes(reader)))
    places = meta.places.values() if meta else ()
    extents = next(
        (place.extents for place in places if place.extents[:1] and place.extents[0][0] == segment.start), ()
    )
    return heif_plan.item_data(reader, extents)


def _exif(reader: Reader, segment: Segment) -> Iterator[Tag]:
    data = _item(reader, segment)
    if data:
        yield from exif.tags(heif_plan.tiff(data))


def _xmp(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import xmp

    yield from xmp.tags(_unpacked(_item(reader, segment)))


def _unpacked(data: bytes) -> bytes:
    """ISO 14496-12, 8.11.6: an item may be packed (libheif does so if asked to)."""
    try:
        return zlib.decompressobj().decompress(data, LARGEST_BLOCK) if data[:1] == b"\x78" else data
    except zlib.error:
        return data


def _uuid(reader: Reader, segment: Segment) -> Iterator[Tag]:
    data = body(reader, segment.start, segment.stop)
    kind = data[8:24]
    if kind == _XMP:
        from audit.formats import xmp

        yield from xmp.tags(data[24:])
    elif kind == _C2PA:
        from audit.formats import jumbf_tags

        yield from jumbf_tags.tags(data, len(data))
    else:
        yield Tag("HEIF", "uuid", f"{kind.hex()}, {len(data)} bytes", Reveal.UNKNOWN)


def _claim(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import jumbf_tags

    yield from jumbf_tags.tags(body(reader, segment.start, segment.stop), segment.stop - segment.start)


def _profile(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import icc

    yield from icc.tags(body(reader, segment.start + 12, segment.stop))


def _minimal_profile(reader: Reader, segment: Segment) -> Iterator[Tag]:
    from audit.formats import icc

    yield from icc.tags(body(reader, segment.start, segment.stop))


def _handler(reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield from _handler_name(Fields(body(reader, segment.start + 8, segment.stop)))


def _handler_name(fields: Fields) -> Iterator[Tag]:
    """8.4.3: a name for people, behind the four letters."""
    fields.take(24)
    name = decoded(fields.rest())
    if name:
        yield Tag("HEIF", "HandlerName", name, Reveal.SOFTWARE)


def _entries(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """8.6.11, infe: items may have names."""
    fields = Fields(body(reader, segment.start + 8, segment.stop))
    fields.number(2 if fields.full()[0] == 0 else 4)
    told: set[bytes] = set()
    for inner in fields.boxes():
        version, _ = inner.fields.full()
        inner.fields.take((8 if version == 3 else 6) + 2 * (version >= 2) if version >= 2 else 4)
        name = inner.fields.text()
        if name not in _SILENT | told and len(told) < 64:
            told.add(name)
            yield Tag("HEIF", "ItemName", decoded(name), Reveal.COMMENT)


def _description(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """ISO/IEC 23008-12, 6.5.20 and 6.5.21: user description, accessibility text."""
    fields = Fields(body(reader, segment.start + 12, segment.stop))
    words = [decoded(part) for part in fields.rest().split(b"\0")[:8]]
    yield Tag("HEIF", "Description", clip(" ".join(word for word in words if word)), Reveal.COMMENT)


def _moment(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """ISO/IEC 23008-12, 6.5.18 and 6.5.19: when it was made or changed, in microseconds since 1904."""
    fields = Fields(body(reader, segment.start + 12, segment.stop))
    yield from _time(
        "CreateDate" if segment.name.endswith("crtt") else "ModifyDate", fields.number(8) // 1_000_000
    )


def _time(name: str, seconds: int) -> Iterator[Tag]:
    if not seconds:
        return
    try:
        value = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y:%m:%d %H:%M:%S UTC")
    except OverflowError:
        value = str(seconds)
    yield Tag("HEIF", name, value, Reveal.TIME)


def _header(reader: Reader, segment: Segment) -> Iterator[Tag]:
    yield from _times(Fields(body(reader, segment.start + 8, segment.stop)))


def _times(fields: Fields) -> Iterator[Tag]:
    """8.2.2, 8.3.2, 8.4.2."""
    width = 8 if fields.full()[0] == 1 else 4
    yield from _time("CreateDate", fields.number(width))
    yield from _time("ModifyDate", fields.number(width))


def _track(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """A track: its times, the names of its handler and its encoder, and what it has that is not known to be needed."""
    data = reader.read(segment.start, min(segment.stop - segment.start, MOST_TRACK))
    handler = ""
    for inner in _leaves(Fields(data[8:], segment.start + 8), 0):
        if inner.kind in {"tkhd", "mdhd"}:
            yield from _times(inner.fields)
        elif inner.kind == "hdlr":
            handler = data[inner.start - segment.start + 16 :][:4].decode("latin-1")
            yield from _handler_name(inner.fields)
        elif inner.kind == "stsd" and handler in {"pict", "vide", "auxv"}:
            yield from _encoder(inner.fields)
        elif inner.kind in {"udta", "meta", "uuid"}:
            yield Tag("HEIF", f"trak/{inner.kind}", f"{inner.stop - inner.start} bytes", Reveal.UNKNOWN)
    if handler in {"soun", "meta", "text", "sbtl", "subt"}:
        yield Tag("HEIF", "Track", handler, Reveal.VIDEO)


def _leaves(fields: Fields, depth: int) -> Iterator[Inner]:
    for inner in fields.boxes():
        if inner.kind in {"mdia", "minf", "stbl"} and depth < 4:
            yield from _leaves(inner.fields, depth + 1)
        else:
            yield inner


def _encoder(fields: Fields) -> Iterator[Tag]:
    """12.1.3: 32 bytes for the name of the encoder, the first of which counts the others."""
    fields.take(8)
    for inner in fields.boxes():
        name = inner.fields.take(74)[42:]
        if any(name):
            yield Tag("HEIF", "CompressorName", decoded(name[1:]), Reveal.SOFTWARE)


_KNOWN: Final[dict[str, Callable[[Reader, Segment], Iterator[Tag]]]] = {
    "Exif": _exif,
    "XMP": _xmp,
    "uuid": _uuid,
    "jumb": _claim,
    "ipco/ICC": _profile,
    "mini/ICC": _minimal_profile,
    "meta/hdlr": _handler,
    "meta/iinf": _entries,
    "ipco/udes": _description,
    "ipco/altt": _description,
    "ipco/crtt": _moment,
    "ipco/mdft": _moment,
    "moov/mvhd": _header,
    "moov/trak": _track,
}
_NAMED: Final = {
    "thumbnail": ("Thumbnail", Reveal.THUMBNAIL),
    "auxiliary picture": ("AuxiliaryPicture", Reveal.PICTURE),
    "gain map": ("GainMap", Reveal.PICTURE),
    "tmap": ("GainMap", Reveal.PICTURE),
    "depth map": ("DepthMap", Reveal.PICTURE),
    "mpvd": ("MotionPhoto", Reveal.VIDEO),
    "film": ("Film", Reveal.VIDEO),
    "sefd": ("Samsung", Reveal.TRAILER),
    "moov/udta": ("UserData", Reveal.UNKNOWN),
    "moov/meta": ("Metadata", Reveal.UNKNOWN),
}
