"""Code that is put into every program: libraries preloaded by /etc/ld.so.preload or by LD_PRELOAD in a login file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.autostart import every_start
from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.jobs import CRON_TABLES
from audit.artifacts.starting import files_in
from audit.artifacts.units import units
from audit.model import Platform

EVERYWHERE = "/etc/ld.so.preload"  # ld.so(8), FILES
# Files that set the environment at login: environment.d(5), pam_env.conf(5), bash(1), zsh(1), Debian's Xsession(5), fish(1), KDE's
# wiki on session environment variables.
_SYSTEM = ("/etc/environment", "/etc/profile", "/etc/bash.bashrc", "/etc/security/pam_env.conf")
_SYSTEM_FOLDERS = ("/etc/environment.d", "/usr/lib/environment.d", "/etc/profile.d")
_HOME = (".pam_environment", ".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv", ".zprofile", ".zshrc",
         ".xprofile", ".xsessionrc", ".xinitrc", ".config/fish/config.fish")  # fmt: skip
_HOME_FOLDERS = (".config/environment.d", ".config/plasma-workspace/env", ".config/fish/conf.d")
_DEFAULTS = "/etc/default"  # what Debian's services read as EnvironmentFile= (systemd.exec(5)) or from their init scripts
_SETS = re.compile(
    r"^\s*(?:export\s+|declare\s+-x\s+|set\s+(?:-\w+\s+)+)?(LD_PRELOAD|LD_AUDIT)(?:\s*=\s*|\s+(?:DEFAULT=|OVERRIDE=|(?=/)))(.*)$"
)
_IN_COMMAND = re.compile(r"(?:^|[\s\"';|&(])(LD_PRELOAD|LD_AUDIT)=[\"']?([^\s\"';|&)]+)")
_LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class Preload(Artifact):
    """One library that is loaded into other programs. `user` is empty where it reaches everyone's."""

    KIND: ClassVar[str] = "preload"
    library: str
    settings: str
    user: str = ""


@collects(Preload)
def collect(look: Look) -> Iterator[Preload]:
    yield from dict.fromkeys(_found(look))


def _found(look: Look) -> Iterator[Preload]:
    for library in look.parse(parse_preload, EVERYWHERE, 1 << 20) or ():
        yield Preload(look.show(library), EVERYWHERE)
    for user, path in places(look):
        for library in look.parse(parse_settings, path, 1 << 20) or ():
            yield Preload(look.show(library), look.show(path), user)
    if look.platform is not Platform.LINUX:
        return
    for start in every_start(look):
        for library in preloaded_by(start.command) if start.enabled else ():
            yield Preload(look.show(library), look.show(start.path), start.home.user if start.home else "")
    for unit in units(look):
        for library in (
            each for line in unit.text.all("Service", "Environment") for each in preloaded_by(line)
        ):
            yield Preload(look.show(library), look.show(unit.path), unit.home.user if unit.home else "")


def preloaded_by(line: str) -> list[str]:
    """The libraries that a command line, or Environment= of systemd.exec(5), puts into what it starts."""
    values = (match.group(2) for match in _IN_COMMAND.finditer(line[:_LONGEST]))
    return [
        word for value in values for word in re.split(r"[\s:]+", value) if word and not word.startswith("$")
    ]


def places(look: Look) -> Iterator[tuple[str, str]]:
    """(user or nothing, path) of every file that sets variables at login."""
    yield from (("", path) for path in _SYSTEM)
    yield from (("", path) for folder in _SYSTEM_FOLDERS for path in _files(look, folder))
    for home in look.homes:
        yield from ((home.user, f"{home.path}/{name}") for name in _HOME)
        folders = (f"{home.path}/{name}" for name in _HOME_FOLDERS)
        yield from ((home.user, path) for folder in folders for path in _files(look, folder))
    for path in ["/etc/crontab", *files_in(look, "/etc/cron.d"), *files_in(look, _DEFAULTS)]:
        yield "", path
    for folder in CRON_TABLES:
        for entry in look.scan(folder):
            if entry.is_file and not entry.name.startswith("."):
                yield entry.name, f"{folder}/{entry.name}"


def _files(look: Look, folder: str) -> list[str]:
    names = (entry.name for entry in look.scan(folder) if not entry.is_dir)
    return [f"{folder}/{name}" for name in names if name.endswith((".conf", ".sh", ".fish"))]


def parse_preload(data: bytes) -> list[str]:
    """The libraries in /etc/ld.so.preload: separated by blanks or colons, comments from `#` (ld.so(8), rtld.c). Raises ParseError."""
    lines = _lines(data)
    return [word for line in lines for word in re.split(r"[\s:]+", line.partition("#")[0]) if word]


def parse_settings(data: bytes) -> list[str]:
    """The libraries that a login file preloads. A line only counts as it stands; nothing is run. Raises ParseError."""
    found: list[str] = []
    for line in _lines(data):
        if match := _SETS.match(line):
            value = match.group(2).partition(" #")[0].strip().strip("\"'").rstrip(";")
            words = (word.strip("\"'") for word in re.split(r"[\s:]+", value))
            found += [word for word in words if word and not word.startswith("$")]
    return found


def _lines(data: bytes) -> list[str]:
    if b"\0" in data:
        raise ParseError("not a text file")
    return data.decode("utf-8", "surrogateescape").split("\n")
