"""Where strips end whose compression is seldom seen: as libtiff reads them (tif_next.c, tif_thunder.c, tif_luv.c), or by their own frame.

xz (its file format 1.1), Zstandard (RFC 8878), LERC (Esri's Lerc2), JBIG (T.82).
"""

from __future__ import annotations

import lzma
import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import Copy, FormatError
from audit.formats.pieces import LARGEST_BLOCK, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.formats.base import Piece, Reader
    from audit.formats.tiff_pages import Shape

WINDOW: Final = 1 << 15
LARGEST_DICTIONARY: Final = 256 << 20  # of xz; its strongest preset needs 65 MiB
_BROKEN: Final = "a strip that cannot be unpacked"
_MORE: Final = "a strip holds more than its rows"


def xz(reader: Reader, _own: Shape, size: int) -> int:
    """The first stream. Raises FormatError if it holds more than `size` bytes (0: whatever it holds)."""
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LARGEST_DICTIONARY)
    at = produced = 0
    try:
        while at < reader.size and not stream.eof:
            data = reader.read(at, WINDOW)
            at += len(data)
            produced += len(stream.decompress(data, 1 << 20))
            while not stream.needs_input and not stream.eof:
                produced += len(stream.decompress(b"", 1 << 20))
            if size and produced > size:
                raise FormatError(at, _MORE)
    except lzma.LZMAError as error:
        raise FormatError(at, _BROKEN) from error
    if not stream.eof and produced < size:
        raise FormatError(at, _BROKEN)
    return at - len(stream.unused_data)


_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_SIZES: Final = (0, 2, 4, 8)


def zstandard(reader: Reader, _own: Shape, size: int) -> int:
    """RFC 8878, 3.1: one frame, or as many as say that they hold less than `size` bytes (0: one) together."""
    window = Window(reader)
    at = held = 0
    while True:
        at, content = _frame(window, at)
        held += content or size
        if held > size > 0:
            raise FormatError(at, _MORE)
        if held >= size:
            return at


def _frame(window: Window, at: int) -> tuple[int, int]:
    """Behind a frame, and how many bytes it says that it holds; 0 if it does not say."""
    head = window.get(at, 18)
    if head[:4] != _ZSTANDARD or len(head) < 6:
        raise FormatError(at, _BROKEN)
    flags = head[4]
    alone = flags >> 5 & 1
    start = 5 + (not alone) + (0, 1, 2, 4)[flags & 3]
    long = _SIZES[flags >> 6] or alone
    content = int.from_bytes(head[start : start + long], "little") + (256 if long == _SIZES[1] else 0)
    at += start + long
    last = False
    while not last:
        block = window.get(at, 3)
        number = int.from_bytes(block, "little")
        if len(block) < 3 or number >> 1 & 3 == 3:
            raise FormatError(at, _BROKEN)
        last = bool(number & 1)
        at += 3 + (1 if number >> 1 & 3 == 1 else number >> 3)
    return at + (4 if flags & 4 else 0), content


_LERC: Final = b"Lerc2 "


def lerc(reader: Reader, own: Shape, _size: int) -> int:
    """Lerc2::ReadHeader: a checksum since version 3, depth since version 4, then the size of the blob; one for each band at most."""
    at = 0
    for _ in range(own.samples):
        head = reader.read(at, 42)
        if head[:6] != _LERC:
            break
        version = int.from_bytes(head[6:10], "little")
        place = 10 + 4 * (version >= 3) + 4 * (version >= 4) + 16
        length = int.from_bytes(head[place : place + 4], "little")
        if length <= place or at + length > reader.size:
            raise FormatError(at, _BROKEN)
        at += length
    return at


