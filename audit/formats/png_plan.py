"""What of a PNG a picture needs (PNG third edition, 11), chunk by chunk, each no longer than it has to be."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy, FormatError, Keep
from audit.formats.pieces import LARGEST_BLOCK
from audit.formats.png_stream import Stream, chunk, inflated, take

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
        self.colour = self._colour()
        self.palette = 0  # entries
        self.frames = 0  # animation frames still to come
        self.sequence = 0
        self.stream = self._stream()
        self.animating = False  # inside a frame that is kept

    def _stream(self) -> Stream:
        return Stream(raw=any(s.name == "CgBI" for s in self.segments[1:2]))

    def _colour(self) -> int:
        """IHDR comes first and is 13 bytes long (11.2.1)."""
        first = next((s for s in self.segments[1:3] if s.name != "CgBI"), None)
        if first is None or first.name != "IHDR" or first.stop - first.start != 25:
            raise FormatError(8, "no proper IHDR chunk")
        data = self._whole(first, critical=True)
        assert data is not None
        if data[9] not in {0, 2, 3, 4, 6}:
            raise FormatError(first.start, "an unknown colour type")
        return data[9]

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
        for segment in self.segments:
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
        elif name == "IDAT":
            yield from take(self.reader, segment, self.stream, b"")
        elif name in {"fcTL", "fdAT"}:
            yield from self._frame(segment)
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
        return ICC_NAME + rest[1 : 1 + used] if profile else b""

    def _frame(self, segment: Segment) -> Iterator[Piece]:
        """APNG: fcTL opens a frame; its sequence number and those of the fdATs count up without a hole."""
        if segment.name == "fcTL":
            yield from self._opened(segment)
        elif self.animating and "IDAT" in self.seen and segment.stop - segment.start >= 16:
            ended = self.stream.ended
            yield from take(self.reader, segment, self.stream, self.sequence.to_bytes(4, "big"))
            self.sequence += not ended

    def _opened(self, segment: Segment) -> Iterator[Piece]:
        data = self._whole(segment, critical=True)
        self.animating = bool(data and len(data) >= 26 and self.frames)
        if data and self.animating:
            self.frames -= 1
            if "IDAT" in self.seen:
                self.stream = self._stream()
            yield Bytes(chunk(b"fcTL", self.sequence.to_bytes(4, "big") + data[4:26]), "fcTL")
            self.sequence += 1
