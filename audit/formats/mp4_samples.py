"""Where the samples of a movie are: from the tables of its tracks (ISO/IEC 14496-12, 8.7). For its fragments see `mp4_fragments`.

Tables are read, and places told, in blocks: a long video has millions of samples.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate, chain, islice, repeat
from operator import add, lt, sub
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.mp4_forms import table_size
from audit.formats.mp4_spans import BLOCK, NUMBER, Spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box, Span
    from audit.formats.mp4_frames import Look
    from audit.formats.mp4_movie import Movie, Track
    from audit.formats.mp4_spans import Block

_TABLES: Final = ("stsz", "stz2", "stsc", "stco", "co64")  # all of which it depends where samples are
_COMPARED: Final = 256 << 10  # bytes of a table at a time
_MOST: Final = 1 << 16  # samples of a block of chunks that are held at once


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
        self._half = False  # the first four bits of the next byte are taken already

    def of(self, many: int) -> list[int]:
        """Those of the next `many` samples, or of all that are left."""
        many = min(many, self.left)
        self.left -= many
        if self.same:
            return [self.same] * many
        numbers = self._numbers(many)
        if len(numbers) < many:
            raise FormatError(self._at, "a box ends too early")
        return numbers if isinstance(numbers, list) else numbers.tolist()

    def _numbers(self, many: int) -> array[int] | list[int]:
        if self._bits == 4:
            data = self._reader.read(self._at, (many + self._half + 1) // 2)
            halves = [half for byte in data for half in (byte >> 4, byte & 15)][self._half :][:many]
            self._at += (many + self._half) // 2
            self._half = bool((many + self._half) % 2)
            return halves
        width = self._bits // 8
        data = self._reader.read(self._at, many * width)
        self._at += len(data)
        return unpacked({8: "B", 16: "H", 32: NUMBER}[self._bits], data[: len(data) // width * width])


def unpacked(code: str, data: bytes) -> array[int]:
    """Numbers as files of boxes hold them: the highest byte first."""
    numbers = array(code, data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


class Chunks(NamedTuple):
    """Some chunks in the order of their track: where they start, and how many samples each of them has."""

    starts: list[int]
    counts: list[int]


def chunks(reader: Reader, track: Track) -> Iterator[Chunks]:
    """8.7.4 and 8.7.5: the chunks of a track. Raises FormatError."""
    offsets = track.table.get("stco") or track.table.get("co64")
    if offsets is None or "stsc" not in track.table:
        raise FormatError(track.box.start, "a track without its tables")
    left = Sizes(reader, track).left
    counted = chain.from_iterable(_counts(reader, track.table["stsc"]))
    for starts in _blocks(reader, offsets, 4 if offsets.kind == "stco" else 8, 8):
        if not left:
            return
        counts = list(islice(counted, len(starts)))
        many = sum(counts)
        if many >= left:
            edges = list(accumulate(counts, initial=0))
            last = bisect_left(edges, left)
            counts = [*counts[: last - 1], left - edges[last - 1]]
        elif len(counts) < len(starts):
            raise FormatError(offsets.start, "a chunk without samples")
        left -= min(many, left)
        yield Chunks(starts[: len(counts)].tolist(), counts)


def _counts(reader: Reader, stsc: Box) -> Iterator[Iterable[int]]:
    """How many samples each chunk has: a row names the first chunk of a run, which goes on up to that of the next row."""
    firsts: list[int] = []
    counts: list[int] = []
    for rows in _blocks(reader, stsc, 4, 8, row=3):
        firsts += rows[::3] if firsts else [1, *rows[3::3]]
        counts += rows[1::3]
        runs = list(map(sub, firsts[1:], firsts))
        if runs and min(runs) < 1:
            raise FormatError(stsc.start, "a chunk without samples")
        yield (
            counts[: len(runs)]
            if runs.count(1) == len(runs)
            else chain.from_iterable(map(repeat, counts, runs))
        )
        firsts, counts = firsts[-1:], counts[-1:]
    if counts:
        yield repeat(counts[0], 1 << 32)


def _blocks(reader: Reader, box: Box, width: int, head: int, row: int = 1) -> Iterator[array[int]]:
    """The numbers of a table whose rows are counted in its second field."""
    start = reader.read(box.body, min(12, box.stop - box.body))
    if len(start) < head or table_size(box.kind, start) > box.stop - box.body:
        raise FormatError(box.start, "a box ends too early")
    left, at = int.from_bytes(start[4:8], "big") * row, box.body + head
    while left:
        data = reader.read(at, min(left, BLOCK // row * row) * width)
        numbers = unpacked(NUMBER if width == 4 else "Q", data[: len(data) // width * width])
        if not numbers:
            raise FormatError(at, "a box ends too early")
        yield numbers
        left -= len(numbers)
        at += len(numbers) * width


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


class _Places:
    """Where the chunks of a track start and stop, without what would lie behind the end of the file."""

    def __init__(self, reader: Reader, track: Track, media: Sequence[Box]) -> None:
        self._sizes = Sizes(reader, track)
        self._packet = _packets(track, reader, self._sizes.same)
        self._media = media
        self._starts = [box.body for box in media]
        self._end = reader.size

    def of(self, block: Chunks, look: Look | None) -> Block:
        starts, counts = block
        samples, size = self._packet
        if samples > 1:
            packed = [self._packed(*one, samples, size) for one in zip(starts, counts, strict=True)]
            return self._within(starts, packed)
        sizes = _totals(self._sizes, block, look)
        if size:
            sizes = [max(told, many * size) for told, many in zip(sizes, counts, strict=True)]
        return self._within(starts, list(map(add, starts, sizes)))

    def _packed(self, start: int, count: int, samples: int, size: int) -> int:
        """Where the last packet of sound is shorter than the others, its box ends before it should."""
        stop, least = start - (-count // samples) * size, start + count // samples * size
        if least < stop and (at := bisect_right(self._starts, start)):
            return max(least, min(stop, self._media[at - 1].stop))
        return stop

    def _within(self, starts: Sequence[int], stops: list[int]) -> Block:
        if max(stops) <= self._end and all(map(lt, starts, stops)):
            return starts, stops
        within = [
            (start, min(stop, self._end))
            for start, stop in zip(starts, stops, strict=True)
            if start < stop and start < self._end
        ]
        return [start for start, _ in within], [stop for _, stop in within]


def _totals(sizes: Sizes, block: Chunks, look: Look | None) -> Sequence[int]:
    """How many bytes each chunk has. `look` is told of the samples in it, as long as it wants to."""
    starts, counts = block
    look = look if look and look.more else None
    many = sum(counts)
    if many > _MOST:
        return [_total(sizes, *one, look) for one in zip(starts, counts, strict=True)]
    if sizes.same and not look:
        return [sizes.same * count for count in counts]
    each = sizes.of(many)
    single = counts.count(1) == len(counts)
    reach = [] if single else list(accumulate(each, initial=0))  # as far as if all lay one behind the other
    edges = list(map(reach.__getitem__, accumulate(counts, initial=0))) if reach else []
    totals = each if single else list(map(sub, edges[1:], edges))
    if look and (wanted := look.runs(starts, totals)) is not None:
        _tell(look, block, each, wanted)
    elif look:
        shifts = map(repeat, map(sub, starts, edges), counts)
        look(starts if single else list(map(add, reach, chain.from_iterable(shifts))), each)
    return totals


def _tell(look: Look, block: Chunks, each: Sequence[int], wanted: Iterable[int]) -> None:
    """Of the samples in some chunks only, by the numbers of these."""
    firsts = list(accumulate(block.counts, initial=0))
    for number in wanted:
        sizes = each[firsts[number] : firsts[number + 1]]
        look(list(accumulate(sizes[:-1], initial=block.starts[number])), sizes)


def _total(sizes: Sizes, start: int, count: int, look: Look | None) -> int:
    """The same for one chunk of many samples."""
    if sizes.same and not look:
        return sizes.same * count
    at = start
    while count:
        each = sizes.of(min(count, BLOCK))
        reach = list(accumulate(each, initial=at))
        at, count = reach[-1], count - len(each)
        if look:
            look(reach[:-1], each)
    return at - start


def of_track(reader: Reader, track: Track, media: Sequence[Box], look: Look | None = None) -> Spans:
    """Where a track's samples are by its own tables; `media` are the boxes that hold any. `look` is told of each sample."""
    places = _Places(reader, track, media)
    return Spans(places.of(block, look) for block in chunks(reader, track))


