"""Run-length coded bitmaps (RLE8 and RLE4, [MS-WMF] 3.1.6): where they end, and runs with room to hide taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader

_WINDOW: Final = 1 << 16
_LONGEST: Final = 2 + 256  # bytes of one run
# A zero, and 0 for the end of a line, 1 for that of the picture, 2 for a step, or how many single pixels follow.
_LINE: Final = b"\0\0"
_LAST: Final = b"\0\1"


class Runs:
    """The runs of one picture; after `pieces` is through, `at` is where they end and `whole` whether they do."""

    def __init__(self, reader: Reader, start: int, width: int, height: int, bits: int) -> None:
        self.at = start
        self.whole = False
        self.used = {0}  # the numbers of the colours in use; skipped pixels have number 0
        self._reader = reader
        self._width = width
        self._height = height
        self._bits = bits
        self._x = self._y = 0

    def pieces(self) -> Iterator[Piece]:
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
            self.at += taken
            if out:
                yield Copy(start, self.at) if out == data[:taken] else Bytes(bytes(out), "pixels")
            if not run:
                return

    @property
    def _done(self) -> bool:
        """Whether all rows are drawn."""
        return self._y >= self._height or (self._y == self._height - 1 and self._x >= self._width)

    def _run(self, data: bytes, at: int, out: bytearray) -> int:
        """Put the run at `at` into `out` as far as it shows; its length in `data`, 0 at their end and behind the picture."""
        run = data[at : at + 2]
        last_line = run == _LINE and self._y < self._height
        if len(run) < 2 or (self._done and run != _LAST and not last_line):
            self.whole = self._done
            out += _LAST if self.whole else b""
            return 0
        if run[0]:
            self._same(run[0], run[1], out)
            return 2
        if run[1] > 2:
            return self._single(run[1], data, at, out)
        if run[1] == 2:
            return self._skip(data[at : at + 4], out)
        if run == _LINE:
            self._x, self._y = 0, self._y + 1
        self.whole = run == _LAST
        out += run
        return 2

    def _same(self, count: int, value: int, out: bytearray) -> None:
        """So many pixels of one colour, or of two in turn (RLE4); what is beyond the end of the row is not shown."""
        count = min(count, max(0, self._width - self._x))
        if not count:
            return
        if self._bits == 4:
            value = value & 0xF0 if count == 1 else value
            self.used.update((value >> 4, value & 0xF))
        else:
            self.used.add(value)
        out += bytes((count, value))
        self._x += count

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
        """So many pixels each with its colour, padded to two bytes."""
        size = (count * self._bits + 7) // 8
        pixels = data[at + 2 : at + 2 + size]
        if len(pixels) < size:
            return 0
        if self._bits == 4:
            if count % 2:
                pixels = pixels[:-1] + bytes((pixels[-1] & 0xF0,))
            self.used.update(value >> shift & 0xF for value in pixels for shift in (0, 4))
        else:
            self.used.update(pixels)
        out += bytes((0, count)) + pixels + bytes(size % 2)
        self._x += count
        return 2 + size + size % 2
