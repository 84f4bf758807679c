"""What of a GIF a picture needs (GIF89a): colours in use, timing, loops, and its codes up to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import gif_lzw
from audit.formats.base import Bytes, Copy, FormatError, Keep, Role
from audit.formats.gif_walk import LOOPS, PROFILE, data, subblocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment
    from audit.formats.gif_lzw import End


class Image(NamedTuple):
    """The segments of one image, and how its codes end."""

    control: Segment | None
    table: Segment | None
    data: Segment
    end: End


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
    """Block by block. Raises FormatError where a picture is cut off or cannot be unpacked."""
    images = list(_images(reader, segments))
    if not images:
        raise FormatError(segments[-1].stop, "no picture data")
    used = _used(reader, segments, images)
    ends = {image.data.start: image.end for image in images}
    loops = _loops(reader, segments)
    profile = _profile(reader, segments) if Keep.ICC in policy.keep else None
    for segment in segments:
        if segment.start in used:
            yield Bytes(_table(reader, segment, used[segment.start]), segment.name)
        elif segment.start in ends:
            yield from _codes(reader, segment, ends[segment.start])
        elif segment.start in loops:
            yield Bytes(loops[segment.start], segment.name)
        elif segment is profile or segment.name == "header":
            yield Copy(segment.start, segment.stop)
        elif segment.name in _FIXED and segment.role is Role.STRUCTURE:
            yield Bytes(_FIXED[segment.name](reader.read(segment.start, 10)), segment.name)
    yield Bytes(b";", "end")


def _images(reader: Reader, segments: Sequence[Segment]) -> Iterator[Image]:
    control = table = descriptor = None
    clears = gif_lzw.MOST_CLEARED
    for segment in segments:
        if segment.name == "graphic control" and segment.role is Role.STRUCTURE:
            control = segment
        elif segment.name == "image descriptor":
            descriptor, table = segment, None
        elif segment.name == "local colour table":
            table = segment
        elif segment.name == "truncated" and (descriptor or reader.read(segment.start, 1) != b"!"):
            yield Image(control, table, segment, _whole(reader, segment, descriptor))
            descriptor = None
        elif segment.name == "image data" and descriptor:
            found = end(reader, segment, descriptor, clears)
            clears -= found.cleared
            yield Image(control, table, segment, found)
            control = table = descriptor = None
    if descriptor:
        raise FormatError(reader.size, "the file ends inside its picture")


def _whole(reader: Reader, segment: Segment, descriptor: Segment | None) -> End:
    """A picture may lack its terminator, but no pixels."""
    found = end(reader, segment, descriptor) if descriptor else None
    if found is None or not found.whole:
        raise FormatError(segment.start, "the file ends inside its picture")
    return found


def end(reader: Reader, segment: Segment, descriptor: Segment, clears: int = gif_lzw.MOST_CLEARED) -> End:
    """How the codes in an "image data" segment end. Raises FormatError."""
    head = reader.read(descriptor.start, 10)
    pixels = int.from_bytes(head[5:7], "little") * int.from_bytes(head[7:9], "little")
    minimum = reader.read(segment.start, 1)[0]
    parts = data(reader, segment.start + 1, segment.stop)
    return gif_lzw.scan(parts, minimum, pixels, segment.start, clears)


def _codes(reader: Reader, segment: Segment, end: End) -> Iterator[Piece]:
    """The sub-blocks as they are if they end with the end code; else up to the one in which it belongs, and that anew."""
    kept, rest = divmod(end.bits, 8)
    place, before, held, total = _located(reader, segment, kept)
    cut = held[kept - before : kept - before + 1] if rest else b""
    tail = int.from_bytes(cut, "little") & (1 << rest) - 1 | end.code << rest
    codes = tail.to_bytes(rest + end.width + 7 >> 3, "little")
    as_it_is = total == kept + len(codes) and held[kept - before :] == codes
    if as_it_is and segment.name != "truncated":
        yield Copy(segment.start, segment.stop)
        return
    yield Copy(segment.start, place)
    yield Bytes(_blocked(held[: kept - before] + codes), segment.name)


def _located(reader: Reader, segment: Segment, kept: int) -> tuple[int, int, bytes, int]:
    """The last sub-block that begins at or before byte `kept` of the codes.

    Its place, how many bytes precede it, some hundred bytes from it on; how many bytes there are in all.
    """
    place, before, held, total = segment.start + 1, 0, b"", 0
    for at, part in subblocks(reader, segment.start + 1, segment.stop):
        if total <= kept:
            place, before, held = at, total, part
        elif len(held) < 512:
            held += part
        total += len(part)
    return place, before, held, total


def _blocked(codes: bytes) -> bytes:
    parts = (codes[at : at + 255] for at in range(0, len(codes), 255))
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def _used(reader: Reader, segments: Sequence[Segment], images: Sequence[Image]) -> dict[int, int]:
    """For each colour table's place the colours in use: by pixels, as background, as transparent one."""
    used = {s.start: 1 << reader.read(11, 1)[0] for s in segments if s.name == "global colour table"}
    common = next(iter(used), None)
    for image in images:
        place = image.table.start if image.table else common
        if place is not None:
            used[place] = used.get(place, 0) | image.end.used | _transparent(reader, image.control)
    return used


