"""ANI: animated cursors, a RIFF of icons (Microsoft, Multimedia Data Standards Update, 1991, "RIFF ACON").

Written anew: the header, rates and sequence as numbers, and each icon scrubbed. Lists of words and all other chunks go.
"""

# ruff: noqa: ARG002 - the interface hands over more than this format needs

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import ico, nested, trailers
from audit.formats.base import Bytes, FormatError, Reveal, Role, Segment, Tag
from audit.formats.pieces import body, settle
from audit.formats.words import clip, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader

_HEAD: Final = 8  # bytes before the body of a chunk
_MOST: Final = 1 << 14  # chunks
_HEADER: Final = 36  # bytes of anih: its own size, frames, steps, four that are reserved, rate, flags
_ICONS, _SEQUENCE = 1, 2  # flags
_SLOWEST: Final = 0xFFFF  # sixtieths of a second
_STRUCTURE: Final = {b"anih": "anih", b"rate": "rate", b"seq ": "seq"}
_INSIDE: Final = "ICO/"
_WORDS: Final = {b"IART": Reveal.OWNER, b"ICOP": Reveal.OWNER, b"ISFT": Reveal.SOFTWARE, b"ICRD": Reveal.TIME}


class Ani:
    name = "ANI"
    extensions = (".ani",)

    def sniff(self, head: bytes) -> bool:
        return head[:4] == b"RIFF" and head[8:12] == b"ACON"

    def segments(self, reader: Reader) -> Sequence[Segment]:
        if not self.sniff(reader.read(0, 12)):
            raise FormatError(0, "not an animated cursor")
        end = min(_HEAD + int.from_bytes(reader.read(4, 4), "little"), reader.size)
        if end < 12:
            return [Segment(0, 12, "RIFF", Role.STRUCTURE), *trailers.segments(reader, 12)]
        inner = list(_chunks(reader, 12, end))
        return [Segment(0, 12, "RIFF", Role.STRUCTURE), *inner, *trailers.segments(reader, end)]

    def header(self, reader: Reader) -> Sequence[Segment]:
        """The whole walk: it skips over picture data anyway."""
        return self.segments(reader)

    def tags(self, reader: Reader, segment: Segment) -> Iterator[Tag]:
        if segment.name.startswith(_INSIDE):
            yield from nested.tags(ico.WALKER, reader, segment)
        elif segment.name == "LIST/INFO":
            yield from _words(reader, segment)
        elif segment.name.startswith("trailer"):
            yield from trailers.tags(reader, segment)
        elif segment.role in {Role.ORPHAN, Role.METADATA}:
            size = segment.stop - segment.start
            word = decoded(reader.read(segment.start, min(64, size)))
            yield Tag("ANI", segment.name, f"{size} bytes, begins with {word!r}", Reveal.UNKNOWN)

    def size(self, reader: Reader, segments: Sequence[Segment]) -> tuple[int, int] | None:
        first = next((one for one in _icons(reader, segments)), None)
        return ico.WALKER.size(nested.Within(reader, *first), ()) if first else None

    def thumbnail(self, reader: Reader, segments: Sequence[Segment]) -> bytes | None:
        return None

    def plan(self, reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
        return settle(reader, _pieces(reader, segments, policy))


def _chunks(reader: Reader, at: int, end: int, *, framed: bool = False) -> Iterator[Segment]:
    """Those up to `end`, padding and all. `framed`: in the list of frames."""
    for _ in range(_MOST):
        head = reader.read(at, min(12, end - at))
        size = int.from_bytes(head[4:8], "little")
        stop = at + _HEAD + size
        if len(head) < _HEAD or stop > end:
            break
        yield from _chunk(reader, head, (at, stop), framed=framed)
        at = stop
        if size % 2 and at < end:
            zero = reader.read(at, 1) == b"\0"
            yield Segment(at, at + 1, "padding", Role.STRUCTURE if zero else Role.ORPHAN)
            at += 1
    if at < end:
        yield Segment(at, end, "truncated", Role.ORPHAN)


def _chunk(reader: Reader, head: bytes, place: tuple[int, int], *, framed: bool) -> Iterator[Segment]:
    start, stop = place
    kind, words = head[:4], head[_HEAD : stop - start]
    if kind == b"icon" and framed:
        yield Segment(start, start + _HEAD, "icon", Role.STRUCTURE)
        yield from _icon(reader, start + _HEAD, stop)
    elif framed:
        yield Segment(start, stop, "chunk", Role.ORPHAN)
    elif kind == b"LIST" and words == b"fram":
        yield Segment(start, start + 12, "LIST/fram", Role.STRUCTURE)
        yield from _chunks(reader, start + 12, stop, framed=True)
    elif kind == b"LIST" and words == b"INFO":
        yield Segment(start, stop, "LIST/INFO", Role.METADATA)
    else:
        name = _STRUCTURE.get(kind, "chunk")
        yield Segment(start, stop, name, Role.ORPHAN if name == "chunk" else Role.STRUCTURE)


def _icon(reader: Reader, start: int, stop: int) -> Iterator[Segment]:
    try:
        yield from nested.segments(ico.WALKER, reader, start, stop)
    except FormatError:
        if stop > start:
            yield Segment(start, stop, "unreadable", Role.ORPHAN)


def _icons(reader: Reader, segments: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """Where each icon begins and ends."""
    for one in segments:
        if one.name == "icon":
            yield one.stop, one.stop + int.from_bytes(reader.read(one.start + 4, 4), "little")


def _words(reader: Reader, segment: Segment) -> Iterator[Tag]:
    data, at = body(reader, segment.start + 12, segment.stop), 0
    while at + _HEAD <= len(data):
        size = int.from_bytes(data[at + 4 : at + _HEAD], "little")
        kind, words = data[at : at + 4], data[at + _HEAD : at + _HEAD + min(size, 4096)]
        yield Tag("RIFF", decoded(kind), clip(decoded(words.rstrip(b"\0"))), _WORDS.get(kind, Reveal.COMMENT))
        at += _HEAD + size + size % 2


class _Header(NamedTuple):
    frames: int
    steps: int
    rate: int
    flags: int


def _pieces(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
    """RIFF, anih, rate, seq and the frames, as the standard has them. Raises FormatError."""
    icons = list(_icons(reader, segments))
    header = _header(reader, segments, icons)
    order = _numbers(reader, segments, "seq")[: header.steps]
    if any(number >= header.frames for number in order):
        raise FormatError(_first(segments, "seq"), "a picture that is not where it belongs")
    steps = len(order) or header.frames
    rates = [min(rate, _SLOWEST) for rate in _numbers(reader, segments, "rate")[:steps]]
    rates += [header.rate] * (steps - len(rates) if rates else 0)
    flags = header.flags & _SEQUENCE if order else 0
    numbers = (_HEADER, header.frames, steps, 0, 0, 0, 0, header.rate, flags | _ICONS)
    frames: list[Piece] = [Bytes(b"fram", "LIST/fram")]
    for start, stop in icons[: header.frames]:
        parts = list(nested.pieces(ico.WALKER, reader, start, stop, policy))
        frames += _written("icon", parts)
    inner = list(_written("anih", [Bytes(struct.pack("<9I", *numbers), "anih")]))
    for name, told in (("rate", rates), ("seq", order)):
        if told:
            inner += _written(name, [Bytes(struct.pack(f"<{steps}I", *told), name)])
    inner += _written("LIST/fram", frames)
    yield from _written("RIFF", [Bytes(b"ACON", "RIFF"), *inner])


def _written(name: str, parts: Sequence[Piece]) -> Iterator[Piece]:
    """A chunk with its head, and the byte that makes its length even."""
    size = nested.length(parts)
    yield Bytes(name[:4].ljust(4).encode() + size.to_bytes(4, "little"), name)
    yield from parts
    if size % 2:
        yield Bytes(b"\0", "padding")


def _header(reader: Reader, segments: Sequence[Segment], icons: Sequence[tuple[int, int]]) -> _Header:
    """Raises FormatError if it is not there once, or what it tells of is not there."""
    cut = next((one for one in segments if one.name == "truncated"), None)
    lists = [one for one in segments if one.name == "LIST/fram"]
    headers = [one for one in segments if one.name == "anih"]
    data = reader.read(headers[0].start + _HEAD, _HEADER) if headers else b""
    if len(headers) != 1 or headers[0].stop - headers[0].start < _HEAD + _HEADER:
        raise FormatError(headers[-1].start if headers else reader.size, "no proper header")
    _, frames, steps, *_, rate, flags = struct.unpack("<9I", data)
    if not flags & _ICONS:
        raise FormatError(headers[0].start, "frames that are no icons")
    if len(lists) != 1 or not icons or not frames:
        raise FormatError(lists[-1].start if lists else reader.size, "no picture data where it belongs")
    if cut and len(icons) < frames:
        raise FormatError(cut.start, "the file ends inside its picture")
    return _Header(min(frames, len(icons)), steps, min(rate, _SLOWEST), flags)


def _numbers(reader: Reader, segments: Sequence[Segment], name: str) -> list[int]:
    """Those of the first chunk of a kind."""
    one = next((each for each in segments if each.name == name), None)
    data = body(reader, one.start + _HEAD, one.stop) if one else b""
    return [number for (number,) in struct.iter_unpack("<I", data[: len(data) // 4 * 4])]


def _first(segments: Sequence[Segment], name: str) -> int:
    return next(one.start for one in segments if one.name == name)


WALKER: Final = Ani()
