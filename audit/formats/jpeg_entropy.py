"""Where the coded data of a JPEG's scan ends (ITU-T T.81, annexes F and G, for Huffman coding).

The codes are followed as libjpeg follows them, and no coefficient is made of them: what counts is how many bits they take.
Which coefficients are not zero is kept only for progressive pictures, whose refinements depend on it (G.1.2.3).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_RESTART: Final = re.compile(rb"\xff+([\xd0-\xd7])")
_STUFFED: Final = re.compile(rb"\xff+\x00")  # libjpeg takes any number of FF before the 00 for one
_MOST_IN_A_UNIT: Final = 10  # blocks: B.2.3
_END: Final = 128  # an end of a block, as a step that leads far behind its last coefficient
_CHUNK: Final = 32  # bytes taken at a time
_CHUNK_BITS: Final = 8 * _CHUNK
_ENOUGH: Final = 48  # bits: a code and its value have up to 31, and the next code 16
_VALUE, _ZEROS, _ENDS = 0, 1 << 10, 2 << 10  # what a code of a progressive scan stands for

_Pair = tuple[list[int], int, int, list[int], int, int]
Masks = list[int]  # for each block of a component in order: its coefficients that are not zero, as bits


class Component(NamedTuple):
    across: int  # blocks in each row that the picture needs
    down: int
    wide: int  # blocks in each unit of an interleaved scan
    high: int


class Frame(NamedTuple):
    """What a frame header says (B.2.2)."""

    progressive: bool
    units: int  # of an interleaved scan
    components: dict[int, Component]  # by name

    @property
    def blocks(self) -> int:
        return sum(each.across * each.down for each in self.components.values())


class Codes(NamedTuple):
    """What bits begin with: entries by the next `width` bits, 0 where they begin with no code."""

    entries: list[int]
    width: int  # bits of the longest code
    mask: int


_NONE: Final = Codes([], 0, 0)


class Scan(NamedTuple):
    """What a scan header says (B.2.3), and what it needs."""

    components: tuple[int, ...]  # names
    direct: tuple[
        bytes, ...
    ]  # for each: the definition of its table, from its sixteen counts on; empty if there is none
    alternating: tuple[bytes, ...]
    first: int
    last: int
    high: int
    interval: int  # units between restarts, or 0


def frame(kind: int, payload: bytes) -> Frame | None:
    """What the header of SOF`kind` says; None for a picture that is not followed: arithmetic, lossless, of unknown height."""
    if kind > 2 or len(payload) < 9 or len(payload) != 6 + 3 * payload[5]:
        return None
    height, width = int.from_bytes(payload[1:3], "big"), int.from_bytes(payload[3:5], "big")
    sampled = [(name, both >> 4, both & 15) for name, both in zip(payload[6::3], payload[7::3], strict=True)]
    if len({name for name, _, _ in sampled}) < len(sampled) or not width or not height:
        return None
    if not all(1 <= across <= 4 and 1 <= down <= 4 for _, across, down in sampled):
        return None
    widest, highest = max(wide for _, wide, _ in sampled), max(high for *_, high in sampled)
    components = {
        name: Component(-(-width * wide // (8 * widest)), -(-height * high // (8 * highest)), wide, high)
        for name, wide, high in sampled
    }
    return Frame(kind == 2, -(-width // (8 * widest)) * -(-height // (8 * highest)), components)


def end(frame: Frame, scan: Scan, data: bytes, masks: dict[int, Masks]) -> int | None:
    """Where in the data of a scan its last block ends: the offset of the byte behind it. None if the codes lead nowhere.

    `masks` are those of the components, and are changed as the scan says.
    """
    parts = [frame.components[name] for name in scan.components if name in frame.components]
    if not 1 <= len(parts) == len(scan.components) <= 4:
        return None
    single = len(parts) == 1
    units = parts[0].across * parts[0].down if single else frame.units
    cuts = _intervals(data, units, scan.interval)
    sizes = [1] if single else [each.wide * each.high for each in parts]
    if not cuts or sum(sizes) > _MOST_IN_A_UNIT:
        return None
    try:
        if frame.progressive and scan.first:
            if not single:  # G.1.1.1.1: a band belongs to one component
                return None
            return _alternating(scan, data, cuts, units, masks.setdefault(scan.components[0], [0] * units))
        start, stop = cuts[-1]  # nothing in it depends on those before
        bits = _unstuffed(data[start:stop])
        left = units - scan.interval * (len(cuts) - 1)
        return _place(data, start, stop, bits, _last(frame, scan, sizes, bits, left))
    except EOFError:
        return None


def _last(frame: Frame, scan: Scan, sizes: Sequence[int], bits: bytes, units: int) -> int | None:
    """How many bits the last interval has. Raises EOFError."""
    if frame.progressive and scan.high:
        return units * sum(sizes)  # G.1.2.1
    tables = [
        (table(one, "direct"), _NONE if frame.progressive else table(two, "alternating"))
        for one, two in zip(scan.direct, scan.alternating, strict=True)
    ]
    pattern = [
        (*direct, *alternating)
        for (direct, alternating), size in zip(tables, sizes, strict=True)
        for _ in range(size)
        if direct and alternating
    ]
    return _sequential(bits, units, pattern) if len(pattern) == sum(sizes) else None


def _intervals(data: bytes, units: int, interval: int) -> list[tuple[int, int]]:
    """Where each restart interval's data begins and ends; nothing if restarts are missing, or not in order (B.1.1.3)."""
    many = -(-units // interval) if interval else 1
    found, start = [], 0
    for number, marker in enumerate(_RESTART.finditer(data)):
        found.append((start, marker.start()))
        start = marker.end()
        if len(found) == many:
            return found
        if marker[1][0] != 0xD0 + number % 8:
            return []
    found.append((start, len(data)))
    return found if len(found) == many else []


def _unstuffed(data: bytes) -> bytes:
    return _STUFFED.sub(b"\xff", data) if b"\xff\xff" in data else data.replace(b"\xff\0", b"\xff")


def _place(data: bytes, start: int, stop: int, bits: bytes, used: int | None) -> int | None:
    """Where in the data the byte ends that holds the last of the bits used."""
    size = -(-used // 8) if used else 0
    if not 0 < size <= len(bits):
        return None
    place = start + size
    for stuffed in _STUFFED.finditer(data, start, stop):
        if stuffed.start() >= place:
            break
        place += stuffed.end() - stuffed.start() - 1
    return place


@lru_cache(maxsize=16)
def table(definition: bytes, kind: str) -> Codes | None:
    """The codes of a definition (annex C; F.2.2); None if it is none.

    direct: the bits of the code and its value together. alternating: these, plus 64 times the step to the next
    coefficient. beginning and refining: the bits, plus 64 times the zeros, plus what it stands for.
    """
    width = max((size for size, many in enumerate(definition[:16], 1) if many), default=0)
    found: list[int] = []
    at = 16
    for size, many in enumerate(definition[:width], 1):
        for symbol in definition[at : at + many]:
            found += [_entry(size, symbol, kind)] * (1 << width - size)
        at += many
    if not width or len(definition) != at or len(found) > 1 << width:
        return None
    return Codes(found + [0] * ((1 << width) - len(found)), width, (1 << width) - 1)


def _entry(size: int, symbol: int, kind: str) -> int:
    run, bits = symbol >> 4, symbol & 15
    if kind == "direct":
        return size + symbol if symbol < 16 else 0
    if kind == "alternating":
        step = run + 1 if bits or run == 15 else _END
        return size + bits + 64 * step
    if kind == "refining" and bits > 1:
        return 0
    stands = _VALUE if bits else _ZEROS if run == 15 else _ENDS
    return size + bits + 64 * run + stands


def _sequential(data: bytes, units: int, pattern: Sequence[_Pair]) -> int | None:
    """How many bits so many units have: one block for each pair of codes, DC alone if the second is empty (F.2.2).

    Raises EOFError.
    """
    held = left = at = 0
    for _ in range(units):
        for direct, width, mask, alternating, wide, most in pattern:
            if left < _ENOUGH:
                held = _with_more(held, left, data, at)
                left += _CHUNK_BITS
                at += _CHUNK
            step = direct[held >> left - width & mask]
            if not step:
                return None
            left -= step
            place = 1 if alternating else 64
            while place < 64:
                if left < _ENOUGH:
                    held = _with_more(held, left, data, at)
                    left += _CHUNK_BITS
                    at += _CHUNK
                step = alternating[held >> left - wide & most]
                if not step:
                    return None
                left -= step & 63
                place += step >> 6
            if 64 < place <= _END:
                return None
    return 8 * at - left


def _with_more(held: int, left: int, data: bytes, at: int) -> int:
    """The last bits of those held, and a chunk of data behind them: zeros where it ends. Raises EOFError far behind that."""
    if at > len(data) + _CHUNK:
        raise EOFError
    chunk = data[at : at + _CHUNK].ljust(_CHUNK, b"\0")
    return (held & ((1 << left) - 1)) << _CHUNK_BITS | int.from_bytes(chunk, "big")


class _Bits:
    """The bits of one interval. Raises EOFError behind them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._held = self._at = self._left = 0

    @property
    def used(self) -> int:
        return 8 * self._at - self._left

    def entry(self, codes: Codes) -> int:
        """What stands next, and past it and its value."""
        if self._left < _ENOUGH:
            self._more()
        found = codes.entries[self._held >> self._left - codes.width & codes.mask]
        self._left -= found & 63
        return found

    def take(self, many: int) -> int:
        """The value of up to 32 bits."""
        if self._left < _ENOUGH:
            self._more()
        self._left -= many
        return self._held >> self._left & ((1 << many) - 1)

    def skip(self, many: int) -> None:
        while many > 0:
            self.take(min(many, 16))
            many -= 16

    def _more(self) -> None:
        self._held = _with_more(self._held, self._left, self._data, self._at)
        self._left += _CHUNK_BITS
        self._at += _CHUNK


def _alternating(
    scan: Scan, data: bytes, cuts: Sequence[tuple[int, int]], units: int, masks: Masks
) -> int | None:
    """One scan of a band of coefficients (G.1.2.2, G.1.2.3), all of its intervals."""
    codes = table(scan.alternating[0], "refining" if scan.high else "beginning")
    if not codes or not scan.first <= scan.last <= 63:
        return None
    follow = _refining if scan.high else _beginning
    block = 0
    for start, stop in cuts:
        data_bits = _unstuffed(data[start:stop])
        bits = _Bits(data_bits)
        behind = min(units, block + scan.interval) if scan.interval else units
        if not follow(bits, codes, scan, masks, range(block, behind)) or bits.used > 8 * len(data_bits):
            return None
        block = behind
    return _place(data, start, stop, data_bits, bits.used)


def _beginning(bits: _Bits, codes: Codes, scan: Scan, masks: Masks, blocks: range) -> bool:
    """The first bits of a band; whether the codes lead to the end of these blocks."""
    block = blocks.start
    while block < blocks.stop:
        place, mask, run = scan.first, 0, 1
        while place <= scan.last:
            found = bits.entry(codes)
            if not found:
                return False
            zeros = found >> 6 & 15
            if found >= _ENDS:
                run = (1 << zeros) + bits.take(zeros)
                break
            place += zeros
            if place > scan.last:
                return False
            if found < _ZEROS:
                mask |= 1 << place
            place += 1
        masks[block] |= mask
        block += run
    return block == blocks.stop


def _refining(bits: _Bits, codes: Codes, scan: Scan, masks: Masks, blocks: range) -> bool:
    """One further bit of each coefficient of a band; whether the codes lead to the end of these blocks.

    It stands behind the code that passes the coefficient, for each that was not zero before.
    """
    run = 0
    band = (2 << scan.last) - 1
    for block in blocks:
        mask, place = masks[block], scan.first
        while not run and place <= scan.last:
            found = bits.entry(codes)
            if not found:
                return False
            zeros = found >> 6 & 15
            if found >= _ENDS:
                run = (1 << zeros) + bits.take(zeros)
                break
            passed = place
            while place <= scan.last and (mask >> place & 1 or zeros):
                zeros -= not mask >> place & 1
                place += 1
            if place > scan.last:
                return False
            bits.skip((mask >> passed & ((1 << place - passed) - 1)).bit_count())
            if found < _ZEROS:
                masks[block] |= 1 << place
            place += 1
        if run:
            bits.skip((mask >> place & band >> place).bit_count())
            run -= 1
    return not run
