"""What of a JPEG's tables, headers and scans its picture is made of (ITU-T T.81, annexes B and G; the order as libjpeg reads it).

Viewers skip a table that is defined again before a scan uses it, a scan behind the one that made the picture complete,
and fields that mean nothing in a picture of this kind: all of them are room to hide something, so none of them stays.
How tables are ordered and put together tells who wrote the file: in a file of its own each stands by itself, where libjpeg puts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Bytes, Copy, FormatError
from audit.formats.jpeg_tables import FRAMES, remembered, tables
from audit.formats.jpeg_walk import BEHIND
from audit.formats.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Reader, Segment
    from audit.formats.jpeg_tables import Payloads, Told

_PROGRESSIVE: Final = frozenset({"SOF2", "SOF10"})
_LOSSLESS: Final = frozenset({"SOF3", "SOF11"})
_ARITHMETIC: Final = frozenset({"SOF9", "SOF10", "SOF11"})
_MARKERS: Final = {"DQT": 0xDB, "DHT": 0xC4, "DAC": 0xCC, "DRI": 0xDD}
_CODED: Final = frozenset({"scan", "junk", "fill", BEHIND})  # a scan, and what was put into it
_USUAL: Final = (
    b"\1",
    b"\1\2\3",
    b"\1\2\3\4",
    b"\0\1\2",
    b"\0\1\2\3",
    b"RGB",
    b"rgb",
    b"\1\x22\x23",
    b"CMYK",
)

Key = tuple[str, int]  # the kind of table, and its class and number as they are written: T.81, B.2.4


class Component(NamedTuple):
    name: int
    sampling: int
    quantizer: int


class Scan(NamedTuple):
    """A scan header (B.2.3), its components by their place in the frame."""

    components: tuple[int, ...]
    tables: tuple[int, ...]  # for each component: the number of its DC table, times 16, and of its AC table
    first: int
    last: int
    high: int
    low: int


class _Written(NamedTuple):
    """What stands in place of each segment."""

    found: tuple[Bytes | None, ...]  # what is left of it
    ordered: tuple[tuple[Bytes, ...], ...]  # headers only, each behind the tables that it needs
    lacking: bool  # whether a scan uses a table that is not there
    same: bool  # whether what is ordered is what stands there


class _Table:
    """One definition. It is needed once a scan uses it."""

    __slots__ = ("data", "used")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.used = False


def shown(reader: Reader, segments: Sequence[Segment]) -> Sequence[Segment]:
    """The segments up to the one that makes the picture complete: all of it in one scan, then viewers look no further.

    A picture in many scans, as every progressive one is, is complete where it ends.
    """
    names = [segment.name for segment in segments]
    frame = next((segment for segment in segments if segment.name in FRAMES), None)
    if frame is None or "SOS" not in names or frame.name in _PROGRESSIVE:
        return segments
    at = names.index("SOS")
    head = reader.read(frame.start + 5, 5)
    if reader.read(segments[at].start + 4, 1) != head[4:]:
        return segments
    stop = next((n for n, name in enumerate(names[at + 1 :], at + 1) if name not in _CODED), len(segments))
    lines = stop < len(segments) and names[stop] == "DNL" and head[:2] == b"\0\0"
    return segments[: stop + lines]


class Frame:
    """What stays of the tables, headers and scans of one picture."""

    def __init__(self, picture: Told, before: Payloads = ()) -> None:
        """`before` are tables that stand elsewhere. Raises FormatError for scans that cannot be meant."""
        try:
            self._written = _written((*before, *picture.payloads))
        except FormatError as error:
            raise FormatError(picture.structure[error.offset - len(before)].start, error.why) from None
        self._segments = picture.segments
        self._same = self._written.same and not before
        self._places = {s.start: place for place, s in enumerate(picture.structure, len(before))}
        self.lacking = self._written.lacking
        self.before = self._written.found[: len(before)]

    def piece(self, segment: Segment) -> Piece | None:
        """What of a segment stays, if anything does."""
        if segment.name == "scan":
            return Copy(segment.start, segment.stop)
        place = self._places.get(segment.start)
        return None if place is None else self._written.found[place]

    def pieces(self) -> Sequence[Piece]:
        """The picture, where tables stand before the header that needs them."""
        if self._same:
            return joined([s for s in self._segments if s.name == "scan" or s.start in self._places])
        found: list[Piece] = []
        for segment in self._segments:
            if segment.name == "scan":
                found.append(Copy(segment.start, segment.stop))
            elif segment.start in self._places:
                found += self._written.ordered[self._places[segment.start]]
        return found


@remembered
def _written(payloads: Payloads) -> _Written:
    """What each of the segments becomes. The offset of a FormatError is a place in the list."""
    return _Read(payloads).written()


class _Read:
    """The segments in the order they stand in, each called by its place in the list."""

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._most = dict(_intervals(payloads))
        self._kind = ""
        self._height = 1
        self._names = b""
        self._components: list[Component] = []
        self._current: dict[Key, _Table] = {}
        self._tables: dict[int, list[_Table]] = {}
        self._headers: dict[int, bytes] = {}
        self._frame = 0
        self._quantizers: dict[
            Key, bytes
        ] = {}  # the first of each number, which stand before the frame header
        self._ahead: dict[int, dict[Key, bytes]] = {}  # tables before each scan header
        self._latched: set[int] = set()  # components whose quantizer is settled, by their first scan
        self._coded: dict[tuple[int, int], int] = {}  # bits still to come, by component and coefficient
        self._standing: dict[Key, bytes] = {("DRI", 0): b"\0\0"}
        self._lacking = lines = False
        self._baseline = False  # whether all that a frame of SOF1 has could stand in one of SOF0
        for place, (name, payload) in enumerate(payloads):
            if name in FRAMES:
                self._begin(place, name, payload)
            elif name == "SOS":
                self._scan(place, payload)
            elif name != "DNL":
                self._define(place, name, payload)
            elif not self._height and not lines:
                lines = True
                self._headers[place] = _segment(0xDC, payload)

    def written(self) -> _Written:
        names = [name for name, _ in self._payloads]
        found = tuple(self._piece(place, name) for place, name in enumerate(names))
        ordered = tuple(
            (*self._before(place), self._header(place, name)) if place in self._headers else ()
            for place, name in enumerate(names)
        )
        whole = [(piece.name, piece.data[4:]) for pieces in ordered for piece in pieces]
        return _Written(found, ordered, self._lacking, whole == list(self._payloads))

    def _header(self, place: int, name: str) -> Bytes:
        """SOF0 where it will do (B.2.2, table B.2)."""
        data = self._headers[place]
        usual = name == "SOF1" and self._baseline
        return Bytes(b"\xff\xc0" + data[2:], "SOF0") if usual else Bytes(data, name)

    def _before(self, place: int) -> Iterator[Bytes]:
        """One table in each segment, but all conditions of arithmetic coding in one, DC before AC."""
        if place == self._frame:
            for (name, _), data in sorted(self._quantizers.items()):
                yield Bytes(_segment(_MARKERS[name], data), name)
        ahead = self._ahead.get(place, {})
        conditions = sorted(
            (number & 15, number, data) for (name, number), data in ahead.items() if name == "DAC"
        )
        if conditions:
            yield Bytes(_segment(_MARKERS["DAC"], b"".join(data for *_, data in conditions)), "DAC")
        for (name, _), data in ahead.items():
            if name != "DAC":
                yield Bytes(_segment(_MARKERS[name], data), name)

    def _piece(self, place: int, name: str) -> Bytes | None:
        if place in self._headers:
            return self._header(place, name)
        body = b"".join(table.data for table in self._tables.get(place, ()) if table.used)
        return Bytes(_segment(_MARKERS[name], body), name) if body else None

    def _begin(self, place: int, name: str, payload: bytes) -> None:
        """B.2.2. A lossless picture has no quantization, and names that nobody knows are numbered."""
        self._kind, self._frame = name, place
        self._baseline = payload[0] == 8
        self._height = payload[1] << 8 | payload[2]
        lossless = self._kind in _LOSSLESS
        for called, sampling, quantizer in zip(payload[6::3], payload[7::3], payload[8::3], strict=True):
            self._components.append(Component(called, sampling, 0 if lossless else quantizer))
        names = bytes(component.name for component in self._components)
        self._names = names if names in _USUAL else bytes(range(1, len(names) + 1))
        body = b"".join(
            bytes((n, c.sampling, c.quantizer)) for n, c in zip(self._names, self._components, strict=True)
        )
        self._headers[place] = _segment(0xC0 + int(self._kind[3:]), payload[:6] + body)

    def _define(self, place: int, name: str, payload: bytes) -> None:
        found = self._tables[place] = []
        if name == "DRI" and place in self._most:
            payload = min(payload, self._most[place].to_bytes(2, "big"))
        for number, data in tables(name, payload):
            self._current[name, number] = _Table(data)
            found.append(self._current[name, number])

    def _use(self, place: int, name: str, number: int) -> None:
        """What the last scan that used it had under this number stands still, whatever was defined in between."""
        table = self._current.get((name, number))
        self._lacking |= table is None and name in {"DQT", "DHT"}
        self._baseline &= name != "DQT" or (table is not None and table.data[0] < 16)
        if table and name == "DHT" and len(set(table.data[17:])) + 17 < len(table.data):
            raise FormatError(place, "a table that no encoder writes")
        if table and self._standing.get((name, number)) != table.data:
            table.used = True
            self._standing[name, number] = table.data
            first = name == "DQT" and (name, number) not in self._quantizers
            (self._quantizers if first else self._ahead.setdefault(place, {}))[name, number] = table.data

    def _scan(self, place: int, payload: bytes) -> None:
        scan = self._parsed(place, payload)
        self._progress(place, scan)
        for component in scan.components:
            if component not in self._latched and self._kind not in _LOSSLESS:
                self._latched.add(component)
                self._use(place, "DQT", self._components[component].quantizer)
        self._baseline &= not any(both & 0xEE for both in scan.tables)
        coding = "DAC" if self._kind in _ARITHMETIC else "DHT"
        for both in scan.tables:
            if self._direct(scan):
                self._use(place, coding, both >> 4)
            if self._alternating(scan):
                self._use(place, coding, 0x10 | both & 15)
        self._use(place, "DRI", 0)
        self._headers[place] = self._scan_header(scan)

    def _direct(self, scan: Scan) -> bool:
        """Whether it needs tables for the first coefficient: bits that refine it are coded without (G.1.2.1)."""
        return self._kind not in _PROGRESSIVE or (not scan.first and not scan.high)

    def _alternating(self, scan: Scan) -> bool:
        return self._kind not in _LOSSLESS and (self._kind not in _PROGRESSIVE or scan.first > 0)

    def _parsed(self, place: int, payload: bytes) -> Scan:
        """B.2.3, with the values that a picture of this kind has (table B.3): others are ignored by viewers."""
        free = dict(enumerate(component.name for component in self._components))
        components: list[int] = []
        for name in payload[1:-3:2]:
            found = next((n for n, other in free.items() if other == name), None)
            if found is None:
                raise FormatError(place, "a scan of what is not in the picture")
            del free[found]
            components.append(found)
        first, last, both = payload[-3:]
        if self._kind in _LOSSLESS:
            return Scan(tuple(components), tuple(payload[2:-3:2]), first, 0, 0, both & 15)
        if self._kind not in _PROGRESSIVE:
            return Scan(tuple(components), tuple(payload[2:-3:2]), 0, 63, 0, 0)
        return Scan(tuple(components), tuple(payload[2:-3:2]), first, last, both >> 4, both & 15)

    def _progress(self, place: int, scan: Scan) -> None:
        """Each scan tells of each coefficient what none before it told: its first bits, or further ones (G.1.1.1)."""
        for component in scan.components:
            for coefficient in range(scan.first, scan.last + 1) if self._kind not in _LOSSLESS else (0,):
                bits = self._coded.get((component, coefficient), 99)
                if bits <= scan.low or (bits < 99 and not scan.high):
                    raise FormatError(place, "a scan that tells again what another told")
                self._coded[component, coefficient] = scan.low

    def _scan_header(self, scan: Scan) -> bytes:
        keep = 0xF0 * self._direct(scan) | 0x0F * self._alternating(scan)
        parts = zip(scan.components, scan.tables, strict=True)
        body = b"".join(bytes((self._names[component], both & keep)) for component, both in parts)
        ends = bytes((scan.first, scan.last, scan.high << 4 | scan.low))
        return _segment(0xDA, bytes((len(scan.components),)) + body + ends)


def _intervals(payloads: Payloads) -> Iterator[tuple[int, int]]:
    """For restart intervals: units of the largest scan that one is for, by its place. More means no more than that (B.2.4.4)."""
    if not any(name == "DRI" and any(payload) for name, payload in payloads):
        return
    from audit.formats import jpeg_entropy

    frame, at, most = None, -1, 0
    for place, (name, payload) in enumerate((*payloads, ("DRI", b""))):
        if name in FRAMES:
            frame = jpeg_entropy.frame(int(name[3:]), payload)
        elif name == "SOS" and frame:
            parts = [frame.components[each] for each in payload[1:-3:2] if each in frame.components]
            single = len(parts) == 1
            most = max(most, parts[0].across * parts[0].down if single else frame.units)
        elif name == "DRI":
            if at >= 0 and 0 < most < 1 << 16:
                yield at, most
            at, most = place, 0


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload
