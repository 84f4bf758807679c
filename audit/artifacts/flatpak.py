"""Rights of Flatpak apps that no question on the screen goes with: those they came with, and overrides, added by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first
from audit.stores import keyfile

SYSTEM = "/var/lib/flatpak/overrides"
PERSONAL = ".local/share/flatpak/overrides"
# An installed app's own metadata, flatpak-metadata(5): `current` and `active` are links to the version in use.
APPS = "/var/lib/flatpak/app"
PERSONAL_APPS = ".local/share/flatpak/app"
METADATA = "current/active/metadata"
_MOST_APPS = 1_000
EVERY_APP = "global"  # the override's file name for all apps (flatpak-override(1))


@dataclass(frozen=True, slots=True)
class FlatpakOverride(Artifact):
    """An app's added rights to devices. `user` is empty where it holds for everyone on the machine."""

    KIND: ClassVar[str] = "flatpak-override"
    app: str
    devices: tuple[str, ...]
    settings: str
    user: str = ""


@collects(FlatpakOverride)
def collect(look: Look) -> Iterator[FlatpakOverride]:
    places = [("", SYSTEM), *((home.user, f"{home.path}/{PERSONAL}") for home in look.homes)]
    for user, folder in places:
        for entry in look.scan(folder):
            path = f"{folder}/{entry.name}"
            devices = look.parse(parse_override, path, 1 << 20)
            if devices:
                yield FlatpakOverride(entry.name, devices, look.show(path), user)


def parse_override(data: bytes) -> tuple[str, ...]:
    """What an override adds: camera, microphone.

    flatpak-metadata(5), [Context]: `devices=all` is every device node, cameras included; `sockets=pulseaudio` is sound,
    recording included. A `!` takes a right away. Raises ParseError.
    """
    found = keyfile.parse(data)
    every = "all" in found.words("Context", "devices")
    sound = "pulseaudio" in found.words("Context", "sockets")
    return tuple(name for name, given in (("camera", every), ("microphone", every or sound)) if given)


@dataclass(frozen=True, slots=True)
class FlatpakApp(Artifact):
    """An installed app that came with the right to open every device. `network`: it may also use the network."""

    KIND: ClassVar[str] = "flatpak-app"
    app: str
    settings: str
    network: bool = False
    user: str = ""


@collects(FlatpakApp)
def collect_apps(look: Look) -> Iterator[FlatpakApp]:
    places = [("", APPS), *((home.user, f"{home.path}/{PERSONAL_APPS}") for home in look.homes)]
    for user, folder in places:
        for entry in first(look, folder, look.scan(folder), _MOST_APPS):
            path = f"{folder}/{entry.name}/{METADATA}"
            rights = look.parse(parse_metadata, path, 1 << 20)
            if rights and rights[0] and not _taken_away(look, entry.name):
                yield FlatpakApp(entry.name, look.show(path), rights[1], user)


def parse_metadata(data: bytes) -> tuple[bool, bool]:
    """(may open every device, may use the network), in an app's metadata. Raises ParseError."""
    found = keyfile.parse(data)
    return "all" in found.words("Context", "devices"), "network" in found.words("Context", "shared")


def _taken_away(look: Look, app: str) -> bool:
    """Whether an override of the system or of a person took the devices away again."""
    folders = [SYSTEM, *(f"{home.path}/{PERSONAL}" for home in look.homes)]
    paths = (f"{folder}/{name}" for folder in folders for name in (app, EVERY_APP))
    return any(look.parse(_refuses, path, 1 << 20) for path in paths)


def _refuses(data: bytes) -> bool:
    return "!all" in keyfile.parse(data).words("Context", "devices")
