"""The compressed streams inside a PNG (PNG third edition, 10; APNG): where they really end.

Bytes behind the end of a zlib stream, inside an IDAT or fdAT chunk, are shown by nobody.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy, FormatError
from audit.formats.pieces import LARGEST_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader, Segment

WINDOW: Final = 1 << 20


class Stream:
    """One picture's stream, fed chunk by chunk; the pixels are thrown away as they come."""

    def __init__(self, *, raw: bool) -> None:
        """`raw`: without the zlib header and checksum, as Apple's CgBI files have it."""
        self._inflate = zlib.decompressobj(-15 if raw else 15)
        self.produced = 0  # bytes of filtered rows so far

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def feed(self, data: bytes) -> int:
        """How many of these bytes belong to the stream. Raises zlib.error."""
        inflate = self._inflate
        pending = data
        while not inflate.eof:
            out = inflate.decompress(pending, WINDOW)
            self.produced += len(out)
            pending = inflate.unconsumed_tail
            if not pending and len(out) < WINDOW:
                break
        return len(data) - len(inflate.unused_data)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A whole chunk: length, type, data, CRC (PNG third edition, 5.3)."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def take(reader: Reader, segment: Segment, stream: Stream, prefix: bytes) -> Iterator[Piece]:
    """What a data chunk contributes to its stream. `prefix` is the sequence number an fdAT must begin with.

    Raises FormatError for a wrong CRC or for data that cannot be unpacked.
    """
    if stream.ended:
        return
    start, stop = segment.start + 8 + len(prefix), segment.stop - 4
    used = _used(reader, segment, stream, start)
    same = reader.read(segment.start + 8, len(prefix)) == prefix
    if used == stop - start and same:
        yield Copy(segment.start, segment.stop)
        return
    kind = reader.read(segment.start + 4, 4)
    crc = zlib.crc32(kind + prefix)
    for at in range(start, start + used, WINDOW):
        crc = zlib.crc32(reader.read(at, min(WINDOW, start + used - at)), crc)
    yield Bytes((len(prefix) + used).to_bytes(4, "big") + kind + prefix, segment.name)
    yield Copy(start, start + used)
    yield Bytes(crc.to_bytes(4, "big"), segment.name)


def _used(reader: Reader, segment: Segment, stream: Stream, start: int) -> int:
    crc = zlib.crc32(reader.read(segment.start + 4, start - segment.start - 4))
    stop = segment.stop - 4
    used = 0
    for at in range(start, stop, WINDOW):
        data = reader.read(at, min(WINDOW, stop - at))
        crc = zlib.crc32(data, crc)
        if not stream.ended:
            used += _fed(stream, data, at)
    if crc.to_bytes(4, "big") != reader.read(stop, 4):
        raise FormatError(segment.start, f"wrong checksum in {segment.name}")
    return used


def _fed(stream: Stream, data: bytes, at: int) -> int:
    try:
        return stream.feed(data)
    except zlib.error:
        raise FormatError(at, "picture data that cannot be unpacked") from None


def inflated(data: bytes, most: int = LARGEST_BLOCK) -> tuple[bytes, int]:
    """At most `most` bytes out of a whole zlib stream, and how many bytes of `data` it took. Raises zlib.error."""
    inflate = zlib.decompressobj()
    out = inflate.decompress(data, most)
    return out, len(data) - len(inflate.unused_data)
