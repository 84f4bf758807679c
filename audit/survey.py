"""From a walk over pictures on this machine to records of the device: paths as the device has them, and every gap said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from audit.artifacts.photo import PhotoFolder
from audit.media import Why
from audit.model import GapKind
from audit.photo_survey import FolderSurvey, PhotoSurvey
from audit.photos import Trouble
from audit.sources.base import Home

if TYPE_CHECKING:
    from audit.artifacts.base import Look

_PLACE_GAPS = {Trouble.TIMEOUT: GapKind.TIMEOUT, Trouble.PERMISSION: GapKind.UNREADABLE}


def records(survey: PhotoSurvey, places: Mapping[str, str], look: Look) -> Iterator[PhotoFolder]:
    """One record for each folder that holds pictures. `places` gives the device's path of each folder walked."""

    def device(path: str) -> str:
        place = max(
            (each for each in places if path == each or path.startswith(each + "/")), key=len, default=""
        )
        return places[place] + path[len(place) :] if place else path

    _say_gaps(survey, look, device)
    for folder in survey.folders:
        if folder.pictures or folder.unread:
            path = device(folder.path)
            yield _record(
                folder, look.show(path), _owner(path, look.homes), lambda each: look.show(device(each))
            )


def _record(folder: FolderSurvey, path: str, user: str, show: Callable[[str], str]) -> PhotoFolder:
    return PhotoFolder(
        path=path,
        user=user,
        pictures=folder.pictures,
        reveals={reveal.value: count for reveal, count in sorted(folder.reveals.items())},
        examples={reveal.value: tuple(map(show, paths)) for reveal, paths in sorted(folder.examples.items())},
        previews_differ=folder.previews_differ,
        previews_not_compared=folder.previews_not_compared,
        ends_not_seen=folder.ends_not_seen,
        differing=tuple(map(show, folder.differing)),
        unread=dict(sorted(folder.unread.items())),
    )


def _owner(path: str, homes: Sequence[Home]) -> str:
    return next((home.user for home in homes if path == home.path or path.startswith(home.path + "/")), "")


def _say_gaps(survey: PhotoSurvey, look: Look, device: Callable[[str], str]) -> None:
    unread: Counter[str] = Counter()
    for folder in survey.folders:
        unread.update(folder.unread)
        if count := folder.left[Why.REMOTE]:
            look.gap(GapKind.ELSEWHERE, path=f"{look.show(device(folder.path))} ({count})", through="network")
    if unread:
        formats = ", ".join(f"{name} ({count})" for name, count in sorted(unread.items()))
        look.gap(GapKind.NOT_READ_YET, formats=formats)
    for path, trouble in survey.unreadable_folders:
        if trouble is Trouble.REMOTE:
            look.gap(GapKind.ELSEWHERE, path=look.show(device(path)), through="network")
        else:
            look.gap(_PLACE_GAPS.get(trouble, GapKind.UNREADABLE), path=look.show(device(path)))
    unfetched = Counter(
        _folder(path) for path, trouble in survey.unreadable if trouble is Trouble.PLACEHOLDER
    )
    for place, count in sorted(unfetched.items()):
        look.gap(GapKind.ELSEWHERE, path=f"{look.show(device(place))} ({count})", through="virtual file")
    broken = Counter(
        _folder(path) for path, trouble in survey.unreadable if trouble is not Trouble.PLACEHOLDER
    )
    for place, count in sorted(broken.items()):
        look.gap(GapKind.PICTURES, count=str(count), path=look.show(device(place)))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
