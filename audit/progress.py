"""A progress bar on stderr: only in a terminal, and only for work that takes longer than a second."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from audit.text import gettext as _

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_QUIET_SECONDS = 1.0
_EVERY_SECONDS = 0.1


class Progress:
    """Counts steps. It draws without a thread of its own, so that worker processes can be started at any time."""

    def __init__(self, total: int, words: str) -> None:
        self._total = total
        self._words = words
        self._done = 0
        self._began = time.monotonic()
        self._next = time.monotonic() + _QUIET_SECONDS if sys.stderr.isatty() else float("inf")
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def advance(self) -> None:
        self._done += 1
        if (now := time.monotonic()) >= self._next:
            self._next = now + _EVERY_SECONDS
            self._draw()

    def _draw(self) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._words, total=self._total, rate="")
        if self._task is not None:
            rate = _("{n} a second").format(n=round(self._done / (time.monotonic() - self._began)))
            self._bar.update(self._task, completed=self._done, rate=rate, refresh=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar:
            self._bar.stop()
