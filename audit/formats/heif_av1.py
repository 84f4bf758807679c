"""Pictures coded as AV1 (AV1 bitstream specification, 5.3 to 5.9): the open bitstream units (OBU) that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError
from audit.formats.heif_bits import LONGEST_HEADER, Bits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# 6.2.2. The others are copies of headers, parts of larger pictures, padding, or reserved.
_SEQUENCE, _DELIMITER, _HEADER, _TILES, _METADATA, _FRAME = 1, 2, 3, 4, 5, 6
# 6.7.1: light of the content, of the mastering display, in so many bytes. The rest is user data, time codes, or about streaming.
_LIGHTS: Final = {1: 4, 2: 24}
_LONGEST_LIGHT: Final = 32


class Obu(NamedTuple):
    start: int
    body: int
    stop: int
    kind: int
    layers: tuple[int, int] | None  # in time, in space; None if it does not say


class Sequence(NamedTuple):
    """5.5.1."""

    reduced: bool
    points: tuple[int, ...]  # which layers each operating point has, as bits
    size: int  # bytes
    config: bytes = b""  # what av1C begins with, which only repeats it (AV1 in ISO base media, 2.3.3)


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """4.10.5: the number that begins at `at`, and where it ends; -1 if it does not end."""
    value = 0
    for shift in range(0, 56, 7):
        if at >= len(data):
            break
        value |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return value, at
    return -1, at


def obus(get: Callable[[int, int], bytes], size: int) -> Iterator[Obu]:
    """5.3.2: a header of one byte or two, perhaps a length, else the unit reaches to the end."""
    at = 0
    while at < size:
        head = get(at, 11)
        if head[0] & 0x80:
            raise FormatError(at, "not a part of an AV1 picture")
        extended = bool(head[0] & 4)
        body = 2 if extended else 1
        length = size - at - body
        if head[0] & 2:
            length, body = leb128(head, body)
        stop = at + body + length
        if length < 0 or stop > size or (extended and len(head) < 2):
            raise FormatError(at, "a coded picture is cut off")
        layers = (head[1] >> 5, head[1] >> 3 & 3) if extended else None
        yield Obu(at, at + body, stop, head[0] >> 3 & 15, layers)
        at = stop


def sequence(data: bytes) -> Sequence:
    """5.5.1, and how many bytes it has with the bit that says it is all. Raises FormatError."""
    bits = Bits(data)
    profile = bits.u(3)
    bits.u(1)
    reduced = bits.flag()
    points, level = _points(bits, reduced=reduced)
    wide, high = 1 + bits.u(4), 1 + bits.u(4)
    bits.u(wide + high)
    if not reduced and bits.flag():
        bits.u(7)
    bits.u(3)
    if not reduced:
        _tools(bits)
    bits.u(3)
    colours = _colour(bits, profile)
    bits.u(1)
    size = len(bits.ended())
    if data[:size] != bits.ended():
        raise FormatError(0, "a header of a coded picture is broken")
    config = bytes((0x81, profile << 5 | level & 31, level >> 5 << 7 | colours))
    return Sequence(reduced, points, size, config)


def _points(bits: Bits, *, reduced: bool) -> tuple[tuple[int, ...], int]:
    """The layers of each operating point; the level of the first, and its tier above that."""
    if reduced:
        return (0,), bits.u(5)
    model = 0
    if bits.flag():
        bits.u(64)
        if bits.flag():
            bits.ue()
        if bits.flag():
            model = 1 + bits.u(5)
            bits.u(42)
    delays = bits.flag()
    found = [_point(bits, model, delays=delays) for _ in range(1 + bits.u(5))]
    return tuple(layers for layers, _ in found), found[0][1]


def _point(bits: Bits, model: int, *, delays: bool) -> tuple[int, int]:
    layers, level = bits.u(12), bits.u(5)
    if level > 7:
        level |= bits.u(1) << 5
    if model and bits.flag():
        bits.u(2 * model + 1)
    if delays and bits.flag():
        bits.u(4)
    return layers, level


def _tools(bits: Bits) -> None:
    bits.u(4)
    ordered = bits.flag()
    if ordered:
        bits.u(2)
    screen = 2 if bits.flag() else bits.u(1)
    if screen and not bits.flag():
        bits.u(1)
    if ordered:
        bits.u(3)


def _colour(bits: Bits, profile: int) -> int:
    """5.5.2, as the bits of av1C: two of depth, one of no colour, two of how coarse colour is, two of where it is."""
    high = bits.flag()
    twelve = profile == 2 and high and bits.flag()
    mono = profile != 1 and bits.flag()
    found = high << 6 | twelve << 5 | mono << 4
    told = (bits.u(8), bits.u(8), bits.u(8)) if bits.flag() else ()
    if mono:
        bits.u(1)
        return found | 3 << 2
    if told != (1, 13, 0):
        bits.u(1)
        coarse = _coarse(bits, profile, twelve=twelve)
        found |= coarse << 2
        if coarse == 3:
            found |= bits.u(2)
    bits.u(1)
    return found


def _coarse(bits: Bits, profile: int, *, twelve: bool) -> int:
    """Whether there is one colour for two pixels side by side, and for two above one another."""
    if profile == 2 and twelve:
        return 2 | bits.u(1) if bits.flag() else 0
    return (3, 0, 2)[min(profile, 2)]


class _Units:
    """The units of one picture or sample, judged one after another."""

    def __init__(self, get: Callable[[int, int], bytes], *, single: bool) -> None:
        self.get = get
        self.single = single
        self.keep: list[Obu] = []
        self.header: Obu | None = None  # of a sequence
        self.sequence: Sequence | None = None
        self.used = False
        self.told: set[int] = set()
        self.shown: set[int] = set()  # the layers of which there is a picture
        self.hidden: list[Obu] = []  # behind what is shown, of use only to what is not there
        self.current: list[Obu] | None = None  # where tiles go that come next

    def look(self, one: Obu) -> None:
        if one.kind == _SEQUENCE:
            self._sequence(one)
        elif one.kind in {_HEADER, _FRAME}:
            self._frame(one)
        elif one.kind == _TILES:
            if self.current is not None and self._within(one):
                self.current.append(one)
        elif (one.kind == _DELIMITER and one.body == one.stop) or (one.kind == _METADATA and self.light(one)):
            self.keep.append(one)

    def _body(self, one: Obu) -> bytes:
        return self.get(one.body, min(one.stop - one.body, LONGEST_HEADER))

    def _sequence(self, one: Obu) -> None:
        body = self._body(one)
        try:
            found = sequence(body)
        except FormatError:
            return
        if self.header and self._body(self.header)[: found.size] == body[: found.size]:
            return
        if any(body[found.size :]) or one.stop - one.body > LONGEST_HEADER:
            raise FormatError(one.start, "a header of a coded picture with more behind it")
        if self.header and not self.used:
            self.keep.remove(self.header)
        self.header, self.sequence, self.used = one, found, False
        self.keep.append(one)

    def _within(self, one: Obu) -> bool:
        """7.18.1: whether an operating point has its layer."""
        points = self.sequence.points if self.sequence else (0,)
        if one.layers is None or 0 in points:
            return True
        time, space = one.layers
        return any(point >> time & 1 and point >> 8 + space & 1 for point in points)

    def _frame(self, one: Obu) -> None:
        if not self._within(one):
            self.current = None
            return
        self.used = True
        if self.single and self.sequence and not self._shows(one, self.sequence):
            self.current = self.hidden
        else:
            self.keep += self.hidden
            self.hidden = []
            self.current = self.keep
        self.current.append(one)

    def _shows(self, one: Obu, told: Sequence) -> bool:
        """5.9.2: whether it is shown, or shows one from before."""
        if not told.reduced and not (self.get(one.body, 1) or b"\0")[0] & 0x90:
            return False
        layer = one.layers[1] if one.layers else 0
        if layer in self.shown:
            raise FormatError(one.start, "more than one picture where one should be")
        self.shown.add(layer)
        return True

    def light(self, one: Obu) -> bool:
        body = self.get(one.body, min(one.stop - one.body, _LONGEST_LIGHT))
        kind = body[0] if body else 0
        size = 1 + _LIGHTS.get(kind, -1)
        if (
            not size
            or kind in self.told
            or one.stop - one.body > _LONGEST_LIGHT
            or body[size:].rstrip(b"\0") != b"\x80"
        ):
            return False
        self.told.add(kind)
        return True

    def config(self) -> bytes:
        """The beginning of av1C, then the header of the sequence."""
        if self.header is None or self.sequence is None:
            return b""
        return self.sequence.config + self._body(self.header)[: self.sequence.size]

    def kept(self) -> list[Obu]:
        if self.header and not self.used:
            self.keep.remove(self.header)
        return self.keep if self.shown or not self.single else [*self.keep, *self.hidden]


def needed(
    get: Callable[[int, int], bytes], size: int, spend: Callable[[], None], *, single: bool
) -> tuple[list[tuple[int, int]], bytes]:
    """Where the units are that a decoder needs of a picture that stands by itself, or of a sample of several.

    And the configuration that it asks for, if it has a header. `spend` is called for each unit.
    """
    units = _Units(get, single=single)
    for one in obus(get, size):
        spend()
        units.look(one)
    return [(one.start, one.stop) for one in units.kept()], units.config()


def config(data: bytes, told: bytes = b"") -> bytes:
    """AV1 in ISO base media, 2.3.4: the header of a sequence and light levels, without words behind their ends.

    A header other than the one in the picture, which `told` ends with, goes.
    """
    units = _Units(lambda at, size: data[at : at + size], single=False)
    found: dict[int, bytes] = {}
    for one in obus(units.get, len(data)):
        body = data[one.body : one.stop]
        if one.kind == _SEQUENCE:
            header = _header(body)
            if not told or header == told[3:]:
                found.setdefault(0, _written(_SEQUENCE, header))
        elif one.kind == _METADATA and units.light(one):
            found[body[0]] = _written(_METADATA, body)
    return b"".join(found.values())


def header_of(units: bytes) -> Sequence | None:
    """What the first header of a sequence says. Raises FormatError."""
    for one in obus(lambda at, size: units[at : at + size], len(units)):
        if one.kind == _SEQUENCE:
            return sequence(units[one.body : one.stop])
    return None


def _header(body: bytes) -> bytes:
    try:
        return body[: sequence(body).size]
    except FormatError:
        return b""


def _written(kind: int, body: bytes) -> bytes:
    size = bytes((len(body),)) if len(body) < 128 else bytes((len(body) & 127 | 128, len(body) >> 7))
    return bytes((kind << 3 | 2,)) + size + body if body else b""
