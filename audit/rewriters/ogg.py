"""Ogg (RFC 3533) with Vorbis (Vorbis I, 4.2) or Opus (RFC 7845): packets stay, comments go.

The pages of sound are copied; their headers are written anew, because page numbers and serial numbers follow. Streams that follow
one another stay, each with its own headers.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.rewriters.checks import crc32_ogg
from audit.rewriters.sound import Layout, Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader

_HEADERS: Final = {b"\x01vorbis": 3, b"OpusHead": 2}  # packets before the first sound
_COMMENTS: Final = {
    b"\x01vorbis": b"\x03vorbis" + bytes(8) + b"\x01",  # no vendor, no comments, framing bit (Vorbis I, 5.2)
    b"OpusHead": b"OpusTags" + bytes(8),  # RFC 7845, 5.2
}
_FASTEST: Final = 4_000_000  # bits in a second
_USUAL: Final = 48_000
_RATES: Final = frozenset(
    (0, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 176400, 192000)
)
_LARGEST: Final = 16 << 20  # bytes of one header packet
_MOST: Final = 4_000_000  # pages


class Page(NamedTuple):
    flags: int  # 1: begins with the rest of a packet, 2: first of its stream, 4: last
    granule: bytes
    serial: bytes
    lacing: bytes
    start: int  # of its body
    stop: int


def pages(reader: Reader, found: Layout) -> Iterator[Page]:
    """Every page; bytes between them, and behind them, are noted as gone."""
    at = 0
    for _ in range(_MOST):
        head = reader.read(at, 27)
        if head[:4] != b"OggS":
            after = _next(reader, at)
            if not at or after is None:
                found.drop("trailer", reader.size - at, Reveal.TRAILER)
                return
            found.drop("between pages", after - at)
            at = after
            continue
        lacing = reader.read(at + 27, head[26] if len(head) == 27 else 0)
        start = at + 27 + len(lacing)
        stop = start + sum(lacing)
        if len(head) < 27 or len(lacing) < head[26] or stop > reader.size:
            found.drop("truncated", reader.size - at)
            return
        body = reader.read(start, stop - start)
        if crc32_ogg(head[:22] + bytes(4) + head[26:] + lacing + body) != int.from_bytes(
            head[22:26], "little"
        ):
            raise FormatError(at, "a page that is damaged")
        yield Page(head[5], head[6:14], head[14:18], lacing, start, stop)
        at = stop
    raise UnsupportedError(at, "far too many parts")


def _next(reader: Reader, at: int) -> int | None:
    span = 1 << 20
    while at < reader.size:
        where = reader.read(at, span + 3).find(b"OggS")
        if where >= 0:
            return at + where
        at += span
    return None


class _Ogg:
    """One stream after the other; each is numbered from 1."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.found = Layout("Ogg")
        self.streams = 0
        self.serial = b""
        self.number = 0
        self.kind = b""
        self.packets: list[bytes] = []
        self.part = b""

    def layout(self) -> Layout:
        for page in pages(self.reader, self.found):
            if page.flags & 2:
                self._begin(page)
            elif page.serial != self.serial:
                raise UnsupportedError(page.start, "several sounds at once")
            if len(self.packets) < _HEADERS[self.kind]:
                self._header(page)
            else:
                body = self.reader.read(page.start, page.stop - page.start)
                self._page(page.flags & 5, page.granule, page.lacing, body)
                self.found.keep(page.start, page.stop)
        if not self.streams or len(self.packets) < _HEADERS[self.kind]:
            raise FormatError(self.reader.size, "no sound in it")
        return self.found

    def _begin(self, page: Page) -> None:
        if self.streams and len(self.packets) < _HEADERS[self.kind]:
            raise UnsupportedError(page.start, "several sounds at once")
        head = self.reader.read(page.start, 8)
        kind = next((each for each in _HEADERS if head.startswith(each)), None)
        if kind is None:
            raise UnsupportedError(page.start, "sound that is neither Vorbis nor Opus")
        self.streams += 1
        self.serial, self.kind, self.number = page.serial, kind, 0
        self.packets, self.part = [], b""

    def _header(self, page: Page) -> None:
        """Gather header packets; when they are complete, write them: the first on a page of its own."""
        at = page.start
        for size in page.lacing:
            self.part += self.reader.read(at, size)
            at += size
            if len(self.part) > _LARGEST:
                raise UnsupportedError(page.start, "too large to be written anew")
            if size < 255:
                self.packets.append(self.part)
                self.part = b""
        wanted = _HEADERS[self.kind]
        if len(self.packets) > wanted or (len(self.packets) == wanted and self.part):
            raise UnsupportedError(page.start, "sound on a page of its headers")
        if len(self.packets) == wanted:
            self._written()

    def _written(self) -> None:
        first, comments, *rest = self.packets
        neutral = _COMMENTS[self.kind]
        if comments != neutral:
            if comments[:7] != neutral[:7]:
                raise FormatError(0, "no comments where they belong")
            self.found.drop("comments", len(comments), Reveal.COMMENT)
        used = 30 if self.kind == b"\x01vorbis" else _opus_head(first)
        made = _identified(first[:used])
        self.found.drop("header", len(first) - used or (used if made != first else 0))
        self._packed([made], flags=2)
        self._packed([neutral, *rest], flags=0)

    def _packed(self, packets: Sequence[bytes], *, flags: int) -> None:
        """Header packets on as many pages as they need, each of at most 255 parts."""
        data = b"".join(packets)
        lacing = b"".join(b"\xff" * (len(each) // 255) + bytes((len(each) % 255,)) for each in packets)
        at = 0
        for first in range(0, len(lacing), 255):
            part = lacing[first : first + 255]
            body = data[at : at + sum(part)]
            at += len(body)
            ends = any(size < 255 for size in part)
            going = 1 if first and lacing[first - 1] == 255 else 0
            self._page(flags | going, bytes(8) if ends else b"\xff" * 8, part, body)
            self.found.write(body, "header")

    def _page(self, flags: int, granule: bytes, lacing: bytes, body: bytes) -> None:
        head = struct.pack("<4sBB8sII", b"OggS", 0, flags, granule, self.streams, self.number)
        tail = bytes((len(lacing),)) + lacing
        check = crc32_ogg(head + bytes(4) + tail + body)
        self.found.write(head + struct.pack("<I", check) + tail, "page")
        self.number += 1


def _identified(head: bytes) -> bytes:
    """The first packet, with rates that somebody could have chosen: estimates, and what was before the sound was packed."""
    if head[:1] == b"O":
        rate = int.from_bytes(head[12:16], "little")
        return head[:12] + (rate if rate in _RATES else _USUAL).to_bytes(4, "little") + head[16:]
    return head[:16] + b"".join(_estimate(head[at : at + 4]) for at in (16, 20, 24)) + head[28:]


def _estimate(data: bytes) -> bytes:
    """Vorbis I, 4.2.2: bits in a second, none or less for what is not known."""
    rate = int.from_bytes(data, "little", signed=True)
    if rate == -1 or not data:
        return data
    return (rate // 1000 * 1000 if 0 < rate < _FASTEST else 0).to_bytes(4, "little", signed=True)


def _opus_head(packet: bytes) -> int:
    """RFC 7845, 5.1: nineteen bytes, and a table of the channels unless they are one or two."""
    return 19 if packet[18:19] == b"\0" else 21 + int.from_bytes(packet[9:10], "big")


def layout(reader: Reader) -> Layout:
    return _Ogg(reader).layout()


def _readers() -> Sequence[Callable[[Any], Any]]:
    from mutagen.oggopus import OggOpus
    from mutagen.oggvorbis import OggVorbis

    return OggVorbis, OggOpus


REWRITER: Final = Sound("Ogg", (".ogg", ".oga", ".opus"), layout, _readers)
