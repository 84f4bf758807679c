"""Signs that a JPEG's scan holds more rows than its header tells of: the rest is not shown, and anybody can tell the header of it.

That is all that can be known without following the codes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats import jpeg_entropy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Reader, Segment

_HEAD: Final = 4096  # bytes of an Exif block in which its directories stand
_TAIL: Final = 1 << 16  # bytes of a scan in which its last restart is looked for
# Exif 2.32, 4.6.5: PixelXDimension and PixelYDimension stand side by side, a type and one value in each.
_SIZES: Final = {
    b"II": re.compile(
        rb"\x02\xa0[\x03\x04]\0\x01\0\0\0(....)\x03\xa0[\x03\x04]\0\x01\0\0\0(....)", re.DOTALL
    ),
    b"MM": re.compile(
        rb"\xa0\x02\0[\x03\x04]\0\0\0\x01(....)\xa0\x03\0[\x03\x04]\0\0\0\x01(....)", re.DOTALL
    ),
}


def likely(reader: Reader, picture: Sequence[Segment], frame: Segment) -> bool:
    """`picture`: the segments that show it, `frame`: its header."""
    payload = reader.read(frame.start + 4, min(64, frame.stop - frame.start - 4))
    return _taller(reader, picture, payload) or _restarted(reader, picture, frame, payload)


def _taller(reader: Reader, picture: Sequence[Segment], payload: bytes) -> bool:
    """Whether its Exif block tells of the same width and a larger height."""
    block = next((segment for segment in picture if segment.name == "APP1/Exif"), None)
    head = reader.read(block.start + 10, min(_HEAD, block.stop - block.start - 10)) if block else b""
    order = head[:2]
    match = _SIZES[order].search(head) if order in _SIZES else None
    if not match:
        return False
    across, down = (_number(match[n], order) for n in (1, 2))
    return across == int.from_bytes(payload[3:5], "big") and down > int.from_bytes(payload[1:3], "big")


def _number(raw: bytes, order: bytes) -> int:
    """A number of two bytes stands in the first of the four (TIFF 6.0, section 2)."""
    if order == b"II":
        return int.from_bytes(raw, "little")
    return int.from_bytes(raw, "big") >> 16 * (raw[:2] != b"\0\0")


def _restarted(reader: Reader, picture: Sequence[Segment], frame: Segment, payload: bytes) -> bool:
    """Whether the last restart has another number than it should have, in a picture of one scan (T.81, B.1.1.3 and B.2.4.4)."""
    told = next((segment for segment in reversed(picture) if segment.name == "DRI"), None)
    scans = [segment for segment in picture if segment.name == "scan"]
    interval = int.from_bytes(reader.read(told.start + 4, 2), "big") if told else 0
    sizes = jpeg_entropy.frame(int(frame.name[3:]), payload) if interval and len(scans) == 1 else None
    if not sizes or sizes.progressive or len(sizes.components) == 2:
        return False
    single = next(iter(sizes.components.values()))
    units = single.across * single.down if len(sizes.components) == 1 else sizes.units
    tail = reader.read(max(scans[0].start, scans[0].stop - _TAIL), min(_TAIL, scans[0].stop - scans[0].start))
    at = len(tail) - 1
    while (at := tail.rfind(b"\xff", 0, at)) >= 0:
        if 0xD0 <= tail[at + 1] <= 0xD7:
            return tail[at + 1] - 0xD0 != (-(-units // interval) - 2) % 8
    return False
