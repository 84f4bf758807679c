"""The headers of a JPEG XL codestream and of its frames (ISO/IEC 18181-1, annexes D and F): what the walk depends on is read, no pixel is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import jxl_entropy
from audit.formats.jxl_bits import Bits

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_PROFILE: Final = 1 << 18


class UnfollowedError(Exception):
    """What comes next could only be found by more decoding than is done here."""


class Image(NamedTuple):
    """Annex D: what the headers say that the frames depend on."""

    width: int
    height: int
    xyb: bool = True
    extra: int = 0  # channels beside colour
    animated: bool = False
    timecodes: bool = False
    preview: tuple[int, int] | None = None


class Frame(NamedTuple):
    last: bool
    sections: int


_RATIOS: Final = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_SIDE: Final = ((1, 9), (1, 13), (1, 18), (1, 30))
_POWER: Final = ((1, 0), (2, 0), (4, 0), (8, 0))
_GREY, _XYB, _CUSTOM = 1, 2, 2


def image(bits: Bits) -> Image:
    """Annex D, up to the first frame. Raises UnfollowedError for an ICC profile far too large."""
    bits.skip(16)
    width, height = size(bits)
    found, icc = Image(width, height), False
    if not bits.flag():
        found, icc = _metadata(bits, found)
    _transforms(bits, found)
    if icc:
        length = bits.u64()
        if length > LONGEST_PROFILE:
            raise UnfollowedError
        jxl_entropy.profile(bits, length)
    return found


def size(bits: Bits) -> tuple[int, int]:
    """D.2: height, then a ratio or the width."""
    small = bits.flag()

    def side() -> int:
        return 8 * (1 + bits.u(5)) if small else bits.u32(*_SIDE)

    return _sides(bits, side)


def _sides(bits: Bits, side: Callable[[], int]) -> tuple[int, int]:
    height = side()
    ratio = bits.u(3)
    top, bottom = _RATIOS[ratio]
    return (height * top // bottom if ratio else side()), height


def _preview(bits: Bits) -> tuple[int, int]:
    """D.3.3."""
    small = bits.flag()

    def side() -> int:
        if small:
            return 8 * bits.u32((16, 0), (32, 0), (1, 5), (33, 9))
        return bits.u32((1, 6), (65, 8), (321, 10), (1345, 12))

    return _sides(bits, side)


def _shown_before(bits: Bits) -> tuple[int, int] | None:
    """A preview goes: it may show what was there before somebody cropped the picture."""
    start = bits.at
    if not bits.flag():
        return None
    found = _preview(bits)
    bits.words.append(("Preview", b"%dx%d" % found))
    bits.instead(start, 0, 1)
    return found


def _metadata(bits: Bits, found: Image) -> tuple[Image, bool]:
    """D.3.1, and whether there is an ICC profile."""
    more = bits.flag()
    if more:
        bits.u(3)  # orientation
        if bits.flag():
            size(bits)
        found = found._replace(preview=_shown_before(bits), animated=bits.flag())
        if found.animated:
            found = found._replace(timecodes=_animation(bits))
    _depth(bits)
    bits.flag()
    found = found._replace(extra=bits.u32((0, 0), (1, 0), (2, 4), (1, 12)))
    for _ in range(found.extra):
        _channel(bits)
    found = found._replace(xyb=bits.flag())
    icc = _colour(bits)
    if more and not bits.flag():
        bits.skip(16 + 16 + 1 + 16)  # D.3.7, tone mapping
    bits.extensions()
    return found, icc


def _animation(bits: Bits) -> bool:
    """D.3.4, and whether frames have time codes, which say when they were recorded and go."""
    bits.u32((100, 0), (1000, 0), (1, 10), (1, 30))
    bits.u32((1, 0), (1001, 0), (1, 8), (1, 10))
    bits.u32((0, 0), (0, 3), (0, 16), (0, 32))
    coded = bits.flag()
    if coded:
        bits.instead(bits.at - 1, 0, 1)
    return coded


def _depth(bits: Bits) -> None:
    """D.3.5."""
    if bits.flag():
        bits.u32((32, 0), (16, 0), (24, 0), (1, 6))
        bits.u(4)
    else:
        bits.u32((8, 0), (10, 0), (12, 0), (1, 6))


def _channel(bits: Bits) -> None:
    """D.3.6."""
    if bits.flag():
        return
    kind = bits.enum()
    _depth(bits)
    bits.u32((0, 0), (3, 0), (4, 0), (1, 3))
    bits.name()
    if kind == 0:
        bits.flag()
    elif kind == 2:
        bits.skip(64)
    elif kind == 5:
        bits.u32((1, 0), (0, 2), (3, 4), (19, 8))


def _colour(bits: Bits) -> bool:
    """E.2, and whether an ICC profile follows."""
    if bits.flag():
        return False
    icc, space = bits.flag(), bits.enum()
    if icc:
        return True
    if space != _XYB:
        if bits.enum() == _CUSTOM:
            _xy(bits)
        if space != _GREY and bits.enum() == _CUSTOM:
            for _ in range(3):
                _xy(bits)
        if bits.flag():
            bits.u(24)
        else:
            bits.enum()
    bits.enum()
    return False


def _xy(bits: Bits) -> None:
    for _ in range(2):
        bits.u32((0, 19), (524288, 19), (1048576, 20), (2097152, 21))


def _transforms(bits: Bits, found: Image) -> None:
    """D.3.8: the matrix of XYB and the weights of upsampling."""
    if bits.flag():
        return
    if found.xyb and not bits.flag():
        bits.skip(16 * 16)
    mask = bits.u(3)
    bits.skip(16 * sum(count for bit, count in ((1, 15), (2, 55), (4, 210)) if mask & bit))


# F.2: kinds of frame, flags, blend modes.
_REGULAR, _LF, _REFERENCE, _PROGRESSIVE = range(4)
_USES_LF: Final = 0x20
_REPLACE, _BLEND, _WEIGHTED, _MULTIPLY = 0, 2, 3, 4


def frame(bits: Bits, shown: Image) -> Frame:
    """F.2: a frame's header, up to its table of contents."""
    if bits.flag():
        return Frame(last=True, sections=_sections(shown.width, shown.height, 256, 1))
    return _Header(bits, shown).read()


