"""What of a coded picture a decoder needs: the units it is made of, without those that only carry words.

HEVC (ITU-T H.265, 7.3.1 and annex D), AVC (H.264, 7.3.1), VVC (H.266, 7.3.1): units with a length before them.
AV1 (AV1 bitstream specification, 5.3): open bitstream units. JPEG and JPEG 2000: markers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Copy, FormatError, Policy
from audit.formats.bmff import Fields
from audit.formats.pieces import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Reader
    from audit.formats.bmff import Span

MOST_UNITS: Final = 1 << 20  # in one file
LONGEST_SEI: Final = 1 << 12

# H.265, table 7-1: coded slices, parameter sets, delimiters; 39 and 40 are SEI. 38 is filler, the rest is reserved.
_HEVC: Final = frozenset({*range(10), *range(16, 22), 32, 33, 34, 35, 36, 37})
# H.264, table 7-1: slices, parameter sets, delimiters and their extensions; 6 is SEI, 12 filler.
_AVC: Final = frozenset({1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14, 15, 19, 20, 21})
# H.266, table 5: slices, parameter sets, picture header, delimiters; 23 and 24 are SEI, 25 filler.
_VVC: Final = frozenset({*range(4), *range(7, 11), *range(12, 23)})
# H.265, annex D, and the same numbers in H.264 and H.266: how to show it, in numbers. 4 and 5 are user data.
_SHOWN: Final = frozenset({0, 1, 3, 45, 47, 129, 132, 137, 144, 147, 148, 149, 165})
# AV1, 6.2.2: sequence header, temporal delimiter, frame header, tile group, frame, redundant header, tile list.
_OBUS: Final = frozenset({1, 2, 3, 4, 6, 7, 8})
# AV1, 6.7.1: light level, mastering display, scalability. 4 is user data, 5 a time code.
_OBU_METADATA: Final = frozenset({1, 2, 3})


# From the first two bytes and the size of a unit: whether it is needed, and where in it SEI begins (0: it is none).
Known = Callable[[bytes, int], tuple[bool, int]]


class Codec(NamedTuple):
    """How to take a kind of picture apart. `width` is that of the length before each NAL unit; for an overlay, its pictures."""

    kind: str
    width: int = 4


class Joined:
    """A Reader over parts of a file, as if they were one file."""

    def __init__(self, reader: Reader, parts: Sequence[Span]) -> None:
        self._reader = reader
        self._parts = parts
        self.size: Final = sum(stop - start for start, stop in parts)

    def read(self, start: int, size: int) -> bytes:
        return b"".join(self._reader.read(a, b - a) for a, b in self.where(start, start + size))

    def where(self, start: int, stop: int) -> Iterator[Span]:
        """Where the bytes `start` to `stop` are in the file."""
        at = 0
        for begin, end in self._parts:
            low, high = max(start, at), min(stop, at + end - begin)
            if low < high:
                yield begin + low - at, begin + high - at
            at += end - begin


class Coded:
    """Takes the coded pictures of one file apart, and gives up when there are far too many units."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = MOST_UNITS

    def needed(self, codec: Codec, parts: Sequence[Span]) -> list[Span]:
        """Which parts of the file a decoder of this picture needs. Raises FormatError for one that is broken."""
        joined = Joined(self._reader, parts)
        take = _TAKEN.get(codec.kind)
        if take is None:
            return list(parts)
        found: list[Span] = []
        try:
            for start, stop in take(Units(joined, codec)):
                self._spend(parts)
                found += joined.where(start, stop)
        except FormatError as error:
            begin = next((a for a, _ in joined.where(error.offset, error.offset + 1)), parts[0][0])
            raise FormatError(begin, error.why) from error
        if not found:
            raise FormatError(parts[0][0], "no picture where one should be")
        return found

    def _spend(self, parts: Sequence[Span]) -> None:
        self._left -= len(parts)
        if self._left < 0:
            raise FormatError(0, "far too many parts")


class Units:
    """One coded picture, read in small pieces."""

    def __init__(self, reader: Joined, codec: Codec) -> None:
        self.reader = reader
        self.size = reader.size
        self.codec = codec
        self.window = Window(reader, 4096)


