"""Proof that a result is what the plan promised: before it takes its place, and when one is found standing there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.formats.base import Bytes, Copy, FormatError, Keep, Reveal, Role
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Piece, Policy, Segment, Tag, Walker
    from audit.media import FileReader

_BLOCK = 256 << 10  # bytes compared at a time: small enough for a processor's cache
_ORDER = list(Reveal)


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


def gone(
    walker: Walker, reader: FileReader, segments: Sequence[Segment], pieces: Sequence[Piece]
) -> tuple[str, ...]:
    """What a plan leaves out: what it would reveal, then the kinds of segment."""
    kept = [piece for piece in pieces if isinstance(piece, Copy)]
    lost = [
        segment
        for segment in segments
        if segment.role is not Role.PAYLOAD
        and segment.stop > segment.start
        and not any(piece.start <= segment.start and segment.stop <= piece.stop for piece in kept)
    ]
    reveals = {tag.reveals for segment in lost for tag in _tags(walker, reader, segment) if tag.reveals}
    names = [segment.name for segment in lost if segment.role in (Role.METADATA, Role.ORPHAN)]
    told = tuple(dict.fromkeys((*(reveal.value for reveal in _ORDER if reveal in reveals), *names)))
    return told or (Reveal.UNKNOWN.value,)


def verify(
    walker: Walker, source: FileReader, pieces: Sequence[Piece], result: FileReader, policy: Policy
) -> tuple[str, ...]:
    """Whether `result` is what `pieces` of `source` give, and clean. Says what it keeps. Raises VerificationError."""
    if source is not result:
        _compare(source, pieces, result)
    try:
        segments = tiled(walker.segments(result), result.size)
    except FormatError as error:
        raise VerificationError(
            _("the cleaned file could not be read back ({why})").format(why=error)
        ) from error
    if any(segment.role is Role.ORPHAN for segment in segments):
        raise VerificationError(_("the cleaned file would still hold unknown bytes"))
    if list(walker.plan(result, segments, policy)) != [Copy(0, result.size)]:
        raise VerificationError(_("the cleaned file would still hold something to remove"))
    return _kept(walker, result, segments, policy)


def _compare(source: FileReader, pieces: Sequence[Piece], result: FileReader) -> None:
    at = 0
    for piece in pieces:
        if isinstance(piece, Copy):
            same = _same(source, piece, result, at)
            at += piece.stop - piece.start
        elif isinstance(piece, Bytes):
            same = result.read(at, len(piece.data)) == piece.data
            at += len(piece.data)
        else:
            same = not any(result.read(at, piece.size))
            at += piece.size
        if not same:
            raise VerificationError(_("the cleaned file differs from the original where it should not"))
    if at != result.size:
        raise VerificationError(_("the cleaned file does not have the length it should have"))


def _same(source: FileReader, piece: Copy, result: FileReader, at: int) -> bool:
    for start in range(piece.start, piece.stop, _BLOCK):
        size = min(_BLOCK, piece.stop - start)
        here = at + start - piece.start
        if source.read(start, size) != result.read(here, size):
            return False
    return True


def _kept(walker: Walker, result: FileReader, segments: Sequence[Segment], policy: Policy) -> tuple[str, ...]:
    """Of icc, orientation and time, what a clean file holds; nothing else in it may reveal anything."""
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
            elif tag.reveals is Reveal.TIME and Keep.TIME in policy.keep and not colour:
                kept.add(Keep.TIME)
            elif tag.reveals and not colour:
                raise VerificationError(
                    _("the cleaned file would still tell something ({name})").format(name=tag.name)
                )
    return tuple(keep.value for keep in Keep if keep in kept)


def _tags(walker: Walker, reader: FileReader, segment: Segment) -> Iterator[Tag]:
    try:
        yield from walker.tags(reader, segment)
    except FormatError:
        return
