"""Browsers: their profiles, and the sites that may use the camera or microphone without asking again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.browser_policies import (
    CHROMIUM_POLICIES,
    FIREFOX_POLICIES,
    parse_chromium_policy,
    parse_firefox_policy,
    policy_files,
)
from audit.artifacts.browser_profiles import Profile, chromium_profiles, firefox_profiles
from audit.model import GapKind, Platform
from audit.stores import sqlite

_CHROMIUM_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ALLOW = 1  # Chromium: content_settings.h; Firefox: nsIPermissionManager.ALLOW_ACTION
_ONE_TIME = 3
CAPTURE = (("camera", "media_stream_camera"), ("microphone", "media_stream_mic"))

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
    for profile in chromium_profiles(look):
        path = f"{profile.folder}/Preferences"
        for grant in look.parse(parse_chromium, path) or ():
            yield _grant(profile, look.show(path), grant)
    for profile in firefox_profiles(look):
        path = f"{profile.folder}/permissions.sqlite"
        for grant in firefox_grants(look, path, ("camera", "microphone")):
            yield _grant(profile, look.show(path), grant)
    if look.platform is Platform.LINUX:
        yield from _policy_grants(look)
    else:
        look.gap(GapKind.NOT_LOOKED, what="sites that a policy of this computer allows")


def _grant(profile: Profile, settings: str, grant: Grant) -> SiteGrant:
    site, device, granted, expires = grant
    return SiteGrant(
        profile.browser, profile.name, profile.home.user, site, device, settings, granted, expires
    )


def _policy_grants(look: Look) -> Iterator[SiteGrant]:
    for browser, folders in CHROMIUM_POLICIES.items():
        for path in (path for folder in folders for path in policy_files(look, folder)):
            for site, device in look.parse(parse_chromium_policy, path, 1 << 20) or ():
                yield SiteGrant(browser, POLICY, "", site, device, look.show(path))
    for path in FIREFOX_POLICIES:
        for site, device in look.parse(parse_firefox_policy, path, 1 << 20) or ():
            yield SiteGrant("Firefox", POLICY, "", site, device, look.show(path))


def parse_chromium(data: bytes, wanted: Sequence[tuple[str, str]] = CAPTURE) -> list[Grant]:
    """Sites with one of the `wanted` rights in a Chromium `Preferences` file: (site, its word here, when, until).

    An exception without `setting` is history, not a grant. Keys are `primary,secondary` patterns, `expiration` is 0
    for lasting ones (components/content_settings), `session_model` 3 for one that held only until the page was closed
    (content_settings_enums). The default for all sites is kept apart. Raises ParseError.
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
    for device, name in wanted:
        if isinstance(defaults, Mapping) and _allows(defaults.get(name)):
            found.append((EVERY_SITE, device, None, None))
        sites = settings.get(name)
        for pattern, entry in sites.items() if isinstance(sites, Mapping) else ():
            if isinstance(entry, Mapping) and _lasts(entry):
                times = chromium_time(entry.get("last_modified")), chromium_time(entry.get("expiration"))
                found.append((_site(pattern), device, *times))
    return found


def _lasts(entry: Mapping[str, Any]) -> bool:
    return _allows(entry.get("setting")) and entry.get("session_model") != _ONE_TIME


def _allows(setting: object) -> bool:
    """A number; for `geolocation_with_options` a mapping of `approximate` and `precise` (geolocation_setting_delegate.cc)."""
    if isinstance(setting, Mapping):
        values = [setting.get("approximate"), setting.get("precise")]
    else:
        values = [setting]
    return any(isinstance(each, int) and not isinstance(each, bool) and each == _ALLOW for each in values)


def _site(pattern: str) -> str:
    site = pattern.partition(",")[0]
    for scheme, port in (("https://", ":443"), ("http://", ":80")):
        if site.startswith(scheme):
            return site.removesuffix(port)
    return site


def chromium_time(value: Any) -> datetime | None:
    """Microseconds since 1601, written as text."""
    try:
        return _CHROMIUM_EPOCH + timedelta(microseconds=int(value)) if value and int(value) > 0 else None
    except (ValueError, TypeError, OverflowError):
        return None


def firefox_grants(look: Look, path: str, kinds: Sequence[str]) -> list[Grant]:
    data = look.read(path)
    if data is None:
        return []
    wal = look.read(f"{path}-wal", 64 << 20) or b""
    try:
        return parse_firefox(data, wal, kinds)
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path=look.show(path), detail=str(error))
        return []


def parse_firefox(data: bytes, wal: bytes, kinds: Sequence[str] = ("camera", "microphone")) -> list[Grant]:
    """Sites with a lasting grant of one of `kinds` in Firefox's `permissions.sqlite`: (site, kind, when, until).

    Table moz_perms (extensions/permissions/PermissionManager.cpp): permission 1 allows; expireType 0 never
    expires, 2 at expireTime; times are milliseconds since 1970. Raises ParseError.
    """
    rows = sqlite.select(
        data,
        wal,
        "SELECT origin, type, modificationTime, expireType, expireTime FROM moz_perms "
        "WHERE permission = 1 AND type IN ('camera', 'microphone', 'geo', 'screen') AND expireType IN (0, 2) "
        "ORDER BY origin, type",
    )
    return [
        (
            str(origin).partition("^")[0],
            str(kind),
            milliseconds(changed),
            milliseconds(until) if expiry == 2 else None,
        )
        for origin, kind, changed, expiry, until in rows
        if kind in kinds
    ]


def milliseconds(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC) if value else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None
