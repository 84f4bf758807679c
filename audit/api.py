"""Scrubbing and reading from a program of yours: `audit.scrub` and `audit.reveals`.

Both do what the commands do, with the same promises: originals stay byte for byte until a result is verified, nothing is
printed, no connection is opened and no other program is started.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from audit import batch, photos
from audit.batch import BatchError
from audit.formats.base import Keep, Policy
from audit.photos import Photo
from audit.rows import Options, Row, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    Path = str | os.PathLike[str]

__all__ = ["BatchError", "Keep", "Photo", "Row", "Status", "reveals", "scrub"]

_USUAL = Policy().keep


def scrub(  # noqa: PLR0913 - wishes, each by its name
    path: Path,
    *,
    to: Path | None = None,
    in_place: bool = False,
    keep: Iterable[Keep | str] = (),
    drop: Iterable[Keep | str] = (),
    rename: bool = False,
    backup: Path | None = None,
    force: bool = False,
    jobs: int = 1,
) -> list[Row]:
    """Clean a picture, or every picture below a folder; gives a row for each file, in order.

    `to` is the folder for clean copies, made if it is missing; `in_place` cleans the files themselves, and `backup` is a folder
    that keeps their originals. Colour profile and orientation stay unless dropped; `keep` names more ("time", "location",
    "hdr", "depth"). `rename` gives copies neutral names, `force` replaces other files at the target. With more than a few
    files, or `jobs` above 1, the work is done in forked child processes.

    A file that cannot be cleaned completely is never written: its row has the status and the reason. Raises BatchError
    for a path that is not there and for wishes that contradict each other, before anything is written, and ValueError
    for a name that `Keep` does not know.
    """
    if (to is None) == (not in_place):
        raise BatchError("Give either `to` or `in_place=True`.")
    if backup is not None and not in_place:
        raise BatchError("`backup` goes with `in_place=True`.")
    wanted = (_USUAL | {Keep(each) for each in keep}) - {Keep(each) for each in drop}
    plan = batch.plan(
        [os.fspath(path)],
        None if to is None else os.fspath(to),
        rename=rename,
        backup=None if backup is None else os.fspath(backup),
    )
    return list(batch.scrub_all(plan, Options(Policy(frozenset(wanted)), force), jobs=jobs))


def reveals(path: Path, *, jobs: int = 1) -> list[Photo]:
    """What a picture, or every file below a folder, tells: tags, and what a stranger would learn from them.

    A file that could not be read has a `trouble`; what is no medium has an empty `format`. Nothing is changed. Raises
    FileNotFoundError for a path that is not there.
    """
    os.stat(path)
    return list(photos.photos(photos.listed([os.fspath(path)]), jobs=jobs))
