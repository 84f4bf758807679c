"""JPEG (ITU-T T.81, JFIF 1.02): what its segments say, and what of them a picture needs."""

from __future__ import annotations

import struct
from math import gcd
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import (
    exif,
    icc,
    jpeg_frame,
    jpeg_gain,
    jpeg_tables,
    jpeg_tags,
    jpeg_tail,
    lone_exif,
    nested,
    trailers,
)
from audit.formats.base import Bytes, Copy, FormatError, Keep, Piece, Policy, Segment
from audit.formats.jpeg_walk import Walk
from audit.formats.pieces import body, settle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.formats.base import Reader, Tag
    from audit.formats.jpeg_depth import Depth
    from audit.formats.jpeg_tables import Told

_EXIF_PREFIX: Final = b"Exif\0\0"
_FINEST: Final = 9600  # dots for each inch
_MOST_OF_A_SHAPE: Final = 4095
_ICC_PIECE: Final = 65519  # bytes of a profile that fit into a segment
_SOI: Final = Bytes(b"\xff\xd8", "SOI")
_EOI: Final = Bytes(b"\xff\xd9", "EOI")
_NONE: Final[Mapping[int, int]] = {}


class Jpeg:
    name = "JPEG"
    extensions = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")

    def sniff(self, head: bytes) -> bool:
        return head[:3] == b"\xff\xd8\xff"

    def segments(self, reader: Reader) -> Sequence[Segment]:
        return _segments(reader, scans=True)

    def rewalk(
        self, reader: Reader, proven: Sequence[Segment], before: Sequence[Segment] = ()
    ) -> Sequence[Segment]:
        """A scan that holds no marker (T.81, B.1.1.5) holds none where its bytes are copied either."""
        del before
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
        shown = _shown(reader, segments)
        gain = _gain_map(reader, segments, policy) if Keep.HDR in policy.keep else None
        return settle(reader, _whole(reader, segments, shown, policy, gain))


def _shown(reader: Reader, segments: Sequence[Segment]) -> Told:
    """The segments that make the picture. Raises FormatError for one that cannot be shown."""
    shown = jpeg_tables.told(reader, jpeg_frame.shown(reader, segments))
    jpeg_tables.check(reader, shown)
    return shown


def _segments(reader: Reader, *, scans: bool, proven: Mapping[int, int] = _NONE) -> list[Segment]:
    if reader.read(0, 2) != b"\xff\xd8":
        raise FormatError(0, "not a JPEG")
    walk = Walk(reader, 0, scans=scans, proven=proven)
    found = jpeg_tail.cut(reader, walk.found, proven) if scans else walk.found
    behind = _behind(reader, found, walk.at)
    if any(s.name == "trailer/JPEG" for s in behind) and jpeg_gain.declared(reader, found):
        behind = [part for segment in behind for part in _told_apart(reader, segment, proven)]
    return [*found, *behind]


def _behind(reader: Reader, found: Sequence[Segment], at: int) -> list[Segment]:
    if at < reader.size and any(s.name in {"APP1/XMP", "APP1/XMP-ext"} for s in found):
        from audit.formats import jpeg_dynamic

        if told := jpeg_dynamic.segments(reader, found, at):
            return told
    return trailers.segments(reader, at)


def _told_apart(reader: Reader, segment: Segment, proven: Mapping[int, int]) -> list[Segment]:
    """The segments of a gain map under names of their own; what is none stays whole."""
    if segment.name != "trailer/JPEG" or not jpeg_gain.read(reader, segment.start, segment.stop):
        return [segment]
    found = jpeg_tail.cut(reader, Walk(reader, segment.start, proven=proven).found, proven)
    return [part._replace(name=jpeg_tags.GAIN_MAP + part.name) for part in found]


def _exif(reader: Reader, segments: Sequence[Segment]) -> bytes:
    """The first Exif block before the picture, the one viewers honour, without its prefix; empty if there is none."""
    first = next((s for s in segments if s.name in {"APP1/Exif", "SOS"}), None)
    return body(reader, first.start + 10, first.stop) if first and first.name == "APP1/Exif" else b""


