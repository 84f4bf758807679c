"""Work on a large file that two processes share: one that was forked for it, and this one as soon as it has time."""

from __future__ import annotations

import contextlib
import os
from array import array
from bisect import bisect_right
from itertools import accumulate
from mmap import mmap
from typing import TYPE_CHECKING, Final

from audit import copying, mounts
from audit.copying import ChangedError
from audit.formats.base import Bytes, Copy, Zero
from audit.formats.pieces import length
from audit.media import FileReader
from audit.processes import Child, Numbers
from audit.text import gettext as _
from audit.verify import VerificationError, differs

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
_RESERVES: Final = frozenset({"ext4"})
_LASTING: Final = 64 << 20  # bytes after which a result that must be on the disk is sent there


class Shares:
    """A file cut into shares, which are copied by a process that was forked for it, and each checked once, by it or by this one.

    As long as this one does other things, the other checks each block as soon as it was copied, while the processor's cache
    holds it. Then the other only copies, and this one checks: two that write into one file keep each other waiting. What is
    left in the end they share. Where no process can be forked, this one does it all.
    """

    def __init__(self, size: int, copy: Work, check: Work) -> None:
        """Both are done from one byte to another. Raises OSError."""
        self._size: Final = size
        self._share: Final = max(_SHARE, -(-size // Numbers.MOST))
        self._copy, self._check = copy, check
        self._parent: Final = os.getpid()
        self._unchecked: Final = Numbers()
        self._helped: Final = mmap(-1, 1)  # both see it: 1 as soon as this process checks
        self._child: Child | None = None
        with contextlib.suppress(OSError):
            self._child = Child(self._live, ())
        self._unchecked.end()

    def done(self) -> None:
        """Help, until it is done. Raises what the work raises: OSError, ChangedError, VerificationError."""
        if self._child is None:
            for number in range(self._many):
                self._do(number, self._copy, self._check)
            return
        self._helped[0] = 1
        self._check_rest()
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
        self._unchecked.close()
        self._helped.close()

    @property
    def _many(self) -> int:
        return -(-self._size // self._share)

    def _do(self, number: int, *steps: Work) -> None:
        start = number * self._share
        end = min(start + self._share, self._size)
        for at in range(start, end, _BLOCK):
            for step in steps:
                step(at, min(at + _BLOCK, end))

    def _check_rest(self) -> None:
        while (number := self._unchecked.take()) is not None:
            self._do(number, self._check)

    def _live(self, line: Line) -> None:
        try:
            for number in range(self._many):
                if os.getppid() != self._parent:
                    raise SystemExit("nobody waits for it any more")
                if self._helped[0]:
                    self._do(number, self._copy)
                    self._unchecked.give(number)
                else:
                    self._do(number, self._copy, self._check)
            self._unchecked.end()
            self._check_rest()
        except (OSError, ChangedError, VerificationError) as error:
            line.send(error)
        else:
            line.send(None)


def copied(source: FileReader, fd: int, *, lasting: bool) -> Shares:
    """Copy a whole file into the empty one that is open as `fd`, and compare it, as the system gives it back.

    What must be on the disk in the end (`lasting`) is sent there little by little: a slow disk would else be silent for
    minutes. Raises OSError.
    """
    shared = copying.cloned(source, fd)
    if not shared:
        _reserve(fd, source.size)
    result = FileReader(fd, os.fstat(fd))
    block, other = bytearray(_BLOCK), bytearray(_BLOCK)  # fresh memory for each takes longer than reading

    def copy(start: int, stop: int) -> None:
        if not shared:
            copying.to_same_place(source, start, stop, fd)
        if lasting and start // _LASTING != stop // _LASTING:
            os.fdatasync(fd)

    def check(start: int, stop: int) -> None:
        if stop - start == _BLOCK:
            _compare(source, result, start, block, other)
        else:
            _compare(source, result, start, bytearray(stop - start), bytearray(stop - start))

    return Shares(source.size, copy, check)


def _reserve(fd: int, size: int) -> None:
    """Ask for all the room at once: a full disk is known at once, and the system has less to do for each block.

    Only where the file system can do that, and copying is faster for it: elsewhere posix_fallocate(3) may write each block.
    """
    if mounts.type_of(os.fstat(fd).st_dev) in _RESERVES:
        os.posix_fallocate(fd, 0, size)


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
    source, result = planned.source, FileReader(fd, os.fstat(fd))
    edges = array("Q", accumulate(map(length, planned.pieces), initial=0))
    for start, stop in touched:
        for at, piece in _within(planned.pieces, edges, start, stop):
            if isinstance(piece, Copy):
                expected = source.peek(piece.start, piece.stop - piece.start)
            else:
                expected = piece.data if isinstance(piece, Bytes) else bytes(piece.size)
            if result.peek(at, length(piece)) != expected:
                raise differs()
    if result.size != edges[-1]:
        raise VerificationError(_("the cleaned file does not have the length it should have"))


def _within(pieces: Sequence[Piece], edges: Sequence[int], at: int, stop: int) -> Iterator[tuple[int, Piece]]:
    """What of the pieces stands in a part of the result, at which places, in blocks. They begin and end at the `edges`."""
    number, stop = bisect_right(edges, at) - 1, min(stop, edges[-1])
    while at < stop:
        end = min(stop, edges[number + 1], at + _BLOCK)
        if at < end:
            yield at, _cut(pieces[number], at - edges[number], end - edges[number])
        at, number = end, number + (end == edges[number + 1])


def _cut(piece: Piece, start: int, stop: int) -> Piece:
    if isinstance(piece, Copy):
        return Copy(piece.start + start, piece.start + stop)
    return Bytes(piece.data[start:stop], piece.name) if isinstance(piece, Bytes) else Zero(stop - start)
