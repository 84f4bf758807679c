"""Whether the screen locks by itself when nobody is there, desktop by desktop.

Keys and defaults: the schemas of gsettings-desktop-schemas 43, cinnamon-desktop 5.6, mate-screensaver and mate-session-manager 1.26
and light-locker 1.8; kscreenlocker's kscreenlockersettings.kcfg; xfce4-screensaver's gs-prefs.h.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects, first
from audit.model import GapKind
from audit.sources.base import Home
from audit.stores import dconf, ini, keyfile, xfconf

SESSIONS = ("/usr/share/wayland-sessions", "/usr/share/xsessions")
SCHEMAS = "/usr/share/glib-2.0/schemas"
AUTOSTART = "/etc/xdg/autostart"
WHETHER = "whether the screen locks by itself"
# How the files of sessions are called that these desktops come with, and Ubuntu's own.
_NAMED = {
    "gnome": "GNOME",
    "ubuntu": "GNOME",
    "cinnamon": "Cinnamon",
    "mate": "MATE",
    "plasma": "KDE Plasma",
    "xfce": "Xfce",
}
_MOST_OVERRIDES = 100
_UNASKED_FOR = 10  # minutes after which an X server blanks the screen if nobody says otherwise (xset(1))


@dataclass(frozen=True, slots=True)
class ScreenLock(Artifact):
    """What one desktop does on one account. `minutes`: until it locks by itself, 0: never. `can_lock`: whether it asks for a password at all."""

    KIND: ClassVar[str] = "screen-lock"
    desktop: str
    user: str
    minutes: int
    settings: str
    can_lock: bool = True
    own: bool = True


class Keys(NamedTuple):
    """Where a desktop keeps it in dconf. `unit`: seconds in one of its numbers; `idle` holds where none is set."""

    lock: str
    delay: str
    idle_delay: str
    off: str
    idle: int
    unit: int
    activation: str = ""


DCONF = {
    "GNOME": Keys("/org/gnome/desktop/screensaver/lock-enabled", "/org/gnome/desktop/screensaver/lock-delay",
                  "/org/gnome/desktop/session/idle-delay", "/org/gnome/desktop/lockdown/disable-lock-screen", 300, 1),
    "Cinnamon": Keys("/org/cinnamon/desktop/screensaver/lock-enabled", "/org/cinnamon/desktop/screensaver/lock-delay",
                     "/org/cinnamon/desktop/session/idle-delay", "/org/cinnamon/desktop/lockdown/disable-lock-screen", 900, 1),
    "MATE": Keys("/org/mate/screensaver/lock-enabled", "/org/mate/screensaver/lock-delay",
                 "/org/mate/desktop/session/idle-delay", "/org/mate/desktop/lockdown/disable-lock-screen", 5, 60,
                 "/org/mate/screensaver/idle-activation-enabled"),
}  # fmt: skip
# Paths by the names that schemas have in *.gschema.override files, where the two differ.
_SCHEMAS = {
    "org.mate.session": "/org/mate/desktop/session",
    "org.mate.lockdown": "/org/mate/desktop/lockdown",
}


@collects(ScreenLock)
def collect(look: Look) -> Iterator[ScreenLock]:
    installed = [
        entry.name.removesuffix(".desktop")
        for folder in SESSIONS
        for entry in look.scan(folder)
        if entry.name.endswith(".desktop")
    ]
    defaults = _overrides(look)
    for number, home in enumerate(look.homes):
        chosen = look.parse(parse_dmrc, f"{home.path}/.dmrc", 1 << 16)
        names = [chosen] if chosen else installed
        desktops = {desktop for name in names if (desktop := _desktop(name))}
        if names and not desktops:
            look.gap(GapKind.NOT_VISIBLE, what=WHETHER, path=SESSIONS[1])
        values = dconf.placed(look, home)
        for desktop, keys in DCONF.items():
            if desktop in desktops if names else any(key in values for key in (keys.lock, keys.idle_delay)):
                minutes, can, settings = gsettings(keys, values, defaults)
                place = settings or f"{look.show(home.path)}/.config/dconf/user"
                yield ScreenLock(desktop, home.user, minutes, place, can, own=number == 0)
        if "KDE Plasma" in desktops or not names:
            yield from _plasma(look, home, own=number == 0)
        if "Xfce" in desktops or not names:
            yield from _xfce(look, home, values, own=number == 0)


def _desktop(session: str) -> str:
    return next((desktop for prefix, desktop in _NAMED.items() if session.lower().startswith(prefix)), "")


def gsettings(
    keys: Keys, values: Mapping[str, tuple[Any, str]], defaults: Mapping[str, Any] = {}
) -> tuple[int, bool, str]:
    """Minutes, whether it asks at all, and the file that decides; "" where nothing was ever changed."""

    def value(path: str, usual: Any) -> Any:
        found = values[path][0] if path in values else defaults.get(path, usual)
        return found if type(found) is type(usual) else usual

    off, idle = value(keys.off, False), value(keys.idle_delay, keys.idle)
    locks = not off and value(keys.lock, True) and (not keys.activation or value(keys.activation, True))
    minutes = math.ceil((idle + max(value(keys.delay, 0), 0)) * keys.unit / 60) if locks and idle > 0 else 0
    decisive = (keys.off, keys.lock, keys.activation, keys.idle_delay, keys.delay)
    return minutes, not off, next((values[path][1] for path in decisive if path in values), "")


def _overrides(look: Look) -> Mapping[str, Any]:
    """A distribution's own defaults: the file that comes last by name counts (glib-compile-schemas(1))."""
    names = [each.name for each in look.scan(SCHEMAS) if each.name.endswith(".gschema.override")]
    found: dict[str, Any] = {}
    for name in first(look, SCHEMAS, sorted(names), _MOST_OVERRIDES):
        found.update(look.parse(parse_override, f"{SCHEMAS}/{name}", 1 << 20) or {})
    return found