def _prefixed(units: Units, known: Known) -> Iterator[Span]:
    """Units with a length before each."""
    at, width = 0, units.codec.width
    while at < units.size:
        head = units.window.get(at, width + 2)
        stop = at + width + int.from_bytes(head[:width], "big")
        if len(head) < width or stop > units.size:
            raise FormatError(at, "a coded picture is cut off")
        size = stop - at - width
        needed, sei = known(head[width:].ljust(2, b"\0"), size)
        if needed or (
            sei < size < LONGEST_SEI and _numbers_only(units.window.get(stop - size + sei, size - sei), sei)
        ):
            yield at, stop
        at = stop


def _hevc(head: bytes, size: int) -> tuple[bool, int]:
    kind = head[0] >> 1 & 63
    return kind in _HEVC and 2 <= size <= _EMPTY.get(("hevc", kind), size), 2 if kind in {39, 40} else 0


def _avc(head: bytes, size: int) -> tuple[bool, int]:
    kind = head[0] & 31
    return kind in _AVC and 1 <= size <= _EMPTY.get(("avc", kind), size), 1 if kind == 6 else 0


def _vvc(head: bytes, size: int) -> tuple[bool, int]:
    kind = head[1] >> 3
    return kind in _VVC and 2 <= size <= _EMPTY.get(("vvc", kind), size), 2 if kind in {23, 24} else 0


# How long delimiters and marks of an end may be.
_EMPTY: Final = {
    ("hevc", 35): 3,
    ("hevc", 36): 2,
    ("hevc", 37): 2,
    ("avc", 9): 2,
    ("avc", 10): 1,
    ("avc", 11): 1,
    ("vvc", 20): 3,
    ("vvc", 21): 2,
    ("vvc", 22): 2,
}


def _numbers_only(sei: bytes, header: int) -> bool:
    """H.265, 7.3.5: messages of a type and a size, each in bytes of which all but the last are 255."""
    if not header:
        return False
    data, at = sei.replace(b"\0\0\3", b"\0\0"), 0
    while data[at:] not in {b"", b"\x80"}:
        kind, at = _grown(data, at)
        size, at = _grown(data, at)
        at += size
        if kind not in _SHOWN or at > len(data):
            return False
    return True


def _grown(data: bytes, at: int) -> tuple[int, int]:
    total = 0
    while data[at : at + 1] == b"\xff":
        total, at = total + 255, at + 1
    return total + (data[at] if at < len(data) else 0), at + 1


def _av1(units: Units) -> Iterator[Span]:
    """AV1, 5.3.2: a header of one byte or two, perhaps a length, else the unit reaches to the end."""
    at = 0
    while at < units.size:
        head = units.window.get(at, 11)
        if head[0] & 0x80:
            raise FormatError(at, "not a part of an AV1 picture")
        body = 2 if head[0] & 4 else 1
        size = units.size - at - body
        if head[0] & 2:
            size, body = leb128(head, body)
        stop = at + body + size
        if size < 0 or stop > units.size:
            raise FormatError(at, "a coded picture is cut off")
        kind = head[0] >> 3 & 15
        if (kind in _OBUS and (kind != 2 or not size)) or (
            kind == 5 and size and units.window.get(at + body, 1)[0] in _OBU_METADATA
        ):
            yield at, stop
        at = stop


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """AV1, 4.10.5: the number that begins at `at`, and where it ends; -1 if it does not end."""
    value = 0
    for shift in range(0, 56, 7):
        if at >= len(data):
            break
        value |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return value, at
    return -1, at


def _derived(units: Units) -> Iterator[Span]:
    """ISO/IEC 23008-12, 6.6.2.2 (overlay: colour, size, for each picture its place), 6.6.2.3 (grid: rows, columns, size)."""
    wide = 4 if units.window.get(1, 1)[:1] in {b"\1", b"\3"} else 2
    needed = 4 + 2 * wide if units.codec.kind == "grid" else 10 + 2 * wide * (1 + units.codec.width)
    if needed > units.size:
        raise FormatError(0, "a derived picture is cut off")
    yield 0, needed


def tiles(head: bytes) -> int:
    """6.6.2.3: how many pictures a grid has."""
    return (1 + head[2]) * (1 + head[3]) if len(head) >= 4 else 0


