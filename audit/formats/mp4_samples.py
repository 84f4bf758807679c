"""Where the samples of a movie are: from the tables of its tracks (ISO/IEC 14496-12, 8.7) and from its fragments (8.8).

Tables are read in blocks, and samples that lie one behind the other become one span: a long video has millions.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from heapq import merge
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.mp4_forms import table_size
from audit.formats.mp4_parts import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box, Span
    from audit.formats.mp4_movie import Movie, Track

_LONGEST: Final = (1 << 32) - 1  # bytes of one span, as it is held
_BLOCK: Final = 1 << 16  # numbers read at a time
_TYPE: Final = "I" if array("I").itemsize == 4 else "L"


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans in order, those that touch or overlap as one."""
    start = stop = 0
    for begin, end in spans:
        if start <= begin <= stop and stop > start:
            stop = max(stop, end)
        else:
            if start < stop:
                yield start, stop
            start, stop = begin, end
    if start < stop:
        yield start, stop


def ordered(lists: Sequence[Spans]) -> Iterator[Span]:
    """All spans of some tracks, in the order of the file."""
    return joined(merge(*lists))


class Spans:
    """Spans in order, in little memory."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts, self._sizes = array("Q"), array(_TYPE)
        self.told = 0  # bytes of all of them, counted as often as they are told
        last, ascending = 0, True
        for start, stop in joined(self._counted(spans)):
            ascending = ascending and start >= last
            last = stop
            self._add(start, stop)
        if not ascending:
            again = sorted(self)
            self._starts, self._sizes = array("Q"), array(_TYPE)
            for start, stop in joined(again):
                self._add(start, stop)

    def _counted(self, spans: Iterable[Span]) -> Iterator[Span]:
        for start, stop in spans:
            self.told += max(0, stop - start)
            yield start, stop

    def _add(self, start: int, stop: int) -> None:
        while stop - start > _LONGEST:
            self._starts.append(start)
            self._sizes.append(_LONGEST)
            start += _LONGEST
        self._starts.append(start)
        self._sizes.append(stop - start)

    def __iter__(self) -> Iterator[Span]:
        return zip(self._starts, map(add, self._starts, self._sizes), strict=True)


class Sizes:
    """8.7.3: the sizes of samples, taken in order."""

    def __init__(self, reader: Reader, track: Track) -> None:
        box = track.table.get("stsz") or track.table.get("stz2")
        if box is None:
            raise FormatError(track.box.start, "a track without its tables")
        head = reader.read(box.body, min(12, box.stop - box.body))
        if len(head) < 12 or table_size(box.kind, head) > box.stop - box.body:
            raise FormatError(box.start, "a box ends too early")
        self.same = int.from_bytes(head[4:8], "big") if box.kind == "stsz" else 0
        self._bits = 32 if box.kind == "stsz" else head[7]
        self.left = int.from_bytes(head[8:12], "big")
        if self._bits not in {4, 8, 16, 32}:
            raise FormatError(box.start, "sample sizes of an unknown width")
        self._reader = reader
        self._at = box.body + 12
        self._sums: array[int] = array("Q", (0,))  # of the block that was read
        self._next = 0

    def take(self, many: int) -> int:
        """The size of the next `many` samples together."""
        many = min(many, self.left)
        self.left -= many
        if self.same:
            return self.same * many
        total = 0
        while many:
            ready = len(self._sums) - 1 - self._next
            if not ready:
                self._fill(many)
                continue
            count = min(many, ready)
            total += self._sums[self._next + count] - self._sums[self._next]
            self._next += count
            many -= count
        return total

    def _fill(self, least: int) -> None:
        count = min(_BLOCK, self.left + least)
        data = self._reader.read(self._at, (count * self._bits + 7) // 8)
        self._at += len(data)
        if self._bits == 4:
            numbers: Sequence[int] = [half for byte in data for half in (byte >> 4, byte & 15)][:count]
        else:
            packed = array({8: "B", 16: "H", 32: _TYPE}[self._bits], data)
            if sys.byteorder == "little":
                packed.byteswap()
            numbers = packed
        if not numbers:
            raise FormatError(self._at, "a box ends too early")
        self._sums, self._next = array("Q", accumulate(numbers, initial=0)), 0


class Chunk(NamedTuple):
    start: int
    samples: int
    size: int
    least: int  # its size if the last packet of sound is not there


def chunks(reader: Reader, track: Track) -> Iterator[Chunk]:
    """8.7.4 and 8.7.5: the chunks of a track, in its order. Raises FormatError."""
    offsets = track.table.get("stco") or track.table.get("co64")
    if offsets is None or "stsc" not in track.table:
        raise FormatError(track.box.start, "a track without its tables")
    sizes, runs = Sizes(reader, track), _runs(reader, track.table["stsc"])
    packet = _packets(track, reader, sizes.same)
    left = many = 0
    for start in _numbers(reader, offsets, 4 if offsets.kind == "stco" else 8, 8):
        if not sizes.left:
            return
        if not left:
            many, left = next(runs, (0, 0))
            if not left:
                raise FormatError(offsets.start, "a chunk without samples")
        left -= 1
        taken = min(many, sizes.left)
        size = sizes.take(many)
        if packet[0] > 1:
            yield Chunk(start, taken, -(-taken // packet[0]) * packet[1], taken // packet[0] * packet[1])
        else:
            size = max(size, taken * packet[1])
            yield Chunk(start, taken, size, size)


def _runs(reader: Reader, stsc: Box) -> Iterator[tuple[int, int]]:
    """How many samples a chunk has, and for how many chunks."""
    rows = _numbers(reader, stsc, 4, 8, row=3)
    first = next(rows, None)
    if first is None:
        return
    many, _ = next(rows), next(rows)
    first = 1
    for begin in rows:
        if begin <= first:
            raise FormatError(stsc.start, "a chunk without samples")
        yield many, begin - first
        first, many, _ = begin, next(rows), next(rows)
    yield many, 1 << 32


def _numbers(reader: Reader, box: Box, width: int, head: int, row: int = 1) -> Iterator[int]:
    """The numbers of a table whose rows are counted in its second field."""
    start = reader.read(box.body, min(12, box.stop - box.body))
    if len(start) < head or table_size(box.kind, start) > box.stop - box.body:
        raise FormatError(box.start, "a box ends too early")
    left, at = int.from_bytes(start[4:8], "big") * row, box.body + head
    while left:
        data = reader.read(at, min(left, _BLOCK) * width)
        packed = array(_TYPE if width == 4 else "Q", data[: len(data) // width * width])
        if not packed:
            raise FormatError(at, "a box ends too early")
        if sys.byteorder == "little":
            packed.byteswap()
        yield from packed
        left -= len(packed)
        at += len(packed) * width


# Bits of one sample without compression; samples and bytes of a packet of one channel (FFmpeg, isom.c and mov.c).
_PLAIN: Final = {
    **dict.fromkeys(("ulaw", "alaw"), 8),
    **dict.fromkeys(("in24", "42ni"), 24),
    **dict.fromkeys(("in32", "23ni", "fl32", "23lf"), 32),
    **dict.fromkeys(("fl64", "46lf"), 64),
    **dict.fromkeys(("sowt", "twos", "raw ", "lpcm", "NONE", "ipcm", "fpcm"), 0),
}
_PACKETS: Final = {"ima4": (64, 34), "MAC3": (6, 2), "MAC6": (6, 1), "agsm": (160, 33)}


def _packets(track: Track, reader: Reader, same: int) -> tuple[int, int]:
    """Samples in a packet and its bytes, of sound whose samples are single values (QuickTime, sound descriptions).

    Its table of sizes says 1 for each, which is no number of bytes; (1, 0) where the table is right.
    """
    if track.handler != "soun" or not same or not track.entries or not _one_by_one(track, reader):
        return 1, 0
    box, head = track.entries[0]
    if len(head) < 28:
        return 1, 0
    version = int.from_bytes(head[8:10], "big")
    channels, bits = int.from_bytes(head[16:18], "big"), int.from_bytes(head[18:20], "big")
    if version == 1 and len(head) >= 44:
        samples, size = int.from_bytes(head[28:32], "big"), int.from_bytes(head[36:40], "big")
        if samples and size:
            return samples, size
    if version == 2 and len(head) >= 64:
        size, samples = int.from_bytes(head[56:60], "big"), int.from_bytes(head[60:64], "big")
        if samples and size:
            return samples, size
    if box.kind in _PACKETS:
        samples, size = _PACKETS[box.kind]
        return samples, size * channels
    return (1, (_PLAIN[box.kind] or bits) // 8 * channels) if box.kind in _PLAIN else (1, 0)


def _one_by_one(track: Track, reader: Reader) -> bool:
    """8.6.1.2: whether all samples last one unit of time."""
    stts = track.table.get("stts")
    return stts is not None and reader.read(stts.body, 16)[4:8] + reader.read(stts.body, 16)[12:16] == (
        b"\0\0\0\1" * 2
    )


def of_track(reader: Reader, track: Track, media: Sequence[Box]) -> Spans:
    """Where a track's samples are by its own tables, without what would lie behind the end of the file.

    Where the last packet of sound is shorter than the others, its box (one of `media`) ends before it should.
    """
    starts = [box.body for box in media]

    def end(chunk: Chunk) -> int:
        stop = chunk.start + chunk.size
        if chunk.least < chunk.size and (at := bisect_right(starts, chunk.start)):
            stop = max(chunk.start + chunk.least, min(stop, media[at - 1].stop))
        return min(stop, reader.size)

    return Spans(
        (chunk.start, end(chunk))
        for chunk in chunks(reader, track)
        if chunk.size and chunk.start < reader.size
    )


class Run(NamedTuple):
    """The samples of one trun. `offset` is what it must say if tracks before it go and nothing else tells the place."""

    track: int
    start: int
    stop: int
    place: int  # of the box
    offset: int | None = None
    size: int = 0  # of samples that do not say theirs


def of_fragment(reader: Reader, moof: Box, movie: Movie) -> Iterator[Run]:
    """8.8.7 and 8.8.8: where the samples of a fragment are. Raises FormatError.

    A track that says nothing of its place begins where the one before it ends: once that one is gone, elsewhere.
    """
    shown, implied, later = movie.numbers, moof.start, moof.start
    for traf in inside(reader, moof.body, moof.stop):
        if traf.kind != "traf":
            continue
        head = _Header(reader, traf, movie)
        floats = head.base is None and not head.at_moof
        base = head.base if head.base is not None else implied if floats else moof.start
        moved = floats and later != implied and head.track in shown
        at, first = base, True
        for box in inside(reader, traf.body, traf.stop):
            if box.kind == "trun":
                offset, size = _run(reader, box, head.size)
                if moved and first and offset is None:
                    raise FormatError(box.start, "a fragment whose place depends on a track that goes")
                at = at if offset is None else base + offset
                if at < 0:
                    raise FormatError(box.start, "samples without a place")
                told = at - later if moved and offset is not None else None
                yield Run(head.track, at, at + size, box.start, told, head.size)
                at, first = at + size, False
        implied = at
        later = at if head.track in shown else later


class _Header:
    """8.8.7, tfhd."""

    def __init__(self, reader: Reader, traf: Box, movie: Movie) -> None:
        box = next((one for one in inside(reader, traf.body, traf.stop) if one.kind == "tfhd"), None)
        data = reader.read(box.body, min(32, box.stop - box.body)) if box else b""
        flags = int.from_bytes(data[1:4], "big")
        if len(data) < 8 + 8 * (flags & 1) + 4 * sum(bool(flags & bit) for bit in (2, 8, 16, 32)):
            raise FormatError(traf.start, "a box ends too early")
        self.track = int.from_bytes(data[4:8], "big")
        self.base = int.from_bytes(data[8:16], "big") if flags & 1 else None
        self.at_moof = bool(flags & 0x20000)
        at = 8 + 8 * (flags & 1) + 4 * bool(flags & 2) + 4 * bool(flags & 8)
        default = movie.fragments.get(self.track, (0, 0, 0))[2]
        self.size = int.from_bytes(data[at : at + 4], "big") if flags & 16 else default


def _run(reader: Reader, box: Box, default: int) -> tuple[int | None, int]:
    """8.8.8, trun: where it begins if it says so, and the size of its samples together."""
    head = reader.read(box.body, min(16, box.stop - box.body))
    if len(head) < 8 or table_size("trun", head) > box.stop - box.body:
        raise FormatError(box.start, "a box ends too early")
    flags, count = int.from_bytes(head[1:4], "big"), int.from_bytes(head[4:8], "big")
    offset = int.from_bytes(head[8:12], "big", signed=True) if flags & 1 else None
    if not flags & 0x200:
        return offset, count * default
    return offset, sum(sum(block) for block in _sizes_of_run(reader, box, flags, count))


def _sizes_of_run(reader: Reader, box: Box, flags: int, count: int) -> Iterator[array[int]]:
    row = (flags >> 8 & 15).bit_count()
    which = flags >> 8 & 1  # the duration stands before the size
    at, left = box.body + 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1), count * row
    block = _BLOCK // row * row
    while left:
        numbers = array(_TYPE, reader.read(at, 4 * min(left, block)))
        if sys.byteorder == "little":
            numbers.byteswap()
        yield numbers[which::row]
        left -= len(numbers)
        at += 4 * len(numbers)


def of_run(reader: Reader, run: Run) -> Iterator[Span]:
    """Each sample of a fragment that was told already."""
    box = next(inside(reader, run.place, reader.size))
    head = reader.read(box.body, 8)
    flags, count = int.from_bytes(head[1:4], "big"), int.from_bytes(head[4:8], "big")
    told = (
        _sizes_of_run(reader, box, flags, count)
        if flags & 0x200
        else iter(([run.size] * min(count, _BLOCK),))
    )
    at = run.start
    for block in told:
        for size in block:
            yield at, at + size
            at += size


def one_by_one(reader: Reader, track: Track) -> Iterator[Span]:
    """Each sample of a track by its tables. Raises FormatError."""
    sizes = Sizes(reader, track)
    for chunk in chunks(reader, track):
        at = chunk.start
        for _ in range(chunk.samples):
            size = sizes.take(1)
            yield at, at + size
            at += size
