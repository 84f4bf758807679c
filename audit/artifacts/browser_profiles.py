"""Every profile of every browser in every home: a profile is one set of settings, sign-ins and extensions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.artifacts.base import Look, first
from audit.artifacts.browser_places import CHROMIUM, FIREFOX, FIREFOX_FORKS
from audit.model import Platform
from audit.sources.base import Home
from audit.stores import keyfile

MOST_FOLDERS = 500  # in one place; Chromium's own are some forty


@dataclass(frozen=True, slots=True)
class Profile:
    """`folder` holds its settings; `top` is the browser's folder in this home. Both are device paths, for `Look`."""

    browser: str
    name: str
    folder: str
    top: str
    home: Home


def chromium_profiles(look: Look) -> Iterator[Profile]:
    """Every folder that may be one ("Default", "Profile 1", "Guest Profile"…): those that are hold a file `Preferences`.

    Opera keeps its first profile in the top folder itself.
    """
    for home in look.homes:
        for browser, places in CHROMIUM[look.platform].items():
            for place in places:
                top = f"{home.path}/{place}"
                yield Profile(browser, "Default", top, top, home)
                yield from (
                    Profile(browser, name, f"{top}/{name}", top, home) for name in _folders(look, top)
                )


def firefox_profiles(look: Look) -> Iterator[Profile]:
    """Those of Firefox and its forks: the ones that profiles.ini names, wherever they are, and those that stand there unnamed."""
    families = {"Firefox": FIREFOX[look.platform], **FIREFOX_FORKS[look.platform]}
    for home in look.homes:
        for browser, places in families.items():
            for top in (f"{home.path}/{place}" for place in places):
                for folder in _firefox_folders(look, home, top):
                    yield Profile(browser, posixpath.basename(folder), folder, top, home)


def _firefox_folders(look: Look, home: Home, top: str) -> list[str]:
    listed = look.parse(parse_profiles, f"{top}/profiles.ini", 1 << 20) or []
    named = [f"{top}/{path}" if relative else absolute(look, path, home) for path, relative in listed]
    parents = [top] if look.platform is Platform.LINUX else [top, f"{top}/Profiles"]
    standing = [f"{parent}/{name}" for parent in parents for name in _folders(look, parent)]
    paths = list(dict.fromkeys(posixpath.normpath(path) for path in (*named, *standing)))
    return list(first(look, top, paths, MOST_FOLDERS))


def _folders(look: Look, top: str) -> list[str]:
    return list(first(look, top, [entry.name for entry in look.scan(top) if entry.is_dir], MOST_FOLDERS))


def absolute(look: Look, path: str, home: Home) -> str:
    """A path that a browser's settings name, as a path of this device."""
    if look.platform is Platform.WINDOWS:
        path = re.sub(r"^[A-Za-z]:", "", path.replace("\\", "/"))
    return look.own(path, home)


def parse_profiles(data: bytes) -> list[tuple[str, bool]]:
    """(path, whether it is relative) of each profile in profiles.ini (toolkit/profile/nsToolkitProfileService.cpp). Raises ParseError."""
    found = keyfile.parse(data)
    groups = [group for group in found.groups() if re.fullmatch(r"Profile\d+", group)]
    rows = ((found.get(group, "Path"), found.get(group, "IsRelative", "1") != "0") for group in groups)
    return [(path, relative) for path, relative in rows if path]
