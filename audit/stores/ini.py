"""Settings in sections: `[section]`, then `key = value` lines. Lenient, as the programs that read them are.

Three dialects meet here: plain keyfiles (gdm, sddm, LightDM, rclone, git), smb.conf(5) with indented lines and
continuations, and Qt's QSettings, which quotes and escapes values (doc.qt.io, QSettings, "IniFormat").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from audit.stores import ParseError

_QT_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,6})|(.))", re.DOTALL)
_QT_NAMED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


class Setting(NamedTuple):
    """One line, in the file's order: a later one of the same name replaces an earlier one."""

    section: str
    key: str
    value: str


def text_of(data: bytes) -> str:
    """The text of a settings file; bytes that are not UTF-8 stay as surrogate escapes. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def settings(data: bytes, *, continued: bool = False) -> Iterator[Setting]:
    """Every `key = value` line, with its section ("" before the first). Other lines are passed over.

    `continued` joins a line that ends in a backslash with the next, as smb.conf does. Raises ParseError.
    """
    section = ""
    for line in lines_of(data, continued=continued):
        if line.startswith("[") and "]" in line:
            section = line[1 : line.rindex("]")].strip()
        elif line[0] not in "#;" and "=" in line:
            key, _, value = line.partition("=")
            yield Setting(section, key.strip(), value.strip())


def lines_of(data: bytes, *, continued: bool = False) -> list[str]:
    """The lines that say something, without surrounding blanks; comments are still among them. Raises ParseError."""
    text = text_of(data)
    if continued:
        text = re.sub(r"\\\r?\n", " ", text)
    return [stripped for line in re.split(r"\r\n?|\n", text) if (stripped := line.strip())]


def is_yes(value: str) -> bool:
    """A switch that is on, as keyfiles and smb.conf write it."""
    return value.strip().lower() in {"yes", "true", "1", "on"}


def unquoted(value: str) -> str:
    """A QSettings value: quotes taken off, escapes undone. Non-ASCII letters are written as hexadecimal code points."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return _QT_ESCAPE.sub(_qt_character, value)


def _qt_character(match: re.Match[str]) -> str:
    if code := match.group(1):
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"
    return _QT_NAMED.get(match.group(2), match.group(2))
