"""What the makers' own notes say about somebody: serial numbers, names, places. Fast, so for every picture; `makernote` reads the rest.

No maker publishes them. Where a directory stands, what its offsets count from and what the numbers mean is taken from
ExifTool's tables (exiftool.org/TagNames; MakerNotes.pm and the makers' modules of 12.57).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Reveal, Tag
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Names = Mapping[int, tuple[str, Reveal]]

MOST_ENTRIES: Final = 256
LONGEST_VALUE: Final = 512
_SIZES: Final = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)  # TIFF 6.0, section 2
_INTEGERS: Final = {3: "H", 4: "I", 8: "h", 9: "i", 13: "I"}
_EMPTY: Final = frozenset({"", "0", "---", "(none)"})  # as Panasonic and others fill what nobody typed in

_APPLE: Final[Names] = {
    0x0B: ("BurstUUID", Reveal.EDIT),
    0x11: ("ContentIdentifier", Reveal.SERIAL),  # the same in the video that belongs to it
    0x15: ("ImageUniqueID", Reveal.SERIAL),
    0x2B: ("PhotoIdentifier", Reveal.SERIAL),
}
_CANON: Final[Names] = {
    0x06: ("CanonImageType", Reveal.DEVICE),
    0x07: ("CanonFirmwareVersion", Reveal.SOFTWARE),
    0x09: ("OwnerName", Reveal.OWNER),
    0x0C: ("SerialNumber", Reveal.SERIAL),
    0x28: ("ImageUniqueID", Reveal.SERIAL),
    0x95: ("LensModel", Reveal.DEVICE),
    0x96: ("InternalSerialNumber", Reveal.SERIAL),
}
_FUJIFILM: Final[Names] = {0x10: ("InternalSerialNumber", Reveal.SERIAL)}
_MOTOROLA: Final[Names] = {
    0x5500: ("BuildNumber", Reveal.SOFTWARE),
    0x5501: ("SerialNumber", Reveal.SERIAL),
}
_NIKON: Final[Names] = {
    0x1D: ("SerialNumber", Reveal.SERIAL),
    0xA0: ("SerialNumber", Reveal.SERIAL),
    0xB6: ("PowerUpTime", Reveal.TIME),
}
_OLYMPUS: Final[Names] = {
    0x0404: ("SerialNumber", Reveal.SERIAL),
    0x101A: ("SerialNumber", Reveal.SERIAL),
}
_EQUIPMENT: Final[Names] = {
    0x0101: ("SerialNumber", Reveal.SERIAL),
    0x0102: ("InternalSerialNumber", Reveal.SERIAL),
    0x0202: ("LensSerialNumber", Reveal.SERIAL),
}
_PANASONIC: Final[Names] = {
    0x25: ("InternalSerialNumber", Reveal.SERIAL),
    0x52: ("LensSerialNumber", Reveal.SERIAL),
    0x65: ("Title", Reveal.COMMENT),
    0x66: ("BabyName", Reveal.PERSON),
    0x67: ("Location", Reveal.LOCATION),
    0x69: ("Country", Reveal.LOCATION),
    0x6B: ("State", Reveal.LOCATION),
    0x6D: ("City", Reveal.LOCATION),
    0x6F: ("Landmark", Reveal.LOCATION),
}
_PENTAX: Final[Names] = {
    0x0215: ("CameraInfo", Reveal.SERIAL),  # five numbers: model, day it was made … the last is its own
    0x0229: ("SerialNumber", Reveal.SERIAL),
}
_RICOH: Final[Names] = {0x05: ("SerialNumber", Reveal.SERIAL)}
_SAMSUNG: Final[Names] = {
    0xA002: ("SerialNumber", Reveal.SERIAL),
    0xA005: ("LensSerialNumber", Reveal.SERIAL),
}
_SIGMA: Final[Names] = {0x02: ("SerialNumber", Reveal.SERIAL)}
_NINTENDO: Final[Names] = {0x1101: ("InternalSerialNumber", Reveal.SERIAL)}


class Layout(NamedTuple):
    """How one kind of note is told and read. `base`: offsets count from so many bytes into the note; None: from the Exif block."""

    make: bytes  # what the camera's make begins with, in capitals; empty where the note tells by itself
    begins: bytes
    start: int  # of the directory, in the note
    base: int | None
    names: Names


_LAYOUTS: Final = (
    Layout(b"", b"Apple iOS\0", 14, 0, _APPLE),
    Layout(b"", b"Nikon\0\2", 18, 10, _NIKON),
    Layout(b"CANON", b"", 0, None, _CANON),
    Layout(b"", b"FUJIFILM", 12, 0, _FUJIFILM),
    Layout(b"", b"MOT\0", 8, 0, _MOTOROLA),
    Layout(b"", b"OLYMPUS\0", 12, 0, _OLYMPUS),
    Layout(b"", b"OM SYSTEM\0", 16, 0, _OLYMPUS),
    Layout(b"", b"OLYMP\0", 8, None, _OLYMPUS),
    Layout(b"", b"Panasonic\0", 12, None, _PANASONIC),
    Layout(b"", b"LEICA CAMERA AG\0", 18, None, _PANASONIC),
    Layout(b"", b"PENTAX \0", 10, 0, _PENTAX),
    Layout(b"", b"AOC\0", 6, None, _PENTAX),
    Layout(b"RICOH", b"R", 8, None, _RICOH),
    Layout(b"SIGMA", b"SIGMA\0", 10, None, _SIGMA),
    Layout(b"SAMSUNG", b"", 0, 0, _SAMSUNG),
    Layout(b"NIKON", b"", 0, None, _NIKON),
    Layout(b"NINTENDO", b"", 0, None, _NINTENDO),
)


def tags(block: bytes, make: bytes, start: int, stop: int) -> Iterator[Tag]:
    """What the note at `start` to `stop` of a TIFF-shaped Exif block says. `make` is the camera's, as the block gives it."""
    head, make = block[start : min(stop, start + 32)], make.strip(b"\0 ").upper()
    for layout in _LAYOUTS:
        if head.startswith(layout.begins) and make.startswith(layout.make):
            base = 0 if layout.base is None else start + layout.base
            yield from _directory(block, start + layout.start, base, layout.names)
            return


