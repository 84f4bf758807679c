"""Where the parts of a bitmap file stand: headers, masks, palette, pixels, profile; holes between them are nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import bmp_header, jpeg, nested, png, trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.bmp_header import NESTED, RUNS, Compression
from audit.formats.bmp_pixels import Raster
from audit.formats.bmp_rle import Runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader, Walker
    from audit.formats.bmp_header import Header

FILE_HEADER: Final = 14  # bytes (BITMAPFILEHEADER)
INNER: Final[dict[Compression, Walker]] = {Compression.JPEG: jpeg.WALKER, Compression.PNG: png.WALKER}
INNER_NAMES: Final = {walker.name: walker for walker in INNER.values()}


class Layout(NamedTuple):
    """The parts of a file, as places in it."""

    header: Header
    masks: bytes
    palette: int  # its place
    colours: int  # its entries that stand before the pixels
    short: bool  # whether the header promises more
    pixels: int
    stop: int  # of the pixels
    missing: bool  # whether the file ends inside them
    profile: tuple[int, int] | None

    @property
    def raster(self) -> Raster:
        header = self.header
        meaning = header.meaning(self.masks)
        return Raster(self.pixels, header.width, header.height, header.bits, meaning)

    @property
    def runs(self) -> tuple[int, int, int, int]:
        """What `Runs` wants to know."""
        return self.pixels, self.header.width, self.header.height, self.header.bits


def layout(reader: Reader, stop: int | None = None) -> Layout:
    """`stop`: where the pixels end, if that is known. Raises FormatError where the headers contradict themselves."""
    head = reader.read(0, FILE_HEADER + 124)
    header = bmp_header.parse(head[FILE_HEADER:], FILE_HEADER)
    after = FILE_HEADER + len(header.raw)
    masks = reader.read(after, header.masks)
    palette = after + len(masks)
    count, colours, pixels = _palette(header, palette, after, int.from_bytes(head[10:14], "little"))
    if len(masks) < header.masks or pixels < palette or pixels >= reader.size:
        raise FormatError(10, "picture data that are not where they belong")
    stop, missing = (stop, False) if stop else _end(reader, header, masks, pixels)
    draft = Layout(header, masks, palette, colours, colours < count, pixels, stop, missing, None)
    return draft._replace(profile=_profile(reader, draft))


def _palette(header: Header, palette: int, after: int, pixels: int) -> tuple[int, int, int]:
    """Its entries as promised and as there, and the place of the pixels: writers that leave that out mean behind it."""
    most = header.most_colours
    count = min(header.colours or most, most)
    if pixels == 0 or (pixels == after and count):
        pixels = palette + count * header.entry
    return count, min(count, max(0, pixels - palette) // header.entry), pixels


def _end(reader: Reader, header: Header, masks: bytes, start: int) -> tuple[int, bool]:
    """Where the pixels end, and whether the file does before them."""
    size = reader.size
    if header.compression in NESTED:
        stop = start + header.image_size if header.image_size else size
        return min(stop, size), stop > size
    if header.compression in RUNS:
        runs = Runs(reader, start, header.width, header.height, header.bits)
        for _ in runs.pieces():
            pass
        return (min(runs.at, size), False) if runs.whole else (size, True)
    raster = Raster(start, header.width, header.height, header.bits, header.meaning(masks))
    return min(raster.stop, size), raster.least > size


def _profile(reader: Reader, draft: Layout) -> tuple[int, int] | None:
    """Where a profile or the path of one stands, if it is there and apart from everything else."""
    header = draft.header
    if not (header.embedded or header.linked):
        return None
    start, length = header.profile
    start += FILE_HEADER
    stop = start + length
    behind_palette = draft.palette + draft.colours * header.entry
    apart = start >= draft.stop or (start >= behind_palette and stop <= draft.pixels)
    return (start, stop) if length and stop <= reader.size and apart else None


def segments(reader: Reader) -> list[Segment]:
    if reader.read(0, 2) != b"BM" or reader.size < FILE_HEADER:
        raise FormatError(0, "not a BMP")
    first = Segment(0, FILE_HEADER, "file header", Role.STRUCTURE)
    try:
        found = layout(reader)
    except FormatError:
        rest = Segment(FILE_HEADER, reader.size, "unreadable", Role.ORPHAN)
        return [first, rest][: 1 + (reader.size > FILE_HEADER)]
    parts = [first]
    for part in sorted(_claims(reader, found)):
        at = parts[-1].stop
        if part.start > at:
            parts.append(Segment(at, part.start, "gap", Role.ORPHAN))
        if part.stop > part.start:
            parts.append(part)
    return parts + trailers.segments(reader, parts[-1].stop)


def _claims(reader: Reader, found: Layout) -> Iterator[Segment]:
    header = found.header
    after = FILE_HEADER + len(header.raw)
    yield Segment(FILE_HEADER, after, header.name, Role.STRUCTURE)
    yield Segment(after, found.palette, "colour masks", Role.STRUCTURE)
    stop = found.palette + found.colours * header.entry
    yield Segment(found.palette, stop, "palette", Role.STRUCTURE)
    if found.missing:
        yield Segment(found.pixels, found.stop, "truncated", Role.ORPHAN)
    elif header.compression in INNER:
        yield from _inner(reader, found)
    else:
        yield Segment(found.pixels, found.stop, "pixels", Role.PAYLOAD)
    if found.profile:
        name, role = ("ICC profile", Role.STRUCTURE) if header.embedded else ("linked profile", Role.METADATA)
        yield Segment(*found.profile, name, role)


def _inner(reader: Reader, found: Layout) -> Iterator[Segment]:
    try:
        yield from nested.segments(INNER[found.header.compression], reader, found.pixels, found.stop)
    except FormatError:
        yield Segment(found.pixels, found.stop, "unreadable", Role.ORPHAN)
