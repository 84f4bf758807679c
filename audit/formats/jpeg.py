"""JPEG (ITU-T T.81, JFIF 1.02): what its segments say, and what of them a picture needs."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import (
    exif,
    icc,
    jpeg_frame,
    jpeg_gain,
    jpeg_tables,
    jpeg_tags,
    lone_exif,
    nested,
    trailers,
)
from audit.formats.base import Bytes, Copy, FormatError, Keep, Piece, Policy
from audit.formats.jpeg_walk import Walk
from audit.formats.pieces import body, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.formats.base import Reader, Segment, Tag

_EXIF_PREFIX: Final = b"Exif\0\0"
_NONE: Final[Mapping[int, int]] = {}


class Jpeg:
    name = "JPEG"
    extensions = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")

    def sniff(self, head: bytes) -> bool:
        return head[:3] == b"\xff\xd8\xff"

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return _segments(reader, scans=True)

    def rewalk(self, reader: Reader, proven: Sequence[Segment]) -> Sequence[Segment]:
        """A scan that holds no marker (T.81, B.1.1.5) holds none where its bytes are copied either."""
        return _segments(reader, scans=True, proven={each.start: each.stop for each in proven})

    def header(self, reader: Reader) -> Sequence[Segment]:
        """Leaves the scans unread if the file ends in an EOI marker; a second picture behind them may be missed."""
        return _segments(reader, scans=reader.read(reader.size - 2, 2) != b"\xff\xd9")

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        return jpeg_tags.tags(reader, segment)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        """T.81, B.2.2; a height of 0 stands in a DNL segment behind the first scan (B.2.5)."""
        frame = next((s for s in segments if s.name.startswith("SOF")), None)
        if frame is None:
            return None
        head = reader.read(frame.start + 5, 4)
        height, width = int.from_bytes(head[:2], "big"), int.from_bytes(head[2:], "big")
        late = next((s for s in segments if s.name == "DNL"), None)
        if not height and late:
            height = int.from_bytes(reader.read(late.start + 4, 2), "big")
        return (width, height) if width and height else None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return exif.thumbnail(_exif(reader, segments)) or jpeg_tags.other_thumbnail(reader, segments)

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        jpeg_tables.check(reader, jpeg_frame.shown(reader, segments))
        gain = _gain_map(reader, segments, policy) if Keep.HDR in policy.keep else None
        return settle(
            reader, _with(reader, segments, policy, gain) if gain else _pieces(reader, segments, policy)
        )


def _segments(reader: Reader, *, scans: bool, proven: Mapping[int, int] = _NONE) -> list[Segment]:
    if reader.read(0, 2) != b"\xff\xd8":
        raise FormatError(0, "not a JPEG")
    walk = Walk(reader, 0, scans=scans, proven=proven)
    behind = trailers.segments(reader, walk.at)
    if any(s.name == "trailer/JPEG" for s in behind) and jpeg_gain.declared(reader, walk.found):
        behind = [part for segment in behind for part in _told_apart(reader, segment, proven)]
    return walk.found + behind


def _told_apart(reader: Reader, segment: Segment, proven: Mapping[int, int]) -> list[Segment]:
    """The segments of a gain map under names of their own; what is none stays whole."""
    if segment.name != "trailer/JPEG" or not jpeg_gain.read(reader, segment.start, segment.stop):
        return [segment]
    found = Walk(reader, segment.start, proven=proven).found
    return [part._replace(name=jpeg_tags.GAIN_MAP + part.name) for part in found]


def _exif(reader: Reader, segments: Sequence[Segment]) -> bytes:
    """The first Exif block before the picture, the one viewers honour, without its prefix; empty if there is none."""
    first = next((s for s in segments if s.name in {"APP1/Exif", "SOS"}), None)
    return body(reader, first.start + 10, first.stop) if first and first.name == "APP1/Exif" else b""


def _lone(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Bytes:
    own = takewhile(lambda s: s.name != "SOS", segments)
    beside = (tag for s in own if s.name == "APP1/XMP" for tag in jpeg_tags.tags(reader, s))
    block = lone_exif.write(lone_exif.kept(_exif(reader, segments), policy, beside))
    if not block:
        return Bytes(b"", "APP1/Exif")
    return _marked(0xE1, _EXIF_PREFIX + block, "APP1/Exif")


def _marked(marker: int, payload: bytes, name: str) -> Bytes:
    return Bytes(bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload, name)


class _Second(NamedTuple):
    """A gain map, cleaned."""

    pieces: list[Piece]
    iso: bool  # whether it says its numbers by ISO 21496-1
    xmp: bool


def _gain_map(reader: Reader, segments: Sequence[Segment], policy: Policy) -> _Second | None:
    """The first gain map behind the picture, with its numbers and nothing else; None if none can be kept."""
    own = [s for s in segments if s.name.startswith(jpeg_tags.GAIN_MAP)]
    start = next((s.start for s in own), 0)
    stop = next((s.stop for s in own if s.name.endswith("/EOI")), 0)
    told = jpeg_gain.read(reader, start, stop) if start < stop else None
    if not told:
        return None
    inner = nested.Within(reader, start, stop)
    found = Walk(inner, 0).found
    try:
        jpeg_tables.check(inner, jpeg_frame.shown(inner, found))
    except FormatError:
        return None
    extra = [_marked(0xE1, jpeg_gain.XMP + told.xmp, "APP1/XMP")] if told.xmp else []
    extra += [_marked(0xE2, jpeg_gain.ISO + told.iso, "APP2/GainMap")] if told.iso else []
    pieces = _pieces(inner, found, Policy(policy.keep & {Keep.ICC}), extra)
    moved = [Copy(p.start + start, p.stop + start) if isinstance(p, Copy) else p for p in pieces]
    return _Second(moved, bool(told.iso), bool(told.xmp))


def _with(reader: Reader, segments: Sequence[Segment], policy: Policy, gain: _Second) -> Iterator[Piece]:
    """The picture, and the gain map behind it: where it is and how long stands in the XMP and in the MPF index."""
    length = nested.length(gain.pieces)
    extra = [_marked(0xE1, jpeg_gain.XMP + jpeg_gain.directory(length), "APP1/XMP")] if gain.xmp else []
    extra += [_marked(0xE2, jpeg_gain.ISO + bytes(4), "APP2/GainMap")] if gain.iso else []
    index = Bytes(bytes(jpeg_gain.MPF_LENGTH), "APP2/MPF")
    pieces = list(_pieces(reader, segments, policy, [*extra, index]))
    at = next(n for n, piece in enumerate(pieces) if piece is index)
    whole = nested.length(pieces)
    pieces[at] = Bytes(jpeg_gain.index(whole, length, nested.length(pieces[:at])), "APP2/MPF")
    yield from pieces
    yield from gain.pieces


def _pieces(
    reader: Reader, segments: Sequence[Segment], policy: Policy, extra: Sequence[Bytes] = ()
) -> Iterator[Piece]:
    """SOI, the JFIF header if it is the first thing kept, the lone Exif block, `extra`, the rest."""
    kept = _kept(reader, segments, policy)
    first_name, first = next(kept)
    second_name, second = next(kept)
    lone = _lone(reader, segments, policy)
    jfif_first = first_name == "SOI" and second_name == "APP0/JFIF"
    yield first
    yield from (second, lone, *extra) if jfif_first else (lone, *extra, second)
    for _, piece in kept:
        yield piece


def _kept(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[tuple[str, Piece]]:
    first_scan = next(s.start for s in segments if s.name == "SOS")
    adobe = [s for s in segments if s.name == "APP14/Adobe" and s.start < first_scan and _long(s, 12)]
    profile = _profile(reader, segments, first_scan) if Keep.ICC in policy.keep else []
    jfif = [s for s in segments if s.name == "APP0/JFIF" and s.start < first_scan and _long(s, 14)]
    shown = jpeg_frame.shown(reader, segments)
    frame = jpeg_frame.Frame(reader, shown)
    for segment in segments:
        name = segment.name
        if name in {"SOI", "EOI"} or segment in profile:
            yield name, Copy(segment.start, segment.stop)
        elif segment in jfif[:1]:
            yield name, Bytes(_jfif(reader.read(segment.start, 18)), name)
        elif segment in adobe[-1:]:
            yield name, Bytes(_adobe(reader.read(segment.start + 4, 12)), name)
        elif segment.stop <= shown[-1].stop and (piece := frame.piece(segment)):
            yield name, piece
    cut = segments[-1] is shown[-1] and shown[-1].name == "scan"
    if not cut and all(s.name != "EOI" for s in segments):
        yield "EOI", Bytes(b"\xff\xd9", "EOI")


def _profile(reader: Reader, segments: Sequence[Segment], first_scan: int) -> list[Segment]:
    """The pieces of the colour profile, if it is one and each piece is there once (ICC.1:2022, B.4)."""
    pieces = [s for s in segments if s.name == "APP2/ICC" and s.start < first_scan]
    heads = [reader.read(s.start + 16, 2 + icc.HEAD) for s in pieces]
    numbers = sorted(head[0] for head in heads if len(head) > 2 and head[1] == len(pieces))
    whole = numbers == list(range(1, len(pieces) + 1))
    return pieces if whole and any(h[0] == 1 and icc.is_profile(h[2:]) for h in heads) else []


def _long(segment: Segment, payload: int) -> bool:
    return segment.stop - segment.start - 4 >= payload


def _jfif(raw: bytes) -> bytes:
    """The header without its thumbnail and what follows it (JFIF 1.02, page 5): 16 bytes, the last two the thumbnail's size.

    Of the version and the unit only what there is; a unit that is none leaves a shape of pixels, as unit 0 does.
    """
    version = raw[9:11] if raw[9:11] in {b"\1\0", b"\1\1", b"\1\2"} else b"\1\2"
    unit = raw[11:12] if raw[11] <= 2 else b"\0"
    return b"\xff\xe0\0\x10JFIF\0" + version + unit + raw[12:16] + b"\0\0"


def _adobe(payload: bytes) -> bytes:
    """Adobe technote 5116, page 23: version 100, flags, and the transform, which alone says how colours are coded: 0 to 2."""
    return b"\xff\xee\0\x0eAdobe\0\x64" + bytes(4) + bytes((min(payload[11], 2),))


WALKER: Final = Jpeg()
