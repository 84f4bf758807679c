"""Where the time of a scan goes: starting, reading the device, pictures, and each rule by itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from audit.artifacts.base import Artifact
from audit.host import Host, Seen
from audit.model import Match, Platform
from audit.registry import LoadedRule
from audit.rule import Check
from audit.text import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from audit.hosts import Survey
    from audit.photo_survey import PhotoSurvey

A = TypeVar("A", bound=Artifact)


def since_start() -> float:
    """Seconds since this process began: by field 22 of proc_pid_stat(5); elsewhere, its processor time."""
    try:
        ticks = int(Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return time.process_time()


@dataclass(slots=True)
class Timings:
    """Seconds, added up. What reading and pictures take is taken out of the rule that asked for them first."""

    start: float = 0.0
    seeing: float = 0.0  # with the pictures
    pictures: float = 0.0
    rules: dict[str, float] = field(default_factory=dict)

    def host(self, host: Host) -> Host:
        return _TimedHost(host, self)

    def survey(self, survey: Survey) -> Survey:
        def timed(folders: Sequence[str]) -> PhotoSurvey:
            began = time.perf_counter()
            try:
                return survey(folders)
            finally:
                self.pictures += time.perf_counter() - began

        return timed

    def timed(self, rules: Sequence[LoadedRule]) -> list[LoadedRule]:
        """The same rules, each of which tells how long it took."""
        return [replace(each, rule=replace(each.rule, check=self._check(each))) for each in rules]

    def _check(self, loaded: LoadedRule) -> Check:
        def check(host: Host) -> Iterator[Match]:
            began, seen = time.perf_counter(), self.seeing
            try:
                found = list(loaded.rule.check(host))
            finally:
                self.rules[loaded.name] = time.perf_counter() - began - (self.seeing - seen)
            return iter(found)

        return check

    def lines(self) -> Iterator[str]:
        """A line for each part, then one for each rule, the slowest first."""
        rows = [
            (_("start-up"), self.start),
            (_("reading the device"), self.seeing - self.pictures),
            (_("pictures"), self.pictures),
            (_("all checks together"), sum(self.rules.values())),
            *sorted(self.rules.items(), key=lambda row: (-row[1], row[0])),
        ]
        width = max(len(name) for name, _took in rows) + 2
        for number, (name, took) in enumerate(rows):
            indent = "  " if number > 3 else ""
            yield f"{indent}{name}".ljust(width) + f"{took * 1000:9.1f} ms"


class _TimedHost:
    """A host that adds up how long looking took."""

    def __init__(self, host: Host, timings: Timings) -> None:
        self._host = host
        self._timings = timings

    @property
    def platform(self) -> Platform:
        return self._host.platform

    @property
    def taken_at(self) -> datetime:
        return self._host.taken_at

    def see(self, kind: type[A]) -> Seen[A]:
        began = time.perf_counter()
        try:
            return self._host.see(kind)
        finally:
            self._timings.seeing += time.perf_counter() - began
