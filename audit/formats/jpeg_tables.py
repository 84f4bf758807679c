"""Whether a JPEG can be shown at all, and whether its tables are as long as they say (ITU-T T.81, B.2).

A table segment that is longer than its tables is a place to hide; libjpeg refuses such files, and so do we.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from audit.formats.base import FormatError
from audit.formats.jpeg_walk import MOST_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader, Segment

T = TypeVar("T")
Payloads = tuple[tuple[str, bytes], ...]  # name and body of each segment

FRAMES: Final = frozenset(f"SOF{n}" for n in (0, 1, 2, 3, 9, 10, 11))
STRUCTURE: Final = frozenset({"DHT", "DAC", "DQT", "DRI", "SOS", "DNL", *FRAMES})
REMEMBERED: Final = 1 << 14  # bytes of segments that are not read anew each time
MOST_TABLES: Final = 256  # in one segment: there are eight of Huffman, 32 of arithmetic coding
_BROKEN: Final = {
    "unreadable": "a marker that has no place here",
    "truncated": "the file ends before its picture",
}


class Told(NamedTuple):
    """The segments that make a picture, those of them that are structure, and what stands in these."""

    segments: Sequence[Segment]
    structure: Sequence[Segment]
    payloads: Payloads


def told(reader: Reader, segments: Sequence[Segment]) -> Told:
    structure = [segment for segment in segments if segment.name in STRUCTURE]
    return Told(
        segments,
        structure,
        tuple([(s.name, reader.read(s.start + 4, s.stop - s.start - 4)) for s in structure]),
    )


def remembered(found: Callable[[Payloads], T]) -> Callable[[Payloads], T]:
    """What is found of the same tables and headers once: one camera writes them into most of its pictures."""
    known = lru_cache(maxsize=64)(found)

    def of(payloads: Payloads) -> T:
        small = sum([len(payload) for _, payload in payloads]) <= REMEMBERED
        return known(payloads) if small else found(payloads)

    return of


def check(reader: Reader, picture: Told) -> None:
    """Raises FormatError at the first segment that makes the picture impossible to show."""
    try:
        scanned = _scanned(picture.payloads)
    except FormatError as error:
        raise FormatError(picture.structure[error.offset].start, error.why) from None
    last = picture.segments[-1]  # where it broke off, if it did: nothing can be told apart behind that
    if last.name == "unreadable" or (last.name == "truncated" and not scanned):
        crowded = last.name == "unreadable" and len(picture.segments) > MOST_SEGMENTS
        raise FormatError(last.start, "far too many parts" if crowded else _BROKEN[last.name])
    if not scanned:
        raise FormatError(reader.size, "no picture data")


@remembered
def _scanned(payloads: Payloads) -> bool:
    """Whether there is a scan. The offset of a FormatError is a place in the list."""
    framed = scanned = False
    for place, (name, payload) in enumerate(payloads):
        if not fits(name, payload):
            raise FormatError(place, "a segment that is not as long as what it holds")
        if name in FRAMES:
            if framed:
                raise FormatError(place, "a second frame header")
            framed = True
        elif name == "SOS":
            if not framed:
                raise FormatError(place, "a scan without a frame header")
            scanned = True
    return scanned


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
