"""Where a JPEG XL codestream ends (ISO/IEC 18181-1, annex F), and what of its headers goes: words, time codes, previews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import jxl_entropy, jxl_stream
from audit.formats.base import FormatError
from audit.formats.jxl_bits import Bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.formats.jxl_stream import Image

LONGEST_HEADER: Final = 1 << 16  # bytes of headers, without a table of contents
MOST_SECTIONS: Final = 1 << 20  # in the tables of contents of one file
MOST_FRAMES: Final = 1 << 16


def contents(bits: Bits, sections: int) -> int:
    """F.3.2: how many bytes the sections of a frame have."""
    return sum(bits.u32((0, 10), (1024, 14), (17408, 22), (4211712, 30)) for _ in range(sections))


class Change(NamedTuple):
    """The bytes `start` to `stop` of a codestream without words."""

    start: int
    stop: int
    data: bytes


class Followed(NamedTuple):
    end: int
    changes: tuple[Change, ...]
    words: tuple[tuple[str, bytes], ...]


def followed(read: Callable[[int, int], bytes], whole: int) -> Followed | None:
    """A codestream of at most `whole` bytes that `read` gives: its length, and what must go. None if it cannot be followed."""
    try:
        found = _Frames(read).follow(whole)
    except (jxl_stream.UnfollowedError, FormatError):
        return None
    return found


def end(read: Callable[[int, int], bytes], whole: int) -> int | None:
    """The length of a codestream; None if it cannot be followed."""
    found = followed(read, whole)
    return found and found.end


class _Frames:
    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        self._left = MOST_SECTIONS
        self._changes: list[Change] = []
        self._words: list[tuple[str, bytes]] = []

    def follow(self, whole: int) -> Followed | None:
        bits = Bits(self._read(0, LONGEST_HEADER + jxl_stream.LONGEST_PROFILE))
        told = jxl_stream.image(bits)
        at, last = self._head(bits, 0), False
        if told.preview:
            shown = told._replace(width=told.preview[0], height=told.preview[1])
            start, many = at, len(self._changes)
            at, _ = self._after(at, shown)
            self._changes[many:] = [Change(start, at, b"")]
        for _ in range(MOST_FRAMES):
            at, last = self._after(at, told)
            if last or at > whole:
                break
        if not last or at > whole:
            return None
        return Followed(at, tuple(self._changes), tuple(self._words))

    def _head(self, bits: Bits, start: int) -> int:
        """Where a header ends that began at `start`. It ends with whole bytes, with words or without."""
        written = bits.written() if bits.edited else b""
        stop = start + bits.aligned()
        self._words += bits.words
        if written:
            self._changes.append(Change(start, stop, written))
        return stop

    def _after(self, at: int, shown: Image) -> tuple[int, bool]:
        """Where the next frame begins, and whether this was the last."""
        told = jxl_stream.frame(Bits(self._read(at, LONGEST_HEADER)), shown)
        self._left -= told.sections
        if self._left < 0:
            raise jxl_stream.UnfollowedError
        bits = Bits(self._read(at, LONGEST_HEADER + 4 * told.sections))
        jxl_stream.frame(bits, shown)
        if bits.flag():
            jxl_entropy.permutation(bits, told.sections)
        self._head(bits, at)
        length = contents(bits, told.sections)
        return at + bits.aligned() + length, told.last
