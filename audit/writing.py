"""A large result that is written by one thread while another compares what stands there already."""

from __future__ import annotations

import os
from threading import Condition, Thread
from typing import TYPE_CHECKING, Self

from audit import copying
from audit.media import FileReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Piece

_LASTING = 64 << 20  # bytes after which a result that must be on the disk is sent there


class _StoppedError(Exception):
    """Nobody wants the rest."""


class Writing:
    """`copying.write` in a thread of its own; the system does most of it. Leaving the block waits for its end.

    A result that must be on the disk in the end (`lasting`) is sent there little by little: a slow disk would else be
    silent for minutes.
    """

    def __init__(self, source: FileReader, pieces: Sequence[Piece], fd: int, *, lasting: bool) -> None:
        self._source, self._pieces, self._fd = source, pieces, fd
        self._lasting = lasting
        self._done = self._sent = 0
        self._ended = self._stopped = False
        self._error: BaseException | None = None
        self._moved = Condition()
        self._thread = Thread(target=self._write)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._thread.join()

    def until(self, place: int) -> None:
        """Wait until the bytes before `place` are written. Raises what writing raises."""
        if self._done >= place and not self._error:
            return
        with self._moved:
            self._moved.wait_for(lambda: self._ended or self._done >= place)
        if self._error:
            raise self._error

    def result(self) -> FileReader:
        """What is written, as long as it will be: to be read as far as `until` allows."""
        sizes = list(os.fstat(self._fd))
        sizes[6] = sum(map(copying.length, self._pieces))
        return FileReader(self._fd, os.stat_result(sizes))

    def _write(self) -> None:
        own = FileReader(self._source.fd, self._source.stat)  # what a reader holds is not for two
        try:
            copying.write(own, self._pieces, self._fd, self._told)
        except _StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
            self._error = error
        with self._moved:
            self._ended = True
            self._moved.notify_all()

    def _told(self, done: int) -> None:
        if self._stopped:
            raise _StoppedError
        if self._lasting and done - self._sent >= _LASTING:
            os.fdatasync(self._fd)
            self._sent = done
        with self._moved:
            self._done = done
            self._moved.notify_all()
