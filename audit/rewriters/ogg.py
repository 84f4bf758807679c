"""Ogg (RFC 3533) with Vorbis, Opus, FLAC, Speex or Theora: packets stay, comments go.

The pages of sound and video are copied; their headers are written anew, because page numbers and serial numbers follow. Streams
beside one another, and those that follow one another, stay, each with its own headers, numbered from 1 as they begin.
"""

from __future__ import annotations

import struct
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.rewriters.checks import crc32_ogg
from audit.rewriters.ogg_codecs import CODECS, DROPPED
from audit.rewriters.sound import Layout, Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Reader

_LARGEST: Final = 16 << 20  # bytes of one header packet
_MOST_HEADERS: Final = 4096
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


class _Stream:
    """One sound or video: its pages are numbered from 0, and its headers are gathered until all are there."""

    def __init__(self, number: int, mark: bytes, found: Layout) -> None:
        self.codec = CODECS[mark]
        self.waits = True
        self._number = number
        self._page = 0
        self._found = found
        self._first = b""
        self._packets: list[bytes] = []  # behind the first
        self._part = bytearray()
        self._ended: int | None = None  # what was heard when the last page came

    def headers(self, reader: Reader, page: Page) -> None:
        """Gather packets of headers. The first is written at once: other streams begin behind it; the rest when all are there.

        Old programs let the sound begin on the page on which the headers end.
        """
        at = page.start
        for number, size in enumerate(page.lacing):
            if not self.waits:
                behind = page._replace(flags=page.flags & 4, lacing=page.lacing[number:], start=at)
                self.sound(behind, reader.read(at, page.stop - at))
                return
            self._part += reader.read(at, size)
            at += size
            if len(self._part) > _LARGEST or len(self._packets) > _MOST_HEADERS:
                raise UnsupportedError(page.start, "too large to be written anew")
            if size < 255:
                self._packet(page.start, bytes(self._part))
                self._part = bytearray()

    def _packet(self, at: int, packet: bytes) -> None:
        codec = self.codec
        if not self._first:
            if len(packet) < codec.least:
                raise FormatError(at, "a format that makes no sense")
            self._first = codec.first(packet)
            self._found.drop("header", max(1, len(packet) - len(self._first)) if self._first != packet else 0)
            self._packed([self._first], flags=2)
            return
        self._packets.append(packet)
        if len(self._packets) == 1 and not codec.comments(packet):
            raise FormatError(at, "no comments where they belong")
        if codec.complete(self._first, self._packets):
            self.waits = False
            made = codec.others(self._packets)
            for old, new in zip_longest(self._packets, made, fillvalue=b""):
                if old != new:
                    self._found.drop("comments", len(old), Reveal.COMMENT)
            self._packed(made, flags=0)

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
            self.page(flags | going, bytes(8) if ends else b"\xff" * 8, part, body)
            self._found.write(body, "header")

    def sound(self, page: Page, body: bytes) -> None:
        """A page of frames. Raises UnsupportedError where a packet of headers is among them: players would read it."""
        heard = int.from_bytes(page.granule, "little", signed=True)
        if self._ended is not None and 0 <= heard <= self._ended:
            self._found.drop("behind the end", page.stop - page.start)
            return
        if page.flags & 4:
            self._ended = heard
        if self.codec.skipped:
            page, body = self._without(self.codec.skipped, page, body)
        if header := self.codec.header:
            at, begins = 0, not page.flags & 1
            for size in page.lacing:
                if begins and size and header(body[at]):
                    raise UnsupportedError(page.start + at, "headers among the frames")
                at, begins = at + size, size < 255
        clean = self._unfilled(page, body)
        self.page(page.flags & 5, page.granule, page.lacing, clean)
        if len(clean) == page.stop - page.start and clean == body:
            self._found.keep(page.start, page.stop)
        else:
            self._found.drop("filling", len(body))
            self._found.write(clean, "page")

    def _without(self, skipped: Callable[[int], bool], page: Page, body: bytes) -> tuple[Page, bytes]:
        """A page without the packets that decoders skip. Raises UnsupportedError where one goes on on another page."""
        lacing, kept = [], []
        at = start = first = 0
        own = not page.flags & 1
        for number, size in enumerate(page.lacing):
            at += size
            ends = size < 255
            if not ends and number + 1 < len(page.lacing):
                continue
            if own and at > start and skipped(body[start]):
                if not ends:
                    raise UnsupportedError(page.start + start, "headers among the frames")
                self._found.drop("headers", at - start, Reveal.COMMENT)
            else:
                lacing.append(page.lacing[first : number + 1])
                kept.append(body[start:at])
            start, first, own = at, number + 1, True
        return page._replace(lacing=b"".join(lacing)), b"".join(kept)

    def _unfilled(self, page: Page, body: bytes) -> bytes:
        """The packets that lie wholly on this page, each without what fills it up."""
        if self.codec.packet is None:
            return body
        parts: list[bytes] = []
        at = start = 0
        own = not page.flags & 1
        for size in page.lacing:
            at += size
            if size < 255:
                packet = body[start:at]
                parts.append(self.codec.packet(self._first, packet) if own else packet)
                start, own = at, True
        return b"".join((*parts, body[start:]))

    def page(self, flags: int, granule: bytes, lacing: bytes, body: bytes) -> None:
        head = struct.pack("<4sBB8sII", b"OggS", 0, flags, granule, self._number, self._page)
        tail = bytes((len(lacing),)) + lacing
        check = crc32_ogg(head + bytes(4) + tail + body)
        self._found.write(head + struct.pack("<I", check) + tail, "page")
        self._page += 1


