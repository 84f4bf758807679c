"""Proof that a result is what the plan promised: before it takes its place, and when one is found standing there."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from audit.copying import CACHED
from audit.formats.base import Bytes, Copy, FormatError, Keep, Reveal, Role, Segment, revealed
from audit.formats.jpeg_walk import BEHIND
from audit.formats.pieces import length
from audit.media import FileReader
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Piece, Policy, Tag, Walker

_REBUILT = frozenset({"TIFF", "HEIC", "AVIF", "PDF", "SVG"})  # whose offsets, or whole text, are written anew
_LARGEST_OUTLINE = 32 << 10  # bytes
_MOST_KNOWN = 256
_NOTHING: Mapping[int, int] = MappingProxyType({})
_blocks: list[bytearray] = []
_known: dict[tuple[str, Policy, tuple[bytes, ...]], tuple[str, ...]] = {}
_ASKED = {
    (Reveal.LOCATION, "GPSPosition"): Keep.LOCATION,
    (Reveal.LOCATION, "GPSAltitude"): Keep.LOCATION,
    (Reveal.PICTURE, "DepthMap"): Keep.DEPTH,
    (Reveal.PICTURE, "GDepth:Data"): Keep.DEPTH,
    (Reveal.PICTURE, "NumberOfImages"): Keep.HDR,
    (Reveal.PICTURE, "hdrgm:Version"): Keep.HDR,
    (Reveal.PICTURE, "Item:Semantic"): Keep.HDR,
}


class VerificationError(Exception):
    """A result is not what it should be. The message is a sentence for people."""


def tiled(segments: Sequence[Segment], size: int) -> Sequence[Segment]:
    """The segments themselves, if every byte of the file lies in exactly one. Raises FormatError."""
    at = 0
    for segment in segments:
        if segment.start != at or segment.stop < at:
            raise FormatError(at, "its parts do not join")
        at = segment.stop
    if at != size:
        raise FormatError(at, "its parts do not reach its end")
    return segments


class Planned:
    """A file, its segments, and the result that was made of it."""

    def __init__(
        self, walker: Walker, source: FileReader, segments: Sequence[Segment], pieces: Sequence[Piece]
    ) -> None:
        self.walker = walker
        self.source = source
        self.segments = segments
        self.pieces = pieces
        self.payload = [segment for segment in segments if segment.role is Role.PAYLOAD]
        # The picture data that lies wholly inside what is copied, at its place in the result.
        self.proven = _moved(self.payload, pieces)


def gone(planned: Planned) -> tuple[str, ...]:
    """What a plan leaves out: what it would reveal, then the kinds of segment."""
    walker, reader = planned.walker, planned.source
    lost = _lost(planned)
    reveals = revealed([tag for segment in lost for tag in _tags(walker, reader, segment)])
    names = [segment.name for segment in lost if segment.role in (Role.METADATA, Role.ORPHAN)]
    told = tuple(dict.fromkeys((*map(str, reveals), *names)))
    return told or (Reveal.UNKNOWN.value,)


def _lost(planned: Planned) -> list[Segment]:
    """The segments beside the picture data that no piece copies whole."""
    kept = sorted([piece for piece in planned.pieces if isinstance(piece, Copy)], reverse=True)
    lost, reach = [], 0  # how far the pieces go that begin no later than a segment
    for segment in planned.segments:
        start, stop, _name, role = segment
        while kept and kept[-1].start <= start:
            reach = max(reach, kept.pop().stop)
        if stop > reach and stop > start and role is not Role.PAYLOAD:
            lost.append(segment)
    return lost


def _block(size: int) -> bytearray:
    """Memory for as many bytes: of a usual size the same again and again, since fresh memory takes longer than reading."""
    if size != CACHED:
        return bytearray(size)
    if not _blocks:
        _blocks.append(bytearray(CACHED))
    return _blocks[0]


class ReadBack:
    """Compares blocks of a result with the original as they are written (`copying.Check`).

    `same` tells for the place of the first block of a copy how far it stands as it should.
    """

    def __init__(self, fd: int) -> None:
        self._file = FileReader(fd, os.fstat(fd))
        self._first = self._stop = 0
        self.same: dict[int, int] = {}

    def __call__(self, data: memoryview, at: int) -> None:
        """Raises VerificationError, OSError."""
        size = len(data)
        block = _block(size)
        if self._file.read_into(at, block) < size or block != data:  # a bytearray compares by memcmp(3)
            raise differs()
        if at != self._stop:
            self._first = at
        self._stop = self.same[self._first] = at + size


def verify(
    planned: Planned, result: FileReader, policy: Policy, same: Mapping[int, int] = _NOTHING
) -> tuple[str, ...]:
    """Whether `result` is what the pieces give, and clean. Says what it keeps. Raises VerificationError.

    `same` is what was compared already (`ReadBack.same`).
    """
    if planned.source is not result:
        compare(planned.source, planned.pieces, result, same)
    return clean(planned, result, policy)


def clean(planned: Planned, result: FileReader, policy: Policy) -> tuple[str, ...]:
    """Whether `result` is clean, if it is what the pieces give. Says what it keeps. Raises VerificationError.

    Picture data that stands in it byte for byte is not searched a second time by a walker that knows how to do without
    (`Rewalks`); all else is.
    """
    walker = planned.walker
    if planned.source is result:
        return _clean(planned, result, policy, [])
    proven = planned.proven if hasattr(walker, "rewalk") else []  # see `Rewalks`
    if not proven or (runs := _outline(result, proven)) is None:
        return _clean(planned, result, policy, proven)
    outline = walker.name, policy, runs
    if (kept := _known.get(outline)) is None:
        kept = _clean(planned, result, policy, proven)
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[outline] = kept
    return kept


def rebuilt(planned: Planned) -> bool:
    """Whether the result has more than new headers: another layout, or picture data that was packed anew."""
    cut = [segment for segment in planned.segments if segment.name.endswith(BEHIND)]
    return bool(cut) or len(planned.proven) < len(planned.payload) or planned.walker.name in _REBUILT


def _outline(result: FileReader, proven: Sequence[Segment]) -> tuple[bytes, ...] | None:
    """All bytes of a result that lie outside the proven picture data, run by run; None if they are many.

    Nothing else decides whether it is clean (see `Rewalks`), and pictures of one camera often share them.
    """
    if result.size - sum(each.stop - each.start for each in proven) > _LARGEST_OUTLINE:
        return None
    at, runs = 0, []
    for each in proven:
        runs.append(result.read(at, each.start - at))
        at = each.stop
    return (*runs, result.read(at, result.size - at))


def _clean(
    planned: Planned, result: FileReader, policy: Policy, proven: Sequence[Segment]
) -> tuple[str, ...]:
    """Walk the result and plan it again; says what it keeps. Raises VerificationError."""
    walker = planned.walker
    try:
        segments = tiled(_walked_again(planned, result, proven), result.size)
    except FormatError as error:
        raise VerificationError(
            _("the cleaned file could not be read back ({why})").format(why=error)
        ) from error
    if any(segment.role is Role.ORPHAN for segment in segments):
        raise VerificationError(_("the cleaned file would still hold unknown bytes"))
    if list(walker.plan(result, segments, policy)) != [Copy(0, result.size)]:
        raise VerificationError(_("the cleaned file would still hold something to remove"))
    return _kept(walker, result, segments, policy)


def _walked_again(planned: Planned, result: FileReader, proven: Sequence[Segment]) -> Sequence[Segment]:
    rewalk: Callable[..., Sequence[Segment]] | None = getattr(planned.walker, "rewalk", None)
    return planned.walker.segments(result) if rewalk is None else rewalk(result, proven, planned.segments)


def _moved(payload: Sequence[Segment], pieces: Sequence[Piece]) -> list[Segment]:
    starts = [segment.start for segment in payload]
    moved: list[Segment] = []
    at = 0
    for piece in pieces:
        if not isinstance(piece, Copy):
            at += len(piece.data) if isinstance(piece, Bytes) else piece.size
            continue
        for segment in payload[bisect_left(starts, piece.start) : bisect_left(starts, piece.stop)]:
            if segment.stop <= piece.stop:
                start = at + segment.start - piece.start
                moved.append(Segment(start, start + segment.stop - segment.start, segment.name, segment.role))
        at += piece.stop - piece.start
    return moved


def compare(
    source: FileReader, pieces: Sequence[Piece], result: FileReader, known: Mapping[int, int] = _NOTHING
) -> None:
    """Whether `result` is what the pieces give. `known` is what was compared already. Raises VerificationError."""
    at = reach = 0
    for piece in pieces:
        if isinstance(piece, Copy):
            reach = max(reach, known.get(at, 0))
            left = Copy(min(piece.start + max(reach - at, 0), piece.stop), piece.stop)
            _stands(source, left, result, at + left.start - piece.start)
        else:
            _stands(source, piece, result, at)
        at += length(piece)
    if at != os.fstat(result.fd).st_size or at != result.size:
        raise VerificationError(_("the cleaned file does not have the length it should have"))


def _stands(source: FileReader, piece: Piece, result: FileReader, at: int) -> None:
    """Whether a piece stands at `at` of `result`. Raises VerificationError."""
    if isinstance(piece, Copy):
        same = _same(source, piece, result, at)
    elif isinstance(piece, Bytes):
        same = result.read(at, len(piece.data)) == piece.data
    else:
        same = _zero(result, at, piece.size)
    if not same:
        raise differs()


def differs() -> VerificationError:
    return VerificationError(_("the cleaned file differs from the original where it should not"))


def _zero(result: FileReader, at: int, left: int) -> bool:
    while left:
        size = min(left, CACHED)
        if result.read(at, size).strip(b"\0"):
            return False
        at, left = at + size, left - size
    return True


def _same(source: FileReader, piece: Copy, result: FileReader, at: int) -> bool:
    """Whether the copied bytes stand at `at` of the result, as the system gives them back now."""
    start, stop = piece
    if stop - start <= CACHED:
        return source.read(start, stop - start) == result.read(at, stop - start)
    block = bytearray(CACHED)  # filled again and again: fresh memory for each block takes longer than reading
    other = bytearray(CACHED)
    while start < stop:
        if stop - start < CACHED:
            del block[stop - start :], other[stop - start :]
        expected: object = source.view(start, start + len(block))
        if expected is None:
            source.read_into(start, other)
            expected = other
        if result.read_into(at, block) < len(block) or block != expected:  # a bytearray compares by memcmp(3)
            return False
        start += len(block)
        at += len(block)
    return True


def _kept(walker: Walker, result: FileReader, segments: Sequence[Segment], policy: Policy) -> tuple[str, ...]:
    """Of what may stay, what a clean file holds; nothing else in it may reveal anything."""
    kept: set[Keep] = set()
    for segment in segments:
        if segment.role is Role.PAYLOAD:
            continue
        colour = "icc" in segment.name.lower()
        if colour:
            kept.add(Keep.ICC)
        for tag in _tags(walker, result, segment):
            if tag.name == "Orientation":
                kept.add(Keep.ORIENTATION)
            elif (asked := _asked(tag)) in policy.keep and not colour:
                kept.add(asked)
            elif tag.reveals and not colour:
                raise VerificationError(
                    _("the cleaned file would still tell something ({name})").format(name=tag.name)
                )
    return tuple(keep.value for keep in Keep if keep in kept)


def _asked(tag: Tag) -> Keep | None:
    """What somebody may have asked for that says this."""
    if tag.reveals is Reveal.TIME:
        return Keep.TIME
    if tag.reveals is Reveal.PICTURE and "GainMap" in tag.name:
        return Keep.HDR
    return _ASKED.get((tag.reveals, tag.name)) if tag.reveals else None


def _tags(walker: Walker, reader: FileReader, segment: Segment) -> list[Tag]:
    found: list[Tag] = []
    try:
        found.extend(walker.tags(reader, segment))
    except FormatError:
        return found  # what was said before stays in it
    return found
