"""Folders that a sync program has marked as its own, whether or not its settings still name them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from stat import S_ISDIR
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.marks import PATTERN, client_of

_DEEPEST = 3
MOST_FOLDERS = 3000


@dataclass(frozen=True, slots=True)
class SyncMark(Artifact):
    """A folder with a mark in it. `mark`: its name."""

    KIND: ClassVar[str] = "sync-mark"
    client: str
    path: str
    user: str
    mark: str


@collects(SyncMark)
def collect(look: Look) -> Iterator[SyncMark]:
    for home in look.homes:
        marked: dict[tuple[str, str], str] = {}
        for path in look.search(home.path, PATTERN, _DEEPEST, MOST_FOLDERS):
            folder, _, mark = path.rpartition("/")
            found = look.stat(path) if mark == ".dropbox" else None
            if client := client_of(mark, is_dir=found is not None and S_ISDIR(found.mode)):
                marked.setdefault((client, folder), mark)
        for (client, folder), mark in marked.items():
            yield SyncMark(client, look.show(folder), home.user, mark)