def _lone(reader: Reader, before: Sequence[Segment], policy: Policy) -> list[Bytes]:
    """None or one, by what the segments before the picture say."""
    beside = (tag for s in before if s.name == "APP1/XMP" for tag in jpeg_tags.tags(reader, s))
    block = lone_exif.write(lone_exif.kept(_exif(reader, before), policy, beside))
    return [_marked(0xE1, _EXIF_PREFIX + block, "APP1/Exif")] if block else []


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
    found = [
        Segment(s.start - start, s.stop - start, s.name.removeprefix(jpeg_tags.GAIN_MAP), s.role)
        for s in own
        if s.stop <= stop
    ]
    try:
        shown = _shown(inner, found)
    except FormatError:
        return None
    extra = [_marked(0xE1, jpeg_gain.XMP + told.xmp, "APP1/XMP")] if told.xmp else []
    extra += [_marked(0xE2, jpeg_gain.ISO + told.iso, "APP2/GainMap")] if told.iso else []
    pieces = _pieces(inner, found, shown, Policy(policy.keep & {Keep.ICC}), extra)
    moved = [Copy(p.start + start, p.stop + start) if isinstance(p, Copy) else p for p in pieces]
    return _Second(moved, bool(told.iso), bool(told.xmp))


def _whole(
    reader: Reader,
    segments: Sequence[Segment],
    shown: Told,
    policy: Policy,
    gain: _Second | None,
) -> Sequence[Piece]:
    """The picture; its depth in XMP; the gain map behind it: where it is and how long stands in XMP and in the MPF index.

    Depth may stand behind it too, but not beside a gain map: each list of what follows knows only its own.
    """
    depth = _depth(reader, segments) if Keep.DEPTH in policy.keep else None
    length = nested.length(gain.pieces) if gain else 0
    extra: list[Bytes] = []
    if depth or (gain and gain.xmp):
        words = depth.attributes if depth else ""
        said = jpeg_gain.directory(length, words) if gain and gain.xmp else jpeg_gain.packet(words, "")
        extra = [_marked(0xE1, jpeg_gain.XMP + said, "APP1/XMP")]
        extra += [_marked(0xE1, part, "APP1/XMP-ext") for part in depth.segments] if depth else []
    if not gain:
        pieces = _pieces(reader, segments, shown, policy, extra)
        return [*pieces, Bytes(depth.behind, jpeg_tags.DEPTH)] if depth and depth.behind else pieces
    if depth and depth.behind:
        start = next(s.start for s in segments if s.name == jpeg_tags.DEPTH)
        raise FormatError(start, "a depth picture of a kind that cannot be kept")
    extra += [_marked(0xE2, jpeg_gain.ISO + bytes(4), "APP2/GainMap")] if gain.iso else []
    index = Bytes(bytes(jpeg_gain.MPF_LENGTH), "APP2/MPF")
    pieces = _pieces(reader, segments, shown, policy, [*extra, index])
    at = next(n for n, piece in enumerate(pieces) if piece is index)
    whole = nested.length(pieces)
    pieces[at] = Bytes(jpeg_gain.index(whole, length, nested.length(pieces[:at])), "APP2/MPF")
    return [*pieces, *gain.pieces]


def _depth(reader: Reader, segments: Sequence[Segment]) -> Depth | None:
    """What the picture, or what stands behind it, says of depth. Raises FormatError if it cannot be kept."""
    from audit.formats import jpeg_depth, jpeg_dynamic

    return jpeg_dynamic.read(reader, segments, WALKER) or jpeg_depth.read(reader, segments, WALKER)


