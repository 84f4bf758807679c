"""Which places are on another machine. The mount table is read; the places themselves are never touched.

File system types: mount(8), systemd's `fstype_is_network`, and the FUSE types that programs register.
"""

# ruff: noqa: SIM905 - a list of forty names reads better as words

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# autofs stands for a place that is mounted by touching it.
NETWORK = frozenset(
    "afs ceph cifs smb2 smb3 smbfs sshfs ncp ncpfs nfs nfs4 gfs gfs2 glusterfs pvfs2 ocfs2 lustre davfs autofs".split()
)
LOCAL_FUSE = frozenset(
    (
        "fuseblk fuse.bindfs fuse.encfs fuse.cryfs fuse.gocryptfs fuse.securefs fuse.mergerfs fuse.ntfs-3g fuse.exfat "
        "fuse.lxcfs fuse.snapfuse fuse.portal fuse.fuse-overlayfs fuse.unionfs fuse.squashfuse fuse.archivemount fuse.veracrypt"
    ).split()
)

_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")


class Remote(NamedTuple):
    """A place on another machine: where it is mounted, and the file system type it is reached through."""

    place: str
    through: str


def is_remote(fstype: str) -> bool:
    """Whether opening a file there may fetch it over a network. An unknown FUSE type counts as remote."""
    return fstype in NETWORK or (fstype.startswith("fuse") and fstype not in LOCAL_FUSE)


def remote_mounts() -> tuple[Remote, ...]:
    """The remote places mounted now, the deepest first."""
    found = {Remote(place, fstype) for place, fstype in _mounts() if is_remote(fstype)}
    return tuple(sorted(found, key=lambda remote: (-len(remote.place), remote.place)))


def _mounts() -> Iterator[tuple[str, str]]:
    """Place and type of every mounted file system, from proc_pid_mounts(5): blanks in a name are octal there."""
    with open("/proc/self/mounts", "rb") as table:
        for line in table:
            place, fstype = line.split(b" ")[1:3]
            plain = _OCTAL.sub(lambda code: bytes((int(code[1], 8),)), place)
            yield os.fsdecode(plain), os.fsdecode(fstype)


def remote_at(path: str, remotes: Iterable[Remote]) -> Remote | None:
    """The remote mount that holds `path` (absolute, already resolved), or None."""
    for remote in remotes:
        if path == remote.place or path.startswith(remote.place.rstrip(os.sep) + os.sep):
            return remote
    return None


def type_of(device: int) -> str | None:
    """The type of the file system that files with this `st_dev` are on, from proc_pid_mountinfo(5); None where that does not say it."""
    number = f"{os.major(device)}:{os.minor(device)}".encode()
    try:
        with open("/proc/self/mountinfo", "rb") as table:
            for line in table:
                place, _, kind = line.partition(b" - ")
                if place.split(b" ")[2] == number:
                    return os.fsdecode(kind.split(b" ")[0])
    except (OSError, IndexError):
        pass
    return None
