"""Where the bits of a lossless WebP picture end (RFC 9649, 3): its codes are followed, no pixel is made."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PIXELS: Final = 1 << 24
MOST_BYTES: Final = 4 << 20
_MOST_ENTRIES: Final = 1 << 24  # of all tables of a picture together
_HEADER: Final = 5  # bytes
_LITERALS, _LENGTHS, _DISTANCES = 256, 24, 40
_COPY, _CACHED = _LITERALS, _LITERALS + _LENGTHS  # where the symbols of copies and of the cache begin
_LONGEST_CODE: Final = 15
_MOST_CACHE_BITS: Final = 11
_FIRST_LENGTH: Final = 8
# 3.7.2.1.2: lengths of codes for lengths, and what the last three stand for: bits, the least number.
_ORDER: Final = (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
_REPEATS: Final = ((2, 3), (3, 3), (7, 11))
_HASH: Final = 0x1E35A7BD
_PREDICTOR, _COLOUR, _GREEN, _INDEXED = range(4)
# 3.6.2.2.1: the pixels nearby, nearest first, as x and y.
_NEARBY: Final = sorted(
    ((x, y) for y in range(8) for x in range(-7, 9) if y or x > 0),
    key=lambda place: (place[0] ** 2 + place[1] ** 2, abs(place[0]), -place[0]),
)


class _LostError(Exception):
    """The bits cannot be followed: they run out, break the format, or are too many."""


def end(data: bytes) -> int | None:
    """Bytes of a VP8L chunk's data up to the last that its picture needs; None if that cannot be told."""
    if len(data) < _HEADER or data[0] != 0x2F or data[4] >> 5:
        return None
    size = int.from_bytes(data[1:5], "little")
    found = stream_end(data[_HEADER:], 1 + (size & 0x3FFF), 1 + (size >> 14 & 0x3FFF))
    return None if found is None else _HEADER + found


def stream_end(data: bytes, width: int, height: int) -> int | None:
    """The same without a header of its own, as in packed opacity (RFC 9649, 2.7.1.2)."""
    if not 0 < width * height <= MOST_PIXELS or len(data) > MOST_BYTES:
        return None
    bits = _Bits(data)
    try:
        _picture(bits, width, height)
    except _LostError:
        return None
    return bits.place + 7 >> 3


