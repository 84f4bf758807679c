"""What hides behind the last coded block of a JPEG's scan, before the marker that ends it.

Only following the codes tells where that block ends. That takes far longer than scrubbing, so it is done for small pictures, and where
a scan ends with what coded data hardly ever holds.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from audit.formats import jpeg_rows
from audit.formats.base import Role, Segment
from audit.formats.jpeg_entropy import Scan, end, frame
from audit.formats.jpeg_frame import shown
from audit.formats.jpeg_tables import FRAMES, STRUCTURE, fits, tables
from audit.formats.jpeg_walk import BEHIND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.formats.base import Reader
    from audit.formats.jpeg_entropy import Frame, Masks
    from audit.formats.jpeg_tables import Payloads

_NONE: Final[Mapping[int, int]] = {}

TAIL: Final = 2048  # bytes at the end of a scan that are looked at
FEW: Final = 1 << 12  # blocks of a picture that is always followed, if it has no more than so many bytes:
SMALL: Final = 2048
MOST_BLOCKS: Final = 1 << 21  # of a picture that is followed, and four times as many in all of its scans
MOST_BYTES: Final = 1 << 26  # of a scan that is followed
_FULLEST: Final = 160  # bytes of a block: 64 values with codes of ten bits; nothing comes near it
_READ: Final = 1 << 18  # bytes
_CODED: Final = frozenset({"scan", "junk", "fill"})

# Of 548 honest JPEGs one is suspected by all of these together.
_ENDS: Final = (b"PK\5\6", b"IEND")  # how a zip and a PNG end, near their last byte
_NEAR: Final = 64
_FILM: Final = b"moov"  # what often stands last in an MP4
_KINDS: Final = bytes(  # what text is made of becomes p, zero z
    112 if (n < 128 and chr(n).isalnum()) or n in b" .,:;-_/=\n\r\"'<>@+" else 122 if not n else 0
    for n in range(256)
)
_LETTERS: Final = 11
_DIFFERENT: Final = 7  # of them: even parts of a picture repeat few
_LAST_TEXT: Final = b"p" * 6
_WIDE_TEXT: Final = b"pz" * 5
_LAST_EQUAL: Final = 8


class Which(Enum):
    """The scans that are followed."""

    EVERY = "every"
    SMALL = "small"  # those of small pictures, and those that are suspicious
    SUSPICIOUS = "suspicious"


def cut(
    reader: Reader,
    found: Sequence[Segment],
    proven: Mapping[int, int] = _NONE,
    *,
    before: Payloads = (),
    which: Which = Which.SMALL,
) -> Sequence[Segment]:
    """The segments of a picture, with what hides behind its scans told apart. Scans that are proven hide nothing.

    `before` are tables that stand elsewhere, `which` the scans that are followed.
    """
    picture = shown(reader, found)
    frame = next((segment for segment in picture if segment.name in FRAMES), None)
    if frame is None:
        return found
    blocks = _blocks(reader.read(frame.start + 5, 64))
    scans = list(_scans(picture))
    if max(blocks, blocks * len(scans) >> 2) > MOST_BLOCKS:
        return found
    stops: dict[int, int] = {}  # where each part of a scan really ends, by its start
    followed, coded = None, 0
    more: bool | None = None  # whether there may be more rows than are shown; None as long as nobody asked
    for header, parts in scans:
        size = sum([part.stop - part.start for part in parts])
        small = which is Which.SMALL and blocks <= FEW and coded + size <= SMALL
        wanted = small or which is Which.EVERY
        known = bool(proven) and all(part.start in proven for part in parts)
        if not known and more is None:
            more = which is Which.SMALL and jpeg_rows.likely(reader, picture, frame)
        if not known and (wanted or more or suspicious(reader, parts, blocks)):
            followed = followed or _Followed(reader, picture, before)
            needed = followed.end(header)
            if needed is not None:
                stops |= _stops(parts, needed)
                size = needed
        coded += size
    return [piece for segment in found for piece in _split(segment, stops)] if stops else found


def _stops(parts: Sequence[Segment], size: int) -> Iterator[tuple[int, int]]:
    """Where the parts end that together have so many bytes, each by its start."""
    for part in parts:
        stop = min(part.stop, part.start + size)
        yield part.start, stop
        size -= stop - part.start


def _split(segment: Segment, stops: Mapping[int, int]) -> Iterator[Segment]:
    stop = stops.get(segment.start, segment.stop)
    if stop > segment.start:
        yield segment._replace(stop=stop)
    if stop < segment.stop:
        yield Segment(stop, segment.stop, BEHIND, Role.ORPHAN)


def _scans(found: Sequence[Segment]) -> Iterator[tuple[int, list[Segment]]]:
    """The place of each scan header, and the parts of its data: what is no marker may stand between restarts."""
    place, parts = 0, []
    for number, segment in enumerate(found):
        if segment.name == "scan":
            parts.append(segment)
        elif segment.name not in _CODED:
            if parts:
                yield place, parts
            place, parts = number, []
    if parts:
        yield place, parts


def _blocks(payload: bytes) -> int:
    """About how many blocks a frame header tells of; none if it breaks off."""
    if len(payload) < 5:
        return 0
    height, width = int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")
    sampled = [(both >> 4) * (both & 15) for both in payload[6::3][: payload[4]]]
    most = max(sampled, default=1) or 1
    return -(-width // 8) * -(-height // 8) * sum(sampled) // most


def suspicious(reader: Reader, parts: Sequence[Segment], blocks: int) -> bool:
    """Whether a scan has more bytes than its blocks can, or ends with what coded data hardly ever holds."""
    tail, size = b"", 0
    for part in reversed(parts):
        missing = TAIL - len(tail)
        if missing:
            tail = (
                reader.read(max(part.start, part.stop - missing), min(missing, part.stop - part.start)) + tail
            )
        size += part.stop - part.start
    return size > _most(blocks) or odd(tail)


def most(frame_header: bytes) -> int:
    """How many bytes a scan can have at most, by the payload of its frame header."""
    return _most(_blocks(frame_header[1:]))


def _most(blocks: int) -> int:
    return _FULLEST * blocks + TAIL


def odd(tail: bytes) -> bool:
    """Whether the last bytes of a scan are what coded data hardly ever holds: text, padding, the end of another file."""
    padded = tail.endswith(tail[-1:] * _LAST_EQUAL)
    texted = tail[-len(_LAST_TEXT) :].translate(_KINDS) == _LAST_TEXT
    return padded or texted or worded(tail, _LETTERS, _DIFFERENT)


def worded(tail: bytes, least: int, different: int) -> bool:
    """Whether they hold text of so many bytes, so many of them different, or the end of another file."""
    kinds, near = tail.translate(_KINDS), tail[-_NEAR:]
    if _WIDE_TEXT in kinds or _FILM in tail or _ENDS[0] in near or _ENDS[1] in near:
        return True
    letters = b"p" * least
    at = kinds.find(letters)
    while at >= 0:
        stop = len(kinds) - len(kinds[at:].lstrip(b"p"))
        if len(set(tail[at:stop])) >= different:
            return True
        at = kinds.find(letters, stop)
    return False


class _Followed:
    """A picture whose codes are followed."""

    def __init__(self, reader: Reader, found: Sequence[Segment], before: Payloads) -> None:
        self._reader = reader
        self._found = found
        self._data = dict(_scans(found))
        self._at = 0
        self._frame: Frame | None = None
        self._tables: dict[int, bytes] = {}
        self._interval = 0
        self._waiting: dict[int, Scan] = {}  # scans that tell what is not zero, by the place of their header
        self._masks: dict[int, Masks] = {}
        self._lost: set[tuple[int, ...]] = set()  # the components of scans that could not be followed
        for name, body in before:
            self._define(name, body)

    def end(self, header: int) -> int | None:
        """How many bytes of the data of the scan whose header stands there are needed; None if that cannot be told."""
        scan = self._read(header)
        if self._frame is None or scan is None:
            return None
        if scan.first and scan.high:
            for place, other in list(self._waiting.items()):
                if place < header and other.components == scan.components:
                    self._end(self._frame, place, other)
            if scan.components in self._lost:
                return None
        return self._end(self._frame, header, scan)

    def _end(self, frame: Frame, header: int, scan: Scan) -> int | None:
        self._waiting.pop(header, None)
        parts = self._data.get(header, [])
        small = sum(part.stop - part.start for part in parts) <= MOST_BYTES
        data = b"".join(
            self._reader.read(at, min(_READ, part.stop - at))
            for part in (parts if small else [])
            for at in range(part.start, part.stop, _READ)
        )
        found = end(frame, scan, data, self._masks)
        if found is None:
            self._lost.add(scan.components)
        return found

    def _read(self, header: int) -> Scan | None:
        """Go on to a scan header, by way of the tables before it. None if one of them is broken."""
        scan = None
        while self._at <= header:
            segment = self._found[self._at]
            body = (
                self._reader.read(segment.start + 4, segment.stop - segment.start - 4)
                if segment.name in STRUCTURE
                else b""
            )
            if segment.name in STRUCTURE and not fits(segment.name, body):
                return None
            if segment.name in FRAMES:
                if (
                    self._frame is not None
                ):  # one picture has one (B.2.1): what is known of the first is not the second's
                    return None
                self._frame = frame(int(segment.name[3:]), body)
            elif segment.name == "SOS":
                scan = self._scan(body)
                if scan.first:
                    self._waiting[self._at] = scan
            else:
                self._define(segment.name, body)
            self._at += 1
        return scan

    def _define(self, name: str, body: bytes) -> None:
        if name == "DHT":
            self._tables |= {number: data[1:] for number, data in tables("DHT", body)}
        elif name == "DRI":
            self._interval = int.from_bytes(body, "big")

    def _scan(self, body: bytes) -> Scan:
        numbers, first, last, both = body[2:-3:2], *body[-3:]
        direct = tuple(self._tables.get(number >> 4, b"") for number in numbers)
        alternating = tuple(self._tables.get(0x10 | number & 15, b"") for number in numbers)
        return Scan(tuple(body[1:-3:2]), direct, alternating, first, last, both >> 4, self._interval)
