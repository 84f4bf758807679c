"""Programs of this computer that extensions may start and talk to: native messaging hosts.

Manifests and their places: developer.chrome.com/docs/extensions/develop/concepts/native-messaging, learn.microsoft.com (Edge), and
developer.mozilla.org, "Native manifests". Seen in Debian's gnome-browser-connector, plasma-browser-integration and webext-browserpass.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.browser_places import CHROMIUM, FIREFOX, FIREFOX_FORKS
from audit.artifacts.browser_profiles import absolute
from audit.artifacts.extension_facts import text, texts
from audit.model import GapKind, Platform
from audit.sources.base import Home
from audit.stores import json_object

SYSTEM = {
    "Chromium": ("/etc/chromium/native-messaging-hosts",),
    "Google Chrome": ("/etc/opt/chrome/native-messaging-hosts",),
    "Microsoft Edge": ("/etc/opt/edge/native-messaging-hosts",),
    "Firefox": (
        "/usr/lib/mozilla/native-messaging-hosts",
        "/usr/lib64/mozilla/native-messaging-hosts",
        "/usr/share/mozilla/native-messaging-hosts",
    ),
}
MOST = 300  # manifests in one folder
_WRITABLE = 0o022


class Manifest(NamedTuple):
    name: str
    program: str
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NativeHost(Artifact):
    """`program` is what the extension starts. `present`: it is there; None where that cannot be told.

    `owner` is its user id; `open_to_others`: accounts other than its owner may change it.
    """

    KIND: ClassVar[str] = "native-messaging-host"
    name: str
    browser: str
    user: str
    program: str
    extensions: tuple[str, ...]
    settings: str
    present: bool | None = True
    owner: int | None = None
    open_to_others: bool = False


@collects(NativeHost)
def collect(look: Look) -> Iterator[NativeHost]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what="programs that extensions may start")
        return
    for browser, folders in SYSTEM.items():
        for folder in folders:
            yield from _hosts(look, None, browser, folder)
    for home in look.homes:
        for browser, places in CHROMIUM[look.platform].items():
            for place in places:
                yield from _hosts(look, home, browser, f"{home.path}/{place}/NativeMessagingHosts")
        for browser, place in _firefox_tops(look.platform):
            yield from _hosts(look, home, browser, f"{home.path}/{place}/native-messaging-hosts")


def _firefox_tops(platform: Platform) -> Iterator[tuple[str, str]]:
    """Firefox's stand beside the folder of profiles (~/.mozilla), its forks' in it."""
    yield from (("Firefox", posixpath.dirname(place)) for place in FIREFOX[platform])
    for browser, places in FIREFOX_FORKS[platform].items():
        yield from ((browser, place) for place in places)


def _hosts(look: Look, home: Home | None, browser: str, folder: str) -> Iterator[NativeHost]:
    names = [entry.name for entry in look.scan(folder) if entry.name.endswith(".json")]
    for path in (f"{folder}/{name}" for name in first(look, folder, names, MOST)):
        if manifest := look.parse(parse_manifest, path, 1 << 20):
            yield _host(look, home, browser, path, manifest)


def _host(look: Look, home: Home | None, browser: str, path: str, manifest: Manifest) -> NativeHost:
    program = manifest.program
    if home is not None and program.startswith("/"):
        program = absolute(look, program, home)
    facts = look.stat(program) if program.startswith("/") else None
    present = look.exists(program) if program.startswith("/") else False
    return NativeHost(
        name=manifest.name,
        browser=browser,
        user=home.user if home else "",
        program=look.show(program),
        extensions=manifest.extensions,
        settings=look.show(path),
        present=present,
        owner=facts.uid if facts else None,
        open_to_others=bool(facts and facts.mode & _WRITABLE),
    )


def parse_manifest(data: bytes) -> Manifest:
    """A host's manifest: its name, its program, and the extensions that may start it. Raises ParseError."""
    manifest = json_object.read_relaxed(data, "not the manifest of a helper program")
    origins = (
        each.removeprefix("chrome-extension://").rstrip("/")
        for each in texts(manifest.get("allowed_origins"))
    )
    names = [*origins, *texts(manifest.get("allowed_extensions"))]
    path = manifest.get("path")
    program = posixpath.normpath(path) if isinstance(path, str) and path else ""
    return Manifest(text(manifest.get("name")), program, tuple(text(name) for name in islice(names, 50)))
