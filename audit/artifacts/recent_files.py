"""Lists of what was opened last: how many of it pictures and videos. Their names are not kept.

~/.local/share/recently-used.xbel: the FreeDesktop.org recent-files specification, used by GTK and by newer KDE;
~/.local/share/RecentDocuments/NAME.desktop: KDE's KRecentDocument; the database of kactivitymanagerd 5.27, table ResourceScoreCache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from urllib.parse import unquote

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.leftovers import is_media
from audit.stores import sqlite

XBEL = ".local/share/recently-used.xbel"
KDE = ".local/share/RecentDocuments"
ACTIVITIES = ".local/share/kactivitymanagerd/resources/database"
_QUERY = "SELECT DISTINCT targettedResource FROM ResourceScoreCache"


@dataclass(frozen=True, slots=True)
class RecentFiles(Artifact):
    """`entries`: all that the list names; `media`: pictures and videos among them."""

    KIND: ClassVar[str] = "recent-files"
    path: str
    user: str
    entries: int
    media: int


class Count(NamedTuple):
    entries: int
    media: int


@collects(RecentFiles)
def collect(look: Look) -> Iterator[RecentFiles]:
    for home in look.homes:
        path = f"{home.path}/{ACTIVITIES}"
        wal = look.read(f"{path}-wal") or b""
        counts = {
            f"{home.path}/{XBEL}": look.parse(parse_xbel, f"{home.path}/{XBEL}"),
            f"{home.path}/{KDE}": _desktop_files(look, f"{home.path}/{KDE}"),
            path: look.parse(lambda data, wal=wal: parse_activities(data, wal), path),  # type: ignore[misc]
        }
        for place, count in counts.items():
            if count is not None and count.entries:
                yield RecentFiles(look.show(place), home.user, count.entries, count.media)


def _desktop_files(look: Look, folder: str) -> Count:
    names = [each.name[: -len(".desktop")] for each in look.scan(folder) if each.name.endswith(".desktop")]
    return Count(len(names), sum(map(is_media, names)))


def parse_xbel(data: bytes) -> Count:
    """How many bookmarks a recently-used.xbel holds. Raises ParseError."""
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except Exception as error:
        raise ParseError("not a list of recent files") from error
    if root.tag != "xbel":
        raise ParseError("not a list of recent files")
    return _count(each.get("href", "") for each in root.iter("bookmark"))


def parse_activities(data: bytes, wal: bytes = b"") -> Count:
    """How many files KDE remembers. Programs and folders of settings are among its rows too: only paths count. Raises ParseError."""
    rows = sqlite.select(data, wal, _QUERY)
    return _count(value for (value,) in rows if isinstance(value, str) and value.startswith(("/", "file:")))


def _count(addresses: Iterator[str]) -> Count:
    names = [unquote(each) for each in addresses]
    return Count(len(names), sum(map(is_media, names)))
