"""Icons and cursors: a directory, and for each entry a whole PNG or a bitmap without its file header ([MS-WMF] 2.2.2).

A bitmap there is twice as high as it says in the directory: below its colours stands a mask of one bit for each pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import bmp_header, nested, png, trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.bmp_header import MASKED, Compression
from audit.formats.bmp_pixels import Raster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader
    from audit.formats.bmp_header import Header

DIRECTORY: Final = 6  # bytes before the entries
ENTRY: Final = 16
MOST_PICTURES: Final = 1 << 14
_END: Final = b"\0\0\0\0IEND\xae\x42\x60\x82"
KINDS: Final = (b"\0\0\1\0", b"\0\0\2\0")


class Picture(NamedTuple):
    """The bytes that one entry or several point to."""

    start: int
    stop: int


class Bitmap(NamedTuple):
    """The parts of a bitmap in an icon, as places in the file."""

    header: Header
    masks: bytes
    palette: int
    colours: int
    raster: Raster
    mask: Raster
    masked: int  # bytes of the mask that are there; pictures with opacity can do without


def entries(reader: Reader) -> list[bytes]:
    """The directory. Raises FormatError if it is empty or longer than the file."""
    count = int.from_bytes(reader.read(4, 2), "little")
    raw = reader.read(DIRECTORY, count * ENTRY)
    if not count or len(raw) < count * ENTRY:
        raise FormatError(4, "no proper directory")
    return [raw[at : at + ENTRY] for at in range(0, len(raw), ENTRY)]


def place(entry: bytes) -> Picture:
    start = int.from_bytes(entry[12:16], "little")
    return Picture(start, start + int.from_bytes(entry[8:12], "little"))


def pictures(reader: Reader) -> list[Picture]:
    """Each once, in the order of the file; one that says it is too long ends with the file or where the next begins.

    A PNG that says it is too short ends with its last chunk: viewers read on. Raises FormatError if one is not there.
    """
    listed = entries(reader)
    first = DIRECTORY + len(listed) * ENTRY
    claimed: dict[int, int] = {}
    for start, stop in map(place, listed):
        if start < first or stop <= start or start >= reader.size:
            raise FormatError(min(start, reader.size), "a picture that is not where it belongs")
        claimed[start] = max(stop, claimed.get(start, 0))
    if len(claimed) > MOST_PICTURES:
        raise FormatError(4, "far too many parts")
    starts = sorted(claimed)
    ends = [*starts[1:], reader.size]
    return [
        _whole(reader, Picture(start, min(claimed[start], end)), end)
        for start, end in zip(starts, ends, strict=True)
    ]


def _whole(reader: Reader, picture: Picture, end: int) -> Picture:
    """The picture, or as much as its PNG has up to `end`."""
    start, stop = picture
    if stop == end or not is_png(reader, picture) or reader.read(stop - len(_END), len(_END)) == _END:
        return picture
    try:
        found = nested.segments(png.WALKER, reader, start, end)
        return Picture(start, max([stop, *(part.stop for part in found if part.name == "PNG/IEND")]))
    except FormatError:
        return picture


def is_png(reader: Reader, picture: Picture) -> bool:
    return picture.stop - picture.start > 8 and reader.read(picture.start, 8) == png.SIGNATURE


def bitmap(reader: Reader, picture: Picture) -> Bitmap:
    """Raises FormatError."""
    start, stop = picture
    header = bmp_header.parse(reader.read(start, min(124, stop - start)), start)
    if header.compression not in {Compression.RGB, *MASKED} or header.height < 2:
        raise FormatError(start + 16, "not the kind of bitmap that icons have")
    after = start + len(header.raw)
    masks = reader.read(after, header.masks)
    palette = after + len(masks)
    promised = header.colours if header.bits <= 8 and header.colours else header.most_colours
    pixels = palette + promised * header.entry
    meaning = (1 << 32) - 1 if header.bits == 32 else header.meaning(masks)
    raster = Raster(pixels, header.width, header.height // 2, header.bits, meaning)
    mask = Raster(raster.stop, header.width, header.height // 2, 1, 1, "mask")
    if raster.stop > stop:
        raise FormatError(min(stop, pixels), "a picture that is cut off")
    masked = _masked(reader, header, mask, stop)
    return Bitmap(header, masks, palette, min(promised, header.most_colours), raster, mask, masked)


def _masked(reader: Reader, header: Header, mask: Raster, stop: int) -> int:
    """Of rows that are not padded, as FFmpeg, netpbm and Pillow write them where all is shown, too few bytes are there."""
    whole = mask.stop - mask.start
    there = min(whole, stop - mask.start)
    if header.bits == 32:
        return whole if there == whole else 0
    if there < whole and (not there or any(reader.read(mask.start, there))):
        raise FormatError(stop, "a picture that is cut off")
    return there


def segments(reader: Reader) -> list[Segment]:
    if reader.read(0, 4) not in KINDS:
        raise FormatError(0, "not an icon")
    first = min(DIRECTORY, reader.size)
    parts = [Segment(0, first, "header", Role.STRUCTURE)]
    try:
        found = pictures(reader)
    except FormatError:
        rest = Segment(first, reader.size, "unreadable", Role.ORPHAN)
        return [*parts, rest][: 1 + (reader.size > first)]
    parts.append(Segment(first, first + ENTRY * len(entries(reader)), "directory", Role.STRUCTURE))
    for picture in found:
        parts += _gap(parts[-1].stop, picture.start, "gap")
        for part in _picture(reader, picture):
            parts += _gap(parts[-1].stop, part.start, "gap")
            if part.stop > part.start:
                parts.append(part)
        parts += _gap(parts[-1].stop, picture.stop, "gap")
    return parts + trailers.segments(reader, parts[-1].stop)


def _gap(start: int, stop: int, name: str) -> list[Segment]:
    return [Segment(start, stop, name, Role.ORPHAN)] if stop > start else []


def _picture(reader: Reader, picture: Picture) -> Iterator[Segment]:
    try:
        if is_png(reader, picture):
            yield from nested.segments(png.WALKER, reader, *picture)
            return
        found = bitmap(reader, picture)
    except FormatError:
        yield Segment(*picture, "unreadable", Role.ORPHAN)
        return
    after = picture.start + len(found.header.raw)
    yield Segment(picture.start, after, found.header.name, Role.STRUCTURE)
    yield Segment(after, found.palette, "colour masks", Role.STRUCTURE)
    stop = found.palette + found.colours * found.header.entry
    yield Segment(found.palette, stop, "palette", Role.STRUCTURE)
    yield Segment(found.raster.start, found.raster.stop, "pixels", Role.PAYLOAD)
    if found.masked:
        yield Segment(found.mask.start, found.mask.start + found.masked, "mask", Role.PAYLOAD)
