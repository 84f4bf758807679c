"""The minimal form of a still picture (ISO/IEC 23008-12, annex O: the box mini) read as the meta box that says the same.

As libheif 1.23 and libavif read it. Drafts of it differ: a box whose parts do not fill it exactly is not read at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError, UnsupportedError
from audit.formats.heif_bits import Bits
from audit.formats.heif_meta import Entry, Link, Meta, Place, Property

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Box, Span

_LONGEST: Final = 160  # bytes before the first part
_UNKNOWN: Final = "a picture in a minimal form (mini) that is not known"
_MAIN, _ALPHA, _EXIF, _XMP = 1, 2, 3, 4
_OPACITY: Final = bytes(4) + b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
_CODECS: Final = {b"avif": ("av01", "av1C")}
# Exif's orientation as a turn by so many quarters to the left and, after it, the axis of a mirror (6.5.10, 6.5.12).
_TURNS: Final = {
    2: (0, 1),
    3: (2, None),
    4: (0, 0),
    5: (1, 0),
    6: (3, None),
    7: (3, 0),
    8: (1, None),
}


class _Told(NamedTuple):
    width: int
    height: int
    mono: bool
    depth: int
    orientation: int
    colour: bytes  # nclx
    alpha: bool
    premultiplied: bool
    packed: bool  # Exif and XMP


class _Sizes(NamedTuple):
    """In the order in which the parts stand."""

    config: int
    alpha_config: int
    icc: int
    alpha: int
    main: int
    exif: int
    xmp: int


def read(reader: Reader, box: Box, brand: bytes) -> Meta:
    """`brand` is the minor version of ftyp, which says how the picture is coded. Raises FormatError."""
    bits = Bits(reader.read(box.body, min(_LONGEST, box.stop - box.body)))
    kinds = _CODECS.get(brand)
    try:
        told, sizes = _header(bits)
    except FormatError as error:
        raise UnsupportedError(box.start, _UNKNOWN) from error
    start = box.body + (bits.at + 7) // 8
    if box.cut or kinds is None or start + sum(sizes) != box.stop:
        raise UnsupportedError(box.start, _UNKNOWN)
    places: list[Span] = []
    for size in sizes:
        places.append((start, start + size))
        start += size
    return _Builder(reader, box, told, kinds).built(sizes, places)


def _header(bits: Bits) -> tuple[_Told, _Sizes]:
    """O.3.2: flags, size, depth, colours, then how long each part is."""
    if bits.u(2):
        raise FormatError(0, _UNKNOWN)
    explicit, floating, full, alpha, colours, hdr, icc, exif, xmp = (bits.flag() for _ in range(9))
    if explicit or floating or hdr:
        raise FormatError(0, _UNKNOWN)
    chroma, orientation = bits.u(2), 1 + bits.u(3)
    wide = 15 if bits.flag() else 7
    width, height = 1 + bits.u(wide), 1 + bits.u(wide)
    bits.u((0, 2, 1, 0)[chroma])
    depth = 9 + bits.u(3) if bits.flag() else 8
    premultiplied = alpha and bits.flag()
    usual = (2, 2) if icc else (1, 13)
    codes = (bits.u(8), bits.u(8), bits.u(8)) if colours else (*usual, 6 if chroma else 2)
    metadata = 20 if (icc or exif or xmp) and bits.flag() else 10
    config, data = 12 if bits.flag() else 3, 28 if bits.flag() else 15
    icc_size = 1 + bits.u(metadata) if icc else 0
    config_size, main = bits.u(config), 1 + bits.u(data)
    alpha_size = bits.u(data) if alpha else 0
    alpha_config = bits.u(config) if alpha_size else 0
    packed = (exif or xmp) and bits.flag()
    exif_size, xmp_size = (1 + bits.u(metadata) if there else 0 for there in (exif, xmp))
    if alpha and not alpha_size:
        raise FormatError(0, _UNKNOWN)
    colour = b"nclx" + b"".join(code.to_bytes(2, "big") for code in codes) + bytes((0x80 * full,))
    return (
        _Told(width, height, not chroma, depth, orientation, colour, alpha, premultiplied, packed),
        _Sizes(config_size, alpha_config, icc_size, alpha_size, main, exif_size, xmp_size),
    )


class _Builder:
    """The meta box that says the same."""

    def __init__(self, reader: Reader, box: Box, told: _Told, kinds: tuple[str, str]) -> None:
        self.meta = Meta(box.start, primary=_MAIN)
        self._reader = reader
        self._start = box.start
        self._told = told
        self._kinds = kinds

    def built(self, sizes: _Sizes, places: Sequence[Span]) -> Meta:
        config, alpha_config, icc, alpha, main, exif, xmp = places
        self.meta.parts = [("mini", self._start, icc[0])] + ([("mini/ICC", *icc)] if sizes.icc else [])
        self._picture(_MAIN, main, config, 1 if self._told.mono else 3)
        self._add("colr", self._told.colour, _MAIN)
        if sizes.icc:
            self._add("colr", b"prof" + self._bytes(icc), _MAIN)
        if sizes.alpha:
            self._picture(_ALPHA, alpha, alpha_config if sizes.alpha_config else config, 1)
            self._add("auxC", _OPACITY, _ALPHA)
            self.meta.links.append(Link("auxl", _ALPHA, (_MAIN,)))
            if self._told.premultiplied:
                self.meta.links.append(Link("prem", _MAIN, (_ALPHA,)))
        self._turn()
        self._metadata(_EXIF, "Exif", "", exif)
        self._metadata(_XMP, "mime", "application/rdf+xml", xmp)
        return self.meta

    def _bytes(self, where: Span) -> bytes:
        return self._reader.read(where[0], where[1] - where[0])

    def _add(self, kind: str, data: bytes, item: int, *, essential: bool = False) -> None:
        self.meta.properties.append(Property(kind, self._start, self._start, data))
        self.meta.uses.setdefault(item, []).append((len(self.meta.properties), essential))

    def _picture(self, item: int, where: Span, config: Span, channels: int) -> None:
        told, (kind, configured) = self._told, self._kinds
        self.meta.entries[item] = Entry(kind, item != _MAIN, b"", "", protected=False)
        self.meta.places[item] = Place(0, (where,))
        self._add(configured, self._bytes(config), item, essential=True)
        size = told.width.to_bytes(4, "big") + told.height.to_bytes(4, "big")
        self._add("ispe", bytes(4) + size, item)
        self._add("pixi", bytes((0, 0, 0, 0, channels, *(told.depth,) * channels)), item)

    def _turn(self) -> None:
        quarters, axis = _TURNS.get(self._told.orientation, (0, None))
        for item in self.meta.entries:
            if quarters:
                self._add("irot", bytes((quarters,)), item, essential=True)
            if axis is not None:
                self._add("imir", bytes((axis,)), item, essential=True)

    def _metadata(self, item: int, kind: str, content: str, where: Span) -> None:
        if where[0] < where[1]:
            told = ("mime", "packed") if self._told.packed else (kind, content)
            self.meta.entries[item] = Entry(told[0], hidden=True, name=b"", content=told[1], protected=False)
            self.meta.places[item] = Place(0, (where,))
            self.meta.links.append(Link("cdsc", item, (_MAIN,)))
