"""The two hosts that rules meet: one that collects from a source, one that gives back what was recorded."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

from audit.artifacts.answer import Answer
from audit.artifacts.base import Artifact, ParseError, collector_of
from audit.artifacts.photo import PhotoFolder
from audit.host import Seen
from audit.model import Gap, GapKind, HostFacts, Platform
from audit.sources.base import Bulk, ElsewhereError, Entry, Home, NotHeldError, Query, SlowError, Source, Stat
from audit.text import noted

if TYPE_CHECKING:
    from audit.photo_survey import PhotoSurvey

A = TypeVar("A", bound=Artifact)
T = TypeVar("T")
Survey = Callable[[Sequence[str]], "PhotoSurvey"]

PICTURES = noted("pictures and what they reveal")
PROGRAMS = noted("running programs")
SYSTEM = noted("the system's own files, outside the home folder")
LISTENERS = noted("programs that listen or look through the sound server")
_ANSWERS: Mapping[str, str] = {Query.PROCESSES: PROGRAMS, Query.SOUND: LISTENERS, Query.LISTENING: PROGRAMS}
ABSENT = (errno.ENOENT, errno.ENOTDIR)


@dataclass(frozen=True, slots=True)
class PhotoChoice:
    """Which folders of pictures a scan walks: the usual and the synced ones, only `folders`, or none."""

    folders: Sequence[str] | None = None
    none: bool = False


class CycleError(Exception):
    """Two kinds of artifact that ask for each other."""


class CollectingHost:
    """Reads each kind of artifact from a source when a rule first asks for it, and keeps it."""

    def __init__(self, source: Source, survey: Survey, photos: PhotoChoice = PhotoChoice()) -> None:
        self.source = source
        self.photos = photos
        self.survey = survey
        self._kept: dict[type[Artifact], Seen[Artifact]] = {}
        self._under_way: list[type[Artifact]] = []

    @property
    def platform(self) -> Platform:
        return self.source.platform

    @property
    def taken_at(self) -> datetime:
        return self.source.taken_at

    @property
    def facts(self) -> HostFacts:
        homes = self.source.homes
        return HostFacts(
            self.platform,
            self.source.kind,
            self.taken_at,
            homes[0].user if homes else "",
            self.source.elevated,
        )

    def see(self, kind: type[A]) -> Seen[A]:
        if kind not in self._kept:
            if kind in self._under_way:
                raise CycleError(" → ".join([*(each.KIND for each in self._under_way), kind.KIND]))
            self._under_way.append(kind)
            try:
                self._kept[kind] = self._collect(kind)
            finally:
                self._under_way.pop()
        return cast("Seen[A]", self._kept[kind])

    def _collect(self, kind: type[A]) -> Seen[A]:
        look = SourceLook(self)
        items: list[A] = []
        try:
            items.extend(collector_of(kind)(look))
        except CycleError:
            raise
        except Exception as error:  # noqa: BLE001 - one broken reader never stops a scan, and never reads as clean
            look.gap(GapKind.CRASHED, what=kind.KIND, detail=f"{type(error).__name__}: {error}")
        return Seen(tuple(items), tuple(look.gaps), look.total)


class SourceLook:
    """Implements `audit.artifacts.base.Look`: every failure to read becomes a gap exactly here."""

    def __init__(self, host: CollectingHost) -> None:
        self.host = host
        self._source = host.source
        self._gaps: dict[tuple[GapKind, tuple[tuple[str, str], ...]], Gap] = {}
        self.total: int | None = None

    @property
    def gaps(self) -> Sequence[Gap]:
        return tuple(self._gaps.values())

    @property
    def platform(self) -> Platform:
        return self._source.platform

    @property
    def homes(self) -> Sequence[Home]:
        return self._source.homes

    def read(self, path: str, limit: int = 16 << 20) -> bytes | None:
        data = self._try(path, lambda: self._source.read(path, 0, limit + 1))
        if data is not None and len(data) > limit:
            self.gap(GapKind.TOO_BIG, path=self.show(path), size=str(len(data)))
            return None
        return data

    def head(self, path: str, size: int) -> bytes | None:
        return self._try(path, lambda: self._source.read(path, 0, size))

    def exists(self, path: str) -> bool | None:
        try:
            self._source.stat(path)
        except OSError as error:
            return False if error.errno in ABSENT and not isinstance(error, NotHeldError) else None
        return True

    def measure(self, folder: str, most: int) -> Bulk | None:
        return self._try(folder, lambda: self._source.measure(folder, most))

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Sequence[str]:
        answer = self._try(folder, lambda: self._source.search(folder, pattern, deepest, most))
        if answer is None:
            return ()
        for below, through in answer.refused:
            kind = GapKind.ELSEWHERE if through else GapKind.UNREADABLE
            self.gap(kind, path=self.show(f"{folder}/{below}"), **({"through": through} if through else {}))
        if not answer.whole:
            self.gap(GapKind.BOUNDED, what=self.show(folder), most=str(most))
        return [f"{folder}/{below}" for below in answer.found]

    def stat(self, path: str) -> Stat | None:
        return self._try(path, lambda: self._source.stat(path))

    def readlink(self, path: str) -> str | None:
        return self._try(path, lambda: self._source.readlink(path))

    def scan(self, folder: str) -> Sequence[Entry]:
        return self._try(folder, lambda: self._source.scan(folder)) or ()

    def query(self, name: Query) -> bytes | None:
        return self._try(name, lambda: self._source.query(name))

    def local(self, path: str) -> str | None:
        return self._try(path, lambda: self._source.local(path))

    def parse(self, parser: Callable[[bytes], T], path: str, limit: int = 16 << 20) -> T | None:
        data = self.read(path, limit)
        if data is None:
            return None
        try:
            return parser(data)
        except ParseError as error:
            self.gap(GapKind.MALFORMED, path=self.show(path), detail=str(error))
        except Exception as error:  # noqa: BLE001 - a parser that breaks on one file must not lose the others
            self.gap(GapKind.MALFORMED, path=self.show(path), detail=type(error).__name__)
        return None

    def own(self, path: str, home: Home) -> str:
        return self._source.own(path, home)

    def show(self, path: str) -> str:
        return self._source.show(path)

    def see(self, kind: type[A]) -> Seen[A]:
        seen = self.host.see(kind)
        for gap in seen.gaps:
            self._add(gap)
        return seen

    @property
    def photo_folders(self) -> Sequence[str] | None:
        return () if self.host.photos.none else self.host.photos.folders

    def pictures(self, folders: Sequence[str]) -> Sequence[PhotoFolder]:
        if self.host.photos.none:
            self.gap(GapKind.SKIPPED, what=PICTURES)
            return ()
        chosen = self.host.photos.folders is not None  # and then it is said that one is not there
        there = (folder for folder in folders if chosen or self.stat(folder))
        places = {local: folder for folder in there if (local := self.local(folder)) is not None}
        if not places:
            return ()
        from audit import survey

        return tuple(survey.records(self.host.survey(list(places)), places, self))

    def gap(self, kind: GapKind, /, **params: str) -> None:
        self._add(Gap(kind, params))

    def count(self, total: int) -> None:
        self.total = (self.total or 0) + total

    def _add(self, gap: Gap) -> None:
        self._gaps.setdefault((gap.kind, tuple(sorted(gap.params.items()))), gap)

    def _try(self, path: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except NotHeldError:
            self.gap(GapKind.NOT_HELD, what=_ANSWERS.get(path, SYSTEM))
        except SlowError:
            self.gap(GapKind.TIMEOUT, path=self.show(path))
        except ElsewhereError as error:
            self.gap(GapKind.ELSEWHERE, path=self.show(path), through=error.strerror or "")
        except OSError as error:
            if error.errno not in ABSENT:
                self.gap(GapKind.UNREADABLE, path=self.show(path))
        return None


@dataclass(frozen=True, slots=True)
class Recording:
    """What a host showed, kind by kind. A snapshot, a demo machine and a rule's case are this."""

    facts: HostFacts
    seen: Mapping[type[Artifact], Seen[Artifact]] = field(default_factory=dict)


