"""What pictures reveal, folder by folder as counts: for a scan."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit import workers
from audit.photos import Look, listed, photos
from audit.previews import Preview

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Reveal
    from audit.media import Why
    from audit.photos import Listed, Photo, Trouble

MOST_EXAMPLES = 3
MOST_UNREADABLE = 1000  # named in a survey; all are counted


@dataclass(slots=True)
class FolderSurvey:
    """The pictures that stand directly in one folder. `path` is the folder as it was named or found."""

    path: str
    pictures: int = 0
    reveals: Counter[Reveal] = field(default_factory=Counter)
    examples: dict[Reveal, list[str]] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)  # media of formats not read yet, by format
    previews_differ: int = 0
    previews_not_compared: int = 0
    ends_not_seen: int = 0
    differing: list[str] = field(default_factory=list)  # examples
    left: Counter[Why] = field(default_factory=Counter)  # entries never opened

    def add(self, photo: Photo) -> None:
        if photo.format and not photo.read:
            self.unread[photo.format] += 1
        if not photo.read:
            return
        self.pictures += 1
        for reveal in photo.reveals:
            self.reveals[reveal] += 1
            _example(self.examples.setdefault(reveal, []), photo.path)
        if photo.preview is Preview.DIFFERS:
            self.previews_differ += 1
            _example(self.differing, photo.path)
        self.previews_not_compared += photo.preview is Preview.NOT_COMPARED
        self.ends_not_seen += not photo.end_seen


@dataclass(slots=True)
class PhotoSurvey:
    """Every folder that holds media, in the order of the walk, and what could not be looked at."""

    folders: list[FolderSurvey] = field(default_factory=list)
    unreadable: list[tuple[str, Trouble]] = field(default_factory=list)  # files; the first so many
    troubles: Counter[Trouble] = field(default_factory=Counter)  # files, all of them
    unreadable_folders: list[tuple[str, Trouble]] = field(default_factory=list)


def _example(examples: list[str], path: str) -> None:
    if len(examples) < MOST_EXAMPLES:
        examples.append(path)


def summarise(
    folders: Sequence[str], *, jobs: int | None = None, limit_seconds: float = workers.LIMIT_SECONDS
) -> PhotoSurvey:
    """Count, folder by folder, what the pictures below `folders` reveal."""
    return count(listed(folders), jobs=jobs, limit_seconds=limit_seconds)


def count(
    found: Listed,
    *,
    jobs: int | None = None,
    progress: Callable[[], object] | None = None,
    limit_seconds: float = workers.LIMIT_SECONDS,
) -> PhotoSurvey:
    """Count, folder by folder, what the listed pictures reveal. `progress` is called once for each file.

    A file that gives no sign of life for `limit_seconds` is given up. Never raises for what a disk or file can do.
    """
    survey = PhotoSurvey(unreadable_folders=found.unreadable_folders)
    by_path: dict[str, FolderSurvey] = {}

    def folder_of(path: str) -> FolderSurvey:
        folder = os.path.dirname(path)
        if folder not in by_path:
            by_path[folder] = FolderSurvey(folder)
            survey.folders.append(by_path[folder])
        return by_path[folder]

    for path, why in found.left:
        folder_of(path).left[why] += 1
    for photo in photos(found, Look.COUNTED, jobs=jobs, limit_seconds=limit_seconds):
        if photo.format:
            folder_of(photo.path).add(photo)
        if photo.trouble:
            survey.troubles[photo.trouble] += 1
            if len(survey.unreadable) < MOST_UNREADABLE:
                survey.unreadable.append((photo.path, photo.trouble))
        if progress:
            progress()
    return survey
