"""What the directories of a TIFF say about somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import exif, exif_tags, tiff_pages, tiff_parts, tiff_write, trailers
from audit.formats.base import Reveal, Role, Tag
from audit.formats.jpeg_walk import Walk
from audit.formats.pieces import body
from audit.formats.tiff_data import Slice
from audit.formats.tiff_pages import JIF, JIF_LENGTH, NEEDED, STRIPS, TILES
from audit.formats.tiff_read import CHILDREN, EXIF, GPS, INTEROP, SIZES, Form, Tree, numbers, value
from audit.formats.tiff_write import Value
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader, Segment
    from audit.formats.tiff_read import Directory, Entry

XMP, IPTC, PHOTOSHOP, CLAIM = 0x02BC, 0x83BB, 0x8649, 0xCD41
LONGEST: Final = 1 << 16  # bytes of a value that are looked at
MOST_PAGES: Final = 256  # that are told of; those behind them are scrubbed all the same
MOST_ENTRIES: Final = 16_384  # of one page
MOST_STREAMS: Final = 32  # JPEG strips whose head is looked at

# Tags that are read as a whole, or whose bytes say little: Adobe's, GeoTIFF 1.1, GDAL's, ImageJ's, C2PA 2.1.
_OTHER: Final[dict[int, tuple[str, Reveal]]] = {
    XMP: ("XMP", Reveal.UNKNOWN),
    IPTC: ("IPTC", Reveal.UNKNOWN),
    PHOTOSHOP: ("Photoshop", Reveal.UNKNOWN),
    CLAIM: ("Claim", Reveal.UNKNOWN),
    0x935C: ("ImageSourceData", Reveal.EDIT),
    0x0151: ("TargetPrinter", Reveal.DEVICE),
    0x800D: ("ImageID", Reveal.COMMENT),
    0x830E: ("ModelPixelScale", Reveal.LOCATION),
    0x8480: ("IntergraphMatrix", Reveal.LOCATION),
    0x8482: ("ModelTiepoint", Reveal.LOCATION),
    0x85D8: ("ModelTransformation", Reveal.LOCATION),
    0x87AF: ("GeoKeyDirectory", Reveal.LOCATION),
    0x87B0: ("GeoDoubleParams", Reveal.LOCATION),
    0x87B1: ("GeoAsciiParams", Reveal.LOCATION),
    0xA480: ("GDALMetadata", Reveal.COMMENT),
    0xA481: ("GDALNoData", Reveal.UNKNOWN),
    0xC696: ("ImageJMetadataSizes", Reveal.UNKNOWN),
    0xC697: ("ImageJMetadata", Reveal.COMMENT),
}
# Where a page lies, how it is dithered or printed: technical, and not needed.
_SILENT: Final = frozenset(
    {
        0x0107,
        0x0108,
        0x0109,
        0x011E,
        0x011F,
        0x0120,
        0x0121,
        0x0141,
        0x0146,
        0x0147,
        0x0148,
        0x0156,
        0x0190,
        0x935D,
    },
)


def name(tag: int) -> str:
    """What the tag is called, or its number."""
    if tag in _OTHER:
        return _OTHER[tag][0]
    known = exif_tags.TAGS["Exif"].get(tag)
    return known[0] if known else f"0x{tag:04X}"


def tags(reader: Reader, segment: Segment) -> Iterator[Tag]:
    """A chained directory speaks for all that hangs on it, the colour profile apart; of many pages only the first do."""
    size = f"{segment.stop - segment.start} bytes"
    if segment.name.startswith("IFD") and "/" not in segment.name:
        yield from _directory(reader, segment)
    elif segment.name.endswith("/ICC"):
        from audit.formats import icc

        yield from icc.tags(body(reader, segment.start, segment.stop))
    elif segment.name.startswith("trailer"):
        yield from trailers.tags(reader, segment)
    elif segment.name in {"orphan", "unreadable"}:
        head = reader.read(segment.start, min(4096, segment.stop - segment.start))
        if any(head):
            yield Tag("TIFF", segment.name, f"{size}, begins with {decoded(head[:32])!r}", Reveal.UNKNOWN)


def _directory(reader: Reader, segment: Segment) -> Iterator[Tag]:
    if int(segment.name[3:]) >= MOST_PAGES:
        return
    tree = Tree(reader, chained=False, most=MOST_ENTRIES)
    directory = tree.directory(segment.start, segment.name, deep=2)
    if directory is None:
        return
    yield from exif.tags(_block(reader, tree.form, directory))
    for entry in directory.entries:
        yield from _entry(reader, entry)
    page = tiff_pages.page_of(reader, tree, directory, first=segment.name == "IFD0")
    for found in (page._replace(kept=segment.role is Role.STRUCTURE), *page.inner):
        if found.shape and not found.kept:
            size = f"{found.shape.width} x {found.shape.height}"
            yield Tag("TIFF", f"Picture in {found.directory.name}", size, Reveal.THUMBNAIL)
        elif found.shape and found.shape.compression in {6, 7}:
            yield from _streams(reader, tree.form, found.directory)


def _entry(reader: Reader, entry: Entry) -> Iterator[Tag]:
    data = value(reader, entry)
    if (
        not data
        or entry.tag in NEEDED | _SILENT
        or entry.tag in CHILDREN
        or entry.tag in exif_tags.TAGS["IFD0"]
    ):
        return
    if entry.tag == XMP:
        from audit.formats import xmp

        yield from xmp.tags(data)
    elif entry.tag == CLAIM:
        from audit.formats import jumbf_tags

        yield from jumbf_tags.tags(data, len(data))
    elif entry.tag in {IPTC, PHOTOSHOP}:
        from audit.formats import iptc

        yield from iptc.tags(data) if entry.tag == IPTC else iptc.photoshop_tags(data)
    else:
        known, reveals = _OTHER.get(entry.tag, (name(entry.tag), Reveal.UNKNOWN))
        text = (
            decoded(data[:LONGEST])
            if entry.kind == 2
            else f"{len(data)} bytes, begins with {decoded(data[:32])!r}"
        )
        yield Tag("TIFF", known, text, reveals)


def _block(reader: Reader, how: Form, found: Directory) -> bytes:
    """The directory as an Exif block of its own, with its Exif, GPS and Interop directories, each value cut at LONGEST."""
    small = Form(how.order, big=False)
    children = {child.name.rpartition("/")[2]: child for child in found.children}
    exif_part, gps = children.get("Exif"), children.get("GPS")
    interop = (
        next((c for c in exif_part.children if c.name.endswith("/Interop")), None) if exif_part else None
    )
    parts = [(EXIF, exif_part), (GPS, gps), (INTEROP, interop)]
    tables = [_small(reader, found)] + [_small(reader, part) for _, part in parts if part]
    pointers = [tag for tag, part in parts if part]
    owners = {EXIF: tables[0], GPS: tables[0], INTEROP: tables[1] if exif_part else tables[0]}
    for tag in pointers:
        owners[tag].append(Value(tag, 4, bytes(4)))
    places = [8]
    for table in tables:
        places.append(places[-1] + tiff_write.extent(small, table))
    for tag, place in zip(pointers, places[1:], strict=False):
        owners[tag][:] = [v if v.tag != tag else tiff_write.numbers(small, tag, [place]) for v in owners[tag]]
    written = (
        tiff_write.directory(small, place, table) for place, table in zip(places, tables, strict=False)
    )
    return tiff_write.header(small, 8) + b"".join(written)


def _small(reader: Reader, found: Directory) -> list[Value]:
    """The values that an Exif reader may want."""
    kept = []
    for entry in found.entries:
        if (
            entry.tag in CHILDREN
            or entry.tag in _OTHER
            or not 0 < entry.kind < 14
            or entry.tag in {STRIPS, TILES, JIF}
        ):
            continue
        data = value(reader, entry, LONGEST // SIZES[entry.kind] * SIZES[entry.kind])
        if data:
            kept.append(Value(entry.tag, entry.kind, data))
    return kept


def _streams(reader: Reader, how: Form, found: Directory) -> Iterator[Tag]:
    """The metadata of the JPEG streams that strips hold: what stands before the first scan."""
    from audit.formats import jpeg_tags

    told: set[Tag] = set()
    for tag in (STRIPS, TILES, JIF):
        for at in numbers(reader, how, found.find(tag), MOST_STREAMS):
            if not at or reader.read(at, 3) != b"\xff\xd8\xff":
                continue
            inner = Slice(reader, at, min(at + LONGEST, reader.size))
            for part in Walk(inner, 0, scans=False).found:
                start = part.start + tiff_parts.spared(part.name)
                if part.name.startswith(("APP", "COM")) and not tiff_parts.blank(inner, start, part.stop):
                    told.update(jpeg_tags.tags(inner, part))
    yield from sorted((tag for tag in told if tag.reveals), key=lambda tag: tag.name)


def thumbnail(reader: Reader) -> bytes | None:
    """A JPEG that a later or inner directory points to, or the one of Photoshop's resources."""
    from audit.formats import iptc

    tree = Tree(reader)
    for found in tree.every():
        where, size = (numbers(reader, tree.form, found.find(tag), 1) for tag in (JIF, JIF_LENGTH))
        if found is not tree.chain[0] and where and size:
            data = body(reader, where[0], where[0] + size[0])
            if data.startswith(b"\xff\xd8"):
                return data
        resources = found.find(PHOTOSHOP)
        if resources:
            preview = iptc.thumbnail(value(reader, resources))
            if preview:
                return preview
    return None
