"""The compressed streams inside a PNG (PNG third edition, 10; APNG): where they really end.

Bytes behind the end of a zlib stream, inside an IDAT or fdAT chunk, are shown by nobody.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Bytes, Copy, FormatError
from audit.formats.pieces import LARGEST_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Reader, Segment

WINDOW: Final = 1 << 20
CHUNK: Final = 1 << 16


class Stream:
    """One picture's stream, fed chunk by chunk; no more comes out than the rows that are shown."""

    def __init__(self, most: int, *, raw: bool, ahead: int = 0) -> None:
        """`most`: bytes of the rows. `raw`: without the zlib header and checksum, as Apple's CgBI files have it.

        `ahead`: bytes that stand before it.
        """
        self._inflate = zlib.decompressobj(-15 if raw else 15)
        self._most = most
        self._ahead = ahead
        self.taken = 0  # bytes of the stream so far
        self._produced = 0  # bytes of filtered rows so far
        self.over = False  # whether something stands behind the rows that is not the end of the stream
        self.broken = False  # whether it cannot be unpacked, or its checksum is wrong

    @property
    def ended(self) -> bool:
        return self.over or self.broken or self._inflate.eof

    def rows(self, data: bytes) -> Iterator[bytes]:
        """What comes out, at most WINDOW bytes at a time. Raises zlib.error."""
        inflate = self._inflate
        pending = data[self._ahead :]
        self._ahead -= min(self._ahead, len(data))
        while not self.ended:
            left = self._most - self._produced
            room = min(WINDOW, left) or 1
            try:
                out = inflate.decompress(pending, room)
            except zlib.error:
                if left:
                    raise
                self.over = True
                return
            self.over = len(out) > left
            if out and not self.over:
                self._produced += len(out)
                yield out
            pending = inflate.unconsumed_tail
            if not pending and len(out) < room:
                break

    def feed(self, data: bytes) -> int:
        """How many of these bytes belong to the stream."""
        try:
            for _ in self.rows(data):
                pass
        except zlib.error:
            self.broken = True
        used = len(data) - len(self._inflate.unused_data)
        self.taken += used
        return used


def chunk(kind: bytes, data: bytes) -> bytes:
    """A whole chunk: length, type, data, CRC (PNG third edition, 5.3)."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def take(reader: Reader, segment: Segment, stream: Stream, prefix: bytes) -> Iterator[Piece]:
    """What a data chunk contributes to its stream. `prefix` is the sequence number an fdAT must begin with.

    Raises FormatError for a wrong CRC.
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


def even(sizes: Sequence[int]) -> bool:
    """Whether a stream is cut as encoders do it: all parts but the last are equally long."""
    return all(size == sizes[0] for size in sizes[:-1]) and (not sizes or sizes[-1] <= sizes[0])


def _used(reader: Reader, segment: Segment, stream: Stream, start: int) -> int:
    crc = zlib.crc32(reader.read(segment.start + 4, start - segment.start - 4))
    stop = segment.stop - 4
    used = 0
    for at in range(start, stop, WINDOW):
        data = reader.read(at, min(WINDOW, stop - at))
        crc = zlib.crc32(data, crc)
        if not stream.ended:
            used += stream.feed(data)
    if crc.to_bytes(4, "big") != reader.read(stop, 4):
        raise FormatError(segment.start, f"wrong checksum in {segment.name}")
    return used


def rows(reader: Reader, parts: Iterable[Segment], skip: int, most: int, *, raw: bool) -> Iterator[bytes]:
    """The first `most` bytes of a picture's rows, whatever the checksum behind them. Raises zlib.error.

    `skip`: 4 where a sequence number precedes the data.
    """
    stream = Stream(most, raw=True, ahead=0 if raw else 2)
    for part in parts:
        for at in range(part.start + 8 + skip, part.stop - 4, WINDOW):
            if stream.ended:
                return
            yield from stream.rows(reader.read(at, min(WINDOW, part.stop - 4 - at)))


def packed(found: Iterable[bytes], *, raw: bool) -> Iterator[bytes]:
    """Rows as a stream of their own, cut for chunks."""
    pack = zlib.compressobj(wbits=-15 if raw else 15)

    def parts() -> Iterator[bytes]:
        yield from map(pack.compress, found)
        yield pack.flush()

    return cut(parts())


def cut(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes for chunks, all but the last equally long."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    yield bytes(held)


def taken(reader: Reader, parts: Iterable[Segment], skip: int, many: int) -> Iterator[bytes]:
    """The first `many` bytes of a stream. `skip`: 4 where a sequence number precedes the data."""
    for part in parts:
        for at in range(part.start + 8 + skip, part.stop - 4, WINDOW):
            data = reader.read(at, min(WINDOW, part.stop - 4 - at, many))
            many -= len(data)
            yield data


# 8.1: where the seven passes of an interlaced picture begin, and how far apart their columns and rows are.
_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Pass(NamedTuple):
    """Rows of one width; a picture that is not interlaced is one pass."""

    rows: int
    bits: int  # of a row that are shown

    @property
    def row(self) -> int:
        """Bytes of a row with its filter byte (7.2)."""
        return 1 + (self.bits + 7) // 8


def passes(header: bytes, width: int, height: int) -> list[Pass]:
    """Those that have pixels. `header` is the data of IHDR."""
    bits = header[8] * _CHANNELS[header[9]]
    found = []
    for left, top, across, down in _PASSES if header[12] else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            found.append(Pass(rows, columns * bits))
    return found


def inflated(data: bytes, most: int = LARGEST_BLOCK) -> tuple[bytes, int]:
    """At most `most` bytes out of a whole zlib stream, and how many bytes of `data` it took. Raises zlib.error."""
    inflate = zlib.decompressobj()
    out = inflate.decompress(data, most)
    return out, len(data) - len(inflate.unused_data)
