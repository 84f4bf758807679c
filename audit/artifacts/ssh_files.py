"""OpenSSH's settings with what they include, for `ssh_client` and `ssh_server`."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from audit.artifacts.base import Look
from audit.model import GapKind
from audit.stores import sshconf

DEEPEST = 16  # sshd_config(5) and ssh's readconf.c stop there too
MOST_FILES = 256
WHAT = "settings of SSH"


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
            else:
                for name in (name for word in each.words for name in self._named(word)):
                    if self.opened >= MOST_FILES or depth >= DEEPEST:
                        self.look.gap(GapKind.BOUNDED, what=self.look.show(path), most=str(self.opened))
                        break
                    self.add(name, block, depth + 1)

    def _named(self, pattern: str) -> Iterator[str]:
        """The files that an Include names. A name that each connection changes (`%`, `${`) is a gap."""
        if pattern.startswith("~/"):
            pattern = self.home + pattern[1:]
        path = posixpath.normpath(posixpath.join(self.folder, pattern))
        if "%" in path or "${" in path:
            self.look.gap(GapKind.NOT_VISIBLE, what=WHAT, path=path)
            return
        *folders, last = path.strip("/").split("/")
        places = [""]
        for part in folders:
            places = [each for place in places for each in self._matching(place, part, folders=True)]
        yield from (each for place in places for each in self._matching(place, last, folders=False))

    def _matching(self, folder: str, name: str, *, folders: bool) -> Iterator[str]:
        """What a part of a name stands for, below `folder`: glob(7), without hidden names."""
        if not any(letter in name for letter in "*?["):
            yield f"{folder}/{name}"
            return
        for entry in self.look.scan(folder or "/"):
            wanted = entry.is_dir or entry.is_link if folders else not entry.is_dir
            if wanted and fnmatch.fnmatchcase(entry.name, name) and not entry.name.startswith("."):
                yield f"{folder}/{entry.name}"