def layout(reader: Reader) -> Layout:
    found = Layout("Ogg")
    streams: dict[bytes, _Stream | None] = {}  # by the serial numbers of now; None: one that goes
    number, gone = 0, 0
    for page in pages(reader, found):
        stream = streams.get(page.serial)
        if page.flags & 2 and not (stream and stream.waits):
            mark = _mark(reader, page)
            if mark in DROPPED:
                found.drop(DROPPED[mark], page.stop - page.start, Reveal.COMMENT)
            else:
                number += 1
            stream = streams[page.serial] = _Stream(number, mark, found) if mark in CODECS else None
        if stream is None:
            gone += page.stop - page.start if page.serial not in streams else 0
        elif stream.waits:
            stream.headers(reader, page)
        else:
            body = reader.read(page.start, page.stop - page.start)
            stream.sound(page, body)
    if not number or any(each and each.waits for each in streams.values()):
        raise FormatError(reader.size, "no sound in it")
    found.drop("pages of no stream", gone)
    return found


def _mark(reader: Reader, page: Page) -> bytes:
    """How the stream that begins there begins."""
    head = reader.read(page.start, min(9, page.stop - page.start))
    for mark in (*CODECS, *DROPPED):
        if head.startswith(mark):
            return mark
    raise UnsupportedError(page.start, "a codec that is not known")


def _readers(reader: Reader) -> Sequence[Callable[[Any], Any]]:
    """Mutagen's, for the codecs that begin in the first pages: for another it would look through the whole file."""
    from mutagen.oggflac import OggFLAC
    from mutagen.oggopus import OggOpus
    from mutagen.oggspeex import OggSpeex
    from mutagen.oggtheora import OggTheora
    from mutagen.oggvorbis import OggVorbis

    head = reader.read(0, min(4096, reader.size))
    every = {
        b"\x01vorbis": OggVorbis,
        b"OpusHead": OggOpus,
        b"\x80theora": OggTheora,
        b"Speex   ": OggSpeex,
        b"\x7fFLAC\1": OggFLAC,
    }
    return [each for mark, each in every.items() if mark in head]


REWRITER: Final = Sound("Ogg", (".ogg", ".oga", ".ogv", ".opus", ".spx"), layout, _readers)
