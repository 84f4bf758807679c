"""Spans of a file in little memory: a long video has millions of samples, and only blocks of numbers are quick."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import chain, islice
from operator import le
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.bmff import Span

    Block = tuple[Sequence[int], Sequence[int]]  # where some spans start, and where each of them stops

BLOCK: Final = 1 << 14  # numbers held at a time
NUMBER: Final = "I" if array("I").itemsize == 4 else "L"  # an array of 4 bytes each


class Spans:
    """Spans in order, those that touch or overlap as one."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._starts, self._stops = array("Q"), array("Q")
        self.told = 0  # bytes of all of them, counted as often as they are told
        ascending, last = True, 0
        for starts, stops in blocks:
            if not starts:
                continue
            self.told += sum(stops) - sum(starts)
            ascending = ascending and last <= starts[0] and all(map(le, stops, islice(starts, 1, None)))
            last = stops[-1]
            self._add(*_pressed(starts, stops))
        if not ascending:
            again = list(joined(sorted(self)))
            self._starts, self._stops = array("Q"), array("Q")
            self._add([start for start, _ in again], [stop for _, stop in again])

    def _add(self, starts: Sequence[int], stops: Sequence[int]) -> None:
        if self._stops and starts[0] == self._stops[-1]:
            self._stops.pop()
            starts = starts[1:]
        self._starts += array("Q", starts)
        self._stops += array("Q", stops)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Span]:
        return zip(self._starts, self._stops, strict=True)

    def until(self, place: int, first: int) -> Iterator[Span]:
        """Those from the number `first` on that start at `place` at the latest."""
        return islice(self, first, bisect_right(self._starts, place, first))

    def start(self, number: int) -> int:
        return self._starts[number]


def _pressed(starts: Sequence[int], stops: Sequence[int]) -> Block:
    """Those that touch as one."""
    at = [index for index, stop in enumerate(stops, 1) if index < len(starts) and starts[index] != stop]
    if len(at) + 1 == len(starts):
        return starts, stops
    return [starts[index] for index in (0, *at)], [stops[index - 1] for index in (*at, len(stops))]


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
    return joined(_merged(lists))


def _merged(lists: Sequence[Spans]) -> Iterator[Span]:
    """Block by block: what no other list can have anything before is sorted at once."""
    todo = [(spans, 0) for spans in lists if len(spans)]
    while todo:
        place = min(spans.start(min(first + BLOCK, len(spans)) - 1) for spans, first in todo)
        blocks = [list(spans.until(place, first)) for spans, first in todo]
        starts, stops = zip(*sorted(chain.from_iterable(blocks)), strict=True)
        yield from zip(*_pressed(starts, stops), strict=True)
        todo = [
            (spans, first + len(block))
            for (spans, first), block in zip(todo, blocks, strict=True)
            if first + len(block) < len(spans)
        ]
