"""Uncompressed rows of a bitmap: bits and bytes in them that no viewer shows are zeroed.

Rows are padded to four bytes; pixels of 16 and 32 bits need not use all of them ([MS-WMF] 2.2.2.9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Bytes, Copy, FormatError, Zero
from audit.formats.pieces import LARGEST_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader

_WINDOW: Final = 1 << 18
_SHORT_ROW: Final = 512  # bytes; the padding of shorter ones is not worth pieces of its own


class Raster(NamedTuple):
    """Where rows stand, and which bits of a pixel mean something."""

    start: int
    width: int
    height: int
    bits: int
    meaning: int
    name: str = "pixels"

    @property
    def visible(self) -> int:
        """Bytes of a row that hold pixels."""
        return (self.width * self.bits + 7) // 8

    @property
    def stride(self) -> int:
        return (self.visible + 3) // 4 * 4

    @property
    def stop(self) -> int:
        return self.start + self.stride * self.height

    @property
    def least(self) -> int:
        """Where it may stop: some writers leave out the padding of the last row."""
        return self.stop - self.stride + self.visible

    def mask(self) -> bytes:
        """The bits of one row that mean something."""
        if not self.meaning:
            row = b""
        elif self.bits >= 8:
            row = self.meaning.to_bytes(self.bits // 8, "little") * self.width
        else:
            full, rest = divmod(self.width * self.bits, 8)
            row = b"\xff" * full + (bytes((0xFF00 >> rest & 0xFF,)) if rest else b"")
        return row.ljust(self.stride, b"\0")


def pieces(reader: Reader, raster: Raster, used: set[int]) -> Iterator[Piece]:
    """All rows. The numbers of the colours in use are added to `used` if there are at most 256."""
    if raster.stride > LARGEST_BLOCK:
        raise FormatError(raster.start, "too wide a picture")
    raster = raster._replace(meaning=_meaning(reader, raster))
    mask = raster.mask()
    if raster.bits > 8 and mask.count(b"\xff") == len(mask) and raster.stop <= reader.size:
        yield Copy(raster.start, raster.stop)
        return
    many = max(1, _WINDOW // raster.stride)
    whole = int.from_bytes(mask * many, "big")
    values: set[int] = set()
    for first in range(0, raster.height, many):
        count = min(many, raster.height - first)
        at, size = raster.start + first * raster.stride, count * raster.stride
        data = reader.read(at, size)
        fit = whole if count == many else int.from_bytes(mask * count, "big")
        clean = (int.from_bytes(data.ljust(size, b"\0"), "big") & fit).to_bytes(size, "big")
        values.update(clean if raster.bits <= 8 else b"")
        yield from [Copy(at, at + size)] if clean == data else _rows(raster, at, data, clean)
    used.update(_colours(values, raster.bits))


def _meaning(reader: Reader, raster: Raster) -> int:
    """The fourth byte of pixels with 32 bits may also be 255 throughout: some viewers take it for opacity."""
    every = (1 << raster.bits) - 1
    if raster.meaning == every or raster.bits != 32:
        return raster.meaning
    spare = every & ~raster.meaning
    for at in range(raster.start, min(raster.stop, reader.size), _WINDOW):
        data = reader.read(at, min(_WINDOW, raster.stop - at))
        fit = int.from_bytes(spare.to_bytes(4, "little") * (len(data) // 4), "big")
        if int.from_bytes(data[: len(data) // 4 * 4], "big") & fit != fit:
            return raster.meaning
    return every


def _rows(raster: Raster, at: int, data: bytes, clean: bytes) -> Iterator[Piece]:
    """A window in which something hides: rows with nothing but dirty padding are copied without it."""
    stride, visible = raster.stride, raster.visible
    if visible < _SHORT_ROW:
        yield Bytes(clean, raster.name)
        return
    for row in range(0, len(clean), stride):
        shown = clean[row : row + visible]
        if shown == data[row : row + visible]:
            yield Copy(at + row, at + row + visible)
            pad = clean[row + visible : row + stride]
            if pad and pad == data[row + visible : row + stride]:
                yield Copy(at + row + visible, at + row + stride)
            elif pad:
                yield Zero(len(pad))
        else:
            yield Bytes(clean[row : row + stride], raster.name)


def _colours(values: set[int], bits: int) -> set[int]:
    """The numbers that bytes hold, each of so many bits."""
    part = (1 << bits) - 1
    return {value >> shift & part for value in values for shift in range(0, 8, bits)}


def any_alpha(reader: Reader, raster: Raster) -> bool:
    """Whether a pixel of 32 bits has an opacity other than 0."""
    for at in range(raster.start, min(raster.stop, reader.size), _WINDOW):
        if any(reader.read(at, min(_WINDOW, raster.stop - at))[3::4]):
            return True
    return False
