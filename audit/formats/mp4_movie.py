"""The tracks of a movie (ISO/IEC 14496-12, 8.3 to 8.8): which stay, and where the boxes are that tell their samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats import mp4_codecs
from audit.formats.base import FormatError, UnsupportedError
from audit.formats.mp4_parts import inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Reader
    from audit.formats.bmff import Box

_CHAPTERS: Final = "chap"  # QuickTime: titles and pictures of chapters
# ISO/IEC 14496-12, 8.3.3 and 14496-15: what a track that is shown needs of another that is shown.
LINKS: Final = frozenset({"fall", "sync", "scal", "sbas", "vdep", "tbas", "oref"})
_LARGEST_LINKS: Final = 4096
_MOST_ENTRIES: Final = 64  # descriptions of one track's samples
_USED_WHEN_CUT: Final = frozenset({"moof", "mdat"})  # any other is a trailer


class Entry(NamedTuple):
    """One description of samples (8.5.2), and the first bytes of its body."""

    box: Box
    head: bytes


@dataclass(slots=True)
class Track:
    box: Box
    number: int = 0
    group: int = 0  # of tracks of which one is played
    handler: str = ""
    links: dict[str, tuple[int, ...]] = field(default_factory=dict)
    table: dict[str, Box] = field(default_factory=dict)  # the boxes in stbl
    entries: list[Entry] = field(default_factory=list)
    table_version: int = 0  # of stsd
    elsewhere: bool = False  # some of its samples are in another file
    shown: bool = False

    @property
    def codec(self) -> str:
        return self.entries[0].box.kind if self.entries else ""


@dataclass(slots=True)
class Movie:
    outer: list[Box]  # the outermost boxes of the file
    box: Box | None = None  # the first moov
    tracks: list[Track] = field(default_factory=list)
    packed: bool = False  # its header is compressed, or in another file
    fragments: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # trex: place, duration, size

    @property
    def media(self) -> list[Box]:
        """The boxes that hold samples."""
        return [box for box in self.outer if box.kind == "mdat"]

    @property
    def shown(self) -> list[Track]:
        return [track for track in self.tracks if track.shown]

    @property
    def numbers(self) -> set[int]:
        """Of the tracks that are shown."""
        return {track.number for track in self.shown}

    @property
    def quicktime(self) -> bool:
        return not self.outer or self.outer[0].kind != "ftyp"


def read(reader: Reader) -> Movie:
    """What the first moov box says. Raises FormatError where even its structure cannot be told."""
    outer = list(inside(reader, 0, reader.size))  # recordings may have several ftyp behind one another
    first = next((box for box in outer if box.kind == "moov"), None)
    movie = Movie([box for box in outer if not box.cut or box == first or box.kind in _USED_WHEN_CUT], first)
    if movie.box is None:
        return movie
    for box in inside(reader, movie.box.body, movie.box.stop):
        if box.kind == "trak":
            movie.tracks.append(track(reader, box))
        elif box.kind in {"cmov", "rmra"}:
            movie.packed = True
        elif box.kind == "mvex":
            movie.fragments.update(_defaults(reader, box))
    chapters = {number for one in movie.tracks for number in one.links.get(_CHAPTERS, ())}
    for one in movie.tracks:
        one.shown = one.handler in {"vide", "soun"} and one.number not in chapters
    return movie


def check(movie: Movie) -> None:
    """Raises FormatError for a movie that cannot be cleaned, UnsupportedError for one of a kind that is not."""
    if movie.box is None and any(box.kind == "moof" for box in movie.outer):
        raise UnsupportedError(0, "a part of a stream, whose beginning is another file")
    if movie.box is None:
        raise FormatError(movie.outer[-1].stop if movie.outer else 0, "no moov box")
    if movie.packed:
        raise UnsupportedError(movie.box.start, "a header that is packed or in another file")
    if movie.tracks and not movie.shown:
        raise FormatError(movie.box.start, "no video and no sound in it")
    numbers = [one.number for one in movie.tracks]
    if len(set(numbers)) < len(numbers):
        raise FormatError(movie.box.start, "a track with an impossible number")
    for one in movie.shown:
        _check(one)


def _check(one: Track) -> None:
    known = mp4_codecs.VIDEO if one.handler == "vide" else mp4_codecs.SOUND
    if one.elsewhere:
        raise UnsupportedError(one.box.start, "samples that are in another file")
    if not {"stsd", "stts", "stsc"} <= one.table.keys() or not one.entries:
        raise FormatError(one.box.start, "a track without its tables")
    for entry in one.entries:
        kind = entry.box.kind
        if kind in mp4_codecs.PROTECTED:
            raise UnsupportedError(entry.box.start, "protected samples")
        if kind not in known and kind.rstrip() not in known:
            raise UnsupportedError(entry.box.start, "samples of an unknown kind")


def _defaults(reader: Reader, mvex: Box) -> Iterator[tuple[int, tuple[int, int, int]]]:
    """8.8.3, trex: for each track the description, duration and size of samples that do not say theirs."""
    for box in inside(reader, mvex.body, mvex.stop):
        if box.kind == "trex":
            data = reader.read(box.body, min(box.stop - box.body, 24)).ljust(24, b"\0")
            yield (
                int.from_bytes(data[4:8], "big"),
                (box.start, int.from_bytes(data[12:16], "big"), int.from_bytes(data[16:20], "big")),
            )


def track(reader: Reader, box: Box) -> Track:
    """8.3.1, trak. Of boxes that are there twice the first counts; the walk refuses them."""
    found = Track(box)
    for inner in inside(reader, box.body, box.stop):
        if inner.kind == "tkhd" and not found.number:
            head = reader.read(inner.body, min(inner.stop - inner.body, 48))
            head = head[8:] if head[:1] == b"\1" else head
            found.number = int.from_bytes(head[12:16], "big")
            found.group = int.from_bytes(head[38:40] if len(head) == 40 else head[34:36], "big")
        elif inner.kind == "tref":
            for link in inside(reader, inner.body, inner.stop):
                found.links[link.kind] = tuple(linked(reader, link))
        elif inner.kind == "mdia":
            _media(reader, inner, found)
    return found


def linked(reader: Reader, link: Box) -> list[int]:
    """8.3.3: the numbers of tracks in one box of tref."""
    data = reader.read(link.body, min(link.stop - link.body, _LARGEST_LINKS))
    return [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4)]


def _media(reader: Reader, box: Box, found: Track) -> None:
    for inner in inside(reader, box.body, box.stop):
        if inner.kind == "hdlr" and not found.handler:
            found.handler = reader.read(inner.body + 8, min(4, max(0, inner.stop - inner.body - 8))).decode(
                "latin-1"
            )
        elif inner.kind == "minf":
            for part in inside(reader, inner.body, inner.stop):
                if part.kind == "stbl":
                    _table(reader, part, found)
                elif part.kind == "dinf":
                    found.elsewhere = found.elsewhere or _elsewhere(reader, part)


def _table(reader: Reader, box: Box, found: Track) -> None:
    for inner in inside(reader, box.body, box.stop):
        found.table.setdefault(inner.kind, inner)
    stsd = found.table.get("stsd")
    if stsd and not found.entries:
        found.table_version = (reader.read(stsd.body, 1) or b"\0")[0]
        for entry in inside(reader, min(stsd.body + 8, stsd.stop), stsd.stop):
            if len(found.entries) < _MOST_ENTRIES:
                head = reader.read(entry.body, min(entry.stop - entry.body, 96))
                found.entries.append(Entry(entry, head))


def _elsewhere(reader: Reader, dinf: Box) -> bool:
    """8.7.2: whether a data reference leads to another file."""
    for dref in inside(reader, dinf.body, dinf.stop):
        if dref.kind != "dref":
            continue
        for entry in inside(reader, min(dref.body + 8, dref.stop), dref.stop):
            flags = reader.read(entry.body, min(4, entry.stop - entry.body))
            if flags and not flags[-1] & 1 and entry.stop - entry.body > len(flags):
                return True
    return False
