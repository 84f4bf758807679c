"""Scrubbing many files: every target is decided before the first byte is written; then each file is done on its own."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit import workers
from audit.drafts import NAME_LIMIT, clear_leftovers, open_folder
from audit.mounts import remote_at, remote_mounts
from audit.scrubber import Job, Options, Row, Status, failed, left_alone, lost_words, scrub_file, why_not
from audit.text import gettext as _
from audit.text import printable
from audit.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from audit.walk import Identity, Listing


class BatchError(Exception):
    """What was asked for cannot be meant. Nothing was written. The message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every file of a batch in order: a job, or a row where it is known already that there is nothing to do."""

    items: Sequence[Job | Row]
    folders: Sequence[str]  # those with files in them, for asking who else gets them
    to: str | None = None  # None: in place
    apart: bool = False  # some place is on another machine: read it in a process that can be ended


class Names:
    """The names taken in one target folder. Names that differ only in case, or in how an accent is coded, collide."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """`name`, or `name-2`, `name-3` … before its extension, cut to what a file system allows."""
        stem, extension = os.path.splitext(name)
        new, number = name, 1
        while _folded(new) in self._taken:
            number += 1
            new = f"{_cut(stem, f'-{number}{extension}')}-{number}{extension}"
        self._taken.add(_folded(new))
        return new


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _cut(stem: str, ending: str) -> str:
    room = NAME_LIMIT - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem


def plan(paths: Sequence[str], to: str | None) -> Plan:
    """Decide every target. `to` is the folder for copies, or None for in place. Raises BatchError."""
    return _Planner(to).plan(paths)


class _Planner:
    def __init__(self, to: str | None) -> None:
        self._to = to
        self._remotes = remote_mounts()
        self._top = Names()
        self._items: list[Job | Row] = []
        self._folders: dict[str, None] = {}  # in order
        self._cleared: set[str] = set()
        self._named: set[str] = set()  # arguments, resolved
        self._seen: set[Identity] = set()  # folders done already, in place
        self._apart = False

    def plan(self, paths: Sequence[str]) -> Plan:
        for path in paths:
            self._check(path)
        for path in paths:
            real = os.path.realpath(path)
            if real in self._named:
                self._items.append(Row(path, None, Status.SKIPPED, error=_("named twice; done once")))
                continue
            self._named.add(real)
            self._apart = self._apart or remote_at(real, self._remotes) is not None
            if os.path.isdir(path):
                self._tree(path, real)
            else:
                self._file(path, real)
        return Plan(self._items, tuple(self._folders), self._to, self._apart)

    def _check(self, path: str) -> None:
        shown = printable(path)
        try:
            found = os.stat(path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise BatchError(_("There is no file or folder {path}.").format(path=shown)) from error
            raise BatchError(_("{path}: {reason}.").format(path=shown, reason=why_not(error))) from error
        if self._to is None:
            return
        if stat.S_ISDIR(found.st_mode) and _same(path, self._to):
            raise BatchError(
                _("The copies need a folder of their own: --to names the folder that is to be cleaned.")
            )
        if _same(path, os.path.join(self._to, own_name(path))):
            raise BatchError(
                _(
                    "The copy of {path} would land on the original. Choose another folder for --to, or use --in-place."
                ).format(path=shown)
            )

    def _file(self, path: str, real: str) -> None:
        if self._to is None:
            self._clear(os.path.dirname(real))
            self._folders[os.path.dirname(real)] = None
            self._items.append(Job(real, real, path))
        else:
            target = os.path.join(self._to, self._top.take(own_name(path)))
            self._clear(self._to)
            self._items.append(Job(real if os.path.islink(path) else path, target, path))

    def _tree(self, path: str, real: str) -> None:
        inside = [remote for remote in self._remotes if not remote_at(real, [remote])]
        walk = Walk(inside, self._seen if self._to is None else _identities(self._to), clear_leftovers)
        targets = {path: "" if self._to is None else os.path.join(self._to, self._top.take(own_name(path)))}
        for listing in walk.listings(path):
            self._listing(listing, targets)

    def _listing(self, listing: Listing, targets: dict[str, str]) -> None:
        target = targets.pop(listing.path)
        if listing.error:
            self._items.append(failed(listing.path, why_not(listing.error)))
            return
        if listing.files:
            self._folders[listing.path] = None
        names = Names()
        for name in listing.files:
            source = os.path.join(listing.path, name)
            if self._to is not None:
                self._items.append(Job(source, os.path.join(target, names.take(name)), source))
            elif len(self._named) == 1 or os.path.realpath(source) not in self._named:
                self._items.append(Job(source, source, source))
        for name in listing.folders:
            targets[os.path.join(listing.path, name)] = (
                os.path.join(target, names.take(name)) if target else ""
            )
        self._items += [left_alone(os.path.join(listing.path, name), why) for name, why in listing.left]
        if target:
            self._clear(target)

    def _clear(self, folder: str) -> None:
        if folder not in self._cleared:
            self._cleared.add(folder)
            clear_leftovers(folder)


def own_name(path: str) -> str:
    """The last name of a path; that of the real folder for `.`, `..` and the like."""
    name = os.path.basename(path.rstrip(os.sep))
    return name if name not in ("", ".", "..") else os.path.basename(os.path.realpath(path)) or "root"


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _identities(folder: str) -> set[Identity]:
    try:
        found = os.stat(folder)
    except OSError:
        return set()
    return {(found.st_dev, found.st_ino)}


def services(plan: Plan, shared: Callable[[Path], str | None]) -> list[tuple[str, str]]:
    """The folders of a batch that somebody else gets, each with whom; the first few of each service are enough to ask."""
    from pathlib import Path

    found: list[tuple[str, str]] = []
    told: Counter[str] = Counter()
    for folder in plan.folders:
        if (service := shared(Path(folder))) and told[service] < 3:
            told[service] += 1
            found.append((folder, service))
    return found


def scrub_all(
    plan: Plan, options: Options, *, jobs: int, limit_seconds: float = workers.LIMIT_SECONDS
) -> Iterator[Row]:
    """Scrub a batch: its rows in order. Raises `workers.Interrupted` after Ctrl-C, when every row has been handed over."""

    def work(item: Job | Row) -> Row:
        return item if isinstance(item, Row) else scrub_file(item, options)

    def lost(item: Job | Row, why: workers.Lost, detail: str) -> Row:
        if isinstance(item, Row):
            return item
        clear_leftovers(os.path.dirname(item.target))
        return failed(item.shown, lost_words(why, detail))

    wrote = False
    try:
        for row in workers.run(
            workers.Task(work, lost), plan.items, jobs=jobs, limit_seconds=limit_seconds, apart=plan.apart
        ):
            wrote = wrote or row.status in (Status.SCRUBBED, Status.ALREADY_CLEAN)
            yield row
    finally:
        if wrote and not options.dry_run:
            for folder in _disks(plan.folders if plan.to is None else [plan.to]):
                _sync(folder)


def _disks(folders: Sequence[str]) -> list[str]:
    """One folder on each file system."""
    found: dict[int, str] = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            found.setdefault(os.stat(folder).st_dev, folder)
    return list(found.values())


def _sync(folder: str) -> None:
    """syncfs(2): what was written and renamed reaches the disk that holds `folder`: a power cut cannot take it back.

    Until then it may bring an original back, whole; never half a result, see `scrub._replace`.
    """
    import ctypes

    try:
        with open_folder(folder) as fd:
            syncfs = getattr(ctypes.CDLL(None), "syncfs", None)
            if syncfs is None or syncfs(fd):
                os.sync()
    except OSError:
        os.sync()


@dataclass(slots=True)
class Totals:
    """Counts over the rows of a batch."""

    statuses: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    blocked: int = 0  # media that could not be scrubbed

    def add(self, row: Row) -> None:
        self.statuses[row.status.value] += 1
        self.removed.update(row.removed)
        self.kept.update(row.kept)
        self.blocked += row.blocks
