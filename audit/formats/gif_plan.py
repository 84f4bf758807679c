"""What of a GIF a picture needs (GIF89a): colours in use, timing, loops, and its codes up to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import gif_lzw
from audit.formats.base import Bytes, Copy, FormatError, Keep, Role
from audit.formats.gif_walk import LOOPS, PROFILE, data, subblocks
from audit.formats.pieces import LARGEST_BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment
    from audit.formats.gif_lzw import End


_LAST_DISPOSAL: Final = 4


class Image(NamedTuple):
    """The segments of one image, and how its codes end."""

    descriptor: Segment
    control: Segment | None
    table: Segment | None
    data: Segment
    end: End


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
    """Block by block. Raises FormatError where a picture is cut off or cannot be unpacked."""
    images = list(_images(reader, segments))
    if not images:
        raise FormatError(segments[-1].stop, "no picture data")
    common = next((s for s in segments if s.name == "global colour table"), None)
    seen = not _covered(reader, images[0])
    images = [_beneath(reader, each, common, free=seen and each is images[0]) for each in images]
    background = _background(reader, images)
    used = _used(segments, images, background)
    indexes = {i.control.start: _transparent(reader, i, common) for i in images if i.control}
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
            yield _coloured(reader, segment) if segment is profile else Copy(segment.start, segment.stop)
        elif segment.name == "screen descriptor":
            yield Bytes(_screen(reader.read(6, 7), background), segment.name)
        elif segment.start in indexes:
            yield Bytes(_control(reader.read(segment.start, 7), indexes[segment.start]), segment.name)
        elif segment.name == "image descriptor":
            yield Bytes(_descriptor(reader.read(segment.start, 10)), segment.name)
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
            if descriptor is None:
                raise FormatError(segment.start, "the file ends inside its picture")
            yield Image(descriptor, control, table, segment, _whole(reader, segment, descriptor))
            descriptor = None
        elif segment.name == "image data" and descriptor:
            found = end(reader, segment, descriptor, clears)
            clears -= found.cleared
            yield Image(descriptor, control, table, segment, found)
            control = table = descriptor = None
    if descriptor:
        raise FormatError(reader.size, "the file ends inside its picture")


def _whole(reader: Reader, segment: Segment, descriptor: Segment) -> End:
    """A picture may lack its terminator, but no pixels."""
    found = end(reader, segment, descriptor)
    if not found.whole:
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
    """The sub-blocks as they are up to the one in which the end code belongs, and that anew.

    All but the last are equally long, as encoders cut them: others are cut anew.
    """
    kept, rest = divmod(end.bits, 8)
    found = _located(reader, segment, kept)
    place, before, held = found.place, found.before, found.held
    size = next(iter(found.sizes), 255)
    if len(found.sizes) > 1:
        every = data(reader, segment.start + 1, segment.stop)
        place, before, held, size = segment.start + 1, 0, b"".join(every), 255
    cut = held[kept - before : kept - before + 1] if rest else b""
    tail = int.from_bytes(cut, "little") & (1 << rest) - 1 | end.code << rest
    codes = tail.to_bytes(rest + end.width + 7 >> 3, "little")
    yield Copy(segment.start, place)
    yield Bytes(_blocked(held[: kept - before] + codes, size), segment.name)


class _Located(NamedTuple):
    """The last sub-block that begins at or before some byte of the codes."""

    place: int
    before: int  # how many bytes precede it
    held: bytes  # what it holds, and some hundred bytes behind
    sizes: frozenset[int]  # the lengths of those before it


def _located(reader: Reader, segment: Segment, kept: int) -> _Located:
    place, before, held, total = segment.start + 1, 0, b"", 0
    sizes: set[int] = set()
    for at, part in subblocks(reader, segment.start + 1, segment.stop):
        if total <= kept:
            sizes.update([len(held)] if held else ())
            place, before, held = at, total, part
        elif len(held) < 512:
            held += part
        total += len(part)
    return _Located(place, before, held, frozenset(sizes))


def _blocked(codes: bytes, size: int) -> bytes:
    parts = (codes[at : at + size] for at in range(0, len(codes), size))
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def _covered(reader: Reader, first: Image) -> bool:
    """Whether the first image has all of the screen."""
    screen, place = reader.read(6, 4), reader.read(first.descriptor.start, 10)
    return not any(place[1:5]) and all(
        int.from_bytes(place[at + 5 : at + 7], "little") >= int.from_bytes(screen[at : at + 2], "little")
        for at in (0, 2)
    )


def _beneath(reader: Reader, image: Image, common: Segment | None, *, free: bool) -> Image:
    """Programs such as Pillow fill what the first image leaves free with its transparent colour, or else with number 0.

    With the transparent colour also what an image has that goes again (way of disposal 2).
    """
    table = image.table or common
    control = reader.read(image.control.start + 3, 4) if image.control else bytes(4)
    index = control[3] if control[0] & 1 else 0
    goes = control[0] & 1 and _disposal(control[0]) == 2
    if not (free or goes) or not table or index >= (table.stop - table.start) // 3:
        return image
    return image._replace(end=image.end._replace(used=image.end.used | 1 << index))


def _background(reader: Reader, images: Sequence[Image]) -> int | None:
    """The colour of the screen where no image is; None if there is no such place.

    Images that cover it and never go leave none.
    """
    raw = reader.read(6, 7)
    flags = [reader.read(image.control.start + 3, 1)[0] if image.control else 0 for image in images]
    lasting = _covered(reader, images[0]) and not flags[0] & 1 and all(_disposal(each) <= 1 for each in flags)
    return None if lasting or not raw[4] & 0x80 else raw[5]


def _disposal(flags: int) -> int:
    """23: what becomes of an image once it was shown; 4 means nothing, but browsers take it for 3."""
    return found if (found := flags >> 2 & 7) <= _LAST_DISPOSAL else 0


def _used(segments: Sequence[Segment], images: Sequence[Image], background: int | None) -> dict[int, int]:
    """For each colour table's place the colours in use: by pixels, as background."""
    shown = 0 if background is None else 1 << background
    used = {s.start: shown for s in segments if s.name == "global colour table"}
    common = next(iter(used), None)
    for image in images:
        place = image.table.start if image.table else common
        if place is not None:
            used[place] = used.get(place, 0) | image.end.used
    return used


