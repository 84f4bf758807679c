"""A device as files: the root of a mounted disk, or one copied home.

Links are followed as the device itself would follow them, so they stay inside the tree.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from audit.model import Platform
from audit.sources import files
from audit.sources.base import Bulk, Entry, Home, NotHeldError, Query, Search, Stat, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where the systems keep people's homes: Linux, macOS, Fedora's ostree systems.
_SOMEBODYS_HOME = re.compile(r"^(?:/home|/Users|/var/home)/[^/]+(?=/|$)|^/root(?=/|$)")
_OUTSIDE_HOME = "this is a copied home; the rest of the device is not here"


def platform_of(root: Path) -> Platform:
    """Which system a tree comes from, by the folders that only one of them has."""
    if (root / "Windows").is_dir() or (root / "AppData").is_dir():
        return Platform.WINDOWS
    if (root / "System" / "Library").is_dir() or (root / "Library" / "Application Support").is_dir():
        return Platform.MACOS
    return Platform.LINUX


def source_of(root: Path) -> TreeSource:
    """The source for a folder: a system where it has `etc`, `Users` or `Windows`, else a copied home.

    Raises OSError where the folder cannot be listed.
    """
    names = set(os.listdir(root))
    return SystemTree(root) if names & {"etc", "Users", "Windows"} else CopiedHome(root)


class TreeSource:
    """What both kinds of tree share."""

    kind = "tree"
    homes: Sequence[Home] = ()

    def __init__(self, root: Path) -> None:
        self.root = str(root.resolve())
        self.platform = platform_of(root)
        self.taken_at = datetime.now(UTC)
        self.elevated = os.geteuid() == 0 if hasattr(os, "geteuid") else False

    def _at(self, path: str) -> str:
        """Where a device path without links stands on this machine. Raises NotHeldError."""
        return self.root + path if path != "/" else self.root

    def _real(self, path: str) -> str:
        return self._at(files.resolve(path, lambda here: files.link_target(self._at(here)), self._enter))

    def _enter(self, path: str) -> None:
        """Refuse a device path that this tree cannot hold, by raising NotHeldError."""

    def read(self, path: str, start: int, size: int) -> bytes:
        return files.read_range(self._real(path), start, size)

    def stat(self, path: str) -> Stat:
        return files.stat_of(self._real(path))

    def readlink(self, path: str) -> str:
        parent, name = posixpath.split(path)
        return os.readlink(f"{self._real(parent)}/{name}")

    def scan(self, folder: str) -> Sequence[Entry]:
        return files.entries_of(self._real(folder))

    def measure(self, folder: str, most: int) -> Bulk:
        return files.measured(self._real(folder), most, lambda _: None)

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Search:
        return files.searched(self._real(folder), pattern, deepest, most, lambda _: None)

    def query(self, name: Query) -> bytes:
        raise NotHeldError(errno.ENOSYS, "a tree cannot be asked", name)

    def own(self, path: str, home: Home) -> str:
        path = re.sub(r"^(~|\$HOME|\$\{HOME\})(?=/|$)", lambda _: home.path, path)
        return posixpath.normpath(posixpath.join(home.path, path))

    def show(self, path: str) -> str:
        return shown(path, self.homes) if len(self.homes) == 1 else path

    def local(self, path: str) -> str:
        return self._real(path)

    def device(self, place: str) -> str:
        """The device path of a place that the person named: from here, below the tree, or as the device has it."""
        here = os.path.realpath(place)
        if here == self.root or here.startswith(self.root + "/"):
            return self._top + here[len(self.root) :] or "/"
        return self.own(place, self.homes[0]) if self.homes else place

    @property
    def _top(self) -> str:
        """The device path of the tree's own top, without a slash at its end."""
        return ""


class SystemTree(TreeSource):
    """The root of a mounted system. With one home in it, that home is `~`; with several, paths are whole."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.homes = tuple(self._find_homes())

    def _find_homes(self) -> list[Home]:
        """Every folder where homes are kept, and what the accounts of people name elsewhere. A home behind a link counts once."""
        accounts = {row[5].rstrip("/"): row for row in self._accounts()}
        named = [path for path, row in accounts.items() if _is_person(row) and path.count("/") > 1]
        found: dict[str, Home] = {}
        for path in [*self._folders_of_homes(), *named]:
            row = accounts.get(path)
            user, full_name = (row[0], row[4].split(",")[0]) if row else (posixpath.basename(path), "")
            if (real := self._real_folder(path)) is not None:
                found.setdefault(real, Home(user, path, full_name))
        return list(found.values())

    def _folders_of_homes(self) -> Iterator[str]:
        for folder in ("/home", "/Users", "/var/home"):
            try:
                entries = self.scan(folder)
            except OSError:
                continue
            for entry in entries:
                if (entry.is_dir or entry.is_link) and entry.name not in {"Shared", "lost+found"}:
                    yield f"{folder}/{entry.name}"

    def _real_folder(self, path: str) -> str | None:
        try:
            real = self._real(path)
            return real if stat.S_ISDIR(os.lstat(real).st_mode) else None
        except OSError:
            return None

    def _accounts(self) -> list[list[str]]:
        """The fields of each account in passwd(5)."""
        try:
            lines = self.read("/etc/passwd", 0, 1 << 20).decode("utf-8", "surrogateescape").splitlines()
        except OSError:
            return []
        return [line.split(":") for line in lines if line.count(":") == 6]


def _is_person(row: Sequence[str]) -> bool:
    """Whether somebody logs in with an account: numbers as in systemd.io/UIDS-GIDS, a shell that is one."""
    number = row[2]
    return (
        number.isascii()
        and number.isdigit()
        and 1000 <= int(number[:6]) < 60514
        and row[6].rpartition("/")[2] not in {"nologin", "false"}
    )


class CopiedHome(TreeSource):
    """One person's home, copied. Its settings may still name the place it was copied from: that means `~`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.homes = (Home(root.resolve().name, f"/home/{root.resolve().name}"),)

    @property
    def _top(self) -> str:
        return self.homes[0].path

    def _at(self, path: str) -> str:
        home = self.homes[0].path
        return self.root + path[len(home) :]

    def _enter(self, path: str) -> None:
        home = self.homes[0].path
        if not (path == home or path.startswith(home + "/") or home.startswith(path + "/")):
            raise NotHeldError(errno.ENOENT, _OUTSIDE_HOME, path)

    def _real(self, path: str) -> str:
        resolved = files.resolve(self.own(path, self.homes[0]), self._link, self._enter)
        self._enter(resolved)
        if self.homes[0].path.startswith(resolved + "/"):
            raise NotHeldError(errno.ENOENT, _OUTSIDE_HOME, path)
        return self._at(resolved)

    def _link(self, here: str) -> str | None:
        home = self.homes[0]
        if not here.startswith(home.path + "/"):
            return None
        target = files.link_target(self._at(here))
        return self.own(target, home) if target is not None and target.startswith("/") else target

    def own(self, path: str, home: Home) -> str:
        return super().own(_SOMEBODYS_HOME.sub(lambda _: home.path, path), home)
