"""The `curtain` program: from its start to its exit status."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from audit import text
from audit.cli import terminal
from audit.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from audit.cli.terminal import Perform
    from audit.processes import Line

UNIX_ONLY = {"fcntl", "pwd"}  # parts of Python that other systems do not have
COLLECT_EVERY = (
    20_000  # new objects, before Python looks for circles among them: start-up makes many, and no circles
)


def main() -> None:
    """The console script: exits 0, 1, 2 or 130."""
    gc.set_threshold(COLLECT_EVERY)
    text.choose()
    arguments = sys.argv[1:]
    if arguments[:1] and arguments[0] in terminal.PERFORMED and hasattr(os, "fork"):
        _leave(_guarded(lambda: _beside(arguments)))
    _leave(run(arguments))


def run(arguments: Sequence[str] | None = None, perform: Perform = terminal.perform) -> int:
    """Run one command line. An interruption is 130; a mistake in usage 2; never a traceback for either."""
    from audit.cli import group

    return _guarded(lambda: group.invoke(arguments, perform))


def _beside(arguments: Sequence[str]) -> int:
    """The same, where another process understands the command line while this one imports what the command needs.

    Each takes as long as reading two hundred pictures.
    """
    from audit.processes import Child

    try:
        child = Child(lambda line: _understand(arguments, line), ())
    except OSError:
        return run(arguments)  # no more processes are allowed
    try:
        terminal.prepare(arguments[0])
        try:
            status, asked = child.line.receive()
        except EOFError:
            return run(arguments)  # whatever went wrong there will be seen here
        return status if asked is None else terminal.perform(*asked)
    finally:
        child.kill()


def _understand(arguments: Sequence[str], line: Line) -> None:
    asked: list[tuple[str, Mapping[str, object]]] = []

    def hand_over(name: str, options: Mapping[str, object]) -> int:
        asked.append((name, options))
        return 0

    status = run(arguments, hand_over)
    line.send((status, asked[0] if asked else None))


def _guarded(work: Callable[[], int]) -> int:
    try:
        status = work()
        sys.stdout.flush()
    except KeyboardInterrupt:
        terminal.warn(_("Stopped."))
        return 130
    except ModuleNotFoundError as error:
        if error.name not in UNIX_ONLY:
            raise
        terminal.warn(
            _("This version cannot do this on this kind of system yet; it is made and tried on Linux.")
        )
        return 2
    except (BrokenPipeError, SystemExit):  # click makes the one into the other
        _discard_output()
        return 0
    return status


def _leave(status: int) -> NoReturn:
    """End the process here: taking everything apart first takes as long as scrubbing fifty pictures."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _discard_output() -> None:
    """The reader of our output has gone: what is still buffered has nowhere to go, and that is no mistake."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
