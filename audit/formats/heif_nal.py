"""Pictures coded as HEVC (ITU-T H.265, 7.3.1), AVC (H.264, 7.3.1) or VVC (H.266, 7.3.1): the units that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import heif_avc, heif_hevc, heif_sei
from audit.formats.base import FormatError
from audit.formats.heif_bits import LONGEST_HEADER, Bits, plain
from audit.formats.heif_sets import Set, used

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

_SLICE_HEAD: Final = 24  # bytes of a slice that are looked at


class Family(NamedTuple):
    """One of the three: the types of units that a decoder needs."""

    name: str
    header: int  # bytes before what is in a unit
    kind: Callable[[bytes], int]
    layer: Callable[[bytes], int]
    slices: frozenset[int]
    order: tuple[int, ...]  # parameter sets, the one that slices name first
    marks: dict[int, int]  # delimiters and ends, and how long they may be
    messages: frozenset[int]
    read: Callable[[bytes], Set]
    named: Callable[[bytes], tuple[bool, int]]


def _avc_set(unit: bytes) -> Set:
    """What is in a picture parameter set depends on the sequence's where it has matrices: the form that fits is taken."""
    found = heif_avc.read(unit)
    if found.unit != unit and found.kind == heif_avc.PICTURE:
        other = heif_avc.read(unit, by_four=True)
        return other if other.unit == unit else found
    return found


def _avc_slice(unit: bytes) -> tuple[bool, int]:
    return False, heif_avc.slice_set(unit)


def _vvc_set(unit: bytes) -> Set:
    """H.266, 7.3.2.3 to 7.3.2.6: only which one it is."""
    bits, kind = Bits(unit[2:4]), unit[1] >> 3
    number = bits.u(6 if kind == 16 else 8 if kind in {17, 18} else 4)
    return Set(kind, unit[0] & 63, number, bits.u(4) if kind in {15, 16} else -1, unit)


def _vvc_slice(unit: bytes) -> tuple[bool, int]:
    """H.266, 7.3.2.8 and 7.3.7: a picture's header stands by itself or in its only slice; -1 in a slice without one."""
    bits = Bits(plain(unit[2:]))
    if unit[1] >> 3 != 19 and not bits.flag():
        return False, -1
    key = bits.flag()
    bits.u(2 if key else 1)
    if bits.flag():
        bits.u(1)
    return unit[1] >> 3 != 19, bits.ue()


# H.265, table 7-1: slices, parameter sets, delimiters; 39 and 40 are messages. 38 is filler, the rest is reserved.
HEVC: Final = Family(
    "hevc",
    2,
    lambda head: head[0] >> 1 & 63,
    lambda head: (head[0] & 1) << 5 | head[1] >> 3,
    frozenset({*range(10), *range(16, 22)}),
    (34, 33, 32),
    {35: 3, 36: 2, 37: 2},
    frozenset({39, 40}),
    heif_hevc.read,
    heif_hevc.slice_set,
)
# H.264, table 7-1: slices, delimiters; 6 is messages, 12 filler; the others are of opacity, layers and views that no viewer shows.
AVC: Final = Family(
    "avc",
    1,
    lambda head: head[0] & 31,
    lambda _: 0,
    frozenset(range(1, 6)),
    (8, 7),
    {9: 2, 10: 1, 11: 1},
    frozenset({6}),
    _avc_set,
    _avc_slice,
)
# H.266, table 5: slices and picture headers, parameter sets, delimiters; 23 and 24 are messages, 25 filler. 12 and 13 say what is in the file.
VVC: Final = Family(
    "vvc",
    2,
    lambda head: head[1] >> 3,
    lambda head: head[0] & 63,
    frozenset({*range(4), *range(7, 11), 19}),
    (16, 15, 14),
    {20: 3, 21: 2, 22: 2},
    frozenset({23, 24}),
    _vvc_set,
    _vvc_slice,
)
_ADAPTS: Final = frozenset({17, 18})  # VVC: used from within slices


