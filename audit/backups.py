"""Keeping the original of a file before it is cleaned in place."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from audit.drafts import drafted, make_folders, open_folder
from audit.media import NotOpenedError, open_medium

if TYPE_CHECKING:
    from audit.media import FileReader

_BLOCK = 1 << 20
# link(2): another disk, a file system without hard links, one that forbids them here, or too many of them.
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES}


class TakenError(Exception):
    """Something else stands where the original would be kept."""


def keep(reader: FileReader, source: str, place: str) -> None:
    """Have the original of `source`, open as `reader`, under the name `place` too. Raises OSError and TakenError.

    On one disk it is the same file, whose old name will lead to the clean one: nothing is copied. When this returns,
    the original is on the disk under its second name.
    """
    folder, name = os.path.split(place)
    make_folders(folder)
    with open_folder(folder) as fd:
        try:
            _link_or_copy(reader, source, fd, name)
        except FileExistsError:
            if not _same(reader, place):
                raise TakenError from None
        os.fsync(fd)


def _link_or_copy(reader: FileReader, source: str, folder_fd: int, name: str) -> None:
    try:
        os.link(source, name, dst_dir_fd=folder_fd, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        _copy(reader, folder_fd, name)
        return
    if not os.path.samestat(os.stat(name, dir_fd=folder_fd, follow_symlinks=False), reader.stat):
        os.unlink(name, dir_fd=folder_fd)  # another file came to stand at `source` meanwhile
        raise TakenError


def _same(reader: FileReader, place: str) -> bool:
    """Whether `place` holds the same bytes: an earlier run was stopped between keeping and cleaning."""
    try:
        with open_medium(place) as other:
            if os.path.samestat(other.stat, reader.stat):
                return True
            return other.size == reader.size and all(
                other.read(at, _BLOCK) == reader.read(at, _BLOCK) for at in range(0, reader.size, _BLOCK)
            )
    except NotOpenedError:
        return False


def _copy(reader: FileReader, folder_fd: int, name: str) -> None:
    with drafted(folder_fd) as draft:
        for at in range(0, reader.size, _BLOCK):
            data = memoryview(reader.read(at, _BLOCK))
            while data:
                data = data[os.write(draft.fd, data) :]
        os.fchmod(draft.fd, stat.S_IMODE(reader.stat.st_mode) & 0o666)
        os.utime(draft.fd, ns=(reader.stat.st_atime_ns, reader.stat.st_mtime_ns))
        os.fsync(draft.fd)
        draft.publish(name, replace=False)
