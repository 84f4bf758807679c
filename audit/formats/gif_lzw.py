"""LZW as GIF has it (GIF89a, appendix F): where a picture's codes end and which colours they use; no pixel is kept.

What follows the last code that a picture needs is shown by nobody.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from itertools import accumulate
from struct import unpack
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CODES: Final = 4096  # codes have at most 12 bits
WIDEST: Final = 12
MOST_CLEARED: Final = (
    1 << 18
)  # clear codes in one file: pictures that are not compressed have one for every few pixels
_LEAST_BATCH: Final = 16  # codes cut out of one integer


class End(NamedTuple):
    """How the codes of a picture end."""

    bits: int  # before its end code, or where that should be
    code: int  # the end code
    width: int  # of the end code there, in bits
    used: int  # the colours used, a bit for each
    whole: bool  # whether there are enough pixels
    cleared: int  # how many clear codes there are


def scan(parts: Iterable[bytes], minimum: int, pixels: int, at: int, most: int = MOST_CLEARED) -> End:
    """Follow the codes in `parts`. `at` is where the picture stands, for a FormatError, which more clear codes than `most` are."""
    if not 1 <= minimum < WIDEST:
        raise FormatError(at, "an impossible code size")
    codes = _Codes(minimum, pixels, at, most)
    for part in parts:
        if codes.ended:
            break
        codes.feed(part)
    used = sum(1 << code for code in codes.used if code < codes.clear)
    return End(codes.before + codes.at, codes.end, codes.width, used, codes.left <= 0, most - codes.clears)


class _Codes:
    def __init__(self, minimum: int, pixels: int, place: int, clears: int) -> None:
        self.clear = 1 << minimum
        self.end = self.clear + 1
        self.left = pixels
        self.ended = pixels <= 0
        self.used: set[int] = set()
        self.before = 0  # bits of the parts that are done with
        self.at = 0  # bits into the data at hand
        self.clears = clears  # that may still come
        self._minimum = minimum
        self._place = place
        self._data = b""
        self._lengths = [1] * self.clear + [0, 0]  # of the strings codes stand for
        self._since = MOST_CODES  # codes since the last clear code
        self._restart()

    def _restart(self) -> None:
        """A clear code: the table is empty again. The next one is likely to come as late as this one did."""
        self.width = self._minimum + 1
        self._batch = max(_LEAST_BATCH, 2 * self._since)
        self._since = 0
        self._last = 0  # length of the last string; 0 after a clear code
        del self._lengths[self.end + 1 :]

    def feed(self, part: bytes) -> None:
        done = self.at >> 3
        self._data = self._data[done:] + part
        self.before += 8 * done
        self.at &= 7
        while not self.ended:
            codes = self._cut()
            if not codes:
                return
            self._follow(codes)

    def _cut(self) -> Sequence[int]:
        """The next codes, all of the same width; none if the data at hand are too short."""
        width = self.width
        count = min(self._batch, MOST_CODES, (8 * len(self._data) - self.at) // width)
        if width < WIDEST:
            count = min(count, (1 << width) - len(self._lengths) + (not self._last))
        start, shift = self.at >> 3, self.at & 7
        size = count * width
        value = int.from_bytes(self._data[start : start + (shift + size + 7 >> 3)], "little") >> shift
        return _fields(value & (1 << size) - 1, width, count)

    def _follow(self, codes: Sequence[int]) -> None:
        found = set(codes)
        pixels = codes
        for special in {self.clear, self.end} & found:
            pixels = pixels[: min(len(pixels), codes.index(special))]
        taken = self._taken(pixels)
        self.used |= found if taken == len(codes) else set(codes[:taken])
        self.at += taken * self.width
        self._since += taken
        if not self.ended and taken < len(codes):
            if codes[taken] == self.end:
                self.ended = True
                return
            self.at += self.width
            self.clears -= 1
            if self.clears < 0:
                raise FormatError(self._place, "picture data that cannot be unpacked")
            self._restart()
        elif len(self._lengths) == 1 << self.width and self.width < WIDEST:
            self.width += 1

    def _taken(self, codes: Sequence[int]) -> int:
        """How many of these codes stand for pixels, up to the last pixel. Raises FormatError if one stands for nothing."""
        known, fresh = len(self._lengths), not self._last
        runs = self._runs(codes)
        total = sum(runs)
        if total < self.left:
            if len(runs) < len(codes):
                raise FormatError(self._place, "picture data that cannot be unpacked")
            self.left -= total
            return len(codes)
        sums = list(accumulate(runs))
        taken = bisect_left(sums, self.left) + 1
        self.left -= sums[taken - 1]
        del self._lengths[known + taken - fresh :]
        self.ended = True
        return taken

    def _runs(self, codes: Sequence[int]) -> list[int]:
        """The lengths of the strings that codes stand for, up to the first that stands for nothing."""
        lengths, last = self._lengths, self._last
        runs: list[int] = []
        if not last and codes:
            if codes[0] > self.end:
                return runs
            runs, last, codes = [1], 1, codes[1:]
        start = len(lengths)
        growing = codes[: MOST_CODES - start]
        try:
            for code in growing:
                lengths.append(last + 1)
                last = lengths[code]
        except IndexError:
            return runs + [length - 1 for length in lengths[start + 1 :]]
        runs += [length - 1 for length in lengths[start + 1 :]]
        runs += [last] if growing else []
        runs += map(lengths.__getitem__, codes[len(growing) :])
        self._last = runs[-1] if runs else last
        return runs


def _fields(value: int, width: int, count: int) -> Sequence[int]:
    """`count` numbers of so many bits, the first in the lowest: halves are moved apart until each has two bytes."""
    if count <= 0:
        return ()
    steps = (count - 1).bit_length()
    for shift, low in _halves(width, steps):
        value = value & low | (value & ~low) << shift
    return unpack(f"<{count}H", value.to_bytes(2 * count, "little"))


@cache
def _halves(width: int, steps: int) -> Sequence[tuple[int, int]]:
    """How far the upper half of each group is moved, and a mask of the lower ones."""
    found = []
    for step in reversed(range(steps)):
        half, groups = 1 << step, 1 << steps - step - 1
        every = ((1 << 32 * half * groups) - 1) // ((1 << 32 * half) - 1)
        found.append((half * (16 - width), every * ((1 << half * width) - 1)))
    return found
