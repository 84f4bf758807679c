"""Picture data on their way from one layout to another: what belongs together stays together, in the old order."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from audit.formats.base import Bytes, Copy, FormatError
from audit.formats.pieces import length

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece


class Block(NamedTuple):
    """Picture data that stay together: the bytes of the original, or `pieces` in place of them."""

    start: int
    stop: int
    pieces: tuple[Piece, ...] = ()

    @property
    def size(self) -> int:
        return sum(map(length, self.pieces)) if self.pieces else self.stop - self.start

    @property
    def rigid(self) -> bool:
        """Whether every byte keeps its distance from the first, so that other tags may point inside."""
        return self.size == self.stop - self.start and not any(
            isinstance(piece, Bytes) for piece in self.pieces
        )


def merged(found: Iterable[Piece]) -> Iterator[Piece]:
    """Copies that follow one another as one."""
    held: Copy | None = None
    for piece in found:
        if held and isinstance(piece, Copy) and piece.start == held.stop:
            held = Copy(held.start, piece.stop)
            continue
        if held:
            yield held
        held = piece if isinstance(piece, Copy) else None
        if not held:
            yield piece
    if held:
        yield held


def arranged(found: Iterable[Block]) -> list[Block]:
    """In order, those that overlap joined. Raises FormatError where what must change overlaps something else."""
    blocks: list[Block] = []
    for block in sorted(set(found), key=lambda block: (block.start, -block.stop)):
        last = blocks[-1] if blocks else None
        if last is None or block.start >= last.stop:
            blocks.append(block)
        elif block != last:
            blocks[-1] = _joined(last, block)
    return blocks


def _joined(last: Block, block: Block) -> Block:
    if not last.rigid or not block.rigid or (block.pieces and block.stop > last.stop):
        raise FormatError(block.start, "picture data that lie inside other picture data")
    if block.stop <= last.stop:
        return last
    rest = Copy(last.stop, block.stop)
    return Block(last.start, block.stop, tuple(merged((*last.pieces, rest))) if last.pieces else ())


def apart(blocks: Sequence[Block], claims: Iterable[tuple[int, int]]) -> None:
    """Raises FormatError where one of `blocks` overlaps one of `claims`."""
    number = 0
    for start, stop in sorted(claims):
        while number < len(blocks) and blocks[number].stop <= start:
            number += 1
        if number < len(blocks) and blocks[number].start < stop:
            raise FormatError(max(start, blocks[number].start), "picture data inside a directory or a value")


class Moved:
    """Where an offset into the old file leads in the new one, in which `blocks` follow one another from `first`."""

    def __init__(self, blocks: Sequence[Block], first: int) -> None:
        self._starts = [block.start for block in blocks]
        self._places = list(accumulate((block.size for block in blocks), initial=first))
        self.end = self._places[-1]

    def __call__(self, old: int) -> int:
        number = bisect_right(self._starts, old) - 1
        return self._places[number] + old - self._starts[number]
