"""The walk through chunks that WAV and AIFF have in common: four letters, a length, a body, and a byte where the length is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from audit.formats.base import Reveal, UnsupportedError

if TYPE_CHECKING:
    from audit.formats.base import Reader
    from audit.rewriters.sound import Layout

_MOST: Final = 10_000  # chunks


class Chunks:
    """A file in chunks, the first twelve bytes being its own. `sound`: where its samples are, once they were met."""

    order: Literal["little", "big"]
    samples: ClassVar[bytes]  # the letters of the chunk that has them

    def __init__(self, reader: Reader, found: Layout) -> None:
        self.reader = reader
        self.found = found
        self.sound: tuple[int, int] | None = None

    def layout(self) -> Layout:
        at = 12
        for _ in range(_MOST):
            head = self.reader.read(at, 8)
            if len(head) < 8 or not head[:4].isascii():
                break
            size = int.from_bytes(head[4:], self.order)
            if head[:4] == self.samples and self.sound is None:
                size = min(self.length(size, at + 8), self.reader.size - at - 8)
                self.sound = self.begin(at + 8, at + 8 + size)
            elif at + 8 + size > self.reader.size:
                break
            else:
                self.chunk(head[:4], at + 8, size)
            at += 8 + size
            at += size & 1 and self._padding(at)
        else:
            raise UnsupportedError(at, "far too many parts")
        self.found.drop("trailer", max(0, self.reader.size - at), Reveal.TRAILER)
        return self.written()

    def _padding(self, at: int) -> int:
        """The byte that makes a length even is 0."""
        byte = self.reader.read(at, 1)
        self.found.drop("padding", int(byte not in {b"", b"\0"}))
        return len(byte)

    def length(self, size: int, at: int) -> int:
        """How long the samples at `at` are, of which their chunk says `size`; more than there is stands for all that follows."""
        del at
        return size

    def begin(self, start: int, stop: int) -> tuple[int, int]:
        """Where the samples are in the body of their chunk. Raises FormatError."""
        return start, stop

    def chunk(self, kind: bytes, at: int, size: int) -> None:
        """Take in another chunk. Raises FormatError."""
        raise NotImplementedError

    def written(self) -> Layout:
        """All of it. Raises FormatError."""
        raise NotImplementedError
