"""A Chromium profile's list of extensions, and an extension's own manifest.

`extensions.settings` in `Preferences` (extensions/browser/extension_prefs.cc): one object for each id. Seen written by
Chromium 156: `location` as extensions/common/mojom/manifest.mojom numbers it, `disable_reasons` as a list (a number in
earlier ones, which also had `state`), `active_permissions` with `api`, `explicit_host`, `scriptable_host`, times in microseconds since
1601 as text. A `manifest` is kept there for what was installed from a package; what was loaded from a folder has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from audit.artifacts.browser import chromium_time
from audit.artifacts.extension_facts import (
    MOST,
    Found,
    covers_all,
    from_store,
    mapping,
    message_key,
    rights_of,
    text,
    texts,
    whole,
)
from audit.stores import json_object

REFUSAL = "not the settings of a Chromium browser"
_STATE_UNINSTALLED = 2  # extension_prefs: an external one that the person took away
_INTERNAL = 1
_EXTERNAL = {2, 3, 6}
_ORIGINS = {4: "unpacked", 7: "policy", 8: "command-line", 9: "policy"}  # 5 and 10: parts of the browser


@dataclass(frozen=True, slots=True)
class Manifest:
    name: str = ""
    version: str = ""
    locale: str = ""


def parse_preferences(data: bytes) -> list[Found]:
    """The extensions of a profile. Raises ParseError."""
    settings = mapping(mapping(json_object.read(data, REFUSAL).get("extensions")).get("settings"))
    rows = (_found(name, entry) for name, entry in settings.items() if isinstance(entry, Mapping))
    return list(islice((row for row in rows if row is not None), MOST))


def _found(name: str, entry: Mapping[str, Any]) -> Found | None:
    manifest = mapping(entry.get("manifest"))
    origin = _origin(entry, manifest)
    if not origin or entry.get("state") == _STATE_UNINSTALLED or "theme" in manifest:
        return None
    permissions = mapping(entry.get("active_permissions")) or mapping(entry.get("granted_permissions"))
    title = text(manifest.get("name"))
    return Found(
        id=text(name),
        origin=origin,
        name="" if message_key(title) else title,
        version=text(manifest.get("version")),
        enabled=_enabled(entry),
        every_site=covers_all(
            chain(texts(permissions.get("explicit_host")), texts(permissions.get("scriptable_host")))
        ),
        rights=rights_of(texts(permissions.get("api"))),
        path=entry["path"] if isinstance(entry.get("path"), str) else "",
        installed=chromium_time(entry.get("first_install_time") or entry.get("install_time")),
    )


def _origin(entry: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    location = whole(entry.get("location"))
    known = entry.get("from_webstore") is True or from_store(manifest.get("update_url"))
    if location == _INTERNAL or (known and entry.get("was_installed_by_default") is True):
        return "store" if known else "elsewhere"
    if location in _EXTERNAL:
        return "external-from-store" if known else "external"
    return _ORIGINS.get(location or 0, "")


def _enabled(entry: Mapping[str, Any]) -> bool:
    reasons = entry.get("disable_reasons")
    return not reasons and entry.get("state") not in (0, False)


def parse_manifest(data: bytes) -> Manifest:
    """An extension's manifest.json. Raises ParseError."""
    manifest = json_object.read_relaxed(data, "not the manifest of an extension")
    names = (text(manifest.get(key)) for key in ("name", "version", "default_locale"))
    name, version, locale = names
    return Manifest(name, version, locale if locale.replace("_", "").isalnum() else "")


def parse_messages(data: bytes) -> dict[str, str]:
    """The texts of `_locales/…/messages.json`, by their keys in small letters. Raises ParseError."""
    return dict(_messages(json_object.read_relaxed(data, "not the texts of an extension")))


def _messages(messages: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, entry in messages.items():
        if isinstance(entry, Mapping) and (said := text(entry.get("message"))):
            yield key.lower(), said
