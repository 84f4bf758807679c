"""Scrubbing many files: every target is decided before the first byte is written; then each file is done on its own."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from audit import workers
from audit.drafts import clear_leftovers, missing_folders, open_folder, remove_empty
from audit.mounts import remote_at, remote_mounts
from audit.naming import Names, companions, is_sidecar, neutral, neutral_folder, own_name
from audit.rows import Job, Options, Row, Status, failed, left_alone, lost_words, why_not
from audit.scrubber import got_there, new_outbox, scrub_into
from audit.text import gettext as _
from audit.text import printable
from audit.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from audit.walk import Identity, Listing


class BatchError(Exception):
    """What was asked for cannot be meant. Nothing was written. The message is a sentence for people."""


class Plan(NamedTuple):
    """Every file of a batch in order: a job, or a row where it is known already that there is nothing to do."""

    items: Sequence[Job | Row]
    folders: Sequence[str]  # those with files in them, for asking who else gets them
    to: str | None = None  # None: in place
    sources: Sequence[str] = ()  # the folders and files that were named
    littered: Sequence[str] = ()  # folders where a temporary file could not be removed yet
    fresh: Sequence[str] = ()  # folders for copies that are still to be made
    apart: bool = False  # some place is on another machine: read it in a process that can be ended


def plan(paths: Sequence[str], to: str | None, *, rename: bool = False, backup: str | None = None) -> Plan:
    """Decide every target. `to` is the folder for copies, or None for in place. Raises BatchError.

    `rename` gives the copies names that say nothing; `backup` is the folder that keeps originals cleaned in place.
    """
    return _Planner(to, rename=rename, backup=backup).plan(paths)


class _Planner:
    def __init__(self, to: str | None, *, rename: bool, backup: str | None) -> None:
        self._to = to
        self._rename = rename
        self._backup = backup
        self._kept = Names()  # top names in the folder for originals
        self._remotes = remote_mounts()
        self._top = Names()
        self._numbered = 0  # files named one by one that have a number for a name
        self._trees = 0
        self._items: list[Job | Row] = []
        self._folders: dict[str, None] = {}  # in order
        self._cleared: set[str] = set()
        self._littered: dict[str, None] = {}
        self._fresh: dict[str, None] = {}
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
        return Plan(
            self._items,
            tuple(self._folders),
            self._to,
            tuple(paths),
            tuple(self._littered),
            tuple(self._fresh),
            self._apart,
        )

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
            backup = self._backup and os.path.join(self._backup, self._kept.take(own_name(path)))
            self._items.append(Job(real, real, path, backup=backup or ""))
        else:
            name = own_name(path)
            if self._rename:
                name = neutral([name], self._numbered + 1)[name]
                self._numbered += 1
            target = os.path.join(self._to, self._top.take(name))
            self._clear(self._to)
            self._items.append(Job(real if os.path.islink(path) else path, target, path))

    def _tree(self, path: str, real: str) -> None:
        inside = [remote for remote in self._remotes if not remote_at(real, [remote])]
        apart = self._to or self._backup  # where we write ourselves
        seen = self._seen if self._to is None else set()
        walk = Walk(inside, seen | _identities(apart) if apart else seen, self._clear)
        top = own_name(path)
        if self._to is None:
            places = {path: self._backup and os.path.join(self._backup, self._kept.take(top))}
        else:
            self._trees += 1
            name = neutral_folder(self._trees) if self._rename else top
            places = {path: os.path.join(self._to, self._top.take(name))}
        for listing in walk.listings(path):
            self._listing(listing, places)
        if self._to is None:
            self._seen |= walk.seen

    def _listing(self, listing: Listing, places: dict[str, str | None]) -> None:
        """`places` are where the folders still to come are copied, or their originals kept."""
        place = places.pop(listing.path)
        if listing.error:
            self._items.append(failed(listing.path, why_not(listing.error)))
            return
        if listing.files:
            self._folders[listing.path] = None
        names = Names()
        new = neutral(listing.files) if self._rename else {}
        belongs = companions(listing.files)
        for name in listing.files:
            self._items += self._item(
                listing.path, name, names.take(new.get(name, name)), place, belongs.get(name)
            )
        for number, name in enumerate(listing.folders, 1):
            taken = names.take(neutral_folder(number) if self._rename else name)
            places[os.path.join(listing.path, name)] = place and os.path.join(place, taken)
        self._items += [left_alone(os.path.join(listing.path, name), why) for name, why in listing.left]
        if place and self._to is not None:
            self._clear(place)

    def _item(
        self, folder: str, name: str, taken: str, place: str | None, partner: str | None
    ) -> Iterator[Job | Row]:
        source = os.path.join(folder, name)
        if partner and is_sidecar(name):
            yield Row(source, None, Status.SKIPPED, error=self._sidecar(partner))
        elif self._to is not None:
            yield Job(source, os.path.join(place or "", taken), source, partner or "")
        elif len(self._named) == 1 or os.path.realpath(source) not in self._named:
            yield Job(source, source, source, partner or "", os.path.join(place, name) if place else "")

    def _sidecar(self, picture: str) -> str:
        if self._to is None:
            words = _("it belongs to {picture} and can hold the place, the time and edits; it stays as it is")
        else:
            words = _("it belongs to {picture} and can hold the place, the time and edits; it was not copied")
        return words.format(picture=picture)

    def _clear(self, folder: str) -> None:
        if folder not in self._cleared:
            self._cleared.add(folder)
            if clear_leftovers(folder):  # some are held by a process that is just being killed
                self._littered[folder] = None
            self._fresh.update(dict.fromkeys(missing_folders(folder)))


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
    outbox = new_outbox()

    def work(item: Job | Row) -> Row:
        return item if isinstance(item, Row) else scrub_into(outbox, item, options)

    def lost(item: Job | Row, why: workers.Lost, detail: str) -> Row:
        if isinstance(item, Row):
            return item
        clear_leftovers(os.path.dirname(item.target))
        return failed(item.shown, lost_words(why, detail))

    def stands(item: Job | Row) -> bool:
        return isinstance(item, Job) and got_there(item, outbox)

    wrote = False
    try:
        for row in workers.run(
            workers.Task(work, lost, outbox.settle, stands),
            plan.items,
            jobs=jobs,
            limit_seconds=limit_seconds,
            apart=plan.apart,
        ):
            wrote = wrote or row.status in (Status.SCRUBBED, Status.ALREADY_CLEAN)
            yield row
    finally:
        outbox.close()
        for folder in plan.littered:
            clear_leftovers(folder)
        if not options.dry_run:
            remove_empty(plan.fresh)
        if wrote and not options.dry_run:
            for folder in _to_be_synced(plan):
                _sync(folder)


def _to_be_synced(plan: Plan) -> list[str]:
    """One folder on each disk whose content must be there when we say that we are done.

    Copies on the disk of their originals are not waited for, as cp(1) does not: a power cut takes nothing that is not still
    there. A stick is: it may be pulled out now.
    """
    if plan.to is None:
        return list(_disks(plan.folders).values())
    return [plan.to] if _disks([plan.to]).keys() - _disks(plan.sources).keys() else []


def _disks(paths: Sequence[str]) -> dict[int, str]:
    """One of the paths on each file system."""
    found: dict[int, str] = {}
    for path in paths:
        with contextlib.suppress(OSError):
            found.setdefault(os.stat(path).st_dev, path)
    return found


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


class Totals:
    """Counts over the rows of a batch."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self.blocked = 0  # media that could not be scrubbed

    def add(self, row: Row) -> None:
        self.statuses[row.status.value] += 1
        for word in row.removed:
            self.removed[word] += 1
        for word in row.kept:
            self.kept[word] += 1
        if row.check:
            self.checks[row.check.value] += 1
        self.blocked += row.blocks
