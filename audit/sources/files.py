"""Reading files without changing them, and without ever leaving the device that is looked at.

Shared by the live machine and by trees. Opening is read-only, does not update the access time where that is
allowed (open(2), O_NOATIME), does not block on a FIFO and never touches a device node.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections import deque
from typing import TYPE_CHECKING

from audit.sources.base import Bulk, ElsewhereError, Entry, Search, Stat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEASURING = 4.0  # seconds for one folder and all below it
_MOST_FOUND = 500
_PASSED_OVER = frozenset({"node_modules", "snap", "venv", "__pycache__"})  # of programs, not of people
_LONGEST_ENDING = 10
MOST_LINKS = 40  # as path_resolution(7)
FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def resolve(path: str, link_at: Callable[[str], str | None], enter: Callable[[str], None]) -> str:
    """A device path with every link followed, as the device itself would follow it.

    `link_at` gives the target of a link, or None; `enter` is called with each prefix before it is touched and
    may refuse by raising OSError. Raises OSError(ELOOP) after 40 links.
    """
    _refuse_unspeakable(path)
    waiting = [part for part in reversed(path.split("/")) if part not in ("", ".")]
    done: list[str] = []
    links = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            del done[-1:]
            continue
        here = "/" + "/".join([*done, part])
        enter(here)
        target = link_at(here)
        if target is None:
            done.append(part)
            continue
        links += 1
        if links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        if target.startswith("/"):
            done.clear()
        waiting += [piece for piece in reversed(target.split("/")) if piece not in ("", ".")]
    return "/" + "/".join(done)


def _refuse_unspeakable(path: str) -> None:
    """Refuse what no system call takes, as hostile settings may name it: a NUL, a lone surrogate."""
    try:
        if b"\0" not in os.fsencode(path):
            return
    except UnicodeEncodeError:
        pass
    raise OSError(errno.EINVAL, "not a path", path)


def link_target(path: str) -> str | None:
    """Where a link leads, or None where there is no link."""
    try:
        return os.readlink(path)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT, errno.ENOTDIR):
            return None
        raise


def open_quietly(path: str) -> int:
    """A descriptor of a regular file, opened without leaving a trace where allowed. Raises OSError."""
    quiet = getattr(os, "O_NOATIME", 0)
    nofollow = getattr(os, "O_NOFOLLOW", 0)
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)
    try:
        return os.open(path, FLAGS | nofollow | quiet)
    except PermissionError:
        if not quiet:
            raise
        return os.open(path, FLAGS | nofollow)  # only the owner may ask for O_NOATIME


def read_range(path: str, start: int, size: int) -> bytes:
    descriptor = open_quietly(path)
    try:
        parts = []
        while size > 0 and (part := os.pread(descriptor, min(size, 1 << 20), start)):
            parts.append(part)
            start += len(part)
            size -= len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def stat_of(path: str) -> Stat:
    found = os.lstat(path)
    return Stat(found.st_mode, found.st_size, found.st_uid, found.st_gid, found.st_mtime)


def entries_of(folder: str) -> Sequence[Entry]:
    with os.scandir(folder) as found:
        entries = [
            Entry(
                name=entry.name,
                is_dir=entry.is_dir(follow_symlinks=False),
                is_file=entry.is_file(follow_symlinks=False),
                is_link=entry.is_symlink(),
            )
            for entry in found
        ]
    return sorted(entries, key=lambda entry: entry.name)


def measured(folder: str, most: int, enter: Callable[[str], None], seconds: float = MEASURING) -> Bulk:
    """Files and bytes below a folder, by the endings of names; links are not followed.

    `enter` may refuse a folder below by raising OSError. Raises OSError where `folder` itself cannot be listed.
    """
    until = time.monotonic() + seconds
    found: dict[str, tuple[int, int]] = {}
    waiting, refused, seen = [folder], 0, 0
    while waiting:
        here = waiting.pop()
        try:
            if here != folder:
                enter(here)
            entries = os.scandir(here)
        except OSError:
            if here == folder:
                raise
            refused += 1
            continue
        with entries:
            for entry in entries:
                seen += 1
                if seen > most or time.monotonic() > until:
                    return Bulk(found, refused, whole=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    _add(found, entry)
    return Bulk(found, refused)


def _add(found: dict[str, tuple[int, int]], entry: os.DirEntry[str]) -> None:
    ending = os.path.splitext(entry.name)[1].lower()
    if len(ending) > _LONGEST_ENDING:
        ending = ""
    files, size = found.get(ending, (0, 0))
    try:
        found[ending] = files + 1, size + entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return  # gone meanwhile


def searched(folder: str, pattern: str, deepest: int, most: int, enter: Callable[[str], None]) -> Search:
    """See `Source.search`. `enter` may refuse a folder below by raising OSError. Raises OSError where `folder` cannot be listed."""
    until = time.monotonic() + MEASURING
    wanted = re.compile(pattern)
    found: list[str] = []
    refused: list[tuple[str, str]] = []
    waiting = deque([("", 1)])
    listed = 0
    while waiting and listed < most and len(found) < _MOST_FOUND and time.monotonic() < until:
        below, depth = waiting.popleft()
        listed += 1
        try:
            if below:
                enter(folder + below)
            entries = os.scandir(folder + below)
        except OSError as error:
            if not below:
                raise
            through = error.strerror if isinstance(error, ElsewhereError) else ""
            refused.append((below[1:], through or ""))
            continue
        with entries:
            for entry in sorted(entries, key=lambda each: each.name):
                path = f"{below}/{entry.name}"
                if wanted.fullmatch(entry.name):
                    found.append(path[1:])
                elif depth < deepest and _of_people(entry):
                    waiting.append((path, depth + 1))
    return Search(found, refused[:_MOST_FOUND], whole=not waiting)


def _of_people(entry: os.DirEntry[str]) -> bool:
    plain = not entry.name.startswith(".") and entry.name not in _PASSED_OVER
    return plain and entry.is_dir(follow_symlinks=False)
