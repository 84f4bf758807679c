"""Folders in which programs keep copies of what was looked at: counts and bytes only, nothing in them is opened.

Where: browsers below XDG_CACHE_HOME (chromium.googlesource.com, docs/user_data_dir.md, "User Cache Directory"; Mozilla's cache2), the same
below .var/app for Flatpak; Telegram Desktop's tdata/user_data*/{cache,media_cache}; Signal's attachments.noindex; Electron's Cache for Discord
and Element; the indexes of Tracker 3 (tracker3-miner-fs) and Baloo; Shotwell's thumbs, digiKam's thumbnails-digikam.db. Places and names
were compared with cleaning and backup tools that list them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.leftovers import MOST
from audit.model import GapKind
from audit.sources.base import Bulk

WEB = "pages and pictures of websites"
CHATS = "pictures and videos from chats"
INDEX = "an index of your files"
PREVIEWS = "small previews of your pictures"

# (program, what it keeps, place below a home); `*` stands for what a name goes on with.
PLACES = (
    ("Chromium", WEB, ".cache/chromium"),
    ("Chromium", WEB, ".var/app/org.chromium.Chromium/cache/chromium"),
    ("Chromium", WEB, "snap/chromium/common/.cache/chromium"),
    ("Google Chrome", WEB, ".cache/google-chrome"),
    ("Google Chrome", WEB, ".var/app/com.google.Chrome/cache/google-chrome"),
    ("Brave", WEB, ".cache/BraveSoftware/Brave-Browser"),
    ("Brave", WEB, ".var/app/com.brave.Browser/cache/BraveSoftware/Brave-Browser"),
    ("Microsoft Edge", WEB, ".cache/microsoft-edge"),
    ("Vivaldi", WEB, ".cache/vivaldi"),
    ("Opera", WEB, ".cache/opera"),
    ("Firefox", WEB, ".cache/mozilla/firefox"),
    ("Firefox", WEB, ".var/app/org.mozilla.firefox/cache/mozilla/firefox"),
    ("Firefox", WEB, "snap/firefox/common/.cache/mozilla/firefox"),
    ("GNOME Web", WEB, ".cache/epiphany"),
    ("Telegram Desktop", CHATS, ".local/share/TelegramDesktop/tdata/user_data*"),
    ("Telegram Desktop", CHATS, ".var/app/org.telegram.desktop/data/TelegramDesktop/tdata/user_data*"),
    ("Signal", CHATS, ".config/Signal/attachments.noindex"),
    ("Signal", CHATS, ".var/app/org.signal.Signal/config/Signal/attachments.noindex"),
    ("Discord", CHATS, ".config/discord/Cache"),
    ("Discord", CHATS, ".var/app/com.discordapp.Discord/config/discord/Cache"),
    ("Element", CHATS, ".config/Element/Cache"),
    ("Element", CHATS, ".var/app/im.riot.Riot/config/Element/Cache"),
    ("Tracker", INDEX, ".cache/tracker3/files"),
    ("Baloo", INDEX, ".local/share/baloo"),
    ("Shotwell", PREVIEWS, ".cache/shotwell/thumbs"),
    ("gThumb", PREVIEWS, ".cache/gthumb"),
)
DIGIKAM = "thumbnails-digikam.db"  # stands where the person put the album's database; the folder of pictures by default
_EMPTY = 64 << 10  # bytes; less than this is a folder that was only prepared


@dataclass(frozen=True, slots=True)
class Cache(Artifact):
    """What one program keeps. `holds` is one of four things, in words."""

    KIND: ClassVar[str] = "cache"
    program: str
    holds: str
    path: str
    user: str
    files: int
    size: int
    whole: bool = True


@collects(Cache)
def collect(look: Look) -> Iterator[Cache]:
    for home in look.homes:
        for program, holds, place in PLACES:
            for path in _paths(look, f"{home.path}/{place}"):
                bulk = look.measure(path, MOST)
                if bulk is not None and bulk.size > _EMPTY:
                    yield _cache(look, (program, holds, path, home.user), bulk)
        for folder in (f"{home.path}/Pictures", f"{home.path}/.local/share/digikam"):
            found = look.stat(f"{folder}/{DIGIKAM}")
            if found is not None:
                path = look.show(f"{folder}/{DIGIKAM}")
                yield Cache("digiKam", PREVIEWS, path, home.user, 1, found.size)


def _paths(look: Look, pattern: str) -> list[str]:
    if not pattern.endswith("*"):
        return [pattern]
    folder, _, beginning = pattern[:-1].rpartition("/")
    return [
        f"{folder}/{each.name}"
        for each in look.scan(folder)
        if each.is_dir and each.name.startswith(beginning)
    ]


def _cache(look: Look, what: tuple[str, str, str, str], bulk: Bulk) -> Cache:
    program, holds, path, user = what
    if not bulk.whole:
        look.gap(GapKind.BOUNDED, what=look.show(path), most=str(MOST))
    return Cache(program, holds, look.show(path), user, bulk.files, bulk.size, bulk.whole)
