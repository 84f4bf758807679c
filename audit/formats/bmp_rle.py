"""Run-length coded bitmaps (RLE8 and RLE4, [MS-WMF] 3.1.6): where they end, and runs with room to hide taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader

_WINDOW: Final = 1 << 16
_LONGEST: Final = 2 + 256  # bytes of one run
_END: Final = b"\0\1"
_LINE, _LAST, _DELTA = 0, 1, 2  # what a second byte behind a zero means; more is a run of single pixels


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
            taken = 0
            while taken < min(_WINDOW, len(data)) and not self.whole:
                run = self._run(data, taken, out)
                if not run:
                    break
                taken += run
            self.at += taken
            if out:
                same = out == data[:taken]
                yield Copy(start, self.at) if same else Bytes(bytes(out), "pixels")
            if not taken and not self.whole:
                return

    def _run(self, data: bytes, at: int, out: bytearray) -> int:
        """Put the run at `at` into `out` as far as it shows; its length in `data`, 0 if the data end."""
        count, value = data[at], data[at + 1] if at + 1 < len(data) else 0
        done = self._y >= self._height or (self._y == self._height - 1 and self._x >= self._width)
        ending = not count and value in {_LAST, _LINE}
        if at + 1 >= len(data) or (done and (not ending or (self._y >= self._height and value == _LINE))):
            self.whole = done
            out += _END if done else b""
            return 0
        if count:
            self._same(count, value, out)
            return 2
        if value == _LINE:
            self._x, self._y = 0, self._y + 1
        elif value == _LAST:
            self.whole = True
        elif value == _DELTA:
            return self._skip(data[at : at + 4], out)
        else:
            return self._single(value, data, at, out)
        out += data[at : at + 2]
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
        """A delta: the next pixel is so far to the right and up."""
        if len(run) < 4:
            return 0
        self._x += run[2]
        self._y += run[3]
        if self._y < self._height:
            out += run
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
