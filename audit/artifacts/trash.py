"""What lies in the trash: how many pictures and videos, how large, since when. Names are not kept.

The FreeDesktop.org Trash specification 1.0: `Trash` in the home's data folder; on every other disk `.Trash-UID` or `.Trash/UID` at its
top; in each `files` and `info`, with one `.trashinfo` for each thing thrown away (DeletionDate, local time).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.encryption import MOUNTS, parse_mounts
from audit.artifacts.leftovers import MOST, media
from audit.model import GapKind
from audit.sources.base import Home
from audit.stores import ini

HOME = (".local/share/Trash",)
REMOVABLE = ("/media", "/run/media", "/mnt")
_MOST_DATES = 200
_MOST_DISKS = 50
_DATE = re.compile(r"^(\d{4}-\d\d-\d\d)T\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Trash(Artifact):
    """One trash folder that is not empty. `size`: bytes of its pictures and videos. `since`: the oldest day something was thrown away.

    `removable`: it lies on a stick or another disk that can be taken along.
    """

    KIND: ClassVar[str] = "trash"
    path: str
    user: str
    files: int
    pictures: int
    videos: int
    size: int
    since: str = ""
    removable: bool = False


@collects(Trash)
def collect(look: Look) -> Iterator[Trash]:
    tops = first(look, MOUNTS, list(dict.fromkeys(_tops(look))), _MOST_DISKS)
    for home in look.homes:
        for place in HOME:
            yield from _trash(look, home, f"{home.path}/{place}", removable=False)
        found = look.stat(home.path)
        for top in tops if found else ():
            for name in (f".Trash-{found.uid}", f".Trash/{found.uid}") if found else ():
                yield from _trash(look, home, f"{top}/{name}", removable=top.startswith(REMOVABLE))


def _tops(look: Look) -> Iterator[str]:
    """The tops of other disks: those that are mounted, and in a tree those that stand where desktops mount them."""
    for each in look.parse(parse_mounts, MOUNTS) or ():
        if each.device.startswith("/dev/") and each.kind != "squashfs" and each.path != "/":
            yield each.path
    for folder in REMOVABLE:
        for entry in look.scan(folder):
            if entry.is_dir:
                yield f"{folder}/{entry.name}"
                if folder != "/mnt":
                    inner = look.scan(f"{folder}/{entry.name}")
                    yield from (f"{folder}/{entry.name}/{each.name}" for each in inner if each.is_dir)


def _trash(look: Look, home: Home, path: str, *, removable: bool) -> Iterator[Trash]:
    bulk = look.measure(f"{path}/files", MOST)
    if bulk is None or not bulk.files:
        return
    if not bulk.whole:
        look.gap(GapKind.BOUNDED, what=look.show(path), most=str(MOST))
    held = media(bulk)
    names = [each.name for each in look.scan(f"{path}/info") if each.name.endswith(".trashinfo")]
    days = (look.parse(parse_info, f"{path}/info/{name}", 1 << 16) for name in names[:_MOST_DATES])
    yield Trash(
        path=look.show(path),
        user=home.user,
        files=bulk.files,
        pictures=held.pictures,
        videos=held.videos,
        size=held.size,
        since=min((day for day in days if day), default=""),
        removable=removable,
    )


def parse_info(data: bytes) -> str:
    """The day of a `.trashinfo`, or empty where it does not say one. Raises ParseError."""
    for section, key, value in ini.settings(data):
        if section == "Trash Info" and key == "DeletionDate" and (match := _DATE.match(value)):
            return match[1]
    return ""
