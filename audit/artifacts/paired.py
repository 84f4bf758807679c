"""Phones and other devices that are paired with this one: KDE Connect, GSConnect.

KDE Connect (github.com/KDE/kdeconnect-kde, core/kdeconnectconfig.cpp, core/device.cpp): ~/.config/kdeconnect/trusted_devices, a group
for each device with its name and type; in DEVICE/config the group Plugins with `kdeconnect_NAMEEnabled`. What is not listed there has
its plugin's default: on, but for those in `_OFF` (the plugins of Debian's kdeconnect 22.12 say so themselves). GSConnect: its GSettings schema, in dconf below /org/gnome/shell/extensions/gsconnect/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects
from audit.sources.base import Home
from audit.stores import dconf, ini

KDE = ".config/kdeconnect"
GSCONNECT = "/org/gnome/shell/extensions/gsconnect/"
_MOST = 200
_DEVICE = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_ENABLED = re.compile(r"^kdeconnect_(\w+)Enabled$")

# What a device may do here, by the plugin that lets it.
ABILITIES = {
    "mousepad": "moves the pointer and presses keys",
    "runcommand": "runs the commands that were set up for it",
    "clipboard": "sees what you copy",
    "sendnotifications": "gets the notifications of this device",
    "share": "sends files to this device",
}
_OFF = frozenset({"sendnotifications"})
_GS_SWITCHES = {
    "mousepad": ("mousepad/share-control", True),
    "clipboard": ("clipboard/send-content", False),
    "sendnotifications": ("notification/send-notifications", True),
    "share": ("share/receive-files", True),
}


@dataclass(frozen=True, slots=True)
class PairedDevice(Artifact):
    """`type` is the program's word: phone, tablet, desktop, laptop. `abilities`: what it may do here, in words of ours."""

    KIND: ClassVar[str] = "paired-device"
    program: str
    name: str
    ident: str
    type: str
    user: str
    settings: str
    abilities: tuple[str, ...] = ()


class Device(NamedTuple):
    ident: str
    name: str
    type: str


@collects(PairedDevice)
def collect(look: Look) -> Iterator[PairedDevice]:
    for home in look.homes:
        yield from _kde(look, home)
        yield from gsconnect(dconf.settings(look, home), home.user, look.show(f"{home.path}/{dconf.USER}"))


def _kde(look: Look, home: Home) -> Iterator[PairedDevice]:
    path = f"{home.path}/{KDE}/trusted_devices"
    for each in look.parse(parse_trusted, path) or ():
        folder = f"{home.path}/{KDE}/{each.ident}"
        switches = look.parse(parse_switches, f"{folder}/config") or {}
        on = [name for name in ABILITIES if switches.get(name, name not in _OFF)]
        commands = look.exists(f"{folder}/kdeconnect_runcommand/config")
        plugins = [name for name in on if name != "runcommand" or commands]
        yield _device("KDE Connect", each, home.user, look.show(path), plugins)


def parse_trusted(data: bytes) -> list[Device]:
    """The paired devices. Their certificates are passed over. Raises ParseError."""
    found: dict[str, dict[str, str]] = {}
    for section, key, value in ini.settings(data):
        if _DEVICE.match(section) and key in ("name", "type"):
            found.setdefault(section, {})[key] = ini.unquoted(value)
    return [Device(ident, each.get("name", ""), each.get("type", "")) for ident, each in found.items()][
        :_MOST
    ]


def parse_switches(data: bytes) -> dict[str, bool]:
    """Plugin → on, where somebody chose. Raises ParseError."""
    return {
        match[1]: ini.is_yes(value)
        for section, key, value in ini.settings(data)
        if section == "Plugins" and (match := _ENABLED.match(key))
    }


def gsconnect(settings: Mapping[str, Any], user: str, place: str) -> Iterator[PairedDevice]:
    """The devices that GSConnect is paired with, from a person's dconf settings."""
    root = f"{GSCONNECT}device/"
    idents = {path[len(root) :].partition("/")[0] for path in settings if path.startswith(root)}
    for ident in sorted(idents)[:_MOST]:
        facts = {path[len(root) + len(ident) + 1 :]: value for path, value in settings.items()
                 if path.startswith(f"{root}{ident}/")}  # fmt: skip
        if facts.get("paired") is not True:
            continue
        off = facts.get("disabled-plugins")
        disabled = {str(each).replace("notification", "sendnotifications") for each in off or ()}
        plugins = [
            name
            for name, (key, default) in _GS_SWITCHES.items()
            if name not in disabled and facts.get(f"plugin/{key}", default) is True
        ]
        if facts.get("plugin/runcommand/command-list") and "runcommand" not in disabled:
            plugins.append("runcommand")
        device = Device(ident, str(facts.get("name", "")), str(facts.get("type", "smartphone")))
        yield _device("GSConnect", device, user, place, plugins)


def _device(program: str, device: Device, user: str, settings: str, plugins: list[str]) -> PairedDevice:
    abilities = tuple(words for name, words in ABILITIES.items() if name in plugins)
    return PairedDevice(program, device.name, device.ident[:8], device.type, user, settings, abilities)