class _Bits:
    """Bits, lowest first."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0  # in bits
        self.stop = 8 * len(data)
        self.entries = 0  # of all tables

    def u(self, count: int) -> int:
        place = self.place
        self.place = place + count
        if self.place > self.stop:
            raise _LostError
        chunk = int.from_bytes(self.data[place >> 3 : self.place + 7 >> 3], "little")
        return chunk >> (place & 7) & (1 << count) - 1


class _Code:
    """A prefix code: for the next bits, the symbol, and in the lowest four bits how many bits it takes."""

    def __init__(self, lengths: Sequence[tuple[int, int]]) -> None:
        """`lengths` are symbols, rising, and how many bits each takes. Raises _LostError."""
        self.bits = max((length for _, length in lengths), default=0) if len(lengths) > 1 else 0
        self.only = lengths[0][0] if len(lengths) == 1 else None
        self._lengths = lengths
        self._table: array[int] | None = None
        if not lengths or (self.bits and sum(1 << 15 - length for _, length in lengths) != 1 << 15):
            raise _LostError

    def table(self, bits: _Bits) -> array[int]:
        if self._table is None:
            bits.entries += 1 << self.bits
            if bits.entries > _MOST_ENTRIES:
                raise _LostError
            self._table = self._made()
        return self._table

    def _made(self) -> array[int]:
        if self.only is not None:
            return array("H", (self.only << 4,))
        table = array("H", bytes(2 << self.bits))
        code = last = 0
        for symbol, length in sorted(self._lengths, key=lambda each: each[1]):
            code <<= length - last
            turned = int(f"{code:0{length}b}"[::-1], 2)
            table[turned :: 1 << length] = array("H", (symbol << 4 | length,)) * (1 << self.bits - length)
            code, last = code + 1, length
        return table

    def read(self, bits: _Bits) -> int:
        entry = self.table(bits)[_peek(bits) & (1 << self.bits) - 1]
        bits.place += entry & 15
        if bits.place > bits.stop:
            raise _LostError
        return entry >> 4


def _peek(bits: _Bits) -> int:
    at = bits.place >> 3
    return int.from_bytes(bits.data[at : at + 3], "little") >> (bits.place & 7)


class _Group(NamedTuple):
    """3.7.2.2: five codes that are used together."""

    green: _Code  # and lengths, and numbers of the cache
    red: _Code
    blue: _Code
    alpha: _Code
    distance: _Code

    @property
    def silent(self) -> bool:
        """Whether every pixel is the same one, and takes no bits."""
        only = self.green.only
        if only is None:
            return False
        plain = self.red.only is not None and self.blue.only is not None and self.alpha.only is not None
        return only >= _CACHED or (only < _COPY and plain)


def _picture(bits: _Bits, width: int, height: int) -> None:
    """3.8: transforms, each once, then the picture itself."""
    seen = set()
    while bits.u(1):
        kind = bits.u(2)
        if kind in seen:
            raise _LostError
        seen.add(kind)
        if kind in {_PREDICTOR, _COLOUR}:
            block = bits.u(3) + 2
            _image(bits, _blocks(width, block), _blocks(height, block))
        elif kind == _INDEXED:
            colours = bits.u(8) + 1
            _image(bits, colours, 1)
            width = _blocks(width, sum(colours <= most for most in (2, 4, 16)))
    cache = _cache(bits)
    if not bits.u(1):
        return _follow(bits, width, height, _groups(bits, 1, cache), None)
    block = bits.u(3) + 2
    across, down = _blocks(width, block), _blocks(height, block)
    small = _cache(bits)
    chosen = [pixel >> 8 & 0xFFFF for pixel in _pixels(bits, across, down, _groups(bits, 1, small)[0], small)]
    return _follow(bits, width, height, _groups(bits, 1 + max(chosen), cache), (block, across, chosen))


def _image(bits: _Bits, width: int, height: int) -> None:
    """What a transform goes by."""
    cache = _cache(bits)
    _follow(bits, width, height, _groups(bits, 1, cache), None)


def _blocks(size: int, bits: int) -> int:
    return size + (1 << bits) - 1 >> bits


def _cache(bits: _Bits) -> int:
    """How many bits a number of the colour cache has; 0 without one."""
    if not bits.u(1):
        return 0
    size = bits.u(4)
    if not 1 <= size <= _MOST_CACHE_BITS:
        raise _LostError
    return size


def _groups(bits: _Bits, count: int, cache: int) -> list[_Group]:
    greens = _CACHED + (1 << cache if cache else 0)
    found = []
    for _ in range(count):
        sizes = (greens, _LITERALS, _LITERALS, _LITERALS, _DISTANCES)
        found.append(_Group._make(_code(bits, size) for size in sizes))
    return found


def _code(bits: _Bits, symbols: int) -> _Code:
    """3.7.2.1: one or two symbols, or the lengths of all."""
    if bits.u(1):
        two = bits.u(1)
        few = {bits.u(8 if bits.u(1) else 1)}
        if two:
            few.add(bits.u(8))
        return _Code([(symbol, 1) for symbol in sorted(few) if symbol < symbols])
    lengths = [0] * len(_ORDER)
    for place in _ORDER[: 4 + bits.u(4)]:
        lengths[place] = bits.u(3)
    code = _Code([(symbol, length) for symbol, length in enumerate(lengths) if length])
    told = 2 + bits.u(2 + 2 * bits.u(3)) if bits.u(1) else symbols
    if told > symbols:
        raise _LostError
    return _Code(_lengths(bits, code, symbols, told))


def _lengths(bits: _Bits, code: _Code, symbols: int, told: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at, last = 0, _FIRST_LENGTH
    while at < symbols and told:
        told -= 1
        length, count = code.read(bits), 1
        if length > _LONGEST_CODE:
            extra, least = _REPEATS[length - 16]
            count = least + bits.u(extra)
            length = last if length == _LONGEST_CODE + 1 else 0
        if at + count > symbols:
            raise _LostError
        if length:
            last = length
            found += [(symbol, length) for symbol in range(at, at + count)]
        at += count
    return found


def _number(bits: _Bits, symbol: int) -> int:
    """3.6.2.2: a length or a distance of which `symbol` is the beginning."""
    if symbol < 4:
        return symbol + 1
    extra = symbol - 2 >> 1
    return (2 + (symbol & 1) << extra) + bits.u(extra) + 1


def _pixels(bits: _Bits, width: int, height: int, group: _Group, cache: int) -> Sequence[int]:
    """The pixels themselves, for the few of which each chooses the codes of a block."""
    total = width * height
    out = array("L")
    colours = [0] * (1 << cache if cache else 0)
    while len(out) < total:
        symbol = group.green.read(bits)
        start = len(out)
        if symbol < _COPY:
            red, blue, alpha = (code.read(bits) for code in group[1:4])
            out.append(alpha << 24 | red << 16 | symbol << 8 | blue)
        elif symbol >= _CACHED:
            out.append(colours[symbol - _CACHED])
        else:
            length = _number(bits, symbol - _COPY)
            back = _back(_number(bits, group.distance.read(bits)), width)
            if back > start or start + length > total:
                raise _LostError
            while len(out) < start + length:
                out += out[-back:][: start + length - len(out)]
        if cache:
            for pixel in out[start:]:
                colours[(_HASH * pixel & 0xFFFFFFFF) >> 32 - cache] = pixel
    return out


def _back(code: int, width: int) -> int:
    """3.6.2.2.1: how many pixels back."""
    if code > len(_NEARBY):
        return code - len(_NEARBY)
    x, y = _NEARBY[code - 1]
    return max(x + y * width, 1)


def _follow(
    bits: _Bits,
    width: int,
    height: int,
    groups: Sequence[_Group],
    choice: tuple[int, int, Sequence[int]] | None,
) -> None:
    """Pass by all pixels; `choice` is the size of a block in bits, blocks in a row, and each one's group."""
    total, at = width * height, 0
    while at < total:
        group, stop = groups[0], total
        if choice:
            block, across, chosen = choice
            y, x = divmod(at, width)
            group = groups[chosen[(y >> block) * across + (x >> block)]]
            stop = at - x + min(width, ((x >> block) + 1) << block)
        at = stop if group.silent else _pass(bits, group, at, stop)
    if at > total or bits.place > bits.stop:
        raise _LostError


