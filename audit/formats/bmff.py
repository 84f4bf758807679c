"""ISO base media file format (ISO/IEC 14496-12): boxes and the fields in them, read within bounds and written.

HEIF and AVIF are made of these, and so are JPEG XL's container, MP4 and MOV. Nothing here knows what a box is for.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.pieces import LARGEST_BLOCK, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.formats.base import Reader

MOST_BOXES: Final = 1 << 17  # in one file, or in one box that is read as a whole

Span = tuple[int, int]  # the bytes start (included) to stop (excluded) of a file


class Box(NamedTuple):
    """4.2: a length and four letters, then `body`. `cut` says that its length leads past the end of the file."""

    kind: str
    start: int
    body: int
    stop: int
    cut: bool = False


def boxes(reader: Reader) -> Iterator[Box]:
    """The outermost boxes of a file, up to its end, to the first bytes that are none, or to another file behind it (4.3)."""
    window, at, typed = Window(reader), 0, False
    for _ in range(MOST_BOXES):
        head = window.get(at, 16)
        if len(head) < 8:
            return
        length, header = _length(head, reader.size - at)
        if length < header or (typed and head[4:8] == b"ftyp"):
            return
        typed = typed or head[4:8] == b"ftyp"
        stop = min(at + length, reader.size)
        yield Box(head[4:8].decode("latin-1"), at, min(at + header, stop), stop, at + length > reader.size)
        at = stop


def _length(head: bytes, left: int) -> tuple[int, int]:
    """4.2.2: a length of 1 is followed by one of eight bytes, a length of 0 reaches to the end."""
    length = int.from_bytes(head[:4], "big")
    if length == 1:
        return (int.from_bytes(head[8:16], "big"), 16) if len(head) == 16 else (0, 16)
    return length or left, 8


def whole(reader: Reader, box: Box) -> Fields:
    """The body of a box that must be known as a whole. Raises FormatError for one that is cut off or far too large."""
    if box.cut or box.stop - box.body > LARGEST_BLOCK:
        raise FormatError(box.start, f"{box.kind} is {'cut off' if box.cut else 'too large'}")
    return Fields(reader.read(box.body, box.stop - box.body), box.body)


class Fields:
    """The fields of a body, taken one after another. To take more than there is raises FormatError."""

    def __init__(self, data: bytes, start: int = 0) -> None:
        """`start` is where `data` stands in the file."""
        self._data = data
        self._size = len(data)
        self._start = start
        self._at = 0

    @property
    def at(self) -> int:
        """Where the next field stands in the file."""
        return self._start + self._at

    @property
    def left(self) -> int:
        return self._size - self._at

    def take(self, size: int) -> bytes:
        start = self._at
        stop = start + size
        if stop > self._size:
            raise FormatError(self.at, "a box ends too early")
        self._at = stop
        return self._data[start:stop]

    def number(self, size: int) -> int:
        start = self._at
        stop = start + size
        if stop > self._size:
            raise FormatError(self.at, "a box ends too early")
        self._at = stop
        return int.from_bytes(self._data[start:stop], "big")

    def word(self) -> str:
        return self.take(4).decode("latin-1")

    def text(self) -> bytes:
        """Up to a NUL, which is taken too and may be missing at the end."""
        stop = self._data.find(b"\0", self._at)
        if stop < 0:
            return self.take(self.left)
        return self.take(stop - self._at + 1)[:-1]

    def full(self) -> tuple[int, int]:
        """4.2.2: the version and the flags of a FullBox."""
        return self.number(1), self.number(3)

    def rest(self) -> bytes:
        return self.take(self.left)

    def boxes(self) -> Iterator[Inner]:
        """The boxes that follow one another up to the end; fewer than eight bytes behind the last are nobody's."""
        for _ in range(MOST_BOXES):
            if self.left < 8:
                return
            start = self.at
            length, header = _length(self._data[self._at : self._at + 16], self.left)
            if length < header or length > self.left:
                raise FormatError(start, "not a box")
            body = self.take(length)
            yield Inner(
                body[4:8].decode("latin-1"), start, start + length, Fields(body[header:], start + header)
            )
        raise FormatError(self.at, "too many boxes")


class Inner(NamedTuple):
    """A box inside another."""

    kind: str
    start: int
    stop: int
    fields: Fields


def box(kind: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4, "big") + kind.encode("latin-1") + body


def full(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, bytes((version,)), flags.to_bytes(3, "big"), *parts)


def header(kind: str, size: int) -> bytes:
    """The header of a box whose body of `size` bytes is written elsewhere."""
    if 8 + size < 1 << 32:
        return (8 + size).to_bytes(4, "big") + kind.encode("latin-1")
    return b"\0\0\0\1" + kind.encode("latin-1") + (16 + size).to_bytes(8, "big")


class Spans:
    """Parts of a file that stay, joined where they touch or overlap, and where they come to lie one behind the other."""

    def __init__(self, spans: Iterable[Span]) -> None:
        joined: list[Span] = []
        for start, stop in sorted(span for span in spans if span[0] < span[1]):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(stop, joined[-1][1])
            else:
                joined.append((start, stop))
        self.spans: Final = joined
        self._starts = [start for start, _ in joined]
        self._before = [0, *accumulate(stop - start for start, stop in joined)]

    @property
    def size(self) -> int:
        return self._before[-1]

    def place(self, offset: int) -> int:
        """How many bytes that stay stand before `offset`."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0:
            return 0
        start, stop = self.spans[at]
        return self._before[at] + min(offset, stop) - start

    def covers(self, span: Span) -> bool:
        """Whether all of `span` stays."""
        return self.place(span[1]) - self.place(span[0]) == span[1] - span[0]

    def moved(self, spans: Iterable[Span]) -> list[Span]:
        """What is left of `spans` and where it comes to lie, in their order, joined where they follow one another."""
        joined: list[Span] = []
        for start, stop in ((self.place(a), self.place(b)) for a, b in spans):
            if joined and joined[-1][1] == start:
                joined[-1] = joined[-1][0], stop
            elif start < stop:
                joined.append((start, stop))
        return joined
