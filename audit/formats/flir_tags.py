"""What a thermal camera of FLIR writes beside the picture: which camera it was, and where (ExifTool 12.57, FLIR.pm)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_RECORDS: Final = 64
_CAMERA, _POSITION = 0x20, 0x2B
_WORDS: Final = (  # of the camera's record: offset, bytes
    (0xD4, 32, "CameraModel", Reveal.DEVICE),
    (0x104, 16, "CameraSerialNumber", Reveal.SERIAL),
    (0x114, 16, "CameraSoftware", Reveal.SOFTWARE),
    (0x170, 32, "LensModel", Reveal.DEVICE),
    (0x1A0, 16, "LensSerialNumber", Reveal.SERIAL),
)


def tags(data: bytes) -> Iterator[Tag]:
    """A header of 64 bytes that says where the list of records stands, each of 32 bytes: kind, place, length."""
    yield Tag("FLIR", "Thermal", f"{len(data)} bytes", Reveal.PICTURE)
    if data[:4] not in {b"FFF\0", b"AFF\0"} or len(data) < 64:
        return
    order = next(
        (each for each in (">", "<") if 100 <= struct.unpack_from(each + "I", data, 0x14)[0] < 200), ""
    )
    if not order:
        return
    at, many = struct.unpack_from(order + "II", data, 0x18)
    for place in range(at, min(at + 32 * min(many, MOST_RECORDS), len(data) - 31), 32):
        kind = struct.unpack_from(order + "H", data, place)[0]
        start, size = struct.unpack_from(order + "II", data, place + 12)
        record = data[start : start + size]
        if kind == _CAMERA:
            yield from _camera(record)
        elif kind == _POSITION:
            yield from _position(record)


def _camera(record: bytes) -> Iterator[Tag]:
    for at, size, name, reveals in _WORDS:
        value = decoded(record[at : at + size].partition(b"\0")[0])
        if value:
            yield Tag("FLIR", name, value, reveals)


def _position(record: bytes) -> Iterator[Tag]:
    """Little-endian, whatever the rest is; the first number says whether there is a position at all."""
    if len(record) < 32 or not any(record[:4]):
        return
    north, east = struct.unpack_from("<dd", record, 16)
    if abs(north) <= 90 and abs(east) <= 180:
        yield Tag("GPS", "GPSPosition", f"{north:.6f}, {east:.6f}", Reveal.LOCATION)
