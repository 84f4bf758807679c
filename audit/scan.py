"""One scan: which device, which rules, which pictures. Everything a command line says about it, as a value."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from audit import engine, recording
from audit.hosts import AnsweredHost, CollectingHost, PhotoChoice, RecordedHost, Recording, Survey, record
from audit.model import Report
from audit.registry import LoadedRule
from audit.text import gettext

if TYPE_CHECKING:
    from audit.photo_survey import PhotoSurvey
    from audit.sources.live import LiveSource
    from audit.sources.tree import TreeSource
    from audit.timings import Timings


class ScanError(Exception):
    """A scan that cannot be made as asked. The message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked at: this machine, the tree at `root`, or a snapshot file. `said`: what the person told about it."""

    root: Path | None = None
    snapshot: Path | None = None
    photos: PhotoChoice = field(default_factory=PhotoChoice)
    jobs: int | None = None
    said: Mapping[str, bool] = field(default_factory=dict)


def scan(target: Target, rules: Sequence[LoadedRule], timings: Timings | None = None) -> Report:
    """Run rules against a target. Raises ScanError where the target cannot be opened."""
    with _host(target, timings) as host:
        if timings:
            return engine.run(timings.timed(rules), timings.host(host), host.facts)
        return engine.run(rules, host, host.facts)


def snapshot(target: Target, rules: Sequence[LoadedRule]) -> Iterator[str]:
    """The lines of a snapshot that holds all that `rules` would read. Raises ScanError."""
    kinds = {kind: None for each in rules for kind in (*each.rule.needs, *each.rule.may_use)}
    if target.snapshot:
        raise ScanError(gettext("A snapshot is made from a device, not from another snapshot."))
    with _host(target) as host:
        yield from recording.dump(record(host, list(kinds)))


@contextlib.contextmanager
def _host(target: Target, timings: Timings | None = None) -> Iterator[AnsweredHost]:
    if target.snapshot:
        yield AnsweredHost(RecordedHost(_recording(target.snapshot)), target.said)
        return
    from audit.sources.guard import GuardedSource

    unguarded = _source(target)
    photos, survey = target.photos, _survey(target.jobs)
    if photos.folders is not None:
        photos = replace(photos, folders=tuple(map(unguarded.device, photos.folders)))
    with GuardedSource(unguarded) as source:
        collecting = CollectingHost(source, timings.survey(survey) if timings else survey, photos)
        yield AnsweredHost(collecting, target.said)


def _survey(jobs: int | None) -> Survey:
    def survey(folders: Sequence[str]) -> PhotoSurvey:
        from audit import photo_survey, photos
        from audit.progress import Progress

        found = photos.listed(folders)
        with Progress(len(found.paths), gettext("reading pictures")) as progress:
            return photo_survey.count(found, jobs=jobs, progress=progress.advance)

    return survey


def _recording(path: Path) -> Recording:
    try:
        with path.open(encoding="utf-8") as lines:
            return recording.load(lines)
    except (OSError, UnicodeDecodeError, recording.RecordingError) as error:
        why = (error.strerror or "") if isinstance(error, OSError) else str(error)
        words = gettext("{path} cannot be read as a snapshot: {reason}.")
        raise ScanError(words.format(path=path, reason=why)) from error


def _source(target: Target) -> LiveSource | TreeSource:
    if target.root is None:
        if sys.platform != "linux":
            raise ScanError(
                gettext("This version looks at a running machine on Linux only. Give a folder:  --root DIR")
            )
        from audit.sources.live import LiveSource

        return LiveSource()
    from audit.sources.tree import source_of

    try:
        return source_of(target.root)
    except OSError as error:
        words = gettext("{path} cannot be looked at: {reason}. Give a folder.")
        raise ScanError(words.format(path=target.root, reason=error.strerror)) from error


def rules_by_name(rules: Sequence[LoadedRule]) -> dict[str, LoadedRule]:
    return {each.name: each for each in rules}
