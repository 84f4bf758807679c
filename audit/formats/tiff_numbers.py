"""Numbers that a TIFF keeps: those that cannot be go, and fractions are written so that they spell nothing (TIFF 6.0, section 8)."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from audit.formats.tiff_pages import JPEG, OLD_JPEG
from audit.formats.tiff_read import LONG, LONG8, SHORT, SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.tiff_pages import Shape
    from audit.formats.tiff_read import Form

_SUBFILE, _ROWS, _PLANES, _SUBSAMPLING = 0x00FE, 0x0116, 0x011C, 0x0212
_PREDICTOR: Final = 0x013D
_PREDICTORS: Final = frozenset(
    {1, 2, 3, *range(34_892, 34_898)}
)  # TIFF 6.0, section 14; its third supplement; DNG 1.4
# NewSubfileType, T4Options, T6Options, ImageDepth, TileDepth, LercParameters.
_LONG: Final = frozenset({_SUBFILE, 0x0124, 0x0125, 0x80E5, 0x80E6, 0xC5F2})
_LARGEST: Final = 65_535
# The least and the greatest that a tag may say; of ExtraSamples one program writes 999.
_WHOLE: Final[dict[int, tuple[int, int]]] = {
    0x00FF: (1, 3),  # SubfileType
    0x010A: (1, 2),  # FillOrder
    **dict.fromkeys((0x0118, 0x0119, 0x0129, 0x0150), (0, _LARGEST)),  # sample values, PageNumber, DotRange
    0x0122: (1, 5),  # GrayResponseUnit
    0x0124: (0, 7),  # T4Options
    0x0125: (0, 3),  # T6Options
    0x0128: (1, 3),  # ResolutionUnit
    0x014C: (1, 2),  # InkSet
    0x014E: (1, _LARGEST),  # NumberOfInks
    0x0152: (0, 999),  # ExtraSamples
    0x0153: (1, 6),  # SampleFormat
    0x015A: (0, 1),  # Indexed
    0x0200: (1, 14),  # JPEGProc
    0x0203: (0, _LARGEST),  # JPEGRestartInterval
    0x0213: (1, 2),  # YCbCrPositioning
    0xC5F2: (0, _LARGEST),  # LercParameters
}
_REAL: Final[dict[int, tuple[float, float]]] = {
    **dict.fromkeys((0x011A, 0x011B), (0, 1e8)),  # resolution
    **dict.fromkeys((0x013E, 0x013F), (-2, 2)),  # WhitePoint, PrimaryChromaticities
    0x0211: (-2, 2),  # YCbCrCoefficients
    0x0214: (-_LARGEST, _LARGEST),  # ReferenceBlackWhite
}
_KINDS: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 16: "Q", 17: "q"}
_FRACTIONS: Final = {5: "I", 10: "i"}
_SMALLEST, _GREATEST = 1e-9, 3e38  # beside 0
_PARTS: Final = 10_000  # as fine as a fraction is written anew
_ORDINARY: Final = frozenset(
    {*(10**n for n in range(10)), *(1 << n for n in range(32)), (1 << 32) - 1, (1 << 31) - 1}
)


def usual(how: Form, own: Shape, tag: int, kind: int, data: bytes) -> tuple[int, bytes]:
    """The type and bytes of whole numbers as most programs write them: SHORT where they fit, else LONG (TIFF 6.0, section 8)."""
    found = struct.unpack(f"{how.order}{len(data) // SIZES[kind]}{_KINDS[kind]}", data)
    if tag == _ROWS and own.compression != OLD_JPEG:
        found = (min(found[0], own.height),)
    elif tag == _PLANES:
        found = (2 if own.planar else 1,)
    elif tag == _SUBSAMPLING and own.compression == JPEG and not {*found} <= {1, 2, 4}:
        return kind, b""  # what JPEG says itself counts
    most = max(found)
    new = LONG8 if most >= 1 << 32 else LONG if most > _LARGEST or tag in _LONG else SHORT
    return new, struct.pack(f"{how.order}{len(found)}{_KINDS[new]}", *found)


def kept(how: Form, tag: int, kind: int, data: bytes) -> bytes:
    """What stays of a value; empty if it goes. Long numbers get as exact as short ones."""
    if kind in _FRACTIONS:
        return _fractions(how, tag, kind, data)
    code = _KINDS.get(kind)
    if code is None:
        return data
    found = struct.unpack(
        f"{how.order}{len(data) // SIZES[kind]}{code}", data[: len(data) // SIZES[kind] * SIZES[kind]]
    )
    if tag == _PREDICTOR and not {*found} <= _PREDICTORS:
        return b""
    if tag == _SUBFILE:
        return struct.pack(how.order + code, found[0] & 0x1F) if found else b""
    if code == "d" and all(map(_sensible, found)):
        data = struct.pack(
            f"{how.order}{len(found)}d", *(struct.unpack("f", struct.pack("f", n))[0] for n in found)
        )
    least, most = _WHOLE.get(tag) or _REAL.get(tag) or (None, None)
    fitting = least is None or most is None or all(least <= number <= most for number in found)
    return data if fitting and (code not in "fd" or all(map(_sensible, found))) else b""


def _sensible(number: float) -> bool:
    return number == 0 or _SMALLEST <= abs(number) <= _GREATEST


def _fractions(how: Form, tag: int, kind: int, data: bytes) -> bytes:
    """As they are where their denominator is an ordinary one, else as fractions of small numbers."""
    code = f"{how.order}{len(data) // 4}{_FRACTIONS[kind]}"
    found = struct.unpack(code, data)
    pairs = list(zip(found[::2], found[1::2], strict=True))
    least, most = _REAL.get(tag, (-_LARGEST, _LARGEST))
    if not all(below and least <= above / below <= most for above, below in pairs):
        return b""
    return struct.pack(code, *_plain(pairs))


def _plain(pairs: Sequence[tuple[int, int]]) -> Iterator[int]:
    for above, below in pairs:
        if below in _ORDINARY:
            yield from (above, below)
        else:
            near = Fraction(above, below).limit_denominator(_PARTS)
            yield from (near.numerator, near.denominator)
