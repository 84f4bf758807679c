"""Where a picture was taken, of all that Exif can say of places: position and height, read and written anew (Exif 2.32, 4.6.6).

Degrees, minutes and seconds are fractions that the same place can be written in by countless ways. Here there is one for each
place: nothing of how they were written comes through.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION, LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, ALTITUDE_REF, ALTITUDE = range(7)
TAGS: Final = frozenset({LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE, ALTITUDE_REF, ALTITUDE})
_SECOND: Final = 10_000  # parts of an arc second: three millimetres on the ground
_METRE: Final = 1_000
_HIGHEST: Final = 100_000 * _METRE  # where space begins; the deepest sea is a ninth of it
BYTE, ASCII, RATIONAL = 1, 2, 5  # TIFF 6.0, section 2


class Place(NamedTuple):
    latitude: int  # in parts of an arc second, as the next
    longitude: int
    south: bool
    west: bool
    height: int | None = None  # in millimetres; negative below the sea


def parsed(found: Mapping[int, bytes], order: str) -> Place | None:
    """The place that the values of a GPS directory tell; None if they are not of their exact form, or tell none.

    Height without a position is not kept. A position of 0, 0 is what devices write that know none.
    """
    south = _letter(found, LATITUDE_REF, b"NS")
    west = _letter(found, LONGITUDE_REF, b"EW")
    latitude = _angle(found.get(LATITUDE, b""), order, 90)
    longitude = _angle(found.get(LONGITUDE, b""), order, 180)
    if south is None or west is None or latitude is None or longitude is None or not latitude + longitude:
        return None
    return Place(latitude, longitude, south, west, _height(found, order))


def _letter(found: Mapping[int, bytes], tag: int, both: bytes) -> bool | None:
    """Whether it is the second of the two letters; None if it is neither."""
    letter = found.get(tag, b"").rstrip(b"\0")
    return both.index(letter) == 1 if len(letter) == 1 and letter in both else None


def _angle(data: bytes, order: str, most: int) -> int | None:
    """Some devices write 0/0 for seconds, having put them into the minutes."""
    if len(data) != 24:
        return None
    total = 0
    for at, seconds in ((0, 3600), (8, 60), (16, 1)):
        top, bottom = struct.unpack_from(order + "II", data, at)
        if not bottom and (top or not at):
            return None
        total += (2 * top * seconds * _SECOND + bottom) // (2 * bottom) if bottom else 0
    return total if total <= most * 3600 * _SECOND else None


def _height(found: Mapping[int, bytes], order: str) -> int | None:
    data, below = found.get(ALTITUDE, b""), found.get(ALTITUDE_REF, b"\0")
    if len(data) != 8 or below not in {b"\0", b"\1"}:
        return None
    top, bottom = struct.unpack(order + "II", data)
    height = (2 * top * _METRE + bottom) // (2 * bottom) if bottom else _HIGHEST + 1
    return None if height > _HIGHEST else -height if below == b"\1" else height


def values(place: Place, order: str) -> list[tuple[int, int, bytes]]:
    """What a GPS directory says of it and no more: tag, type and bytes, in order."""
    found = [
        (VERSION, BYTE, bytes((2, 3, 0, 0))),
        (LATITUDE_REF, ASCII, b"S\0" if place.south else b"N\0"),
        (LATITUDE, RATIONAL, _written(place.latitude, order)),
        (LONGITUDE_REF, ASCII, b"W\0" if place.west else b"E\0"),
        (LONGITUDE, RATIONAL, _written(place.longitude, order)),
    ]
    if place.height is not None:
        found.append((ALTITUDE_REF, BYTE, bytes((place.height < 0,))))
        found.append((ALTITUDE, RATIONAL, struct.pack(order + "II", abs(place.height), _METRE)))
    return found


def _written(angle: int, order: str) -> bytes:
    minutes, part = divmod(angle, 60 * _SECOND)
    return struct.pack(order + "6I", minutes // 60, 1, minutes % 60, 1, part, _SECOND)
