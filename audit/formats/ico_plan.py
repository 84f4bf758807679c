"""What of an icon its pictures need: the directory, then each picture scrubbed, close together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import bmp_header, bmp_pixels, ico_walk, nested, png
from audit.formats.base import Bytes, Copy
from audit.formats.bmp_plan import colours_kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader
    from audit.formats.bmp_header import Header
    from audit.formats.ico_walk import Picture

_ICON: Final = b"\0\0\1\0"
_DEEPEST: Final = b"\x20\0"  # bits
_BITS: Final = frozenset(bytes((bits, 0)) for bits in (0, 1, 2, 4, 8, 16, 24, 32))


def pieces(reader: Reader, policy: Policy) -> Iterator[Piece]:
    """Raises FormatError where a picture is not there, cut off or damaged."""
    entries = ico_walk.entries(reader)
    icon = reader.read(0, 4) == _ICON
    masked = {ico_walk.place(entry).start for entry in entries if icon and entry[6:8] != _DEEPEST}
    kept = {
        picture: list(_picture(reader, picture, policy, masked=picture.start in masked))
        for picture in ico_walk.pictures(reader)
    }
    at = ico_walk.DIRECTORY + len(entries) * ico_walk.ENTRY
    places: dict[int, bytes] = {}
    counts = {picture.start: _counts(reader, picture) for picture in kept}
    for picture, parts in kept.items():
        size = nested.length(parts)
        places[picture.start] = size.to_bytes(4, "little") + at.to_bytes(4, "little")
        at += size
    yield Copy(0, ico_walk.DIRECTORY)
    yield Bytes(
        b"".join(
            _entry(entry, counts[ico_walk.place(entry).start], icon=icon)
            + places[ico_walk.place(entry).start]
            for entry in entries
        ),
        "directory",
    )
    for parts in kept.values():
        yield from parts


def _counts(reader: Reader, picture: Picture) -> tuple[int, ...]:
    """What a directory may say of the number of colours, the usual first: 0 where they are 256 or more."""
    if ico_walk.is_png(reader, picture):
        return (0,)
    found = ico_walk.bitmap(reader, picture)
    most = found.header.most_colours & 255
    return most, 0, found.colours & 255


def _entry(entry: bytes, counts: Sequence[int], *, icon: bool) -> bytes:
    """Width, height, number of colours, reserved; planes and bits, or the hot spot of a cursor."""
    entry = entry[:2] + bytes((entry[2] if entry[2] in counts else counts[0],)) + entry[3:]
    if not icon:
        return entry[:3] + b"\0" + entry[4:8]
    planes = entry[4:6] if entry[4:6] in {b"\0\0", b"\1\0"} else b"\1\0"
    return entry[:3] + b"\0" + planes + (entry[6:8] if entry[6:8] in _BITS else b"\0\0")


def _picture(reader: Reader, picture: Picture, policy: Policy, *, masked: bool) -> Iterator[Piece]:
    """`masked`: the directory does not say that there are 32 bits, so that some viewers want the mask."""
    if ico_walk.is_png(reader, picture):
        yield from nested.pieces(png.WALKER, reader, *picture, policy)
        return
    found = ico_walk.bitmap(reader, picture)
    header = found.header
    used: set[int] = set()
    pixels = list(bmp_pixels.pieces(reader, found.raster, used))
    raw = reader.read(found.palette, found.colours * header.entry)
    mask = list(_mask(reader, found, wanted=masked)) if found.masked else []
    size = _image_size(header, nested.length(pixels), nested.length(mask))
    yield Bytes(bmp_header.cleaned(header, size, found.colours, printed=False), header.name)
    yield Bytes(found.masks, "colour masks")
    yield Bytes(colours_kept(raw, header.entry, used), "palette")
    yield from pixels
    yield from mask


def _image_size(header: Header, pixels: int, mask: int) -> int:
    """Some writers count the mask, some do not."""
    return header.image_size if header.image_size in {pixels, pixels + mask} else pixels


def _mask(reader: Reader, found: ico_walk.Bitmap, *, wanted: bool) -> Iterator[Piece]:
    """Viewers look at the mask only where no pixel has an opacity of its own, or they do not know that it has."""
    mask = found.mask
    if found.masked < mask.stop - mask.start:
        yield Copy(mask.start, mask.start + found.masked)
        return
    if not wanted and found.header.bits == 32 and bmp_pixels.any_alpha(reader, found.raster):
        mask = mask._replace(meaning=0)
    yield from bmp_pixels.pieces(reader, mask, set())
