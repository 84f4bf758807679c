"""What pictures reveal: one by one as a stream, or folder by folder as counts. Each file is read once, and never shown."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from audit import workers
from audit.formats.base import FormatError, Reveal
from audit.media import NotOpenedError, Why, identify, named_as_medium, open_medium
from audit.mounts import remote_at, remote_mounts
from audit.previews import Preview, compare, jpeg_size, suspicious
from audit.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from audit.formats.base import Segment, Tag, Walker
    from audit.media import FileReader

COMPARE_BYTES = 64 << 20  # of pictures whose previews are all compared, without a sign that they differ
FEW_BYTES = (
    8 << 20
)  # of those that are compared where there are more than that: decoding takes most of the time
END_BYTES = 2 << 30  # of pictures that a scan reads to their end, for what may hide behind it
LEAST_COST = 256 << 10  # bytes that a small picture counts as
MOST_EXAMPLES = 3
MOST_UNREADABLE = 1000  # named in a survey; all are counted
_CUT = frozenset(
    {"truncated", "unreadable", "scan"}
)  # last segments of files that break off, as walkers call them
_NAMES_COMPARED = (".jpg", ".jpeg")  # pictures that usually have a preview
UNSCANNED = "unscanned"  # as `Walker.header` calls picture data that it did not look into
_EXIF = frozenset({"APP1/Exif", "eXIf", "EXIF"})


class Trouble(StrEnum):
    """Why a file or folder was not read, or not to its end."""

    PERMISSION = "permission"
    MALFORMED = "malformed"
    EMPTY = "empty"
    NO_MEDIUM = "no-medium"  # named as a picture, but its content is none
    TIMEOUT = "timeout"
    UNREADABLE = "unreadable"  # the disk or the system reports an error
    CRASHED = "crashed"
    PLACEHOLDER = "placeholder"
    REMOTE = "remote"


class Photo(NamedTuple):
    """What one file reveals. `format` is empty for what is no medium. `detail` belongs to `trouble`."""

    path: str
    format: str = ""
    read: bool = False  # whether this version can read the format
    reveals: tuple[Reveal, ...] = ()
    tags: tuple[Tag, ...] = ()
    preview: Preview | None = None
    end_seen: bool = True  # whether the picture data was searched for its true end
    trouble: Trouble | None = None
    detail: str = ""


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


@dataclass(slots=True)
class Listed:
    """What is to be read, found before the first file is opened."""

    paths: list[str] = field(default_factory=list)
    compared: set[str] = field(default_factory=set)  # whose preview is compared in any case
    to_the_end: set[str] = field(default_factory=set)  # that a scan reads to their end
    left: list[tuple[str, Why]] = field(default_factory=list)
    unreadable_folders: list[tuple[str, Trouble]] = field(default_factory=list)
    _few: set[str] = field(default_factory=set)
    _compare: int = field(default_factory=lambda: COMPARE_BYTES)
    _end: int = field(default_factory=lambda: END_BYTES)

    def add(self, path: str) -> None:
        self.paths.append(path)
        if self._end > 0 and path.lower().endswith(_NAMES_COMPARED):
            try:
                size = max(os.lstat(path).st_size, LEAST_COST)
            except OSError:
                return
            self._compare -= size
            self._end -= size
            if self._compare < 0:
                self.compared = self._few
            else:
                self.compared.add(path)
                if COMPARE_BYTES - self._compare <= FEW_BYTES:
                    self._few.add(path)
            if self._end >= 0:
                self.to_the_end.add(path)


def listed(paths: Sequence[str], skip: Collection[str] = ()) -> Listed:
    """The files of folders, and files themselves. What lies in two of the folders is listed once.

    Links are followed where they are named, and nowhere else. A folder on another machine is not entered, and
    neither are the folders in `skip`.
    """
    remotes = remote_mounts()
    walk = Walk(remotes, {identity for folder in skip if (identity := _identity(folder))})
    found = Listed()
    for path in _outermost_first(paths):
        if remote_at(os.path.abspath(path), remotes) or remote_at(os.path.realpath(path), remotes):
            found.unreadable_folders.append((path, Trouble.REMOTE))
        elif os.path.isdir(path):
            for listing in walk.listings(path):
                if listing.error:
                    found.unreadable_folders.append((listing.path, trouble_of(listing.error)))
                for name in listing.files:
                    found.add(os.path.join(listing.path, name))
                found.left += [(os.path.join(listing.path, name), why) for name, why in listing.left]
        elif os.path.lexists(path):
            found.add(os.path.realpath(path) if os.path.islink(path) else path)
        else:
            found.unreadable_folders.append((path, Trouble.UNREADABLE))
    return found


def _outermost_first(paths: Sequence[str]) -> list[str]:
    """Each path once; an inner folder is met again, and passed over, while its outer one is walked."""
    return list(dict.fromkeys(paths))


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    for photo in photos(found, jobs=jobs, limit_seconds=limit_seconds, whole=False):
        if photo.format:
            folder_of(photo.path).add(photo)
        if photo.trouble:
            survey.troubles[photo.trouble] += 1
            if len(survey.unreadable) < MOST_UNREADABLE:
                survey.unreadable.append((photo.path, photo.trouble))
        if progress:
            progress()
    return survey


def photos(
    found: Listed,
    *,
    jobs: int | None = None,
    limit_seconds: float = workers.LIMIT_SECONDS,
    whole: bool = True,
) -> Iterator[Photo]:
    """Every listed file, in order. `whole` also reads behind the picture data and the makers' notes, and gives the tags.

    Raises `workers.Interrupted` after Ctrl-C.
    """

    def work(path: str) -> Photo:
        return read(path, Depth(whole, whole or path in found.to_the_end, path in found.compared))

    def lost(path: str, why: workers.Lost, detail: str) -> Photo:
        trouble = Trouble.TIMEOUT if why is workers.Lost.TIMEOUT else Trouble.CRASHED
        return Photo(path, trouble=trouble, detail=detail)

    processes = jobs or workers.default_jobs()
    return workers.run(workers.Task(work, lost), found.paths, jobs=processes, limit_seconds=limit_seconds)


class Depth(NamedTuple):
    """How far a file is read: its tags kept, its picture data searched for the true end, its preview compared in any case."""

    tags: bool = True
    end: bool = True
    preview: bool = True


ENTIRE = Depth()


def read(path: str, depth: Depth = ENTIRE) -> Photo:
    """What one file reveals. A preview that looks suspicious is compared whatever `depth` says."""
    try:
        with open_medium(path) as reader:
            kind = identify(reader, path)
            if kind is None:
                return Photo(path, trouble=_no_medium(path, reader.size))
            if kind.walker is None:
                return Photo(path, kind.name)
            return _read(path, kind.walker, reader, depth)
    except NotOpenedError as left:
        return Photo(path, trouble=Trouble.PLACEHOLDER if left.why is Why.PLACEHOLDER else Trouble.UNREADABLE)
    except FormatError as error:
        return Photo(path, trouble=Trouble.MALFORMED, detail=str(error))
    except OSError as error:
        return Photo(path, trouble=trouble_of(error))


def _no_medium(path: str, size: int) -> Trouble | None:
    if not named_as_medium(path):
        return None
    return Trouble.NO_MEDIUM if size else Trouble.EMPTY


def _read(path: str, walker: Walker, reader: FileReader, depth: Depth) -> Photo:
    try:
        segments = walker.segments(reader) if depth.end else walker.header(reader)
    except FormatError as error:
        return Photo(path, walker.name, read=True, trouble=Trouble.MALFORMED, detail=str(error))
    tags = [tag for segment in segments for tag in walker.tags(reader, segment)]
    if depth.tags and any(tag.name == "MakerNote" for tag in tags):
        tags += _maker_notes(reader, segments, {tag.name for tag in tags})
    found = {tag.reveals for tag in tags}
    broken = _broken(walker, reader, segments)
    return Photo(
        path,
        walker.name,
        read=True,
        reveals=tuple(reveal for reveal in Reveal if reveal in found),
        tags=tuple(tags) if depth.tags else (),
        preview=_preview(walker, reader, segments, tags, compared=depth.preview),
        end_seen=all(segment.name != UNSCANNED for segment in segments),
        trouble=None if broken is None else Trouble.MALFORMED,
        detail="" if broken is None else f"at byte {broken}",
    )


def _broken(walker: Walker, reader: FileReader, segments: Sequence[Segment]) -> int | None:
    """The byte after which a picture is damaged or missing."""
    if segments and segments[-1].name in _CUT:
        last = segments[-1]
        return last.stop if last.name == "scan" else last.start
    if getattr(walker, "medium", "picture") != "picture":
        return None  # sound has no size
    return reader.size if walker.size(reader, segments) is None else None


def _maker_notes(reader: FileReader, segments: Sequence[Segment], known: Collection[str]) -> Iterator[Tag]:
    from audit.formats import makernote

    for segment in segments:
        if segment.name in _EXIF:
            block = reader.read(segment.start, segment.stop - segment.start)
            start = min(
                (at for mark in (b"II*\0", b"MM\0*") if (at := block[:32].find(mark)) >= 0), default=-1
            )
            if start >= 0:
                yield from (tag for tag in makernote.every(block[start:]) if tag.name not in known)
            return


def _preview(
    walker: Walker, reader: FileReader, segments: Sequence[Segment], tags: Sequence[Tag], *, compared: bool
) -> Preview | None:
    preview = walker.thumbnail(reader, segments)
    if preview is None:
        return None
    sizes = walker.size(reader, segments), jpeg_size(preview), _claimed(tags)
    rare = walker.name != "JPEG"  # other formats seldom have one, and then a program put it there
    return compare(reader, preview) if compared or rare or suspicious(*sizes) else Preview.NOT_COMPARED


def _claimed(tags: Sequence[Tag]) -> tuple[int, int] | None:
    values = {tag.name: tag.value for tag in tags if tag.name in ("PixelXDimension", "PixelYDimension")}
    width, height = values.get("PixelXDimension", ""), values.get("PixelYDimension", "")
    if not (width.isdecimal() and height.isdecimal()):
        return None
    return (int(width), int(height)) if int(width) and int(height) else None


def trouble_of(error: OSError) -> Trouble:
    return Trouble.PERMISSION if isinstance(error, PermissionError) else Trouble.UNREADABLE
