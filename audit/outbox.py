"""Verified results on their way to their places: those that replace a file wait for the disk together.

A file that replaces another must be on the disk before its name leads to it, else a power cut leaves neither. Waiting for
each alone takes several times as long as writing it.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from audit.copying import ChangedError, Marks, unchanged
from audit.drafts import Draft, make_folders, opened
from audit.workers import beat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# posix_fadvise(2) with POSIX_FADV_DONTNEED makes the system begin to write what is not on the disk yet.
_BEGIN_TO_WRITE = getattr(os, "POSIX_FADV_DONTNEED", None)


class Waiting(NamedTuple):
    """A draft that will replace `source`, if that is still what it was when it was read."""

    draft: Draft
    name: str
    source: str
    marks: Marks
    result: Any  # what was said of it, which turns out wrong if it cannot be put in place


class Outbox:
    """Open folders and drafts of one process. `failed` says what becomes of a result whose draft could not be put in place.

    `begun` is when, in nanoseconds since 1970: what got its name later is of this run.
    """

    def __init__(self, failed: Callable[[Any, Exception], Any]) -> None:
        self.begun = time.time_ns()
        self._failed = failed
        self._folders: dict[str, int] = {}
        self._waiting: list[Waiting] = []

    def folder(self, path: str) -> int:
        """The descriptor of a folder, which is made if it is missing; open until `settle`. Raises OSError."""
        fd = self._folders.get(path)
        if fd is None or not os.fstat(fd).st_nlink:
            make_folders(path or ".")
            fd = self._folders[path] = opened(path)
        return fd

    def put(self, waiting: Waiting) -> None:
        """Have a draft wait for the next `settle`."""
        if _BEGIN_TO_WRITE is not None:
            os.posix_fadvise(waiting.draft.fd, 0, 0, _BEGIN_TO_WRITE)
        self._waiting.append(waiting)

    def settle(self, results: Sequence[Any]) -> list[Any]:
        """Put in place what waits; gives the results, those that did not come true exchanged."""
        wrong: dict[int, Any] = {}
        ready: list[Waiting] = []
        for each in self._waiting:
            beat()
            try:
                os.fsync(each.draft.fd)
            except OSError as error:
                each.draft.close()
                wrong[id(each.result)] = self._failed(each.result, error)
            else:
                ready.append(each)
        for each in ready:
            try:
                unchanged(each.source, each.marks)
                each.draft.publish(each.name, replace=True)
            except (ChangedError, OSError) as error:
                wrong[id(each.result)] = self._failed(each.result, error)
            finally:
                each.draft.close()
        self._waiting.clear()
        if len(self._folders) > 1:
            self._close_folders()
        return [wrong.get(id(result), result) for result in results]

    def close(self) -> None:
        """Let go of everything; what was not settled is not put in place."""
        for each in self._waiting:
            each.draft.close()
        self._waiting.clear()
        self._close_folders()

    def _close_folders(self) -> None:
        for fd in self._folders.values():
            os.close(fd)
        self._folders.clear()
