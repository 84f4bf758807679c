"""What of a PNG a picture needs (PNG third edition, 11), chunk by chunk, each no longer than it has to be."""

from __future__ import annotations

import zlib
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy, FormatError, Keep
from audit.formats.icc import is_profile
from audit.formats.pieces import LARGEST_BLOCK
from audit.formats.png_stream import Stream, chunk, inflated, repacked, rows_size, take

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment

ICC_NAME: Final = b"icc\0\0"  # a neutral profile name, and compression method 0

# 11.3.2 to 11.3.4, APNG: how long the data is. Apple's CgBI says that the streams lack their zlib header.
_LENGTHS: Final = {
    "CgBI": 4,
    "gAMA": 4,
    "cHRM": 32,
    "sRGB": 1,
    "cICP": 4,
    "mDCV": 24,
    "mDCv": 24,
    "cLLI": 8,
    "cLLi": 8,
    "pHYs": 9,
    "acTL": 8,
}
# By colour type: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
_BY_COLOUR: Final = {
    "sBIT": {0: 1, 2: 3, 3: 3, 4: 2, 6: 4},
    "bKGD": {0: 2, 2: 6, 3: 1, 4: 2, 6: 6},
    "tRNS": {0: 2, 2: 6},
}
STRUCTURE: Final = frozenset({*_LENGTHS, *_BY_COLOUR, "PLTE", "iCCP", "fcTL"})


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy, exif: bytes) -> Iterator[Piece]:
    """The signature, IHDR, the lone `exif` block, then what is needed. Raises FormatError."""
    return _Plan(reader, segments, policy, exif).pieces()


