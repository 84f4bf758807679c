"""A small pool of processes for work on many files, in which one that hangs can be ended.

A Python thread cannot be killed, and a dead disk or mount hangs inside read(2). So a larger batch runs in child
processes (forked: no other program is started), each reports a heartbeat, and one without progress is killed.
Results come in the order of the items; only a bounded number of them waits for an earlier one.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import time
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from audit.processes import Child, ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from audit.processes import Line

T = TypeVar("T")
R = TypeVar("R")

LIMIT_SECONDS = 60.0  # without a heartbeat
TURN_SECONDS = 1.0  # between two looks at the workers, at most, as long as nobody stops this process
GRACE_SECONDS = 5.0  # to finish the file at hand after an interruption
SMALL = 24  # a batch up to this many items is not worth a process
CHUNK = 64  # items handed out at once, and settled together, at most
TELL_SECONDS = 0.25  # results are told together: each message wakes the parent
AHEAD = 256  # items that may be done before an earlier one is
ORDER_SECONDS = (
    0.004  # of work in an order, at least: handing one out and hearing of it takes a tenth of that
)


class Lost(StrEnum):
    """Why an item has no result of its own."""

    TIMEOUT = "timeout"
    DIED = "died"  # the process ended while it worked on this
    CRASHED = "crashed"  # an error that the task did not expect


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came, and every result that was there has been handed over."""


_pulse: memoryview | None = None
_slot = 0


def beat() -> None:
    """Say that work goes on. Costs next to nothing; without effect outside a worker."""
    if _pulse is not None:
        _pulse[_slot] += 1


def default_jobs() -> int:
    return min(4, os.cpu_count() or 1)


class Task(NamedTuple, Generic[T, R]):
    """What is done with each item, and the result that stands in for one that was lost.

    `lost` is also told the error of one that crashed, in a few words for whoever mends it. `settle` ends what was left
    open for several items together: it gets their results, and gives back those that are true then. `stands` says whether
    the work on an item was done, though whoever did it never told: it is safe to do again.
    """

    work: Callable[[T], R]
    lost: Callable[[T, Lost, str], R]
    settle: Callable[[Sequence[R]], Sequence[R]] = list
    stands: Callable[[T], bool] = lambda _: False


def run(
    task: Task[T, R],
    items: Sequence[T],
    *,
    jobs: int,
    limit_seconds: float = LIMIT_SECONDS,
    apart: bool = False,
) -> Iterator[R]:
    """The result of every item, in order. `apart` asks for a process however few the items are.

    Ctrl-C lets the files at hand be finished, hands over their results, and then raises `Interrupted`; a second
    Ctrl-C raises KeyboardInterrupt at once.
    """
    with _interruptible() as stop:
        if not apart and len(items) <= SMALL:
            yield from _here(task, items, stop)
        elif items:
            with contextlib.closing(_Pool(task, items, jobs, limit_seconds, stop)) as pool:
                yield from pool.results()
        if stop.asked:
            raise Interrupted


class _Stop:
    asked = False

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextlib.contextmanager
def _interruptible() -> Iterator[_Stop]:
    stop = _Stop()
    try:
        before = signal.signal(signal.SIGINT, stop.ask)
    except ValueError:  # not in the main thread: whoever runs this stops it otherwise
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _here(task: Task[T, R], items: Sequence[T], stop: _Stop) -> Iterator[R]:
    results: list[R] = []
    until = time.monotonic() + TELL_SECONDS
    for item in items:
        if stop.asked:
            break
        try:
            results.append(task.work(item))
        except Exception as error:  # noqa: BLE001 - one broken file never stops the batch
            results.append(task.lost(item, Lost.CRASHED, _where(error)))
        if time.monotonic() >= until:
            yield from task.settle(results)
            results, until = [], time.monotonic() + TELL_SECONDS
    yield from task.settle(results)