def parse_override(data: bytes) -> dict[str, Any]:
    """Switches and numbers of a *.gschema.override, by path. Those for one desktop only (`[schema:GNOME]`) count too. Raises ParseError."""
    found: dict[str, Any] = {}
    for section, key, value in ini.settings(data):
        schema = section.partition(":")[0]
        path = f"{_SCHEMAS.get(schema, '/' + schema.replace('.', '/'))}/{key}"
        if value in ("true", "false"):
            found[path] = value == "true"
        elif number := re.fullmatch(r"(?:u?int32 )?(\d{1,9})", value):
            found[path] = int(number.group(1))
    return found


def parse_dmrc(data: bytes) -> str:
    """The session that was chosen on the login screen, or "" (LightDM, LXDM, older GDM). Raises ParseError."""
    name = keyfile.parse(data).get("Desktop", "Session")
    return "" if name in ("default", "lightdm-xsession") else name.rpartition("/")[2].removesuffix(".desktop")


def _plasma(look: Look, home: Home, *, own: bool) -> Iterator[ScreenLock]:
    values: dict[str, str] = {}
    place = ""
    for path in ("/etc/xdg/kscreenlockerrc", f"{home.path}/.config/kscreenlockerrc"):
        found = look.parse(parse_kscreenlocker, path, 1 << 20)
        if found is not None:
            values.update(found)
            place = look.show(path)
    if place:
        minutes, can = plasma(values)
        yield ScreenLock("KDE Plasma", home.user, minutes, place, can, own)


def parse_kscreenlocker(data: bytes) -> dict[str, str]:
    """The group Daemon of kscreenlockerrc; KConfig's marks behind a key (`[$i]`) are left out. Raises ParseError."""
    return {key.partition("[")[0]: value for section, key, value in ini.settings(data) if section == "Daemon"}


def plasma(values: Mapping[str, str]) -> tuple[int, bool]:
    can = values.get("RequirePassword", "true").lower() != "false"
    try:
        timeout = float(values.get("Timeout", "5"))
    except ValueError:
        timeout = 5
    locks = can and values.get("Autolock", "true").lower() != "false" and 0 < timeout < 1e6
    return (math.ceil(timeout) if locks else 0), can


