"""Run-length coded bitmaps (RLE8 and RLE4, [MS-WMF] 3.1.6): where they end, and runs with room to hide taken out."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy, FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader

_WINDOW: Final = 1 << 16
_LONGEST: Final = 2 + 256  # bytes of one run
MOST_STEPS: Final = 3 << 19  # lines, steps, and stretches of runs
_STRETCH: Final = re.compile(rb"(?:[^\0].)+", re.DOTALL)
# A zero, and 0 for the end of a line, 1 for that of the picture, 2 for a step, or how many single pixels follow.
_LINE: Final = b"\0\0"
_LAST: Final = b"\0\1"


class Runs:
    """The runs of one picture; after `pieces` is through, `at` is where they end and `whole` whether they do."""

    def __init__(self, reader: Reader, start: int, width: int, height: int, bits: int) -> None:
        self.at = start
        self.whole = False
        self._reader = reader
        self._width = width
        self._height = height
        self._bits = bits
        self._values = {0}  # the bytes that hold pixels; those that are skipped have colour 0
        self._x = self._y = 0

    @property
    def used(self) -> set[int]:
        """The numbers of the colours in use."""
        if self._bits == 8:
            return self._values
        return {value >> shift & 0xF for value in self._values for shift in (0, 4)}

    def pieces(self) -> Iterator[Piece]:
        """Raises FormatError where decoders would differ, or which would take too long."""
        left = MOST_STEPS
        while not self.whole:
            start = self.at
            data = self._reader.read(start, _WINDOW + _LONGEST)
            out = bytearray()
            taken = run = 0
            while not self.whole and taken < _WINDOW:
                run = self._run(data, taken, out)
                if not run:
                    break
                taken += run
                left -= 1
            self.at += taken
            if left < 0:
                raise FormatError(self.at, "far too many parts")
            if out:
                yield Copy(start, self.at) if out == data[:taken] else Bytes(bytes(out), "pixels")
            if not run:
                return

    @property
    def _done(self) -> bool:
        """Whether all rows are drawn."""
        return self._y >= self._height or (self._y == self._height - 1 and self._x >= self._width)

    def _run(self, data: bytes, at: int, out: bytearray) -> int:
        """Put the runs at `at` into `out` as far as they show; their length in `data`, 0 at their end and behind the picture."""
        run = data[at : at + 2]
        last_line = run == _LINE and self._y < self._height
        if len(run) < 2 or (self._done and run != _LAST and not last_line):
            self.whole = self._done
            out += _LAST if self.whole else b""
            return 0
        if run[0]:
            return self._same(data, at, out)
        if run[1] > 2:
            return self._single(run[1], data, at, out)
        if run[1] == 2:
            return self._skip(data[at : at + 4], out)
        if run == _LINE:
            self._x, self._y = 0, self._y + 1
        self.whole = run == _LAST
        out += run
        return 2

    def _same(self, data: bytes, at: int, out: bytearray) -> int:
        """Runs of one colour, or of two in turn (RLE4), one behind the other; none is shown beyond the end of the row."""
        stretch = _STRETCH.match(data, at)
        assert stretch
        runs = stretch[0]
        whole, shown = len(runs), sum(runs[::2])
        if self._x + shown > self._width:
            runs = self._fitting(runs)
            shown = sum(runs[::2])
        self._x += shown
        if self._bits == 4 and b"\1" in runs[::2]:
            runs = b"".join(
                bytes((n, v & 0xF0 if n == 1 else v)) for n, v in zip(*[iter(runs)] * 2, strict=True)
            )
        self._values.update(runs[1::2])
        out += runs
        return len(runs) if self._done else whole

    def _fitting(self, runs: bytes) -> bytes:
        """Up to the one that reaches the end of the row, no longer than that."""
        ends = list(accumulate(runs[::2], initial=self._x))
        fit = max(0, bisect_right(ends, self._width) - 1)
        rest = max(0, self._width - ends[fit])
        return runs[: 2 * fit] + (bytes((rest, runs[2 * fit + 1])) if rest else b"")

    def _skip(self, run: bytes, out: bytearray) -> int:
        """A delta: the next pixel is so far to the right and up; none is needed beyond the picture."""
        if len(run) < 4:
            return 0
        left = self._height - self._y
        out += run if run[3] < left else b"\0\2\0" + bytes((left,))
        self._x += run[2]
        self._y += run[3]
        return 4

    def _single(self, count: int, data: bytes, at: int, out: bytearray) -> int:
        """So many pixels each with its colour, padded to two bytes. Where they leave the row some decoders go on in the next."""
        size = (count * self._bits + 7) // 8
        pixels = data[at + 2 : at + 2 + size]
        if len(pixels) < size:
            return 0
        if self._x + count > self._width:
            raise FormatError(self.at + at, "picture data that are not where they belong")
        if self._bits == 4 and count % 2:
            pixels = pixels[:-1] + bytes((pixels[-1] & 0xF0,))
        self._values.update(pixels)
        out += bytes((0, count)) + pixels + bytes(size % 2)
        self._x += count
        return 2 + size + size % 2
