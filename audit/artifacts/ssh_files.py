"""OpenSSH's settings with what they include, for `ssh_client` and `ssh_server`."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from audit.artifacts.base import Look
from audit.stores import sshconf

DEEPEST = 16  # sshd_config(5) and ssh's readconf.c stop there too
MOST_FILES = 256


class Line(NamedTuple):
    """One directive, the file it stands in, and the block it belongs to: ("", "") before any."""

    keyword: str
    words: tuple[str, ...]
    path: str
    block: tuple[str, str] = ("", "")

    @property
    def value(self) -> str:
        return self.words[0] if self.words else ""


def whole(look: Look, path: str, home: str = "") -> list[Line]:
    """The lines of a settings file, `Include` replaced by what it names. A block in an included file ends with that file.

    `home` is the person's folder, for `~`; a relative name is one below the folder of the first file.
    """
    reader = _Reader(look, posixpath.dirname(path), home)
    reader.add(path, ("", ""), 0)
    return reader.found


class _Reader:
    def __init__(self, look: Look, folder: str, home: str) -> None:
        self.look = look
        self.folder = folder
        self.home = home
        self.found: list[Line] = []
        self.opened = 0

    def add(self, path: str, block: tuple[str, str], depth: int) -> None:
        self.opened += 1
        for each in self.look.parse(sshconf.parse, path, 1 << 20) or ():
            if each.keyword in ("host", "match"):
                block = (each.keyword, " ".join(each.words))
            elif each.keyword != "include":
                self.found.append(Line(each.keyword, each.words, path, block))
            elif depth < DEEPEST:
                for name in (name for word in each.words for name in self._named(word)):
                    if self.opened < MOST_FILES:
                        self.add(name, block, depth + 1)

    def _named(self, pattern: str) -> Iterator[str]:
        """The files that an Include names. Wildcards count in the last part of the name only, as in every shipped file."""
        if pattern.startswith("~/"):
            pattern = self.home + pattern[1:]
        path = posixpath.normpath(posixpath.join(self.folder, pattern))
        folder, last = posixpath.split(path)
        if not any(letter in last for letter in "*?["):
            yield path
            return
        for entry in self.look.scan(folder):
            if fnmatch.fnmatchcase(entry.name, last) and not entry.is_dir and not entry.name.startswith("."):
                yield f"{folder}/{entry.name}"