def _jpeg(units: Units) -> Iterator[Span]:
    """The segments that a JPEG by itself would keep."""
    from audit.formats import jpeg

    for piece in jpeg.WALKER.plan(units.reader, jpeg.WALKER.segments(units.reader), Policy(frozenset())):
        if not isinstance(piece, Copy):
            raise FormatError(0, "a JPEG inside that cannot stay as it is")
        yield piece


def _jpeg2000(units: Units) -> Iterator[Span]:
    """ISO/IEC 15444-1, A.2: markers up to the first tile; 0xFF64 is a comment. Tiles stay as they are."""
    at = 2
    yield 0, min(2, units.size)
    while at < units.size:
        head = units.window.get(at, 4)
        if head[:2] == b"\xff\x90":
            yield at, units.size
            return
        stop = at + 2 + int.from_bytes(head[2:], "big")
        if head[:1] != b"\xff" or stop > units.size or stop < at + 4:
            raise FormatError(at, "a coded picture is cut off")
        if head[1] != 0x64:
            yield at, stop
        at = stop


_TAKEN: Final[dict[str, Callable[[Units], Iterator[Span]]]] = {
    **dict.fromkeys(("hvc1", "hev1", "lhv1"), lambda units: _prefixed(units, _hevc)),
    **dict.fromkeys(("avc1", "avc3"), lambda units: _prefixed(units, _avc)),
    **dict.fromkeys(("vvc1", "vvi1"), lambda units: _prefixed(units, _vvc)),
    "av01": _av1,
    **dict.fromkeys(("grid", "iovl"), _derived),
    "jpeg": _jpeg,
    "j2k1": _jpeg2000,
}


def hevc_config(data: bytes) -> bytes | None:
    """ISO/IEC 14496-15, 8.3.3.1: 22 bytes, then arrays of parameter sets. Raises FormatError."""
    fields = Fields(data)
    head, arrays = fields.take(22), []
    for _ in range(fields.number(1)):
        first = fields.number(1)
        units = [fields.take(fields.number(2)) for _ in range(fields.number(2))]
        kept = [unit for unit in units if _fits(unit, _hevc)]
        if kept:
            arrays.append(bytes((first & 0xBF,)) + len(kept).to_bytes(2, "big") + _counted(kept))
    return head + bytes((len(arrays),)) + b"".join(arrays)


def _counted(units: Iterable[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def _fits(unit: bytes, known: Known) -> bool:
    needed, sei = known(unit[:2].ljust(2, b"\0"), len(unit))
    return needed or (sei < len(unit) < LONGEST_SEI and _numbers_only(unit[sei:], sei))


def avc_config(data: bytes) -> bytes | None:
    """ISO/IEC 14496-15, 5.3.3.1: six bytes, sequence and picture parameter sets, for some profiles four bytes more."""
    fields = Fields(data)
    head = fields.take(5)
    parts = [head]
    for mask in (31, 255):
        first = fields.number(1)
        units = [fields.take(fields.number(2)) for _ in range(first & mask)]
        parts += [bytes((first,)), _counted(units)]
    if head[1] in {100, 110, 122, 144} and fields.left >= 4:
        last = fields.take(4)
        parts.append(last[:3] + b"\0")
    return b"".join(parts)


def av1_config(data: bytes) -> bytes | None:
    """AV1 in ISO base media, 2.3.3: four bytes, then units."""
    fields = Fields(data)
    head, rest = fields.take(4), fields.rest()
    joined = Joined(_Held(rest), [(0, len(rest))] if rest else [])
    return head + b"".join(rest[a:b] for a, b in _av1(Units(joined, Codec("av01"))))


class _Held:
    """A Reader over bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size: Final = len(data)

    def read(self, start: int, size: int) -> bytes:
        return self._data[start : start + size]


def user_data(unit: bytes) -> str:
    """The words in an HEVC or AVC unit that is left out: encoders write their name and settings there."""
    text = max(_runs(unit), key=len, default=b"")
    return text.decode("ascii") if len(text) >= 8 else ""


def _runs(data: bytes) -> list[bytes]:
    import re

    return re.findall(rb"[ -~]{8,}", data)