def _pieces(
    reader: Reader,
    segments: Sequence[Segment],
    shown: Told,
    policy: Policy,
    extra: Sequence[Bytes] = (),
) -> list[Piece]:
    """SOI, the JFIF header, the lone Exif block, `extra`, Adobe's segment, the profile, the rest: one order for all."""
    before = segments[: next(place for place, s in enumerate(segments) if s.name == "SOS")]
    jfif = _long(before, "APP0/JFIF", 14)[:1]
    adobe = [_adobe(reader.read(s.start + 4, 12)) for s in _long(before, "APP14/Adobe", 12)[-1:]]
    pieces: list[Piece] = [
        _SOI,
        *[Bytes(_jfif(reader.read(s.start, 18)), s.name) for s in jfif],
        *_lone(reader, before, policy),
        *extra,
        *[Bytes(s, "APP14/Adobe") for s in adobe if not (jfif and _told_twice(reader, segments, s))],
    ]
    if Keep.ICC in policy.keep:
        pieces += _profile(reader, before)
    pieces += jpeg_frame.Frame(shown).pieces()
    last = shown.segments[-1]
    if not (segments[-1] is last and last.name == "scan"):
        pieces.append(_EOI)
    return pieces


def _told_twice(reader: Reader, segments: Sequence[Segment], adobe: bytes) -> bool:
    """Whether Adobe's segment says of colours what a JFIF header says (JFIF 1.02, page 3): grey, or YCbCr."""
    frame = next(s for s in segments if s.name.startswith("SOF"))
    return (reader.read(frame.start + 9, 1)[0], adobe[-1]) in {(1, 0), (3, 1)}


def _long(segments: Sequence[Segment], name: str, payload: int) -> list[Segment]:
    """Those of a name that are long enough."""
    return [s for s in segments if s.name == name and s.stop - s.start - 4 >= payload]


def _profile(reader: Reader, before: Sequence[Segment]) -> Iterator[Piece]:
    """The pieces of the colour profile, if it is one and each piece is there once (ICC.1:2022, B.4), in order.

    All but the last are equally long: others are cut anew.
    """
    pieces = [s for s in before if s.name == "APP2/ICC"]
    if not pieces:
        return
    heads = {segment: reader.read(segment.start + 16, 2 + icc.HEAD) for segment in pieces}
    pieces.sort(key=lambda segment: heads[segment][:1])
    numbers = [head[0] for head in map(heads.__getitem__, pieces) if len(head) > 2 and head[1] == len(pieces)]
    whole = numbers == list(range(1, len(pieces) + 1))
    if not whole or not icc.is_profile(heads[pieces[0]][2:]):
        return
    sizes = [segment.stop - segment.start for segment in pieces]
    if set(sizes[:-1]) <= {sizes[0]} and sizes[-1] <= sizes[0]:
        yield from (Copy(segment.start, segment.stop) for segment in pieces)
        return
    data = b"".join(reader.read(s.start + 18, s.stop - s.start - 18) for s in pieces)
    parts = [data[at : at + _ICC_PIECE] for at in range(0, len(data), _ICC_PIECE)]
    for number, part in enumerate(parts, 1):
        yield _marked(0xE2, b"ICC_PROFILE\0" + bytes((number, len(parts))) + part, "APP2/ICC")


def _jfif(raw: bytes) -> bytes:
    """The header without its thumbnail and what follows it (JFIF 1.02, page 5): 16 bytes, the last two the thumbnail's size.

    Version 1.01 has all that is left of it. A density that none has leaves a shape of pixels, as unit 0 does: a small fraction.
    """
    across, down = int.from_bytes(raw[12:14], "big"), int.from_bytes(raw[14:16], "big")
    unit = raw[11] if raw[11] <= 2 and min(across, down) > 0 and max(across, down) <= _FINEST else 0
    common = 1 if unit else gcd(across, down) or 1
    across, down = across // common, down // common
    if not unit and not 0 < min(across, down) <= max(across, down) <= _MOST_OF_A_SHAPE:
        across = down = 1
    return b"\xff\xe0\0\x10JFIF\0\1\1" + struct.pack(">BHHxx", unit, across, down)


def _adobe(payload: bytes) -> bytes:
    """Adobe technote 5116, page 23: version 100, flags, and the transform, which alone says how colours are coded: 0 to 2."""
    return b"\xff\xee\0\x0eAdobe\0\x64" + bytes(4) + bytes((min(payload[11], 2),))


WALKER: Final = Jpeg()