def _where(error: Exception) -> str:
    """The error and the line of ours that it came from. Values from the file stay out of it."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__} {place}"


class _Worker:
    def __init__(self, child: Child, slot: int, now: float) -> None:
        self.child = child
        self.slot = slot
        self.todo: deque[int] = deque()  # items handed to it, in the order it does them
        self.told = 0  # results that came from it
        self.pulse = 0
        self.alive_at = now
        self.gone = False  # it ended, and all that it had said was heard


class _Pool(Generic[T, R]):
    def __init__(
        self, task: Task[T, R], items: Sequence[T], jobs: int, limit_seconds: float, stop: _Stop
    ) -> None:
        self._task = task
        self._items = items
        self._limit = limit_seconds
        self._stop = stop
        self._jobs = max(1, min(jobs, len(items)))
        # For each worker a heartbeat, then the wish to stop, then for each worker how many items it began and ended.
        self._shared = mmap.mmap(-1, 8 * (2 * self._jobs + 1))
        self._pulses = memoryview(self._shared).cast("Q")
        self._fresh = 0  # the first item that nobody has
        self._again: deque[int] = deque()  # items of a worker that was lost
        self._twice: set[int] = set()  # those of them that were done, or may have been
        self._done: dict[int, R] = {}
        self._due = 0  # the next item to hand over
        self._begun = self._looked = time.monotonic()
        self._ran = 0.0  # seconds
        self._heard = 0  # results that came
        self._workers: list[_Worker] = []
        for slot in range(self._jobs):
            self._workers.append(self._start(slot))

    def results(self) -> Iterator[R]:
        while self._due < len(self._items):
            if self._stop.asked:
                yield from self._finish()
                return
            for worker in self._workers:
                self._hand_out(worker)
            self._collect(0.25)
            while self._due in self._done:
                yield self._done.pop(self._due)
                self._due += 1

    def _finish(self) -> Iterator[R]:
        """After Ctrl-C: let every worker end the file at hand."""
        self._pulses[self._jobs] = 1
        until = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < until and any(worker.child.alive() for worker in self._workers):
            self._receive(0.05)
        self._receive(0)
        for index in sorted(self._done):
            yield self._done[index]

    def _start(self, slot: int) -> _Worker:
        self._pulses[self._jobs + 1 + slot] = 0
        others = [worker.child.line for worker in self._workers if worker.slot != slot]
        return _Worker(Child(lambda line: self._serve(slot, line), others), slot, self._ran)

    def _hand_out(self, worker: _Worker) -> None:
        """Two orders are on their way to each worker, so that none waits; towards the end they are small."""
        left = len(self._items) - self._fresh
        size = max(self._least(), min(CHUNK, left // (self._jobs * 4)))
        if len(worker.todo) > size:
            return
        if self._again:
            indexes = [self._again.popleft()]
        else:
            size = min(size, left, self._due + AHEAD - self._fresh)
            indexes = list(range(self._fresh, self._fresh + size))
            self._fresh += max(size, 0)
        if indexes:
            if not worker.todo:
                worker.alive_at = self._ran
            worker.todo.extend(indexes)
            with contextlib.suppress(BrokenPipeError):  # it died: found while collecting
                worker.child.line.send(indexes)

    def _least(self) -> int:
        """How many items are worth an order, by what they took until now."""
        if not self._heard:
            return 1
        each = (time.monotonic() - self._begun) * self._jobs / self._heard
        return max(1, min(CHUNK, int(ORDER_SECONDS / each)))

    def _collect(self, timeout: float) -> None:
        self._receive(timeout)
        now = self._turn()
        for place, worker in enumerate(self._workers):
            pulse = self._pulses[worker.slot]
            if pulse != worker.pulse or not worker.todo:
                worker.pulse, worker.alive_at = pulse, now
            elif now - worker.alive_at > self._limit:
                self._workers[place] = self._replace(worker, Lost.TIMEOUT)
            elif worker.gone:
                self._workers[place] = self._replace(worker, Lost.DIED)

    def _turn(self) -> float:
        """For how many seconds this process ran. While it was stopped (Ctrl-Z) the workers were too, and none of them hung."""
        now = time.monotonic()
        self._ran += min(now - self._looked, TURN_SECONDS)
        self._looked = now
        return self._ran

    def _receive(self, timeout: float) -> None:
        by_line = {worker.child.line: worker for worker in self._workers if worker.todo}
        for line in ready(list(by_line), timeout) if by_line else []:
            worker = by_line[line]
            try:
                while worker.todo and ready([line], 0):
                    for index, result, crash in line.receive():
                        self._note(worker, index, result, crash)
            except (EOFError, OSError):
                worker.gone = True

    def _note(self, worker: _Worker, index: int, result: R, crash: str) -> None:
        worker.todo.popleft()
        worker.told += 1
        self._heard += 1
        self._done[index] = self._task.lost(self._items[index], Lost.CRASHED, crash) if crash else result

    def _replace(self, worker: _Worker, why: Lost) -> _Worker:
        """End a worker that hangs or is gone; the item at hand is lost, the others are done by its successor.

        So are those that it had done and not yet told, once: doing one again leaves the same on the disk. Where nothing
        was at hand, nothing is lost, unless it goes wrong a second time.
        """
        worker.child.kill()
        done, at_hand = divmod(self._pulses[self._jobs + 1 + worker.slot] - 2 * worker.told, 2)
        at = done if at_hand else 0
        index = worker.todo[at]
        safe = not at_hand or (why is Lost.DIED and self._task.stands(self._items[index]))
        if not safe or index in self._twice:
            del worker.todo[at]
            self._done[index] = self._task.lost(self._items[index], why, "")
        self._twice.add(index)
        self._again.extend(worker.todo)
        return self._start(worker.slot)

    def close(self) -> None:
        self._pulses[self._jobs] = 1
        for worker in self._workers:
            worker.child.end()
        for worker in self._workers:
            worker.child.kill()
        self._pulses.release()
        self._shared.close()

    def _serve(self, slot: int, line: Line) -> None:
        """The life of a worker."""
        global _pulse, _slot
        _pulse, _slot, parent = self._pulses, slot, os.getppid()
        counter = self._jobs + 1 + slot
        with contextlib.suppress(EOFError, BrokenPipeError):
            while indexes := line.receive():
                done: list[tuple[int, R | None, str]] = []
                until = time.monotonic() + TELL_SECONDS
                for index in indexes:
                    stopped = self._pulses[self._jobs] or os.getppid() != parent
                    if done and (stopped or time.monotonic() >= until):
                        line.send(self._settled(done))
                        done, until = [], time.monotonic() + TELL_SECONDS
                    if stopped:
                        return
                    self._pulses[counter] += 1
                    done.append((index, *self._result(self._items[index])))
                    self._pulses[counter] += 1
                    beat()
                line.send(self._settled(done))

    def _settled(self, done: Sequence[tuple[int, R | None, str]]) -> list[tuple[int, R | None, str]]:
        whole = [result for _, result, crash in done if result is not None and not crash]
        true = iter(self._task.settle(whole))
        return [
            (index, None if result is None or crash else next(true), crash) for index, result, crash in done
        ]

    def _result(self, item: T) -> tuple[R | None, str]:
        try:
            return self._task.work(item), ""
        except Exception as error:  # noqa: BLE001 - one broken file never stops the batch
            return None, _where(error)
