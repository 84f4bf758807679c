"""The blocks of a GIF (GIF89a specification, 11 to 27), in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import trailers
from audit.formats.base import FormatError, Role, Segment
from audit.formats.pieces import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader

SIGNATURES: Final = (b"GIF87a", b"GIF89a")
MOST_BLOCKS: Final = 1 << 17
LOOPS: Final = ("application/NETSCAPE2.0", "application/ANIMEXTS1.0")
PROFILE: Final = "application/ICCRGBG1012"

_CONTROL, _COMMENT, _TEXT, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_KNOWN: Final = {
    **dict.fromkeys((*LOOPS, PROFILE), Role.STRUCTURE),
    **dict.fromkeys(
        ("application/XMP DataXMP", "application/MGK8BIM0000", "application/MGKIPTC0000"), Role.METADATA
    ),
}
_INTRODUCER: Final = re.compile(rb"[!,;]")
_WORD: Final = re.compile(rb"[\w .-]+", re.ASCII)


def segments(reader: Reader) -> list[Segment]:
    """The whole file. Raises FormatError for one that does not begin as a GIF."""
    window = Window(reader)
    if window.get(0, 6) not in SIGNATURES:
        raise FormatError(0, "not a GIF")
    found = [Segment(0, 6, "header", Role.STRUCTURE)]
    for segment in _blocks(reader, window):
        found.append(segment)
        if len(found) > MOST_BLOCKS:
            raise FormatError(segment.start, "too many blocks")
    return _owned(found) + trailers.segments(reader, found[-1].stop)


def _owned(found: Sequence[Segment]) -> list[Segment]:
    """A graphic control block belongs to the next image, and only the last one before it counts (23)."""
    owned, image = list(found), False
    for number in range(len(owned) - 1, -1, -1):
        if owned[number].name == "image descriptor":
            image = True
        elif owned[number].name == "graphic control":
            if not image:
                owned[number] = owned[number]._replace(role=Role.ORPHAN)
            image = False
    return owned


def _blocks(reader: Reader, window: Window) -> Iterator[Segment]:
    at, size = 6, reader.size
    found: Sequence[Segment] = _described(window, at, _SCREEN, size)
    while True:
        yield from found
        at = found[-1].stop if found else at
        if at >= size or (found and found[-1].name in {"truncated", "end"}):
            return
        first = window.get(at, 1)
        if first == b",":
            found = _image(reader, window, at)
        elif first == b"!":
            found = [_extension(reader, window, at)]
        elif first == b";":
            found = [Segment(at, at + 1, "end", Role.STRUCTURE)]
        else:
            found = [Segment(at, _junk(reader, at), "between blocks", Role.ORPHAN)]


class _Described(NamedTuple):
    """A descriptor: its length, where its flags are, what it and its colour table are called."""

    length: int
    flags: int
    name: str
    table: str


_SCREEN: Final = _Described(7, 4, "screen descriptor", "global colour table")
_IMAGE: Final = _Described(10, 9, "image descriptor", "local colour table")


def _described(window: Window, at: int, kind: _Described, size: int) -> list[Segment]:
    """A descriptor, and the colour table that its flags announce (18 to 21)."""
    length, flags = kind.length, kind.flags
    head = window.get(at, length)
    packed = head[flags] if len(head) == length else 0
    stop = at + length + (3 << (packed & 7) + 1 if packed & 0x80 else 0)
    if len(head) < length or stop > size:
        return [Segment(at, size, "truncated", Role.ORPHAN)] if at < size else []
    found = [Segment(at, at + length, kind.name, Role.STRUCTURE)]
    if packed & 0x80:
        found.append(Segment(at + length, stop, kind.table, Role.STRUCTURE))
    return found


def _image(reader: Reader, window: Window, at: int) -> list[Segment]:
    """20 to 22: descriptor, colour table, code size, sub-blocks."""
    found = _described(window, at, _IMAGE, reader.size)
    start = found[-1].stop
    if found[-1].name == "truncated":
        return found
    stop = chain(reader, start + 1)
    if stop is not None:
        return [*found, Segment(start, stop, "image data", Role.PAYLOAD)]
    return [*found, Segment(start, reader.size, "truncated", Role.ORPHAN)] if start < reader.size else found


def _extension(reader: Reader, window: Window, at: int) -> Segment:
    """23 to 26: a label, then sub-blocks, the first of which holds what is fixed."""
    head = window.get(at, 14)
    stop = chain(reader, at + 2) if len(head) > 2 else None
    if stop is None:
        return Segment(at, reader.size, "truncated", Role.ORPHAN)
    label, first = head[1], head[2]
    if label == _CONTROL and first >= 4:
        return Segment(at, stop, "graphic control", Role.STRUCTURE)
    if label == _COMMENT:
        return Segment(at, stop, "comment", Role.METADATA)
    if label == _TEXT:
        return Segment(at, stop, "plain text", Role.METADATA)
    if label == _APPLICATION and first == 11:
        word = _WORD.match(head[3:])
        name = f"application/{word[0].decode() if word else 'unknown'}"
        return Segment(at, stop, name, _KNOWN.get(name, Role.ORPHAN))
    return Segment(at, stop, f"extension/{label:02X}", Role.ORPHAN)


def chain(reader: Reader, at: int) -> int | None:
    """Where the sub-blocks from `at` on end (15), or None if the file ends first."""
    span = 1 << 10
    while at < reader.size:
        data = reader.read(at, span)
        place = 0
        while place < len(data):
            step = data[place]
            place += step + 1
            if not step:
                return at + place
        at += place
        span = 1 << 16
    return None


def subblocks(reader: Reader, at: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """Each sub-block's place and data, the terminator not among them; the last may be cut off."""
    held, start, span = b"", at, 1 << 10
    while at < stop:
        place = at - start
        if place + 256 > len(held) and start + len(held) < stop:
            held, start, place = reader.read(at, min(span, stop - at)), at, 0
            span = 1 << 16
        step = held[place] if place < len(held) else 0
        if not step:
            return
        yield at, held[place + 1 : place + 1 + step]
        at += 1 + step


def data(reader: Reader, at: int, stop: int) -> Iterator[bytes]:
    """What the sub-blocks hold, some tens of kilobytes at a time."""
    held: list[bytes] = []
    for _, part in subblocks(reader, at, stop):
        held.append(part)
        if len(held) > 250:
            yield b"".join(held)
            held = []
    yield b"".join(held)


def _junk(reader: Reader, at: int) -> int:
    """The next byte that can begin a block; decoders skip what stands before it."""
    while at < reader.size:
        data = reader.read(at, 1 << 16)
        match = _INTRODUCER.search(data)
        if match:
            return at + match.start()
        at += len(data)
    return reader.size
