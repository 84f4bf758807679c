"""Folders of pictures: summaries by what the pictures reveal. Single tags are never held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.folders import inside, usual
from audit.artifacts.sync import SyncFolder


@dataclass(frozen=True, slots=True)
class PhotoFolder(Artifact):
    """The pictures that stand directly in one folder.

    `reveals` counts pictures by `audit.formats.base.Reveal`; `examples` gives up to three paths for each;
    `previews_differ` counts previews that show something else than the picture; `unread` counts, by format,
    pictures and videos that are not read yet.
    """

    KIND: ClassVar[str] = "photo-folder"
    path: str
    user: str
    pictures: int
    reveals: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    previews_differ: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)


@collects(PhotoFolder)
def collect(look: Look) -> Iterator[PhotoFolder]:
    """The folders that the person chose; else the usual ones and every folder that syncs."""
    chosen = look.photo_folders
    yield from look.pictures(outermost(_usual(look) if chosen is None else chosen))


def _usual(look: Look) -> Iterator[str]:
    yield from (path for _, path, _ in usual(look))
    for folder in look.see(SyncFolder):
        home = next((each for each in look.homes if each.user == folder.user), None)
        if folder.path and home is not None:
            yield look.own(folder.path, home)


def outermost(folders: Iterable[str]) -> list[str]:
    """Every folder once, without those that lie in another: each picture is read once."""
    kept: list[str] = []
    for folder in sorted({each.rstrip("/") or "/" for each in folders}, key=lambda each: each.split("/")):
        if not kept or not inside(folder, kept[-1]):
            kept.append(folder)
    return kept
