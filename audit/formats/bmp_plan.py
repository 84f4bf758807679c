"""What of a bitmap file a picture needs: its parts close together, and nothing in them that does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.formats import bmp_header, bmp_pixels, nested
from audit.formats.base import Bytes, Copy, FormatError, Keep
from audit.formats.bmp_header import NESTED, RUNS
from audit.formats.bmp_rle import Runs
from audit.formats.bmp_walk import FILE_HEADER, INNER, layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment
    from audit.formats.bmp_walk import Layout


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
    """Headers, masks, palette, pixels, profile: ImageMagick reads none before the pixels. Raises FormatError where the picture is cut off."""
    known = next((segment.stop for segment in segments if segment.name == "pixels"), None)
    found = layout(reader, known)
    if found.missing:
        raise FormatError(reader.size, "the file ends inside its picture")
    used = {0} if found.header.compression in RUNS else set[int]()  # what runs leave out has colour 0
    pixels = list(_pixels(reader, found, policy, used))
    if found.short and max(used, default=0) >= found.colours:
        raise FormatError(10, "its palette and its pixels overlap")
    raw = reader.read(found.palette, found.colours * found.header.entry)
    palette = colours_kept(raw, found.header.entry, used)
    profile = _profile(reader, found) if Keep.ICC in policy.keep else []
    tables = [Bytes(found.masks, "colour masks"), Bytes(palette, "palette")]
    yield from _joined(found, tables, pixels, profile)


def _joined(
    found: Layout, tables: Sequence[Piece], pixels: Sequence[Piece], profile: Sequence[Piece]
) -> Iterator[Piece]:
    """One behind the other, with headers that say so."""
    header = found.header
    start = FILE_HEADER + len(header.raw) + nested.length(tables)
    size, length = nested.length(pixels), nested.length(profile)
    place = start + size - FILE_HEADER
    said = bmp_header.cleaned(header, size, found.colours, (place, length) if profile else None)
    numbers = start + size + length, 0, start
    yield Bytes(b"BM" + b"".join(n.to_bytes(4, "little") for n in numbers), "file header")
    yield Bytes(said, header.name)
    yield from tables
    yield from pixels
    yield from profile


def _pixels(reader: Reader, found: Layout, policy: Policy, used: set[int]) -> Iterator[Piece]:
    kind = found.header.compression
    if kind in NESTED:
        yield from nested.pieces(INNER[kind], reader, found.pixels, found.stop, policy)
    elif kind in RUNS:
        runs = Runs(reader, *found.runs)
        yield from runs.pieces()
        used.update(runs.used)
    else:
        yield from bmp_pixels.pieces(reader, found.raster, used)


def colours_kept(raw: bytes, entry: int, used: set[int]) -> bytes:
    """The palette with each colour that no pixel uses in black, or grey where all of them together are a greyscale.

    The fourth byte of an entry is reserved.
    """
    out = bytearray(raw)
    for number in range(len(raw) // entry):
        at = number * entry
        grey = bytes((255 if len(raw) == 2 * entry and number else number,) * 3)
        if number not in used and raw[at : at + 3] != grey:
            out[at : at + 3] = bytes(3)
        out[at + 3 : at + entry] = bytes(entry - 3)
    return bytes(out)


def _profile(reader: Reader, found: Layout) -> list[Piece]:
    """The embedded profile, if it is one (ICC.1:2022, 7.2.9)."""
    if not found.profile or not found.header.embedded:
        return []
    start, stop = found.profile
    return [Copy(start, stop)] if reader.read(start, 40)[36:40] == b"acsp" else []
