"""What Chromium's and Firefox's lists of extensions have in common: permissions, patterns of sites, names to look up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

# developer.chrome.com/docs/extensions/reference/permissions-list; developer.mozilla.org, "permissions" of manifest.json.
RIGHTS = (
    "tabs", "history", "cookies", "webRequest", "scripting", "nativeMessaging", "debugger", "proxy", "management",
    "desktopCapture", "tabCapture", "clipboardRead", "pageCapture",
)  # fmt: skip
EVERY_SITE = frozenset(
    {"<all_urls>", "*://*/*", "http://*/*", "https://*/*", "*://*/", "https://*/", "http://*/"}
)
# Where each vendor's own store sends its updates from.
STORES = (
    "clients2.google.com", "clients2.googleusercontent.com", "edge.microsoft.com", "extension-updates.opera.com",
    "addons.mozilla.org", "addons.cdn.mozilla.net", "versioncheck.addons.mozilla.org",
)  # fmt: skip
MOST = 5000  # extensions in one list
_LONGEST = 120
_MESSAGE = re.compile(r"__MSG_([A-Za-z0-9_@]{1,100})__")


@dataclass(frozen=True, slots=True)
class Found:
    """One extension as its browser's list has it. `path` is a device path, or one within the profile, or empty."""

    id: str
    origin: str
    name: str = ""
    version: str = ""
    enabled: bool = True
    every_site: bool = False
    rights: tuple[str, ...] = ()
    path: str = ""
    installed: datetime | None = None

    @property
    def by_store(self) -> bool:
        return self.origin in ("store", "policy", "external-from-store")

    def with_more(self, permissions: Iterable[str], sites: Iterable[str]) -> Found:
        """With what the person granted it later."""
        return replace(
            self,
            rights=rights_of((*self.rights, *permissions)),
            every_site=self.every_site or covers_all(sites),
        )


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def texts(value: object) -> Iterator[str]:
    """The texts of a list; a permission with arguments is an object whose key is its name."""
    for each in value if isinstance(value, list) else ():
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            yield from (name for name in each if isinstance(name, str))


def text(value: object) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """A number that is one: not true or false."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def rights_of(permissions: Iterable[str]) -> tuple[str, ...]:
    held = {"webRequest" if name == "webRequestBlocking" else name for name in permissions}
    return tuple(name for name in RIGHTS if name in held)


def covers_all(sites: Iterable[str]) -> bool:
    return any(site in EVERY_SITE for site in sites)


def from_store(address: object) -> bool:
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and parts.hostname in STORES


def message_key(name: str) -> str:
    """The key of a name that stands in `_locales` (developer.chrome.com/docs/extensions/reference/api/i18n), or ""."""
    match = _MESSAGE.fullmatch(name)
    return match[1].lower() if match else ""
