"""User data and metadata of movies (QuickTime file format, "User data atoms" and "Metadata"; 3GPP TS 26.244, 8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError, Policy, Reveal, Tag
from audit.formats.bmff import Fields
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY: Final = Policy()
MOST_TAGS: Final = 500
_DEEPEST: Final = 4

# What boxes of user data and items of lists hold (QuickTime file format; 3GPP TS 26.244, 8; ExifTool's QuickTime tables).
_NAMES: Final[dict[str, tuple[str, Reveal]]] = {
    "©xyz": ("GPSCoordinates", Reveal.LOCATION),
    "loci": ("LocationInformation", Reveal.LOCATION),
    "©day": ("ContentCreateDate", Reveal.TIME),
    "date": ("Date", Reveal.TIME),
    "yrrc": ("Year", Reveal.TIME),
    "purd": ("PurchaseDate", Reveal.TIME),
    "©mak": ("Make", Reveal.DEVICE),
    "©mod": ("Model", Reveal.DEVICE),
    "manu": ("Make", Reveal.DEVICE),
    "modl": ("Model", Reveal.DEVICE),
    "FIRM": ("FirmwareVersion", Reveal.DEVICE),
    "LENS": ("LensSerialNumber", Reveal.SERIAL),
    "CAME": ("SerialNumberHash", Reveal.SERIAL),
    "MUID": ("MediaUniqueID", Reveal.SERIAL),
    "GUMI": ("GlobalUniqueID", Reveal.SERIAL),
    "©swr": ("SoftwareVersion", Reveal.SOFTWARE),
    "©too": ("Encoder", Reveal.SOFTWARE),
    "©enc": ("Encoder", Reveal.SOFTWARE),
    "©fmt": ("Format", Reveal.SOFTWARE),
    "©nam": ("Title", Reveal.COMMENT),
    "©cmt": ("Comment", Reveal.COMMENT),
    "©des": ("Description", Reveal.COMMENT),
    "©inf": ("Information", Reveal.COMMENT),
    "©key": ("Keywords", Reveal.COMMENT),
    "©alb": ("Album", Reveal.COMMENT),
    "©lyr": ("Lyrics", Reveal.COMMENT),
    "desc": ("Description", Reveal.COMMENT),
    "ldes": ("LongDescription", Reveal.COMMENT),
    "titl": ("Title", Reveal.COMMENT),
    "dscp": ("Description", Reveal.COMMENT),
    "name": ("Name", Reveal.COMMENT),
    "chpl": ("Chapters", Reveal.COMMENT),
    "©ART": ("Artist", Reveal.OWNER),
    "aART": ("AlbumArtist", Reveal.OWNER),
    "©aut": ("Author", Reveal.OWNER),
    "©wrt": ("Composer", Reveal.OWNER),
    "©cpy": ("Copyright", Reveal.OWNER),
    "cprt": ("Copyright", Reveal.OWNER),
    "auth": ("Author", Reveal.OWNER),
    "perf": ("Performer", Reveal.OWNER),
    "apID": ("AppleStoreAccount", Reveal.OWNER),
    "ownr": ("Owner", Reveal.OWNER),
    "covr": ("CoverArt", Reveal.PICTURE),
    "thmb": ("Thumbnail", Reveal.THUMBNAIL),
    "tnal": ("Thumbnail", Reveal.THUMBNAIL),
    "CNTH": ("CanonThumbnail", Reveal.THUMBNAIL),
}
# Keys are written out: com.apple.quicktime.location.ISO6709, com.android.version …
_KEYS: Final = (
    (re.compile(r"location|gps|direction", re.IGNORECASE), Reveal.LOCATION),
    (re.compile(r"serial|identifier|uuid|unique", re.IGNORECASE), Reveal.SERIAL),
    (re.compile(r"face|person|body", re.IGNORECASE), Reveal.PERSON),
    (re.compile(r"date|time|year", re.IGNORECASE), Reveal.TIME),
    (re.compile(r"make|model|manufacturer|camera|lens", re.IGNORECASE), Reveal.DEVICE),
    (re.compile(r"software|version|encoder|tool|producer", re.IGNORECASE), Reveal.SOFTWARE),
    (re.compile(r"author|artist|director|owner|copyright|user|creator", re.IGNORECASE), Reveal.OWNER),
    (re.compile(r"artwork|thumbnail", re.IGNORECASE), Reveal.THUMBNAIL),
    (re.compile(r"prompt|workflow", re.IGNORECASE), Reveal.PROMPT),
    (re.compile(r"title|comment|description|keywords|displayname|album", re.IGNORECASE), Reveal.COMMENT),
)


def reveals(key: str) -> Reveal:
    """What a key that is written out tells."""
    own = key.removeprefix("com.apple.quicktime.")
    return next((found for pattern, found in _KEYS if pattern.search(own)), Reveal.UNKNOWN)


_PLACE: Final = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)(?![\d.])")  # ISO 6709, in degrees


def placed(tag: Tag) -> Iterator[Tag]:
    """A tag, and the place that it tells in the form that all formats share."""
    yield tag
    if tag.reveals is Reveal.LOCATION and (found := _PLACE.match(tag.value)):
        value = f"{float(found[1]):.6f}, {float(found[2]):.6f}"
        yield Tag(tag.group, "GPSPosition", value, Reveal.LOCATION)


def user_data(data: bytes) -> Iterator[Tag]:
    """The boxes in udta. What is cut off or no box is told as such."""
    yield from _bounded(_user_data(Fields(data)))


def metadata(data: bytes) -> Iterator[Tag]:
    """A meta box, with keys or without."""
    yield from _bounded(_metadata(data))


def _bounded(found: Iterator[Tag]) -> Iterator[Tag]:
    count = 0
    try:
        for tag in found:
            yield tag
            count += 1
            if count >= MOST_TAGS:
                yield Tag("QuickTime", "more", "the rest was not read", Reveal.UNKNOWN)
                return
    except FormatError as error:
        yield Tag("QuickTime", "malformed", clip(str(error)), Reveal.UNKNOWN)


def _user_data(fields: Fields) -> Iterator[Tag]:
    for box in fields.boxes():
        data = box.fields.rest()
        if box.kind == "meta":
            yield from _metadata(data)
        elif box.kind == "XMP_":
            from audit.formats import xmp

            yield from xmp.tags(data)
        elif any(data):
            name, reveal = _NAMES.get(box.kind, (_shown(box.kind), Reveal.UNKNOWN))
            yield from placed(Tag("UserData", name, _value(box.kind, data), reveal))
    if any(rest := fields.rest()):
        yield Tag("UserData", "malformed", f"{len(rest)} bytes", Reveal.UNKNOWN)


def _shown(kind: str) -> str:
    return clip(kind if kind.isprintable() else kind.encode("latin-1").hex())


def _value(kind: str, data: bytes) -> str:
    if kind.startswith("©"):  # QuickTime: a length and a language before each text
        size = int.from_bytes(data[:2], "big")
        return decoded(data[4 : 4 + size]) if 0 < size <= len(data) - 4 else decoded(data)
    if kind == "loci":
        return _place(data)
    if kind in {"CNTH", "thmb", "tnal", "covr"}:
        return f"{len(data)} bytes"
    return (
        decoded(data[6:] if kind in {"titl", "dscp", "auth", "perf", "cprt"} else data)
        or f"{len(data)} bytes"
    )


def _place(data: bytes) -> str:
    """3GPP TS 26.244, 8.2.10: a name, a role, and longitude, latitude and altitude with 16 bits behind the point."""
    fields = Fields(data)
    fields.take(6)
    name = decoded(fields.text())
    fields.take(1)
    longitude, latitude = (int.from_bytes(fields.take(4), "big", signed=True) / 65536 for _ in range(2))
    return clip(f"{latitude:.5f}, {longitude:.5f} {name}")


def _metadata(data: bytes) -> Iterator[Tag]:
    """A full box in ISO files, a plain one in QuickTime: its first box is then where the version would be."""
    fields = Fields(data)
    if data[4:8] != b"hdlr":
        fields.take(min(4, fields.left))
    keys: list[str] = []
    for box in fields.boxes():
        if box.kind == "keys":
            keys = list(_keys(box.fields))
        elif box.kind == "ilst":
            yield from _items(box.fields, keys)
        elif box.kind == "hdlr":
            continue
        elif any(rest := box.fields.rest()):
            yield from _other(box.kind, rest)


def _other(kind: str, data: bytes) -> Iterator[Tag]:
    if kind == "xml " and b"xmpmeta" in data[:4096]:
        from audit.formats import xmp

        yield from xmp.tags(data[4:])
    elif kind != "free":
        text = decoded(data[4:]) if kind == "xml " else f"{len(data)} bytes"
        yield Tag("QuickTime", f"meta/{_shown(kind)}", text, Reveal.UNKNOWN)


def _keys(fields: Fields) -> Iterator[str]:
    """QuickTime file format, "Metadata item keys atom"."""
    fields.take(8)
    while fields.left >= 8:
        size = fields.number(4)
        fields.take(4)
        yield decoded(fields.take(max(0, size - 8)))


def _items(fields: Fields, keys: list[str]) -> Iterator[Tag]:
    for item in fields.boxes():
        number = int.from_bytes(item.kind.encode("latin-1"), "big")
        name, reveal, value, group = "", Reveal.UNKNOWN, "", "ItemList"
        if 0 < number <= len(keys):
            name, reveal, group = keys[number - 1], reveals(keys[number - 1]), "Keys"
        elif item.kind in _NAMES:
            name, reveal = _NAMES[item.kind]
        for part in item.fields.boxes():
            if part.kind == "name":
                part.fields.take(4)
                name = decoded(part.fields.rest())
                reveal = reveals(name)
            elif part.kind == "data" and part.fields.left >= 8:
                kind = part.fields.number(4) & 0xFFFFFF
                part.fields.take(4)
                value = _datum(kind, part.fields.rest())
        if value:
            yield from placed(Tag(group, clip(name) or _shown(item.kind), value, reveal))


def _datum(kind: int, data: bytes) -> str:
    """QuickTime file format, "Well-known types"."""
    if kind == 2:
        return clip(data[:4000].decode("utf-16-be", "replace"))
    if kind in {13, 14, 27}:
        return f"{len(data)} bytes"
    if kind in {21, 22, 65, 66, 67, 74, 75, 76, 77, 78} and len(data) <= 8:
        return str(int.from_bytes(data, "big", signed=kind in {21, 65, 66, 67, 74}))
    text = decoded(data)
    return text if text.isprintable() else f"{len(data)} bytes"
