"""The header of a bitmap, in all its generations, with and without a file header before it.

OS/2 1.x and 2.x (BITMAPCOREHEADER, OS22XBITMAPHEADER), BITMAPINFOHEADER with two and three masks more,
BITMAPV4HEADER, BITMAPV5HEADER; [MS-WMF] 2.2.2 has all of Microsoft's.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

from audit.formats.base import FormatError

GENERATIONS: Final = {
    12: "OS/2 1.x header",
    16: "OS/2 2.x header",
    40: "info header",
    52: "V2 header",
    56: "V3 header",
    64: "OS/2 2.x header",
    108: "V4 header",
    124: "V5 header",
}
_OS2_2: Final = (16, 64)
_BITS: Final = frozenset({1, 2, 4, 8, 16, 24, 32, 64})
_CORE: Final = Struct("<IHHHH")
_SHORT: Final = Struct("<IiiHH")
_INFO: Final = Struct("<IiiHHIIiiII")
MOST_PER_METRE: Final = 1 << 20  # pixels; no printer is that fine

# bV5CSType ([MS-WMF] 2.1.1.14): four letters read as a number of the other byte order, or 0.
_CALIBRATED: Final = bytes(4)
_LINKED, _EMBEDDED = b"KNIL", b"DEBM"
SRGB: Final = b"BGRs"
_COLOURS: Final = frozenset({_CALIBRATED, SRGB, b" niW"})


class Compression(IntEnum):
    """[MS-WMF] 2.1.1.7."""

    RGB = 0
    RLE8 = 1
    RLE4 = 2
    BITFIELDS = 3
    JPEG = 4
    PNG = 5
    ALPHA_BITFIELDS = 6


MASKED: Final = (Compression.BITFIELDS, Compression.ALPHA_BITFIELDS)
RUNS: Final = (Compression.RLE8, Compression.RLE4)
NESTED: Final = (Compression.JPEG, Compression.PNG)


class Header(NamedTuple):
    raw: bytes
    width: int
    height: int
    bits: int
    compression: Compression
    image_size: int
    colours: int  # entries of the palette; 0 for as many as the bits allow

    @property
    def name(self) -> str:
        return GENERATIONS[len(self.raw)]

    @property
    def entry(self) -> int:
        """Bytes of a palette entry."""
        return 3 if len(self.raw) == _CORE.size else 4

    @property
    def most_colours(self) -> int:
        return 1 << self.bits if 0 < self.bits <= 8 else 0

    @property
    def masks(self) -> int:
        """Bytes of colour masks behind the header."""
        wanted = {Compression.BITFIELDS: 12, Compression.ALPHA_BITFIELDS: 16}
        return wanted.get(self.compression, 0) if len(self.raw) == _INFO.size else 0

    @property
    def embedded(self) -> bool:
        return len(self.raw) == 124 and self.raw[56:60] == _EMBEDDED

    @property
    def linked(self) -> bool:
        return len(self.raw) == 124 and self.raw[56:60] == _LINKED

    @property
    def profile(self) -> tuple[int, int]:
        """Where the colour profile, or its path, stands from the header on, and its length."""
        return int.from_bytes(self.raw[112:116], "little"), int.from_bytes(self.raw[116:120], "little")

    def meaning(self, masks: bytes) -> int:
        """The bits of a pixel that mean something; `masks` are those behind the header."""
        every = (1 << self.bits) - 1
        if self.compression in MASKED:
            found = masks or self.raw[40 : 56 if len(self.raw) >= 56 else 52]
            union = 0
            for at in range(0, len(found), 4):
                union |= int.from_bytes(found[at : at + 4], "little")
            return union & every or every
        return every & {16: 0x7FFF, 32: 0xFFFFFF}.get(self.bits, every)


def parse(raw: bytes, at: int) -> Header:
    """A header from its first 124 bytes or what there is of them. `at` is its place. Raises FormatError."""
    size = int.from_bytes(raw[:4], "little")
    if size not in GENERATIONS or len(raw) < size:
        raise FormatError(at, "an unknown header")
    raw = raw[:size]
    image_size = colours = 0
    kind = 0
    if size == _CORE.size:
        _, width, height, _, bits = _CORE.unpack(raw)
    elif size < _INFO.size:
        _, width, height, _, bits = _SHORT.unpack(raw)
    else:
        _, width, height, _, bits, kind, image_size, _, _, colours, _ = _INFO.unpack(raw[: _INFO.size])
    if kind not in Compression.__members__.values() or (size in _OS2_2 and kind > Compression.RLE4):
        raise FormatError(at + 16, "a compression that nobody uses")
    header = Header(raw, width, abs(height), bits, Compression(kind), image_size, colours)
    _check(header, at)
    return header


def _check(header: Header, at: int) -> None:
    kind, bits = header.compression, header.bits
    fitting = {Compression.RLE8: {8}, Compression.RLE4: {4}}
    fitting |= {masked: {16, 24, 32} for masked in MASKED}
    if header.width <= 0 or header.height <= 0:
        raise FormatError(at + 4, "a picture without width or height")
    if kind not in NESTED and bits not in fitting.get(kind, _BITS):
        raise FormatError(at + (10 if len(header.raw) == _CORE.size else 14), "an impossible number of bits")


def cleaned(
    header: Header,
    image_size: int,
    colours: int,
    profile: tuple[int, int] | None = None,
    *,
    printed: bool = True,
) -> bytes:
    """The header with nothing in it but what shows the picture. `profile`: place from the header on, and length.

    `printed`: whether its density means something; that of an icon does not.
    """
    raw = header.raw
    if len(raw) == _CORE.size:
        return raw[:8] + b"\1\0" + raw[10:]
    if len(raw) < _INFO.size:
        return raw[:12] + b"\1\0" + raw[14:]
    size, width, height, _, bits, kind, said, *density, counted, _ = _INFO.unpack(raw[: _INFO.size])
    if header.compression in {Compression.RGB, *MASKED} and not said:
        image_size = 0
    if colours == header.most_colours and not counted:
        colours = 0
    fine = [each if printed and 0 < each < MOST_PER_METRE else 0 for each in density]
    start = _INFO.pack(size, width, height, 1, bits, kind, image_size, *fine, colours, 0)
    return start + _behind(header, profile)


def _behind(header: Header, profile: tuple[int, int] | None) -> bytes:
    """What later generations added: masks, colour space, profile. OS/2 2.x has nothing there that shows."""
    raw = header.raw
    if len(raw) == 64:
        return bytes(24)
    masks = raw[40:56] if header.compression in MASKED else bytes(len(raw[40:56]))
    if len(raw) < 108:
        return masks
    space = _space(raw, embedded=profile is not None)
    if len(raw) < 124:
        return masks + space
    intent = raw[108:112] if raw[108:112] in _INTENTS else bytes(4)
    place, length = profile or (0, 0)
    return masks + space + intent + place.to_bytes(4, "little") + length.to_bytes(4, "little") + bytes(4)


_INTENTS: Final = frozenset(bytes((intent, 0, 0, 0)) for intent in (1, 2, 4, 8))


def _space(raw: bytes, *, embedded: bool) -> bytes:
    """bV4CSType, bV4Endpoints, bV4Gamma*: the last two only count for a calibrated space."""
    if embedded:
        return _EMBEDDED + bytes(48)
    kind = raw[56:60] if raw[56:60] in _COLOURS else SRGB
    return kind + (raw[60:108] if kind == _CALIBRATED and _plausible(raw[60:108]) else bytes(48))


def _plausible(space: bytes) -> bool:
    """Nine coordinates up to 1 as fractions of 2 to the 30th, three gammas up to 16 as fractions of 2 to the 16th."""
    numbers = [int.from_bytes(space[at : at + 4], "little") for at in range(0, 48, 4)]
    return all(n <= 1 << 30 for n in numbers[:9]) and all(n <= 16 << 16 for n in numbers[9:])