class Picked(NamedTuple):
    keep: list[int]  # the places of the units that stay
    pictures: frozenset[int]  # the picture parameter sets that slices name
    sets: dict[int, bytes]  # those of the units that are parameter sets, without words behind their ends


class Unit(NamedTuple):
    head: bytes  # as much as `wanted` asks for
    size: int


def wanted(family: Family, head: bytes, size: int) -> int:
    """How many bytes of a unit must be seen to judge it."""
    kind = family.kind(head)
    if kind in family.slices:
        return min(size, _SLICE_HEAD)
    return min(size, LONGEST_HEADER + 1 if kind not in family.messages else heif_sei.LONGEST + 1)


class Asked(NamedTuple):
    """What is known of the picture that units belong to."""

    layers: bool = False  # it has several layers
    single: bool = False  # it stands by itself, so that no other picture uses its parameter sets
    pictures: Collection[int] | None = (
        None  # the picture parameter sets that its slices name, where they are elsewhere
    )
    config: bytes = b""  # AV1: what the picture says that its configuration repeats


def pick(family: Family, units: Sequence[Unit], asked: Asked) -> Picked:
    """Raises FormatError, its offset the place of a unit, for one that cannot stay as it is."""
    judge = _Judge(family, asked)
    for at, unit in enumerate(units):
        if unit.size >= family.header and len(unit.head) >= family.header:
            judge.look(at, unit)
    return judge.picked()


class _Judge:
    def __init__(self, family: Family, asked: Asked) -> None:
        self.family = family
        self.asked = asked
        self.keep: list[int] = []
        self.pictures: set[int] = set()
        self.sets: dict[int, Set] = {}
        self.told: set[int] = set()
        self.first: tuple[int, int] | None = None

    def look(self, at: int, unit: Unit) -> None:
        family, kind = self.family, self.family.kind(unit.head)
        if family.layer(unit.head) and family is not VVC:
            if self.asked.layers and kind in family.slices | {*family.order}:
                self.keep.append(at)
        elif kind in family.slices:
            self._slice(at, kind, unit)
        elif kind in family.order or (family is VVC and kind in _ADAPTS):
            self._set(at, unit)
        elif kind in family.messages:
            self._messages(at, unit)
        elif unit.size <= family.marks.get(kind, 0):
            self.keep.append(at)

    def _slice(self, at: int, kind: int, unit: Unit) -> None:
        """H.265, 7.4.2.2: the slices of a picture are of one kind and name one set."""
        try:
            first, number = self.family.named(unit.head)
        except FormatError:
            return
        told = kind, number
        if self.family is HEVC and self.asked.single:
            if self.first and (first or kind != self.first[0]):
                raise FormatError(at, "more than one picture where one should be")
            if self.first and told != self.first:
                return
            self.first = told
        self.keep.append(at)
        if number >= 0:
            self.pictures.add(number)

    def _set(self, at: int, unit: Unit) -> None:
        """One that cannot be read is none."""
        try:
            found = self.family.read(unit.head)
        except FormatError:
            return
        self.sets[at] = found._replace(unit=unit.head) if self.asked.layers else found

    def _messages(self, at: int, unit: Unit) -> None:
        if unit.size > heif_sei.LONGEST:
            return
        kinds = heif_sei.shown(unit.head[self.family.header :], self.family.name)
        if kinds and kinds.isdisjoint(self.told):
            self.told |= kinds
            self.keep.append(at)

    def picked(self) -> Picked:
        pictures = frozenset(self.pictures)
        stay = used(self.sets, pictures if self.asked.single else self.asked.pictures, self.family.order)
        stay += _latest(self.sets, _ADAPTS) if self.family is VVC else []
        return Picked(sorted([*self.keep, *stay]), pictures, {at: self.sets[at].unit for at in stay})


def _latest(sets: dict[int, Set], kinds: frozenset[int]) -> list[int]:
    return list({one[:3]: at for at, one in sets.items() if one.kind in kinds}.values())
