"""Where the picture data of a page stand: its strips or tiles, and the streams of old-style JPEG (TIFF 6.0, sections 3, 15, 22)."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.jpeg_walk import Walk
from audit.formats.tiff_pages import (
    JIF,
    JIF_LENGTH,
    OLD_JPEG,
    STRIP_COUNTS,
    STRIPS,
    TABLES,
    TILE_COUNTS,
    TILES,
    one,
)
from audit.formats.tiff_read import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.tiff_pages import Page, Shape
    from audit.formats.tiff_read import Form, Tree

_UNCOMPRESSED: Final = 1
_YCBCR: Final = 6


class Part(NamedTuple):
    """A strip or tile, or one table of old-style JPEG. An absent one (sparse files) begins and ends at 0."""

    start: int
    stop: int
    size: int  # bytes it unpacks to; 0 if that is not known
    edge: tuple[int, int] = (
        0,
        0,
    )  # columns and rows of a tile that are shown, if some are not; of the last strip all


class Data(NamedTuple):
    tag: int  # STRIPS or TILES
    parts: tuple[Part, ...]
    stream: Part | None  # old-style JPEG: JPEGInterchangeFormat
    tables: tuple[tuple[int, tuple[Part, ...]], ...]  # old-style JPEG: the tag and what it points to

    def every(self) -> Iterator[Part]:
        yield from self.parts
        if self.stream:
            yield self.stream
        for _, parts in self.tables:
            yield from parts


class Slice:
    """A Reader of some bytes of another. `turned`: FillOrder 2, the bits of each byte stand the other way round."""

    def __init__(self, reader: Reader, start: int, stop: int, *, turned: bool = False) -> None:
        self._reader = reader
        self._start = start
        self._turned = turned
        self.size = max(0, min(stop, reader.size) - start)

    def read(self, start: int, size: int) -> bytes:
        data = self._reader.read(self._start + start, max(0, min(size, self.size - start)))
        return data.translate(REVERSED) if self._turned else data


REVERSED: Final = bytes(int(f"{number:08b}"[::-1], 2) for number in range(256))


def marks(tree: Tree) -> list[int]:
    """Where directories and values begin, in order: picture data of an unknown length end there at the latest."""
    found = {directory.start for directory in tree.every()}
    found.update(entry.start for directory in tree.every() for entry in directory.entries if not entry.inside)
    return [*sorted(found), tree.reader.size]


def data(tree: Tree, page: Page, limits: Sequence[int]) -> Data | None:
    """None if the data of the page do not all lie in the file."""
    own, found, reader = page.shape, page.directory, tree.reader
    if own is None:
        return None
    tag, counts = (TILES, TILE_COUNTS) if own.tile and found.find(TILES) else (STRIPS, STRIP_COUNTS)
    sizes = _Sizes(own)
    offsets = tree.claim(found, tag, sizes.needed)
    lengths = tree.claim(found, counts, len(offsets))
    ends = sorted({*offsets}) if not all(lengths) or len(lengths) < len(offsets) else []
    parts = []
    for number, start in enumerate(offsets):
        length = lengths[number] if number < len(lengths) else 0
        size = sizes.of(number, length)
        if own.compression == _UNCOMPRESSED and size:
            length = size  # readers go by the size, whatever the count says
        elif not length and (len(lengths) < 2 or number >= len(lengths)):
            length = min(_next(start, ends), _next(start, limits)) - start  # as libtiff does
        known = bool(start) and length > 0
        parts.append(Part(start, start + length, size, sizes.edge(number)) if known else _ABSENT)
    old = own.compression == OLD_JPEG
    stream = _stream(reader, tree.form, page) if old else None
    whole = Data(tag, tuple(_shared(parts)), stream, tuple(_tables(reader, tree.form, page)) if old else ())
    there = all(part.stop <= reader.size for part in whole.every()) and (parts or stream)
    return whole if there else None


_ABSENT: Final = Part(0, 0, 0)


def _shared(parts: Sequence[Part]) -> Iterator[Part]:
    """Of a tile that stands in several places all is shown that one of them shows."""
    edges: dict[int, list[tuple[int, int]]] = {}
    for part in parts:
        edges.setdefault(part.start, []).append(part.edge)
    for part in parts:
        told = edges[part.start]
        across, down = (max(numbers) for numbers in zip(*told, strict=True))
        yield part._replace(edge=(0, 0) if (0, 0) in told else (across, down)) if len(told) > 1 else part


class _Sizes:
    """Bytes of each strip or tile when it is not compressed (TIFF 6.0, sections 2, 15 and 21)."""

    def __init__(self, own: Shape) -> None:
        self.own = own
        self.down = -(-own.height // own.rows)
        self.across = -(-own.width // own.tile) if own.tile else 1
        self.plane = self.down * self.across  # strips or tiles in one
        self.needed = self.plane * (own.samples if own.planar else 1)
        self.width = own.tile or own.width
        bits = [*own.bits[: own.samples]] + [own.bits[-1]] * (own.samples - len(own.bits))
        self.rows = [-(-self.width * many // 8) for many in (bits if own.planar else [sum(bits)])]
        self.mixed = own.colour == _YCBCR and not own.planar and own.samples == 3

    def of(self, number: int, length: int) -> int:
        """0 if it is not known. Of what may be subsampled the `length` that is said tells something."""
        own = self.own
        if own.deep:
            return 0
        rows = own.rows if own.tile else min(own.rows, own.height - number % self.down * own.rows)
        if self.mixed:
            return self._subsampled(rows, length)
        return self.rows[min(number // self.plane, len(self.rows) - 1)] * rows

    def edge(self, number: int) -> tuple[int, int]:
        """TIFF 6.0, section 15: tiles at the right and at the bottom are as large as all others."""
        own = self.own
        if not own.tile and number % self.plane == self.down - 1:
            return own.width, own.height - (self.down - 1) * own.rows
        if not own.tile or own.deep or self.mixed:
            return 0, 0
        down, across = divmod(number % self.plane, self.across)
        shown = min(own.tile, own.width - across * own.tile), min(own.rows, own.height - down * own.rows)
        return (0, 0) if shown == (own.tile, own.rows) else shown

    def _subsampled(self, rows: int, length: int) -> int:
        """Without YCbCrSubSampling some writers mean none, others the default of 2 by 2."""
        full = -(-self.width * 3 * self.own.bits[0] // 8) * rows
        if not self.own.subsampled and (length >= full or self.own.compression != _UNCOMPRESSED):
            return full
        across, step = self.own.subsampled or (2, 2)
        blocks = -(-self.width // across) * -(-rows // step)
        return -(-blocks * (across * step + 2) * self.own.bits[0] // 8)


def _next(start: int, known: Sequence[int]) -> int:
    return known[min(bisect_right(known, start), len(known) - 1)]


def _stream(reader: Reader, how: Form, page: Page) -> Part | None:
    """JPEGInterchangeFormat: from SOI to EOI, or only the tables if the strips hold the rest."""
    start = one(reader, how, page.directory, JIF)
    if not start:
        return None
    length = min(one(reader, how, page.directory, JIF_LENGTH) or reader.size, reader.size - start)
    if length <= 0:
        return Part(start, start + 2, 0)
    inner = Slice(reader, start, start + length)
    if inner.read(0, 2) != b"\xff\xd8":
        raise FormatError(start, "JPEGInterchangeFormat is no JPEG")
    walk = Walk(inner, 0)
    return Part(start, start + (walk.at if walk.ended else length), 0)


def _tables(reader: Reader, how: Form, page: Page) -> Iterator[tuple[int, tuple[Part, ...]]]:
    """TIFF 6.0, section 22: 64 bytes of quantization, or sixteen counts and so many values."""
    for tag in TABLES:
        starts = numbers(reader, how, page.directory.find(tag), page.shape.samples if page.shape else 0)
        parts = []
        for start in starts:
            size = 64 if tag == TABLES[0] else 16 + sum(reader.read(start, 16))
            parts.append(Part(start, start + size, 0))
        if parts:
            yield tag, tuple(parts)
