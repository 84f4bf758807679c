"""The parameter sets of HEVC (ITU-T H.265, 7.3.2): which one it is, and where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.heif_bits import Bits, escaped, few, plain
from audit.formats.heif_sets import Set

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SETS: Final = 64  # of reference pictures
_OWN_RATIO: Final = 255
_BY_FOUR: Final = 3  # 4:4:4
_LAST_PROFILE: Final = 11  # that A.3 to H.11 know


def read(unit: bytes, *, bare: bool = False) -> Set:
    """The set without what is behind its end or in an extension nobody knows. Raises FormatError for what is none.

    `bare`: also without reserved bits, and without what only a player of video asks for: rates, buffers, limits.
    """
    kind, layer = unit[0] >> 1 & 63, (unit[0] & 1) << 5 | unit[1] >> 3
    bits = Bits(plain(unit[2:]), bare=bare)
    number, parent = _KINDS[kind](bits)
    return Set(kind, layer, number, parent, unit[:2] + escaped(bits.ended()))


def slice_set(unit: bytes) -> tuple[bool, int]:
    """7.3.6.1: whether it is the first slice of a picture, and the picture parameter set that it names."""
    bits = Bits(plain(unit[2:]))
    first = bits.flag()
    if 16 <= unit[0] >> 1 & 63 <= 23:
        bits.u(1)
    return first, bits.ue()


def _video(bits: Bits) -> tuple[int, int]:
    """7.3.2.1. Its extension says how further layers are coded."""
    number = bits.u(4)
    bits.u(8)
    layers = bits.u(3)
    bits.u(17)
    _levels(bits, layers)
    _orders(bits, layers)
    highest = bits.u(6)
    for _ in range(few(bits.ue(), 1023)):
        bits.u(highest + 1)
    if bits.flag():
        _timing(bits)
        for index in range(few(bits.ue(), 1024)):
            bits.ue()
            _decoder(bits, layers, told=not index or bits.flag())
    if bits.flag():
        bits.clear(1)
    return number, -1


def _levels(bits: Bits, layers: int) -> None:
    """7.3.3: profile, tier and level; then those of parts of the frames, which no decoder asks for."""
    profile = bits.u(8) & 31
    like = bits.masked(32, 0xFFF00000) | 1 << 31 - profile
    bits.u(4)
    bits.masked(44, _constraints(profile, like))
    bits.u(8)
    told = bits.masked(16, 0) if layers else 0
    start = bits.at
    for index in range(layers):
        bits.u(88 * (told >> 15 - 2 * index & 1) + 8 * (told >> 14 - 2 * index & 1))
    bits.omit(start)


def _constraints(profile: int, like: int) -> int:
    """7.3.3: which of 44 bits mean something in a profile, or in one that is `like` others."""
    if profile > _LAST_PROFILE:
        return (1 << 44) - 1
    if like & 0x0FF00000:
        return 0x3FF << 34
    return 1 << 36 if like & 1 << 29 else 0


def _orders(bits: Bits, layers: int) -> None:
    bits.each_ue(3 * (layers + 1 if bits.flag() else 1))


def _timing(bits: Bits) -> None:
    bits.u(64)
    if bits.flag():
        bits.ue()


def _decoder(bits: Bits, layers: int, *, told: bool) -> None:
    """E.2.2: how a decoder's buffer is modelled. `told`: with what all layers have in common."""
    if not told:
        raise FormatError(bits.at // 8, "a header of a coded picture is broken")
    kinds = bits.u(1) + bits.u(1)
    parts = False
    if kinds:
        parts = bits.flag()
        bits.u(19 * parts + 8 + 4 * parts + 15)
    for _ in range(layers + 1):
        general = bits.flag()
        within = general or bits.flag()
        if within:
            bits.ue()
        low = not within and bits.flag()
        buffers = 1 if low else 1 + few(bits.ue(), 31)
        for _ in range(kinds * buffers):
            bits.each_ue(4 if parts else 2)
            bits.u(1)


def _sequence(bits: Bits) -> tuple[int, int]:
    """7.3.2.2."""
    parent, layers = _first(bits)
    number = bits.ue()
    chroma = bits.ue()
    if chroma == _BY_FOUR:
        bits.u(1)
    bits.each_ue(2)
    if bits.flag():
        bits.each_ue(4)
    depths = bits.ue(), bits.ue()
    order = 4 + few(bits.ue(), 12)
    _orders(bits, layers)
    bits.each_ue(6)
    if bits.flag() and bits.flag():
        _scaling(bits)
    bits.u(2)
    if bits.flag():
        bits.u(8)
        bits.each_ue(2)
        bits.u(1)
    _references(bits)
    if bits.flag():
        bits.u((order + 1) * few(bits.ue(), 32))
    bits.u(2)
    if bits.flag():
        _usability(bits, layers)
    if bits.flag():
        _sequence_extensions(bits, chroma, depths)
    return number, parent


def _first(bits: Bits) -> tuple[int, int]:
    parent = bits.u(4)
    layers = bits.u(3)
    bits.u(1)
    _levels(bits, layers)
    return parent, layers


class Summary(NamedTuple):
    """What a sequence parameter set says that is said again elsewhere."""

    level: bytes  # general profile, tier and level: twelve bytes
    chroma: int
    depths: tuple[int, int]  # beyond eight
    layers: int
    nested: int
    video: bytes  # a video parameter set that says the same and no more


def summary(unit: bytes) -> Summary:
    """Of a unit that `read` gave as bare."""
    bits = Bits(plain(unit[2:]))
    parent, layers = _first(bits)
    levels = bits.between(8, bits.at), bits.at - 8
    bits.ue()
    chroma = bits.ue()
    if chroma == _BY_FOUR:
        bits.u(1)
    bits.each_ue(2)
    if bits.flag():
        bits.each_ue(4)
    depths = bits.ue(), bits.ue()
    bits.ue()
    start = bits.at
    _orders(bits, layers)
    nested = bits.between(7, 8)
    parts = (
        (parent << 12 | 3 << 10 | layers << 1 | nested, 16),
        (0xFFFF, 16),
        levels,
        (bits.between(start, bits.at), bits.at - start),
        (0b0000001001, 10),  # one layer; one set of layers; no timing, no extension; all of it
    )
    value = size = 0
    for part, count in parts:
        value, size = value << count | part, size + count
    video = (value << -size % 8).to_bytes((size + 7) // 8, "big")
    return Summary(plain(unit[2:])[1:13], chroma, depths, layers, nested, bytes((64, 1)) + escaped(video))


def _scaling(bits: Bits) -> None:
    """7.3.4."""
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if bits.flag():
                bits.each_ue(min(64, 1 << 4 + 2 * size) + (size > 1))
            else:
                bits.ue()


def _references(bits: Bits) -> None:
    """7.3.7 and 7.4.8: sets of pictures before and behind. A set may be told by its difference to the one before."""
    before: list[int] = []
    for index in range(few(bits.ue(), _MOST_SETS)):
        before = _derived(bits, before) if index and bits.flag() else _listed(bits)


def _listed(bits: Bits) -> list[int]:
    counts = few(bits.ue(), 16), few(bits.ue(), 16)
    found: list[int] = []
    for count, sign in zip(counts, (-1, 1), strict=True):
        at = 0
        for _ in range(count):
            at += sign * (bits.ue() + 1)
            bits.u(1)
            found.append(at)
    return found


def _derived(bits: Bits, before: list[int]) -> list[int]:
    """The pictures before come first, the nearest first (7-61, 7-62)."""
    step = -1 if bits.flag() else 1
    step *= bits.ue() + 1
    found = [at + step for at in (*before, 0) if (bits.flag() or bits.flag()) and at + step]
    return sorted((at for at in found if at < 0), reverse=True) + sorted(at for at in found if at > 0)


def _usability(bits: Bits, layers: int) -> None:
    """E.2.1."""
    if bits.flag() and bits.u(8) == _OWN_RATIO:
        bits.u(32)
    bits.spare(lambda: bits.u(1))
    if bits.flag():
        bits.u(4)
        bits.u(24 * bits.u(1))
    if bits.flag():
        bits.each_ue(2)
    bits.u(3)
    if bits.flag():
        bits.each_ue(4)
    bits.spare(lambda: _rate(bits, layers))
    bits.spare(lambda: _limits(bits))


def _rate(bits: Bits, layers: int) -> None:
    _timing(bits)
    if bits.flag():
        _decoder(bits, layers, told=True)


def _limits(bits: Bits) -> None:
    bits.u(3)
    bits.each_ue(5)


def _sequence_extensions(bits: Bits, chroma: int, depths: tuple[int, int]) -> None:
    """7.3.2.2.1: extensions for range, layers, 3D, screen content, and four that nobody knows."""
    ranges, layers, solid, screen = _extensions(bits)
    if ranges:
        bits.u(9)
    if layers:
        bits.u(1)
    if solid:
        raise FormatError(bits.at // 8, "a header of a coded picture is broken")
    if screen:
        _screen(bits, chroma, depths)


def _extensions(bits: Bits) -> tuple[bool, bool, bool, bool]:
    told = bits.flag(), bits.flag(), bits.flag(), bits.flag()
    if bits.u(4):
        bits.clear(4)
    return told


def _screen(bits: Bits, chroma: int, depths: tuple[int, int]) -> None:
    """7.3.2.2.3."""
    bits.u(1)
    if bits.flag():
        bits.each_ue(2)
        if bits.flag():
            colours = 1 + few(bits.ue(), 127)
            bits.u(colours * (8 + depths[0] + (2 * (8 + depths[1]) if chroma else 0)))
    bits.u(3)


def _picture(bits: Bits) -> tuple[int, int]:
    """7.3.2.3."""
    number, parent = bits.ue(), bits.ue()
    bits.u(7)
    bits.each_ue(2)
    bits.se()
    bits.u(1)
    skips = bits.flag()
    if bits.flag():
        bits.ue()
    bits.se()
    bits.se()
    bits.u(4)
    tiles = bits.flag()
    bits.u(1)
    if tiles:
        _tiles(bits)
    bits.u(1)
    if bits.flag():
        bits.u(1)
        if not bits.flag():
            bits.each_ue(2)
    if bits.flag():
        _scaling(bits)
    bits.u(1)
    bits.ue()
    bits.u(1)
    if bits.flag():
        _picture_extensions(bits, skips=skips)
    return number, parent


def _tiles(bits: Bits) -> None:
    columns, rows = few(bits.ue(), 1 << 12), few(bits.ue(), 1 << 12)
    if not bits.flag():
        bits.each_ue(columns + rows)
    bits.u(1)


def _picture_extensions(bits: Bits, *, skips: bool) -> None:
    ranges, layers, solid, screen = _extensions(bits)
    if ranges:
        _ranges(bits, skips=skips)
    if layers or solid:
        raise FormatError(bits.at // 8, "a header of a coded picture is broken")
    if screen:
        _palette(bits)


def _ranges(bits: Bits, *, skips: bool) -> None:
    """7.3.2.3.2."""
    if skips:
        bits.ue()
    bits.u(1)
    if bits.flag():
        bits.ue()
        bits.each_ue(2 * (1 + few(bits.ue(), 5)))
    bits.each_ue(2)


def _palette(bits: Bits) -> None:
    """7.3.2.3.3."""
    bits.u(1)
    if bits.flag():
        bits.u(1)
        bits.each_ue(3)
    if bits.flag():
        colours = few(bits.ue(), 128)
        if colours:
            mono = bits.flag()
            depth = 8 + bits.ue()
            bits.u(colours * (depth if mono else depth + 2 * (8 + bits.ue())))


_KINDS: Final[dict[int, Callable[[Bits], tuple[int, int]]]] = {32: _video, 33: _sequence, 34: _picture}
