"""The parameter sets of AVC (ITU-T H.264, 7.3.2): which one it is, and where it ends."""

from __future__ import annotations

from typing import Final

from audit.formats.base import FormatError
from audit.formats.heif_bits import Bits, escaped, few, plain
from audit.formats.heif_sets import Set

SEQUENCE, PICTURE = 7, 8
_HIGH: Final = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244})
_OWN_RATIO: Final = 255
_BY_FOUR: Final = 3


def read(unit: bytes, *, by_four: bool = False) -> Set:
    """The set without what is behind its end. Raises FormatError for what is none. `by_four`: of a picture of 4:4:4."""
    bits = Bits(plain(unit[1:]))
    kind = unit[0] & 31
    if kind == SEQUENCE:
        number, parent = _sequence(bits), -1
    elif kind == PICTURE:
        number, parent = _picture(bits, by_four=by_four)
    else:
        raise FormatError(0, "a header of a coded picture is broken")
    return Set(kind, 0, number, parent, unit[:1] + escaped(bits.ended()))


def slice_set(unit: bytes) -> int:
    """7.3.3: the picture parameter set that a slice names."""
    bits = Bits(plain(unit[1:]))
    bits.each_ue(2)
    return bits.ue()


def _sequence(bits: Bits) -> int:
    """7.3.2.1.1."""
    profile = bits.u(8)
    bits.u(16)
    number = bits.ue()
    if profile in _HIGH:
        _high(bits)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.u(1)
        bits.each_ue(2)
        bits.each_ue(few(bits.ue(), 255))
    bits.ue()
    bits.u(1)
    bits.each_ue(2)
    if not bits.flag():
        bits.u(1)
    bits.u(1)
    if bits.flag():
        bits.each_ue(4)
    if bits.flag():
        _usability(bits)
    return number


def _high(bits: Bits) -> None:
    chroma = bits.ue()
    if chroma == _BY_FOUR:
        bits.u(1)
    bits.each_ue(2)
    bits.u(1)
    if bits.flag():
        _scaling(bits, 12 if chroma == _BY_FOUR else 8)


def _scaling(bits: Bits, lists: int) -> None:
    """7.3.2.1.1.1: a list ends early where its next value would be zero."""
    for index in range(lists):
        if not bits.flag():
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + bits.signed()) % 256
            last = following or last


def _usability(bits: Bits) -> None:
    """E.1.1."""
    if bits.flag() and bits.u(8) == _OWN_RATIO:
        bits.u(32)
    if bits.flag():
        bits.u(1)
    if bits.flag():
        bits.u(4)
        bits.u(24 * bits.u(1))
    if bits.flag():
        bits.each_ue(2)
    if bits.flag():
        bits.u(65)
    models = 0
    for _ in range(2):
        if bits.flag():
            models += 1
            _decoder(bits)
    if models:
        bits.u(1)
    bits.u(1)
    if bits.flag():
        bits.u(1)
        bits.each_ue(6)


def _decoder(bits: Bits) -> None:
    """E.1.2."""
    buffers = 1 + few(bits.ue(), 31)
    bits.u(8)
    for _ in range(buffers):
        bits.each_ue(2)
        bits.u(1)
    bits.u(20)


def _picture(bits: Bits, *, by_four: bool) -> tuple[int, int]:
    """7.3.2.2."""
    number, parent = bits.ue(), bits.ue()
    bits.u(2)
    if bits.ue():
        raise FormatError(bits.at // 8, "a header of a coded picture is broken")  # groups of slices
    bits.each_ue(2)
    bits.u(3)
    bits.each_ue(3)
    bits.u(3)
    if bits.more():
        eights = bits.flag()
        if bits.flag():
            _scaling(bits, 6 + (6 if by_four else 2) * eights)
        bits.se()
    return number, parent
