"""The minimal Exif block that a scrubbed picture keeps: orientation, and when and where it was taken if asked for."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from audit.formats import exif, exif_place
from audit.formats.base import FormatError, Keep, Policy, Tag

_TIME = rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d"
_TURNED = frozenset("12345678")
_ZONE = rb"[+-]\d\d:\d\d"


# One directory with one entry, a SHORT (TIFF 6.0, section 2): as piexif writes it, which takes long to import.
_TURNED_BLOCK = b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0%c\0\0\0\0\0\0"


class Kept(NamedTuple):
    """What a lone block says. An upright picture whose time and place are not kept needs no block."""

    orientation: int = 1  # Exif 2.32, 4.6.4: 1 is upright, 2 to 8 are turned or mirrored
    taken: bytes = b""  # "2024:03:09 13:37:11"
    zone: bytes = b""  # "+01:00"
    place: exif_place.Place | None = None


def kept(block: bytes, policy: Policy, beside: Iterable[Tag] = ()) -> Kept:
    """What of the TIFF-shaped Exif `block` the policy keeps. Values that are not of their exact form are not kept.

    `beside` are the tags of the file's XMP, read only where Exif says nothing: viewers turn a picture by them then.
    """
    orientation = 1
    if Keep.ORIENTATION in policy.keep:
        orientation = exif.orientation(block) or _turned(beside)
    taken, zone = _time(block) if Keep.TIME in policy.keep else (b"", b"")
    return Kept(orientation, taken, zone, exif.place(block) if Keep.LOCATION in policy.keep else None)


def _turned(tags: Iterable[Tag]) -> int:
    """XMP part 2, 1.2.5: `tiff:Orientation` has Exif's numbers."""
    try:
        said = next((tag.value for tag in tags if tag.name == "tiff:Orientation"), "1")
    except FormatError:
        return 1
    return int(said) if said in _TURNED else 1


def _time(block: bytes) -> tuple[bytes, bytes]:
    found = exif.raw_values(block, {("Exif", 0x9003), ("Exif", 0x9011)})
    taken = re.match(_TIME, found.get(("Exif", 0x9003), b""))
    zone = re.match(_ZONE, found.get(("Exif", 0x9011), b""))
    return (taken[0], zone[0] if zone else b"") if taken else (b"", b"")


@lru_cache(maxsize=64)
def write(what: Kept) -> bytes:
    """The TIFF-shaped block (without the "Exif" prefix of a JPEG), or nothing if there is nothing to say."""
    if what == Kept():
        return b""
    if what == Kept(what.orientation):
        return _TURNED_BLOCK % what.orientation
    import piexif

    first = {0x0112: what.orientation} if what.orientation != 1 else {}
    second = {tag: value for tag, value in ((0x9003, what.taken), (0x9011, what.zone)) if value}
    third = {tag: _loose(kind, data) for tag, kind, data in _place(what)}
    block: bytes = piexif.dump({"0th": first, "Exif": second, "GPS": third})
    return block[6:]


def _place(what: Kept) -> list[tuple[int, int, bytes]]:
    return exif_place.values(what.place, ">") if what.place else []


def _loose(kind: int, data: bytes) -> bytes | tuple[object, ...]:
    """A value as piexif takes it."""
    if kind == exif_place.RATIONAL:
        return tuple(struct.iter_unpack(">II", data))
    return tuple(data) if kind == exif_place.BYTE else data
