"""Every tag of an Exif block, the makers' own notes among them, through the exifread library: slow, for one picture at a time."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Final

from audit.formats import exif_tags
from audit.formats.base import Reveal, Tag
from audit.formats.words import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_READS: Final = 50_000
_GROUPS: Final = {
    "Image": "EXIF",
    "EXIF": "EXIF",
    "Thumbnail": "EXIF",
    "Interoperability": "EXIF",
    "GPS": "GPS",
}
_KNOWN: Final = {name: reveals for tags in exif_tags.TAGS.values() for name, reveals in tags.values()}
_NOTES: Final = (
    (re.compile(r"Serial|ImageUniqueID|InternalID|ContentIdentifier|PhotoIdentifier"), Reveal.SERIAL),
    (re.compile(r"Owner|Artist|Copyright|Author|Name of owner", re.IGNORECASE), Reveal.OWNER),
    (re.compile(r"Face.*Name|Baby|Person|Pet", re.IGNORECASE), Reveal.PERSON),
    (re.compile(r"City|Country|State|Landmark|Location|^GPS"), Reveal.LOCATION),
    (
        re.compile(r"Date|(?:World|Local|Powerup|Original|Stamp|Shot)Time|RunTime|TimeZone|Time ?Stamp"),
        Reveal.TIME,
    ),
    (re.compile(r"Firmware|Software"), Reveal.SOFTWARE),
    (re.compile(r"Model|ImageType|LensType|LensModel|Camera ?ID|HostComputer"), Reveal.DEVICE),
    (re.compile(r"Thumbnail|Preview"), Reveal.THUMBNAIL),
)


class _Bounded(io.BytesIO):
    """A file that ends the patience with offsets that loop and counts that lie; honest blocks take a few thousand reads."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > MOST_READS:
            raise OverflowError
        return super().read(size)


def every(block: bytes) -> Iterator[Tag]:
    """All tags of a TIFF-shaped Exif block. Never raises: a library that gives up leaves a tag that says so."""
    import exifread

    logging.getLogger("exifread").setLevel(logging.CRITICAL)  # it speaks of every flaw; ours is told below
    try:
        found = exifread.process_file(_Bounded(block), details=True)
    except Exception as error:  # noqa: BLE001  # whatever a stranger's file makes a library raise
        yield Tag("EXIF", "malformed", clip(f"exifread gave up: {type(error).__name__}"), Reveal.UNKNOWN)
        return
    for key, value in found.items():
        tag = _tag(key, value)
        if tag:
            yield tag


def _tag(key: str, value: object) -> Tag | None:
    if isinstance(value, bytes):
        return Tag("EXIF", "Thumbnail", f"{len(value)} bytes", Reveal.THUMBNAIL)
    group, _, name = key.partition(" ")
    group = _GROUPS.get(group, "MakerNote")
    text = clip(str(value))
    if not text or name in {"ExifOffset", "GPSInfo", "MakerNote"}:
        return None
    if group == "GPS":
        return Tag(group, name, text, Reveal.TIME if "Time" in name or "Date" in name else Reveal.LOCATION)
    return Tag(group, name, text, _KNOWN.get(name) if name in _KNOWN else _noted(name))


def _noted(name: str) -> Reveal | None:
    return next((reveals for pattern, reveals in _NOTES if pattern.search(name)), None)
