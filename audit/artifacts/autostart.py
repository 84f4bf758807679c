"""What starts by itself: systemd units, cron jobs, desktop autostart entries, rc.local."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.commands import Command, understand
from audit.model import GapKind, Platform
from audit.sources.base import Home
from audit.stores import keyfile

# Where enabled units are linked (systemctl(1), enable), and where their text may stand (systemd.unit(5), table 1 and 2).
SYSTEM_UNITS = (
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
USER_UNITS = ("/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
HOME_UNITS = (".config/systemd/user", ".local/share/systemd/user")
XDG = "/etc/xdg/autostart"  # Desktop Application Autostart Specification
HOME_XDG = ".config/autostart"
CRON_SCRIPTS = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly")
CRON_TABLES = ("/var/spool/cron/crontabs", "/var/spool/cron")  # Debian's cron(8); cronie's
_LINKS = (".wants", ".requires")
_STARTS = ("ExecStart", "ExecStartPre", "ExecStartPost")
_CRON_WORD = re.compile(r"@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)")


@dataclass(frozen=True, slots=True)
class Autostart(Artifact):
    """One command that starts by itself. `user` is empty where it starts for everyone or for the system."""

    KIND: ClassVar[str] = "autostart"
    way: str  # system service, user service, scheduled job, desktop autostart
    name: str
    settings: str
    program: str
    script: str = ""
    signs: tuple[str, ...] = ()
    user: str = ""
    as_root: bool = False

    @property
    def place(self) -> str:
        """The file that decides what is run."""
        return self.script or self.program


@collects(Autostart)
def collect(look: Look) -> Iterator[Autostart]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what="programs that start by themselves")
        return
    yield from _units(look, SYSTEM_UNITS[:1], SYSTEM_UNITS, None)
    yield from _units(look, USER_UNITS[:1], USER_UNITS, None, personal=True)
    for home in look.homes:
        own = [f"{home.path}/{place}" for place in HOME_UNITS]
        yield from _units(look, own[:1], [*own, *USER_UNITS], home, personal=True)
    yield from _desktop(look)
    yield from _cron(look)
    yield from _rc_local(look)


def _units(
    look: Look, linked: Sequence[str], texts: Sequence[str], home: Home | None, *, personal: bool = False
) -> Iterator[Autostart]:
    """The units that a link in a `.wants` folder enables."""
    enabled: dict[str, str] = {}
    for folder in linked:
        for entry in look.scan(folder):
            if entry.name.endswith((*_LINKS, ".d")) and entry.is_dir:
                inside = f"{folder}/{entry.name}"
                names = [each.name for each in look.scan(inside) if each.is_link or each.is_file]
                keys = (entry.name if entry.name.endswith(".d") else name for name in names)
                enabled |= {key: f"{inside}/{name}" for key, name in zip(keys, names, strict=True)}
    way = "user service" if personal else "system service"
    for name, path in enabled.items():
        for place, line in _commands_of(look, name, path, texts):
            where = _Where(way, name, place, home, not personal)
            yield from _entries(look, where, understand(line))


def _commands_of(look: Look, name: str, path: str, folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(file, command) for a unit. A timer, path or socket starts the service of the same name unless it says another."""
    unit = look.parse(keyfile.parse, path, 1 << 20)
    if unit is None:
        return
    kind = name.rpartition(".")[2]
    if kind in ("timer", "path", "socket"):
        group = kind.capitalize()
        service = (
            unit.get(group, "Unit") or unit.get(group, "Service") or f"{name.rpartition('.')[0]}.service"
        )
        for folder in folders:
            path = f"{folder}/{posixpath.basename(service)}"
            if (unit := look.parse(keyfile.parse, path, 1 << 20)) is not None:
                break
    if unit is not None:
        yield from ((path, line) for key in _STARTS for line in unit.all("Service", key) if line)


def _desktop(look: Look) -> Iterator[Autostart]:
    """An entry in the person's folder replaces the system's of the same name; `Hidden` switches it off."""
    yours = {entry.name for home in look.homes for entry in look.scan(f"{home.path}/{HOME_XDG}")}
    places: list[tuple[Home | None, str]] = [(home, f"{home.path}/{HOME_XDG}") for home in look.homes]
    for home, folder in [*places, (None, XDG)]:
        for entry in look.scan(folder):
            path = f"{folder}/{entry.name}"
            if not entry.name.endswith(".desktop") or (
                home is None and entry.name in yours and len(look.homes) == 1
            ):
                continue
            line = look.parse(parse_desktop, path, 1 << 20)
            if line:
                yield from _entries(
                    look, _Where("desktop autostart", entry.name, path, home), understand(line)
                )


def parse_desktop(data: bytes) -> str:
    """What an autostart entry runs; nothing where it is switched off. Field codes are left out. Raises ParseError."""
    entry = keyfile.parse(data)
    group = "Desktop Entry"
    if entry.truth(group, "Hidden") or not entry.truth(group, "X-GNOME-Autostart-enabled", default=True):
        return ""
    return re.sub(r"(?<!%)%[a-zA-Z]", "", entry.get(group, "Exec")).replace("%%", "%").strip()


