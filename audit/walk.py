"""Walking folders without following links, opening anything, or passing over what cannot be read.

`os.scandir`, since glob and os.walk say nothing about folders they could not open.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from audit.drafts import is_leftover
from audit.media import Why
from audit.mounts import remote_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.mounts import Remote

Identity = tuple[int, int]  # device and inode


class Listing(NamedTuple):
    """What one folder holds, by name. `left` are entries not opened, and why; `error` says that nothing could be listed."""

    path: str
    files: Sequence[str] = ()
    folders: Sequence[str] = ()
    left: Sequence[tuple[str, Why]] = ()
    error: OSError | None = None


class Walk:
    """How to walk. `seen` are folders not to be entered again: loops of bind mounts, folders named twice, a target."""

    def __init__(
        self,
        remotes: Sequence[Remote] = (),
        seen: set[Identity] | None = None,
        on_leftover: Callable[[str], object] | None = None,
    ) -> None:
        """`on_leftover` is called with a folder in which a killed run left a file."""
        self.remotes = remotes
        self.seen = set() if seen is None else seen
        self.on_leftover = on_leftover

    def listings(self, folder: str) -> Iterator[Listing]:
        """`folder` and every folder below it, each before those inside it, by name."""
        waiting = [folder]
        while waiting:
            listing = self._listing(waiting.pop())
            yield listing
            waiting += (os.path.join(listing.path, name) for name in reversed(listing.folders))

    def _listing(self, path: str) -> Listing:
        try:
            found = os.stat(path)
            if (found.st_dev, found.st_ino) in self.seen:
                return Listing(path)
            self.seen.add((found.st_dev, found.st_ino))
            with os.scandir(path or ".") as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            return Listing(path, error=error)
        files: list[str] = []
        folders: list[str] = []
        left: list[tuple[str, Why]] = []
        for entry in ordered:
            if is_leftover(entry.name):
                if self.on_leftover:
                    self.on_leftover(path)
            elif (why := self._left_alone(entry)) is not None:
                left.append((entry.name, why))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                files.append(entry.name)
        return Listing(path, files, folders, left)

    def _left_alone(self, entry: os.DirEntry[str]) -> Why | None:
        if self.remotes and remote_at(os.path.abspath(entry.path), self.remotes):
            return Why.REMOTE  # asked first: even a look at its kind could hang
        if entry.is_symlink():
            return Why.LINK
        if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False):
            return None
        return Why.SPECIAL