def alike(reader: Reader, movie: Movie, other: Reader, theirs: Movie) -> bool:
    """Whether a movie, which has only tracks that are shown, has their samples where another has them, by the same bytes."""
    if reader.size != other.size or movie.media != theirs.media or len(movie.tracks) != len(theirs.shown):
        return False
    if any(box.kind == "moof" for box in (*movie.outer, *theirs.outer)):
        return False
    return all(
        one.shown and _alike(reader, one, other, their)
        for one, their in zip(movie.tracks, theirs.shown, strict=True)
    )


def _alike(reader: Reader, track: Track, other: Reader, theirs: Track) -> bool:
    for kind in _TABLES:
        box = track.table.get(kind)
        if box != theirs.table.get(kind) or (box and not _same_bytes(reader, other, box)):
            return False
    same = Sizes(reader, track).same
    return _packets(track, reader, same) == _packets(theirs, other, same)


def _same_bytes(reader: Reader, other: Reader, box: Box) -> bool:
    return all(
        reader.read(at, size) == other.read(at, size)
        for at in range(box.start, box.stop, _COMPARED)
        if (size := min(_COMPARED, box.stop - at))
    )


def one_by_one(reader: Reader, track: Track) -> Iterator[Span]:
    """Each sample of a track by its tables. Raises FormatError."""
    sizes = Sizes(reader, track)
    for starts, counts in chunks(reader, track):
        for start, count in zip(starts, counts, strict=True):
            at, left = start, count
            while left:
                some = sizes.of(min(left, BLOCK))
                for size in some:
                    yield at, at + size
                    at += size
                left -= len(some)
