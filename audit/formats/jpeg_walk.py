"""Telling a JPEG's marker segments apart (ITU-T T.81, annex B), from its SOI to its EOI."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

try:
    from stringzilla import count as _count
except ImportError:  # a processor or system for which it is not built: everything is searched by `re`
    _count = None

from audit.formats.base import Role, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from audit.formats.base import Reader

MOST_SEGMENTS: Final = 4096  # of one picture: none comes near it
SCAN_WINDOW: Final = 1 << 18  # fits a processor's cache: searching 1 MiB windows takes a third longer

# T.81, B.1.1.5: in coded data FF 00 is a stuffed byte, FF D0 to FF D7 are restarts, and FF FF is fill.
_NEXT_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ANY_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_REAL_MARKER: Final = re.compile(rb"\xff[\xc0-\xfe]")  # table B.1: what is below is reserved

BEHIND: Final = "behind the scan"  # the name of what hides between its last coded block and the next marker
SOI, EOI, SOS, DNL, TEM, COM = 0xD8, 0xD9, 0xDA, 0xDC, 0x01, 0xFE

# T.81, table B.1. Hierarchical (DHP, EXP, the differential frames C5 to C7, CD to CF) and JPEG-LS pictures
# (F7, F8: other stuffing) are not read by ordinary viewers, nor here.
_STRUCTURE: Final = {
    0xC4: "DHT",
    0xCC: "DAC",
    0xDB: "DQT",
    0xDD: "DRI",
    SOS: "SOS",
    DNL: "DNL",
    **{0xC0 + n: f"SOF{n}" for n in (0, 1, 2, 3, 9, 10, 11)},
}

_TABLES: Final = {0xFF00 | marker: name for marker, name in _STRUCTURE.items() if marker not in {SOS, DNL}}
_NONE: Final[Mapping[int, int]] = {}

# The words an APPn segment begins with: JFIF 1.02; Exif 2.32, 4.5.4; XMP part 3, 1.1.3; ICC.1:2022, B.4;
# CIPA DC-007 (MPF); ISO 21496-1; ISO 19566-5, annex D (JP, for JUMBF); Photoshop 3.0; Adobe technote 5116.
_APP: Final = (
    (0xE0, b"JFIF\0", "APP0/JFIF"),
    (0xE0, b"JFXX\0", "APP0/JFXX"),
    (0xE1, b"Exif\0", "APP1/Exif"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0", "APP1/XMP"),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\0", "APP1/XMP-ext"),
    (0xE2, b"ICC_PROFILE\0", "APP2/ICC"),
    (0xE2, b"MPF\0", "APP2/MPF"),
    (0xE2, b"urn:iso:std:iso:ts:21496:-1\0", "APP2/GainMap"),
    (0xEB, b"JP", "APP11/JUMBF"),
    (0xED, b"Photoshop 3.0\0", "APP13/Photoshop"),
    (0xEE, b"Adobe", "APP14/Adobe"),
)
_WORDS: Final = {marker: [each[1:] for each in _APP if each[0] == marker] for marker, _, _ in _APP}
_NEEDED: Final = frozenset({"APP0/JFIF", "APP2/ICC", "APP14/Adobe"})
_APPLICATIONS: Final = frozenset(0xFF00 | marker for marker in (*range(0xE0, 0xF0), COM))
_HEAD: Final = (
    40  # bytes of a segment that tell what it is: marker, length, and the longest of the words above
)
_MARKER_AND_LENGTH: Final = struct.Struct(">HH").unpack_from
_AHEAD: Final = 4096  # bytes read at once while segments are told apart


def scan_end(reader: Reader, start: int, *, restarts: bool = True) -> int:
    """Where the coded data that begins at `start` meets the FF of its next marker; the end of the file if it meets none.

    A restart marker is a part of it only where a restart interval was given (B.1.1.5): without, libjpeg stops there.

    Bytes that hide behind a scan's last coded block and hold no marker are not told apart from it here: see `jpeg_tail`.
    """
    at = start
    pattern = _NEXT_MARKER if restarts else _ANY_MARKER
    while True:
        data = _held(reader, at) or reader.read(at, SCAN_WINDOW)
        match = None if len(data) == SCAN_WINDOW and _stuffed(data) else pattern.search(data)
        if match:
            return at + match.start()
        if len(data) < SCAN_WINDOW:
            return reader.size
        at += len(data) - (data[-1] == 0xFF)


def _stuffed(data: bytes | memoryview) -> bool:
    """Whether it is known at once that each FF has a 00 behind it: most of a picture of a camera. False may mean either."""
    return _count is not None and _count(data, b"\xff") == _count(data, b"\xff\0")


def _held(reader: Reader, at: int) -> memoryview | None:
    """The next window without copying it, from a reader that holds the file: `audit.media.FileReader.view`."""
    view: Callable[[int, int], memoryview | None] | None = getattr(reader, "view", None)
    return view(at, min(at + SCAN_WINDOW, reader.size)) if view else None


def _fill_start(reader: Reader, start: int, stop: int) -> int:
    """Where the run of FF fill bytes before the marker at `stop` begins, not before `start`."""
    at = stop
    while at > start:
        size = min(4096, at - start)
        kept = len(reader.read(at - size, size).rstrip(b"\xff"))
        at -= size - kept
        if kept:
            break
    return at


class Walk:
    """One walk from an SOI to its EOI. `at` is where it stopped, `found` what it met, `ended` whether there was an EOI.

    `proven` gives the stop of coded data, by its start, that is known to hold no marker.
    """

    def __init__(
        self, reader: Reader, start: int, *, scans: bool = True, proven: Mapping[int, int] = _NONE
    ) -> None:
        self.reader = reader
        self.size = reader.size
        self.scans = scans
        self.proven = proven
        self.scanned = False
        self.coding = False  # whether no other segment stands behind the last scan header
        self.ended = False
        self.found = [Segment(start, start + 2, "SOI", Role.STRUCTURE)]
        self.at = start + 2
        while self.at < self.size and not self.ended:
            self._step(self._ordinary())
            if len(self.found) > MOST_SEGMENTS and self.at < self.size:
                self._rest("unreadable")

    def _ordinary(self) -> bytes:
        """Tables, frame headers and the segments of applications in a row: nearly all of a picture's segments.

        Gives the first bytes of what follows them. Made without the constructor of Segment, which takes as long as all the rest.
        """
        at, found, new = self.at, self.found, tuple.__new__
        first, data = at, b""
        while True:
            here = at - first
            if here + _HEAD > len(data):
                first, here, data = at, 0, self.reader.read(at, _AHEAD)
            if len(data) - here < 4 or len(found) > MOST_SEGMENTS:
                break
            marker, length = _MARKER_AND_LENGTH(data, here)
            stop = at + 2 + length
            if length < 2 or stop > self.size:
                break
            if name := _TABLES.get(marker):
                role = Role.STRUCTURE
            elif marker in _APPLICATIONS:
                name, role = _application(
                    marker & 0xFF, data[here + 4 : min(here + 2 + length, here + _HEAD)]
                )
            else:
                break
            found.append(new(Segment, (at, stop, name, role)))
            at = stop
            self.coding = False
        self.at = at
        return data[here : here + _HEAD]

    def _add(self, size: int, name: str, role: Role) -> None:
        self.found.append(Segment(self.at, self.at + size, name, role))
        self.at += size

    def _rest(self, name: str, role: Role = Role.ORPHAN) -> None:
        self._add(self.size - self.at, name, role)

    def _step(self, head: bytes) -> None:
        marker = head[1] if len(head) > 1 and head[0] == 0xFF else 0
        if marker in {0, 0xFF}:
            self._gap()
        elif marker == EOI:
            self._add(2, "EOI", Role.STRUCTURE)
            self.ended = True
        elif marker == SOI and self.scanned:
            self.ended = True  # another picture, though this one never said that it ended
        elif (marker < 0xC0 or 0xD0 <= marker <= 0xD7) and self.scanned:
            self._astray(marker)
        elif 0xD0 <= marker <= 0xD7 or marker == TEM:
            self._add(2, "stray marker", Role.ORPHAN)
        elif marker in _STRUCTURE or 0xE0 <= marker <= 0xEF or marker == COM:
            self._segment(marker, head)
        else:
            self._rest("unreadable")

    def _astray(self, marker: int) -> None:
        """What libjpeg does on its way to the next restart: a marker that is none is skipped, with all up to the next one.

        Without restarts it skips restart markers and TEM, and gives up on others.
        """
        if not (self.coding and self._restarts()):
            if marker == TEM:
                self._add(2, "stray marker", Role.ORPHAN)
            elif marker < 0xC0:
                self._rest("unreadable")
            else:
                self._add(scan_end(self.reader, self.at) - self.at, "junk", Role.ORPHAN)
        elif marker < 0xC0:
            self._gap(_REAL_MARKER)
        else:
            self._scan()

    def _gap(self, pattern: re.Pattern[bytes] = _ANY_MARKER) -> None:
        """Fill bytes and junk up to the next marker: decoders skip both."""
        start = at = self.at
        while True:
            data = self.reader.read(at, SCAN_WINDOW)
            match = pattern.search(data)
            if match or len(data) < SCAN_WINDOW:
                break
            at += len(data) - 1
        stop = at + match.start() if match else self.size
        middle = _fill_start(self.reader, start, stop) if match else stop
        if middle > start:
            self._add(middle - start, "junk", Role.ORPHAN)
        if stop > middle:
            self._add(stop - middle, "fill", Role.ORPHAN)

    def _segment(self, marker: int, head: bytes) -> None:
        length = int.from_bytes(head[2:4], "big")
        self.coding = False
        if len(head) >= 4 and length < 2 and marker not in _STRUCTURE:
            self._add(4, "junk", Role.ORPHAN)  # decoders go on behind it
            return
        if len(head) < 4 or length < 2 or self.at + 2 + length > self.size:
            cut = len(head) < 4 or length >= 2
            self._rest("truncated" if cut else "unreadable")
            return
        if marker in _STRUCTURE:
            self._add(2 + length, _STRUCTURE[marker], Role.STRUCTURE)
        else:
            name, role = _application(marker, head[4 : 2 + length])
            self._add(2 + length, name, role)
        if marker == SOS:
            self._scan()

    def _restarts(self) -> bool:
        """Whether the last restart interval that was given is one (B.2.4.4)."""
        given = [segment.start for segment in self.found if segment.name == "DRI"]
        return bool(given) and self.reader.read(given[-1] + 4, 2) > b"\0\0"

    def _scan(self) -> None:
        self.scanned = self.coding = True
        if not self.scans:
            self._rest("unscanned", Role.PAYLOAD)
            return
        stop = self.proven.get(self.at) or scan_end(self.reader, self.at, restarts=self._restarts())
        data_stop = _fill_start(self.reader, self.at, stop) if stop < self.size else stop
        if data_stop > self.at:
            self._add(data_stop - self.at, "scan", Role.PAYLOAD)
        if stop > self.at:
            self._add(stop - self.at, "fill", Role.ORPHAN)


def _application(marker: int, payload: bytes) -> tuple[str, Role]:
    if marker == COM:
        return "COM", Role.METADATA
    for word, name in _WORDS.get(marker, ()):
        if payload.startswith(word):
            return name, Role.STRUCTURE if name in _NEEDED else Role.METADATA
    return f"APP{marker - 0xE0}", Role.METADATA
