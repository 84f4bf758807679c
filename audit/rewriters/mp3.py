"""MP3, and MPEG audio of the other two layers (ISO 11172-3, ISO 13818-3): whole frames stay, byte for byte.

Everything that is no frame goes: ID3v2, ID3v1, APE and Lyrics3 tags, junk between and behind. Of the header frame that encoders
write (Xing, Info) the numbers stay that players need to find a place, and to leave out the silence that the encoder added.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.formats.pieces import Window
from audit.formats.sniff import name_of
from audit.rewriters import flac
from audit.rewriters.checks import crc16_arc
from audit.rewriters.mp3_frames import SIDES, Settler, places
from audit.rewriters.sound import Layout, Sound, id3_size, synchsafe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Reader

_SYNC: Final = re.compile(rb"\xff[\xe2-\xe7\xf2-\xff][\x10-\xef]", re.DOTALL)
_MOST: Final = 8_000_000  # frames
_SHORTEST_ID3V1: Final = 124
_LONGEST_ID3V1: Final = 131
_RATES: Final = (  # kbit/s, by the bits of the header (ISO 11172-3, 2.4.2.3; ISO 13818-3, 2.4.2.3)
    (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_SAMPLING: Final = (44100, 48000, 32000)
_ENCODER: Final = (
    b"LAME3.100"  # the commonest; players look for its first letters before they trust the numbers behind
)
# Xing's header: how many frames, bytes, places for seeking, quality; which of them are there, and how long they are.
_NUMBERS: Final = ((1, 4), (2, 4), (4, 100), (8, 4))
_ENCODERS: Final = (b"LAME", b"Lavf", b"Lavc")


class Opening(NamedTuple):
    """The frame of an encoder's numbers, as it stays but for those."""

    at: int  # where it stands
    start: int  # of its numbers, within it
    data: bytes
    flags: int
    told: int = 0  # how many frames follow, as it says


class Frame(NamedTuple):
    length: int
    kind: tuple[int, int, int]  # version, layer and sampling rate: the same in all frames of a file
    side: int  # bytes of a Layer III frame before its data


