"""Accounts that are logged in without a password when the machine starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.stores import ini

DISPLAY_MANAGER = (
    "/etc/systemd/system/display-manager.service"  # a link to the one that is used (systemd.special(7))
)
# The files of each login screen, those read last (and so decisive) last.
GDM = ("/etc/gdm/custom.conf", "/etc/gdm3/custom.conf", "/etc/gdm/daemon.conf", "/etc/gdm3/daemon.conf")
LIGHTDM = ("/usr/share/lightdm/lightdm.conf.d", "/etc/xdg/lightdm/lightdm.conf.d", "/etc/lightdm/lightdm.conf.d",
           "/etc/lightdm/lightdm.conf")  # fmt: skip
SDDM = ("/usr/lib/sddm/sddm.conf.d", "/etc/sddm.conf.d", "/etc/sddm.conf")
UNITS = "/etc/systemd/system"
_GETTY = re.compile(r"^(getty|autovt|console-getty|serial-getty)(@[^/]*)?\.service\.d$")


@dataclass(frozen=True, slots=True)
class AutomaticLogin(Artifact):
    """`manager` is the login screen's name, or "text console"."""

    KIND: ClassVar[str] = "automatic-login"
    manager: str
    account: str
    settings: str


@collects(AutomaticLogin)
def collect(look: Look) -> Iterator[AutomaticLogin]:
    used = look.readlink(DISPLAY_MANAGER) or ""
    for manager, places, parser in (
        ("GDM", GDM, parse_gdm),
        ("LightDM", LIGHTDM, parse_lightdm),
        ("SDDM", SDDM, parse_sddm),
    ):
        if not used or manager.lower() in used.rpartition("/")[2]:
            yield from _decisive(look, manager, _files(look, places), parser)
    for folder in look.scan(UNITS):
        if folder.is_dir and _GETTY.match(folder.name):
            yield from _decisive(look, "text console", _files(look, (f"{UNITS}/{folder.name}",)), parse_getty)


def _files(look: Look, places: Sequence[str]) -> Iterator[str]:
    for place in places:
        if place.endswith(".d"):
            yield from (f"{place}/{each.name}" for each in look.scan(place) if each.name.endswith(".conf"))
        else:
            yield place


def _decisive(
    look: Look, manager: str, paths: Iterator[str], parser: Callable[[bytes], str | None]
) -> Iterator[AutomaticLogin]:
    """The last file that says anything about it decides."""
    last = ("", "")
    for path in paths:
        if (account := look.parse(parser, path)) is not None:
            last = (account, path)
    if last[0]:
        yield AutomaticLogin(manager, last[0], last[1])


def parse_gdm(data: bytes) -> str | None:
    """GDM's `[daemon]`: who is logged in at once, or after a delay. "" : nobody. None: not said. Raises ParseError."""
    daemon = {each.key: each.value for each in ini.settings(data) if each.section == "daemon"}
    said = [name for name in ("AutomaticLogin", "TimedLogin") if f"{name}Enable" in daemon]
    named = (daemon.get(name, "") for name in said if ini.is_yes(daemon[f"{name}Enable"]))
    return next((name for name in named if name), "") if said else None


def parse_lightdm(data: bytes) -> str | None:
    """LightDM's `autologin-user`, or its guest, of any seat. Raises ParseError."""
    seats = [each for each in ini.settings(data) if each.section.startswith("Seat")]
    values = {each.key: each.value for each in seats if each.key in ("autologin-user", "autologin-guest")}
    if not values:
        return None
    guest = "guest" if ini.is_yes(values.get("autologin-guest", "")) else ""
    return values.get("autologin-user", "") or guest


def parse_sddm(data: bytes) -> str | None:
    """SDDM's `[Autologin] User` (sddm.conf(5)). Raises ParseError."""
    values = [each.value for each in ini.settings(data) if (each.section, each.key) == ("Autologin", "User")]
    return values[-1] if values else None


def parse_getty(data: bytes) -> str | None:
    """The account that a console's ExecStart names with `--autologin` or `-a` (agetty(8)). Raises ParseError."""
    lines = [each.value for each in ini.settings(data, continued=True) if each.key == "ExecStart"]
    return _autologin(lines[-1]) if lines else None


def _autologin(line: str) -> str:
    try:
        words = shlex.split(line)
    except ValueError:
        return ""
    for place, word in enumerate(words):
        if word.startswith("--autologin="):
            return word.partition("=")[2]
        if word in ("--autologin", "-a") and place + 1 < len(words):
            return words[place + 1]
    return ""
