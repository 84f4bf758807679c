"""A Firefox profile's list of extensions: extensions.json, and what was granted later: extension-preferences.json.

Written by toolkit/mozapps/extensions/internal/XPIDatabase.sys.mjs; `signedState` as AddonManager.sys.mjs numbers it (1 and more:
signed by Mozilla), `location` as XPIProvider.sys.mjs names it, times in milliseconds since 1970. Seen written by Firefox ESR 153.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from audit.artifacts.browser import milliseconds
from audit.artifacts.extension_facts import (
    MOST,
    Found,
    covers_all,
    from_store,
    mapping,
    rights_of,
    text,
    texts,
    whole,
)
from audit.stores import json_object

REFUSAL = "not a list of Firefox's extensions"
_OF_FIREFOX = ("app-builtin", "app-system-addons", "app-system-defaults", "app-system-profile")
_IN_PROFILE = "app-profile"


def parse_extensions(data: bytes) -> list[Found]:
    """The extensions of a profile; themes, languages, dictionaries and Firefox's own are left out. Raises ParseError."""
    rows = json_object.read(data, REFUSAL).get("addons")
    found = (_found(row) for row in (rows if isinstance(rows, list) else ()) if isinstance(row, Mapping))
    return list(islice((row for row in found if row is not None), MOST))


def _found(row: Mapping[str, Any]) -> Found | None:
    name, location = text(row.get("id")), text(row.get("location"))
    if not name or row.get("type") != "extension" or location.startswith(_OF_FIREFOX):
        return None
    permissions = mapping(row.get("userPermissions"))
    return Found(
        id=name,
        origin=_origin(row, location),
        name=text(mapping(row.get("defaultLocale")).get("name")),
        version=text(row.get("version")),
        enabled=row.get("active") is not False,
        every_site=covers_all(texts(permissions.get("origins"))),
        rights=rights_of(texts(permissions.get("permissions"))),
        path=row["path"] if isinstance(row.get("path"), str) else "",
        installed=milliseconds(row.get("installDate")),
    )


def _origin(row: Mapping[str, Any], location: str) -> str:
    if mapping(row.get("installTelemetryInfo")).get("source") == "enterprise-policy":
        return "policy"
    if (whole(row.get("signedState")) or 0) < 1:
        return "unsigned"
    if row.get("foreignInstall") is True or location != _IN_PROFILE:
        return "external"
    source = row.get("sourceURI")
    return "store" if source is None or from_store(source) else "signed-elsewhere"


def parse_granted(data: bytes) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By id, (permissions, sites) that the person granted it beside those it came with. Raises ParseError."""
    entries = json_object.read(data, REFUSAL).items()
    return {
        name: (tuple(texts(entry.get("permissions"))), tuple(texts(entry.get("origins"))))
        for name, entry in entries
        if isinstance(entry, Mapping)
    }