def frame(head: bytes) -> Frame | None:
    """What four bytes say, if they are the header of a frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or rate in {0, 15} or sampling == 3 or head[3] & 3 == 2:
        return None
    table = layer - 1 if version == 3 else 3 if layer == 1 else 4
    bits = _RATES[table][rate] * 1000
    hertz = _SAMPLING[sampling] >> (0 if version == 3 else 1 if version == 2 else 2)
    padding = head[2] >> 1 & 1
    if layer == 1:
        length = (12 * bits // hertz + padding) * 4
    else:
        length = (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding
    mono = head[3] >> 6 == 3
    side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    return Frame(length, (version, layer, sampling), side)


def _is_free(head: bytes) -> bool:
    """ISO 11172-3, 2.4.2.3: no rate is told ("free format"), and so no length."""
    return (
        len(head) == 4
        and not head[2] >> 4
        and frame(head[:2] + bytes((head[2] | 0x10,)) + head[3:]) is not None
    )


class _Mp3:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.window = Window(reader)
        self.found = Layout("MP3")
        self.kind: tuple[int, int, int] | None = None
        self.stop = reader.size
        self.settler = Settler(self.window.get)
        self.opening: Opening | None = None
        self.free = False  # whether frames do not say how long they are

    def layout(self, size: int | None = None) -> Layout:
        """What stays of the first `size` bytes; what is behind them goes."""
        at = self._before(0)
        self.stop = self._behind(at, self.reader.size if size is None else size)
        sizes: list[int] = []
        runs: list[tuple[int, int]] = []
        while at < self.stop:
            begin = at
            while at < self.stop and (each := self._frame(at)):
                self.kind = each.kind
                if len(sizes) > _MOST:
                    raise UnsupportedError(at, "far too many parts")
                if not sizes and not self.opening and self._opens(at, each):
                    begin = at + each.length
                else:
                    sizes.append(each.length)
                    self._settle(at, each, first=len(sizes) == 1)
                at += each.length
            runs.append((begin, at))
            after = self._next(at)
            self.found.drop("between frames" if after < self.stop else "trailer", after - at, Reveal.UNKNOWN)
            at = after
        if runs and self._tag(runs[-1][1])[1]:  # sound that would be read as a tag, at the end
            return _Mp3(self.reader).layout(runs[-1][1])
        if len(sizes) + (self.opening is not None) < 2:
            if self.free:
                raise UnsupportedError(0, "samples of an unknown kind")
            raise FormatError(0, "no sound in it")
        self._write(runs, sizes)
        return self.found

    def _settle(self, at: int, each: Frame, *, first: bool) -> None:
        """Bits that no decoder uses. Fraunhofer's frame of numbers looks like sound."""
        version, layer, _ = each.kind
        head = self.window.get(at, 4)
        side = SIDES[3 if version == 3 else 2, each.side]
        self.settler.header(at, head, side, each.side, layer=layer)
        start = at + 4 + (0 if head[1] & 1 else 2)
        if layer == 3 and not (first and self.window.get(at + 36, 4) == b"VBRI"):
            told = self.window.get(start, each.side)
            self.settler.body(start + each.side, at + each.length, told, side)

    def _write(self, runs: list[tuple[int, int]], sizes: list[int]) -> None:
        if self.opening:
            data = _numbered(self.opening, sizes)
            self.found.change(self.reader, self.opening.at, data, "header frame")
        changes = self.settler.end()
        self.found.drop("filling of frames", sum(len(one.new) for one in changes))
        number = 0
        for begin, stop in runs:
            at = begin
            while number < len(changes) and changes[number].start < stop:
                start, new = changes[number]
                self.found.keep(at, start)
                self.found.write(new, "frame")
                at, number = start + len(new), number + 1
            self.found.keep(at, stop)

    def _frame(self, at: int) -> Frame | None:
        found = frame(self.window.get(at, 4))
        if found is None or at + found.length > self.stop or self.kind not in {None, found.kind}:
            return None
        return found

    def _next(self, at: int) -> int:
        """Where the next two frames in a row begin; a single one at the end counts as well."""
        span = 1 << 16
        while at < self.stop:
            block = self.reader.read(at, min(span + 2, self.stop - at))
            for match in _SYNC.finditer(block):
                where = at + match.start()
                if (found := self._frame(where)) and self._followed(where, found):
                    return where
            at += span
        return self.stop

    def _followed(self, at: int, found: Frame) -> bool:
        after = frame(self.reader.read(at + found.length, 4))
        return (after is not None and after.kind == found.kind) or (
            self.kind is not None and at + found.length == self.stop
        )

    def _before(self, at: int) -> int:
        """Past the tags at the beginning, to the first frame."""
        while size := id3_size(self.reader, at):
            self.found.drop("ID3v2", size, Reveal.COMMENT)
            at += size
        self.free = _is_free(self.reader.read(at, 4))
        start = self._next(at)
        self.found.drop("before the first frame", start - at)
        return start

    def _behind(self, start: int, end: int) -> int:
        """Where tags at the end begin."""
        self.found.drop("trailer", self.reader.size - end, Reveal.UNKNOWN)
        stop = end
        while stop > start:
            name, size = self._tag(stop)
            self.found.drop(name, size, Reveal.COMMENT)
            if not size or stop - size < start:
                break
            stop -= size
        return stop

    def _tag(self, stop: int) -> tuple[str, int]:
        """The name and size of a tag that ends at `stop`: ID3v1, APE (with its header), Lyrics3, ID3v2 with a footer.

        ID3v1 has 128 bytes; of some programs it has four fewer or three more, and mutagen reads it then too.
        """
        tail = self.reader.read(max(0, stop - _LONGEST_ID3V1), min(stop, _LONGEST_ID3V1))
        at = tail.find(b"TAG")
        if at >= 0 and len(tail) - at >= _SHORTEST_ID3V1:
            return "ID3v1", len(tail) - at
        size = 0
        if tail[-32:-24] == b"APETAGEX":
            size = int.from_bytes(tail[-20:-16], "little") + (32 if tail[-9] & 0x80 else 0)
        elif tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
            size = int(tail[-15:-9]) + 15
        elif tail[-10:-7] == b"3DI":
            size = synchsafe(tail[-4:]) + 20
        return "tag", size

    def _opens(self, at: int, each: Frame) -> bool:
        """Whether this is the frame of an encoder's numbers. Of those that players need one form is written."""
        data = self.reader.read(at, each.length)
        start = 4 + each.side
        if each.kind[1] != 3 or data[start : start + 4] not in {b"Xing", b"Info"}:
            return False
        flags = int.from_bytes(data[start + 4 : start + 8], "big") & 15
        stop = start + 8 + sum(size for bit, size in _NUMBERS if flags & bit)
        if stop > len(data):
            self.opening = Opening(at, start, data[:4] + bytes(len(data) - 4), 0)
            return True
        kept = data[: start + 4] + flags.to_bytes(4, "big") + bytes(stop - start - 8)
        kept = kept[:2] + bytes((kept[2] & 0xFE,)) + kept[3:4] + bytes(start - 4) + kept[start:]
        lame = data[stop : stop + 36]
        if len(lame) == 36 and lame.startswith(_ENCODERS):
            kept += _ENCODER + bytes(12) + lame[21:24] + bytes(12)
        told = int.from_bytes(data[start + 8 : start + 12], "big") if flags & 1 else 0
        self.opening = Opening(at, start, kept + bytes(len(data) - len(kept)), flags, told)
        return True


