"""What the makers' own notes say about somebody: serial numbers, names, places. Fast, so for every picture; `makernote` reads the rest.

No maker publishes them. Where a directory stands, what its offsets count from and what the numbers mean is taken from
ExifTool's tables (exiftool.org/TagNames; MakerNotes.pm and the makers' modules of 13.59).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import maker_parts as parts
from audit.formats.base import Reveal, Tag
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.formats.maker_parts import Parts

    Names = Mapping[int, tuple[str, Reveal]]

MOST_ENTRIES: Final = 256
LONGEST_VALUE: Final = 512
_SIZES: Final = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)  # TIFF 6.0, section 2
_INTEGERS: Final = {3: "H", 4: "I", 8: "h", 9: "i", 13: "I"}
_CITIES: Final = frozenset({"HometownCity", "DestinationCity"})  # of Pentax: by their numbers
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
_OLYMPUS_INNER: Final[Mapping[int, Names]] = {
    0x2010: {  # equipment
        0x0101: ("SerialNumber", Reveal.SERIAL),
        0x0102: ("InternalSerialNumber", Reveal.SERIAL),
        0x0202: ("LensSerialNumber", Reveal.SERIAL),
        0x0203: ("LensModel", Reveal.DEVICE),
        0x0302: ("ExtenderSerialNumber", Reveal.SERIAL),
        0x1003: ("FlashSerialNumber", Reveal.SERIAL),
    },
    0x2020: {0x0908: ("DateTimeUTC", Reveal.TIME)},  # settings
}
_PANASONIC: Final[Names] = {
    0x25: ("InternalSerialNumber", Reveal.SERIAL),
    0x33: ("BabyAge", Reveal.PERSON),
    0x52: ("LensSerialNumber", Reveal.SERIAL),
    0x54: ("AccessorySerialNumber", Reveal.SERIAL),
    0x65: ("Title", Reveal.COMMENT),
    0x66: ("BabyName", Reveal.PERSON),
    0x67: ("Location", Reveal.LOCATION),
    0x69: ("Country", Reveal.LOCATION),
    0x6B: ("State", Reveal.LOCATION),
    0x6D: ("City", Reveal.LOCATION),
    0x6F: ("Landmark", Reveal.LOCATION),
    0x80: ("City2", Reveal.LOCATION),
    0xAF: ("TimeStamp", Reveal.TIME),
}
_LEICA: Final[Names] = {
    0x0305: ("SerialNumber", Reveal.SERIAL),
    0x0500: ("InternalSerialNumber", Reveal.SERIAL),
}
_LEICA_M8: Final[Names] = {0x0303: ("SerialNumber", Reveal.SERIAL)}
_PENTAX: Final[Names] = {
    0x23: ("HometownCity", Reveal.TIME),  # by which the clock is set
    0x24: ("DestinationCity", Reveal.TIME),
    0x0215: ("CameraInfo", Reveal.SERIAL),  # five numbers: model, day it was made … the last is its own
    0x0229: ("SerialNumber", Reveal.SERIAL),
    0x022E: ("Artist", Reveal.OWNER),
    0x022F: ("Copyright", Reveal.OWNER),
}
_CASIO: Final[Names] = {
    0x3006: ("HometownCity", Reveal.TIME)
}  # by which the clock is set; Tokyo, if nobody does
_CASIO_GAPS: Final = frozenset({0, 2, 4, 16})  # bytes between a directory and its first long value
_RICOH: Final[Names] = {0x05: ("SerialNumber", Reveal.SERIAL)}
_SAMSUNG: Final[Names] = {
    0x31: ("LocationName", Reveal.LOCATION),
    0x0123: ("FaceName", Reveal.PERSON),
    0xA002: ("SerialNumber", Reveal.SERIAL),
    0xA005: ("LensSerialNumber", Reveal.SERIAL),
}
_SONY: Final[Names] = {0x2031: ("SerialNumber", Reveal.SERIAL)}
_SIGMA: Final[Names] = {0x02: ("SerialNumber", Reveal.SERIAL)}
_NINTENDO: Final[Names] = {0x1101: ("InternalSerialNumber", Reveal.SERIAL)}


class Layout(NamedTuple):
    """How one kind of note is told and read. `base`: offsets count from so many bytes into the note; None: from the Exif block."""

    make: bytes  # what the camera's make begins with, in capitals; empty where the note tells by itself
    begins: bytes
    start: int  # of the directory, in the note
    base: int | None
    names: Names
    parts: Parts = parts.NONE


_SONY_BEGINS: Final = (b"SONY DSC", b"SONY CAM", b"SONY MOBILE", b"\0\0SONY PIC\0", b"VHAB     \0")
_LAYOUTS: Final = (
    Layout(b"", b"Apple iOS\0", 14, 0, _APPLE),
    Layout(b"", b"Nikon\0\2", 18, 10, _NIKON, parts.NIKON),
    Layout(b"CANON", b"", 0, None, _CANON, parts.CANON),
    Layout(b"", b"FUJIFILM", 12, 0, _FUJIFILM, parts.FUJIFILM),
    Layout(b"", b"MOT\0", 8, 0, _MOTOROLA),
    Layout(b"", b"OLYMPUS\0", 12, 0, _OLYMPUS),
    Layout(b"", b"OM SYSTEM\0", 16, 0, _OLYMPUS),
    Layout(b"", b"OLYMP\0", 8, None, _OLYMPUS),
    Layout(b"", b"Panasonic\0", 12, None, _PANASONIC, parts.PANASONIC),
    Layout(b"", b"LEICA CAMERA AG\0", 18, None, _PANASONIC, parts.PANASONIC),
    Layout(b"LEICA CAMERA", b"LEICA\0\0\0", 8, 8, _LEICA_M8),
    Layout(b"LEICA", b"LEICA\0\0\0", 8, None, _PANASONIC, parts.PANASONIC),
    *(Layout(b"", b"LEICA\0" + bytes([kind, 0]), 8, 0, _LEICA) for kind in (1, 4, 5, 6, 7, 0x10, 0x1A)),
    *(Layout(b"", b"LEICA\0" + bytes([kind, 0]), 8, None, _LEICA) for kind in (8, 9, 10)),
    Layout(b"", b"PENTAX \0", 10, 0, _PENTAX),
    Layout(b"", b"AOC\0", 6, None, _PENTAX),
    Layout(b"", b"RICOH\0II", 8, 0, _PENTAX),
    Layout(b"", b"RICOH\0MM", 8, 0, _PENTAX),
    Layout(b"", b"Ricoh", 8, None, _RICOH),
    Layout(b"RICOH", b"R", 8, None, _RICOH),
    Layout(b"", b"QVC\0", 6, None, _CASIO),
    Layout(b"", b"DCI\0", 6, None, _CASIO),
    *(Layout(b"", begins, 12, None, _SONY, parts.SONY) for begins in _SONY_BEGINS),
    Layout(b"SONY", b"", 0, None, _SONY, parts.SONY),
    Layout(b"SIGMA", b"SIGMA\0", 10, None, _SIGMA),
    Layout(b"SAMSUNG", b"", 0, 0, _SAMSUNG),
    Layout(b"NIKON", b"", 0, None, _NIKON),
    Layout(b"NINTENDO", b"", 0, None, _NINTENDO),
)


class _Note(NamedTuple):
    block: bytes
    base: int  # what offsets count from, in the block
    names: Names
    parts: Parts
    model: bytes


def tags(block: bytes, camera: tuple[bytes, bytes], start: int, stop: int) -> Iterator[Tag]:
    """What the note at `start` to `stop` of a TIFF-shaped Exif block says. `camera`: make and model, as the block gives them."""
    head = block[start : min(stop, start + 32)]
    make, model = (told.strip(b"\0 ") for told in camera)
    make = make.upper()
    for layout in _LAYOUTS:
        if head.startswith(layout.begins) and make.startswith(layout.make):
            at = start + layout.start
            base = _moved(block, at, stop, layout.names) if layout.base is None else start + layout.base
            yield from _directory(_Note(block, base, layout.names, layout.parts, model), at)
            return


def _moved(block: bytes, at: int, stop: int, names: Names) -> int:
    """How far a note was moved by a program that left its offsets as they were: 0 if any value lies in the note.

    What counts from the Exif block then leads elsewhere; makers put the first long value right behind the directory. Casio's
    notes have a preview inside and are so long that values lie in them still; the first is told by the gap before it.
    """
    order = _order(block, at)
    if not order:
        return 0
    count = int.from_bytes(block[at : at + 2], "little" if order == "<" else "big")
    end = at + 2 + 12 * min(count, MOST_ENTRIES, (len(block) - at - 2) // 12)
    listed = struct.iter_unpack(order + "HHII", block[at + 2 : end])
    places: list[int] = [
        value for _, kind, many, value in listed if 0 < kind < 14 and many * _SIZES[kind] > 4
    ]
    if not places or (
        any(end <= place < stop for place in places)
        and (names is not _CASIO or min(places) - end in _CASIO_GAPS)
    ):
        return 0
    return end + 4 - min(places)


def _directory(note: _Note, at: int) -> Iterator[Tag]:
    block, base, names, inside, model = note
    order = _order(block, at)
    if not order:
        return
    (count,) = struct.unpack_from(order + "H", block, at)
    count = min(count, MOST_ENTRIES, (len(block) - at - 2) // 12)
    place = at - 2
    for tag, kind, many, value in struct.iter_unpack(order + "HHII", block[at + 2 : at + 2 + 12 * count]):
        place += 12
        if names is _OLYMPUS and tag in _OLYMPUS_INNER:
            inner = base + value if kind in {4, 13} or many > 4 else 0
            yield from _directory(note._replace(names=_OLYMPUS_INNER[tag]), inner)
        known, part = names.get(tag), inside.get(tag)
        if (known is None and part is None) or not 0 < kind < 14:
            continue
        size = many * _SIZES[kind]
        start = place if size <= 4 else base + value
        if part:
            stop = min(start + size, start + parts.LONGEST_PART)
            yield from part(block[start:stop], order, model)
        elif known:
            text = _text(block[start : min(start + size, start + LONGEST_VALUE)], order, kind, names)
            if known[0] in _CITIES and names is _PENTAX:
                text = _city(text)
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
    if kind == 2 and any(0 < byte < 0x20 for byte in text):
        return ""  # some program moved the note, and its offsets lead elsewhere
    if kind == 2:
        return decoded(text.partition(b"\0")[0])
    return decoded(text) if _readable(text) else raw.hex()


def _city(number: str) -> str:
    known = number.isdecimal() and int(number) < len(parts.CITIES)
    return parts.CITIES[int(number)] if known else f"number {number}"


def _readable(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return all(byte >= 0x20 for byte in raw)
