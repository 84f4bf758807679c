"""A forked child process, a line to it and numbers shared with it: as much of `multiprocessing` as is needed here.

That module takes as long to import as copying ten large pictures; and its children are programs' starting points,
while ours only ever go on where the parent stood.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import time
import warnings
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LENGTH: Final = 8  # bytes before each message
_NUMBER: Final = 4  # bytes of one
_LARGEST_READ: Final = 1 << 20
_NAP_SECONDS: Final = 0.0005


class Line:
    """One end of a pipe each way. Messages are whatever pickle can carry; both ends are this program."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self._sink = sink

    def send(self, message: object) -> None:
        """Raises BrokenPipeError when the other end is gone."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        left = memoryview(len(data).to_bytes(_LENGTH, "big") + data)
        while left:
            left = left[os.write(self._sink, left) :]

    def receive(self) -> Any:
        """The next message, waiting for it. Raises EOFError when the other end is gone."""
        size = int.from_bytes(self._exactly(_LENGTH), "big")
        return pickle.loads(self._exactly(size))  # noqa: S301 - from our own child or parent

    def _exactly(self, size: int) -> bytes:
        data = os.read(self.source, min(size, _LARGEST_READ))
        while len(data) < size:
            more = os.read(self.source, min(size - len(data), _LARGEST_READ))
            if not more:
                raise EOFError
            data += more
        return data

    def close(self) -> None:
        os.close(self.source)
        os.close(self._sink)


class Numbers:
    """Numbers that one process gives, and of which each is taken once: by another that was forked, or by itself.

    They lie in a pipe: read(2) gives the next bytes to one reader only.
    """

    MOST: Final = (
        1 << 10
    )  # what fits into the smallest pipe (pipe(7): a page), so that to give one never has to wait

    def __init__(self) -> None:
        """Raises OSError."""
        self._source, self._sink = os.pipe()

    def give(self, number: int) -> None:
        os.write(self._sink, number.to_bytes(_NUMBER, "big"))

    def end(self) -> None:
        """This process gives no more."""
        os.close(self._sink)

    def take(self) -> int | None:
        """The next one, waiting for it; None when no process gives any more."""
        taken = os.read(self._source, _NUMBER)
        return int.from_bytes(taken, "big") if taken else None

    def close(self) -> None:
        os.close(self._source)


class Child:
    """A process that was forked from this one, and the line to it."""

    def __init__(self, live: Callable[[Line], None], strangers: Iterable[Line]) -> None:
        """Start it: it does `live` and ends. `strangers` are lines that it inherits and lets go of.

        Interruptions from the keyboard do not reach it; what it leaves in Python's buffers is not written.
        """
        down_source, down_sink = os.pipe()
        up_source, up_sink = os.pipe()
        here, there = Line(up_source, down_sink), Line(down_source, up_sink)
        with warnings.catch_warnings():
            # Python 3.12 warns of a fork beside threads; ours hold no locks.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                for line in (here, *strangers):
                    line.close()
                live(there)
                status = 0
            finally:
                os._exit(status)
        there.close()
        self.line = here
        self._ended = False

    def alive(self) -> bool:
        """Whether it still runs."""
        if not self._ended:
            with contextlib.suppress(ChildProcessError):
                self._ended = os.waitpid(self.pid, os.WNOHANG) != (0, 0)
        return not self._ended

    def join(self, seconds: float) -> None:
        """Wait until it ends, but not longer."""
        until = time.monotonic() + seconds
        while self.alive() and time.monotonic() < until:
            time.sleep(_NAP_SECONDS)

    def end(self) -> None:
        """End it, without waiting for that."""
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End it, and let go of the line. One that hangs in the kernel goes when the kernel lets it."""
        self.end()
        self.join(1)
        self.line.close()


def ready(lines: Sequence[Line], seconds: float) -> list[Line]:
    """Those of the lines on which a message, or the end, waits; after `seconds` perhaps none."""
    poll = select.poll()
    by_number = {line.source: line for line in lines}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(max(0, int(seconds * 1000)))]
