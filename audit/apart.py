"""Work on a large file that a process of its own does, while this one goes on with something else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from audit import copying
from audit.copying import ChangedError
from audit.formats.base import Copy
from audit.media import FileReader
from audit.processes import Child
from audit.verify import VerificationError, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.processes import Line
    from audit.verify import Planned

_LASTING: Final = 64 << 20  # bytes after which a result that must be on the disk is sent there


class Apart:
    """Something that is done from now on, in a process that was forked for it."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work: Final = work
        self._child: Final = Child(self._live, ())

    def done(self) -> None:
        """Wait until it is done. Raises what it raises: OSError, ChangedError, VerificationError."""
        try:
            error = self._child.line.receive()
        except EOFError as ended:
            raise RuntimeError("a process of ours ended") from ended
        if error is not None:
            raise error

    def close(self) -> None:
        """Wait no longer, and end it if it is still at work."""
        self._child.kill()

    def _live(self, line: Line) -> None:
        try:
            self._work()
        except (OSError, ChangedError, VerificationError) as error:
            line.send(error)
        else:
            line.send(None)


def copied(source: FileReader, fd: int, *, lasting: bool) -> Apart:
    """Copy a whole file into the empty one that is open as `fd`.

    What must be on the disk in the end (`lasting`) is sent there little by little: a slow disk would else be silent for minutes.
    """
    own = FileReader(source.fd, source.stat)  # what a reader holds is not for two
    told = _Told(fd, lasting=lasting)
    return Apart(lambda: copying.write(own, [Copy(0, own.size)], fd, told))


def compared(planned: Planned, fd: int) -> Apart:
    """Compare a result with its original, byte for byte."""
    result = FileReader(fd, os.fstat(fd))
    source = FileReader(planned.source.fd, planned.source.stat)
    return Apart(lambda: compare(source, planned.pieces, result))


class _Told:
    """Hears how far a copy is."""

    def __init__(self, fd: int, *, lasting: bool) -> None:
        self._fd: Final = fd
        self._lasting: Final = lasting
        self._sent = 0
        self._parent: Final = os.getpid()

    def __call__(self, done: int) -> None:
        if os.getppid() != self._parent:
            raise SystemExit("nobody waits for the copy any more")
        if self._lasting and done - self._sent >= _LASTING:
            os.fdatasync(self._fd)
            self._sent = done
