"""WAV: RIFF (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991) and its 64-bit form RF64 (ITU-R BS.2088).

RIFX is RIFF with all numbers the other way round, those of the sound too.

What is kept: the format, the number of samples (fact), the sound. All other chunks go: LIST/INFO, bext, iXML, id3, cue points,
padding, and what follows the end.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from audit.formats import frames
from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.formats.words import decoded
from audit.rewriters.chunks import Chunks
from audit.rewriters.sound import Layout, Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Reader

_MOST: Final = 10_000  # chunks
_UNKNOWN: Final = 0xFFFFFFFF  # of a size: it stands in ds64, or the file was written as a stream
_WIDE: Final = frozenset((b"RF64", b"BW64"))  # the second is the same (BS.2088-1)
_TOLD: Final = {
    b"bext": Reveal.OWNER,
    b"LIST": Reveal.COMMENT,
    b"id3 ": Reveal.COMMENT,
    b"ID3 ": Reveal.COMMENT,
}
# Microsoft, mmreg.h: PCM, Microsoft's ADPCM, floating point, A-law and µ-law, IMA, GSM, MPEG, MP3, and what tells of another.
_ADPCM, _EXTENSIBLE = 2, 0xFFFE
_MORE: Final = {1: 0, _ADPCM: 32, 3: 0, 6: 0, 7: 0, 0x11: 2, 0x31: 2, 0x50: 22, 0x55: 12, _EXTENSIBLE: 22}
_PLAIN: Final = frozenset({1, 3, 6, 7})
_AAC: Final = frozenset({0xFF, 0x1600, 0x1602, 0x1610, 0xA106})  # as it is, and in frames of several kinds
_WINDOW: Final = 1 << 16
_LONGEST_NAME: Final = 32
_COEFFICIENTS: Final = struct.pack("<14h", 256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)
# What follows the number of a format in its identifier: Microsoft's, and that of sound from all sides (B-Format).
_IDENTIFIERS: Final = (
    bytes.fromhex("000000001000800000aa00389b71"),
    bytes.fromhex("00002107d3118644c8c1ca000000"),
)
_LONGEST_FORMAT: Final = 1024
# What all formats have, how many bytes follow, and of an extensible one the bits that mean something, the loudspeakers, and the
# first three numbers of the identifier. SoX takes it for one number of two bytes, and writes the others as little-endian ones.
_EDGES: Final = (0, 2, 4, 8, 12, 14, 16, 18, 20, 24, 28, 30, 32)
_SOX: Final = (0, 2, 4, 8, 12, 14, 16, 18, 20, 24, 26)


class _Wav(Chunks):
    samples = b"data"

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader, Layout("WAV"))
        self.head = reader.read(0, 12)
        if self.head[:4] not in {b"RIFF", b"RIFX", *_WIDE} or self.head[8:] != b"WAVE":
            raise FormatError(0, "not a WAV")
        self.order = "big" if self.head[:4] == b"RIFX" else "little"
        self.format = b""  # little-endian
        self.edges: Sequence[int] = _EDGES
        self.fact = -1  # what is said of the number of samples
        self.wide = self.head[:4] in _WIDE
        self.data_size = self.count = 0

    def length(self, size: int, at: int) -> int:
        """A recording that broke off has 0 there: players play what follows, unless those are chunks."""
        size = self.data_size if self.wide and size == _UNKNOWN else size
        return size or (0 if self._chunks_to_the_end(at) else self.reader.size)

    def _chunks_to_the_end(self, at: int) -> bool:
        for _ in range(_MOST):
            head = self.reader.read(at, 8)
            if len(head) < 8 or not head[:4].decode("latin-1").isprintable():
                break
            at += 8 + int.from_bytes(head[4:], self.order)
            at += at & 1
        return self.reader.size <= at <= self.reader.size + 1

    def chunk(self, kind: bytes, at: int, size: int) -> None:
        if kind == b"ds64" and self.wide and size >= 28 and not self.data_size:
            _, self.data_size, self.count = struct.unpack("<QQQ", self.reader.read(at, 24))
            self.found.drop("ds64", size - 28)
        elif kind == b"fmt " and not self.format:
            self.format = self._format(at, size)
        elif kind == b"fact" and size >= 4 and self.fact < 0:
            self.fact = int.from_bytes(self.reader.read(at, 4), self.order)
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
            size = int.from_bytes(data[at + 4 : at + 8], self.order)
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
        if self.order == "big":
            self.edges = _SOX if any(data[24:26]) else _EDGES
            data = _turned(data, self.edges)
        made = _settled(data)
        if self.order == "big" and not _is_plain(made):
            raise UnsupportedError(at, "a codec that is not known")
        self.found.drop("format", 0 if made == data else size - 16)
        return made

    def _counted(self, length: int) -> int:
        """How many samples each channel has, where they are not packed."""
        frame = int.from_bytes(self.format[12:14], "little")
        return length // frame if _is_plain(self.format) and frame else -1

    def _sounding(self, start: int, stop: int) -> None:
        """The sound as it is; in AAC without the name of the encoder, which stands in what fills up a frame."""
        at = look = start
        while int.from_bytes(self.format[:2], "little") in _AAC and look < stop:
            data = self.reader.read(look, min(_WINDOW, stop - look))
            for found in frames.NAMED.finditer(data):
                if look + found.start() < at or found.end() == _WINDOW:
                    continue  # it stands in the next window as a whole
                self.found.keep(at, look + found.start())
                self.found.drop("encoder", len(found[0]), Reveal.SOFTWARE)
                self.found.write(bytes(len(found[0])), "encoder")
                at = look + found.end()
            look += len(data) - _LONGEST_NAME if len(data) == _WINDOW else stop
        self.found.keep(at, stop)

    def _number(self, value: int) -> bytes:
        return value.to_bytes(4, self.order)

    def written(self) -> Layout:
        if not self.format or self.sound is None:
            raise FormatError(self.reader.size, "no sound in it")
        start, stop = self.sound
        samples = self._counted(stop - start)
        form = self.format if self.order == "little" else _turned(self.format, self.edges)
        count = min(samples, _UNKNOWN) if samples >= 0 else self.fact
        fact = b"fact" + self._number(4) + self._number(count) if self.fact >= 0 else b""
        head = b"fmt " + self._number(len(form)) + form + b"\0" * (len(form) & 1) + fact
        length, odd = stop - start, (stop - start) & 1
        total = 4 + len(head) + 8 + length + odd
        if total < _UNKNOWN and not self.wide:
            made = self.head[:4] + self._number(total) + b"WAVE" + head + b"data" + self._number(length)
        elif self.order == "big":
            raise UnsupportedError(self.reader.size, "too large to be written anew")
        else:
            wide = struct.pack("<IQQQI", 28, total + 36, length, max(samples, 0) or self.count, 0)
            mark = self.head[:4] if self.wide else b"RF64"
            made = mark + b"\xff\xff\xff\xffWAVEds64" + wide + head + b"data\xff\xff\xff\xff"
        self.found.write(made, "RIFF")
        self._sounding(start, stop)
        if odd:
            self.found.write(b"\0", "padding")
        return self.found


def _is_plain(form: bytes) -> bool:
    kind = int.from_bytes(form[:2], "little")
    return (int.from_bytes(form[24:26], "little") if kind == _EXTENSIBLE else kind) in _PLAIN


def _turned(data: bytes, edges: Sequence[int]) -> bytes:
    """A format with its numbers, which lie between the edges, the other way round."""
    known = [at for at in edges if at <= len(data)]
    turned = b"".join(data[at:stop][::-1] for at, stop in pairwise(known))
    return turned + data[known[-1] :]


def _settled(data: bytes) -> bytes:
    """WAVEFORMATEX: sixteen bytes, then as many more as a format of this kind has, or as it says itself."""
    kind = int.from_bytes(data[:2], "little")
    told = int.from_bytes(data[16:18], "little") if len(data) >= 18 else 0
    size = min(_MORE.get(kind, told), told)
    more = data[18 : 18 + size]
    if kind == _ADPCM and more[2:4] == b"\7\0" and len(more) == _MORE[kind]:
        more = more[:4] + _COEFFICIENTS
    if kind == _EXTENSIBLE and len(more) == _MORE[kind] and _is_plain(data) and more[8:] not in _IDENTIFIERS:
        more = more[:8] + _IDENTIFIERS[0]
    head = data[:16]
    if _is_plain(data):
        frame, rate = int.from_bytes(head[12:14], "little"), int.from_bytes(head[4:8], "little")
        head = head[:8] + (frame * rate & _UNKNOWN).to_bytes(4, "little") + head[12:]
    if kind == 1 or len(data) < 18:
        return head
    return head + len(more).to_bytes(2, "little") + more


def layout(reader: Reader) -> Layout:
    return _Wav(reader).layout()


def _readers(_: Reader) -> Sequence[Callable[[Any], Any]]:
    from mutagen.wave import WAVE

    return (WAVE,)


REWRITER: Final = Sound("WAV", (".wav", ".wave"), layout, _readers)
