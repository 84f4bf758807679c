"""Whether a folder is copied elsewhere or open to others: judged by the marks that sync programs leave in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from audit.artifacts.marks import client_of
from audit.mounts import remote_at, remote_mounts
from audit.text import gettext as _


class Sharing:
    """Answers for many folders: the mount table and each folder's marks are looked at once."""

    def __init__(self) -> None:
        self._remotes = remote_mounts()
        self._services: dict[Path, str | None] = {}

    def shared_with(self, path: Path) -> str | None:
        """Who else gets what lies at `path`, in words for a sentence, or None. The path need not exist yet."""
        place = Path(os.path.realpath(path))
        if remote := remote_at(str(place), self._remotes):
            return _("another machine ({through})").format(through=remote.through)
        for folder in (place, *place.parents):
            if service := self._marked(folder):
                return service
        folder = place if place.is_dir() else place.parent
        return _("other accounts of this computer") if _others_write(folder) else None

    def _marked(self, folder: Path) -> str | None:
        if folder not in self._services:
            self._services[folder] = _marked(folder)
        return self._services[folder]


def shared_with(path: Path) -> str | None:
    """Who else gets what lies at `path`, in words for a sentence, or None. The path need not exist yet."""
    return Sharing().shared_with(path)


def _marked(folder: Path) -> str | None:
    try:
        with os.scandir(folder) as entries:
            hidden = [entry.name for entry in entries if entry.name.startswith(".")]
    except OSError:
        return None
    return next((client for name in hidden if (client := _client(folder, name))), None)


def _client(folder: Path, name: str) -> str:
    return client_of(name, is_dir=name == ".dropbox" and (folder / name).is_dir())


def _others_write(folder: Path) -> bool:
    """A folder of somebody else that this group or everybody may write to. A sticky one, like /tmp, keeps files apart."""
    try:
        found = folder.stat()
    except OSError:
        return False
    writable = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return bool(writable) and not found.st_mode & stat.S_ISVTX and found.st_uid != os.geteuid()
