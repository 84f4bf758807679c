"""Spans of a file in little memory: a long video has millions of samples, and only blocks of numbers are quick."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import chain, compress, count, islice
from operator import le, lt
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
        ordered, apart, last = True, True, -1
        for starts, stops in blocks:
            if not starts:
                continue
            self.told += sum(stops) - sum(starts)
            block = starts, stops
            if not all(map(lt, stops, islice(starts, 1, None))):
                ordered = ordered and all(map(le, stops, islice(starts, 1, None)))
                block = _union(starts, stops) if ordered else block
            ordered = ordered and last <= starts[0]
            apart = apart and last < starts[0]
            last = stops[-1]
            self._starts += array("Q", block[0])
            self._stops += array("Q", block[1])
        if not (ordered and apart):
            starts, stops = _union(sorted(self._starts), sorted(self._stops))
            self._starts, self._stops = array("Q", starts), array("Q", stops)

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(self._stops) - sum(self._starts)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Span]:
        return zip(self._starts, self._stops, strict=True)

    def block(self, first: int, place: int) -> Block:
        """Those from the number `first` on that start at `place` at the latest."""
        last = bisect_right(self._starts, place, first)
        return self._starts[first:last], self._stops[first:last]

    def start(self, number: int) -> int:
        return self._starts[number]


def _union(starts: Sequence[int], stops: Sequence[int]) -> Block:
    """What some spans cover, from all their starts and all their stops, each in order.

    It has a gap before a start exactly where as many spans have stopped as have started before.
    """
    at = list(compress(count(1), map(lt, stops, islice(starts, 1, None))))
    if len(at) + 1 == len(starts):
        return starts, stops
    return [starts[index] for index in (0, *at)], [stops[index - 1] for index in (*at, len(stops))]


def merged(lists: Sequence[Spans]) -> Spans:
    """All spans of some tracks, in the order of the file."""
    return Spans(_merged(lists))


def _merged(lists: Sequence[Spans]) -> Iterator[Block]:
    """Block by block: what no other list can have anything before is sorted at once."""
    todo = [(spans, 0) for spans in lists if len(spans)]
    while todo:
        place = min(spans.start(min(first + BLOCK, len(spans)) - 1) for spans, first in todo)
        blocks = [spans.block(first, place) for spans, first in todo]
        starts, stops = zip(*blocks, strict=True)
        yield _union(sorted(chain.from_iterable(starts)), sorted(chain.from_iterable(stops)))
        todo = [
            (spans, first + len(block[0]))
            for (spans, first), block in zip(todo, blocks, strict=True)
            if first + len(block[0]) < len(spans)
        ]


class Cursor:
    """Spans in order, taken up to a place."""

    def __init__(self, spans: Iterator[Span]) -> None:
        self._spans = spans
        self._next = next(spans, None)

    def before(self, stop: int) -> Iterator[Span]:
        """Those that begin before `stop`, cut there."""
        while self._next and self._next[0] < stop:
            start, end = self._next
            self._next = next(self._spans, None) if end <= stop else (stop, end)
            yield start, min(end, stop)
