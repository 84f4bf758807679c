"""Browsers: their profiles, and the sites that may use the camera or microphone without asking again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.model import GapKind
from audit.sources.base import Home
from audit.stores import sqlite

_CHROMIUM_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ALLOW = 1  # Chromium: content_settings.h; Firefox: nsIPermissionManager.ALLOW_ACTION

# Where Chromium-family browsers keep their profiles below a Linux home (chromium.googlesource.com,
# docs/user_data_dir.md, and each vendor's package). Flatpak and Snap put the same folders elsewhere.
CHROMIUM = {
    "Chromium": ("chromium",),
    "Google Chrome": ("google-chrome", "google-chrome-beta", "google-chrome-unstable"),
    "Brave": ("BraveSoftware/Brave-Browser",),
    "Microsoft Edge": ("microsoft-edge",),
    "Vivaldi": ("vivaldi",),
    "Opera": ("opera",),
}
FLATPAK = {
    "Chromium": ("org.chromium.Chromium", "config/chromium"),
    "Google Chrome": ("com.google.Chrome", "config/google-chrome"),
    "Brave": ("com.brave.Browser", "config/BraveSoftware/Brave-Browser"),
    "Microsoft Edge": ("com.microsoft.Edge", "config/microsoft-edge"),
    "Vivaldi": ("com.vivaldi.Vivaldi", "config/vivaldi"),
    "Opera": ("com.opera.Opera", "config/opera"),
}
SNAP = {
    "Chromium": ("snap/chromium/common/chromium", "snap/chromium/current/.config/chromium"),
    "Brave": ("snap/brave/current/.config/BraveSoftware/Brave-Browser",),
    "Opera": ("snap/opera/current/.config/opera",),
}
FIREFOX = (
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/config/mozilla/firefox",
)


@dataclass(frozen=True, slots=True)
class SiteGrant(Artifact):
    """A saved permission: this site may use this device (camera, microphone) without asking again."""

    KIND: ClassVar[str] = "site-grant"
    browser: str
    profile: str
    user: str
    site: str
    device: str
    settings: str
    granted: datetime | None = None
    expires: datetime | None = None


@collects(SiteGrant)
def collect(look: Look) -> Iterator[SiteGrant]:
    for home in look.homes:
        for browser, folder in _chromium_folders(home):
            yield from _chromium_grants(look, home, browser, folder)
        for place in FIREFOX:
            yield from _firefox_grants(look, home, f"{home.path}/{place}")


def _chromium_folders(home: Home) -> Iterator[tuple[str, str]]:
    for browser, names in CHROMIUM.items():
        yield from ((browser, f"{home.path}/.config/{name}") for name in names)
    for browser, (app, inside) in FLATPAK.items():
        yield browser, f"{home.path}/.var/app/{app}/{inside}"
    for browser, places in SNAP.items():
        yield from ((browser, f"{home.path}/{place}") for place in places)


def _chromium_grants(look: Look, home: Home, browser: str, folder: str) -> Iterator[SiteGrant]:
    """Every profile folder holds `Preferences`; Opera keeps it in the top folder itself."""
    profiles = ["", *(entry.name for entry in look.scan(folder) if entry.is_dir)]
    for profile in profiles:
        path = "/".join(filter(None, (folder, profile, "Preferences")))
        for site, device, granted in look.parse(parse_chromium, path) or ():
            yield SiteGrant(browser, profile or "Default", home.user, site, device, look.show(path), granted)


def parse_chromium(data: bytes) -> list[tuple[str, str, datetime | None]]:
    """Sites with a camera or microphone grant in a Chromium `Preferences` file: (site, device, when).

    An exception without `setting` is history, not a grant. Keys are `primary,secondary` patterns
    (components/content_settings). Raises ParseError.
    """
    try:
        exceptions = json.loads(data)["profile"]["content_settings"]["exceptions"]
    except KeyError:
        return []
    except (ValueError, TypeError, RecursionError) as error:
        raise ParseError("not the settings of a Chromium browser") from error
    if not isinstance(exceptions, Mapping):
        raise ParseError("not the settings of a Chromium browser")
    found = []
    for device, name in (("camera", "media_stream_camera"), ("microphone", "media_stream_mic")):
        sites = exceptions.get(name)
        for pattern, entry in sites.items() if isinstance(sites, Mapping) else ():
            if isinstance(entry, Mapping) and entry.get("setting") == _ALLOW:
                found.append((_site(pattern), device, _chromium_time(entry.get("last_modified"))))
    return found


def _site(pattern: str) -> str:
    site = pattern.partition(",")[0]
    for scheme, port in (("https://", ":443"), ("http://", ":80")):
        if site.startswith(scheme):
            return site.removesuffix(port)
    return site


def _chromium_time(value: Any) -> datetime | None:
    """Microseconds since 1601, written as text."""
    try:
        return _CHROMIUM_EPOCH + timedelta(microseconds=int(value)) if value and int(value) > 0 else None
    except (ValueError, TypeError, OverflowError):
        return None


def _firefox_grants(look: Look, home: Home, folder: str) -> Iterator[SiteGrant]:
    for entry in look.scan(folder):
        if not entry.is_dir:
            continue
        path = f"{folder}/{entry.name}/permissions.sqlite"
        data = look.read(path)
        if data is None:
            continue
        wal = look.read(f"{path}-wal", 64 << 20) or b""
        try:
            rows = parse_firefox(data, wal)
        except ParseError as error:
            look.gap(GapKind.MALFORMED, path=look.show(path), detail=str(error))
            continue
        for site, device, granted, expires in rows:
            yield SiteGrant("Firefox", entry.name, home.user, site, device, look.show(path), granted, expires)


def parse_firefox(data: bytes, wal: bytes) -> list[tuple[str, str, datetime | None, datetime | None]]:
    """Sites with a lasting camera or microphone grant in Firefox's `permissions.sqlite`: (site, device, when, until).

    Table moz_perms (extensions/permissions/PermissionManager.cpp): permission 1 allows; expireType 0 never
    expires, 2 at expireTime; times are milliseconds since 1970. Raises ParseError.
    """
    rows = sqlite.select(
        data,
        wal,
        "SELECT origin, type, modificationTime, expireType, expireTime FROM moz_perms "
        "WHERE permission = 1 AND type IN ('camera', 'microphone') AND expireType IN (0, 2) ORDER BY origin, type",
    )
    return [
        (
            str(origin).partition("^")[0],
            str(kind),
            _milliseconds(changed),
            _milliseconds(until) if expiry == 2 else None,
        )
        for origin, kind, changed, expiry, until in rows
    ]


def _milliseconds(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC) if value else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None
