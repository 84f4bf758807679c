"""Where the samples of a movie in fragments are (ISO/IEC 14496-12, 8.8)."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from audit.formats.base import FormatError
from audit.formats.mp4_forms import table_size
from audit.formats.mp4_parts import inside
from audit.formats.mp4_samples import unpacked
from audit.formats.mp4_spans import BLOCK, NUMBER

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box
    from audit.formats.mp4_movie import Movie
    from audit.formats.mp4_spans import Block


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
    block = BLOCK // row * row
    while left:
        numbers = unpacked(NUMBER, reader.read(at, 4 * min(left, block)))
        yield numbers[which::row]
        left -= len(numbers)
        at += 4 * len(numbers)


def of_run(reader: Reader, run: Run) -> Iterator[Block]:
    """The samples of a part of a fragment that was told already."""
    box = next(inside(reader, run.place, reader.size))
    head = reader.read(box.body, 8)
    flags, count = int.from_bytes(head[1:4], "big"), int.from_bytes(head[4:8], "big")
    same: Sequence[int] = [run.size] * min(count, BLOCK)
    at = run.start
    for sizes in _sizes_of_run(reader, box, flags, count) if flags & 0x200 else (same,):
        reach = list(accumulate(sizes, initial=at))
        yield reach[:-1], reach[1:]
        at = reach[-1]
