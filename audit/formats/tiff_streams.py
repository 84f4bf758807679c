"""Where the coded data of a strip end, for the compressions whose streams say so themselves."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from audit.formats.base import Copy, FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader
    from audit.formats.tiff_data import Part

WINDOW: Final = 1 << 15


def deflated(reader: Reader, size: int) -> tuple[int, bool]:
    """Bytes of the zlib stream, and whether it holds more than `size` bytes (0: whatever it holds). Raises zlib.error."""
    stream = zlib.decompressobj()
    at = produced = 0
    while at < reader.size and not stream.eof:
        data = reader.read(at, WINDOW)
        produced += len(stream.decompress(data))
        at += len(data)
        if not data or (size and produced > size):
            break
    return at - len(stream.unused_data), bool(size) and produced > size


def packbits(reader: Reader, part: Part) -> int:
    """TIFF 6.0, section 9: a count n, then n + 1 bytes as they are, or one that stands for 1 - n of them."""
    at = produced = 0
    base, data = 0, b""
    while at < reader.size and (produced < part.size or not part.size):
        if at - base >= len(data):
            base, data = at, reader.read(at, WINDOW)
        count = data[at - base]
        if count < 128:
            at += 2 + count
            produced += 1 + count
        elif count > 128:
            at += 2
            produced += 257 - count
        else:  # one that does nothing, or a row of them
            rest = data[at - base :]
            at += len(rest) - len(rest.lstrip(b"\x80"))
    return at


def _class(bits: str, *, high: bool) -> bytes:
    """A regular expression for the bytes whose high (or low) bits are these."""
    shift = 8 - len(bits) if high else 0
    mask, wanted = ((1 << len(bits)) - 1) << shift, int(bits or "0", 2) << shift
    return b"[" + b"".join(b"\\x%02x" % n for n in range(256) if n & mask == wanted) + b"]"


def _shifted(by: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Two EOL codes that begin at bit `by` of a byte: the bytes that they fill and what follows, and the byte before."""
    bits = "000000000001" * 2
    filled = bits[(8 - by) % 8 : 24 - by]
    literal = int(filled, 2).to_bytes(len(filled) // 8, "big")
    last = _class(bits[24 - by :], high=True) if by else b""
    return re.compile(re.escape(literal) + last, re.DOTALL), re.compile(_class(bits[: 8 - by], high=False))


_ENDS_OF_BLOCK: Final = tuple(_shifted(by) for by in range(8))


def group4(reader: Reader, _part: Part) -> int:
    """T.6, 2.4.1.1: two EOL codes, each eleven zeros and a one, end the picture. All of it if they are not there."""
    at = 0
    while at < reader.size:
        data = reader.read(at, WINDOW)
        ends = [end for end in map(partial(_end_of_block, data), range(8)) if end]
        if ends:
            return at + min(ends)
        at += max(1, len(data) - 3)
    return reader.size


def _end_of_block(data: bytes, by: int) -> int:
    pattern, before = _ENDS_OF_BLOCK[by]
    for match in pattern.finditer(data):
        if not by or (match.start() and before.match(data, match.start() - 1)):
            return match.end()
    return 0


_CLEAR, _END, _MOST = 256, 257, 4096
_CHUNK: Final = 64  # bytes
_GROWING: Final = ((9, 254), (10, 512), (11, 1024))
_WIDEST: Final = (12, 1024)


def lzw(reader: Reader, part: Part) -> int:
    """TIFF 6.0, section 13: behind the code 257. All of it if there is none, or if the codes are of the older order.

    The width of a code depends only on how many follow the last 256, so the codes are searched, never unpacked.
    """
    head = reader.read(0, 2)
    if head[:1] == b"\0" and head[1:] and head[1] & 1:
        return reader.size
    at, sections, cleared = 0, iter(_sections()), 0
    while True:
        code, at = _next_control(reader, at, *next(sections))
        if code == _END:
            return min((at + 7) // 8, reader.size)
        if not code and at // 8 + 2 > reader.size:
            return reader.size
        if code == _CLEAR:
            sections, cleared = iter(_sections()), cleared + 1
            if cleared > 64 + reader.size // 64:
                raise FormatError(part.start, "a strip whose codes make no sense")


def _sections() -> Iterator[tuple[int, int]]:
    yield from _GROWING
    while True:
        yield _WIDEST


def _next_control(reader: Reader, at: int, width: int, many: int) -> tuple[int, int]:
    """The first 256 or 257 among `many` codes from bit `at`, and the bit behind it; 0 and the bit behind them if none is there."""
    skip = at % 8
    data = reader.read(at // 8, (skip + width * many + 7) // 8)
    there = min(many, max(0, (8 * len(data) - skip) // width))
    if there <= 0:
        return 0, 8 * reader.size
    ones, tops = _fields(width, there)
    number = int.from_bytes(data, "big") >> (8 * len(data) - skip - width * there) & (
        (1 << width * there) - 1
    )
    other = (number ^ _CLEAR * ones) & ~ones  # a field is 0 where the code is 256 or 257
    rest = ones * ((1 << width) - 1) ^ tops
    zeros = tops & ~(((other & rest) + rest) | other)
    if not zeros:
        return 0, at + width * there
    place = (zeros.bit_length() - 1) // width
    return number >> place * width & ((1 << width) - 1), at + (there - place) * width


@lru_cache(maxsize=64)
def _fields(width: int, many: int) -> tuple[int, int]:
    """The lowest and the highest bit of each of `many` fields."""
    ones = ((1 << width * many) - 1) // ((1 << width) - 1)
    return ones, ones << (width - 1)


def lzw_cut(data: bytes, size: int) -> bytes:
    """The codes up to the one that completes `size` bytes, and the end; empty if no more come, or if they make no sense.

    Section 13: a code is as wide as the number that the table gets next, which counts one too many.
    """
    if data[:1] == b"\0" and data[1:2] and data[1] & 1:  # the older order
        return b""
    lengths = [1] * (_END + 1)
    held = left = at = last = 0
    width = 9
    bits = 8 * len(data)
    while size > 0:
        if left < width:
            chunk = data[at : at + _CHUNK]
            if not chunk:
                return b""
            held = (held & ((1 << left) - 1)) << 8 * len(chunk) | int.from_bytes(chunk, "big")
            left += 8 * len(chunk)
            at += len(chunk)
            continue
        left -= width
        code = held >> left & ((1 << width) - 1)
        if code == _CLEAR:
            del lengths[_END + 1 :]
            width, last = 9, 0
            continue
        if last and len(lengths) < _MOST:
            lengths.append(last + 1)
            width = min(12, (len(lengths) + 1).bit_length())
        if code == _END or code >= len(lengths):
            return b""
        last = lengths[code]
        size -= last
    done = 8 * at - left
    following = int.from_bytes(data[done // 8 : done // 8 + 4].ljust(4, b"\0"), "big")
    if done + width > bits or following >> 32 - done % 8 - width & ((1 << width) - 1) == _END:
        return b""
    kept = int.from_bytes(data[: (done + 7) // 8], "big") >> -done % 8 << width | _END
    return (kept << -(done + width) % 8).to_bytes((done + width + 7) // 8, "big")


_SOC, _SOT, _COMMENT, _EOC = b"\xff\x4f", b"\xff\x90", b"\xff\x64", b"\xff\xd9"
MOST_MARKERS: Final = 4096


def without_comments(reader: Reader, start: int, stop: int) -> Iterator[Piece]:
    """A JPEG 2000 codestream without the COM segments of its main header, up to its EOC (T.800, annex A)."""
    if reader.read(start, 2) != _SOC:
        raise FormatError(start, "a strip that is no JPEG 2000 codestream")
    yield Copy(start, start + 2)
    at = start + 2
    for _ in range(MOST_MARKERS):
        head = reader.read(at, 4)
        length = int.from_bytes(head[2:], "big")
        if head[:2] == _SOT:
            yield Copy(at, _codestream_end(reader, at, stop))
            return
        if len(head) < 4 or head[0] != 0xFF or length < 2 or at + 2 + length > stop:
            break
        if head[:2] != _COMMENT:
            yield Copy(at, at + 2 + length)
        at += 2 + length
    raise FormatError(at, "a JPEG 2000 codestream without tiles")


def _codestream_end(reader: Reader, at: int, stop: int) -> int:
    """A.4.2: each tile-part says how long it is (0: up to the EOC). A comment inside one is refused."""
    for _ in range(MOST_MARKERS):
        head = reader.read(at, 12)
        length = int.from_bytes(head[6:10], "big")
        if head[:2] == _EOC:
            return min(at + 2, stop)
        if head[:2] != _SOT or not length:
            return stop
        _no_comment(reader, at + 12, min(at + length, stop))
        at += length
    return stop


def _no_comment(reader: Reader, at: int, stop: int) -> None:
    for _ in range(MOST_MARKERS):
        head = reader.read(at, 4)
        if head[:2] == _COMMENT:
            raise FormatError(at, "a comment inside a tile")
        if at + 4 > stop or head[:2] == b"\xff\x93":
            return
        at += 2 + max(2, int.from_bytes(head[2:], "big"))