def next_rows(data: bytes, own: Shape, size: int) -> int:
    """NeXT's: a row as it is, a part of one, or runs of up to 63 pixels until there are enough."""
    width, at, end = own.tile or own.width, 0, len(data)
    row = -(-width * own.bits[0] // 8)
    for _ in range(size // row):
        if at >= end:
            break
        if data[at] == 0:
            at += 1 + row
        elif data[at] == 0x40:
            at += 5 + int.from_bytes(data[at + 3 : at + 5], "big")
        else:
            pixels = 0
            while pixels < width and at < end:
                pixels += data[at] & 0x3F
                at += 1
    return at


def _thunder_pixels(code: int) -> int:
    """A run, three differences of two bits (2 is none) or two of three (4 is none), or a pixel."""
    if code < 0x40:
        return code
    if code < 0x80:
        return sum(code >> place & 3 != 2 for place in (4, 2, 0))
    return sum(code >> place & 7 != 4 for place in (3, 0)) if code < 0xC0 else 1


_THUNDER: Final = tuple(map(_thunder_pixels, range(256)))


def thunder(data: bytes, own: Shape, size: int) -> int:
    """ThunderScan's: codes until there are enough pixels for a row."""
    width, at, end = own.tile or own.width, 0, len(data)
    for _ in range(size // -(-width * own.bits[0] // 8)):
        if at >= end:
            break
        pixels = 0
        while pixels < width and at < end:
            pixels += _THUNDER[data[at]]
            at += 1
    return at


_LOG_L: Final = 32844


def log(data: bytes, own: Shape, size: int) -> int:
    """SGI's: the bytes of a row of pixels plane by plane, each in runs; of brightness alone two, else four."""
    width, at, end = own.tile or own.width, 0, len(data)
    rows = size // -(-width * sum(own.bits) // 8)
    for _ in range(rows * (2 if own.colour == _LOG_L else 4)):
        if at >= end:
            break
        pixels = 0
        while pixels < width and at < end:
            code = data[at]
            if code >= 128:
                pixels += code - 126
                at += 2
            else:
                pixels += code
                at += 1 + code
    return at


def whole(find: Callable[[bytes, Shape, int], int]) -> Callable[[Reader, Shape, int], int]:
    """For a strip that is held as a whole; of a larger one all counts as its own."""

    def found(reader: Reader, own: Shape, size: int) -> int:
        if reader.size > LARGEST_BLOCK:
            return reader.size
        return find(reader.read(0, reader.size), own, size)

    return found


def log24(_reader: Reader, own: Shape, size: int) -> int:
    """SGI's, without runs: three bytes for each pixel."""
    width = own.tile or own.width
    return 3 * width * (size // -(-width * sum(own.bits) // 8))


_ESCAPE: Final = re.compile(rb"\xff[^\0]", re.DOTALL)
_ENDS, _COMMENT = (2, 3), 7
_FLOATING: Final = {5: 6, 6: 8}  # a new height, another place of the adaptive pixel


def jbig(reader: Reader, start: int, stop: int) -> Iterator[Piece]:
    """T.82, 6.2: a header of twenty bytes, perhaps a table, then stripes with markers between them. Comments go."""
    head = reader.read(start, 20)
    lowest, highest, planes = head[:3] if len(head) == 20 else (1, 0, 0)
    height, stripe = int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")
    if highest < lowest or not planes or not height or not stripe:
        raise FormatError(start, _BROKEN)
    left = -(-height // stripe) * planes * (highest - lowest + 1)
    kept, at = start, start + 20 + (1728 if head[19] & 7 == 6 else 0)
    for place, kind in _escapes(reader, at, stop):
        if place < at:  # inside of what the last one is followed by
            continue
        at = place + 2
        if kind == _COMMENT:
            yield Copy(kept, place)
            at = kept = place + 6 + int.from_bytes(reader.read(place + 2, 4), "big")
        elif kind in _FLOATING:
            at = place + _FLOATING[kind]
        elif kind not in _ENDS:
            break
        left -= kind in _ENDS
        if not left:
            yield Copy(kept, at)
            return
    raise FormatError(min(at, stop), _BROKEN)


def _escapes(reader: Reader, at: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where FF stands before another byte than 0, and that byte."""
    while at < stop:
        data = reader.read(at, min(WINDOW, stop - at))
        for found in _ESCAPE.finditer(data):
            yield at + found.start(), found[0][1]
        at += max(1, len(data) - 1)
