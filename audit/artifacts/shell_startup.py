"""Files that a shell reads when it starts: only the lines that do more than set up a shell, and only what such a line does.

bash(1), INVOCATION; zsh(1), STARTUP/SHUTDOWN FILES; fish(1) and its documentation, "Configuration"; Debian's /etc/profile. script(1).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.commands import understand
from audit.artifacts.odd_places import HIDDEN, TEMPORARY, oddity
from audit.artifacts.signs import shortened, signs_in
from audit.artifacts.starting import SETTINGS_SIZE, files_in, whole_lines
from audit.model import GapKind, Platform
from audit.sources.base import Home

# Words of ours, kept in records, beside those of `audit.artifacts.signs`.
RECORDS = "records what is shown and typed in a terminal"
COPIES = "copies each command that is typed to another place"
STANDS_IN = "stands in for a program that asks for passwords"
STARTS = "starts a program from a hidden or temporary folder"
BEHIND = "starts a program in the background"
FIRST = "looks for programs in a hidden or temporary folder first"
_SYSTEM = ("/etc/profile", "/etc/bash.bashrc", "/etc/bashrc", "/etc/zshenv", "/etc/zprofile", "/etc/zshrc", "/etc/fish/config.fish", "/etc/ssh/sshrc",
           *(f"/etc/zsh/{name}" for name in ("zshenv", "zprofile", "zshrc", "zlogin", "zlogout")))  # fmt: skip
_SYSTEM_FOLDERS = ("/etc/profile.d", "/etc/fish/conf.d")
_HOME = (".bashrc", ".bash_profile", ".bash_login", ".profile", ".bash_aliases", ".bash_logout", ".zshenv", ".zprofile", ".zshrc",
         ".zlogin", ".zlogout", ".kshrc", ".mkshrc", ".config/fish/config.fish", ".config/zsh/.zshrc", ".config/zsh/.zshenv",
         ".config/zsh/.zprofile", ".ssh/rc")  # fmt: skip
_HOME_FOLDERS = (".bashrc.d", ".config/fish/conf.d", ".config/fish/functions")
_OWN_PROGRAMS = (".local/bin", "bin")  # Debian's ~/.profile puts both before the system's
ASKING = ("sudo", "su", "doas", "passwd", "pkexec", "ssh", "gpg", "login")
_FUNCTION = re.compile(
    r"(?P<indent>\s*)(?:function\s+(?P<fish>[\w.:-]+)[^{]*|(?P<name>[\w.:-]+)\s*\(\)\s*)(?P<body>\{.*)?$"
)
_ALIAS = re.compile(r"\s*alias\s+(?:-\w\s+)*(?P<name>[\w.-]+)(?:=|\s+)(?P<value>.*)")
_SCRIPT = re.compile(
    r"(?:^|[;&|({]\s*|\bexec\s+|\bthen\s+|&&\s*)(?:/usr/bin/)?(?:script\s+(?:-\S+\s+)*[\"'$~/.\w]|asciinema\s+rec\b|ttyrec\b)"
)
_EACH_COMMAND = re.compile(r"\bPROMPT_COMMAND\s*\+?=|\btrap\s.*\bDEBUG\b|--on-event\s+fish_pre")
_HOOKS = ("preexec", "precmd", "fish_preexec", "fish_postexec")
_COPY = re.compile(
    r"\blogger\b|\bcurl\b|\bwget\b|\b(?:nc|ncat)\b|/dev/(?:tcp|udp)/|(?<!2)>>(?!\s*/dev/null)|\btee\s+-a\b"
)
_LISTENS = re.compile(r"\bread\s+(?:-\w+\s+)*-\w*s|\btee\b|(?<!2)>>|\bstrace\b|\bscript\s+-|\bcurl\b")
_BACKGROUND = re.compile(r"(?<![&>])&\s*\)?\s*$|\b(?:nohup|setsid|disown)\b")
_DIRECT = re.compile(r"^\s*\(?\s*[\"']?(?:/|~/|\$HOME/|\$\{HOME\}/)")
_FIRST = re.compile(
    r"\s*(?:export\s+|set\s+-\w+\s+)?PATH(?:=|\s+)[\"']?(?P<folder>(?:~|\$HOME|\$\{HOME\}|/)[^:\"'\s]*)[:\s].*\$"
)
_MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class StartupLine(Artifact):
    """One line that a shell reads when it starts. `what` is one of the words above, `program` what it starts or stands in for."""

    KIND: ClassVar[str] = "startup-line"
    settings: str
    line: int
    what: str
    program: str = ""
    user: str = ""


Row = tuple[int, str, str]  # line, what, program


@collects(StartupLine)
def collect(look: Look) -> Iterator[StartupLine]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what="what a shell does when it starts")
        return
    places: list[tuple[Home | None, str]] = [(None, path) for path in _SYSTEM]
    places += [(None, path) for folder in _SYSTEM_FOLDERS for path in files_in(look, folder)]
    for home in look.homes:
        places += [(home, f"{home.path}/{name}") for name in _HOME]
        places += [(home, path) for name in _HOME_FOLDERS for path in files_in(look, f"{home.path}/{name}")]
    for owner, path in places:
        rows, whole = look.parse(_parse, path, SETTINGS_SIZE) or ((), True)
        if not whole:
            look.gap(GapKind.BOUNDED, what=look.show(path), most=str(_MOST_LINES))
        for line, what, program in rows:
            named = (
                look.show(look.own(program, owner))
                if owner and program.startswith(("~", "$", "/"))
                else program
            )
            yield StartupLine(look.show(path), line, what, named, owner.user if owner else "")
    for home in look.homes:
        for folder in _OWN_PROGRAMS:
            for path in files_in(look, f"{home.path}/{folder}", "|".join(ASKING)):
                yield StartupLine(look.show(path), 0, STANDS_IN, posixpath.basename(path), home.user)


def _parse(data: bytes) -> tuple[list[Row], bool]:
    """As `parse`, and whether every line was looked at. Raises ParseError."""
    return parse(data), data.count(b"\n") <= _MOST_LINES


def parse(data: bytes) -> list[Row]:
    """What stands out in a file that a shell reads when it starts. Nothing is run. Raises ParseError."""
    lines = [row for row in _in_functions(data) if not row[1].lstrip().startswith("#")]
    called = {word for _, line, function in lines if not function for word in re.findall(r"[\w.:-]+", line)}
    found: list[Row] = []
    for number, line, function in lines:
        if alias := _ALIAS.match(line):
            found += _of_alias(number, alias["name"], alias["value"])
        elif function and function in ASKING and _LISTENS.search(line):
            found.append((number, STANDS_IN, function))
        elif function in _HOOKS and _COPY.search(line):
            found.append((number, COPIES, ""))
        elif not function or function in called:
            found += _of_line(number, line)
    return list(dict.fromkeys(found))


def _in_functions(data: bytes) -> Iterator[tuple[int, str, str]]:
    """(number, line, name of the function it is in). A function ends with a brace, or `end`, as far in as it began."""
    function = indent = ""
    for number, whole in islice(whole_lines(data), _MOST_LINES):
        line = shortened(whole)
        match = None if function else _FUNCTION.match(line)
        if match:
            name, body = match["name"] or match["fish"], match["body"] or ""
            yield number, body.lstrip("{"), name
            if "}" not in body:
                function, indent = name, match["indent"]
        elif function and re.fullmatch(re.escape(indent) + r"(?:\};?|end)\s*", line):
            function = ""
        else:
            yield number, line, function


def _of_alias(number: int, name: str, value: str) -> Iterator[Row]:
    """An alias does something only when it is used: only one for a program that asks for passwords counts."""
    if name in ASKING:
        inner = value.strip().strip("\"'")
        programs = [command.program for command in understand(inner, by_shell=True)]
        own = any(program.startswith(("~", "$HOME", "/home/", "/tmp/")) for program in programs)  # noqa: S108 - compared with
        if own or _LISTENS.search(inner):
            yield number, STANDS_IN, name


def _of_line(number: int, line: str) -> Iterator[Row]:
    yield from ((number, sign, "") for sign in signs_in(line))
    if _SCRIPT.search(line):
        yield number, RECORDS, ""
    if _EACH_COMMAND.search(line) and _COPY.search(line):
        yield number, COPIES, ""
    if path := _FIRST.match(line):
        folder = re.sub(r"^\$\{?HOME\}?", "~", path["folder"])
        if oddity([f"{folder}/x"]) in (HIDDEN, TEMPORARY):
            yield number, FIRST, folder
    if _DIRECT.search(line) or _BACKGROUND.search(line):
        odd = [path for path in _paths(line) if oddity([path]) in (HIDDEN, TEMPORARY)]
        yield from ((number, STARTS, path) for path in odd)
        if not odd and _BACKGROUND.search(line):
            yield from ((number, BEHIND, path) for path in _paths(line) if path.startswith(("~", "/home/")))


def _paths(line: str) -> Sequence[str]:
    commands = understand(line, by_shell=True)
    paths = [
        re.sub(r"^\$\{?HOME\}?", "~", path)
        for each in commands
        for path in (each.program, each.script)
        if path
    ]
    return [path for path in dict.fromkeys(paths) if path.startswith(("~", "/"))]
