"""A HEIF or AVIF file written anew: ftyp, meta, moov for a sequence, and one mdat with the bytes that decoders need.

What stays keeps its order, so that a file written here is its own plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from audit.formats import exif, heif_keep, heif_meta, heif_mini, heif_movie, heif_movie_write, heif_second
from audit.formats.base import Bytes, Copy, FormatError
from audit.formats.bmff import Spans, box, header
from audit.formats.heif_coded import Coded, Joined
from audit.formats.heif_write import Extra, Layout, MetaWriter, brands
from audit.formats.pieces import LARGEST_BLOCK, length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.formats.base import Piece, Policy, Reader
    from audit.formats.bmff import Box, Span
    from audit.formats.heif_coded import Needed
    from audit.formats.heif_meta import Meta
    from audit.formats.heif_movie import Movie, Track

SEQUENCES: Final = frozenset(
    {b"msf1", b"avis", b"hevc", b"hevx", b"hevm", b"hevs", b"avcs", b"jpgs", b"vvis"}
)
# mp4ra.org: those that say what is needed to show the file.
_BRANDS: Final = SEQUENCES | frozenset(
    b"mif1 mif2 heic heix heim heis avif avio avic jpeg j2ki vvic miaf MiHB MiHA MiHE MiPr MiAB MiAn MiBu MiCm MiAC "
    b"MA1A MA1B 1pic unif iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isom hvc1 heif".split()
)
_OF_ITEMS: Final = frozenset(
    {b"mif1", b"mif2", b"avif", b"heic", b"heix", b"heim", b"heis"}
)  # a meta is there

_AS_META: Final = (
    b"avif\0\0\0\0avifmif1miaf"  # AV1 image file format, 6.3: of a picture that had the minimal form
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What stays of a file, and where it is."""

    meta: Meta | None
    movie: Movie | None
    items: Sequence[int]
    tracks: Sequence[Track]
    media: Spans  # in mdat boxes
    inline: Spans  # in idat
    shrunk: frozenset[int]  # the items of which not everything stays
    anew: Mapping[int, tuple[Piece, ...]] = field(default_factory=dict)  # the items that are written anew


def boxed(boxes: Sequence[Box], kind: str) -> Box | None:
    return next((one for one in boxes if one.kind == kind), None)


def sequence(reader: Reader, boxes: Sequence[Box]) -> Box | None:
    """The moov box, if a viewer shows it: a brand says that this is a sequence, or there is nothing else to show."""
    moov, meta = boxed(boxes, "moov"), boxed(boxes, "meta") or boxed(boxes, "mini")
    told = brand_words(reader, boxes[0])
    general = b"avif" in told and reader.read(8, 4) in {b"mif1", b"mif2"}  # libavif plays it
    return None if meta and told.isdisjoint(SEQUENCES) and not general else moov


def described(reader: Reader, boxes: Sequence[Box]) -> Meta | None:
    """What the box meta says, or one in the minimal form. Raises FormatError."""
    where, small = boxed(boxes, "meta"), boxed(boxes, "mini")
    if where is None and small:
        return heif_mini.read(reader, small, reader.read(boxes[0].body + 4, 4))
    return heif_meta.read(reader, where) if where else None


def brand_words(reader: Reader, ftyp: Box) -> set[bytes]:
    data = reader.read(ftyp.body, min(ftyp.stop - ftyp.body, 4096))
    return {data[:4], *brands(data, _BRANDS)}


def understood(reader: Reader, boxes: Sequence[Box], policy: Policy) -> Picture:
    """Raises FormatError for a file that cannot be shown, or of which it cannot be said what showing it takes."""
    moving, meta = sequence(reader, boxes), described(reader, boxes)
    if meta is None and moving is None:
        raise FormatError(boxes[0].stop, "no picture in it")
    if meta:
        heif_keep.trim_grids(meta, reader.read)
    movie = heif_movie.read(reader, moving) if moving else None
    tracks = heif_movie.shown(movie) if movie else []
    if meta and tracks and not meta.entries and not meta.places:
        meta = None  # it says that there is a picture, and has none
    items = heif_keep.kept(meta, policy, moving=bool(tracks)) if meta else []
    if not items and not tracks:
        raise FormatError(boxes[0].stop, "no picture in it")
    return _gathered(
        reader,
        boxes,
        Picture(meta, movie if tracks else None, items, tracks, Spans(()), Spans(()), frozenset()),
    )