class RecordedHost:
    """Gives back a recording. A kind that was not recorded is a gap, never an empty answer."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    @property
    def platform(self) -> Platform:
        return self.recording.facts.platform

    @property
    def taken_at(self) -> datetime:
        return self.recording.facts.taken_at

    @property
    def facts(self) -> HostFacts:
        return self.recording.facts

    def see(self, kind: type[A]) -> Seen[A]:
        seen = self.recording.seen.get(kind)
        if seen is None:
            return Seen(gaps=(Gap(GapKind.NOT_RECORDED, {"what": kind.KIND}),))
        return cast("Seen[A]", seen)


class AnsweredHost:
    """A host, and what the person said about it. A question that nobody answered is a gap."""

    def __init__(self, host: CollectingHost | RecordedHost, said: Mapping[str, bool]) -> None:
        self._host = host
        self._said = said

    @property
    def platform(self) -> Platform:
        return self._host.platform

    @property
    def taken_at(self) -> datetime:
        return self._host.taken_at

    @property
    def facts(self) -> HostFacts:
        return self._host.facts

    def see(self, kind: type[A]) -> Seen[A]:
        if not issubclass(kind, Answer):
            return self._host.see(kind)
        if kind.KIND in self._said:
            return cast("Seen[A]", Seen((kind(self._said[kind.KIND]),)))
        seen = self._host.see(kind)
        return cast("Seen[A]", seen if seen.items else Seen(gaps=(Gap(GapKind.NOT_ASKED),)))


def record(host: CollectingHost | AnsweredHost, kinds: Sequence[type[Artifact]]) -> Recording:
    """Read every one of `kinds` and keep it."""
    return Recording(host.facts, {kind: host.see(kind) for kind in kinds})
