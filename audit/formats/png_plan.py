"""What of a PNG a picture needs (PNG third edition, 11), chunk by chunk, each no longer than it has to be."""

from __future__ import annotations

import zlib
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import png_chunks, png_rows
from audit.formats.base import Bytes, Copy, FormatError, Keep
from audit.formats.icc import is_profile
from audit.formats.pieces import LARGEST_BLOCK
from audit.formats.png_chunks import STRUCTURE
from audit.formats.png_stream import Stream, chunk, cut, even, inflated, packed, passes, rows, take, taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment
    from audit.formats.png_stream import Pass

ICC_NAME: Final = b"icc\0\0"  # a neutral profile name, and compression method 0
_GREY, _PALETTE = 0, 3
_NO_FILTER_METHOD: Final = 0
_DISPOSALS, _BLENDS = 3, 2


class Picture(NamedTuple):
    """The chunks of one stream, and the rows that are shown of it."""

    parts: tuple[Segment, ...]
    shapes: tuple[Pass, ...]

    @property
    def skip(self) -> int:
        """Bytes before the data of a chunk: the sequence number of an fdAT."""
        return 4 if self.parts and self.parts[0].name == "fdAT" else 0

    @property
    def size(self) -> int:
        return sum(shape.rows * shape.row for shape in self.shapes)

    @property
    def spare(self) -> bool:
        """Whether bits fill up its rows."""
        return any(shape.bits % 8 for shape in self.shapes)


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
        self.small: list[Bytes] = []
        self.opaque = self._opaque()
        self.palette = 0  # entries
        self.used: frozenset[int] | None = None  # colours of it; None if that is not known
        self.frames = 0  # animation frames still to come
        self.sequence = 0

    def _header(self) -> bytes:
        """IHDR comes first and is 13 bytes long (11.2.1). Some viewers do not look at the method of compression."""
        first = next((s for s in self.segments[1:3] if s.name != "CgBI"), None)
        if first is None or first.name != "IHDR" or first.stop - first.start != 25:
            raise FormatError(8, "no proper IHDR chunk")
        data = self._whole(first, critical=True)
        assert data is not None
        if data[9] not in png_chunks.DEPTHS:
            raise FormatError(first.start, "an unknown colour type")
        if data[8] not in png_chunks.DEPTHS[data[9]]:
            raise FormatError(first.start, "an impossible number of bits")
        if not any(data[:4]) or not any(data[4:8]):
            raise FormatError(first.start, "a picture without width or height")
        if data[11] != _NO_FILTER_METHOD or data[12] > 1:
            raise FormatError(first.start, "no proper IHDR chunk")
        return data[:10] + b"\0" + data[11:]

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
            if segment.name in {"IDAT", "IEND"} or (segment.name == "PLTE" and self.colour == _PALETTE):
                yield from self._held()
            if segment.name == "fcTL":
                yield from self._frame(segment, number)
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
            yield Bytes(chunk(b"IHDR", self.header), name)
            if self.exif:
                yield Bytes(chunk(b"eXIf", self.exif), "eXIf")
        elif name == "IEND":
            yield Bytes(chunk(b"IEND", b""), "IEND")
        elif name == "IDAT" and name not in self.seen:
            picture = self._first()
            if not picture.parts:
                raise FormatError(segment.start, "no picture data")
            yield from self._picture(picture)
        elif name in {"truncated", "unreadable"}:
            self._broken(segment)
        elif name in STRUCTURE and name not in self.seen and "IDAT" not in self.seen:
            yield from self._ancillary(segment)

    def _held(self) -> Iterator[Piece]:
        """The small chunks that were met since the palette or the header, in one order for all."""
        yield from sorted(self.small, key=lambda piece: png_chunks.ORDER.index(piece.name))
        self.small.clear()

    def _broken(self, segment: Segment) -> None:
        """Metadata that is cut off behind the picture may go; a picture that is cut off may not."""
        cut = self.reader.read(segment.start + 4, 4)
        if "IDAT" not in self.seen or cut in {b"IDAT", b"fdAT"}:
            why = "the file ends inside its picture" if segment.name == "truncated" else "not a chunk"
            raise FormatError(segment.start, why)

    def _ancillary(self, segment: Segment) -> Iterator[Piece]:
        name = segment.name
        data = self._whole(segment, critical=name == "PLTE" and self.colour == _PALETTE)
        if data is None:
            return
        if name == "iCCP":
            data = self._profile(data)
        elif name == "PLTE":
            data = self._colours(data)
        elif name == "tRNS" and self.colour == _PALETTE:
            data = self._opacities(data[: self.palette])
        elif name == "bKGD" and self.opaque:
            data = b""
        else:
            data = png_chunks.fixed(name, data, self.header, self.palette)
        if name == "acTL" and data:
            self.frames = self._frames_behind(segment, data)
            data = self.frames.to_bytes(4, "big") + data[4:] if self.frames else b""
        if not data:
            return
        piece = Bytes(chunk(name.encode(), data), name)
        if name in png_chunks.ORDER and name != "PLTE":
            self.small.append(piece)
        else:
            yield piece

    def _colours(self, data: bytes) -> bytes:
        """11.2.2: at most 256 entries of three bytes; only a suggestion where pixels hold their own colours."""
        if self.colour != _PALETTE:
            return b""
        self.palette = min(len(data) // 3, 256)
        self.used = self._used()
        entries = (data[at : at + 3] for at in range(0, 3 * self.palette, 3))
        return b"".join(entry if self._uses(number) else bytes(3) for number, entry in enumerate(entries))

    def _opacities(self, data: bytes) -> bytes:
        return bytes(value if self._uses(number) else 255 for number, value in enumerate(data))

    def _uses(self, number: int) -> bool:
        """The background may have a colour of its own."""
        return self.used is None or number in self.used

    def _used(self) -> frozenset[int] | None:
        """The colours of all frames together; rows that are missing have colour 0."""
        depth = self.header[8]
        found = {0, *self._background()}
        try:
            for picture in self._every():
                seen = png_rows.look(self._rows(picture), picture.shapes)
                found.update(
                    value >> shift & (1 << depth) - 1 for value in seen.values for shift in range(0, 8, depth)
                )
        except png_rows.TooMuchError:
            return None
        return frozenset(found)

    def _opaque(self) -> bool:
        """Whether there is nothing that a background could be seen through: neither opacity nor a tRNS that stays."""
        first = next((s for s in self.segments if s.name in {"tRNS", "IDAT"}), None)
        if self.colour & 4 or first is None or first.name == "IDAT":
            return not self.colour & 4
        data = self._whole(first) or b""
        if self.colour != _PALETTE:
            return not png_chunks.fixed("tRNS", data, self.header, 0)
        palette = next((s for s in self.segments if s.name == "PLTE"), first)
        return not data or palette.start >= first.start or palette.stop - palette.start < 15

    def _background(self) -> Iterator[int]:
        first = None if self.opaque else next((s for s in self.segments if s.name == "bKGD"), None)
        if first and first.stop - first.start > 12:
            yield self.reader.read(first.start + 8, 1)[0]

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

    def _frame(self, segment: Segment, number: int) -> Iterator[Piece]:
        """APNG: fcTL opens a frame, made of the fdATs up to the next one, or of the IDATs if it comes before them.

        Its sequence number and those of the fdATs count up without a hole.
        """
        data = self._whole(segment, critical=True)
        if not data or len(data) < 26 or not self.frames:
            return
        self.frames -= 1
        shown = bytes((data[24] if data[24] < _DISPOSALS else 0, data[25] if data[25] < _BLENDS else 0))
        piece = Bytes(chunk(b"fcTL", self._numbered() + data[4:24] + shown), "fcTL")
        if "IDAT" not in self.seen:
            self.small.append(piece)
            return
        yield piece
        yield from self._picture(self._later(number))

    def _frames_behind(self, segment: Segment, data: bytes) -> int:
        """How many the acTL tells of, if they are there; those before it are none."""
        there = sum(
            s.name == "fcTL" and s.stop - s.start >= 38 for s in self.segments if s.start > segment.start
        )
        return min(int.from_bytes(data[:4], "big"), there)

    def _numbered(self) -> bytes:
        self.sequence += 1
        return (self.sequence - 1).to_bytes(4, "big")

    def _first(self) -> Picture:
        return self._of((s for s in self.segments if s.name == "IDAT"), self.header)

    def _later(self, number: int) -> Picture:
        """The frame that the fcTL of this number opens."""
        following = (self.segments[at] for at in range(number + 1, len(self.segments)))
        parts = (s for s in takewhile(_same_frame, following) if s.name == "fdAT")
        return self._of(parts, self.reader.read(self.segments[number].start + 12, 8))

    def _of(self, parts: Iterable[Segment], sizes: bytes) -> Picture:
        """Chunks without data hold nothing."""
        width, height = (int.from_bytes(sizes[at : at + 4], "big") for at in (0, 4))
        shapes = passes(self.header, width, height)
        return Picture(
            tuple(s for s in parts if s.stop - s.start > 12 + 4 * (s.name == "fdAT")), tuple(shapes)
        )

    def _every(self) -> Iterator[Picture]:
        yield self._first()
        late, left = False, 0
        for number, segment in enumerate(self.segments):
            late = late or segment.name == "IDAT"
            if segment.name == "acTL" and not late and not left:
                data = png_chunks.fixed("acTL", self._whole(segment) or b"", self.header, 0)
                left = self._frames_behind(segment, data)
            elif segment.name == "fcTL" and left and segment.stop - segment.start >= 38:
                left -= 1
                if late:
                    yield self._later(number)

    def _rows(self, picture: Picture) -> Iterator[bytes]:
        return rows(self.reader, picture.parts, picture.skip, picture.size, raw=self.raw)

    def _picture(self, picture: Picture) -> Iterator[Piece]:
        """The chunks of one stream; packed anew if something hides behind the last row, or in bits that no pixel has.

        Cut anew if their lengths are none that an encoder gives them.
        """
        first, stream = self.sequence, Stream(picture.size, raw=self.raw)
        kept: list[Piece] = []
        sizes: list[int] = []
        for part in picture.parts:
            if not stream.ended:
                before = stream.taken
                kept += take(self.reader, part, stream, self._numbered() if picture.skip else b"")
                sizes.append(stream.taken - before)
        if stream.broken and self._short(picture):
            raise FormatError(picture.parts[0].start, "picture data that cannot be unpacked")
        if self._dirty(picture):
            parts = packed(png_rows.clean(self._rows(picture), picture.shapes), raw=self.raw)
        elif stream.over or stream.broken:
            parts = packed(self._rows(picture), raw=self.raw)
        elif not even(sizes):
            parts = cut(taken(self.reader, picture.parts, picture.skip, stream.taken))
        else:
            yield from kept
            return
        self.sequence = first
        name = picture.parts[0].name
        for data in parts:
            yield Bytes(chunk(name.encode(), (self._numbered() if picture.skip else b"") + data), name)

    def _short(self, picture: Picture) -> bool:
        """Whether rows are missing: all that viewers need may stand before a wrong checksum."""
        try:
            return sum(map(len, self._rows(picture))) < picture.size
        except zlib.error:
            return True

    def _dirty(self, picture: Picture) -> bool:
        try:
            return picture.spare and png_rows.look(self._rows(picture), picture.shapes).dirty
        except png_rows.TooMuchError:
            return False


def _same_frame(segment: Segment) -> bool:
    return segment.name != "fcTL"
