"""Which directories of a TIFF are pages, and which of their tags showing them needs (TIFF 6.0; libtiff's own; TIFF-F; TIFF-FX).

Kept are the chained pictures: they are what turning pages shows. A chained picture that is marked as a reduced copy
(NewSubfileType, bit 0) stays if it has the shape of a full one, as the levels of a pyramid have: it shows what the page
shows, and readers that count pages count it. One of another shape shows something else (a preview from before cropping,
the label of a slide) and goes. Pictures in sub-directories go: no viewer turns to them. Only where the first picture says
of itself that it is but a reduced copy (cameras that write TIFF do so) is the full one kept in its sub-directory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError, UnsupportedError
from audit.formats.tiff_read import numbers, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.tiff_read import Directory, Entry, Form, Tree

ORIENTATION, ICC, JPEG_TABLES = 0x0112, 0x8773, 0x015B
STRIPS, STRIP_COUNTS, TILES, TILE_COUNTS = 0x0111, 0x0117, 0x0144, 0x0145
JIF, JIF_LENGTH, TABLES = 0x0201, 0x0202, (0x0207, 0x0208, 0x0209)
OLD_JPEG, JPEG = 6, 7
MOST_SHAPES: Final = 16  # of full pages that a reduced one is compared with

_INTEGER: Final = frozenset({1, 3, 4, 16})
_SIGNED: Final = _INTEGER | {6, 8, 9, 17}
_REAL: Final = frozenset({3, 4, 5, 10, 11, 12})
_ANY: Final = _SIGNED | _REAL
# One for each sample; a least and a greatest for each; one for each value that a sample may take; three such curves.
_SAMPLES, _RANGES, _CURVE, _CURVES = -1, -2, -3, -4

# What may stand in a tag, and how many at most.
KEPT: Final[dict[int, tuple[frozenset[int], int]]] = {
    **dict.fromkeys((0x00FE, 0x00FF), (_INTEGER, 1)),  # NewSubfileType, SubfileType
    **dict.fromkeys(
        (0x0100, 0x0101, 0x0103, 0x0106, 0x010A), (_INTEGER, 1)
    ),  # size, compression, colour, FillOrder
    **dict.fromkeys(
        (0x0115, 0x0116, 0x011C, 0x0122, 0x0124, 0x0125), (_INTEGER, 1)
    ),  # samples, rows, planes, fax
    0x0102: (_INTEGER, _SAMPLES),  # BitsPerSample
    ORIENTATION: (_SIGNED, 1),
    **dict.fromkeys((0x0118, 0x0119), (_INTEGER, _SAMPLES)),  # MinSampleValue, MaxSampleValue
    **dict.fromkeys((0x011A, 0x011B), (_REAL, 1)),  # XResolution, YResolution
    0x0123: (_INTEGER, _CURVE),  # GrayResponseCurve
    **dict.fromkeys(
        (0x0128, 0x013D, 0x0142, 0x0143), (_INTEGER, 1)
    ),  # ResolutionUnit, Predictor, size of tiles
    0x0129: (_INTEGER, 2),  # PageNumber
    0x012D: (_INTEGER, _CURVES),  # TransferFunction
    0x013E: (_REAL, 2),  # WhitePoint
    0x013F: (_REAL, 6),  # PrimaryChromaticities
    0x0140: (_INTEGER, _CURVES),  # ColorMap
    **dict.fromkeys((0x014C, 0x014E, 0x015A), (_INTEGER, 1)),  # InkSet, NumberOfInks, Indexed
    0x0150: (_INTEGER, 2),  # DotRange
    **dict.fromkeys((0x0152, 0x0153), (_INTEGER, _SAMPLES)),  # ExtraSamples, SampleFormat
    **dict.fromkeys((0x0154, 0x0155), (_ANY, _SAMPLES)),  # SMinSampleValue, SMaxSampleValue
    0x01B1: (_ANY, _RANGES),  # Decode (TIFF-FX: the range of ITU Lab)
    **dict.fromkeys((0x0200, 0x0203), (_INTEGER, 1)),  # JPEGProc, JPEGRestartInterval
    **dict.fromkeys((0x0205, 0x0206), (_INTEGER, _SAMPLES)),  # lossless predictors, point transforms
    0x0211: (_REAL, 3),  # YCbCrCoefficients
    0x0212: (_INTEGER, 2),  # YCbCrSubSampling
    0x0213: (_INTEGER, 1),  # YCbCrPositioning
    0x0214: (_REAL, 6),  # ReferenceBlackWhite
    **dict.fromkeys((0x80E5, 0x80E6), (_INTEGER, 1)),  # ImageDepth, TileDepth
    0xC5F2: (_INTEGER, 3),  # LercParameters
}

# Those of whole numbers, whatever their type.
WHOLE: Final = frozenset({tag for tag, (kinds, _) in KEPT.items() if kinds <= _INTEGER} | {ORIENTATION})

# Where a tag means something only with some colours (PhotometricInterpretation) or compressions; elsewhere it is room to hide.
_COLOURS: Final[dict[int, frozenset[int]]] = {
    0x0123: frozenset({0, 1}),
    0x0140: frozenset({3, 5, 8}),
    **dict.fromkeys((0x0211, 0x0212, 0x0213), frozenset({6})),
    0x0214: frozenset({2, 6}),
    **dict.fromkeys((0x014C, 0x014E, 0x0150), frozenset({5})),
    0x01B1: frozenset({8, 9, 10}),
}
_COMPRESSIONS: Final[dict[int, frozenset[int]]] = {
    0x0124: frozenset({2, 3, 4}),
    0x0125: frozenset({4}),
    **dict.fromkeys((0x0200, 0x0203, 0x0205, 0x0206), frozenset({OLD_JPEG})),
    0xC5F2: frozenset({34887}),
}
CURVES: Final = frozenset({0x0123, 0x012D})  # GrayResponseCurve, TransferFunction
POINTERS: Final = frozenset({STRIPS, STRIP_COUNTS, TILES, TILE_COUNTS, JIF, JIF_LENGTH, *TABLES})
NEEDED: Final = frozenset({*KEPT, *POINTERS, ICC, JPEG_TABLES})

# DNG 1.6 (its version, private data, colour plan) and TIFF/EP: what only a raw picture has. Compressions: Sony, Nikon …
_RAW_TAGS: Final = frozenset({0xC612, 0xC613, 0xC634, 0xC616})
_RAW_COLOURS: Final = frozenset({32803, 34892})
_RAW_COMPRESSIONS: Final = frozenset({32767, 32769, 32770, 34713, 34892, 65000, 65535})


class Shape(NamedTuple):
    """The numbers of a page that its other values depend on, with the defaults of TIFF 6.0, section 8."""

    width: int
    height: int
    samples: int
    bits: tuple[int, ...]  # of each sample; the last stands for those that follow
    compression: int
    colour: int
    reduced: bool
    planar: bool
    fill: int
    rows: int  # of a strip, or of a tile
    tile: int  # width of a tile; 0 if there are strips
    deep: bool  # a picture of a volume
    subsampled: tuple[int, int] | None
    predictor: int = 1

    def most(self, many: int) -> int:
        """How many values a tag may have that KEPT says `many` of."""
        curve = 1 << min(max(self.bits), 16)
        counts = {_SAMPLES: self.samples, _RANGES: 2 * self.samples, _CURVE: curve, _CURVES: 3 * curve}
        return counts.get(many, many)

    def uses(self, tag: int) -> bool:
        """Whether the tag means something for such a picture."""
        colours, compressions = _COLOURS.get(tag), _COMPRESSIONS.get(tag)
        return (colours is None or self.colour in colours) and (
            compressions is None or self.compression in compressions
        )


class Page(NamedTuple):
    directory: Directory
    shape: Shape | None  # None if it is no picture
    kept: bool
    inner: tuple[Page, ...] = ()  # pictures in sub-directories


def one(reader: Reader, how: Form, found: Directory, tag: int, default: int = 0) -> int:
    """The number of a tag that has one."""
    return next(iter(_whole(reader, how, found, tag, 1)), default)


def _whole(reader: Reader, how: Form, found: Directory, tag: int, most: int) -> Sequence[int]:
    """The numbers of a tag, if they are of a type that is kept: what the picture is like must be the same when it is read again."""
    entry = found.find(tag)
    return numbers(reader, how, entry, most) if entry and entry.kind in _INTEGER else ()


def shape(reader: Reader, how: Form, found: Directory) -> Shape | None:
    """None for a directory without a size or without data."""

    def get(tag: int, default: int = 0) -> int:
        return one(reader, how, found, tag, default)

    width, height, samples = get(0x0100), get(0x0101), get(0x0115, 1)
    if not width or not height or not 0 < samples < 65536 or not any(map(found.find, (STRIPS, TILES, JIF))):
        return None
    tile, length = get(0x0142), get(0x0143)
    steps = _whole(reader, how, found, 0x0212, 2)
    return Shape(
        width=width,
        height=height,
        samples=samples,
        bits=tuple(_whole(reader, how, found, 0x0102, samples)) or (1,),
        compression=get(0x0103, 1),
        colour=get(0x0106),
        reduced=bool(get(0x00FE) & 1) or get(0x00FF) == 2,
        planar=get(0x011C, 1) == 2 and samples > 1,
        fill=get(0x010A, 1),
        rows=length if tile and length else min(get(0x0116) or height, height),
        tile=tile if tile and length else 0,
        deep=get(0x80E5, 1) > 1 or get(0x80E6, 1) > 1,
        subsampled=(steps[0], steps[1]) if len(steps) == 2 and all(steps) else None,
        predictor=get(0x013D, 1),
    )


def pages(reader: Reader, tree: Tree) -> list[Page]:
    """Every directory of the chain, each with the pictures inside it."""
    found = [
        page_of(reader, tree, directory, first=not number) for number, directory in enumerate(tree.chain)
    ]
    full = [page.shape for page in found[:1] if page.shape]
    full += (page.shape for page in found[1:] if page.shape and not page.shape.reduced)
    full = list(dict.fromkeys(full))[:MOST_SHAPES]
    return found[:1] + [page._replace(kept=page.kept and _belongs(page, full)) for page in found[1:]]


def page_of(reader: Reader, tree: Tree, directory: Directory, *, first: bool) -> Page:
    """The page that a chained directory is."""
    own = shape(reader, tree.form, directory)
    inner = [
        Page(child, shape(reader, tree.form, child), kept=False)
        for child in directory.children
        if "/SubIFD" in child.name
    ]
    if first and own and own.reduced:
        inner = [page._replace(kept=page.shape is not None and not page.shape.reduced) for page in inner]
    return Page(directory, own, own is not None and (first or _placed(directory)), tuple(inner))


def _placed(directory: Directory) -> bool:
    """Whether there are strips or tiles: a JPEG stream alone, in a later directory, is Exif's way to keep a thumbnail."""
    return any(map(directory.find, (STRIPS, TILES)))


