"""The interface of a format that cannot be tiled, or that a library reads: the whole file is written anew.

A rewriter is pure like a walker: it sees a `Reader` and never a path, and gives pieces that somebody else writes. What it
leaves as it is (coded sound) is a `Copy`, so that it is neither held in memory nor able to change.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from audit.formats.base import FormatError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Piece, Policy, Reader, Tag

LARGEST: Final = 256 << 20  # bytes of a file that has to be held in memory as a whole
MOST_TAGS: Final = 2000  # of one file

PDF_MISSING: Final = "the part for PDF is not installed: pip install 'drawncurtain[pdf]'"
AUDIO_MISSING: Final = "the part for sound is not installed: pip install 'drawncurtain[audio]'"


class MissingError(UnsupportedError):
    """The library that reads this format is not installed."""


class Rewriter(Protocol):
    """Stateless; a module-level instance `REWRITER` stands in each format's module."""

    @property
    def name(self) -> str:
        """As `audit.formats.sniff` calls the format: "PDF"."""
        ...

    @property
    def extensions(self) -> Sequence[str]:
        """Lower case, with the dot, the usual one first."""
        ...

    @property
    def medium(self) -> str:
        """picture, video, audio or document"""
        ...

    @property
    def extra(self) -> str:
        """The extra of this distribution that brings the library; empty if nothing more is needed."""
        ...

    def reveals(self, reader: Reader) -> list[Tag]:
        """What the file tells that `rewrite` would take away; of a clean file nothing. Raises FormatError."""
        ...

    def rewrite(self, reader: Reader, policy: Policy) -> Sequence[Piece]:
        """The scrubbed file. What is written of a file that was written so is the file itself.

        Raises FormatError for a file that is too broken, UnsupportedError for one that is not cleaned.
        """
        ...


class Cleaned(NamedTuple):
    """What a rewriter makes of a file, and what it leaves out."""

    pieces: Sequence[Piece]
    gone: Sequence[Tag]


class Stream(io.RawIOBase):
    """A Reader as a file, for libraries that ask for one."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.size}[whence]
        if start + offset < 0:
            raise OSError(22, "before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._reader.read(self._at, len(view)) if self._at < self._reader.size else b""
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def as_file(reader: Reader) -> io.BufferedReader:
    return io.BufferedReader(Stream(reader))


def needed(module: str, why: str) -> None:
    """Raise MissingError with the clause `why` unless the library is installed. Does not import it."""
    if find_spec(module) is None:
        raise MissingError(0, why)


def whole(reader: Reader) -> bytes:
    """All bytes of a file that has to be held in memory. Raises UnsupportedError."""
    if reader.size > LARGEST:
        raise UnsupportedError(0, "too large to be written anew")
    data = reader.read(0, reader.size)
    if len(data) < reader.size:
        raise FormatError(len(data), "the file ends too early")
    return data
