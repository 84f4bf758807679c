"""What of a coded picture a decoder needs: the units it is made of, without those that only carry words.

HEVC, AVC, VVC: units with a length before them. AV1: open bitstream units. JPEG and JPEG 2000: markers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import heif_av1, heif_nal, heif_second
from audit.formats.base import Copy, FormatError, Policy
from audit.formats.pieces import LARGEST_BLOCK, Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Reader
    from audit.formats.bmff import Span
    from audit.formats.heif_nal import Family

MOST_UNITS: Final = 1 << 18  # in one file


class Codec(NamedTuple):
    """How to take a kind of picture apart. `width` is that of the length before each NAL unit; for an overlay, its pictures."""

    kind: str
    width: int = 4
    single: bool = True  # it stands by itself, and is no sample of a sequence
    layers: bool = False  # it may have several layers
    before: bytes = b""  # the beginning of a JPEG, which several may share


class Needed(NamedTuple):
    """What a decoder needs."""

    spans: list[Span]  # where it is in the file
    pictures: frozenset[int] | None = (
        None  # the picture parameter sets that it names, where there are such things
    )
    config: bytes = b""  # AV1: the beginning of its configuration, and its header
    anew: tuple[Piece, ...] = ()  # JPEG: all of it, if what is needed is not all there as it should be


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

    def needed(self, codec: Codec, parts: Sequence[Span]) -> Needed:
        """Raises FormatError for a picture that is broken."""
        joined = Joined(self._reader, parts)
        take = _TAKEN.get(codec.kind)
        if take is None:
            return Needed(list(parts))
        units = Units(joined, codec, lambda: self._spend(parts))
        found: list[Span] = []
        try:
            for start, stop in take(units):
                units.spend()
                found += joined.where(start, stop)
        except FormatError as error:
            begin = next((a for a, _ in joined.where(error.offset, error.offset + 1)), parts[0][0])
            raise FormatError(begin, error.why) from error
        if not found and not units.anew:
            raise FormatError(parts[0][0], "no picture where one should be")
        return Needed(found, units.pictures, units.config, tuple(units.anew))

    def _spend(self, parts: Sequence[Span]) -> None:
        self._left -= len(parts)
        if self._left < 0:
            raise FormatError(0, "far too many parts")


class Units:
    """One coded picture, read in small pieces."""

    def __init__(self, reader: Joined, codec: Codec, spend: Callable[[], None]) -> None:
        """`spend` is called for each unit, and raises FormatError when there are far too many."""
        self.reader = reader
        self.spend = spend
        self.size = reader.size
        self.codec = codec
        self.window = Window(reader, 4096)
        self.pictures: frozenset[int] | None = None
        self.config = b""
        self.anew: list[Piece] = []


def _prefixed(units: Units, family: Family) -> Iterator[Span]:
    """Units with a length before each."""
    spans: list[Span] = []
    seen: list[heif_nal.Unit] = []
    at, width, room = 0, units.codec.width, LARGEST_BLOCK
    while at < units.size:
        units.spend()
        head = units.window.get(at, width + 2)
        stop = at + width + int.from_bytes(head[:width], "big")
        if len(head) < width or stop > units.size:
            raise FormatError(at, "a coded picture is cut off")
        spans.append((at, stop))
        size = stop - at - width
        head = units.window.get(at + width, heif_nal.wanted(family, head[width:].ljust(2, b"\0"), size))
        seen.append(heif_nal.Unit(head, size))
        at, room = stop, room - len(head)
        if room < 0:
            raise FormatError(at, "far too many parts")
    try:
        picked = heif_nal.pick(family, seen, heif_nal.Asked(units.codec.layers, units.codec.single))
    except FormatError as error:
        raise FormatError(spans[error.offset][0], error.why) from error
    for number in picked.keep:
        if number in picked.sets and picked.sets[number] != seen[number].head.rstrip(b"\0"):
            raise FormatError(spans[number][0], "a header of a coded picture with more behind it")
    units.pictures = picked.pictures
    yield from (spans[number] for number in picked.keep)


def _av1(units: Units) -> Iterator[Span]:
    found, units.config = heif_av1.needed(
        units.window.get, units.size, units.spend, single=units.codec.single
    )
    yield from found


def _tone_map(units: Units) -> Iterator[Span]:
    yield 0, len(heif_second.tone_map(units.window.get(0, 256)))


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
    """The segments that a JPEG by itself would keep; written anew where one of them must change. What it shares stays as it is."""
    from audit.formats import jpeg

    whole, shared = _Behind(units.codec.before, units.reader), len(units.codec.before)
    pieces = list(jpeg.WALKER.plan(whole, jpeg.WALKER.segments(whole), Policy(frozenset())))
    first = pieces[0] if pieces else None
    if shared and not (isinstance(first, Copy) and first.start == 0 and first.stop >= shared):
        raise FormatError(0, "a JPEG inside that cannot stay as it is")
    own = [
        Copy(max(piece.start - shared, 0), piece.stop - shared) if isinstance(piece, Copy) else piece
        for piece in pieces
    ]
    if all(isinstance(piece, Copy) for piece in own):
        yield from (piece for piece in own if isinstance(piece, Copy))
        return
    for piece in own:
        if isinstance(piece, Copy):
            units.anew += (Copy(*span) for span in units.reader.where(*piece))
        else:
            units.anew.append(piece)


class _Behind:
    """A Reader over bytes and what follows them."""

    def __init__(self, head: bytes, rest: Joined) -> None:
        self._head = head
        self._rest = rest
        self.size: Final = len(head) + rest.size

    def read(self, start: int, size: int) -> bytes:
        first = self._head[start : start + size]
        return first + self._rest.read(max(start - len(self._head), 0), size - len(first))


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
    **dict.fromkeys(("hvc1", "hev1", "lhv1"), lambda units: _prefixed(units, heif_nal.HEVC)),
    **dict.fromkeys(("avc1", "avc3"), lambda units: _prefixed(units, heif_nal.AVC)),
    **dict.fromkeys(("vvc1", "vvi1"), lambda units: _prefixed(units, heif_nal.VVC)),
    "av01": _av1,
    **dict.fromkeys(("grid", "iovl"), _derived),
    "tmap": _tone_map,
    "jpeg": _jpeg,
    "j2k1": _jpeg2000,
}


def user_data(unit: bytes) -> str:
    """The words in an HEVC or AVC unit that is left out: encoders write their name and settings there."""
    text = max(_runs(unit), key=len, default=b"")
    return text.decode("ascii") if len(text) >= 8 else ""


def _runs(data: bytes) -> list[bytes]:
    import re

    return re.findall(rb"[ -~]{8,}", data)