def _pass(bits: _Bits, group: _Group, at: int, stop: int) -> int:
    """Pass by the pixels from `at` to `stop`; how far it got, for a copy may go farther."""
    green, red, blue, alpha = (code.table(bits) for code in group[:4])
    greens, reds, blues, alphas = ((1 << code.bits) - 1 for code in group[:4])
    data, place = bits.data, bits.place
    held = ahead = 0  # bits that are held, and how many of them
    while at < stop:
        if ahead < 64:
            if place > bits.stop:
                raise _LostError
            next_byte, passed = place + ahead >> 3, place + ahead & 7
            held |= int.from_bytes(data[next_byte : next_byte + 64], "little") >> passed << ahead
            ahead += 512 - passed
        entry = green[held & greens]
        taken = entry & 15
        held >>= taken
        symbol = entry >> 4
        if symbol < _COPY:
            step = red[held & reds] & 15
            held >>= step
            taken += step
            step = blue[held & blues] & 15
            held >>= step
            taken += step
            step = alpha[held & alphas] & 15
            held >>= step
            taken += step
            at += 1
        elif symbol >= _CACHED:
            at += 1
        else:
            bits.place = place + taken
            length = _number(bits, symbol - _COPY)
            _number(bits, group.distance.read(bits))
            taken = bits.place - place
            at += (
                length if taken else -((at - stop) // length) * length
            )  # without bits all that follow are the same
            held >>= taken - (entry & 15)
        place += taken
        ahead -= taken
    bits.place = place
    if place > bits.stop:
        raise _LostError
    return at
