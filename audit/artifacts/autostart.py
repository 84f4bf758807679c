"""What starts by itself, in whatever way: a record for each command. The ways are read by the modules named below."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from audit.artifacts import boot, desktop_starts, jobs, units
from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.commands import Command, understand
from audit.artifacts.openings import Opening
from audit.artifacts.process import in_system
from audit.artifacts.signs import signs_in_program
from audit.artifacts.starting import Start, whole_lines
from audit.model import GapKind, Platform
from audit.sources.base import Home

REPLACEABLE = "from a file that an ordinary account can change"
WHAT = "programs that start by themselves"
SCRIPTS = "scripts that start by themselves"
_LONGEST_SCRIPT = 64 << 10  # of a longer one, so much is looked at
_BEGINNING = 1024  # bytes; a program that is no script is told by them
_MOST_SCRIPTS = 200
_MOST = 5_000  # records


@dataclass(frozen=True, slots=True)
class Autostart(Artifact):
    """One command that starts by itself. `user` is empty where it starts for everyone or for the system.

    `settings` is the file that asks for it, `line` where in it (0: the whole file), `changed` when that file was last changed.
    """

    KIND: ClassVar[str] = "autostart"
    way: str  # words of ours: see the modules that read them
    name: str
    settings: str
    program: str
    script: str = ""
    signs: tuple[str, ...] = ()
    user: str = ""
    as_root: bool = False
    enabled: bool = True
    line: int = 0
    changed: datetime | None = None
    opens: tuple[Opening, ...] = ()

    @property
    def place(self) -> str:
        """The file that decides what is run."""
        return self.script or self.program

    @property
    def asked(self) -> tuple[str, int, tuple[str, ...]]:
        """Where it is asked for, and its signs: one line may start several programs."""
        return self.settings, self.line, self.signs

    @property
    def subject(self) -> str:
        return f"{self.settings}: {self.place or self.settings}"[:200]

    @property
    def words(self) -> dict[str, str]:
        """What a finding says of it."""
        place = self.place or self.settings
        name = posixpath.basename(place)
        return {"program": name, "place": place, "settings": self.settings, "way": self.way}

    @property
    def day(self) -> str:
        """The day when the settings were last changed, or a question mark."""
        return self.changed.date().isoformat() if self.changed else "?"


@collects(Autostart)
def collect(look: Look) -> Iterator[Autostart]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what=WHAT)
        return
    reader = _Reader(look)
    found: dict[Autostart, Autostart] = {}
    for start in every_start(look):
        for record in reader.records(start):
            found.setdefault(replace(record, line=0), record)  # the same program on several lines counts once
        if len(found) >= _MOST:
            look.gap(GapKind.BOUNDED, what=WHAT, most=str(len(found)))
            break
    yield from found.values()


def every_start(look: Look) -> Iterator[Start]:
    yield from units.starts(look)
    yield from desktop_starts.starts(look)
    yield from jobs.starts(look)
    yield from boot.starts(look)


class _Reader:
    """Turns what was read into records, and looks at each file named only once."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._changed: dict[str, datetime | None] = {}
        self._scripts: dict[str, tuple[str, ...]] = {}
        self._opened: dict[str, tuple[Opening, ...]] = {}
        self._replaceable: dict[str, bool] = {}
        top = look.stat("/etc")
        self._owners_kept = (
            top is not None and top.uid == 0
        )  # a tree copied by an ordinary account has lost them

    def records(self, start: Start) -> Iterator[Autostart]:
        for command in self._commands(start):
            program = self._own(command.program.lstrip("-@:+!|"), start.home)
            script = self._own(command.script, start.home)
            signs = [*start.signs, *command.signs]
            if path := next((each for each in (script, program) if each.startswith("/")), ""):
                signs += self._signs_of_script(path)
                if start.as_root and self._is_replaceable(path):
                    signs.append(REPLACEABLE)
            yield Autostart(
                way=start.way,
                name=start.name,
                settings=self.look.show(start.path),
                program=self._shown(program),
                script=self._shown(script),
                signs=tuple(dict.fromkeys(signs)),
                user=start.home.user if start.home else "",
                as_root=start.as_root,
                enabled=start.enabled,
                line=start.line,
                changed=self._when(start.path),
                opens=command.opens or self._opened.get(script or program, ()),
            )

    def _commands(self, start: Start) -> Sequence[Command]:
        if start.exact or not start.command:
            return [Command(start.command)]
        return understand(start.command, by_shell=start.by_shell)

    def _own(self, path: str, home: Home | None) -> str:
        """A command's path as a path of the device. A bare name is found by the system, and stays."""
        place = home or (self.look.homes[0] if self.look.homes else None)
        if place is not None and re.match(r"(?:~|\$HOME|\$\{HOME\}|%h)(?:/|$)", path):
            path = self.look.own(re.sub(r"^%h", "~", path), place)
        return posixpath.normpath(path) if path.startswith("/") else path

    def _shown(self, path: str) -> str:
        return self.look.show(path) if path.startswith("/") else path

    def _when(self, path: str) -> datetime | None:
        if path not in self._changed:
            found = self.look.stat(path)
            self._changed[path] = _moment(found.modified) if found else None
        return self._changed[path]

    def _signs_of_script(self, path: str) -> tuple[str, ...]:
        """What a script does that no package is likely to have brought."""
        brought = in_system(path) and not path.startswith(("/usr/local/", "/opt/"))
        if path not in self._scripts and not brought:
            text = self._script(path)
            self._scripts[path] = parse_signs(text)
            self._opened[path] = parse_opens(text)
        return self._scripts.get(path, ())

    def _script(self, path: str) -> bytes:
        """The text of a script, as far as it is looked at; what is not is a gap. Nothing for a program that is none."""
        found = self.look.stat(path)
        if found is None or found.mode & 0o170000 != 0o100000 or not found.size:
            return b""
        if len(self._scripts) >= _MOST_SCRIPTS:
            self.look.gap(GapKind.BOUNDED, what=SCRIPTS, most=str(_MOST_SCRIPTS))
            return b""
        if not is_script(self.look.head(path, _BEGINNING) or b""):
            return b""
        text = self.look.head(path, _LONGEST_SCRIPT) or b""
        if found.size > _LONGEST_SCRIPT:
            self.look.gap(GapKind.REST, path=self.look.show(path), size=str(_LONGEST_SCRIPT))
        return text

    def _is_replaceable(self, path: str) -> bool:
        """Whether others than root can change a program that runs as root."""
        if path not in self._replaceable:
            in_home = any(path.startswith(f"{home.path}/") for home in self.look.homes) or path.startswith(
                "/home/"
            )
            found = None if in_home else self.look.stat(path)
            loose = found is not None and bool(found.mode & 0o002) and not _is_link_or_device(found.mode)
            foreign = found is not None and self._owners_kept and found.uid >= 1000 and found.uid < 65_000
            self._replaceable[path] = in_home or loose or foreign
        return self._replaceable[path]


def _is_link_or_device(mode: int) -> bool:
    return mode & 0o170000 != 0o100000


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def is_script(head: bytes) -> bool:
    """Whether a file that begins so is one that a shell or another interpreter reads: text, or whatever names its interpreter."""
    return head.startswith(b"#!") or (bool(head) and not head.startswith(b"\x7fELF") and b"\0" not in head)


def _lines(data: bytes) -> Iterator[str]:
    """The lines of a script that are no comments. Some carry an archive behind their last line: lines with a NUL byte are none."""
    text = b"\n".join(line for line in data.split(b"\n") if b"\0" not in line)
    return (line for _, line in whole_lines(text) if not line.lstrip().startswith("#"))


def parse_signs(data: bytes) -> tuple[str, ...]:
    """The signs of a script; nothing for a program that is none."""
    return signs_in_program(_lines(data)) if is_script(data[:_BEGINNING]) else ()


def parse_opens(data: bytes) -> tuple[Opening, ...]:
    """What a script's lines open to the outside; nothing for a file that names no interpreter."""
    if not data.startswith(b"#!"):
        return ()
    commands = (command for line in _lines(data) for command in understand(line, by_shell=True))
    return tuple(dict.fromkeys(opening for command in commands for opening in command.opens))
