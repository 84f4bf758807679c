"""Numbers that are entropy-coded in the headers of a JPEG XL codestream (ISO/IEC 18181-1, annex C): decoded to learn where they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError

if TYPE_CHECKING:
    from audit.formats.jxl_bits import Bits

_TOTAL: Final = 4096
_END: Final = 0x130000
_WINDOW: Final = 1 << 20
_RUN: Final = 13
_BROKEN: Final = "a header of a coded picture is broken"
# C.2.5: the code of the logarithms of counts, lowest bit first: so many bits, their value, what it means.
_LOGARITHMS: Final = {
    **{(3, code): value for code, value in ((0, 10), (2, 7), (4, 6), (5, 8), (6, 9))},
    **{(4, code): value for code, value in ((3, 3), (7, 5), (9, 4), (11, 1), (15, 2))},
    (5, 17): 0,
    (6, 33): 11,
    (7, 1): 12,
    (7, 65): 13,
}
# RFC 7932, 3.5.
_LENGTH_ORDER: Final = (1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15)
_LENGTH_CODE: Final = {(2, 0): 0, (2, 1): 4, (2, 2): 3, (3, 3): 2, (4, 7): 1, (4, 15): 5}


class _Hybrid(NamedTuple):
    """C.3.3: a token and bits behind it."""

    split: int
    high: int
    low: int


class Coder:
    """One stream of numbers, each told in a context. Raises FormatError for one that is broken."""

    def __init__(self, bits: Bits, contexts: int, *, nested: bool = False) -> None:
        """`nested` is the stream that says which contexts share a distribution."""
        self._bits = bits
        self._least = self._shortest = 0
        self._repeats = bits.flag()
        if self._repeats:
            if nested:
                raise FormatError(bits.at // 8, _BROKEN)
            self._least = bits.u32((224, 0), (512, 0), (4096, 0), (8, 15))
            self._shortest = bits.u32((3, 0), (4, 0), (5, 2), (9, 8))
            self._lengths = _hybrid(bits, 8)
            contexts += 1
        self._clusters = _clusters(bits, contexts) if contexts > 1 else [0]
        many = 1 + max(self._clusters)
        prefixed = bits.flag()
        width = 15 if prefixed else 5 + bits.u(2)
        self._forms = [_hybrid(bits, width) for _ in range(many)]
        self._codes = (
            _prefixes(bits, many) if prefixed else [_Counts(_counts(bits, width), width) for _ in range(many)]
        )
        self._state = 0 if prefixed else bits.u(32)
        self._prefixed = prefixed
        self._told: list[int] = []
        self._again = self._from = 0

    def number(self, context: int) -> int:
        if self._again:
            value = self._told[self._from]
            self._from, self._again = self._from + 1, self._again - 1
        else:
            cluster = self._clusters[context]
            token = self._token(cluster)
            if self._repeats and token >= self._least:
                return self._repeated(token)
            value = _whole(self._bits, self._forms[cluster], token)
        if self._repeats:
            self._told.append(value)
        return value

    def _repeated(self, token: int) -> int:
        """C.3.4: numbers from before come again."""
        self._again = self._shortest + _whole(self._bits, self._lengths, token - self._least)
        cluster = self._clusters[-1]
        distance = 1 + _whole(self._bits, self._forms[cluster], self._token(cluster))
        count = len(self._told)
        if not count:
            raise FormatError(self._bits.at // 8, _BROKEN)
        self._from = count - min(distance, count, _WINDOW)
        return self.number(0)

    def _token(self, cluster: int) -> int:
        code = self._codes[cluster]
        if isinstance(code, _Prefix):
            return code.read(self._bits)
        self._state, symbol = code.step(self._state)
        if self._state < 1 << 16:
            self._state = self._state << 16 | self._bits.u(16)
        return symbol

    def ended(self) -> None:
        """C.3.2: the state comes back to where encoding began."""
        if not self._prefixed and self._state != _END:
            raise FormatError(self._bits.at // 8, _BROKEN)


def _wide(value: int) -> int:
    """How many bits tell a number of at most `value`."""
    return value.bit_length()


def _hybrid(bits: Bits, width: int) -> _Hybrid:
    split = bits.u(_wide(width))
    if split == width:
        return _Hybrid(split, 0, 0)
    high = bits.u(_wide(split))
    low = bits.u(_wide(split - high)) if high <= split else 1
    if high + low > split:
        raise FormatError(bits.at // 8, _BROKEN)
    return _Hybrid(split, high, low)


def _whole(bits: Bits, form: _Hybrid, token: int) -> int:
    first = 1 << form.split
    if token < first:
        return token
    inside = form.high + form.low
    count = form.split - inside + (token - first >> inside)
    if count > 32:
        raise FormatError(bits.at // 8, _BROKEN)
    low = token & (1 << form.low) - 1
    high = token >> form.low & (1 << form.high) - 1 | 1 << form.high
    return (high << count | bits.u(count)) << form.low | low


def _clusters(bits: Bits, contexts: int) -> list[int]:
    """C.2.2: which distribution each context has."""
    if bits.flag():
        width = bits.u(2)
        return [bits.u(width) for _ in range(contexts)]
    moved = bits.flag()
    coder = Coder(bits, 1, nested=contexts <= 2)
    found = [coder.number(0) for _ in range(contexts)]
    coder.ended()
    if max(found) > 255:
        raise FormatError(bits.at // 8, _BROKEN)
    if moved:
        order = list(range(256))
        for at, index in enumerate(found):
            found[at] = order.pop(index)
            order.insert(0, found[at])
    return found


def _byte(bits: Bits) -> int:
    if not bits.flag():
        return 0
    count = bits.u(3)
    return bits.u(count) + (1 << count)


def _coded(bits: Bits, code: dict[tuple[int, int], int], longest: int) -> int:
    """A number by a code of which the lowest bit is told first."""
    value = 0
    for count in range(longest + 1):
        if (count, value) in code:
            return code[count, value]
        value |= bits.u(1) << count
    raise FormatError(bits.at // 8, _BROKEN)


def _counts(bits: Bits, width: int) -> list[int]:
    """C.2.5: how often each symbol comes among 4096."""
    counts = [0] * max(1 << width, 260)
    if bits.flag():
        both = bits.flag()
        first = _byte(bits)
        second = _byte(bits) if both else first
        if both and first == second:
            raise FormatError(bits.at // 8, _BROKEN)
        counts[first] = bits.u(12) if both else _TOTAL
        counts[second] = _TOTAL - counts[first] if both else _TOTAL
    elif bits.flag():
        many = 1 + _byte(bits)
        for at in range(many):
            counts[at] = _TOTAL // many + (at < _TOTAL % many)
    else:
        _uneven(bits, counts)
    if any(counts[1 << width :]):
        raise FormatError(bits.at // 8, _BROKEN)
    return counts[: 1 << width]


def _uneven(bits: Bits, counts: list[int]) -> None:
    length = 0
    while length < 3 and bits.flag():
        length += 1
    shift = bits.u(length) + (1 << length) - 1
    many = _byte(bits) + 3
    if shift > 13 or many > len(counts):
        raise FormatError(bits.at // 8, _BROKEN)
    logarithms, runs = _logarithms(bits, many)
    largest = logarithms.index(max(logarithms))
    at = 0
    while at < many:
        if at in runs:
            value = counts[at - 1] if at else 0
            stop = min(at + runs[at], many)
            counts[at:stop] = [value] * (stop - at)
            at = stop
            continue
        told = logarithms[at] - 1
        if told >= 0 and at != largest:
            precision = max(0, min(told, shift - (12 - told >> 1)))
            counts[at] = (1 << told) + (bits.u(precision) << told - precision)
        at += 1
    counts[largest] = _TOTAL - sum(counts)
    if counts[largest] <= 0:
        raise FormatError(bits.at // 8, _BROKEN)


def _logarithms(bits: Bits, many: int) -> tuple[list[int], dict[int, int]]:
    """For each symbol the logarithm of its count; and where a count is told once for several, for how many."""
    found = [-1] * many
    runs: dict[int, int] = {}
    at = 0
    while at < many:
        told = _coded(bits, _LOGARITHMS, 7)
        if told == _RUN:
            runs[at] = 4 + _byte(bits)
            at += runs[at]
        else:
            found[at] = told
            at += 1
    return found, runs


class _Counts:
    """C.2.6: symbols by an alias table."""

    def __init__(self, counts: list[int], width: int) -> None:
        self._counts = counts
        self._shift = 12 - width
        size = 1 << self._shift
        whole = next((symbol for symbol, count in enumerate(counts) if count == _TOTAL), None)
        if whole is not None:
            self._cuts = [0] * len(counts)
            self._others = [whole] * len(counts)
            self._offsets = [size * at for at in range(len(counts))]
            return
        cuts, self._others, offsets = list(counts), list(range(len(counts))), [0] * len(counts)
        over = [at for at, cut in enumerate(cuts) if cut > size]
        under = [at for at, cut in enumerate(cuts) if cut < size]
        while over:
            large, small = over.pop(), under.pop()
            cuts[large] -= size - cuts[small]
            self._others[small], offsets[small] = large, cuts[large]
            if cuts[large] != size:
                (over if cuts[large] > size else under).append(large)
        self._cuts = [0 if cut == size else cut for cut in cuts]
        self._offsets = [
            0 if cut == size else offset - cut for cut, offset in zip(cuts, offsets, strict=True)
        ]

    def step(self, state: int) -> tuple[int, int]:
        """The next state, and the symbol."""
        index = state & _TOTAL - 1
        at = index >> self._shift
        place = index & (1 << self._shift) - 1
        if place >= self._cuts[at]:
            symbol, place = self._others[at], self._offsets[at] + place
        else:
            symbol = at
        return self._counts[symbol] * (state >> 12) + place, symbol


def _prefixes(bits: Bits, many: int) -> list[_Prefix]:
    sizes = []
    for _ in range(many):
        size = 1
        if bits.flag():
            count = bits.u(4)
            size = 1 + (1 << count) + bits.u(count)
        sizes.append(size)
    if max(sizes) > 1 << 15:
        raise FormatError(bits.at // 8, _BROKEN)
    return [_Prefix(_lengths(bits, size)) for size in sizes]


class _Prefix:
    """RFC 7932, 3.2: a code given by the lengths of its words."""

    def __init__(self, lengths: dict[int, int]) -> None:
        """`lengths` of the symbols that have one."""
        self._words: dict[tuple[int, int], int] = {}
        self._longest = max(lengths.values(), default=0)
        word = before = 0
        for length, symbol in sorted((length, symbol) for symbol, length in lengths.items()):
            word <<= length - before
            self._words[length, word] = symbol
            before, word = length, word + 1

    def read(self, bits: Bits) -> int:
        word = 0
        for count in range(self._longest + 1):
            if (count, word) in self._words:
                return self._words[count, word]
            word = word << 1 | bits.u(1)
        raise FormatError(bits.at // 8, _BROKEN)


def _lengths(bits: Bits, size: int) -> dict[int, int]:
    """RFC 7932, 3.4 and 3.5."""
    if size == 1:
        return {0: 0}
    skipped = bits.u(2)
    return _simple(bits, size) if skipped == 1 else _complex(bits, size, skipped)


def _simple(bits: Bits, size: int) -> dict[int, int]:
    many = 1 + bits.u(2)
    symbols = [bits.u(_wide(size - 1)) for _ in range(many)]
    if len(set(symbols)) < many or max(symbols) >= size:
        raise FormatError(bits.at // 8, _BROKEN)
    shapes = {1: (0,), 2: (1, 1), 3: (1, 2, 2), 4: (2, 2, 2, 2)}
    shape = (1, 2, 3, 3) if many == 4 and bits.flag() else shapes[many]
    return dict(zip(symbols, shape, strict=True))


def _complex(bits: Bits, size: int, skipped: int) -> dict[int, int]:
    room, lengths = 32, {}
    for symbol in _LENGTH_ORDER[skipped:]:
        length = _coded(bits, _LENGTH_CODE, 4)
        if length:
            lengths[symbol] = length
            room -= 32 >> length
        if room <= 0:
            break
    if room and len(lengths) != 1:
        raise FormatError(bits.at // 8, _BROKEN)
    code = _Prefix(lengths if len(lengths) > 1 else dict.fromkeys(lengths, 0))
    found = _symbols(bits, code, size)
    return found if len(found) > 1 else dict.fromkeys(found, 0)


def _symbols(bits: Bits, code: _Prefix, size: int) -> dict[int, int]:
    """The lengths themselves: 16 says the one before again, 17 none, both so many times."""
    found: dict[int, int] = {}
    at, room, last, repeat, kind = 0, 1 << 15, 8, 0, -1
    while at < size and room > 0:
        told = code.read(bits)
        if told < 16:
            repeat, many, length = 0, 1, told
            last = told or last
        else:
            length = last if told == 16 else 0
            old = repeat if kind == told else 0
            repeat = (old - 2 << told - 14 if old else 0) + bits.u(told - 14) + 3
            many = repeat - old
        kind = told
        if at + many > size:
            raise FormatError(bits.at // 8, _BROKEN)
        if length:
            found.update((symbol, length) for symbol in range(at, at + many))
            room -= many << 15 - length
        at += many
    if room:
        raise FormatError(bits.at // 8, _BROKEN)
    return found


def _kind(byte: int) -> int:
    """E.4.1: letters, digits, and ranges of numbers."""
    if 65 <= byte <= 90 or 97 <= byte <= 122:
        return 0
    if 48 <= byte <= 57 or byte in b".,":
        return 1
    return 2 + byte if byte < 2 else 4 if byte < 16 else 6 if byte == 255 else 5 if byte > 240 else 7


_LATE: Final = tuple(_kind(byte) for byte in range(256))
_EARLY: Final = tuple(kind if kind < 2 else {2: 2, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4}[kind] for kind in _LATE)


def profile(bits: Bits, size: int) -> None:
    """E.4.1: an ICC profile of `size` coded bytes, each told in a context of the two before."""
    coder = Coder(bits, 41)
    before = last = 0
    for at in range(size):
        context = 1 + _LATE[last] + 8 * _EARLY[before] if at > 128 else 0
        before, last = last, coder.number(context)
        if last > 255:
            raise FormatError(bits.at // 8, _BROKEN)
    coder.ended()


def permutation(bits: Bits, size: int) -> None:
    """F.3.2: an order of `size` sections."""

    def context(value: int) -> int:
        return min(7, value.bit_length())

    coder = Coder(bits, 8)
    count = coder.number(context(size))
    if count > size:
        raise FormatError(bits.at // 8, _BROKEN)
    last = 0
    for _ in range(count):
        last = coder.number(context(last))
    coder.ended()
