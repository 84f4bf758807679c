"""Programs that may learn where this machine is without asking each time.

The portal's permission store, table `location` (xdg-desktop-portal, location.c: for each app how exactly, and when it last asked);
geoclue's own list (geoclue(5): `allowed=true` lets an app past the question); and GNOME's switch (org.gnome.system.location). What
sites may learn it stands in the browsers, what people see through accounts stands in no file here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.model import Platform
from audit.stores import dconf, gvariant, gvdb, keyfile

STORE = ".local/share/flatpak/db/location"
GEOCLUE = "/etc/geoclue/geoclue.conf"
GEOCLUE_FOLDER = "/etc/geoclue/conf.d"
# Those that geoclue 2.6 and 2.7 bring: parts of desktops, and two browsers, which ask for each site themselves.
_USUAL = frozenset(
    {"gnome-datetime-panel", "gnome-color-panel", "org.gnome.Shell", "io.elementary.desktop.agent-geoclue2", "sm.puri.Phosh",
     "mobi.phosh.Shell", "lipstick", "epiphany", "org.gnome.Epiphany", "firefox", "geoclue-where-am-i", "geoclue-demo-agent",
     "gnome-control-center", "org.gnome.Settings", "org.kde.plasmashell"}
)  # fmt: skip
_NOT_APPS = frozenset(
    {"agent", "network-nmea", "3g", "cdma", "modem-gps", "wifi", "compass", "static-source", "ip"}
)
ACCURACIES = ("COUNTRY", "CITY", "NEIGHBORHOOD", "STREET", "EXACT")
EVERY = "*"
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class LocationAccess(Artifact):
    """`app` is `*` where every program that asks is meant, and empty for programs outside a sandbox. `accuracy`: country to exact."""

    KIND: ClassVar[str] = "location-access"
    app: str
    accuracy: str
    settings: str
    user: str = ""


@collects(LocationAccess)
def collect(look: Look) -> Iterator[LocationAccess]:
    if look.platform is not Platform.LINUX:
        return
    for home in look.homes:
        path = f"{home.path}/{STORE}"
        for app, accuracy in look.parse(parse_portal, path) or ():
            yield LocationAccess(app, accuracy, look.show(path), home.user)
        settings = dconf.placed(look, home)
        enabled, where = settings.get("/org/gnome/system/location/enabled", (False, ""))
        if enabled is True:
            accuracy, _ = settings.get("/org/gnome/system/location/max-accuracy-level", ("exact", ""))
            yield LocationAccess(EVERY, str(accuracy), where, home.user)
    files = [
        f"{GEOCLUE_FOLDER}/{each.name}" for each in look.scan(GEOCLUE_FOLDER) if each.name.endswith(".conf")
    ]
    for path in (GEOCLUE, *first(look, GEOCLUE_FOLDER, files, _MOST_FILES)):
        for app in look.parse(parse_geoclue, path, 1 << 20) or ():
            yield LocationAccess(app, "exact", look.show(path))


def parse_portal(data: bytes) -> list[tuple[str, str]]:
    """(app, accuracy) for each grant in the table `location`. Refusals are none. Raises ParseError."""
    main = gvdb.read(data).get("main", {})
    if not isinstance(main, Mapping):
        raise ParseError("the permissions are not where they should be")
    entry = main.get("location")
    if not isinstance(entry, memoryview):
        return []
    match gvariant.variant(entry):
        case [_, list(pairs)]:
            return list(_grants(pairs))
        case _:
            raise ParseError("the permissions are not as expected")


def _grants(pairs: list[object]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        match pair:
            case [str(app), [str(accuracy), *_]] if accuracy in ACCURACIES:
                yield app, accuracy.lower()


def parse_geoclue(data: bytes) -> list[str]:
    """Apps that geoclue lets past its question, but for those that it brings itself. Raises ParseError."""
    found = keyfile.parse(data)
    apps = (group for group in found.groups() if group and group not in _NOT_APPS and group not in _USUAL)
    return [app for app in apps if found.truth(app, "allowed")]
