"""What pictures reveal, one by one as a stream. Each file is read once, and never shown."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from audit import formats, workers
from audit.facts import NOTHING, facts
from audit.formats.base import FormatError, UnsupportedError, revealed
from audit.media import NotOpenedError, Why, identify, named_as_medium, open_medium, rewriting
from audit.mounts import remote_at, remote_mounts
from audit.previews import Preview, compare, jpeg_size, suspicious
from audit.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from audit.facts import Facts
    from audit.formats.base import Reveal, Segment, Tag, Walker
    from audit.media import FileReader, Kind
    from audit.previews import Size

COMPARE_BYTES = 64 << 20  # of pictures whose previews are all compared, without a sign that they differ
FEW_BYTES = (
    8 << 20
)  # of those that are compared where there are more than that: decoding takes most of the time
END_BYTES = 2 << 30  # of pictures that a scan reads to their end, for what may hide behind it
LEAST_COST = 256 << 10  # bytes that a small picture counts as
_CUT = frozenset(
    {"truncated", "unreadable", "scan"}
)  # last segments of files that break off, as walkers call them
_JPEG = b"\xff\xd8\xff"
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
    facts: Facts = NOTHING
    tags: tuple[Tag, ...] = ()
    preview: Preview | None = None
    end_seen: bool = True  # whether the picture data was searched for its true end
    trouble: Trouble | None = None
    detail: str = ""


class Listed:
    """What is to be read, found before the first file is opened."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.compared: set[str] = set()  # whose preview is compared in any case
        self.to_the_end: set[str] = set()  # that a scan reads to their end
        self.left: list[tuple[str, Why]] = []
        self.unreadable_folders: list[tuple[str, Trouble]] = []
        self._few: set[str] = set()
        self._compare = COMPARE_BYTES
        self._end = END_BYTES

    @property
    def few(self) -> bool:
        """So little that every preview and every end is soon looked at."""
        return self._compare >= 0

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


class Look(StrEnum):
    """How closely pictures are looked at."""

    QUICK = "quick"  # what they say themselves; of previews only those that look suspicious are compared
    COUNTED = "counted"  # beside that, as much as the budgets above allow
    THOROUGH = "thorough"  # behind the picture data too, and every preview compared
    TAGS = "tags"  # behind the picture data too, previews as the budget allows, and every single tag


class Depth(NamedTuple):
    """How far a file is read: its tags kept, its picture data searched for the true end, its preview compared in any case."""

    tags: bool = True
    end: bool = True
    preview: bool = True
    facts: bool = True  # what its tags add up to


def photos(
    found: Listed,
    look: Look = Look.TAGS,
    *,
    jobs: int | None = None,
    limit_seconds: float = workers.LIMIT_SECONDS,
) -> Iterator[Photo]:
    """Every listed file, in order. Raises `workers.Interrupted` after Ctrl-C."""

    def work(path: str) -> Photo:
        return read(path, _depth(path, found, look))

    def lost(path: str, why: workers.Lost, detail: str) -> Photo:
        trouble = Trouble.TIMEOUT if why is workers.Lost.TIMEOUT else Trouble.CRASHED
        return Photo(path, trouble=trouble, detail=detail)

    formats.identify(_JPEG)  # imports what nearly all files need once, before processes are forked
    processes = jobs or workers.default_jobs()
    return workers.run(workers.Task(work, lost), found.paths, jobs=processes, limit_seconds=limit_seconds)


ENTIRE = Depth()
_FAST = Depth(tags=False, end=False, preview=False)
_WHOLE = Depth(tags=False)


def _depth(path: str, found: Listed, look: Look) -> Depth:
    if look is Look.QUICK:
        return _FAST
    if look is Look.THOROUGH:
        return _WHOLE
    if look is Look.TAGS:
        return Depth(preview=path in found.compared)
    return Depth(tags=False, end=path in found.to_the_end, preview=path in found.compared, facts=False)


