"""The small chunks that say how a PNG looks (PNG third edition, 11.2 and 11.3; APNG): as long as they must be, values that can be."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# 11.3.2 to 11.3.4, APNG: how long the data is. Apple's CgBI says that the streams lack their zlib header.
_LENGTHS: Final = {
    "CgBI": 4,
    "gAMA": 4,
    "cHRM": 32,
    "sRGB": 1,
    "cICP": 4,
    "mDCV": 24,
    "mDCv": 24,
    "cLLI": 8,
    "cLLi": 8,
    "pHYs": 9,
    "acTL": 8,
}
# By colour type: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
_BY_COLOUR: Final = {
    "sBIT": {0: 1, 2: 3, 3: 3, 4: 2, 6: 4},
    "bKGD": {0: 2, 2: 6, 3: 1, 4: 2, 6: 6},
    "tRNS": {0: 2, 2: 6},
}
# The order in which libpng writes what may stand before the palette and behind it (5.6): others would tell who wrote the file.
ORDER: Final = (
    "gAMA",
    "iCCP",
    "sRGB",
    "sBIT",
    "cHRM",
    "cICP",
    "mDCV",
    "mDCv",
    "cLLI",
    "cLLi",
    "PLTE",
    "tRNS",
    "bKGD",
    "pHYs",
    "acTL",
    "fcTL",
)
STRUCTURE: Final = frozenset({*_LENGTHS, *_BY_COLOUR, "PLTE", "iCCP", "fcTL"})
DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}

_LARGEST_GAMMA: Final = 10_000_000  # 100, in units of 1/100000
_FARTHEST: Final = 200_000  # a coordinate of 2; those of colours that nobody can see lie beyond 1
_BRIGHTEST: Final = 100_000_000  # 10000 candela per square metre, all that SMPTE ST 2084 has
_WHOLE: Final = 50_000  # 1, in units of 0.00002
_FINEST: Final = 1 << 24  # pixels for each metre
_MOST_OF_A_SHAPE: Final = 4095
_CODES: Final = 32  # H.273 gives out fewer


def fixed(name: str, data: bytes, header: bytes, entries: int) -> bytes:
    """What stays of a chunk; empty if its values are none. `header` is the data of IHDR, `entries` the length of the palette."""
    depth, colour = header[8], header[9]
    length = _LENGTHS.get(name) or _BY_COLOUR[name].get(colour, 0)
    data = data[:length] if len(data) >= length else b""
    if name in {"bKGD", "tRNS"} and colour != _PALETTE:
        most = (1 << depth) - 1
        return b"".join((number & most).to_bytes(2, "big") for number in _numbers(data, 2))
    if name == "pHYs" and data:
        data = _reduced(data)
    return data if data and _plausible(name, data, 8 if colour == _PALETTE else depth, entries) else b""


_PALETTE: Final = 3


def _numbers(data: bytes, size: int) -> list[int]:
    return [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size)]


def _plausible(name: str, data: bytes, depth: int, entries: int) -> bool:
    if name == "sBIT":
        return all(0 < bits <= depth for bits in data)
    if name == "bKGD":
        return data[0] < entries
    check = _CHECKS.get(name)
    return check is None or check(data)


def _mastering(data: bytes) -> bool:
    """11.3.2.7: four places in a colour diagram, whose coordinates add up to 1 at most, and the range of brightness."""
    places, (bright, dark) = _numbers(data[:16], 2), _numbers(data[16:], 4)
    return dark <= bright <= _BRIGHTEST and all(
        x + y <= _WHOLE for x, y in zip(places[::2], places[1::2], strict=True)
    )


def _density(data: bytes) -> bool:
    across, down = _numbers(data[:8], 4)
    most = _FINEST if data[8] else _MOST_OF_A_SHAPE
    return 0 < min(across, down) <= max(across, down) <= most and data[8] <= 1


def _reduced(data: bytes) -> bytes:
    """11.3.4.3: without a unit it tells the shape of pixels, which is a fraction."""
    numbers = _numbers(data[:8], 4)
    common = gcd(*numbers) or 1
    if data[8]:
        return data
    return b"".join((number // common).to_bytes(4, "big") for number in numbers) + data[8:]


_CHECKS: Final[dict[str, Callable[[bytes], bool]]] = {
    "sRGB": lambda data: data[0] <= 3,
    "cICP": lambda data: max(data) < _CODES and data[3] <= 1,
    "mDCV": _mastering,
    "mDCv": _mastering,
    "gAMA": lambda data: 0 < _numbers(data, 4)[0] <= _LARGEST_GAMMA,
    "cHRM": lambda data: max(_numbers(data, 4)) <= _FARTHEST,
    "cLLI": lambda data: max(_numbers(data, 4)) <= _BRIGHTEST,
    "cLLi": lambda data: max(_numbers(data, 4)) <= _BRIGHTEST,
    "pHYs": _density,
}