class _Header:
    def __init__(self, bits: Bits, shown: Image) -> None:
        self.bits = bits
        self.image = shown
        self.kind = bits.u(2)
        self.modular = bits.flag()
        self.flags = bits.u64()
        self.normal = self.kind in {_REGULAR, _PROGRESSIVE}
        self.partial = False
        self.side = (shown.width, shown.height)

    def read(self) -> Frame:
        bits = self.bits
        upsampling = self._sampling()
        group = 128 << (bits.u(2) if self.modular else 1)
        if not self.modular and self.image.xyb:
            bits.u(6)
        passes = self._passes() if self.kind != _REFERENCE else 1
        level = 1 + bits.u(2) if self.kind == _LF else 0
        if self.kind != _LF and bits.flag():
            self._crop()
        last = self._shown()
        bits.name()
        self._filter()
        bits.extensions()
        width, height = (-(-side // (upsampling << 3 * level)) for side in self.side)
        return Frame(last, _sections(width, height, group, passes))

    def _sampling(self) -> int:
        bits = self.bits
        ycbcr = not self.image.xyb and bits.flag()
        if self.flags & _USES_LF:
            return 1
        if ycbcr:
            bits.u(6)
        upsampling = bits.u32(*_POWER)
        for _ in range(self.image.extra):
            bits.u32(*_POWER)
        return upsampling

    def _passes(self) -> int:
        """F.3."""
        bits = self.bits
        count = bits.u32((1, 0), (2, 0), (3, 0), (4, 3))
        if count == 1:
            return count
        steps = bits.u32((0, 0), (1, 0), (2, 0), (3, 1))
        bits.skip(2 * (count - 1))
        for _ in range(steps):
            bits.u32(*_POWER)
        for _ in range(steps):
            bits.u32((0, 0), (1, 0), (2, 0), (0, 3))
        return count

    def _crop(self) -> None:
        def number() -> int:
            return self.bits.u32((0, 8), (256, 11), (2304, 14), (18688, 30))

        def signed() -> int:
            value = number()
            return -(value + 1) // 2 if value & 1 else value // 2

        left, top = (0, 0) if self.kind == _REFERENCE else (signed(), signed())
        self.side = number(), number()
        whole = self.image
        self.partial = self.normal and (
            left > 0 or top > 0 or left + self.side[0] < whole.width or top + self.side[1] < whole.height
        )

    def _shown(self) -> bool:
        """How it is blended and for how long it is shown; whether it is the last."""
        bits, mode, duration, last = self.bits, _REPLACE, 0, False
        if self.normal:
            mode = self._blending()
            for _ in range(self.image.extra):
                self._blending()
            if self.image.animated:
                duration = bits.u32((0, 0), (1, 0), (0, 8), (0, 32))
                bits.skip(32 * self.image.timecodes)
                if self.image.timecodes:
                    bits.words.append(("TimeCode", bits.taken(bits.at - 32)[::-1].hex().encode()))
                    bits.instead(bits.at - 32)
            last = bits.flag()
        if self.kind != _LF:
            slot = 0 if last else bits.u(2)
            referenced = not last and (duration == 0 or slot != 0)
            if self.kind == _REFERENCE or (referenced and mode == _REPLACE and not self.partial):
                bits.flag()
        return last

    def _blending(self) -> int:
        """F.4."""
        bits = self.bits
        mode = bits.u32((0, 0), (1, 0), (2, 0), (3, 2))
        alpha = self.image.extra > 0 and mode in {_BLEND, _WEIGHTED}
        if alpha:
            bits.u32((0, 0), (1, 0), (2, 0), (3, 3))
        if alpha or mode == _MULTIPLY:
            bits.flag()
        if mode != _REPLACE or self.partial:
            bits.u(2)
        return mode

    def _filter(self) -> None:
        """J.1."""
        bits = self.bits
        if bits.flag():
            return
        if bits.flag() and bits.flag():
            bits.skip(6 * 16)
        if bits.u(2):
            if not self.modular and bits.flag():
                bits.skip(8 * 16)
            if bits.flag():
                bits.skip(5 * 16)
            if bits.flag():
                bits.skip((3 if self.modular else 4) * 16)
            if self.modular:
                bits.skip(16)
        bits.extensions()


def _sections(width: int, height: int, group: int, passes: int) -> int:
    """F.3.1: one if there is one group and one pass; else the global ones, one for each large group, and the groups."""
    groups = -(-width // group) * -(-height // group)
    large = -(-width // (8 * group)) * -(-height // (8 * group))
    return 1 if groups == passes == 1 else 2 + large + passes * groups
