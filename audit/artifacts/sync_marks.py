"""Folders that a sync program has marked as its own, whether or not its settings still name them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.marks import client_of
from audit.artifacts.upper import upper_folders

_DEEPEST = 3
MOST_FOLDERS = 500


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
        for folder, entries in upper_folders(look, home, _DEEPEST, MOST_FOLDERS):
            marked = {
                client: each.name for each in entries if (client := client_of(each.name, is_dir=each.is_dir))
            }
            for client, mark in marked.items():
                yield SyncMark(client, look.show(folder), home.user, mark)
