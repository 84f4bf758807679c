"""A Matroska file with the same layout, in which what is not needed is Void: every offset in it stays true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import frames
from audit.formats import mkv_names as names
from audit.formats.base import Bytes, Copy, FormatError, Keep, Role, Segment
from audit.formats.mkv_ebml import UNKNOWN, Element, element, void
from audit.formats.mkv_leaf import cleaned
from audit.formats.mkv_tracks import Tracks
from audit.formats.mkv_walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Piece, Policy, Reader

TRACKS, SEGMENT = "Tracks", "Segment"


class Walked(list[Segment]):
    """Segments, with what stands in the place of the messages among them."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(walk.segments())
        self.messages: Final = walk.messages


_NOBODYS: Final = ("truncated", "trailer")  # at the end, where nothing is behind that would move


def pieces(reader: Reader, segments: Sequence[Segment], policy: Policy) -> Iterator[Piece]:
    """Raises FormatError."""
    tracks = described(reader, segments)
    tracks.check()
    if not isinstance(segments, Walked) and any(
        one.name.startswith((frames.NAME, frames.MORE)) for one in segments
    ):
        segments = Walked(Walk(reader))
    messages = segments.messages if isinstance(segments, Walked) else {}
    last = next((one for one in reversed(segments) if not one.name.startswith(_NOBODYS)), segments[0])
    for one in segments:
        if one.start in messages:
            yield Bytes(messages[one.start], one.name)
        elif one.name == SEGMENT:
            yield _sized(reader, one, last.stop)
        elif one.role in {Role.PAYLOAD, Role.STRUCTURE} or (
            one.name == "Info/DateUTC" and Keep.TIME in policy.keep and _is_date(reader, one)
        ):
            yield Copy(one.start, one.stop)
        elif not one.name.startswith(_NOBODYS):
            yield from _instead(reader, one, tracks)


def _sized(reader: Reader, one: Segment, stop: int) -> Piece:
    """The head of the whole. A length that leads out of the file, as where it is cut off, becomes the longest that there is."""
    found = element(reader, one.start)
    if found is None or found.stop == UNKNOWN or found.stop <= stop:
        return Copy(one.start, one.stop)
    wide = found.body - one.start - 4
    new = reader.read(one.start, 4) + ((2 << 7 * wide) - 2).to_bytes(wide, "big")
    return Copy(one.start, one.stop) if reader.read(one.start, len(new)) == new else Bytes(new, one.name)


def described(reader: Reader, segments: Iterable[Segment]) -> Tracks:
    """What the tracks are, as the walk saw them. Raises FormatError if nothing says."""
    first = next((one.start for one in segments if one.name == TRACKS and one.role is Role.STRUCTURE), None)
    found = element(reader, first) if first is not None else None
    if found is None:
        raise FormatError(0, "no picture and no sound in it")
    return Tracks(reader, found._replace(stop=min(found.stop, reader.size)))


def _is_date(reader: Reader, one: Segment) -> bool:
    """RFC 8794, 7.6: eight bytes."""
    found = element(reader, one.start)
    return found is not None and found.stop - found.body == 8


def _instead(reader: Reader, one: Segment, tracks: Tracks) -> Iterable[Piece]:
    found = element(reader, one.start) if "/" in one.name else None
    if found is None:
        return void(one.stop - one.start)
    _, data = cleaned(
        reader, Element(found.id, one.start, found.body, one.stop), names.REWRITTEN[found.id], tracks
    )
    return void(one.stop - one.start) if data is None else (Bytes(data, one.name),)