def _transparent(reader: Reader, image: Image, common: Segment | None) -> int:
    """The number of the transparent colour; where no pixel has it, the first that none has.

    255 for one that the table does not have: some viewers take no notice of it.
    """
    index = reader.read(image.control.start + 6, 1)[0] if image.control else 0
    table, used = image.table or common, image.end.used
    if used >> index & 1:
        return index
    entries = (table.stop - table.start) // 3 if table else 0
    return 255 if index >= entries else (~used & used + 1).bit_length() - 1


def _table(reader: Reader, segment: Segment, used: int) -> bytes:
    """Colours that no pixel uses are black, or the grey of their number: all of them greys in order is a greyscale."""
    raw = reader.read(segment.start, segment.stop - segment.start)
    entries = (raw[at : at + 3] for at in range(0, len(raw), 3))
    return b"".join(
        entry if used >> number & 1 or entry == bytes((number,) * 3) else bytes(3)
        for number, entry in enumerate(entries)
    )


def _screen(raw: bytes, background: int | None) -> bytes:
    """18: the resolution of colours and whether they are sorted mean nothing any more."""
    return raw[:4] + bytes((raw[4] & (0x87 if raw[4] & 0x80 else 0) | 0x70, background or 0)) + raw[6:7]


def _control(raw: bytes, index: int) -> bytes:
    """23: three reserved bits, four reserved ways of disposal, no waiting for keys."""
    flags = _disposal(raw[3]) << 2 | raw[3] & 1
    return b"!\xf9\4" + bytes((flags,)) + raw[4:6] + bytes((index if flags & 1 else 0, 0))


def _descriptor(raw: bytes) -> bytes:
    """20: two reserved bits, and whether colours are sorted; without a local colour table its size means nothing."""
    if not any(raw[5:7]) or not any(raw[7:9]):
        raw = raw[:1] + bytes(8) + raw[9:]  # an image without pixels is nowhere
    return raw[:9] + bytes((raw[9] & (0xC7 if raw[9] & 0x80 else 0x40),))


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


def _coloured(reader: Reader, segment: Segment) -> Piece:
    """The profile, in sub-blocks of one length."""
    held = b"".join(data(reader, segment.start + 14, segment.stop))
    if len(held) > LARGEST_BLOCK:
        raise FormatError(segment.start, "a colour profile larger than any")
    made = reader.read(segment.start, 14) + _blocked(held, 255)
    same = made == reader.read(segment.start, segment.stop - segment.start)
    return Copy(segment.start, segment.stop) if same else Bytes(made, segment.name)


def _profile(reader: Reader, segments: Sequence[Segment]) -> Segment | None:
    """The first colour profile, if it is one (ICC.1:2022, 7.2.9)."""
    first = next((s for s in segments if s.name == PROFILE), None)
    head = next(data(reader, first.start + 14, first.stop)) if first else b""
    return first if head[36:40] == b"acsp" else None
