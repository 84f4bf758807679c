"""Places that a source meets: a plain folder, hostile files, an account without rights."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534


@contextlib.contextmanager
def without_rights() -> Iterator[None]:
    """As an account that may not read everything: as it is, or root stepping down for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def open_folder_for_all() -> Iterator[Path]:
    """A temporary folder that another account can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def hostile_home(home: Path) -> None:
    """What may stand in a home without any ill will, and with some."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "notes.txt").write_bytes(b"0123456789" * 10)
    (home / "Pictures").mkdir()
    (home / "Pictures" / "one.txt").write_bytes(b"one")
    (home / "link").symlink_to("Pictures/one.txt")
    (home / "folder-link").symlink_to("Pictures")
    (home / "up").symlink_to("../" * 30 + "etc/passwd")
    (home / "loop-a").symlink_to("loop-b")
    (home / "loop-b").symlink_to("loop-a")
    (home / "self").symlink_to("self/self")
    (home / "broken").symlink_to("not-there")
    os.mkfifo(home / "photo.jpg")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as listener, contextlib.chdir(home):
        listener.bind("socket")
    (home / os.fsdecode(b"caf\xe9\n\x1b[31m")).write_bytes(b"odd")


def device_node(path: Path) -> None:
    """A character device, the same as /dev/null. Only root can make one."""
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes device nodes")
