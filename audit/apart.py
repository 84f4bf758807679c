"""Work on a large file that two processes share: one that was forked for it, and this one as soon as it has time."""

from __future__ import annotations

import contextlib
import os
from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from audit import copying
from audit.copying import ChangedError
from audit.formats.base import Bytes, Copy, Zero
from audit.formats.pieces import length
from audit.media import FileReader
from audit.processes import Child, Numbers
from audit.text import gettext as _
from audit.verify import VerificationError, differs, stands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.formats.base import Piece
    from audit.formats.bmff import Span
    from audit.processes import Line
    from audit.verify import Planned

    Work = Callable[[int, int], None]

_BLOCK: Final = (
    128 << 10
)  # bytes compared at a time: in both files and in memory they fit into a processor's cache
_SHARE: Final = 8 << 20  # bytes of a file that are worked on in one go
_LASTING: Final = 64 << 20  # bytes after which a result that must be on the disk is sent there


class Shares:
    """A file cut into shares, each of which is worked on once: from now on by a process that was forked for it.

    Where none can be forked, this one does it all when it waits.
    """

    def __init__(self, size: int, work: Work) -> None:
        """`work` is done from one byte to another, in either process. Raises OSError."""
        self._size: Final = size
        self._share: Final = max(_SHARE, -(-size // Numbers.MOST))
        self._work: Final = work
        self._parent: Final = os.getpid()
        self._left: Final = Numbers(-(-size // self._share))
        self._child: Child | None = None
        with contextlib.suppress(OSError):
            self._child = Child(self._live, ())

    def done(self) -> None:
        """Help, until it is done. Raises what the work raises: OSError, ChangedError, VerificationError."""
        while self._one():
            pass
        if self._child is None:
            return
        try:
            error = self._child.line.receive()
        except EOFError as ended:
            raise RuntimeError("a process of ours ended") from ended
        if error is not None:
            raise error

    def close(self) -> None:
        """Wait no longer, and end the other process if it is still at work."""
        if self._child:
            self._child.kill()
        self._left.close()

    def _one(self) -> bool:
        """Take one share and do it; False when there are no more."""
        number = self._left.take()
        if number is None:
            return False
        start = number * self._share
        self._work(start, min(start + self._share, self._size))
        return True

    def _live(self, line: Line) -> None:
        try:
            while self._one():
                if os.getppid() != self._parent:
                    raise SystemExit("nobody waits for it any more")
        except (OSError, ChangedError, VerificationError) as error:
            self._left.drop()
            line.send(error)
        else:
            line.send(None)


def copied(source: FileReader, fd: int, *, lasting: bool) -> Shares:
    """Copy a whole file into the empty one that is open as `fd`, and compare it, as the system gives it back, block by block.

    Each block is compared as soon as it was copied, while the processor's cache holds it. What must be on the disk in the end
    (`lasting`) is sent there little by little: a slow disk would else be silent for minutes. Raises OSError.
    """
    shared = copying.cloned(source, fd)
    result = FileReader(fd, os.fstat(fd))
    block, other = bytearray(_BLOCK), bytearray(_BLOCK)  # fresh memory for each takes longer than reading
    done = 0

    def work(start: int, stop: int) -> None:
        nonlocal done
        for at in range(start, stop, _BLOCK):
            end = min(at + _BLOCK, stop)
            if not shared:
                copying.to_same_place(source, at, end, fd)
            if end - at == _BLOCK:
                _compare(source, result, at, block, other)
            else:
                _compare(source, result, at, bytearray(end - at), bytearray(end - at))
        done += stop - start
        if lasting and done >= _LASTING:
            os.fdatasync(fd)
            done = 0

    return Shares(source.size, work)


def _compare(source: FileReader, result: FileReader, at: int, block: bytearray, other: bytearray) -> None:
    """Whether the same stands at the same place of two files. Raises OSError, ChangedError, VerificationError."""
    if source.read_into(at, block) < len(block):
        raise ChangedError
    if result.read_into(at, other) < len(other) or other != block:  # a bytearray compares by memcmp(3)
        raise differs()


def compared(planned: Planned, fd: int, touched: Sequence[Span]) -> None:
    """Compare a whole copy, of which every byte was compared, where something was written to since (`touched`).

    What stands elsewhere is what it was when it was compared: nobody else has the file, and each write is known by the place
    to which it went, not by that to which it should. So every byte of the result was read back behind the last write to
    it. Raises OSError, VerificationError.
    """
    source, pieces, result = planned.source, planned.pieces, FileReader(fd, os.fstat(fd))
    edges = array("Q", accumulate(map(length, pieces), initial=0))
    for start, stop in touched:
        for at, piece in _within(pieces, edges, start, stop):
            stands(source, piece, result, at)
    if result.size != edges[-1]:
        raise VerificationError(_("the cleaned file does not have the length it should have"))


def _within(pieces: Sequence[Piece], edges: Sequence[int], at: int, stop: int) -> Iterator[tuple[int, Piece]]:
    """What of the pieces stands in a part of the result, and at which places. They begin and end at the `edges`."""
    number, stop = bisect_right(edges, at) - 1, min(stop, edges[-1])
    while at < stop:
        end = min(stop, edges[number + 1])
        if at < end:
            yield at, _cut(pieces[number], at - edges[number], end - edges[number])
        at, number = end, number + 1


def _cut(piece: Piece, start: int, stop: int) -> Piece:
    if isinstance(piece, Copy):
        return Copy(piece.start + start, piece.start + stop)
    return Bytes(piece.data[start:stop], piece.name) if isinstance(piece, Bytes) else Zero(stop - start)