def _gathered(reader: Reader, boxes: Sequence[Box], found: Picture) -> Picture:
    kind = "mdat" if boxed(boxes, "meta") or not boxed(boxes, "mini") else "mini"
    media = [(one.body, one.stop) for one in boxes if one.kind == kind]
    coded = Coded(reader)
    spans: tuple[list[Span], list[Span]] = ([], [])
    shrunk: set[int] = set()
    anew: dict[int, tuple[Piece, ...]] = {}
    inputs = found.meta.inputs() if found.meta else {}
    known: dict[object, Needed] = {}  # tiles may share their bytes
    for item in found.items:
        assert found.meta
        how = heif_keep.codec(found.meta, item, len(inputs.get(("dimg", item), ())))
        key = how, found.meta.places.get(item)
        if key not in known:
            known[key] = heif_keep.needed(found.meta, item, how, coded, media)
        needed, named, config, pieces = known[key]
        if pieces:
            anew[item] = pieces
        if named is not None:
            found.meta.named[item] = named
        found.meta.told[item] = config
        kept = Spans(needed)
        if kept.size != sum(stop - start for start, stop in needed):
            raise FormatError(needed[0][0], "a picture's bytes are not where they belong")  # twice the same
        place = found.meta.places.get(item)
        spans[place.method if place else 0].extend(needed)
        if place and kept.size != Spans(place.extents).size:
            shrunk.add(item)
    within = Spans(media)
    for track in found.tracks:
        spans[0].extend(_samples(track, coded, within))
    return Picture(
        found.meta,
        found.movie,
        found.items,
        found.tracks,
        Spans(spans[0]),
        Spans(spans[1]),
        frozenset(shrunk),
        anew,
    )


def _samples(track: Track, coded: Coded, within: Spans) -> Iterator[Span]:
    known: dict[Span, list[Span]] = {}  # samples may share their bytes
    for chunk in track.chunks:
        if not 0 < chunk.description <= len(track.descriptions):
            raise FormatError(track.start, "samples without a description")
        codec = track.descriptions[chunk.description - 1].codec
        for span in chunk.samples:
            if span[0] == span[1] or span in known:
                continue
            if not within.covers(span):
                raise FormatError(track.start, "a picture's bytes are not where they belong")
            known[span], named, config, _ = coded.needed(codec, [span])
            track.named.setdefault(chunk.description, set()).update(named or ())
            if config:
                track.told.setdefault(chunk.description, config)
            yield from known[span]


def pieces(reader: Reader, boxes: Sequence[Box], policy: Policy, block: bytes) -> Iterator[Piece]:
    """`block` is the Exif to be kept, or nothing. Raises FormatError."""
    picture = understood(reader, boxes, policy)
    told = reader.read(boxes[0].body, min(boxes[0].stop - boxes[0].body, 4096))
    if boxed(boxes, "mini") and not boxed(boxes, "meta"):
        told = _AS_META
    known = _BRANDS | _promised(picture) if picture.meta else _BRANDS - _OF_ITEMS
    ftyp = box("ftyp", told[:4], bytes(4), *brands(told, known))
    yield Bytes(ftyp, "ftyp")
    writer = MetaWriter(picture.meta, picture.items, picture.shrunk, policy) if picture.meta else None
    extras = list(_extras(reader, picture, block))
    inline = b"".join(reader.read(start, stop - start) for start, stop in picture.inline.spans)
    numbers = [track.number for track in picture.tracks]
    behind = len(picture.items) + 2 if writer and writer.grouped(numbers) else 0
    tracks = {number: new for new, number in enumerate(numbers, 1 + behind)}
    anew = {item: sum(map(length, pieces)) for item, pieces in picture.anew.items()}
    layout = Layout(picture.media, len(ftyp), picture.inline, inline, anew, extras, tracks, 4)
    yield from _headed(picture, policy, writer, layout)
    yield from (Copy(start, stop) for start, stop in picture.media.spans)
    for pieces in picture.anew.values():
        yield from pieces
    yield from (Bytes(extra.data, "XMP" if extra.kind == "mime" else extra.kind) for extra in extras)


