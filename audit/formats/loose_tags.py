"""What can be read in data that nobody describes: a program's own segment, the bytes behind a picture.

Known blocks that begin somewhere in it, and words that stand beside a name that tells what they are.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from audit.formats.base import Reveal, Tag
from audit.formats.words import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 256 << 10  # bytes that are searched
MOST_FOUND: Final = 32

_NAMED: Final = re.compile(
    rb"(?<![A-Za-z])(?:(Serial(?:#|Num(?:ber)?| ?No)?|(?:Camera|Body|Lens|Sensor)Serial\w{0,6})"
    rb"|(Owner(?:Name)?|Artist|Author|Copyright|Creator|By-?line|User(?:Name)?)"
    rb"|(Location|City|Country|Latitude|Longitude|GPSPosition))"
    rb"[\"']?[ \t]{0,3}[=:][ \t]{0,3}[\"']?([\x20\x21\x23-\x26\x28-\x3b\x3d-\x7e\x80-\xff]{1,200})",
    re.IGNORECASE,
)
_MOMENT: Final = re.compile(
    rb"(?<!\d)(?:19|20)\d\d([:./-])[01]\d\1[0-3]\d[ T.][0-2]\d[:.][0-5]\d(?:[:.][0-5]\d)?(?!\d)"
)
_CLOCK: Final = re.compile(
    rb"(?<![A-Za-z])TimeDate=(\d{8,10})(?!\d)"
)  # seconds from 1970, as Agfa and Olympus count
# ExifTool, InfiRay tag names: of two sensors each maker, name, part number, serial number and firmware, 64 bytes apart.
_INFIRAY: Final = range(0, 0x2C0, 0x40)
_SENSORS: Final = (0xC0, 0x240)
_LENSES: Final = frozenset((0x140, 0x2C0))  # numbers
_LONGEST: Final = 1024
_FIELD: Final = re.compile(rb"[ -~]{4,32}\0")
_REVEALS: Final = (("serial", Reveal.SERIAL), ("owner", Reveal.OWNER), ("place", Reveal.LOCATION))


def tags(data: bytes) -> Iterator[Tag]:
    data = data[:LARGEST]
    yield from _blocks(data)
    if len(data) <= _LONGEST and all(_FIELD.match(data, at) for at in _INFIRAY if at not in _LENSES):
        for at in _SENSORS:
            number = decoded(data[at : at + 32].partition(b"\0")[0])
            yield Tag("Unknown", "serial", number, Reveal.SERIAL)
    told: set[Tag] = set()
    for found in _NAMED.finditer(data):
        name, reveals = _REVEALS[next(n for n in range(3) if found[n + 1])]
        told.add(Tag("Unknown", name, decoded(found[4].strip(b"\0 ")), reveals))
        if len(told) >= MOST_FOUND:
            break
    moments = {found[0] for _, found in zip(range(MOST_FOUND), _MOMENT.finditer(data), strict=False)}
    told.update(Tag("Unknown", "moment", decoded(each), Reveal.TIME) for each in moments)
    for _, found in zip(range(MOST_FOUND), _CLOCK.finditer(data), strict=False):
        when = time.strftime("%Y:%m:%d %H:%M:%S", time.gmtime(int(found[1])))
        told.add(Tag("Unknown", "moment", when, Reveal.TIME))
    yield from sorted((tag for tag in told if tag.value), key=lambda tag: tag[:3])


def _blocks(data: bytes) -> Iterator[Tag]:
    """The first XMP packet, Exif block and IPTC record in it."""
    packet = data.find(b"<x:xmpmeta")
    if packet >= 0:
        from audit.formats import xmp

        end = data.find(b"</x:xmpmeta>", packet)
        yield from xmp.tags(data[packet : end + 12 if end > 0 else len(data)])
    block = data.find(b"Exif\0\0")
    if block >= 0 and data[block + 6 : block + 10] in {b"II*\0", b"MM\0*"}:
        from audit.formats import exif

        yield from exif.tags(data[block + 6 :])
    record = next((at for at in (data.find(b"\x1c\2\0\0\2"), data.find(b"\x1c\1\x5a\0\3")) if at >= 0), -1)
    if record >= 0:
        from audit.formats import iptc

        yield from iptc.tags(data[record:])