def _xfce(
    look: Look, home: Home, values: Mapping[str, tuple[Any, str]], *, own: bool
) -> Iterator[ScreenLock]:
    """Xfce leaves it to one of several programs: it locks where one of them does."""
    ways = [*_xfce_saver(look, home), *_light_locker(look, home, values)]
    old = f"{home.path}/.xscreensaver"
    if (told := look.parse(parse_xscreensaver, old, 1 << 20)) is not None:
        ways.append((told, old))
    locking = [way for way in ways if way[0]]
    if ways:
        minutes, place = min(locking) if locking else ways[0]
        yield ScreenLock("Xfce", home.user, minutes, look.show(place), own=own)
    elif look.exists(AUTOSTART):
        look.gap(GapKind.NOT_VISIBLE, what=WHETHER, path=f"{look.show(home.path)}/.xscreensaver")


def parse_xscreensaver(data: bytes) -> int | None:
    """Minutes until XScreenSaver locks, 0: never, None: its file does not say (xscreensaver(1)). Raises ParseError."""
    lines = (line.partition(":") for line in ini.lines_of(data) if line[0] not in "#!")
    values = {key.strip(): value.strip() for key, _, value in lines}
    if "lock" not in values:
        return None
    if values["lock"].lower() != "true" or values.get("mode") == "off":
        return 0
    return _clock(values.get("timeout", "0:10:00")) + _clock(values.get("lockTimeout", "0:00:00"))


def _clock(text: str) -> int:
    """Minutes of `h:mm:ss`; ten, its usual time, where it is written in another way."""
    parts = re.fullmatch(r"(\d{1,3}):(\d{1,2}):(\d{1,2})", text)
    return math.ceil(int(parts[1]) * 60 + int(parts[2]) + int(parts[3]) / 60) if parts else _UNASKED_FOR


def _xfce_saver(look: Look, home: Home) -> Iterator[tuple[int, str]]:
    name = f"{xfconf.FOLDER}/xfce4-screensaver.xml"
    paths = (f"/etc/xdg/{name}", f"{home.path}/.config/{name}")
    merged: dict[str, str] = {}
    place = ""
    for path in paths:
        if (found := look.parse(xfconf.parse, path, 1 << 20)) is not None:
            merged.update(found)
            place = path
    if place or look.exists(f"{AUTOSTART}/xfce4-screensaver.desktop"):
        yield xfce_saver(merged), place or f"{AUTOSTART}/xfce4-screensaver.desktop"


def xfce_saver(values: Mapping[str, str]) -> int:
    switches = (
        "/saver/enabled",
        "/saver/idle-activation/enabled",
        "/lock/enabled",
        "/lock/saver-activation/enabled",
    )
    if any(values.get(each) == "false" for each in switches):
        return 0
    delays = (("/saver/idle-activation/delay", 5), ("/lock/saver-activation/delay", 0))
    return sum(
        int(text) if re.fullmatch(r"\d{1,6}", text := values.get(key, "")) else usual for key, usual in delays
    )


def _light_locker(look: Look, home: Home, values: Mapping[str, tuple[Any, str]]) -> Iterator[tuple[int, str]]:
    """It starts with the desktop unless the person's own copy of its starter says no (Desktop Application Autostart Specification)."""
    system, own = f"{AUTOSTART}/light-locker.desktop", f"{home.path}/.config/autostart/light-locker.desktop"
    if look.exists(system):
        hidden = look.parse(parse_hidden, own, 1 << 20)
        after, place = values.get("/apps/light-locker/lock-after-screensaver", (5, system))
        yield (0, own) if hidden else (_UNASKED_FOR if after else 0, place)


def parse_hidden(data: bytes) -> bool:
    file = keyfile.parse(data)
    entry = "Desktop Entry"
    return file.truth(entry, "Hidden") or not file.truth(entry, "X-GNOME-Autostart-enabled", default=True)
