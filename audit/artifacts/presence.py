"""Known products of monitoring or remote control: where a mark of one was met. The marks are in `rules/indicators`.

Only the places that marks name are looked at, never a person's files at large.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.autostart import Autostart
from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.process import Process
from audit.indicators import match
from audit.indicators.loader import families
from audit.indicators.schema import Family, Indicator, Kind, Shows
from audit.model import GapKind, Platform
from audit.stores import gvariant, gvdb

RUNNING = "running"
AUTOSTART = Shows.AUTOSTART.value
_NOT_LOOKED = {
    Platform.WINDOWS: "the registry and services of Windows",
    Platform.MACOS: "the settings and permissions of macOS",
}


@dataclass(frozen=True, slots=True)
class Presence(Artifact):
    """One mark of a product that was met. `way` says what that shows: installed, running, autostart, unattended, trace."""

    KIND: ClassVar[str] = "presence"
    product: str
    category: str
    way: str
    strength: str
    place: str
    mark: str  # what kind of mark: path, process, service, …
    source: str
    dated: str
    built_in: bool = False

    @property
    def facts(self) -> dict[str, str]:
        """What goes with a finding as evidence."""
        return {"shows": self.way, "mark": self.mark, "source": self.source}


@collects(Presence)
def collect(look: Look) -> Iterator[Presence]:
    if look.platform in _NOT_LOOKED:
        look.gap(GapKind.NOT_LOOKED, what=_NOT_LOOKED[look.platform])
    known = [
        (family, mark)
        for family in families()
        for mark in family.indicators
        if look.platform in mark.platforms
    ]
    found = [*_standing(look, known), *_running(look, known), *_starting(look, known)]
    yield from dict.fromkeys(found)


Known = Sequence[tuple[Family, Indicator]]


def _standing(look: Look, known: Known) -> Iterator[Presence]:
    """Files and settings that stand where a mark says. A top folder that is not here is asked for once."""
    homes = [home.path for home in look.homes]
    absent: dict[str, bool] = {}
    for family, mark in known:
        for pattern in _patterns(mark, look.platform, homes):
            top = "/" + pattern.split("/")[1]
            if (
                not pattern.startswith(tuple(f"{home}/" for home in homes))
                and look.platform is Platform.LINUX
            ):
                if top not in absent:
                    absent[top] = look.stat(top) is None
                if absent[top]:
                    continue
            for path in _paths(look, pattern):
                if _holds(look, mark, path):
                    yield _presence(family, mark, mark.shows.value, look.show(path))


def _patterns(mark: Indicator, platform: Platform, homes: Sequence[str]) -> list[str]:
    if mark.kind is Kind.DCONF:
        return [f"{home}/.config/dconf/user" for home in homes]
    if mark.kind is Kind.LAUNCHD:
        return [f"/Library/{folder}/{mark.value}.plist" for folder in ("LaunchDaemons", "LaunchAgents")]
    if mark.kind in (Kind.PATH, Kind.SETTING):
        return match.places(mark.value, platform, homes)
    return []


def _holds(look: Look, mark: Indicator, path: str) -> bool:
    if mark.kind is Kind.SETTING:
        return bool(look.parse(lambda data: is_set(data, mark.key), path, 4 << 20))
    if mark.kind is Kind.DCONF:
        return bool(look.parse(lambda data: is_true(data, mark.value), path))
    return True


def _paths(look: Look, pattern: str) -> Iterator[str]:
    """The places that a pattern means and that exist."""
    exact = look.platform is Platform.LINUX and "*" not in pattern
    if exact:
        if look.stat(pattern) is not None:
            yield pattern
        return
    found = [""]
    for part in pattern.strip("/").split("/"):
        if look.platform is Platform.LINUX and "*" not in part:
            found = [f"{folder}/{part}" for folder in found]
        else:
            found = [f"{folder}/{name}" for folder in found for name in _named(look, folder or "/", part)]
    yield from (path for path in found if look.stat(path) is not None)


def _named(look: Look, folder: str, pattern: str) -> list[str]:
    return [entry.name for entry in look.scan(folder) if match.named(entry.name, pattern, look.platform)]


def is_set(data: bytes, key: str) -> bool:
    """Whether a settings file gives `key` a value that is neither empty nor false. The value itself is not kept."""
    for line in data.decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip() == key and value.strip().strip("\"'").lower() not in ("", "false", "0"):
            return True
    return False


def is_true(data: bytes, key: str) -> bool:
    """Whether a key is true in a person's dconf database (dconf's engine; a GVariant database). Raises ParseError."""
    entry = gvdb.read(data).get(key)
    if entry is None:
        return False
    if not isinstance(entry, memoryview):
        raise ParseError("a setting that is a folder")
    return gvariant.variant(entry) is True


def _running(look: Look, known: Known) -> Iterator[Presence]:
    for process in look.see(Process):
        paths = _full(look, (process.exe, process.script))
        for family, mark in known:
            if mark.kind is Kind.PATH and mark.shows is not Shows.TRACE and _any(look, paths, mark):
                yield _presence(family, mark, RUNNING, process.place)
            elif mark.kind is Kind.PROCESS and _is_named(look, process, mark.value):
                yield _presence(family, mark, RUNNING, process.place or process.name)


def _is_named(look: Look, process: Process, name: str) -> bool:
    return any(match.named(each, name, look.platform) for each in {process.name, process.program} if each)


def _starting(look: Look, known: Known) -> Iterator[Presence]:
    for entry in (each for each in look.see(Autostart) if each.enabled):
        paths = _full(look, (entry.program, entry.script))
        names = {entry.name, posixpath.basename(entry.settings)}
        for family, mark in known:
            if mark.kind is Kind.SERVICE and any(
                match.named(name, mark.value, look.platform) for name in names
            ):
                yield _presence(family, mark, AUTOSTART, entry.settings)
                if mark.shows is Shows.UNATTENDED:
                    yield _presence(family, mark, mark.shows.value, entry.settings)
            elif (mark.kind is Kind.PATH and mark.shows is not Shows.TRACE and _any(look, paths, mark)) or (
                mark.kind is Kind.PROCESS and posixpath.basename(entry.program) == mark.value
            ):
                yield _presence(family, mark, AUTOSTART, entry.settings)


def _full(look: Look, shown: Iterable[str]) -> list[str]:
    """Paths of records as device paths again."""
    home = look.homes[0].path if look.homes else ""
    return [home + path[1:] if path.startswith("~/") else path for path in shown if path]


def _any(look: Look, paths: Sequence[str], mark: Indicator) -> bool:
    homes = [home.path for home in look.homes]
    patterns = match.places(mark.value, look.platform, homes)
    return any(match.same(path, pattern, look.platform) for path in paths for pattern in patterns)


def _presence(family: Family, mark: Indicator, way: str, place: str) -> Presence:
    return Presence(
        product=family.name,
        category=family.category.value,
        way=way,
        strength=mark.strength.value,
        place=place,
        mark=mark.kind.value,
        source=mark.source.name,
        dated=mark.source.dated.isoformat(),
        built_in=family.built_in,
    )
