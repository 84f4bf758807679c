"""Bits of MPEG audio that no decoder uses (ISO 11172-3, 2.4.1 to 2.4.3): private ones, and what fills up frames of Layer III.

Frames of Layer III share their bytes: what one does not need the next may use, and what none uses is "ancillary data".
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.rewriters.checks import crc16_buypass

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOSE: Final = ((2, 0x01), (3, 0x0C))  # bytes of a header, and bits: private, copyright, original
_JOINT: Final = 0x30  # bits that mean something where two channels are coded as one
_MOST: Final = 64  # frames whose bytes may still be used
_MPEG1: Final = 9
_WORDS: Final = bytes((0, 0x55, 0xAA, 0xFF, *range(32, 127)))  # what encoders fill up with


class Side(NamedTuple):
    """What stands before the data of a frame (2.4.1.7; ISO 13818-3, 2.4.1.7), in bits."""

    back: int  # how far back the data begin, in bytes
    private: int
    parts: int
    each: int  # what tells of one part, the first twelve of them its length
    before: int  # the first part


# By MPEG 1 or 2, and by how many bytes it has: one channel or two.
SIDES: Final = {
    (3, 17): Side(9, 5, 2, 59, 18),
    (3, 32): Side(9, 3, 4, 59, 20),
    (2, 9): Side(8, 1, 1, 63, 9),
    (2, 17): Side(8, 2, 2, 63, 10),
}


class Change(NamedTuple):
    """These bytes stand at `start` instead."""

    start: int
    new: bytes


class _Body(NamedTuple):
    at: int  # among the bytes that frames share
    start: int  # in the file
    size: int


class Settler:
    """Sees each frame in order, and tells what of it is to be written anew."""

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._first: bytes | None = None
        self._bodies: deque[_Body] = deque(maxlen=_MOST)
        self._size = 0  # of all bodies
        self._end = 0  # bits that frames up to here use
        self._careful = False
        self.changes: list[Change] = []

    def header(self, start: int, head: bytes, side: Side, size: int, *, layer: int) -> None:
        """One frame's header, and with Layer III the `size` bytes of `side` that follow it."""
        self._first = self._first or head
        new = bytearray(head)
        for at, bits in _WHOSE:
            new[at] = head[at] & ~bits | self._first[at] & bits
        if head[3] >> 6 != 1:
            new[3] &= ~_JOINT & 0xFF
        if layer != 3:
            self._changed(start, head, bytes(new))
            return
        checked = 0 if head[1] & 1 else 2
        whole = self._read(start, 4 + checked + size)
        told = whole[4 + checked :]
        if len(told) < size:
            return
        mask = (1 << side.private) - 1 << 8 * size - side.back - side.private
        told = (int.from_bytes(told, "big") & ~mask).to_bytes(size, "big")
        check = crc16_buypass(bytes(new[2:]) + told).to_bytes(2, "big") if checked else b""
        self._changed(start, whole, bytes(new) + check + told)

    def body(self, start: int, stop: int, told: bytes, side: Side) -> None:
        """What follows the header of a frame of Layer III; `told` is what stands before it."""
        bits, width = int.from_bytes(told, "big"), 8 * len(told)
        begin = self._size - (bits >> width - side.back)
        self._unused(8 * begin)
        used = sum(bits >> width - side.before - 12 - side.each * part & 0xFFF for part in range(side.parts))
        self._end = max(self._end, 8 * max(begin, 0) + used)
        self._bodies.append(_Body(self._size, start, stop - start))
        self._size += stop - start
        self._careful = side.back < _MPEG1

    def end(self) -> list[Change]:
        """No frame follows."""
        self._unused(8 * self._size)
        return sorted(self.changes)

    def _unused(self, stop: int) -> None:
        """The bits from the end of what is used up to `stop` become zero."""
        at, stop = self._end, min(stop, 8 * self._size)
        if at >= stop:
            return
        while self._bodies and 8 * (self._bodies[0].at + self._bodies[0].size) <= at:
            self._bodies.popleft()
        for body in self._bodies:
            begin, end = max(at, 8 * body.at), min(stop, 8 * (body.at + body.size))
            if begin < end:
                self._zero(body.start + begin // 8 - body.at, begin % 8, -(-end // 8) - begin // 8)
        self._end = stop

    def _zero(self, start: int, bits: int, size: int) -> None:
        old = self._read(start, size)
        if self._careful and old[1:].translate(None, _WORDS):
            return  # half of the sound may stand there (mp3PRO)
        self._changed(start, old, bytes((old[0] & ~(0xFF >> bits) & 0xFF,)) + bytes(len(old) - 1))

    def _changed(self, start: int, old: bytes, new: bytes) -> None:
        if old != new:
            self.changes.append(Change(start, new))


def places(sizes: list[int], first: int) -> bytes:
    """Xing's table: for each hundredth of the time how far into the file it is, in 256 parts. `first`: bytes before all frames."""
    total, at, starts = first + sum(sizes), first, []
    for size in sizes:
        starts.append(at)
        at += size
    return bytes(min(255, 256 * starts[number * len(starts) // 100] // total) for number in range(100))
