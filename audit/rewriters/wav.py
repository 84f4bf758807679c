"""WAV: RIFF (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991) and its 64-bit form RF64 (ITU-R BS.2088).

What is kept: the format, the number of samples (fact), the sound. All other chunks go: LIST/INFO, bext, iXML, id3, cue points,
padding, and what follows the end.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.formats.words import decoded
from audit.rewriters.sound import Layout, Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Reader

_UNKNOWN: Final = 0xFFFFFFFF  # of a size: it stands in ds64, or the file was written as a stream
_WIDE: Final = frozenset((b"RF64", b"BW64"))  # the second is the same (BS.2088-1)
_MOST: Final = 10_000  # chunks
_TOLD: Final = {
    b"bext": Reveal.OWNER,
    b"LIST": Reveal.COMMENT,
    b"id3 ": Reveal.COMMENT,
    b"ID3 ": Reveal.COMMENT,
}
_LONGEST_FORMAT: Final = 1024


class _Wav:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.found = Layout("WAV")
        self.head = reader.read(0, 12)
        if self.head[:4] not in {b"RIFF", *_WIDE} or self.head[8:] != b"WAVE":
            raise FormatError(0, "not a WAV")
        self.format = self.fact = b""
        self.sound: tuple[int, int] | None = None
        self.wide = self.head[:4] in _WIDE
        self.data_size = self.samples = 0

    def layout(self) -> Layout:
        at = 12
        for _ in range(_MOST):
            head = self.reader.read(at, 8)
            if len(head) < 8 or not head[:4].isascii():
                break
            size = int.from_bytes(head[4:], "little")
            if head[:4] == b"data" and self.sound is None:
                if self.wide and size == _UNKNOWN:
                    size = self.data_size
                size = min(size, self.reader.size - at - 8)
                self.sound = at + 8, at + 8 + size
            elif at + 8 + size > self.reader.size:
                break
            else:
                self._chunk(head[:4], at + 8, size)
            at += 8 + size
            at += size & 1 and self._padding(at)
        else:
            raise UnsupportedError(at, "far too many parts")
        self.found.drop("trailer", max(0, self.reader.size - at), Reveal.TRAILER)
        return self._written()

    def _padding(self, at: int) -> int:
        """Chunks have an even length; the byte that makes it so is 0."""
        byte = self.reader.read(at, 1)
        self.found.drop("padding", int(byte not in {b"", b"\0"}))
        return len(byte)

    def _chunk(self, kind: bytes, at: int, size: int) -> None:
        if kind == b"ds64" and self.wide and size >= 28 and not self.data_size:
            _, self.data_size, self.samples = struct.unpack("<QQQ", self.reader.read(at, 24))
            self.found.drop("ds64", size - 28)
        elif kind == b"fmt " and not self.format:
            self.format = self._format(at, size)
        elif kind == b"fact" and size >= 4 and not self.fact:
            self.fact = self.reader.read(at, 4)
            self.found.drop("fact", size - 4)
        else:
            self.found.drop(kind.decode("ascii"), size + 8, _TOLD.get(kind, Reveal.UNKNOWN))
            if kind == b"LIST":
                self._list(self.reader.read(at, min(size, 1 << 20)))
            elif kind == b"bext":
                self._broadcast(self.reader.read(at, min(size, 602)))

    def _list(self, data: bytes) -> None:
        """A list of words, each in a chunk of its own."""
        at = 4
        while data[:4] == b"INFO" and at + 8 <= len(data):
            size = int.from_bytes(data[at + 4 : at + 8], "little")
            name = data[at : at + 4].decode("latin-1")
            self.found.say(name, decoded(data[at + 8 : at + 8 + size]))
            at += 8 + size + (size & 1)

    def _broadcast(self, data: bytes) -> None:
        """EBU Tech 3285, 2.3: fields of fixed lengths."""
        for name, start, stop, reveals in (
            ("description", 0, 256, Reveal.COMMENT),
            ("originator", 256, 288, Reveal.OWNER),
            ("date", 320, 338, Reveal.TIME),
        ):
            if text := decoded(data[start:stop]):
                self.found.say(name, text, reveals)

    def _format(self, at: int, size: int) -> bytes:
        """WAVEFORMATEX: sixteen bytes, then as many more as it says itself."""
        if not 16 <= size <= _LONGEST_FORMAT:
            raise FormatError(at, "a format that makes no sense")
        data = self.reader.read(at, size)
        used = (
            16
            if size < 18 or int.from_bytes(data[:2], "little") == 1
            else 18 + int.from_bytes(data[16:18], "little")
        )
        if size >= 18 and int.from_bytes(data[:2], "little") == 1:
            self.found.drop("format", size - 16 if any(data[16:]) else 0)
        else:
            self.found.drop("format", max(0, size - used))
        return data[:used]

    def _written(self) -> Layout:
        if not self.format or self.sound is None:
            raise FormatError(self.reader.size, "no sound in it")
        start, stop = self.sound
        fact = b"fact\x04\0\0\0" + self.fact if self.fact else b""
        head = (
            b"fmt "
            + struct.pack("<I", len(self.format))
            + self.format
            + b"\0" * (len(self.format) & 1)
            + fact
        )
        length, odd = stop - start, (stop - start) & 1
        total = 4 + len(head) + 8 + length + odd
        if total < _UNKNOWN and not self.wide:
            made = b"RIFF" + struct.pack("<I", total) + b"WAVE" + head + b"data" + struct.pack("<I", length)
        else:
            wide = struct.pack("<IQQQI", 28, total + 36, length, self.samples, 0)
            mark = self.head[:4] if self.wide else b"RF64"
            made = mark + b"\xff\xff\xff\xffWAVEds64" + wide + head + b"data\xff\xff\xff\xff"
        self.found.write(made, "RIFF")
        self.found.keep(start, stop)
        if odd:
            self.found.write(b"\0", "padding")
        return self.found


def layout(reader: Reader) -> Layout:
    return _Wav(reader).layout()


def _readers() -> Sequence[Callable[[Any], Any]]:
    from mutagen.wave import WAVE

    return (WAVE,)


REWRITER: Final = Sound("WAV", (".wav", ".wave"), layout, _readers)