def _directory(block: bytes, at: int, base: int, names: Names) -> Iterator[Tag]:
    order = _order(block, at)
    if not order:
        return
    (count,) = struct.unpack_from(order + "H", block, at)
    count = min(count, MOST_ENTRIES, (len(block) - at - 2) // 12)
    place = at - 2
    for tag, kind, many, value in struct.iter_unpack(order + "HHII", block[at + 2 : at + 2 + 12 * count]):
        place += 12
        if tag == 0x2010 and names is _OLYMPUS:
            inner = base + value if kind in {4, 13} else base + value if many > 4 else 0
            yield from _directory(block, inner, base, _EQUIPMENT)
        known = names.get(tag)
        if known is None or not 0 < kind < 14:
            continue
        size = many * _SIZES[kind]
        start = place if size <= 4 else base + value
        text = _text(block[start : min(start + size, start + LONGEST_VALUE)], order, kind, names)
        if text not in _EMPTY:
            yield Tag("MakerNote", known[0], text, known[1])


def _order(block: bytes, at: int) -> str:
    """Most makers write in the order of the block, some always in their own: the one in which the count is a small number."""
    if not 8 <= at <= len(block) - 14:
        return ""
    little, big = int.from_bytes(block[at : at + 2], "little"), int.from_bytes(block[at : at + 2], "big")
    if not little or min(little, big) > MOST_ENTRIES:
        return ""
    return "<" if little < big else ">"


def _text(raw: bytes, order: str, kind: int, names: Names) -> str:
    if names is _NINTENDO:  # four bytes in a table of the camera's own
        return raw[0x18:0x1C].hex() if any(raw[0x18:0x1C]) else ""
    code = _INTEGERS.get(kind)
    if code:
        whole = len(raw) // struct.calcsize(code)
        return " ".join(map(str, struct.unpack_from(f"{order}{min(whole, 8)}{code}", raw)))
    if not any(raw):
        return ""
    text = raw.rstrip(b"\0 ")
    return decoded(text) if all(byte >= 0x20 for byte in text) else raw.hex()