def _cron(look: Look) -> Iterator[Autostart]:
    tables = ["/etc/crontab", *(f"/etc/cron.d/{name}" for name in _run_parts(look, "/etc/cron.d"))]
    parsers = [*((path, parse_system_crontab) for path in tables), ("/etc/anacrontab", parse_anacrontab)]
    for path, parser in parsers:
        for user, line in look.parse(parser, path, 1 << 20) or ():
            where = _Where("scheduled job", posixpath.basename(path), path, as_root=user == "root")
            yield from _entries(look, where, understand(line, by_shell=True))
    for folder in CRON_SCRIPTS:
        for name in _run_parts(look, folder):
            where = _Where("scheduled job", name, f"{folder}/{name}", as_root=True)
            yield from _entries(look, where, [Command(where.path)])
    yield from _personal_cron(look)


def _personal_cron(look: Look) -> Iterator[Autostart]:
    homes = {home.user: home for home in look.homes}
    for folder in CRON_TABLES:
        for entry in look.scan(folder):
            if not entry.is_file:
                continue
            path = f"{folder}/{entry.name}"
            where = _Where("scheduled job", entry.name, path, homes.get(entry.name), entry.name == "root")
            for line in look.parse(parse_crontab, path, 1 << 20) or ():
                yield from _entries(look, where, understand(line, by_shell=True))


def _run_parts(look: Look, folder: str) -> list[str]:
    """The names that run-parts(8) and cron(8) take: others, with a dot in them, are passed over."""
    return [
        entry.name for entry in look.scan(folder) if not entry.is_dir and re.fullmatch(r"[\w-]+", entry.name)
    ]


def parse_crontab(data: bytes) -> list[str]:
    """The commands of a person's crontab(5). Raises ParseError."""
    return [rest for _, rest in _cron_lines(data, fields=5)]


def parse_system_crontab(data: bytes) -> list[tuple[str, str]]:
    """(user, command) for /etc/crontab and /etc/cron.d, which name a user before the command. Raises ParseError."""
    rows = (rest.split(None, 1) for _, rest in _cron_lines(data, fields=5))
    return [(row[0], row[1]) for row in rows if len(row) == 2]


def parse_anacrontab(data: bytes) -> list[tuple[str, str]]:
    """(root, command) for anacrontab(5): period, delay, name, command. Raises ParseError."""
    rows = (f"{first} {rest}".split(None, 3) for first, rest in _cron_lines(data, fields=1))
    return [("root", row[3]) for row in rows if len(row) == 4]


def _cron_lines(data: bytes, fields: int) -> Iterator[tuple[str, str]]:
    """(when, the rest) for each line that is neither a comment nor sets a variable."""
    if b"\0" in data:
        raise ParseError("not a text file")
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        text = line.strip()
        if not text or text.startswith("#") or re.match(r"[A-Za-z_]\w*\s*=", text):
            continue
        wanted = 1 if _CRON_WORD.match(text) else fields
        parts = text.split(None, wanted)
        if len(parts) == wanted + 1:
            yield " ".join(parts[:-1]), parts[-1]


def _rc_local(look: Look) -> Iterator[Autostart]:
    for line in look.parse(parse_script, "/etc/rc.local", 1 << 20) or ():
        found = understand(line, by_shell=True)
        yield from _entries(look, _Where("system service", "rc.local", "/etc/rc.local", as_root=True), found)


def parse_script(data: bytes) -> list[str]:
    """The lines of a shell script that start something, roughly. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    lines = (line.strip() for line in data.decode("utf-8", "surrogateescape").split("\n"))
    skipped = re.compile(r"#|$|(?:exit|fi|done|else|esac|if|for|while|case|\[|true|:|set)(?:\s|;|$)")
    return [line for line in lines if not skipped.match(line)]


@dataclass(frozen=True, slots=True)
class _Where:
    way: str
    name: str
    path: str
    home: Home | None = None
    as_root: bool = False


def _entries(look: Look, where: _Where, commands: Sequence[Command]) -> Iterator[Autostart]:
    for command in commands:
        yield Autostart(
            way=where.way,
            name=where.name,
            settings=look.show(where.path),
            program=_shown(look, command.program.lstrip("-@:+!|"), where.home),
            script=_shown(look, command.script, where.home),
            signs=command.signs,
            user=where.home.user if where.home else "",
            as_root=where.as_root,
        )


def _shown(look: Look, path: str, home: Home | None) -> str:
    """A command's path as records hold it. A bare name is found by the system, and stays."""
    place = home or (look.homes[0] if look.homes else None)
    if place is not None and re.match(r"(?:~|\$HOME|\$\{HOME\}|%h)(?:/|$)", path):
        path = look.own(re.sub(r"^%h", "~", path), place)
    return look.show(posixpath.normpath(path)) if path.startswith("/") else path
