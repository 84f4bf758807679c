"""Browsers: their profiles, and the sites that may use the camera or microphone without asking again."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.browser_places import CHROMIUM, FIREFOX
from audit.artifacts.browser_policies import (
    CHROMIUM_POLICIES,
    FIREFOX_POLICIES,
    parse_chromium_policy,
    parse_firefox_policy,
)
from audit.model import GapKind, Platform
from audit.sources.base import Home
from audit.stores import keyfile, sqlite

_CHROMIUM_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ALLOW = 1  # Chromium: content_settings.h; Firefox: nsIPermissionManager.ALLOW_ACTION

EVERY_SITE = "*"
POLICY = "set by a policy of this computer"
Grant: TypeAlias = tuple[str, str, datetime | None, datetime | None]


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
        for browser, places in CHROMIUM[look.platform].items():
            for place in places:
                yield from _chromium_grants(look, home, browser, f"{home.path}/{place}")
        for place in FIREFOX[look.platform]:
            for profile in _firefox_profiles(look, home, f"{home.path}/{place}"):
                yield from _firefox_grants(look, home, profile)
    if look.platform is Platform.LINUX:
        yield from _policy_grants(look)
    else:
        look.gap(GapKind.NOT_LOOKED, what="sites that a policy of this computer allows")


def _policy_grants(look: Look) -> Iterator[SiteGrant]:
    for browser, folder in CHROMIUM_POLICIES.items():
        for entry in look.scan(folder):
            if entry.name.endswith(".json"):
                path = f"{folder}/{entry.name}"
                for site, device in look.parse(parse_chromium_policy, path, 1 << 20) or ():
                    yield SiteGrant(browser, POLICY, "", site, device, look.show(path))
    for path in FIREFOX_POLICIES:
        for site, device in look.parse(parse_firefox_policy, path, 1 << 20) or ():
            yield SiteGrant("Firefox", POLICY, "", site, device, look.show(path))


def _chromium_grants(look: Look, home: Home, browser: str, folder: str) -> Iterator[SiteGrant]:
    """Every profile folder ("Default", "Profile 1", "Guest Profile"…) holds `Preferences`; Opera keeps it in the top folder itself."""
    profiles = ["", *(entry.name for entry in look.scan(folder) if entry.is_dir)]
    for profile in profiles:
        path = "/".join(filter(None, (folder, profile, "Preferences")))
        for site, device, granted, expires in look.parse(parse_chromium, path) or ():
            yield SiteGrant(
                browser, profile or "Default", home.user, site, device, look.show(path), granted, expires
            )


def parse_chromium(data: bytes) -> list[Grant]:
    """Sites with a camera or microphone grant in a Chromium `Preferences` file: (site, device, when, until).

    An exception without `setting` is history, not a grant. Keys are `primary,secondary` patterns, `expiration` is 0
    for lasting ones (components/content_settings). The default for all sites is kept apart. Raises ParseError.
    """
    try:
        profile = json.loads(data).get("profile", {})
        settings = profile.get("content_settings", {}).get("exceptions", {})
        defaults = profile.get("default_content_setting_values", {})
    except (ValueError, AttributeError, RecursionError) as error:
        raise ParseError("not the settings of a Chromium browser") from error
    if not isinstance(settings, Mapping):
        raise ParseError("not the settings of a Chromium browser")
    found: list[Grant] = []
    for device, name in (("camera", "media_stream_camera"), ("microphone", "media_stream_mic")):
        if isinstance(defaults, Mapping) and _allows(defaults.get(name)):
            found.append((EVERY_SITE, device, None, None))
        sites = settings.get(name)
        for pattern, entry in sites.items() if isinstance(sites, Mapping) else ():
            if isinstance(entry, Mapping) and _allows(entry.get("setting")):
                times = _chromium_time(entry.get("last_modified")), _chromium_time(entry.get("expiration"))
                found.append((_site(pattern), device, *times))
    return found


def _allows(setting: object) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and setting == _ALLOW


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


def _firefox_profiles(look: Look, home: Home, folder: str) -> list[str]:
    """The profile folders: those that profiles.ini names, wherever they are, and those that stand here unnamed."""
    listed = look.parse(parse_profiles, f"{folder}/profiles.ini", 1 << 20) or []
    named = [f"{folder}/{path}" if relative else _absolute(look, path, home) for path, relative in listed]
    parents = [folder, f"{folder}/Profiles"] if look.platform is not Platform.LINUX else [folder]
    standing = [f"{parent}/{entry.name}" for parent in parents for entry in look.scan(parent) if entry.is_dir]
    return list(dict.fromkeys(posixpath.normpath(path) for path in (*named, *standing)))


def _absolute(look: Look, path: str, home: Home) -> str:
    if look.platform is Platform.WINDOWS:
        path = re.sub(r"^[A-Za-z]:", "", path.replace("\\", "/"))
    return look.own(path, home)


def parse_profiles(data: bytes) -> list[tuple[str, bool]]:
    """(path, whether it is relative) of each profile in profiles.ini (toolkit/profile/nsToolkitProfileService.cpp). Raises ParseError."""
    found = keyfile.parse(data)
    groups = [group for group in found.groups() if re.fullmatch(r"Profile\d+", group)]
    rows = ((found.get(group, "Path"), found.get(group, "IsRelative", "1") != "0") for group in groups)
    return [(path, relative) for path, relative in rows if path]


def _firefox_grants(look: Look, home: Home, folder: str) -> Iterator[SiteGrant]:
    path = f"{folder}/permissions.sqlite"
    data = look.read(path)
    if data is None:
        return
    wal = look.read(f"{path}-wal", 64 << 20) or b""
    try:
        rows = parse_firefox(data, wal)
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path=look.show(path), detail=str(error))
        return
    profile = posixpath.basename(folder)
    for site, device, granted, expires in rows:
        yield SiteGrant("Firefox", profile, home.user, site, device, look.show(path), granted, expires)


def parse_firefox(data: bytes, wal: bytes) -> list[Grant]:
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
