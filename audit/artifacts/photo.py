"""Folders of pictures: summaries by what the pictures reveal. Single tags are never held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.folders import inside, top, usual
from audit.artifacts.sync import SyncFolder
from audit.model import Evidence, Gap

NOT_COUNTED = "not counted"


@dataclass(frozen=True, slots=True)
class PhotoFolder(Artifact):
    """The pictures that stand directly in one folder.

    `reveals` counts pictures by `audit.formats.base.Reveal`; `examples` gives up to three paths for each;
    `previews_differ` counts previews that show something else than the picture, `differing` names up to three of
    those pictures; `unread` counts, by format, pictures and videos that are not read yet.
    """

    KIND: ClassVar[str] = "photo-folder"
    path: str
    user: str
    pictures: int
    reveals: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    previews_differ: int = 0
    previews_not_compared: int = 0
    ends_not_seen: int = 0
    differing: tuple[str, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)


class Group(NamedTuple):
    """Folders of pictures under one that people would name."""

    folder: str
    parts: Sequence[PhotoFolder]

    @property
    def pictures(self) -> int:
        """Those that were read."""
        return sum(each.pictures for each in self.parts)

    @property
    def found(self) -> int:
        """Pictures and videos, those of formats that are not read yet among them."""
        return self.pictures + sum(sum(each.unread.values()) for each in self.parts)

    def count(self, reveals: Collection[str]) -> int:
        """How many pictures reveal one of these, at least: a picture that reveals several is counted once for each."""
        return max((sum(each.reveals.get(name, 0) for each in self.parts) for name in reveals), default=0)

    def revealed(self, reveals: Iterable[str]) -> list[str]:
        """Those of `reveals` that some picture here reveals, in their order."""
        return [name for name in reveals if any(each.reveals.get(name) for each in self.parts)]

    def example(self, reveals: Iterable[str]) -> str:
        """One picture that reveals one of these, or the folder."""
        found = (path for name in reveals for each in self.parts for path in each.examples.get(name, ()))
        return next(found, self.folder)

    def evidence(self, reveals: Collection[str], most: int = 5) -> list[Evidence]:
        """The folders where it was seen, with counts and an example for each: at most so many."""
        seen = [each for each in self.parts if any(each.reveals.get(name) for name in reveals)]
        return [Evidence(PhotoFolder.KIND, each.path, _facts(each, reveals)) for each in seen[:most]]


def how_many(found: int, gaps: Sequence[Gap]) -> str:
    """A number as people are told it: none found is no number where some could not be looked at."""
    return str(found) if found or not gaps else NOT_COUNTED


def _facts(folder: PhotoFolder, reveals: Iterable[str]) -> dict[str, str]:
    facts = {"pictures": str(folder.pictures)}
    for name in reveals:
        if count := folder.reveals.get(name):
            facts[name] = str(count)
            facts |= {f"{name} example": path for path in folder.examples.get(name, ())[:1]}
    return facts


def grouped(folders: Iterable[PhotoFolder]) -> list[Group]:
    """Folders of pictures by the one that people would name."""
    groups: dict[str, list[PhotoFolder]] = {}
    for each in folders:
        groups.setdefault(top(each.path), []).append(each)
    return [Group(name, parts) for name, parts in groups.items()]


def below(folders: Iterable[PhotoFolder], *paths: str) -> Group:
    """The folders of pictures in one of `paths`, themselves among them. An empty path holds none."""
    return Group(
        paths[0], [each for each in folders if any(path and inside(each.path, path) for path in paths)]
    )


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
