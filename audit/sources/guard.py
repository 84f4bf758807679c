"""A time limit for every look at a device.

A thread that hangs on a dead disk or mount cannot be ended, a process can: the source is read in a child
process, and one that does not answer is left behind and replaced. The place is not asked again.
"""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import posixpath
import signal
import sys
from typing import TYPE_CHECKING, Any, Self

from audit.sources.base import Bulk, Entry, Home, Query, Search, SlowError, Source, Stat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

SECONDS = 10.0  # for one file or folder
QUERY_SECONDS = 60.0  # for all running programs
_START = "fork" if sys.platform == "linux" else "spawn"


def _serve(source: Source, calls: Connection, parents_end: Connection | None) -> None:
    """The child's life: answer calls until the other end is gone. An interruption is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parents_end:
        parents_end.close()  # a copy of it would keep this process alive after its parent
    while True:
        try:
            name, arguments = calls.recv()
        except (EOFError, OSError):
            os._exit(0)
        try:
            answer: tuple[bool, Any] = True, getattr(source, name)(*arguments)
        except OSError as error:
            answer = False, error
        except Exception as error:  # noqa: BLE001 - the parent raises it again, where it is reported
            answer = False, RuntimeError(f"{type(error).__name__}: {error}")
        calls.send(answer)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Interruptions wait, here and in a child that is forked meanwhile."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class GuardedSource:
    """A source whose every answer comes in time or not at all. Use as a context manager."""

    def __init__(
        self, source: Source, seconds: float = SECONDS, query_seconds: float = QUERY_SECONDS
    ) -> None:
        self._source = source
        self._seconds = seconds
        self._query_seconds = query_seconds
        self._slow: set[str] = set()
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context(_START)
        self._calls, far_end = context.Pipe()
        inherited = self._calls if _START == "fork" else None
        self._child = context.Process(target=_serve, args=(self._source, far_end, inherited), daemon=True)  # type: ignore[attr-defined]
        with _uninterrupted():  # until it has said that it ignores them
            self._child.start()
        far_end.close()

    def _ask(self, seconds: float, name: str, path: str, *more: object) -> Any:
        self._refuse_slow(path)
        try:
            self._calls.send((name, (path, *more)))
            if not self._calls.poll(seconds):
                self._leave(path)
                raise SlowError(errno.ETIMEDOUT, "no answer in time", path)
            worked, answer = self._calls.recv()
        except (EOFError, ConnectionError):  # the child died, of a hostile file for example
            self._calls.close()
            self._start()
            raise OSError(errno.EIO, "reading ended abruptly", path) from None
        if not worked:
            raise answer
        return answer

    def _refuse_slow(self, path: str) -> None:
        if any(path == place or path.startswith(place + "/") for place in self._slow):
            raise SlowError(errno.ETIMEDOUT, "no answer in time", path)

    def _leave(self, path: str) -> None:
        """Give up on a place and on the child that waits for it. A child stuck in the kernel cannot be waited for."""
        folder = posixpath.dirname(path)
        another = any(posixpath.dirname(place) == folder for place in self._slow)
        self._slow.add(folder if another else path)
        self._child.kill()
        self._calls.close()
        self._start()

    def close(self) -> None:
        self._calls.close()
        self._child.kill()
        self._child.join(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: str, start: int, size: int) -> bytes:
        answer: bytes = self._ask(self._seconds, "read", path, start, size)
        return answer

    def stat(self, path: str) -> Stat:
        answer: Stat = self._ask(self._seconds, "stat", path)
        return answer

    def readlink(self, path: str) -> str:
        answer: str = self._ask(self._seconds, "readlink", path)
        return answer

    def scan(self, folder: str) -> Sequence[Entry]:
        answer: Sequence[Entry] = self._ask(self._seconds, "scan", folder)
        return answer

    def measure(self, folder: str, most: int) -> Bulk:
        answer: Bulk = self._ask(self._seconds, "measure", folder, most)
        return answer

    def search(self, folder: str, pattern: str, deepest: int, most: int) -> Search:
        answer: Search = self._ask(self._seconds, "search", folder, pattern, deepest, most)
        return answer

    def query(self, name: Query) -> bytes:
        answer: bytes = self._ask(self._query_seconds, "query", name)
        return answer

    def local(self, path: str) -> str:
        answer: str = self._ask(self._seconds, "local", path)
        return answer

    def own(self, path: str, home: Home) -> str:
        return self._source.own(path, home)

    def show(self, path: str) -> str:
        return self._source.show(path)

    @property
    def platform(self) -> Any:
        return self._source.platform

    @property
    def kind(self) -> str:
        return self._source.kind

    @property
    def taken_at(self) -> Any:
        return self._source.taken_at

    @property
    def homes(self) -> Sequence[Home]:
        return self._source.homes

    @property
    def elevated(self) -> bool:
        return self._source.elevated