def read(path: str, depth: Depth = ENTIRE) -> Photo:
    """What one file reveals. A preview that looks suspicious is compared whatever `depth` says."""
    try:
        with open_medium(path) as reader:
            kind = identify(reader, path)
            if kind is None:
                return Photo(path, trouble=_no_medium(path, reader.size))
            return _known(path, kind, reader, depth)
    except NotOpenedError as left:
        return Photo(path, trouble=Trouble.PLACEHOLDER if left.why is Why.PLACEHOLDER else Trouble.UNREADABLE)
    except FormatError as error:
        return Photo(path, trouble=Trouble.MALFORMED, detail=str(error))
    except OSError as error:
        return Photo(path, trouble=trouble_of(error))


def _known(path: str, kind: Kind, reader: FileReader, depth: Depth) -> Photo:
    walker = kind.walker or (rewriting(kind) if depth.facts else None)  # a scan counts pictures only
    try:
        return _read(path, walker, reader, depth) if walker else Photo(path, kind.name)
    except UnsupportedError:
        return Photo(path, kind.name)


def _no_medium(path: str, size: int) -> Trouble | None:
    if not named_as_medium(path):
        return None
    return Trouble.NO_MEDIUM if size else Trouble.EMPTY


def _read(path: str, walker: Walker, reader: FileReader, depth: Depth) -> Photo:
    try:
        segments = walker.segments(reader) if depth.end else walker.header(reader)
    except UnsupportedError:
        raise
    except FormatError as error:
        return Photo(path, walker.name, read=True, trouble=Trouble.MALFORMED, detail=str(error))
    tags = [tag for segment in segments for tag in walker.tags(reader, segment)]
    if depth.tags and any(tag.name == "MakerNote" for tag in tags):
        tags += _maker_notes(reader, segments, {tag.name for tag in tags})
    size = walker.size(reader, segments)
    shown = size is not None or getattr(walker, "medium", "picture") != "picture"  # sound has no size
    broken = _broken(reader, segments, shown=shown)
    return Photo(
        path,
        walker.name,
        read=True,
        reveals=revealed(tags),
        facts=facts(tags) if depth.facts else NOTHING,
        tags=tuple(tags) if depth.tags else (),
        preview=_preview(walker, reader, segments, (size, tags), compared=depth.preview),
        end_seen=all(segment.name != UNSCANNED for segment in segments),
        trouble=None if broken is None else Trouble.MALFORMED,
        detail="" if broken is None else f"at byte {broken}",
    )


def _broken(reader: FileReader, segments: Sequence[Segment], *, shown: bool) -> int | None:
    """The byte after which a picture is damaged or missing."""
    if segments and segments[-1].name in _CUT:
        last = segments[-1]
        return last.stop if last.name == "scan" else last.start
    return None if shown else reader.size


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
    walker: Walker,
    reader: FileReader,
    segments: Sequence[Segment],
    known: tuple[Size | None, Sequence[Tag]],
    *,
    compared: bool,
) -> Preview | None:
    """`known` is the size of the picture, and its tags."""
    preview = walker.thumbnail(reader, segments)
    if preview is None:
        return None
    if (
        not compared and walker.name == "JPEG"
    ):  # other formats seldom have one, and then a program put it there
        size, tags = known
        if not suspicious(size, jpeg_size(preview), _claimed(tags)):
            return Preview.NOT_COMPARED
    return compare(reader, preview)


def _claimed(tags: Sequence[Tag]) -> Size | None:
    width = height = ""
    for tag in tags:
        if tag[1] == "PixelXDimension":
            width = tag[2]
        elif tag[1] == "PixelYDimension":
            height = tag[2]
    if not (width.isdecimal() and height.isdecimal()):
        return None
    return (int(width), int(height)) if int(width) and int(height) else None


def trouble_of(error: OSError) -> Trouble:
    return Trouble.PERMISSION if isinstance(error, PermissionError) else Trouble.UNREADABLE
