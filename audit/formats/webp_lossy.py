"""Where the bits of a lossy WebP picture end (RFC 6386): its tokens are followed, no pixel is made."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.webp_lossy_tables import MODES, TOKENS, UPDATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_BYTES: Final = 1 << 20
MOST_BLOCKS: Final = 1 << 16  # of 16 x 16 pixels
_HEADER: Final = 10
_AHEAD: Final = 2  # bytes that a decoder may have read beside those it needs (7.3)
_HALF: Final = 128
_BANDS: Final = (0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0)  # 13.3; one more behind the last
_LARGE: Final = (
    (173, 148, 140),
    (176, 155, 140, 135),
    (180, 157, 141, 134, 130),
    (254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129),
)
_AFTER_SECOND, _SECOND, _CHROMA, _WHOLE = range(4)  # 13.3: kinds of block
_SHIFTS: Final = bytes(8 - max(number, 1).bit_length() for number in range(256))


class _LostError(Exception):
    """The bits cannot be followed: they run out, or break the format."""


def ends(data: bytes) -> Sequence[tuple[int, int]]:
    """Of a VP8 chunk's data, for modes and then each partition of tokens: where what a picture needs ends, and where it does.

    Nothing if that cannot be told.
    """
    size = [int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8)]
    width, height = (each + 15 >> 4 for each in size)
    key = len(data) > _HEADER and not data[0] & 1 and data[3:6] == b"\x9d\1\x2a"
    if not key or not 0 < width * height <= MOST_BLOCKS or len(data) > MOST_BYTES:
        return []
    try:
        return _followed(data, width, height)
    except _LostError:
        return []


def modes_end(head: bytes) -> int:
    """Where the modes are told to end, by the first three bytes of a VP8 chunk's data (9.1)."""
    return _HEADER + (int.from_bytes(head[:3], "little") >> 5)


