"""Where bytes come from: raw and read-only. A source knows nothing of artifacts or rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from audit.model import Platform


class Query(StrEnum):
    """The whole list of questions that may be put to a running system. Each is read-only."""

    PROCESSES = (
        "processes"  # JSON Lines: pid, ppid, name, exe, command, user, files (open paths, or null: refused)
    )
    SOUND = "sound"  # who listens through the person's sound server: audit.sources.sound
    LISTENING = "listening"  # JSON: ports, a list of objects: port, address, name, exe, command, user (empty: refused)


class NotHeldError(OSError):
    """The source cannot hold this at all: a copied home has no /etc, a mounted disk no running programs."""


class SlowError(OSError):
    """The place did not answer in time. It is not asked again in this scan."""


class ElsewhereError(OSError):
    """The place lies on another machine or in the cloud; it is never opened, since that would fetch it.

    `strerror` names what it is reached through: "nfs4", "fuse.rclone", "virtual file".
    """


@dataclass(frozen=True, slots=True)
class Home:
    """One person's folder. `path` is the device's own, absolute. `full_name` as the account says, or empty."""

    user: str
    path: str
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class Stat:
    """The facts of one file or folder. `mode` holds type and permission bits as stat(2) gives them; `modified` is Unix seconds."""

    mode: int
    size: int
    uid: int
    gid: int
    modified: float


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    is_dir: bool  # a link to a folder is none
    is_file: bool  # a link to a file is none
    is_link: bool


@dataclass(frozen=True, slots=True)
class Bulk:
    """What lies in a folder and those below it, by the endings of names: ending in small letters (".jpg", or "") → files, bytes.

    `refused` folders could not be listed. `whole` is False where there was more than was asked for.
    """

    endings: Mapping[str, tuple[int, int]]
    refused: int = 0
    whole: bool = True

    @property
    def files(self) -> int:
        return sum(files for files, _ in self.endings.values())

    @property
    def size(self) -> int:
        """Bytes, as the files' lengths say."""
        return sum(size for _, size in self.endings.values())


@dataclass(frozen=True, slots=True)
class Search:
    """What a search below a folder found: paths below it. `refused`: folders that could not be listed, and through what they lie elsewhere, or "".

    `whole` is False where there was more than was asked for.
    """

    found: Sequence[str]
    refused: Sequence[tuple[str, str]] = ()
    whole: bool = True


def shown(path: str, homes: Sequence[Home]) -> str:
    """A device path with the home of the person audited written `~`."""
    home = homes[0].path.rstrip("/") if homes else ""
    if home and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path


class Source(Protocol):
    """A live machine, a mounted disk, a copied home.

    Paths are the device's own, absolute, `/`-separated; names that are not UTF-8 carry surrogate escapes
    (PEP 383). Every call raises OSError, or one of its three kinds above, with `filename` set.
    """

    @property
    def platform(self) -> Platform: ...

    @property
    def kind(self) -> str:
        """Live or tree."""
        ...

    @property
    def taken_at(self) -> datetime: ...

    @property
    def homes(self) -> Sequence[Home]:
        """The homes to audit, the person's own first."""
        ...

    @property
    def elevated(self) -> bool:
        """Whether it can read what belongs to others."""
        ...

    def read(self, path: str, start: int, size: int) -> bytes:
        """At most `size` bytes of a regular file. Links are followed within the device; nothing else is opened."""
        ...

    def stat(self, path: str) -> Stat: ...

    def readlink(self, path: str) -> str: ...

    def scan(self, folder: str) -> Sequence[Entry]: ...

    def measure(self, folder: str, most: int) -> Bulk:
        """Count what lies in a folder and below it, links not followed: at most `most` entries, for a few seconds at most."""
        ...

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Search:
        """Names that a regular expression matches whole, in a folder and those below it that are not hidden, the upper ones first.

        At most `deepest` folders inside one another, `most` in all, and a few seconds; links are not followed.
        """
        ...

    def query(self, name: Query) -> bytes: ...

    def own(self, path: str, home: Home) -> str:
        """A path that a setting of `home` names, as a path of this device."""
        ...

    def show(self, path: str) -> str:
        """A device path as people know it: the person's home written `~`."""
        ...

    def local(self, path: str) -> str:
        """The path under which this process can open it. For walking pictures only."""
        ...
