"""Matroska from its first element to its last (RFC 9559, 4 and 5): runs of what stays, and each thing that goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats import frames, mkv_cluster, mkv_cues, trailers
from audit.formats import mkv_names as names
from audit.formats.base import FormatError, Role, Segment
from audit.formats.mkv_ebml import UNKNOWN, VOID, Element, children, element, number
from audit.formats.mkv_leaf import cleaned
from audit.formats.mkv_tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Collection

    from audit.formats.base import Reader

MOST_PARTS: Final = 1 << 18  # places of one file where something goes
_MOST_SEEKS: Final = 1024
_BLOCK: Final = 1 << 16
_ZEROS: Final = bytes(_BLOCK)
_SOUGHT: Final = (names.SEEK_HEAD, names.INFO, names.TRACKS, names.CUES)
_TABLES: Final = {names.INFO: names.INFORMATION, names.SEEK_HEAD: {}, names.TRACKS: {}, names.CUES: {}}
_ONCE: Final = {names.INFO, names.TRACKS}
_DROPPED: Final = {names.TAGS, names.ATTACHMENTS, names.CHAPTERS}
_ENDS: Final = {names.EBML, names.SEGMENT}  # of a segment of unknown size: another document begins


def _any_of(ids: Collection[int]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(one.to_bytes(4, "big")) for one in ids))


_TOP: Final = _any_of(names.TOP)
_SEGMENT: Final = _any_of({names.SEGMENT})


class Walk:
    """One pass over a file. With `whole` false, clusters whose size is told are not looked into, but for the first."""

    def __init__(self, reader: Reader, *, whole: bool = True) -> None:
        self.reader: Final = reader
        self.whole: Final = whole
        self.looked = False  # into a cluster
        self.messages: dict[int, bytes] = {}  # what stands in their place, by where they are
        self.found: list[Segment] = []
        self._run: Segment | None = None
        self._seeks: dict[
            int, tuple[int, int]
        ] = {}  # by the index of their segment: what they name, and where
        self._kept: set[tuple[int, int]] = set()  # which elements may be sought, and where they are
        self._once: set[int] = set()
        self._described: Element | None = None
        self.tracks = Tracks(reader, None)

    def segments(self) -> list[Segment]:
        stop = self._segment(self._header())
        self._flush()
        self._settle_seeks()
        return self.found + trailers.segments(self.reader, stop)

    def keep(self, start: int, stop: int, name: str, role: Role = Role.STRUCTURE) -> None:
        run = self._run
        if run is not None and run.name == name and run.stop == start:
            self._run = Segment(run.start, stop, name, run.role)
            return
        self._flush()
        self._run = Segment(start, stop, name, role) if start < stop else None

    def drop(self, start: int, stop: int, name: str, role: Role = Role.METADATA) -> None:
        self._flush()
        if len(self.found) >= MOST_PARTS:
            raise FormatError(start, "far too many parts")
        if start < stop:
            self.found.append(Segment(start, stop, name, role))

    def message(self, one: frames.Change, codec: str) -> None:
        """What stands inside a frame and goes."""
        told = len(self.messages) < frames.MOST_TOLD
        self.messages[one.start] = one.new
        self.drop(one.start, one.start + len(one.new), (frames.NAME if told else frames.MORE) + codec)

    def _flush(self) -> None:
        if self._run is not None:
            self.found.append(self._run)
            self._run = None

    def junk(self, start: int, stop: int, name: str, role: Role = Role.STRUCTURE) -> None:
        """Bytes that are no element. A single zero has no room for a Void."""
        if stop - start == 1 and self.reader.read(start, 1) == b"\0":
            self.keep(start, stop, name, role)
        else:
            self.drop(start, stop, "junk", Role.ORPHAN)

    def beside(self, one: Element, name: str, role: Role = Role.STRUCTURE) -> None:
        """An element that is not needed where it stands; a Void without words stays."""
        if one.id == VOID and self._zeros(one.body, one.stop):
            self.keep(one.start, one.stop, name, role)
            return
        known = names.DESCRIBED.get(one.id)
        self.drop(
            one.start,
            one.stop,
            known or ("Void" if one.id == VOID else "unknown"),
            Role.METADATA if known else Role.ORPHAN,
        )

    def _zeros(self, start: int, stop: int) -> bool:
        for at in range(start, stop, _BLOCK):
            data = self.reader.read(at, min(_BLOCK, stop - at))
            if data != _ZEROS[: len(data)]:
                return False
        return True

    def padding(self, at: int, stop: int) -> int:
        """The end of zeros that begin at `at`, if what follows them can be told; else `at`."""
        last, size = at, 16
        while last < stop:
            data = self.reader.read(last, min(size, stop - last))
            last += len(data) - len(data.lstrip(b"\0"))
            if data.strip(b"\0"):
                break
            size = _BLOCK
        one = element(self.reader, last) if last < stop else None
        told = one is not None and (one.id in names.TOP or (one.id == VOID and last < one.stop <= stop))
        return last if last == stop or told else at

    def resync(self, at: int, stop: int, marks: re.Pattern[bytes] = _TOP) -> int:
        """Where the next element of the first level begins, as players look for it after something broken."""
        for start in range(at, stop, _BLOCK):
            if hit := marks.search(self.reader.read(start, min(_BLOCK + 3, stop - start))):
                return start + hit.start()
        return stop

    def _header(self) -> int:
        """RFC 8794, 11.2: what kind of document it is."""
        one = element(self.reader, 0)
        if one is None or one.id != names.EBML or not 0 < one.stop <= min(self.reader.size, _BLOCK):
            raise FormatError(0, "not a Matroska")
        said: dict[int, bytes] = {}
        for inner in children(self.reader, one):
            said.setdefault(inner.id, inner.data(self.reader, 64))
        if said.get(0x4282, b"").partition(b"\0")[0] not in names.DOCUMENTS:
            raise FormatError(0, "not a Matroska")
        if number(said.get(0x42F2, b"\4")) > 4 or number(said.get(0x42F3, b"\x08")) > 8:
            raise FormatError(0, "an unknown header")
        self.inside(one, one.stop, "EBML", names.HEADER)
        return one.stop

    def _segment(self, at: int) -> int:
        """RFC 9559, 5.1; gives its end. What stands before it belongs to nobody."""
        size = self.reader.size
        while True:
            one = element(self.reader, at) if at < size else None
            if one and one.id == names.SEGMENT:
                break
            if one and at < one.stop <= size:
                self.beside(one, "Void")
                at = one.stop
                continue
            stop = self.resync(at + 1, size, _SEGMENT)
            if stop >= size:
                raise FormatError(at, "no picture and no sound in it")
            self.junk(at, stop, "Void")
            at = stop
        self.keep(one.start, one.body, "Segment")
        stop = size if one.stop == UNKNOWN else min(one.stop, size)
        return self._top(one._replace(stop=stop), ends=one.stop == UNKNOWN, cut=not 0 < one.stop <= size)

    def _top(self, segment: Element, *, ends: bool, cut: bool) -> int:
        at, stop = segment.body, segment.stop
        known = False
        while at < stop:
            one = element(self.reader, at)
            if one and ends and one.id in _ENDS:
                return at
            if one and one.id in {names.TRACKS, names.CLUSTER} and not known:
                known = True
                self._described = self._find_tracks(one, stop, cut=cut)
                self.tracks = Tracks(self.reader, self._described)
            if one and (one.id in names.TOP or at < one.stop <= stop):
                whole = at < one.stop <= stop
                if (one.id == names.CLUSTER and one.body <= stop) or (
                    one.id in names.TOP and (whole or (cut and one.stop > stop))
                ):
                    at = self._one(one, stop, origin=segment.body)
                    continue
                if whole:
                    self.beside(one, "Void")
                    at = one.stop
                    continue
            last = self.padding(at, stop)
            if last > at:
                self.keep(at, last, "Void")
            else:
                last = self.resync(at + 1, stop)
                self.junk(at, last, "Void")
            at = last
        return stop

    def _one(self, one: Element, stop: int, *, origin: int) -> int:
        """An element of the first level; gives its end, or that of the segment if it reaches behind it."""
        name, last = names.TOP[one.id], min(one.stop, stop)
        if one.id == names.CLUSTER:
            return mkv_cluster.walk(self, one, stop)
        if one.id in _DROPPED or one.id in self._once or self._foreign(one):
            if one.stop > stop:
                self.drop(one.start, last, "truncated", Role.ORPHAN)
            else:
                self.drop(one.start, last, name)
            return last
        self._once |= {one.id} & _ONCE
        if len(self._kept) < _MOST_SEEKS:
            self._kept.add((one.id, one.start - origin))
        self.inside(one, stop, name, _TABLES[one.id])
        return last

    def _foreign(self, one: Element) -> bool:
        """Tracks by which the blocks were not judged: nothing in them can be played."""
        return one.id == names.TRACKS and (self._described is None or self._described.start != one.start)

    def _find_tracks(self, one: Element | None, stop: int, *, cut: bool) -> Element | None:
        """They may stand behind the pictures; then every element up to them must say its size."""
        while one and one.id != names.TRACKS and one.start < one.stop < stop:
            one = element(self.reader, one.stop)
        if (
            one is None
            or one.id != names.TRACKS
            or not (one.start < one.stop <= stop or (cut and one.stop > stop))
        ):
            return None
        return one._replace(stop=min(one.stop, stop))

    def inside(self, parent: Element, stop: int, name: str, table: names.Table) -> None:
        """The members of an element, each by its own rule; what is in no table goes."""
        self.keep(parent.start, parent.body, name)
        at, last = parent.body, min(parent.stop, stop)
        seen: set[int] = set()
        while at < last:
            one = element(self.reader, at)
            if one is None or not at < one.stop <= last:
                if parent.stop > stop and last == self.reader.size:
                    self.drop(at, last, "truncated", Role.ORPHAN)
                else:
                    self.junk(at, last, name)
                return
            if one.id in seen:
                self.beside(one, name)
            else:
                self._member(one, name, table)
            if callable(table.get(one.id)) and one.id not in names.AGAIN:
                seen.add(one.id)
            at = one.stop

    def _member(self, one: Element, name: str, table: names.Table) -> None:
        rule = table.get(one.id)
        if one.id in {names.SEEK, names.ENTRY, names.CUE} and not table:
            self._listed(one, name)
        elif rule is None or self._leads_nowhere(one):
            self.beside(one, name)
        elif isinstance(rule, dict):
            self.inside(one, one.stop, name, rule)
        else:
            self._leaf(one, name, rule)

    def _leaf(self, one: Element, name: str, form: names.Form) -> None:
        try:
            old, new = cleaned(self.reader, one, form, self.tracks)
            as_it_is = old == new
        except FormatError:
            as_it_is = False  # the plan says why
        if as_it_is:
            self.keep(one.start, one.stop, name)
        elif one.id in names.REWRITTEN:
            self.drop(one.start, one.stop, f"{name}/{names.DESCRIBED[one.id]}")
        else:
            self.beside(one, name)

    def _listed(self, one: Element, name: str) -> None:
        """A member of SeekHead, Tracks or Cues."""
        if one.id == names.SEEK and name == "SeekHead" and len(self._seeks) < _MOST_SEEKS:
            self._seek(one)
        elif one.id == names.ENTRY and name == "Tracks":
            track = self.tracks.at(one.start)
            if track and track.kept:
                self.inside(one, one.stop, name, names.TRACK)
            else:
                self.drop(one.start, one.stop, "TrackEntry")
        elif one.id == names.CUE and name == "Cues" and mkv_cues.plain(self.reader, one, self.tracks.kept):
            self.keep(one.start, one.stop, name)
        elif one.id == names.CUE and name == "Cues" and self._point(one):
            self.inside(one, one.stop, name, names.POINT)
        else:
            self.beside(one, name)

    def _seek(self, one: Element) -> None:
        """5.1.1.1: which element, and where; settled when it is known what stays."""
        said = [(inner.id, inner.data(self.reader, 9)) for inner in children(self.reader, one)]
        self._flush()
        self._seeks[len(self.found)] = 0, 0
        if sorted(kind for kind, _ in said) == [names.SEEK_ID, names.SEEK_POSITION] and all(
            len(data) <= 8 for _, data in said
        ):
            values = dict(said)
            self._seeks[len(self.found)] = number(values[names.SEEK_ID]), number(values[names.SEEK_POSITION])
        self.drop(one.start, one.stop, "Seek", Role.STRUCTURE)

    def _settle_seeks(self) -> None:
        for index, (sought, place) in self._seeks.items():
            if sought not in _SOUGHT or (sought, place) not in self._kept:
                self.found[index] = self.found[index]._replace(role=Role.METADATA)

    def _point(self, one: Element) -> bool:
        """5.1.5.1: whether a point leads to a track that stays."""
        return any(self._leads(inner) for inner in children(self.reader, one) if inner.id == names.CUE_PLACE)

    def _leads_nowhere(self, one: Element) -> bool:
        return (one.id == names.CUE_PLACE and not self._leads(one)) or (
            one.id == names.MAPPING and not self._mapped(one)
        )

    def _leads(self, place: Element) -> bool:
        return any(
            number(inner.data(self.reader, 8)) in self.tracks.kept
            for inner in children(self.reader, place)
            if inner.id == names.CUE_TRACK
        )

    def _mapped(self, one: Element) -> bool:
        """5.1.4.1.17: Dolby Vision's numbers, of which nineteen bytes are reserved; opacity needs no mapping."""
        said: dict[int, bytes] = {}
        for inner in children(self.reader, one):
            said.setdefault(inner.id, inner.data(self.reader, 32))
        data = said.get(names.MAPPING_DATA, b"")
        kind = said.get(names.MAPPING_TYPE, b"")
        return kind in {b"dvcC", b"dvvC", b"dvwC"} and len(data) == 24 and not any(data[5:])
