"""Folders that programs for watching and listening offer to other devices: Rygel, Jellyfin, Plex; and the Public folder that GNOME shares.

Rygel: rygel.conf(5); ~/.config/rygel.conf goes before /etc/rygel.conf. It runs where its user unit is enabled, or where GNOME's Settings
switched Media Sharing on for a network: gnome-settings-daemon's schema `plugins.sharing.service`, key enabled-connections; the same for
gnome-user-share, whose own schema org.gnome.desktop.file-sharing says when a password is asked for. Jellyfin: one `.mblink` file for
each folder below /var/lib/jellyfin/root/default (MediaBrowser, VirtualFolderManager, ShortcutFileExtension). Plex: table section_locations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from audit.artifacts.base import Look, ParseError, first
from audit.artifacts.folders import usual
from audit.sources.base import Home
from audit.stores import dconf, ini, keyfile, sqlite

SHARING = "/org/gnome/settings-daemon/plugins/sharing"
UNITS = ("{home}/.config/systemd/user/default.target.wants", "/etc/systemd/user/default.target.wants")
JELLYFIN = "/var/lib/jellyfin/root/default"
PLEX = (
    "/var/lib/plexmediaserver/Library/Application Support/Plex Media Server/"
    "Plug-in Support/Databases/com.plexapp.plugins.library.db"
)
_PUBLIC = re.compile(r'^XDG_PUBLICSHARE_DIR="(.*)"$')
_TRACKER = ("Tracker3", "Tracker")
_MOST = 200


class Served(NamedTuple):
    """`home`: whose, where it is one person's. `guest`: no password is asked for."""

    service: str
    path: str
    settings: str
    home: Home | None
    guest: bool


def served(look: Look) -> Iterator[Served]:
    for home in look.homes:
        settings = dconf.settings(look, home)
        yield from _rygel(look, home, settings)
        yield from _public(look, home, settings)
    for library in first(look, JELLYFIN, look.scan(JELLYFIN), _MOST):
        folder = f"{JELLYFIN}/{library.name}"
        for entry in look.scan(folder) if library.is_dir else ():
            if entry.name.endswith(".mblink"):
                path = f"{folder}/{entry.name}"
                if place := look.parse(parse_mblink, path, 1 << 16):
                    yield Served("Jellyfin", place, path, None, guest=False)
    wal = look.read(f"{PLEX}-wal", 64 << 20) or b""
    for place in look.parse(lambda data: parse_plex(data, wal), PLEX, 256 << 20) or ():
        yield Served("Plex", place, PLEX, None, guest=False)


def switched_on(settings: Mapping[str, Any], service: str) -> bool:
    """Whether GNOME's Settings start a sharing service in some network."""
    return bool(settings.get(f"{SHARING}/{service}/enabled-connections"))


def _rygel(look: Look, home: Home, settings: Mapping[str, Any]) -> Iterator[Served]:
    units = (f"{each.format(home=home.path)}/rygel.service" for each in UNITS)
    if not (switched_on(settings, "rygel") or any(look.exists(each) for each in units)):
        return
    for path in (f"{home.path}/.config/rygel.conf", "/etc/rygel.conf"):
        places = look.parse(parse_rygel, path)
        if places is not None:
            known = {purpose: place for purpose, place, whose in usual(look) if whose == home}
            for place in places:
                purpose = {"@PICTURES@": "pictures", "@VIDEOS@": "videos"}.get(place)
                folder = known.get(purpose) if purpose else place
                if folder:
                    yield Served("Rygel", folder, path, home, guest=True)
            return


def _public(look: Look, home: Home, settings: Mapping[str, Any]) -> Iterator[Served]:
    if switched_on(settings, "gnome-user-share-webdav"):
        place = look.parse(parse_public, f"{home.path}/.config/user-dirs.dirs") or "$HOME/Public"
        asked = settings.get("/org/gnome/desktop/file-sharing/require-password", "never")
        yield Served("WebDAV", place, f"{home.path}/{dconf.USER}", home, guest=asked != "always")


def parse_rygel(data: bytes) -> list[str]:
    """The folders of pictures and videos that Rygel offers, as a rygel.conf names them. Raises ParseError."""
    file = keyfile.parse(data)
    found = []
    if file.truth("MediaExport", "enabled", default=True):
        found += file.words("MediaExport", "uris") + [
            each for each in [file.get("MediaExport", "uris")] if each and ";" not in each
        ]
    for group in _TRACKER:
        if group in file.groups() and file.truth(group, "enabled", default=True):
            if file.truth(group, "share-pictures", default=True):
                found.append("@PICTURES@")
            if file.truth(group, "share-videos", default=True):
                found.append("@VIDEOS@")
    return [each for each in dict.fromkeys(found) if each != "@MUSIC@"][:_MOST]


def parse_public(data: bytes) -> str:
    """The Public folder of a user-dirs.dirs(5), or empty. Raises ParseError."""
    return next((match[1] for line in ini.lines_of(data) if (match := _PUBLIC.match(line))), "")


def parse_mblink(data: bytes) -> str:
    """The folder that a library of Jellyfin names. Raises ParseError."""
    place = ini.text_of(data).strip()
    if not place.startswith("/") or "\n" in place:
        raise ParseError("not a folder of Jellyfin")
    return place


def parse_plex(data: bytes, wal: bytes = b"") -> list[str]:
    """The folders of Plex's libraries. Raises ParseError."""
    rows = sqlite.select(data, wal, "SELECT root_path FROM section_locations")
    return [place for (place,) in rows if isinstance(place, str) and place.startswith("/")][:_MOST]
