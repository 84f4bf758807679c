"""A file that is either complete or not there: written beside its place under a temporary name, then moved.

Only `audit.scrubber` and `audit.output` write through this module.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import itertools
import os
import re
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_NAME = re.compile(r"\.curtain-[0-9a-f]{16}\.tmp")
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CREATE_NAMELESS = os.O_RDWR | os.O_CLOEXEC | os.O_TMPFILE if hasattr(os, "O_TMPFILE") else None
_DESCRIPTORS = "/proc/self/fd"  # linkat(2): how a file without a name gets one
_with_nameless: dict[int, bool] = {}  # by device
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_RENAME_NOREPLACE = 1  # <linux/fs.h>
NAME_LIMIT = 255  # bytes of a file name: NAME_MAX of the usual file systems
_count = itertools.count()


@functools.cache
def _token(_process: int) -> str:
    """Eight random digits for each process: names that differ little are cheaper for the file system than random ones."""
    return os.urandom(4).hex()


def _temporary() -> str:
    return f".curtain-{_token(os.getpid())}{next(_count):08x}.tmp"


class Draft:
    """An open file of mode 0600 that stands under no name that anybody knows until it is published.

    A draft that replaces nothing has no name at all where the file system can do that (open(2), O_TMPFILE): nothing is left of
    it when its writer is killed, and writers in one folder wait less for one another. Any other has a temporary name in the
    folder, and is held by a lock for as long as its writer lives.
    """

    def __init__(self, folder_fd: int, *, new: bool = False) -> None:
        """Create it in the folder that is open as `folder_fd`; `new` promises that it will replace nothing. Raises OSError."""
        self._folder = folder_fd
        self._published = False
        self.name = ""
        fd = _nameless(folder_fd) if new else None
        self.fd = self._named() if fd is None else fd
        if person := invoker():
            os.fchown(self.fd, *person)

    def _named(self) -> int:
        while True:
            self.name = _temporary()
            try:
                fd = os.open(self.name, _CREATE, 0o600, dir_fd=self._folder)
            except FileExistsError:
                continue
            if _held(fd):
                return fd
            os.close(fd)  # another run took it for a left-over before it was locked

    def publish(self, name: str, *, replace: bool) -> None:
        """Move it to `name` in the same folder. Raises FileExistsError where that exists and may not be replaced."""
        if replace:
            os.replace(self.name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        elif self.name:
            _rename_new(self._folder, self.name, name)
        else:
            os.link(f"{_DESCRIPTORS}/{self.fd}", name, dst_dir_fd=self._folder)
        self._published = True

    def close(self) -> None:
        """Let go of it; a draft that was not published is gone afterwards."""
        if self.name and not self._published:
            with contextlib.suppress(OSError):
                os.unlink(self.name, dir_fd=self._folder)
        os.close(self.fd)


def _nameless(folder_fd: int) -> int | None:
    """A file without a name, or None where there are none: on memory cards (vfat), over the network, without /proc."""
    device = os.fstat(folder_fd).st_dev
    if device not in _with_nameless:
        _with_nameless[device] = _can_be_named_later(folder_fd)
    if _CREATE_NAMELESS is None or not _with_nameless[device]:
        return None
    return os.open(".", _CREATE_NAMELESS, 0o600, dir_fd=folder_fd)


def _can_be_named_later(folder_fd: int) -> bool:
    if _CREATE_NAMELESS is None:
        return False
    name = _temporary()
    try:
        fd = os.open(".", _CREATE_NAMELESS, 0o600, dir_fd=folder_fd)
        try:
            os.link(f"{_DESCRIPTORS}/{fd}", name, dst_dir_fd=folder_fd)
            os.unlink(name, dir_fd=folder_fd)
        finally:
            os.close(fd)
    except OSError:
        return False
    return True


def invoker() -> tuple[int, int] | None:
    """User and group of the person behind sudo(8), to whom what root makes is given; else None."""
    if os.geteuid() or not (user := os.environ.get("SUDO_UID", "")):
        return None
    group = os.environ.get("SUDO_GID", "")
    return (int(user), int(group)) if user.isdecimal() and group.isdecimal() else None


def make_folders(path: str) -> None:
    """Make a folder and those above it that are missing. Raises OSError."""
    if os.path.isdir(path):
        return
    if above := os.path.dirname(path):
        make_folders(above)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path)
        if person := invoker():
            os.chown(path, *person, follow_symlinks=False)


def missing_folders(path: str) -> Iterator[str]:
    """The folder and those above it that are not there yet, from the inside out."""
    while path and not os.path.isdir(path):
        yield path
        path = os.path.dirname(path)


def remove_empty(folders: Iterable[str]) -> None:
    """Remove those of our folders that are empty, also of one another."""
    for folder in sorted(folders, key=len, reverse=True):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


@contextlib.contextmanager
def drafted(folder_fd: int) -> Iterator[Draft]:
    """A draft that never outlives the block unpublished."""
    draft = Draft(folder_fd)
    try:
        yield draft
    finally:
        draft.close()


@contextlib.contextmanager
def open_folder(path: str | os.PathLike[str]) -> Iterator[int]:
    """The descriptor of a folder. Raises OSError."""
    fd = opened(path)
    try:
        yield fd
    finally:
        os.close(fd)


def opened(path: str | os.PathLike[str]) -> int:
    """The descriptor of a folder, which whoever asked closes. Raises OSError."""
    return os.open(path or ".", _FOLDER)


def is_leftover(name: str) -> bool:
    """Whether a file is called as our temporary files are."""
    return _NAME.fullmatch(name) is not None


def clear_leftovers(folder: str) -> int:
    """Remove what killed runs left in a folder: our names, our own files, not held by a living writer. Says how many stay."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if is_leftover(entry.name)]
    except OSError:
        return 0
    return sum(not _clear(os.path.join(folder, name)) for name in names)


def _clear(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        found = os.fstat(fd)
        ours = found.st_uid in (os.geteuid(), *(invoker() or ())[:1])
        if not stat.S_ISREG(found.st_mode) or not ours or not _held(fd):
            return False
        os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _held(fd: int) -> bool:
    """Lock a temporary file. False when another process holds it, or has removed it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES)  # else: no locks on this file system
    return os.fstat(fd).st_nlink > 0


def _rename_new(folder_fd: int, old: str, new: str) -> None:
    """renameat2(2) with RENAME_NOREPLACE; where that is not known, a look and then a rename."""
    import ctypes

    if rename := _renameat2():
        if not rename(folder_fd, os.fsencode(old), folder_fd, os.fsencode(new), _RENAME_NOREPLACE):
            return
        code = ctypes.get_errno()
        if code not in (errno.ENOSYS, errno.EINVAL):
            raise OSError(code, os.strerror(code), new)
    with contextlib.suppress(FileNotFoundError):
        os.stat(new, dir_fd=folder_fd, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
    os.rename(old, new, src_dir_fd=folder_fd, dst_dir_fd=folder_fd)


@functools.cache
def _renameat2() -> Callable[[int, bytes, int, bytes, int], int] | None:
    import ctypes

    function: Callable[[int, bytes, int, bytes, int], int] | None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return function
