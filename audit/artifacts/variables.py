"""Variables that change what other programs do, where something sets them for everybody or at each login.

LD_PRELOAD and LD_AUDIT have a record of their own (`audit.artifacts.preload`). Only the names below are looked for: other variables
may hold secrets, and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.preload import places
from audit.artifacts.starting import SETTINGS_SIZE, files_in, text_lines
from audit.artifacts.units import units
from audit.model import GapKind, Platform
from audit.stores import keyfile

# Words of ours, kept in records: what a variable lets somebody do.
RUNS_CODE = "runs code inside other programs"
SECRETS = "writes down the keys of encrypted connections"
ASKS = "chooses the program that asks for passwords"
# python(1); bash(1), BASH_ENV; sh(1), ENV; node(1); perlrun(1); ruby(1); GTK's "Running GTK Applications"; git(1); ssh(1); sudo(8);
# RFC 9850 (SSLKEYLOGFILE).
NAMES = {
    "PYTHONSTARTUP": RUNS_CODE,
    "BASH_ENV": RUNS_CODE,
    "ENV": RUNS_CODE,
    "NODE_OPTIONS": RUNS_CODE,
    "PERL5OPT": RUNS_CODE,
    "RUBYOPT": RUNS_CODE,
    "GTK_MODULES": RUNS_CODE,
    "GTK3_MODULES": RUNS_CODE,
    "GIT_SSH_COMMAND": RUNS_CODE,
    "SSLKEYLOGFILE": SECRETS,
    "SSH_ASKPASS": ASKS,
    "SUDO_ASKPASS": ASKS,
}
_SETS = re.compile(
    r"\s*(?:export\s+|declare\s+-x\s+|set\s+(?:-\w+\s+)+)?(?P<name>[A-Z0-9_]+)(?:\s*=\s*|\s+(?:DEFAULT=|OVERRIDE=|(?=[/~])))(?P<value>.*)"
)
_IN_UNIT = re.compile(r"(?P<quote>[\"']?)(?P<name>[A-Z0-9_]+)=(?P<value>[^\s\"']*)")
_MANAGERS = ("/etc/systemd/system.conf", "/etc/systemd/user.conf")  # systemd-system.conf(5)
_MANAGER_KEYS = ("DefaultEnvironment", "ManagerEnvironment")


@dataclass(frozen=True, slots=True)
class Variable(Artifact):
    """One variable of `NAMES`. `file` is the path that its value holds, or nothing; the value itself is not kept."""

    KIND: ClassVar[str] = "variable"
    name: str
    file: str
    settings: str
    line: int = 0
    user: str = ""

    @property
    def what(self) -> str:
        return NAMES.get(self.name, RUNS_CODE)


@collects(Variable)
def collect(look: Look) -> Iterator[Variable]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what="variables that change other programs")
        return
    homes = {home.user: home for home in look.homes}
    for user, path in places(look):
        for line, name, value in look.parse(parse, path, SETTINGS_SIZE) or ():
            home = homes.get(user)
            file = look.own(value, home) if home and value.startswith(("~", "$HOME", "${HOME}")) else value
            yield Variable(name, look.show(file), look.show(path), line, user)
    for unit in units(look):
        for name, value in in_unit(unit.text):
            yield Variable(
                name, look.show(value), look.show(unit.path), user=unit.home.user if unit.home else ""
            )
    for path in [
        *_MANAGERS,
        *(each for top in _MANAGERS for each in files_in(look, f"{top}.d", r".*\.conf")),
    ]:
        text = look.parse(keyfile.parse, path, SETTINGS_SIZE)
        lines = [line for key in _MANAGER_KEYS for line in text.all("Manager", key)] if text else []
        for name, value in (pair for line in lines for pair in _assigned(line)):
            yield Variable(name, value, path)


def parse(data: bytes) -> list[tuple[int, str, str]]:
    """(line, name, path in the value or nothing) in a file that is read at login. A line counts as it stands. Raises ParseError."""
    found = []
    for number, line in enumerate(text_lines(data), 1):
        match = _SETS.match(line)
        if match and match["name"] in NAMES:
            found.append((number, match["name"], path_in(match["value"])))
    return found


def in_unit(text: keyfile.KeyFile) -> list[tuple[str, str]]:
    """(name, path) for Environment= of systemd.exec(5)."""
    return [pair for line in text.all("Service", "Environment") for pair in _assigned(line)]


def _assigned(line: str) -> Iterator[tuple[str, str]]:
    for match in _IN_UNIT.finditer(line):
        if match["name"] in NAMES:
            yield match["name"], path_in(match["value"])


def path_in(value: str) -> str:
    """The first path of a value; for a list of modules the whole list, which are names."""
    found = re.search(r"(?:~|\$HOME|\$\{HOME\})?/[^\s\"':;]+", value[:4096])
    if found:
        return found.group()
    names = re.sub(r"\$\{[^}]*\}|\$\w+", "", value.partition("#")[0]).strip().strip("\"'").strip(":")
    return names if re.fullmatch(r"[\w.:-]{1,80}", names) else ""
