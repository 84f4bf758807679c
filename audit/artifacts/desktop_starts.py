"""What a desktop starts at login: autostart entries, scripts of sessions, and programs that answer for a D-Bus name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from audit.artifacts.base import Look, first
from audit.artifacts.starting import (
    SETTINGS_SIZE,
    Start,
    files_in,
    find_program,
    parse_script,
    text_lines,
)
from audit.sources.base import Home
from audit.stores import keyfile

ENTRY = "desktop autostart"
SCRIPT = "login script"
ON_REQUEST = "service on request"
SHADOWS = "in place of the system's own"
XDG = (
    "/etc/xdg/autostart",
    "/usr/share/gdm/greeter/autostart",
)  # Desktop Application Autostart Specification; GDM
HOME_XDG = ".config/autostart"
_MOST_SNAPS = 200
# Folders of whole scripts: Debian's Xsession(5), xinit's xinitrc, GDM's manual ("Scripts"), bash(1) through Debian's /etc/profile.
_SCRIPT_FOLDERS = (
    "/etc/X11/Xsession.d",
    "/etc/X11/xinit/xinitrc.d",
    "/etc/profile.d",
    *(f"/etc/gdm3/{name}" for name in ("Init", "PostLogin", "PreSession", "PostSession")),
    *(f"/etc/gdm/{name}" for name in ("Init", "PostLogin", "PreSession", "PostSession")),
)
# KDE's startplasma; https://userbase.kde.org/Session_Environment_Variables and System_Settings/Autostart
_HOME_FOLDERS = (".config/autostart-scripts", ".config/plasma-workspace/env", ".config/plasma-workspace/shutdown",
                 ".kde/Autostart", ".kde/env", ".kde4/Autostart")  # fmt: skip
# Read line by line. Xsession(5), startx(1), LightDM's and SDDM's Xsession wrappers, openbox-session(1), bspwm(1).
_HOME_SCRIPTS = (".xprofile", ".xinitrc", ".xsession", ".Xsession", ".xsessionrc", ".xserverrc", ".config/openbox/autostart",
                 ".config/bspwm/bspwmrc", ".config/labwc/autostart")  # fmt: skip
# Window managers whose settings hold lines that start something: sway(5), i3's user guide, Hyprland's wiki ("Keywords").
_HOME_SETTINGS = (".config/i3/config", ".i3/config", ".config/sway/config", ".config/hypr/hyprland.conf")
_EXEC = re.compile(r"\s*exec(?:_always|-once)?(?:\s+--no-startup-id|\s*=)?\s+(?P<command>\S.*)")
_LXSESSION = (
    ".config/lxsession"  # lxsession(1): a file `autostart`, an @ before what is started again when it ends
)
# dbus-daemon(1), <standard_session_servicedirs/> and <standard_system_servicedirs/>
_BUS = "/usr/share/dbus-1/services"
_BUS_MADE_HERE = (
    "/etc/dbus-1/system-services",
    "/usr/local/share/dbus-1/system-services",
    "/usr/local/share/dbus-1/services",
)
_HOME_BUS = ".local/share/dbus-1/services"


def starts(look: Look) -> Iterator[Start]:
    yield from _entries(look)
    for folder in _SCRIPT_FOLDERS:
        for path in files_in(look, folder):
            yield Start(SCRIPT, posixpath.basename(path), path, path, exact=True)
    for home in look.homes:
        yield from _of_home(look, home)
    for folder in _BUS_MADE_HERE:
        yield from _answering(look, folder, None, frozenset())
    for home in look.homes:
        folder = f"{home.path}/{_HOME_BUS}"
        if files_in(look, folder):
            of_system = frozenset(posixpath.basename(path) for path in files_in(look, _BUS))
            yield from _answering(look, folder, home, of_system)


def _entries(look: Look) -> Iterator[Start]:
    """An entry in the person's folder replaces the system's of the same name."""
    places: list[tuple[Home | None, str]] = [(home, f"{home.path}/{HOME_XDG}") for home in look.homes]
    yours = {posixpath.basename(path) for _, folder in places for path in files_in(look, folder)}
    places += [place for home in look.homes for place in _of_snaps(look, home)]
    for home, folder in [*places, *((None, folder) for folder in XDG)]:
        for path in files_in(look, folder, r".*\.desktop"):
            name = posixpath.basename(path)
            if home is None and name in yours and len(look.homes) == 1:
                continue
            found = look.parse(parse_desktop, path, SETTINGS_SIZE)
            if found and found[0]:
                command, needed, on = found
                on = on and (not needed or bool(find_program(look, needed)))
                yield Start(ENTRY, name, path, command, home=home, enabled=on)


def _of_snaps(look: Look, home: Home) -> list[tuple[Home, str]]:
    """What snapd starts at login for its apps, each with a home of its own (snap userd --autostart)."""
    folder = f"{home.path}/snap"
    names = first(look, folder, [entry.name for entry in look.scan(folder) if entry.is_dir], _MOST_SNAPS)
    return [(home, f"{folder}/{name}/current/{HOME_XDG}") for name in names]


def parse_desktop(data: bytes) -> tuple[str, str, bool]:
    """(what an autostart entry runs, the program that must be there for it, whether it is switched on).

    Field codes are left out. Off are entries with `Hidden`, with `X-GNOME-Autostart-enabled=false`, and those that are shown in no
    desktop at all. Raises ParseError.
    """
    entry = keyfile.parse(data)
    group = "Desktop Entry"
    command = re.sub(r"(?<!%)%[a-zA-Z]", "", entry.get(group, "Exec")).replace("%%", "%").strip()
    nowhere = bool(entry.all(group, "OnlyShowIn")) and not entry.words(group, "OnlyShowIn")
    off = nowhere or entry.truth(group, "Hidden")
    on = not off and entry.truth(group, "X-GNOME-Autostart-enabled", default=True)
    return command, entry.get(group, "TryExec"), on


def _of_home(look: Look, home: Home) -> Iterator[Start]:
    for name in _HOME_FOLDERS:
        for path in files_in(look, f"{home.path}/{name}"):
            yield Start(SCRIPT, posixpath.basename(path), path, path, home=home, exact=True)
    scripts = [f"{home.path}/{name}" for name in _HOME_SCRIPTS]
    for path in scripts:
        for line, command in look.parse(parse_script, path, SETTINGS_SIZE) or ():
            yield Start(SCRIPT, posixpath.basename(path), path, command, line, home, by_shell=True)
    profiles = [
        f"{home.path}/{_LXSESSION}/{entry.name}/autostart" for entry in look.scan(f"{home.path}/{_LXSESSION}")
    ]
    for path in [*(f"{home.path}/{name}" for name in _HOME_SETTINGS), *profiles]:
        for line, command in look.parse(parse_window_manager, path, SETTINGS_SIZE) or ():
            yield Start(SCRIPT, posixpath.basename(path), path, command, line, home, by_shell=True)


def parse_window_manager(data: bytes) -> list[tuple[int, str]]:
    """(line, command) for the `exec` lines of i3, sway and Hyprland, and for lxsession's lines with an @. Raises ParseError."""
    found = []
    for number, line in enumerate(text_lines(data), 1):
        if match := _EXEC.match(line):
            found.append((number, match["command"].strip()))
        elif line.startswith("@") and line[1:].strip():
            found.append((number, line[1:].strip()))
    return found


def _answering(look: Look, folder: str, home: Home | None, of_system: frozenset[str]) -> Iterator[Start]:
    for path in files_in(look, folder, r".*\.service"):
        found = look.parse(parse_bus_service, path, SETTINGS_SIZE)
        if found and found[1]:
            name, command = found
            shadows = bool({f"{name}.service", posixpath.basename(path)} & of_system)
            as_root = folder.endswith("system-services")
            yield Start(ON_REQUEST, name, path, command, home=home, as_root=as_root,
                        signs=(SHADOWS,) if shadows else ())  # fmt: skip


def parse_bus_service(data: bytes) -> tuple[str, str]:
    """(name on the bus, command) of a D-Bus service file. Raises ParseError."""
    entry = keyfile.parse(data)
    return entry.get("D-BUS Service", "Name"), entry.get("D-BUS Service", "Exec")
