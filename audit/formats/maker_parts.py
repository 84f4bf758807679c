"""Values of makers' notes that hold several things at once: names beside recognised faces, places, enciphered serial numbers.

No maker publishes them: what stands where is taken from ExifTool's tables (the makers' modules of 13.59).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Part = Callable[[bytes, str, bytes], Iterator[Tag]]
    """From a value, its byte order ("<" or ">") and the camera's model."""
    Parts = Mapping[int, Part]

MOST_FACES: Final = 8
LONGEST_PART: Final = 4096


def _whole(raw: bytes, at: int, size: int, order: str) -> int:
    return int.from_bytes(raw[at : at + size], "little" if order == "<" else "big")


def _said(name: str, raw: bytes, reveals: Reveal) -> Iterator[Tag]:
    text = decoded(raw.partition(b"\0")[0]).strip()
    if text:
        yield Tag("MakerNote", name, text, reveals)


def _panasonic_faces(raw: bytes, order: str, _model: bytes) -> Iterator[Tag]:
    """Panasonic.pm, FaceRecInfo: how many, then three times 48 bytes: a name of 20, a position, an age of 20."""
    for number in range(min(_whole(raw, 0, 2, order), 3)):
        at = 4 + 48 * number
        yield from _said("RecognizedFaceName", raw[at : at + 20], Reveal.PERSON)
        yield from _said("RecognizedFaceAge", raw[at + 28 : at + 48], Reveal.PERSON)


def _fujifilm_faces(raw: bytes, order: str, _model: bytes) -> Iterator[Tag]:
    """FujiFilm.pm, ProcessFaceRec: pairs of offset and length of entries that say where a name and a birthday stand."""
    for number in range(MOST_FACES):
        entry, size = _whole(raw, 8 * number, 4, order), _whole(raw, 8 * number + 4, 4, order)
        if size < 62 or entry + size > len(raw):
            return
        for name, length, place in (("FaceName", 30, 34), ("FaceBirthday", 54, 58)):
            start = _whole(raw, entry + place, 4, order)
            stop = start + _whole(raw, entry + length, 4, order)
            yield from _said(name, raw[start:stop], Reveal.PERSON)


def _nikon_place(raw: bytes, order: str, _model: bytes) -> Iterator[Tag]:
    """Nikon.pm, LocationInfo: how text is coded (1 UTF-8, 2 UTF-16), a country's letters, and from byte 9 a place's name."""
    yield from _said("CountryCode", raw[5:8], Reveal.LOCATION)
    if raw[4:5] == b"\2":
        codec = "utf-16-le" if order == "<" else "utf-16-be"
        text = clip(raw[9:79].decode(codec, "replace").partition("\0")[0]).strip()
        if text:
            yield Tag("MakerNote", "Location", text, Reveal.LOCATION)
    else:
        yield from _said("Location", raw[9:79], Reveal.LOCATION)


def _canon_lens(raw: bytes, _order: str, _model: bytes) -> Iterator[Tag]:
    """Canon.pm, LensInfo: five bytes, unless the first four are zero."""
    if any(raw[:4]):
        yield Tag("MakerNote", "LensSerialNumber", raw[:5].hex(), Reveal.SERIAL)


_SONY: Final = (  # first match; no place where none is known of a model
    (
        rb"ILCE-(6100A?|6300|6400A?|6500|6600|7C|7M3|7RM2|7RM3A?|7RM4A?|7SM2|9|9M2)\b|ILCA-99M2\b|ZV-E10\b",
        slice(0x88, 0x8E),
    ),
    (rb"ILCE-(7M4|7RM5|7SM3)|ILME-FX3", slice(0x88, 0x8E)),
    (rb"ILCE-1\b", slice(0x8A, 0x90)),
    (rb"(ILCE-(6700|7CM2|7CR)|ILME-FX2|ZV-E1)\b", slice(0x38, 0x3E)),
    (rb"ILCE-(1|6[1-7]00|7C|7M[345]|7RM[2-6]|7SM[23]|9)|NEX-(5N|7|VG20E)", slice(0)),
    (rb"SLT-|HV|ILCA-", slice(0xF0, 0xF5)),
    (rb"ILCE-|NEX-", slice(0x7C, 0x80)),
)
# Sony.pm, Decipher: each byte below 249 stands as its third power modulo 249.
_PLAIN: Final = bytes.maketrans(bytes(pow(byte, 3, 249) for byte in range(249)), bytes(range(249)))


def _sony_serial(raw: bytes, _order: str, model: bytes) -> Iterator[Tag]:
    """Sony.pm, Tag9050a to Tag9050d: which bytes, the model decides."""
    place = next((place for models, place in _SONY if re.match(models, model)), slice(0))
    found = raw[place].translate(_PLAIN)
    if any(found):
        yield Tag("MakerNote", "InternalSerialNumber", found.hex(), Reveal.SERIAL)


NONE: Final[Parts] = {}
CANON: Final[Parts] = {0x4019: _canon_lens}
FUJIFILM: Final[Parts] = {0x4282: _fujifilm_faces}
NIKON: Final[Parts] = {0x39: _nikon_place}
PANASONIC: Final[Parts] = {0x61: _panasonic_faces}
SONY: Final[Parts] = {0x9050: _sony_serial}

# ExifTool, Pentax tag names: the cities of "world time", by number.
CITIES: Final = [
    "Pago Pago",
    "Honolulu",
    "Anchorage",
    "Vancouver",
    "San Francisco",
    "Los Angeles",
    "Calgary",
    "Denver",
    "Mexico City",
    "Chicago",
    "Miami",
    "Toronto",
    "New York",
    "Santiago",
    "Caracas",
    "Halifax",
    "Buenos Aires",
    "São Paulo",
    "Rio de Janeiro",
    "Madrid",
    "London",
    "Paris",
    "Milan",
    "Rome",
    "Berlin",
    "Johannesburg",
    "Istanbul",
    "Cairo",
    "Jerusalem",
    "Moscow",
    "Jeddah",
    "Tehran",
    "Dubai",
    "Karachi",
    "Kabul",
    "Malé",
    "Delhi",
    "Colombo",
    "Kathmandu",
    "Dhaka",
    "Yangon",
    "Bangkok",
    "Kuala Lumpur",
    "Vientiane",
    "Singapore",
    "Phnom Penh",
    "Ho Chi Minh City",
    "Jakarta",
    "Hong Kong",
    "Perth",
    "Beijing",
    "Shanghai",
    "Manila",
    "Taipei",
    "Seoul",
    "Adelaide",
    "Tokyo",
    "Guam",
    "Sydney",
    "Nouméa",
    "Wellington",
    "Auckland",
    "Lima",
    "Dakar",
    "Algiers",
    "Helsinki",
    "Athens",
    "Nairobi",
    "Amsterdam",
    "Stockholm",
    "Lisbon",
    "Copenhagen",
    "Warsaw",
    "Prague",
    "Budapest",
]