def _promised(picture: Picture) -> frozenset[bytes]:
    """ISO/IEC 23008-12, 10.2.6: a brand says that there is a gain map, and libavif looks for none without it."""
    entries = picture.meta.entries if picture.meta else {}
    there = any(entries[item].kind == heif_keep.TONE_MAP for item in picture.items)
    return frozenset({b"tmap"} if there else ())


def _extras(reader: Reader, picture: Picture, block: bytes) -> Iterator[Extra]:
    """Items that are written anew: Exif, and what is to be known of Apple's gain map."""
    meta = picture.meta
    if meta is None or not meta.primary:
        return
    if block:
        yield Extra("Exif", bytes(4) + block, meta.primary)
    gain = next((i for i in picture.items if heif_keep.kind_of(meta, i) == heif_second.APPLE_GAIN), 0)
    if gain:
        told = (link.source for link in meta.links if link.kind == "cdsc" and gain in link.targets)
        places = (
            meta.places[item] for item in told if item in meta.places and meta.entries[item].kind == "mime"
        )
        xmp = b"".join(item_data(reader, place.extents)[: 1 << 16] for place in places)
        packet = heif_second.packet(xmp, exif_block(reader, meta))
        if packet:
            yield Extra("mime", packet, gain)


def _headed(picture: Picture, policy: Policy, writer: MetaWriter | None, layout: Layout) -> Iterator[Piece]:
    """The boxes meta and moov, and the header of mdat, with offsets of four bytes or, if one would not fit, of eight.

    The base of `layout` is where they begin.
    """
    size = picture.media.size + sum(layout.anew.values()) + sum(len(extra.data) for extra in layout.extras)
    last = header("mdat", size) if size else b""
    for width in (4, 8):
        try:
            parts = _written(picture, policy, writer, layout._replace(width=width))
            base = layout.base + len(last) + sum(len(part) for part in parts)
            parts = _written(picture, policy, writer, layout._replace(width=width, base=base))
        except OverflowError:
            continue
        yield from (Bytes(part, part[4:8].decode("ascii")) for part in (*parts, last) if part)
        return
    raise FormatError(0, "the file is too large for its offsets")


def _written(
    picture: Picture, policy: Policy, writer: MetaWriter | None, layout: Layout
) -> tuple[bytes, bytes]:
    movie = picture.movie
    return (
        writer.write(layout) if writer else b"",
        heif_movie_write.write(movie, picture.tracks, layout, policy) if movie else b"",
    )


def exif_block(reader: Reader, meta: Meta) -> bytes:
    """The TIFF-shaped Exif of the primary picture, else the first in the file."""
    items = [item for item, entry in meta.entries.items() if entry.kind == "Exif" and item in meta.places]
    of_primary = {link.source for link in meta.links if link.kind == "cdsc" and meta.primary in link.targets}
    item = next((item for item in items if item in of_primary), items[0] if items else None)
    return b"" if item is None else tiff(item_data(reader, meta.places[item].extents))


def item_data(reader: Reader, extents: Sequence[Span]) -> bytes:
    joined = Joined(reader, extents)
    return joined.read(0, min(joined.size, LARGEST_BLOCK))


def tiff(data: bytes) -> bytes:
    """ISO/IEC 23008-12, A.2.1: four bytes say how many bytes lie before the TIFF header. Not everybody counts right."""
    block = data[4 + int.from_bytes(data[:4], "big") :]
    if next(iter(exif.entries(block)), None):
        return block
    found = (data.find(mark, 0, 64) for mark in (b"II*\0", b"MM\0*"))
    return data[min((at for at in found if at >= 0), default=4) :]


def frame_size(reader: Reader, boxes: Sequence[Box]) -> tuple[int, int] | None:
    """Width and height of a sequence without an item, as its samples' description says."""
    where = boxed(boxes, "moov")
    try:
        tracks = heif_movie.shown(heif_movie.read(reader, where)) if where else []
    except FormatError:
        return None
    head = next((one.head for track in tracks for one in track.descriptions), b"")
    width, height = int.from_bytes(head[24:26], "big"), int.from_bytes(head[26:28], "big")
    return (width, height) if width and height else None