def _numbered(opening: Opening, sizes: list[int]) -> bytes:
    """How many frames and bytes there are, and where each hundredth of the sound begins, as it is counted here."""
    data = bytearray(opening.data)
    at = opening.start + 8
    told = {
        1: len(sizes).to_bytes(4, "big"),
        2: (len(data) + sum(sizes)).to_bytes(4, "big"),
        4: places(sizes, len(data)),
        8: bytes(4),
    }
    for bit, size in _NUMBERS:
        if opening.flags & bit:
            data[at : at + size] = told[bit]
            at += size
    if data[at : at + len(_ENCODER)] == _ENCODER:
        data[at + 22 : at + 24] = _silence(opening, bytes(data[at + 22 : at + 24]), len(sizes))
        data[at + 34 : at + 36] = crc16_arc(bytes(data[:190])).to_bytes(2, "big")
    return bytes(data)


def _silence(opening: Opening, told: bytes, frames: int) -> bytes:
    """How much of the last frame is none of the sound (the lower twelve bits). Of a file that was cut short it was cut off first."""
    number = int.from_bytes(told, "big")
    lost = max(0, opening.told - frames) * (1152 if opening.data[1] & 8 else 576)
    return (number & 0xF000 | max(0, (number & 0xFFF) - lost)).to_bytes(2, "big")


def layout(reader: Reader) -> Layout:
    """A FLAC behind ID3 tags looks like an MP3 at its beginning."""
    at = 0
    while size := id3_size(reader, at):
        at += size
    if reader.read(at, 4) == b"fLaC":
        return flac.layout(reader)
    behind = name_of(reader.read(at, 64)) if at else None
    if behind and behind.name != "MP3":  # AAC has such tags too
        raise UnsupportedError(at, "samples of an unknown kind")
    return _Mp3(reader).layout()


def _readers(_: Reader) -> Sequence[Callable[[Any], Any]]:
    from mutagen.apev2 import APEv2
    from mutagen.id3 import ID3

    return ID3, APEv2


REWRITER: Final = Sound("MP3", (".mp3", ".mp2"), layout, _readers)
