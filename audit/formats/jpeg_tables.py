"""Whether a JPEG can be shown at all, and whether its tables are as long as they say (ITU-T T.81, B.2).

A table segment that is longer than its tables is a place to hide; libjpeg refuses such files, and so do we.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError
from audit.formats.jpeg_walk import MOST_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader, Segment

FRAMES: Final = frozenset(f"SOF{n}" for n in (0, 1, 2, 3, 9, 10, 11))
STRUCTURE: Final = frozenset({"DHT", "DAC", "DQT", "DRI", "SOS", "DNL", *FRAMES})
MOST_TABLES: Final = 256  # in one segment: there are eight of Huffman, 32 of arithmetic coding
_BROKEN: Final = {
    "unreadable": "a marker that has no place here",
    "truncated": "the file ends before its picture",
}


def check(reader: Reader, segments: Sequence[Segment]) -> None:
    """Raises FormatError at the first segment that makes the picture impossible to show."""
    framed = scanned = False
    for segment in segments:
        name = segment.name
        if name not in STRUCTURE:
            if name == "unreadable" or (name == "truncated" and not scanned):
                crowded = name == "unreadable" and len(segments) > MOST_SEGMENTS
                raise FormatError(segment.start, "far too many parts" if crowded else _BROKEN[name])
            continue
        if not fits(name, reader.read(segment.start + 4, segment.stop - segment.start - 4)):
            raise FormatError(segment.start, "a segment that is not as long as what it holds")
        if name in FRAMES:
            if framed:
                raise FormatError(segment.start, "a second frame header")
            framed = True
        elif name == "SOS":
            if not framed:
                raise FormatError(segment.start, "a scan without a frame header")
            scanned = True
    if not scanned:
        raise FormatError(reader.size, "no picture data")


@lru_cache(maxsize=256)
def fits(name: str, payload: bytes) -> bool:
    if name == "DQT":
        return _quantization(payload)
    if name == "DHT":
        return _huffman(payload)
    if name == "DAC":
        return len(payload) % 2 == 0 and len(payload) <= 2 * MOST_TABLES
    if name in {"DRI", "DNL"}:
        return len(payload) == 2
    if name == "SOS":
        return len(payload) >= 6 and len(payload) == 4 + 2 * payload[0]
    return len(payload) >= 9 and len(payload) == 6 + 3 * payload[5]


def tables(name: str, payload: bytes) -> Iterator[tuple[int, bytes]]:
    """The definitions in a segment that was checked, each with the byte that says which it defines (B.2.4)."""
    at = 0
    while at < len(payload):
        first = payload[at]
        if name == "DQT":
            size = 129 if first >> 4 else 65
            values = payload[at + 1 : at + size]
            if size > 65 and not any(values[::2]):
                values = values[1::2]
            long = len(values) > 64  # libjpeg takes any precision but 0 for 1
            yield first & 15, bytes((first & 15 | 16 * long,)) + values
        elif name == "DHT":
            size = 17 + sum(payload[at + 1 : at + 17])
            yield first, payload[at : at + size]
        else:
            size = 2
            yield first * (name == "DAC"), payload[at : at + size]
        at += size


def _quantization(payload: bytes) -> bool:
    """B.2.4.1: precision and number, then 64 values of one or two bytes."""
    at = 0
    while at < len(payload):
        at += 129 if payload[at] >> 4 else 65
    return at == len(payload)


def _huffman(payload: bytes) -> bool:
    """B.2.4.2: class and number, sixteen counts, so many values."""
    at = many = 0
    while at < len(payload) and many < MOST_TABLES:
        at += 17 + sum(payload[at + 1 : at + 17])
        many += 1
    return at == len(payload)
