"""Who may see the screen: apps that the desktop's portal remembers, and sessions in which every program may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.artifacts.portal import permissions
from audit.model import GapKind
from audit.stores import gvdb, keyfile

# xdg-desktop-portal, src/screen-cast.c and remote-desktop.c: the tables of the permission store, below the home.
STORES = {
    "screencast": ".local/share/flatpak/db/screencast",
    "remote-desktop": ".local/share/flatpak/db/remote-desktop",
}
SESSIONS = "/run/systemd/sessions"  # sd-login(3) reads them; a key=value file for each
GDM = (
    "/etc/gdm3/daemon.conf",
    "/etc/gdm3/custom.conf",
    "/etc/gdm/custom.conf",
)  # Debian, Ubuntu, Fedora and Arch
KIND_OF_SESSION = "which kind of desktop session is open"
_MOST = 200


@dataclass(frozen=True, slots=True)
class ScreenGrant(Artifact):
    """An app may see the screen again without asking; with `control`, it may also move the pointer and press keys.

    The tokens that the store goes by are not kept. `app` is empty for programs outside any sandbox.
    """

    KIND: ClassVar[str] = "screen-grant"
    app: str
    settings: str
    user: str = ""
    control: bool = False


@dataclass(frozen=True, slots=True)
class DesktopSession(Artifact):
    """A desktop session that is open, or the kind that the login screen was set to. `display`: x11 or wayland."""

    KIND: ClassVar[str] = "desktop-session"
    display: str
    settings: str
    user: str = ""


@collects(ScreenGrant)
def collect_grants(look: Look) -> Iterator[ScreenGrant]:
    for home in look.homes:
        for table, place in STORES.items():
            path = f"{home.path}/{place}"
            for app in look.parse(parse_store, path) or ():
                yield ScreenGrant(app, look.show(path), home.user, table == "remote-desktop")


def parse_store(data: bytes) -> list[str]:
    """Apps with a remembered session in a table of the permission store: each id is a token, each app has "yes". Raises ParseError."""
    main = gvdb.read(data).get("main", {})
    if not isinstance(main, Mapping):
        raise ParseError("the permissions are not where they should be")
    entries = [each for each in main.values() if isinstance(each, memoryview)]
    return list(
        dict.fromkeys(app for entry in entries for app, words in permissions(entry) if "yes" in words)
    )


@collects(DesktopSession)
def collect_sessions(look: Look) -> Iterator[DesktopSession]:
    found = [session for session in _sessions(look) if session.display in ("x11", "wayland")]
    if not found:
        look.gap(GapKind.NOT_RUNNING, what=KIND_OF_SESSION)
    yield from dict.fromkeys(found)
    for path in GDM:
        if look.parse(parse_gdm, path, 1 << 20):
            yield DesktopSession("x11", path)


def _sessions(look: Look) -> Iterator[DesktopSession]:
    users = {home.user for home in look.homes}
    for entry in first(look, SESSIONS, look.scan(SESSIONS), _MOST):
        if entry.is_file and not entry.name.endswith(".ref"):
            values = look.parse(parse_session, f"{SESSIONS}/{entry.name}", 1 << 16) or {}
            if values.get("CLASS") == "user" and values.get("USER") in users:
                yield DesktopSession(values.get("TYPE", ""), SESSIONS, values["USER"])


def parse_session(data: bytes) -> dict[str, str]:
    """The values of a session's file. Raises ParseError."""
    return {key: value for group, key, value in keyfile.parse(data).lines if not group}


def parse_gdm(data: bytes) -> bool:
    """Whether GDM was told to leave Wayland alone: `WaylandEnable=false` in `[daemon]`. Raises ParseError."""
    return not keyfile.parse(data).truth("daemon", "WaylandEnable", default=True)