class _Plan:
    def __init__(self, reader: Reader, segments: Sequence[Segment], policy: Policy, exif: bytes) -> None:
        self.reader = reader
        self.segments = segments
        self.policy = policy
        self.exif = exif
        self.seen: set[str] = set()
        self.raw = any(s.name == "CgBI" for s in segments[1:2])
        self.header = self._header()
        self.colour = self.header[9]
        self.palette = 0  # entries
        self.frames = 0  # animation frames still to come
        self.sequence = 0

    def _header(self) -> bytes:
        """IHDR comes first and is 13 bytes long (11.2.1)."""
        first = next((s for s in self.segments[1:3] if s.name != "CgBI"), None)
        if first is None or first.name != "IHDR" or first.stop - first.start != 25:
            raise FormatError(8, "no proper IHDR chunk")
        data = self._whole(first, critical=True)
        assert data is not None
        if data[9] not in {0, 2, 3, 4, 6}:
            raise FormatError(first.start, "an unknown colour type")
        return data

    def _whole(self, segment: Segment, *, critical: bool = False) -> bytes | None:
        """The data of a chunk, or None if its checksum is wrong or it is far too long."""
        if segment.stop - segment.start > LARGEST_BLOCK:
            return None
        raw = self.reader.read(segment.start, segment.stop - segment.start)
        if zlib.crc32(raw[4:-4]).to_bytes(4, "big") == raw[-4:]:
            return raw[8:-4]
        if critical:
            raise FormatError(segment.start, f"wrong checksum in {segment.name}")
        return None

    def pieces(self) -> Iterator[Piece]:
        for number, segment in enumerate(self.segments):
            if segment.name == "fcTL":
                yield from self._frame(segment, self.segments[number + 1 :])
            else:
                yield from self._piece(segment)
            self.seen.add(segment.name)
        if "IDAT" not in self.seen:
            raise FormatError(self.reader.size, "no picture data")
        if "IEND" not in self.seen:
            yield Bytes(chunk(b"IEND", b""), "IEND")

    def _piece(self, segment: Segment) -> Iterator[Piece]:
        name = segment.name
        if name == "signature":
            yield Copy(segment.start, segment.stop)
        elif name == "IHDR" and name not in self.seen:
            yield Copy(segment.start, segment.stop)
            if self.exif:
                yield Bytes(chunk(b"eXIf", self.exif), "eXIf")
        elif name == "IEND":
            yield Bytes(chunk(b"IEND", b""), "IEND")
        elif name == "IDAT" and name not in self.seen:
            size = (int.from_bytes(self.header[at : at + 4], "big") for at in (0, 4))
            yield from self._picture(
                [s for s in self.segments if s.name == "IDAT"], rows_size(self.header, *size)
            )
        elif name in {"truncated", "unreadable"}:
            self._broken(segment)
        elif name in STRUCTURE and name not in self.seen and "IDAT" not in self.seen:
            yield from self._ancillary(segment)

    def _broken(self, segment: Segment) -> None:
        """Metadata that is cut off behind the picture may go; a picture that is cut off may not."""
        cut = self.reader.read(segment.start + 4, 4)
        if "IDAT" not in self.seen or cut in {b"IDAT", b"fdAT"}:
            why = "the file ends inside its picture" if segment.name == "truncated" else "not a chunk"
            raise FormatError(segment.start, why)

    def _ancillary(self, segment: Segment) -> Iterator[Piece]:
        name = segment.name
        data = self._whole(segment, critical=name == "PLTE" and self.colour == 3)
        if data is None:
            return
        if name == "iCCP":
            data = self._profile(data)
        elif name == "PLTE":
            data = self._colours(data)
        elif name == "tRNS" and self.colour == 3:
            data = data[: self.palette]
        else:
            data = self._fixed(name, data)
        if name == "acTL":
            self.frames = int.from_bytes(data[:4], "big")
            data = data if self.frames else b""
        if data:
            yield Bytes(chunk(name.encode(), data), name)

    def _fixed(self, name: str, data: bytes) -> bytes:
        length = _LENGTHS.get(name) or _BY_COLOUR[name].get(self.colour, 0)
        return data[:length] if len(data) >= length else b""

    def _colours(self, data: bytes) -> bytes:
        """11.2.2: at most 256 entries of three bytes; only a suggestion where pixels hold their own colours."""
        if self.colour != 3:
            return b""
        self.palette = min(len(data) // 3, 256)
        return data[: 3 * self.palette]

    def _profile(self, data: bytes) -> bytes:
        """11.3.2.3: name, NUL, method, zlib stream; the name may be anybody's, and bytes may follow the stream."""
        name, _, rest = data.partition(b"\0")
        if Keep.ICC not in self.policy.keep or len(name) > 79 or rest[:1] != b"\0":
            return b""
        try:
            profile, used = inflated(rest[1:])
        except zlib.error:
            return b""
        return ICC_NAME + rest[1 : 1 + used] if is_profile(profile) else b""

    def _frame(self, segment: Segment, following: Sequence[Segment]) -> Iterator[Piece]:
        """APNG: fcTL opens a frame, made of the fdATs up to the next one, or of the IDATs if it comes before them.

        Its sequence number and those of the fdATs count up without a hole.
        """
        data = self._whole(segment, critical=True)
        if not data or len(data) < 26 or not self.frames:
            return
        self.frames -= 1
        yield Bytes(chunk(b"fcTL", self._numbered() + data[4:26]), "fcTL")
        if "IDAT" in self.seen:
            parts = [
                s for s in takewhile(_same_frame, following) if s.name == "fdAT" and s.stop - s.start >= 16
            ]
            size = (int.from_bytes(data[at : at + 4], "big") for at in (4, 8))
            yield from self._picture(parts, rows_size(self.header, *size))

    def _numbered(self) -> bytes:
        self.sequence += 1
        return (self.sequence - 1).to_bytes(4, "big")

    def _picture(self, parts: Sequence[Segment], most: int) -> Iterator[Piece]:
        """The chunks of one stream; packed anew if rows follow the last that is shown."""
        name = parts[0].name if parts else ""
        first, stream = self.sequence, Stream(raw=self.raw)
        kept: list[Piece] = []
        for part in parts:
            if not stream.ended:
                kept += take(self.reader, part, stream, self._numbered() if name == "fdAT" else b"")
        if stream.produced <= most:
            yield from kept
            return
        self.sequence = first
        for data in repacked(self.reader, parts, 4 if name == "fdAT" else 0, most, raw=self.raw):
            yield Bytes(chunk(name.encode(), (self._numbered() if name == "fdAT" else b"") + data), name)


def _same_frame(segment: Segment) -> bool:
    return segment.name != "fcTL"
