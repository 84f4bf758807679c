"""Extensions of browsers: where each came from, and what it may do."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.browser_profiles import Profile, absolute, chromium_profiles, firefox_profiles
from audit.artifacts.chromium_extensions import Manifest, parse_manifest, parse_messages, parse_preferences
from audit.artifacts.extension_facts import Found, message_key
from audit.artifacts.firefox_extensions import parse_extensions, parse_granted
from audit.model import Platform

SYSTEM = ("/usr/share/", "/usr/lib/", "/usr/lib64/", "/opt/", "/nix/store/", "/gnu/store/", "/app/")
_MOST_NAMES = 200  # manifests opened for a name, in one profile


@dataclass(frozen=True, slots=True)
class Extension(Artifact):
    """One extension in one profile. What is part of the browser itself, themes, languages and dictionaries are left out.

    `origin`: store, system (a package of the system), policy, unpacked, command-line, external (another program put it
    in), external-from-store, elsewhere, signed-elsewhere, unsigned. `rights` are permissions by the browser's own
    names, those of `extension_facts.RIGHTS` only.
    """

    KIND: ClassVar[str] = "browser-extension"
    id: str
    name: str
    browser: str
    profile: str
    user: str
    origin: str
    settings: str
    version: str = ""
    enabled: bool = True
    every_site: bool = False
    rights: tuple[str, ...] = ()
    path: str = ""
    installed: datetime | None = None

    @property
    def place(self) -> str:
        """The same from scan to scan, and no other extension's: two channels of a browser have profiles of the same names."""
        return f"{posixpath.dirname(self.settings)}: {self.id}"


@collects(Extension)
def collect(look: Look) -> Iterator[Extension]:
    for profile in chromium_profiles(look):
        yield from _chromium(look, profile)
    for profile in firefox_profiles(look):
        yield from _firefox(look, profile)


def _chromium(look: Look, profile: Profile) -> Iterator[Extension]:
    """Where a value can be protected from other programs it is in Secure Preferences: on Windows and macOS."""
    seen: set[str] = set()
    for name in ("Preferences", "Secure Preferences"):
        settings = f"{profile.folder}/{name}"
        for found in look.parse(parse_preferences, settings, 64 << 20) or ():
            if found.id not in seen:
                seen.add(found.id)
                named = _named(look, profile, found) if len(seen) <= _MOST_NAMES else found
                yield _record(look, profile, settings, named)


def _named(look: Look, profile: Profile, found: Found) -> Found:
    """With the name, and what else only its own manifest says."""
    folder = _folder(look, profile, found.path)
    manifest = Manifest(name=found.name)
    if not found.name and folder:
        manifest = look.parse(parse_manifest, f"{folder}/manifest.json", 1 << 20) or manifest
    name = manifest.name or found.id
    if (key := message_key(name)) and folder:
        place = f"{folder}/_locales/{manifest.locale or 'en'}/messages.json"
        messages: Mapping[str, str] = look.parse(parse_messages, place, 4 << 20) or {}
        name = messages.get(key, found.id)
    return replace(found, name=name, version=found.version or manifest.version)


def _folder(look: Look, profile: Profile, path: str) -> str:
    if not path:
        return ""
    if path.startswith("/") or path[1:3] in (":\\", ":/"):
        return absolute(look, path, profile.home)
    return f"{profile.folder}/Extensions/" + path.replace("\\", "/")


def _firefox(look: Look, profile: Profile) -> Iterator[Extension]:
    settings = f"{profile.folder}/extensions.json"
    rows = look.parse(parse_extensions, settings, 64 << 20)
    if rows is None:
        return
    granted = look.parse(parse_granted, f"{profile.folder}/extension-preferences.json") or {}
    for found in rows:
        yield _record(look, profile, settings, found.with_more(*granted.get(found.id, ((), ()))))


def _record(look: Look, profile: Profile, settings: str, found: Found) -> Extension:
    path = absolute(look, found.path, profile.home) if found.path[:1] == "/" else found.path
    of_system = look.platform is Platform.LINUX and path.startswith(SYSTEM) and not found.by_store
    return Extension(
        id=found.id,
        name=found.name or found.id,
        browser=profile.browser,
        profile=profile.name,
        user=profile.home.user,
        origin="system" if of_system else found.origin,
        settings=look.show(settings),
        version=found.version,
        enabled=found.enabled,
        every_site=found.every_site,
        rights=found.rights,
        path=look.show(path) if path.startswith("/") else path,
        installed=found.installed,
    )