def _belongs(page: Page, full: Iterable[Shape]) -> bool:
    own = page.shape
    return own is not None and (not own.reduced or any(_similar(own, other) for other in full))


def _similar(small: Shape, large: Shape) -> bool:
    """The same proportions, as near as whole pixels can be."""
    return abs(small.width * large.height - small.height * large.width) <= 2 * max(large.width, large.height)


def kept(found: Sequence[Page]) -> Iterator[Page]:
    for page in found:
        if page.kept:
            yield page
            yield from (inner for inner in page.inner if inner.kept)


def refuse_raw(reader: Reader, tree: Tree) -> None:
    """Raises UnsupportedError for raw camera files, which are TIFF inside (TIFF/EP, DNG): their picture is not in the pages."""
    for found in tree.every():
        compression, colour = (one(reader, tree.form, found, tag) for tag in (0x0103, 0x0106))
        if (
            any(entry.tag in _RAW_TAGS for entry in found.entries)
            or colour in _RAW_COLOURS
            or compression in _RAW_COMPRESSIONS
        ):
            raise UnsupportedError(found.start, "a raw camera file: export it as JPEG first")


def _ambiguous(reader: Reader, found: Directory) -> int:
    """A needed tag that stands twice with different values: readers differ in which of the two they take. 0 if none does."""
    seen: dict[int, Entry] = {}
    for entry in found.entries:
        first = seen.setdefault(entry.tag, entry) if entry.tag in NEEDED else entry
        same = (first.kind, first.many) == (entry.kind, entry.many)
        if first is not entry and (not same or value(reader, first) != value(reader, entry)):
            return entry.tag
    return 0


def require(reader: Reader, page: Page) -> Shape:
    """The shape of a page that can be read. Raises FormatError."""
    found = page.directory
    if found.flaw:
        raise found.flaw
    twice = _ambiguous(reader, found)
    if twice:
        raise FormatError(found.start, f"the tag {twice} stands twice")
    if page.shape is None:
        raise FormatError(found.start, "a page without a size")
    return page.shape