class _Bools:
    """7.3: a stream of bits of which each has its own chance."""

    __slots__ = ("_ahead", "_at", "_data", "_range", "_value")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0  # bytes taken so far
        self._range, self._value, self._ahead = 255, 0, -8

    def bit(self, chance: int) -> int:
        if self._ahead < 0:
            self._more()
        split = 1 + ((self._range - 1) * chance >> 8)
        large = split << self._ahead
        if self._value >= large:
            self._value -= large
            split = self._range - split
            found = 1
        else:
            found = 0
        shift = _SHIFTS[split]
        self._range = split << shift
        self._ahead -= shift
        return found

    def _more(self) -> None:
        part = self._data[self._at : self._at + 6]
        if not part and self._at > len(self._data) + _AHEAD:
            raise _LostError
        self._at += 6
        self._value = self._value << 48 | int.from_bytes(part.ljust(6, b"\0"), "big")
        self._ahead += 48

    def u(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self.bit(_HALF)
        return value

    def optional(self, count: int) -> None:
        if self.bit(_HALF):
            self.u(count)

    @property
    def end(self) -> int:
        """Bytes that were needed and those that may be read ahead. Raises _LostError if there are not so many."""
        needed = 8 * self._at - self._ahead + 7 >> 3
        if needed > len(self._data) + _AHEAD:
            raise _LostError
        return min(needed + _AHEAD, len(self._data))


class _Header(NamedTuple):
    """9.2 to 9.11: what is needed to follow the rest."""

    segments: tuple[int, ...]  # chances of the tree of segments; empty where blocks do not tell theirs
    partitions: int
    tokens: Sequence[Sequence[Sequence[bytes]]]  # by kind, place from 0 to 16, and context
    skip: int | None  # the chance that a block has tokens, if blocks tell that


class _Block(NamedTuple):
    """A macroblock: 16 x 16 pixels."""

    skipped: bool
    whole: bool  # one mode for its brightness, which then has a second block of its own


def _followed(data: bytes, width: int, height: int) -> list[tuple[int, int]]:
    stop = modes_end(data)
    modes = _Bools(data[_HEADER:stop])
    header = _header(modes)
    sizes = [
        int.from_bytes(data[at : at + 3], "little")
        for at in range(stop, stop + 3 * (header.partitions - 1), 3)
    ]
    starts = list(accumulate(sizes, initial=stop + 3 * len(sizes)))
    stops = [*starts[1:], len(data)]
    if starts[-1] >= len(data):
        raise _LostError
    places = [_Bools(data[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    _rows(modes, header, places, width, height)
    return [
        (start + bools.end, stop)
        for bools, start, stop in zip((modes, *places), (_HEADER, *starts), (stop, *stops), strict=True)
    ]


def _header(bools: _Bools) -> _Header:
    bools.u(2)
    segments: tuple[int, ...] = ()
    if bools.u(1):
        told, updated = bools.u(1), bools.u(1)
        if updated:
            bools.u(1)
            for count in (8, 8, 8, 8, 7, 7, 7, 7):
                bools.optional(count)
        if told:
            segments = tuple(bools.u(8) if bools.u(1) else 255 for _ in range(3))
    bools.u(10)
    if bools.u(1) and bools.u(1):
        for _ in range(8):
            bools.optional(7)
    partitions = 1 << bools.u(2)
    bools.u(7)
    for _ in range(5):
        bools.optional(5)
    bools.u(1)
    chances = bytes(
        bools.u(8) if bools.bit(update) else usual for update, usual in zip(UPDATES, TOKENS, strict=True)
    )
    skip = bools.u(8) if bools.u(1) else None
    return _Header(segments, partitions, _by_place(chances), skip)


def _by_place(chances: bytes) -> list[list[list[bytes]]]:
    return [
        [
            [chances[at : at + 11] for at in range(264 * kind + 33 * band, 264 * kind + 33 * band + 33, 11)]
            for band in _BANDS
        ]
        for kind in range(4)
    ]


def _rows(modes: _Bools, header: _Header, partitions: Sequence[_Bools], width: int, height: int) -> None:
    """All macroblocks. What is above one, and to its left, decides on chances: modes, and which blocks have tokens."""
    above = [0] * (4 * width)
    tokens_above = [[0] * 9 for _ in range(width)]
    for row in range(height):
        left, tokens_left = [0] * 4, [0] * 9
        bools = partitions[row & len(partitions) - 1]
        for column in range(width):
            block = _modes(modes, header, above, left, 4 * column)
            if not block.skipped:
                _residual(bools, header.tokens, block, tokens_above[column], tokens_left)
            else:
                for beside in (tokens_above[column], tokens_left):
                    beside[:8] = bytes(8)
                    beside[8] &= not block.whole


def _modes(bools: _Bools, header: _Header, above: list[int], left: list[int], at: int) -> _Block:
    """9.3, 9.11, 11.2 to 11.4. Modes are numbered as 11.2 does: DC, TM, vertical, horizontal, then six more."""
    if header.segments:
        bools.bit(header.segments[1 + bools.bit(header.segments[0])])
    skipped = bool(header.skip is not None and bools.bit(header.skip))
    whole = bool(bools.bit(145))
    if whole:
        mode = 3 - 2 * bools.bit(128) if bools.bit(156) else 2 * bools.bit(163)
        above[at : at + 4] = left[:] = (mode,) * 4
    else:
        for y in range(4):
            mode = left[y]
            for x in range(at, at + 4):
                mode = above[x] = _mode(bools, 90 * above[x] + 9 * mode)
            left[y] = mode
    if bools.bit(142) and bools.bit(114):
        bools.bit(183)
    return _Block(skipped, whole)


def _mode(bools: _Bools, at: int) -> int:
    """The tree of modes (11.2) with the nine chances from `at`."""
    for mode in range(3):
        if not bools.bit(MODES[at + mode]):
            return mode
    if not bools.bit(MODES[at + 3]):
        if not bools.bit(MODES[at + 4]):
            return 3
        return 4 + bools.bit(MODES[at + 5])
    for mode in range(6, 8):
        if not bools.bit(MODES[at + mode]):
            return mode
    return 8 + bools.bit(MODES[at + 8])


def _residual(
    bools: _Bools,
    chances: Sequence[Sequence[Sequence[bytes]]],
    block: _Block,
    above: list[int],
    left: list[int],
) -> None:
    """13: the blocks of a macroblock. Beside it are four of brightness, two and two of colour, and one of second order."""
    first, kind = 0, _WHOLE
    if block.whole:
        above[8] = left[8] = _tokens(bools, chances[_SECOND], above[8] + left[8], 0)
        first, kind = 1, _AFTER_SECOND
    brightness = chances[kind]
    for y in range(4):
        for x in range(4):
            above[x] = left[y] = _tokens(bools, brightness, above[x] + left[y], first)
    colour = chances[_CHROMA]
    for y, x in ((4, 4), (4, 5), (5, 4), (5, 5), (6, 6), (6, 7), (7, 6), (7, 7)):
        above[x] = left[y] = _tokens(bools, colour, above[x] + left[y], 0)


def _tokens(bools: _Bools, places: Sequence[Sequence[bytes]], context: int, at: int) -> int:
    """13.2: the tokens of a block; whether it has any before the one that ends it."""
    bit = bools.bit
    chances = places[at][context]
    if not bit(chances[0]):
        return 0
    while True:
        while not bit(chances[1]):
            at += 1
            if at == 16:
                return 1
            chances = places[at][0]
        at += 1
        if bit(chances[2]):
            _large(bit, chances)
            chances = places[at][2]
        else:
            chances = places[at][1]
        bit(_HALF)
        if at == 16 or not bit(chances[0]):
            return 1


def _large(bit: Callable[[int], int], chances: bytes) -> None:
    """A number above one."""
    if not bit(chances[3]):
        if bit(chances[4]):
            bit(chances[5])
    elif not bit(chances[6]):
        if not bit(chances[7]):
            bit(159)
        else:
            bit(165)
            bit(145)
    else:
        upper = bit(chances[8])
        for chance in _LARGE[2 * upper + bit(chances[9 + upper])]:
            bit(chance)
