"""JPEGs of tests, put together from segments."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from audit.formats import jpeg
from tests.formats import fixtures as fx
from tests.formats.fixtures import marked

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = fx.jpeg()
RESTARTS = fx.jpeg(restart_marker_blocks=1)
PROGRESSIVE = fx.jpeg(progressive=True)
GREY = fx.saved(fx.picture("L"), "JPEG")
EXIF = marked(0xE1, b"Exif\0\0" + fx.exif())
XMP_WORD = b"http://ns.adobe.com/xap/1.0/\0"
MORE_WORD = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32


def extended(data: bytes, size: int = 400) -> bytes:
    total = len(data).to_bytes(4, "big")
    pieces = range(0, len(data), size)
    return b"".join(
        marked(0xE1, MORE_WORD + total + at.to_bytes(4, "big") + data[at : at + size]) for at in pieces
    )


def long_app14() -> bytes:
    data = fx.saved(fx.picture("CMYK"), "JPEG")
    at = data.index(b"\xff\xee")
    payload = data[at + 4 : at + 16]
    return data[:at] + marked(0xEE, payload + b"CANARY") + data[at + 16 :]


def jfif(tail: bytes, size: bytes = b"\0\0") -> bytes:
    return PLAIN[:2] + marked(0xE0, PLAIN[6:18] + size + tail) + PLAIN[20:]


def before(data: bytes, word: bytes, *parts: bytes) -> bytes:
    at = data.rindex(word)
    return data[:at] + b"".join(parts) + data[at:]


def wide(table: bytes) -> bytes:
    """B.2.4.1: the same numbers in two bytes each."""
    return bytes((table[0] | 16,)) + b"".join(bytes((0, number)) for number in table[1:])


def with_quantizers(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Each table of `data` stands by itself there."""
    for table in re.findall(rb"\xff\xdb\0\x43(.{65})", data, re.DOTALL):
        data = data.replace(marked(0xDB, table), marked(0xDB, change(table)))
    return data


def quantizer(number: int) -> bytes:
    return bytes((number,)) + bytes(range(1, 59)) + b"CANARY"


def codes(number: int) -> bytes:
    return bytes((number,)) + bytes(15) + b"\6CANARY"


def in_one(data: bytes, marker: int, *tables: bytes) -> bytes:
    """The first segment of its kind with more tables in it."""
    at = data.index(bytes((0xFF, marker)))
    stop = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[:at] + marked(marker, b"".join(tables) + data[at + 4 : stop]) + data[stop:]


def twice(data: bytes) -> bytes:
    """The last code of the first Huffman table stands for what the first stands for."""
    at = data.index(b"\xff\xc4")
    stop = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[: stop - 1] + data[at + 21 : at + 22] + data[stop:]


def scan_header(data: bytes) -> bytes:
    at = data.index(b"\xff\xda")
    return data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]


def named(data: bytes, names: bytes) -> bytes:
    """The components of a picture in one scan, with other names."""
    out = bytearray(data)
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    out[frame + 10 : frame + 10 + 3 * len(names) : 3] = names
    out[scan + 5 : scan + 5 + 2 * len(names) : 2] = names
    return bytes(out)


def listed(data: bytes) -> list[tuple[str, bytes]]:
    """The segments before the scan, by name."""
    source = fx.reader(data)
    return [(s.name, data[s.start : s.stop]) for s in jpeg.WALKER.segments(source) if s.name != "scan"][1:-2]


def arranged(data: bytes, *order: str) -> bytes:
    """Another order of segments, and all tables of one kind in one segment."""
    at = data.index(b"\xff\xda")
    found = listed(data)
    out = data[:2]
    for name in order:
        segments = [segment for other, segment in found if other == name]
        tables = name in {"DQT", "DHT"}
        out += marked(segments[0][1], b"".join(s[4:] for s in segments)) if tables else b"".join(segments)
    return out + data[at:]


def pieced(profile: bytes, *sizes: int) -> bytes:
    """A colour profile in pieces, the last piece taking the rest."""
    ends = [*accumulate(sizes), len(profile)]
    parts = [profile[start:stop] for start, stop in pairwise((0, *ends))]
    return b"".join(
        marked(0xE2, b"ICC_PROFILE\0" + bytes((n, len(parts))) + part) for n, part in enumerate(parts, 1)
    )


def swapped(segments: bytes) -> bytes:
    """The first segment behind the others."""
    stop = 2 + int.from_bytes(segments[2:4], "big")
    return segments[stop:] + segments[:stop]


def without_eoi(data: bytes) -> bytes:
    return data.removesuffix(b"\xff\xd9")


def apart() -> bytes:
    """A picture whose three components have a scan each, of a grey one: B.2.3."""
    at, scan = GREY.index(b"\xff\xc0"), GREY.index(b"\xff\xda")
    frame = GREY[at : at + 9] + b"\3\1\x11\0\2\x11\0\3\x11\0"
    frame = frame[:2] + (len(frame) - 2).to_bytes(2, "big") + frame[4:]
    header, coded = GREY[scan : scan + 10], GREY[scan + 10 : -2]
    scans = b"".join(header[:5] + bytes((name,)) + header[6:] + coded for name in (1, 2, 3))
    return GREY[:at] + frame + GREY[at + 13 : scan] + scans + b"\xff\xd9"
