"""What of a WebP a picture needs (RFC 9649, 2.5 to 2.7): sizes and flags follow what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy, FormatError, Keep
from audit.formats.icc import HEAD, is_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader, Segment

# 2.7.1: the bits of the first byte of VP8X.
_ICC, _ALPHA, _EXIF, _ANIMATION = 0x20, 0x10, 0x08, 0x02
_FRAME_HEADER: Final = 10  # bytes of a lossy picture
_IMAGES: Final = ("VP8 ", "VP8L")
_PICTURED: Final = frozenset((b"VP8 ", b"VP8L", b"ALPH", b"ANMF", b"ANIM"))


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy, exif: bytes) -> Iterator[Piece]:
    """Header, then what is needed, then the lone `exif` block if the file is an extended one. Raises FormatError."""
    _check(reader, segments)
    extended = segments[1].name == "VP8X"
    if not extended:
        inner = list(_chunk(reader, segments[1], segments[2:]))
    else:
        inner = list(_extended(reader, segments, policy, exif))
    yield Bytes(b"RIFF" + (4 + _length(inner)).to_bytes(4, "little") + b"WEBP", "RIFF")
    yield from inner


def _check(reader: Reader, segments: Sequence[Segment]) -> None:
    """Metadata that is cut off behind the picture may go; a picture that is cut off may not."""
    cut = next((s for s in segments if s.name in {"truncated", "ANMF/truncated"}), None)
    pictured = [s for s in segments if s.name.removeprefix("ANMF/") in _IMAGES]
    if cut and (not pictured or cut.name != "truncated" or reader.read(cut.start, 4) in _PICTURED):
        raise FormatError(cut.start, "the file ends inside its picture")
    if not pictured or segments[1].name not in {"VP8X", *_IMAGES}:
        raise FormatError(segments[-1].stop, "no picture data where it belongs")


def _length(inner: Iterable[Piece]) -> int:
    return sum(
        len(p.data) if isinstance(p, Bytes) else p.stop - p.start
        for p in inner
        if isinstance(p, Bytes | Copy)
    )


def _chunk(reader: Reader, segment: Segment, following: Iterable[Segment] = ()) -> Iterator[Piece]:
    """The chunk with its padding byte as it must be: zero, and there. What is behind its codes is cut off; zero, if more follow.

    Two bits of a lossy picture's width and of its height ask for it to be shown larger, which nobody does (RFC 6386, 9.1).
    """
    told = reader.read(segment.start, 8)
    stop, holes = _reach(segment, following)
    length = min(int.from_bytes(told[4:], "little"), stop - segment.start - 8)
    start, stop = segment.start, segment.start + 8 + length
    if length < int.from_bytes(told[4:], "little"):
        yield Bytes(told[:4] + length.to_bytes(4, "little"), segment.name)
        start += 8
    if segment.name.endswith("VP8 ") and length >= _FRAME_HEADER:
        size = int.from_bytes(reader.read(segment.start + 14, 4), "little") & 0x3FFF3FFF
        yield Copy(start, segment.start + 14)
        yield Bytes(size.to_bytes(4, "little"), segment.name)
        start = segment.start + 18
    for hole in holes:
        # With a byte of the codes before it: they are not copied as they are then, and so pixels are compared.
        yield Copy(start, hole.start - 1)
        yield Bytes(reader.read(hole.start - 1, 1) + bytes(hole.stop - hole.start), segment.name)
        start = hole.stop
    yield Copy(start, stop)
    if length % 2:
        yield Bytes(b"\0", segment.name)


def _reach(segment: Segment, following: Iterable[Segment]) -> tuple[int, list[Segment]]:
    """Where the last codes of a chunk end, and what stands behind others before it (see `webp_tail`)."""
    kind = segment.name.removeprefix("ANMF/")
    stop = segment.stop
    holes: list[Segment] = []
    waiting: list[Segment] = []
    for each in following:
        if each.name.endswith(f"behind {kind}"):
            waiting.append(each)
        elif each.name.endswith(f"more {kind}"):
            stop, holes, waiting = each.stop, holes + waiting, []
        else:
            break
    return stop, holes


def _opacity(reader: Reader, alpha: Segment, image: Segment) -> Iterator[Piece]:
    """2.7.1.2: two reserved bits; unless it is packed, a byte for each pixel of the lossy picture (RFC 6386, 9.1) and no more."""
    length = min(int.from_bytes(reader.read(alpha.start + 4, 4), "little"), alpha.stop - alpha.start - 8)
    head, size = reader.read(alpha.start + 8, 1), reader.read(image.start + 14, 4)
    if not length or len(size) < 4:
        raise FormatError(alpha.start, "a frame without a picture")
    kept = length
    if not head[0] & 3:
        kept = min(
            length,
            1 + (int.from_bytes(size[:2], "little") & 0x3FFF) * (int.from_bytes(size[2:], "little") & 0x3FFF),
        )
    yield Bytes(b"ALPH" + kept.to_bytes(4, "little") + bytes((head[0] & 0x3F,)), alpha.name)
    yield Copy(alpha.start + 9, alpha.start + 8 + kept)
    if kept % 2:
        yield Bytes(b"\0", alpha.name)


def _new(name: str, data: bytes) -> Bytes:
    return Bytes(name.encode() + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2), name)


def _extended(reader: Reader, segments: Sequence[Segment], policy: Policy, exif: bytes) -> Iterator[Piece]:
    head = reader.read(segments[1].start + 8, 10)
    if segments[1].stop - segments[1].start < 18:
        raise FormatError(segments[1].start, "VP8X is too short")
    profile = next((s for s in segments if s.name == "ICCP"), None) if Keep.ICC in policy.keep else None
    if profile and not is_profile(reader.read(profile.start + 8, HEAD)):
        profile = None
    moving = head[0] & _ANIMATION and any(s.name == "ANIM" for s in segments)
    if moving and not any(s.name.startswith("ANMF") for s in segments):
        raise FormatError(segments[-1].stop, "no picture data where it belongs")
    flags = (
        head[0] & _ALPHA | (_ICC if profile else 0) | (_EXIF if exif else 0) | (_ANIMATION if moving else 0)
    )
    yield _new("VP8X", bytes((flags, 0, 0, 0)) + head[4:])
    if profile:
        yield from _chunk(reader, profile)
    yield from _animation(reader, segments) if moving else _still(reader, segments)
    if exif:
        yield _new("EXIF", exif)


def _still(reader: Reader, segments: Sequence[Segment]) -> Iterator[Piece]:
    """2.7.1.3: one picture, an ALPH before it if it is a lossy one."""
    at = next((n for n, s in enumerate(segments) if s.name in _IMAGES), None)
    if at is None:
        raise FormatError(segments[-1].stop, "no picture data where it belongs")
    alpha = next((s for s in segments[:at] if s.name == "ALPH"), None)
    if alpha and segments[at].name == "VP8 ":
        yield from _opacity(reader, alpha, segments[at])
    yield from _chunk(reader, segments[at], segments[at + 1 :])


def _animation(reader: Reader, segments: Sequence[Segment]) -> Iterator[Piece]:
    """2.7.1.1: ANIM holds six bytes, each ANMF sixteen and then the chunks of its frame."""
    loop = next(s for s in segments if s.name == "ANIM")
    if loop.stop - loop.start < 14:
        raise FormatError(loop.start, "ANIM is too short")
    raw = reader.read(loop.start + 8, 6)
    yield _new("ANIM", (raw[:4] if _background(reader, segments) else bytes(4)) + raw[4:])
    for number, segment in enumerate(segments):
        if segment.name == "ANMF":
            yield from _frame(reader, segment, (segments[at] for at in range(number + 1, len(segments))))


def _background(reader: Reader, segments: Sequence[Segment]) -> bool:
    """Whether the background can be seen: through a picture, beside the first one, or where a frame is taken away."""
    head = reader.read(segments[1].start + 8, 10)
    frames = [reader.read(s.start + 8, 16) for s in segments if s.name == "ANMF"]
    place, size = frames[0][:6], frames[0][6:12]
    covered = not any(place) and size == head[4:10]
    return bool(head[0] & _ALPHA) or not covered or any(frame[-1] & 1 for frame in frames if frame)


def _frame(reader: Reader, head: Segment, following: Iterable[Segment]) -> Iterator[Piece]:
    inner: list[Piece] = []
    alpha: Segment | None = None
    following = iter(following)
    for segment in following:
        name = segment.name.partition("/")[2]
        if not name or not segment.name.startswith("ANMF/"):
            break
        if name == "ALPH" and alpha is None:
            alpha = segment
        if name in _IMAGES:
            inner += _opacity(reader, alpha, segment) if alpha and name == "VP8 " else ()
            inner += _chunk(reader, segment, following)
            break
    data = reader.read(head.start + 8, 16)
    if len(data) < 16 or not inner:
        raise FormatError(head.start, "a frame without a picture")
    fixed = data[:15] + bytes((data[15] & 3,))
    yield Bytes(b"ANMF" + (16 + _length(inner)).to_bytes(4, "little") + fixed, "ANMF")
    yield from inner
