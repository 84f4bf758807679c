"""What the readers of each way to start something share: one line that starts something, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.artifacts.base import Look, ParseError
from audit.sources.base import Home

# Where a bare name is looked for (login.defs(5), ENV_SUPATH).
PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/games")
SETTINGS_SIZE = 1 << 20
_NO_START = re.compile(
    r"#|$|(?:exit|fi|done|else|esac|if|for|while|case|\[|true|:|set|export|local|return|shift|function)(?:\s|;|$)"
)


@dataclass(frozen=True, slots=True)
class Start:
    """One command that something starts. `path` is the file that says so, `line` where in it, or 0.

    `by_shell`: a shell reads the command. `exact`: the command is one path, with no words after it.
    """

    way: str
    name: str
    path: str
    command: str
    line: int = 0
    home: Home | None = None
    as_root: bool = False
    by_shell: bool = False
    exact: bool = False
    enabled: bool = True
    signs: tuple[str, ...] = ()


def text_lines(data: bytes) -> list[str]:
    """The lines of a text file. Raises ParseError for bytes that are no text."""
    if b"\0" in data:
        raise ParseError("not a text file")
    return data.decode("utf-8", "surrogateescape").split("\n")


def whole_lines(data: bytes) -> Iterator[tuple[int, str]]:
    """(number of its first line, line), each joined with what follows a backslash at its end. Raises ParseError."""
    parts: list[str] = []
    first = 0
    for number, line in enumerate(text_lines(data), 1):
        first = first if parts else number
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        yield first, " ".join([*parts, line])
        parts = []
    if parts:
        yield first, " ".join(parts)


def parse_script(data: bytes) -> list[tuple[int, str]]:
    """(line, text) for the lines of a shell script that start something, roughly. Raises ParseError."""
    lines = ((number, line.strip()) for number, line in whole_lines(data))
    return [(number, line) for number, line in lines if not _NO_START.match(line)]


def files_in(look: Look, folder: str, pattern: str = r"[^.].*") -> list[str]:
    """The paths of the files and links in a folder whose whole names match."""
    names = (entry.name for entry in look.scan(folder) if not entry.is_dir)
    return [f"{folder}/{name}" for name in names if re.fullmatch(pattern, name)]


def find_program(look: Look, program: str) -> str:
    """The path of a program that exists: itself where it is a path, else the first in the system's folders; or nothing."""
    if program.startswith("/"):
        return program if look.stat(program) is not None else ""
    if not program or "/" in program or "$" in program:
        return ""
    return next((path for folder in PATH if look.stat(path := f"{folder}/{program}") is not None), "")
