"""TIFF directories (TIFF 6.0, section 2; BigTIFF as libtiff defines it), read in windows and bounded.

Offsets may loop and counts may lie. Reading is lenient, so that what a broken file says can still be told: what is wrong
with a directory stands in its `flaw`, and whoever needs that directory raises it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.pieces import LARGEST_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader

MOST_DIRECTORIES: Final = 10_000
MOST_ENTRIES: Final = 250_000  # in one file, all directories together
MOST_NUMBERS: Final = 1 << 20  # offsets and lengths of strips or tiles, all pages together

SIZES: Final = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_WHOLE: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
SHORT, LONG, UNDEFINED, LONG8 = 3, 4, 7, 16

SUB_IFDS, EXIF, GPS, INTEROP = 0x014A, 0x8769, 0x8825, 0xA005
CHILDREN: Final = {SUB_IFDS: "SubIFD", EXIF: "Exif", GPS: "GPS", INTEROP: "Interop"}
_MOST_CHILDREN: Final = 64  # of one entry


class Form(NamedTuple):
    """How numbers and directories are written in one file."""

    order: str  # "<" or ">", as `struct` writes it
    big: bool

    @property
    def header(self) -> int:
        return 16 if self.big else 8

    @property
    def word(self) -> int:
        """Bytes of an offset, which is also what of a value fits into its entry."""
        return 8 if self.big else 4

    @property
    def entry(self) -> str:
        return self.order + ("HHQQ" if self.big else "HHII")

    @property
    def lead(self) -> int:
        """Bytes of the number of entries."""
        return 8 if self.big else 2

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, "little" if self.order == "<" else "big")

    def bytes_of(self, number: int, size: int) -> bytes:
        return number.to_bytes(size, "little" if self.order == "<" else "big")


class Entry(NamedTuple):
    tag: int
    kind: int  # TIFF 6.0, section 2: 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 7 UNDEFINED …
    many: int  # values, not bytes
    start: int  # of the value, in the file
    stop: int
    inside: bool  # the value stands in the entry itself


class Directory(NamedTuple):
    name: str  # "IFD0", "IFD1/SubIFD2", "IFD0/Exif"
    start: int
    stop: int
    entries: tuple[Entry, ...]
    following: int
    flaw: FormatError | None
    children: tuple[Directory, ...] = ()

    def find(self, tag: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.tag == tag), None)


def form(reader: Reader) -> tuple[Form, int]:
    """The form of the file and where its first directory stands. Raises FormatError if it is no TIFF."""
    head = reader.read(0, 16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
    version = Form(order or "<", big=False).number(head[2:4])
    if not order or version not in {42, 43} or len(head) < (8 if version == 42 else 16):
        raise FormatError(0, "not a TIFF")
    found = Form(order, version == 43)
    if found.big and (found.number(head[4:6]), found.number(head[6:8])) != (8, 0):
        raise FormatError(4, "offsets of an unknown size")
    return found, found.number(head[8:16] if found.big else head[4:8])


def value(reader: Reader, entry: Entry, most: int = LARGEST_BLOCK) -> bytes:
    """The bytes of a value; empty if it does not lie in the file."""
    if entry.stop > reader.size:
        return b""
    return reader.read(entry.start, min(entry.stop - entry.start, most))


def numbers(reader: Reader, how: Form, entry: Entry | None, most: int) -> Sequence[int]:
    """The first unsigned whole numbers of a value, at most `most`; none if it holds something else."""
    code = _WHOLE.get(entry.kind) if entry else None
    if not entry or not code:
        return ()
    size = SIZES[entry.kind]
    data = value(reader, entry, min(most, entry.many) * size)
    return struct.unpack_from(f"{how.order}{len(data) // size}{code}", data)


class Tree:
    """Every directory of a file: the chained ones in `chain`, each with those that its entries point to."""

    def __init__(self, reader: Reader, *, chained: bool = True, most: int = MOST_ENTRIES) -> None:
        self.reader = reader
        self.form, at = form(reader)
        self.flaw: FormatError | None = None  # why the chain does not go on
        self._left = most
        self._numbers = MOST_NUMBERS
        self._seen: set[int] = set()
        self.chain: list[Directory] = []
        while chained and at and at not in self._seen and not self.flaw:
            at = self._link(at)

    def _link(self, at: int) -> int:
        if len(self.chain) >= MOST_DIRECTORIES or self._left <= 0:
            self.flaw = FormatError(at, "more directories than any picture has")
            return 0
        found = self.directory(at, f"IFD{len(self.chain)}", deep=2)
        if found is None:  # a chain that leads out of the file ends there; one that leads nowhere is none
            if not self.chain:
                self.flaw = FormatError(min(at, self.reader.size), "the file ends before its first directory")
            return 0
        self.chain.append(found)
        return found.following

    def directory(self, at: int, name: str, deep: int = 0) -> Directory | None:
        """The directory at `at` with its children, `deep` levels of them; None if none begins there or it was met before."""
        how, size = self.form, self.reader.size
        step = struct.calcsize(how.entry)
        if at in self._seen or not how.header <= at <= size - how.lead:
            return None
        self._seen.add(at)
        count = how.number(self.reader.read(at, how.lead))
        most = min((size - at - how.lead) // step, self._left)
        flaw = FormatError(at, "a directory reaches behind the end of the file") if count > most else None
        count = min(count, most)
        self._left -= count + 1
        stop = at + how.lead + step * count
        entries = tuple(self._entries(at + how.lead, count, step))
        tail = b"" if flaw else self.reader.read(stop, how.word)
        children = tuple(self._children(name, entries, deep)) if deep else ()
        return Directory(name, at, stop + len(tail), entries, how.number(tail), flaw, children)

    def _entries(self, at: int, count: int, step: int) -> Iterator[Entry]:
        raw = self.reader.read(at, count * step)
        room, skip = self.form.word, step - self.form.word
        for tag, kind, many, where in struct.iter_unpack(self.form.entry, raw[: len(raw) // step * step]):
            size = many * SIZES.get(kind, 0)
            start = at + skip if size <= room else where
            yield Entry(tag, kind, many, start, start + size, size <= room)
            at += step

    def _children(self, name: str, entries: Sequence[Entry], deep: int) -> Iterator[Directory]:
        for entry in entries:
            if entry.tag not in CHILDREN:
                continue
            for number, at in enumerate(numbers(self.reader, self.form, entry, _MOST_CHILDREN)):
                suffix = number if entry.tag == SUB_IFDS else ""
                child = self.directory(at, f"{name}/{CHILDREN[entry.tag]}{suffix}", deep - 1)
                if child:
                    yield child

    def claim(self, found: Directory, tag: int, most: int) -> Sequence[int]:
        """The offsets or lengths of a page's data. Raises FormatError when there are more than any picture has."""
        entry = found.find(tag)
        most = min(most, entry.many if entry else 0)
        if most > self._numbers:
            raise FormatError(found.start, "more strips or tiles than any picture has")
        self._numbers -= most
        return numbers(self.reader, self.form, entry, most)

    def every(self) -> Iterator[Directory]:
        stack = list(reversed(self.chain))
        while stack:
            found = stack.pop()
            yield found
            stack += reversed(found.children)
