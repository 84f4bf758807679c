"""AIFF and AIFF-C (Apple, Audio Interchange File Format, 1989 and 1991).

What is kept: the common chunk, the version of AIFF-C, the sound. Names, authors, annotations, markers, instruments, MIDI,
ID3 and everything else goes, and so does what follows the end.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import FormatError, Reveal
from audit.formats.words import decoded
from audit.rewriters.chunks import Chunks
from audit.rewriters.sound import Layout, Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Reader

_TOLD: Final = {
    b"NAME": Reveal.COMMENT,
    b"AUTH": Reveal.OWNER,
    b"(c) ": Reveal.OWNER,
    b"ANNO": Reveal.COMMENT,
    b"COMT": Reveal.COMMENT,
    b"ID3 ": Reveal.COMMENT,
}
_WORDS: Final = frozenset((b"NAME", b"AUTH", b"(c) ", b"ANNO"))
_EXACT: Final = (
    14  # the rate is a number of ten bytes from 8 on, and the last four tell less than a thousandth
)
_VERSION: Final = b"FVER\0\0\0\x04\xa2\x80\x51\x40"  # AIFF-C has had one version


class _Aiff(Chunks):
    order = "big"
    samples = b"SSND"

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader, Layout("AIFF"))
        head = reader.read(0, 12)
        self.kind = head[8:]
        if head[:4] != b"FORM" or self.kind not in {b"AIFF", b"AIFC"}:
            raise FormatError(0, "not an AIFF")
        self.common = b""
        self.versioned = False

    def begin(self, start: int, stop: int) -> tuple[int, int]:
        """Where the sound begins: behind two numbers, and as many bytes as the first of them says."""
        head = self.reader.read(start, 8) if stop - start >= 8 else b""
        if len(head) < 8:
            raise FormatError(start, "no sound in it")
        begin = min(start + 8 + int.from_bytes(head[:4], "big"), stop)
        self.found.drop("before the sound", begin - start if any(head) else 0)
        return begin, stop

    def chunk(self, kind: bytes, at: int, size: int) -> None:
        if kind == b"COMM" and not self.common:
            told = self._common(at, size)
            self.common = told[:_EXACT] + bytes(4) + told[_EXACT + 4 :]
            self.found.drop("rate", 0 if self.common == told else 4)
        elif kind == b"FVER" and self.kind == b"AIFC" and not self.versioned:
            self.versioned = True
            if self.reader.read(at, size) != _VERSION[8:]:
                self.found.drop("FVER", size)
        else:
            self.found.drop(kind.decode("ascii"), size + 8, _TOLD.get(kind, Reveal.UNKNOWN))
            if kind in _WORDS:
                self.found.say(
                    kind.decode("ascii"), decoded(self.reader.read(at, min(size, 4000))), _TOLD[kind]
                )

    def _common(self, at: int, size: int) -> bytes:
        """Eighteen bytes; AIFF-C adds the compression as four letters, which decoders read, and as a name, which they do not."""
        used = 22 if self.kind == b"AIFC" else 18
        data = self.reader.read(at, used)
        if len(data) < used or size < used:
            raise FormatError(at, "a format that makes no sense")
        if used == 18:
            self.found.drop("format", size - used)
            return data
        if size > 24 or any(self.reader.read(at + used, size - used)):
            self.found.drop("name of the compression", size - used)
        return data + b"\0\0"

    def written(self) -> Layout:
        if not self.common or self.sound is None:
            raise FormatError(self.reader.size, "no sound in it")
        start, stop = self.sound
        length, odd = 8 + stop - start, (stop - start) & 1
        head = (
            (_VERSION if self.versioned else b"")
            + b"COMM"
            + struct.pack(">I", len(self.common))
            + self.common
        )
        total = 4 + len(head) + 8 + length + odd
        if total > 0xFFFFFFFF:
            raise FormatError(0, "the file is too large for its offsets")
        self.found.write(
            b"FORM"
            + struct.pack(">I", total)
            + self.kind
            + head
            + b"SSND"
            + struct.pack(">I", length)
            + bytes(8),
            "FORM",
        )
        self.found.keep(start, stop)
        if odd:
            self.found.write(b"\0", "padding")
        return self.found


def layout(reader: Reader) -> Layout:
    return _Aiff(reader).layout()


def _readers(_: Reader) -> Sequence[Callable[[Any], Any]]:
    from mutagen.aiff import AIFF

    return (AIFF,)


REWRITER: Final = Sound("AIFF", (".aiff", ".aif", ".aifc"), layout, _readers)
