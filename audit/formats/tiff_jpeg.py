"""JPEG in strips and tiles (Adobe's TIFF Technical Note 2): each a picture of its own, whose tables may stand in JPEGTables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import jpeg_frame, jpeg_tables, jpeg_tail
from audit.formats.base import Bytes, Copy, FormatError
from audit.formats.jpeg_tail import Which
from audit.formats.jpeg_walk import Walk
from audit.formats.pieces import Held
from audit.formats.tiff_data import Slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Reader, Segment
    from audit.formats.jpeg_frame import Frame
    from audit.formats.jpeg_tables import Payloads
    from audit.formats.tiff_data import Part

# A frame and a scan of one sample: what makes a picture of tables alone.
_FRAME: Final = bytes.fromhex("ffc0000b080001000101011100ffda0008010100003f0000ffd9")
_TABLES: Final = frozenset({"DQT", "DHT", "DAC", "DRI"})
_FEW: Final = 64  # strips of a page of which small ones are followed whatever they end with
_KEPT: Final = frozenset({*jpeg_tables.STRUCTURE, "SOI", "EOI", "scan"})
# JFIF 1.02, page 5: what it says of density means nothing in a strip.
_JFIF: Final = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


class TablesError(FormatError):
    """What is wrong with JPEGTables; its offset counts from their beginning."""


class Strips(NamedTuple):
    parts: dict[Part, tuple[Piece, ...]]
    tables: bytes  # the value of JPEGTables, with what the strips use; nothing if they use none


def cleaned(reader: Reader, data: bytes, parts: Iterable[Part]) -> Strips:
    """The strips of a page, `data` being its JPEGTables. Raises FormatError for what no reader could unpack.

    Where one lacks a table, libjpeg takes that of a strip before: then all tables stay.
    """
    shared = _told(data) if data else ()
    every = list(parts)
    which = Which.SMALL if len(every) <= _FEW else Which.SUSPICIOUS
    found = {part: _Strip(reader, part, shared, which) for part in every}
    lacking = any(one.frame.lacking for one in found.values())
    pieces = {part: tuple(one.pieces(everything=lacking)) for part, one in found.items()}
    frames = {id(one.frame.before): one.frame.before for one in found.values()}
    return Strips(pieces, _used(data, shared, None if lacking else list(frames.values())))


def _told(data: bytes) -> Payloads:
    """JPEGTables: a JPEG of nothing but tables. Raises FormatError if they are not as long as they say."""
    if data[:2] != b"\xff\xd8":
        raise TablesError(0, "JPEGTables is no JPEG")
    found = [s for s in Walk(Held(data), 0).found if s.name in _TABLES]
    whole = Held(b"\xff\xd8" + b"".join(data[s.start : s.stop] for s in found) + _FRAME)
    try:
        jpeg_tables.check(whole, jpeg_tables.told(whole, Walk(whole, 0).found))
    except FormatError as error:
        raise TablesError(0, "JPEGTables are not as long as what they hold") from error
    return tuple((s.name, data[s.start + 4 : s.stop]) for s in found)


def _used(data: bytes, shared: Payloads, frames: Sequence[Sequence[Bytes | None]] | None) -> bytes:
    """JPEGTables with the definitions that at least one strip uses; all of them if `frames` is None."""
    if frames is None:
        found = [s for s in Walk(Held(data), 0).found if s.name in _TABLES] if data else []
        body = b"".join(data[s.start : s.stop] for s in found)
    else:
        body = b"".join(
            _joined([before[place] for before in frames], name) for place, (name, _) in enumerate(shared)
        )
    return b"\xff\xd8" + body + b"\xff\xd9" if body else b""


def _joined(pieces: Iterable[Bytes | None], name: str) -> bytes:
    """One segment of what is left of it for each strip."""
    told = list(dict.fromkeys(piece.data for piece in pieces if piece))
    if len(told) <= 1:
        return b"".join(told)
    found = {one for each in told for one in jpeg_tables.tables(name, each[4:])}
    body = b"".join(data for _, data in sorted(found))
    return told[0][:2] + (len(body) + 2).to_bytes(2, "big") + body


class _Strip:
    def __init__(self, reader: Reader, part: Part, shared: Payloads, which: Which) -> None:
        self._reader = Slice(reader, part.start, part.stop)
        self._start = part.start
        if self._reader.read(0, 2) != b"\xff\xd8":
            raise FormatError(part.start, "a strip that is no JPEG")
        walked = Walk(self._reader, 0).found
        self._found = jpeg_tail.cut(self._reader, walked, before=shared, which=which)
        try:
            jpeg_tables.check(self._reader, jpeg_tables.told(self._reader, self._found))
            self._shown = jpeg_frame.shown(self._reader, self._found)
            self.frame: Frame = jpeg_frame.Frame(jpeg_tables.told(self._reader, self._shown), shared)
        except FormatError as error:
            raise FormatError(part.start + error.offset, error.why) from error

    def pieces(self, *, everything: bool) -> Iterator[Piece]:
        """`everything`: tables stay that no scan of this strip uses."""
        for segment in self._found:
            piece = self._copied(segment) if everything else self._piece(segment)
            if piece:
                yield piece

    def _piece(self, segment: Segment) -> Piece | None:
        if segment.name in jpeg_tables.STRUCTURE or segment.name == "scan":
            there = segment.stop <= self._shown[-1].stop
            piece = self.frame.piece(segment) if there else None
            return self._moved(segment) if isinstance(piece, Copy) else piece
        return self._copied(segment)

    def _copied(self, segment: Segment) -> Piece | None:
        name, size = segment.name, segment.stop - segment.start
        if name in _KEPT:
            return self._moved(segment)
        if name == "APP0/JFIF" and size >= len(_JFIF):
            return Bytes(_JFIF, name)
        if name == "APP14/Adobe" and size >= 16:
            return Bytes(b"\xff\xee\0\x0e" + self._reader.read(segment.start + 4, 12), name)
        return None

    def _moved(self, segment: Segment) -> Copy:
        return Copy(self._start + segment.start, self._start + segment.stop)
