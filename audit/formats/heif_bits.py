"""Bits of a coded picture's headers, highest first (H.265, 7.2 and 9.2; AV1 bitstream specification, 4.10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPED: Final = re.compile(rb"\x00\x00\x03")
_TO_ESCAPE: Final = re.compile(rb"\x00\x00(?=[\x00-\x03])")
LONGEST_HEADER: Final = 1 << 14  # bytes of headers that are taken apart


class Bits:
    """To take more than there is raises FormatError."""

    def __init__(self, data: bytes, *, bare: bool = False) -> None:
        """`bare`: what is taken will be written anew, without what nobody needs who shows a picture."""
        self._bits = 8 * len(data)
        self._value = int.from_bytes(data, "big")
        self._left_out: list[tuple[int, int]] = []
        self.bare = bare
        self.at = 0

    def u(self, count: int) -> int:
        self.at += count
        if self.at > self._bits:
            raise FormatError(self._bits // 8, "a header of a coded picture ends too early")
        return self._value >> (self._bits - self.at) & (1 << count) - 1

    def flag(self) -> bool:
        return self.u(1) == 1

    def ue(self) -> int:
        """9.2: as many zeros as bits behind the first one."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                raise FormatError(self.at // 8, "a header of a coded picture is broken")
        return (1 << zeros) - 1 + self.u(zeros)

    def each_ue(self, count: int) -> None:
        for _ in range(count):
            self.ue()

    se = ue
    """9.2.2, where nobody asks for the sign."""

    def signed(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)

    def clear(self, count: int) -> None:
        """The last bits taken become zero: they said that something follows which goes."""
        self._value &= ~((1 << count) - 1 << self._bits - self.at)

    def spare(self, form: Callable[[], object]) -> None:
        """A part that stands there if a bit says so, and is left out of what is bare."""
        if not self.flag():
            return
        if self.bare:
            self.clear(1)
        start = self.at
        form()
        self.omit(start)

    def omit(self, start: int) -> None:
        """What was taken from `start` on is left out of what is bare."""
        if self.bare and start < self.at:
            self._left_out.append((start, self.at))

    def masked(self, count: int, mask: int) -> int:
        """A number of so many bits of which only some mean something: in what is bare the others are zero."""
        value = self.u(count)
        if self.bare:
            self._value &= ~((value & ~mask) << self._bits - self.at)
        return value

    def between(self, start: int, stop: int) -> int:
        """The bits that were taken from one place to another."""
        return self._value >> (self._bits - stop) & (1 << stop - start) - 1

    def ended(self) -> bytes:
        """Everything that was taken, and the bit that says it is all."""
        taken, size, at = 0, 0, 0
        for start, stop in (*self._left_out, (self.at, self.at)):
            taken = taken << start - at | self.between(at, start)
            size, at = size + start - at, stop
        taken, size = taken << 1 | 1, size + 1
        return (taken << -size % 8).to_bytes((size + 7) // 8, "big")

    def more(self) -> bool:
        """7.2, more_rbsp_data: whether more than the last bit that is one follows."""
        left = self._value & (1 << (self._bits - self.at)) - 1
        return left & left - 1 != 0


def plain(unit: bytes) -> bytes:
    """7.3.1.1: without the bytes that keep a unit from looking like the start of one."""
    return _ESCAPED.sub(b"\0\0", unit)


def escaped(data: bytes) -> bytes:
    return _TO_ESCAPE.sub(b"\0\0\3", data)


def few(count: int, most: int) -> int:
    """A count. Raises FormatError if it is larger than it can be."""
    if count > most:
        raise FormatError(0, "a header of a coded picture is broken")
    return count