def _transparent(reader: Reader, control: Segment | None) -> int:
    packed, index = reader.read(control.start + 3, 4)[::3] if control else (0, 0)
    return 1 << index if packed & 1 else 0


def _table(reader: Reader, segment: Segment, used: int) -> bytes:
    """Colours that no pixel uses are black, or the grey of their number: all of them greys in order is a greyscale."""
    raw = reader.read(segment.start, segment.stop - segment.start)
    entries = (raw[at : at + 3] for at in range(0, len(raw), 3))
    return b"".join(
        entry if used >> number & 1 or entry == bytes((number,) * 3) else bytes(3)
        for number, entry in enumerate(entries)
    )


def _screen(raw: bytes) -> bytes:
    """18: without a global colour table its size, its order and the background mean nothing."""
    return raw[:7] if raw[4] & 0x80 else raw[:4] + bytes((raw[4] & 0x70, 0)) + raw[6:7]


def _control(raw: bytes) -> bytes:
    """23: three reserved bits; without its flag the transparent colour means nothing."""
    index = raw[6:7] if raw[3] & 1 else b"\0"
    return b"!\xf9\4" + bytes((raw[3] & 0x1F,)) + raw[4:6] + index + b"\0"


def _descriptor(raw: bytes) -> bytes:
    """20: two reserved bits; without a local colour table its size and order mean nothing."""
    return raw[:9] + bytes((raw[9] & (0xE7 if raw[9] & 0x80 else 0x40),))


_FIXED: Final = {
    "screen descriptor": _screen,
    "graphic control": _control,
    "image descriptor": _descriptor,
}


def _loops(reader: Reader, segments: Sequence[Segment]) -> dict[int, bytes]:
    """The loop counts that viewers honour: of each kind the last before the first image, else the first behind it."""
    first = next(s.start for s in segments if s.name == "image descriptor")
    chosen: dict[str, tuple[int, bytes]] = {}
    for segment in segments:
        if segment.name in LOOPS and (segment.start < first or not chosen):
            count = _loop_count(reader, segment)
            if count:
                head = reader.read(segment.start, 14)
                chosen[segment.name] = segment.start, head + b"\3\1" + count + b"\0"
    return dict(chosen.values())


def _loop_count(reader: Reader, segment: Segment) -> bytes:
    """Netscape's: a sub-block that begins with 1, then the count."""
    for _, part in subblocks(reader, segment.start + 14, segment.stop):
        if len(part) >= 3 and part[0] & 7 == 1:
            return part[1:3]
    return b""


def _profile(reader: Reader, segments: Sequence[Segment]) -> Segment | None:
    """The first colour profile, if it is one (ICC.1:2022, 7.2.9)."""
    first = next((s for s in segments if s.name == PROFILE), None)
    head = next(data(reader, first.start + 14, first.stop)) if first else b""
    return first if head[36:40] == b"acsp" else None
