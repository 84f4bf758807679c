"""Writing a planned result into an open file, from the original that is open too, and giving it what files have beside bytes."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final, Protocol

from audit.formats.base import Bytes, Copy, Zero
from audit.formats.pieces import length
from audit.text import gettext as _
from audit.workers import beat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.formats.base import Piece
    from audit.formats.bmff import Span
    from audit.media import FileReader

NEUTRAL_TIME: Final = 946_684_800  # seconds: 1 January 2000, UTC; the date that clean files get
CACHED: Final = 256 << 10  # bytes; small enough for a processor's cache
_BLOCK: Final = 1 << 20
_STEP: Final = 4 << 20  # bytes that the system copies by itself at a time
_WORTH_CLONING: Final = 1 << 20  # bytes of a file
_FICLONE: Final = 0x40049409  # linux/fs.h, on most processors; elsewhere it is refused, and all is copied
_TOUCHED: Final = (
    4096  # bytes of a block that is told to have been written to: a page, as the system holds files
)
_SMALL_PIECE: Final = 64 << 10  # bytes; smaller ones are written together
_ACL: Final = "system.posix_acl_access"  # who may read the file: part of its mode, not of what it tells
_USER: Final = (
    "user."  # xattr(7): the attributes that programs write, such as where a file was downloaded from
)
_NO_KERNEL_COPY: Final = {
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EBADF,
}


Marks = tuple[int, int, int, int]  # device, inode, size, time of the last change


class ChangedError(Exception):
    """The original is not any more what was read."""


class OwnerError(Exception):
    """The result would belong to somebody else than the original. The message is a sentence for people."""


class Check(Protocol):
    """Reads back what was written of a large copy, while the processor still has it at hand."""

    def __call__(self, data: memoryview, at: int) -> None:
        """`data` is of the original, and was written at `at`. Raises what says that something else stands there."""


class _Out:
    """The file that is written, and how far it is."""

    def __init__(self, fd: int, check: Check | None = None) -> None:
        self.fd: Final = fd
        self.check: Final = check
        self._at = 0

    def checked(self, data: memoryview) -> None:
        """Write a part of a large copy."""
        at = self._at
        self.put([data])
        if self.check:
            self.check(data, at)

    def put(self, parts: Sequence[bytes | memoryview]) -> None:
        data = b"".join(parts) if len(parts) > 1 else parts[0] if parts else b""
        done = os.write(self.fd, data) if data else 0
        while done < len(data):
            done += os.write(self.fd, memoryview(data)[done:])
        self.took(done)

    def took(self, count: int) -> None:
        self._at += count
        beat()


def write(
    reader: FileReader,
    pieces: Sequence[Piece],
    fd: int,
    check: Check | None = None,
) -> None:
    """Write the pieces one after the other. Raises OSError, ChangedError if the original became shorter, and what `check` does.

    Where everything that stays keeps its place and the file system can share blocks between files, it is asked to, and
    only what changes is written.
    """
    out = _Out(fd, check)
    if reader.size >= _WORTH_CLONING and keeps_layout(pieces) and cloned(reader, fd):
        patch(pieces, fd)
        out.took(sum(map(length, pieces)))
        return
    few: list[bytes | memoryview] = []
    for piece in pieces:
        if isinstance(piece, Zero) and piece.size > _SMALL_PIECE:
            out.put(few)
            few = []
            _zeros(out, piece.size)
        elif not isinstance(piece, Copy):
            few.append(piece.data if isinstance(piece, Bytes) else bytes(piece.size))
        elif piece.stop - piece.start <= _SMALL_PIECE:
            few.append(_all(reader, piece))
        else:
            out.put(few)
            few = []
            _copy(reader, piece, out)
    out.put(few)


def _zeros(out: _Out, left: int) -> None:
    while left:
        size = min(left, _BLOCK)
        out.put([bytes(size)])
        left -= size


def keeps_layout(pieces: Sequence[Piece]) -> bool:
    """Whether every byte that is copied keeps its place."""
    at = 0
    for piece in pieces:
        if isinstance(piece, Copy) and piece.start != at:
            return False
        at += length(piece)
    return True


def cloned(reader: FileReader, fd: int) -> bool:
    """Whether the file system made the empty file a copy that shares its blocks until one of them is written to.

    ioctl_ficlone(2).
    """
    try:
        import fcntl

        fcntl.ioctl(fd, _FICLONE, reader.fd)
    except (ImportError, OSError):
        return False
    if os.fstat(fd).st_size == reader.size:
        return True
    os.ftruncate(fd, 0)
    return False


def to_same_place(reader: FileReader, start: int, stop: int, fd: int) -> None:
    """Copy the bytes `start` to `stop`. Raises OSError, and ChangedError if the original became shorter.

    Where the open file stands does not matter: several processes may copy into one.
    """
    while start < stop:
        try:
            count = os.copy_file_range(reader.fd, fd, stop - start, start, start)
        except OSError as error:
            if error.errno not in _NO_KERNEL_COPY:
                raise
            data = reader.read(start, min(stop - start, _BLOCK))
            count = os.pwrite(fd, data, start) if data else 0
        if count == 0:
            raise ChangedError
        beat()
        start += count


class Touched:
    """The blocks of a file in which something was written, in order; those that join are one."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def add(self, start: int, stop: int) -> None:
        start, stop = start // _TOUCHED * _TOUCHED, -(-stop // _TOUCHED) * _TOUCHED
        if self.spans and self.spans[-1][0] <= start <= self.spans[-1][1]:
            start, last = self.spans.pop()
            stop = max(stop, last)
        self.spans.append((start, stop))


