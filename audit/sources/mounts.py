"""Which places lie on another machine or in the cloud: they are never opened, since opening fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# File systems whose bytes come over a network, or appear when touched (Linux: proc_filesystems(5), autofs(5)).
REMOTE = frozenset(
    {"afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "lustre",
     "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs", "webdav"}
)  # fmt: skip
# FUSE file systems that only show what is on this machine; every other one is taken for remote.
LOCAL_FUSE = frozenset(
    {"fuse.bindfs", "fuse.cryfs", "fuse.encfs", "fuse.exfat", "fuse.fuse-overlayfs", "fuse.gocryptfs",
     "fuse.lxcfs", "fuse.mergerfs", "fuse.ntfs-3g", "fuse.snapfuse", "fuse.squashfuse", "fuse.veracrypt"}
)  # fmt: skip


def is_remote(fstype: str) -> bool:
    return fstype in REMOTE or (fstype.startswith("fuse.") and fstype not in LOCAL_FUSE) or fstype == "fuse"


def remote_mounts() -> dict[str, str]:
    """Mount point → file system type, for every place of this machine that must not be opened."""
    import psutil  # noqa: PLC0415 - 50 ms that only a scan needs

    return {
        mount.mountpoint: mount.fstype
        for mount in psutil.disk_partitions(all=True)
        if mount.mountpoint != "/" and is_remote(mount.fstype)
    }


def under(path: str, places: Mapping[str, str]) -> str | None:
    """The one of `places` that `path` is or lies in, if any."""
    return next((place for place in places if path == place or path.startswith(place.rstrip("/") + "/")), None)
