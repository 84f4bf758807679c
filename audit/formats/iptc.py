"""IPTC-IIM 4.2 records, and the Photoshop resource blocks they travel in (Adobe Photoshop File Formats, Image Resources)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_RECORDS: Final = 1000

# IIM 4.2, chapter 5: record 1.
_ENVELOPE: Final[dict[int, tuple[str, Reveal | None]]] = {
    5: ("Destination", Reveal.OWNER),
    30: ("ServiceIdentifier", Reveal.OWNER),
    50: ("ProductID", Reveal.COMMENT),
    70: ("DateSent", Reveal.TIME),
    80: ("TimeSent", Reveal.TIME),
    100: ("UniqueObjectName", Reveal.EDIT),
}

# IIM 4.2, chapter 6: record 2.
_APPLICATION: Final[dict[int, tuple[str, Reveal | None]]] = {
    5: ("ObjectName", Reveal.COMMENT),
    7: ("EditStatus", Reveal.COMMENT),
    12: ("SubjectReference", Reveal.COMMENT),
    15: ("Category", Reveal.COMMENT),
    20: ("SupplementalCategories", Reveal.COMMENT),
    22: ("FixtureIdentifier", Reveal.COMMENT),
    25: ("Keywords", Reveal.COMMENT),
    26: ("ContentLocationCode", Reveal.LOCATION),
    27: ("ContentLocationName", Reveal.LOCATION),
    30: ("ReleaseDate", Reveal.TIME),
    35: ("ReleaseTime", Reveal.TIME),
    37: ("ExpirationDate", Reveal.TIME),
    38: ("ExpirationTime", Reveal.TIME),
    40: ("SpecialInstructions", Reveal.COMMENT),
    45: ("ReferenceService", Reveal.OWNER),
    47: ("ReferenceDate", Reveal.TIME),
    55: ("DateCreated", Reveal.TIME),
    60: ("TimeCreated", Reveal.TIME),
    62: ("DigitalCreationDate", Reveal.TIME),
    63: ("DigitalCreationTime", Reveal.TIME),
    65: ("OriginatingProgram", Reveal.SOFTWARE),
    70: ("ProgramVersion", Reveal.SOFTWARE),
    80: ("By-line", Reveal.OWNER),
    85: ("By-lineTitle", Reveal.OWNER),
    90: ("City", Reveal.LOCATION),
    92: ("Sub-location", Reveal.LOCATION),
    95: ("Province-State", Reveal.LOCATION),
    100: ("CountryCode", Reveal.LOCATION),
    101: ("Country", Reveal.LOCATION),
    103: ("OriginalTransmissionReference", Reveal.EDIT),
    105: ("Headline", Reveal.COMMENT),
    110: ("Credit", Reveal.OWNER),
    115: ("Source", Reveal.OWNER),
    116: ("CopyrightNotice", Reveal.OWNER),
    118: ("Contact", Reveal.OWNER),
    120: ("Caption-Abstract", Reveal.COMMENT),
    122: ("Writer-Editor", Reveal.OWNER),
    187: ("UniqueDocumentID", Reveal.EDIT),
    188: ("UniqueDocumentID", Reveal.EDIT),
}
_RECORDS: Final = {1: _ENVELOPE, 2: _APPLICATION}


def tags(data: bytes) -> Iterator[Tag]:
    """IIM 4.2, 1.5: 0x1C, record, data set, length, value. 1:90 says whether text is UTF-8 (ESC % G)."""
    utf8, at = False, data.find(b"\x1c")
    for _ in range(MOST_RECORDS):
        if at < 0 or at + 5 > len(data) or data[at] != 0x1C:
            return
        record, number, length = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        start = at + 5
        if length & 0x8000:  # 1.5.5: an extended length, of so many bytes
            more = length & 0x7FFF
            length, start = int.from_bytes(data[start : start + min(more, 8)], "big"), start + more
        value = data[start : start + length]
        if (record, number) == (1, 90):
            utf8 = value == b"\x1b%G"
        known = _RECORDS.get(record, {}).get(number)
        if known and value:
            text = clip(value[:4000].decode("utf-8", "replace")) if utf8 else decoded(value)
            yield Tag("IPTC", known[0], text, known[1])
        at = start + length


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """8BIM, number, a name of even length, size, data padded to even length."""
    at = data.find(b"8BIM")
    for _ in range(MOST_RECORDS):
        if at < 0 or data[at : at + 4] not in {b"8BIM", b"PHUT", b"AgHg", b"DCSR"} or at + 12 > len(data):
            return
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6 + (data[at + 6] + 2 & ~1)
        size = int.from_bytes(data[at : at + 4], "big")
        yield number, data[at + 4 : at + 4 + size]
        at += 4 + (size + 1 & ~1)


def photoshop_tags(data: bytes) -> Iterator[Tag]:
    """What the resources behind "Photoshop 3.0" say; a bare IIM stream is understood too."""
    if b"8BIM" not in data[:64]:
        yield from tags(data)
        return
    for number, value in _resources(data):
        yield from _resource(number, value)


def _resource(number: int, value: bytes) -> Iterator[Tag]:
    if number == 0x0404:
        yield from tags(value)
    elif number in {0x0409, 0x040C}:
        yield Tag("Photoshop", "Thumbnail", f"{len(value)} bytes", Reveal.THUMBNAIL)
    elif number == 0x040B:
        yield Tag("Photoshop", "URL", decoded(value), Reveal.OWNER)
    elif number == 0x0422:
        from audit.formats import exif

        yield from exif.tags(value)
    elif number == 0x0424:
        from audit.formats import xmp

        yield from xmp.tags(value)
    elif number == 0x041E and len(value) > 4:
        yield Tag("Photoshop", "URLList", f"{len(value)} bytes", Reveal.OWNER)


def thumbnail(data: bytes) -> bytes | None:
    """Resource 1036: 28 bytes of header, then a JPEG."""
    return next((value[28:] for number, value in _resources(data) if number == 0x040C), None)
