"""LZW as GIF has it (GIF89a, appendix F): where a picture's codes end and which colours they use; no pixel is kept.

What follows the last code that a picture needs is shown by nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CODES: Final = 4096  # codes have at most 12 bits
WIDEST: Final = 12
_BATCH: Final = 32  # codes cut out of one integer


class End(NamedTuple):
    """How the codes of a picture end."""

    bits: int  # before its end code, or where that should be
    code: int  # the end code
    width: int  # of the end code there, in bits
    used: int  # the colours used, a bit for each
    whole: bool  # whether there are enough pixels


def scan(parts: Iterable[bytes], minimum: int, pixels: int, at: int) -> End:
    """Follow the codes in `parts`. `at` is where the picture stands, for a FormatError."""
    if not 1 <= minimum < WIDEST:
        raise FormatError(at, "an impossible code size")
    codes = _Codes(minimum, pixels, at)
    for part in parts:
        if codes.ended:
            break
        codes.feed(part)
    used = sum(1 << code for code in codes.used if code < codes.clear)
    return End(codes.before + codes.at, codes.end, codes.width, used, codes.left <= 0)


class _Codes:
    def __init__(self, minimum: int, pixels: int, place: int) -> None:
        self.clear = 1 << minimum
        self.end = self.clear + 1
        self.left = pixels
        self.ended = pixels <= 0
        self.used: set[int] = set()
        self.before = 0  # bits of the parts that are done with
        self.at = 0  # bits into the data at hand
        self._minimum = minimum
        self._place = place
        self._data = b""
        self._lengths = [1] * self.clear + [0, 0]  # of the strings codes stand for
        self._restart()

    def _restart(self) -> None:
        """A clear code: the table is empty again."""
        self.width = self._minimum + 1
        self._next = self.end + 1
        del self._lengths[self._next :]
        self._last = 0  # length of the last string; 0 after a clear code

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
        count = min(_BATCH, (8 * len(self._data) - self.at) // width)
        if width < WIDEST:
            count = min(count, (1 << width) - self._next + (not self._last))
        start, shift = self.at >> 3, self.at & 7
        size = shift + count * width
        value = int.from_bytes(self._data[start : start + (size + 7 >> 3)], "little")
        mask = (1 << width) - 1
        return [value >> place & mask for place in range(shift, size, width)]

    def _follow(self, codes: Sequence[int]) -> None:
        taken = self._taken(codes)
        self.used.update(codes[:taken])
        self.at += taken * self.width
        if not self.ended and taken < len(codes):
            if codes[taken] == self.end:
                self.ended = True
                return
            self.at += self.width
            self._restart()
        elif self._next == 1 << self.width and self.width < WIDEST:
            self.width += 1

    def _taken(self, codes: Sequence[int]) -> int:
        """How many codes stand for pixels before a clear code, an end code or the last pixel."""
        lengths, following, last, left = self._lengths, self._next, self._last, self.left
        special, taken = (self.clear, self.end), 0
        for code in codes:
            if code in special:
                break
            if not last:
                length = 1 if code < following else 0
            elif code < following:
                length = lengths[code]
            else:
                length = last + 1 if code == following < MOST_CODES else 0
            if not length:
                raise FormatError(self._place, "picture data that cannot be unpacked")
            if last and following < MOST_CODES:
                lengths.append(last + 1)
                following += 1
            taken += 1
            last = length
            left -= length
            if left <= 0:
                self.ended = True
                break
        self._next, self._last, self.left = following, last, left
        return taken