def patch(pieces: Sequence[Piece], fd: int) -> list[Span]:
    """Write what is not copied into a whole copy of the original. Raises OSError.

    Says in which blocks of the file something was written, whatever the pieces say: each write tells where it went.
    """
    at, touched = 0, Touched()
    for piece in pieces:
        end = at + length(piece)
        while at < end and not isinstance(piece, Copy):
            size = min(end - at, _BLOCK)
            data = piece.data[-(end - at) :] if isinstance(piece, Bytes) else bytes(size)
            count = os.pwrite(fd, data, at)
            touched.add(at, at + count)
            beat()
            at += count
        at = end
    os.ftruncate(fd, at)
    return touched.spans


def _all(reader: FileReader, piece: Copy) -> bytes:
    data = reader.read(piece.start, piece.stop - piece.start)
    if len(data) < piece.stop - piece.start:
        raise ChangedError
    return data


def _copy(reader: FileReader, piece: Copy, out: _Out) -> None:
    start, stop = piece
    if out.check or reader.view(start, stop) is not None:
        _copy_blocks(reader, piece, out)
        return
    while start < stop:
        try:
            count = os.copy_file_range(reader.fd, out.fd, min(stop - start, _STEP), start)
        except OSError as error:
            if error.errno not in _NO_KERNEL_COPY:
                raise
            data = reader.read(start, min(stop - start, _BLOCK))
            out.put([data])
            start += len(data)
            if not data:
                raise ChangedError from error
            continue
        if count == 0:
            raise ChangedError
        out.took(count)
        start += count


def _copy_blocks(reader: FileReader, piece: Copy, out: _Out) -> None:
    """In blocks that fit a processor's cache: each is read, written and read back before the next."""
    start, stop = piece
    block = bytearray()
    while start < stop:
        end = min(start + CACHED, stop)
        held = reader.view(start, end)
        if held is None:
            block = block or bytearray(CACHED)
            held = memoryview(block)[: end - start]
            if reader.read_into(start, held) < end - start:
                raise ChangedError
        out.checked(held)
        start = end


def same_access(reader: FileReader, fd: int) -> None:
    """Give the result the owner, the group, the mode and the access list that the original has. Raises OwnerError."""
    made = os.fstat(fd)
    if (made.st_uid, made.st_gid) != (reader.stat.st_uid, reader.stat.st_gid):
        try:
            os.fchown(fd, reader.stat.st_uid, reader.stat.st_gid)
        except PermissionError as error:
            raise OwnerError(_("its owner or group would change: make a copy with --to instead")) from error
    os.fchmod(fd, stat.S_IMODE(reader.stat.st_mode) & 0o777)
    try:
        access = os.getxattr(reader.fd, _ACL)
    except OSError:
        return
    os.setxattr(fd, _ACL, access)


def set_time(reader: FileReader, fd: int, *, keep: bool) -> None:
    """The time of the last change: that of the original, or one that says nothing. Raises OSError."""
    when = reader.stat.st_mtime_ns if keep else NEUTRAL_TIME * 10**9
    os.utime(fd, ns=(when, when))


def told_beside(reader: FileReader, *, keep_time: bool) -> list[str]:
    """What a file says beside its bytes: "file time", "attributes"."""
    found = []
    if not keep_time and reader.stat.st_mtime_ns != NEUTRAL_TIME * 10**9:
        found.append("file time")
    if _attributes(reader.fd):
        found.append("attributes")
    return found


def silence_beside(reader: FileReader, *, keep_time: bool) -> None:
    """Take away what `told_beside` names; the bytes stay as they are. Raises OSError."""
    for name in _attributes(reader.fd):
        os.removexattr(reader.fd, name)
    set_time(reader, reader.fd, keep=keep_time)


def _attributes(fd: int) -> list[str]:
    try:
        return [name for name in os.listxattr(fd) if name.startswith(_USER)]
    except OSError:
        return []  # a file system without them


def marks(found: os.stat_result) -> Marks:
    """What tells whether a file is still the same, and holds what it held."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def unchanged(path: str, before: Marks) -> None:
    """Raise ChangedError unless the file at `path` has the marks that it had. Raises OSError."""
    if marks(os.lstat(path)) != before:
        raise ChangedError
