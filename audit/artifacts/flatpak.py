"""Rights of Flatpak apps that no question on the screen goes with: those they came with, and overrides, added by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first
from audit.stores import keyfile

SYSTEM = "/var/lib/flatpak/overrides"
PERSONAL = ".local/share/flatpak/overrides"
# An installed app's own metadata, flatpak-metadata(5): `current` and `active` are links to the version in use.
APPS = "/var/lib/flatpak/app"
PERSONAL_APPS = ".local/share/flatpak/app"
INSTALLATIONS = "/etc/flatpak/installations.d"
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
    places += [("", f"{top}/overrides") for top in _installations(look)]
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


def _installations(look: Look) -> list[str]:
    """The folders of further installations (flatpak-installation(5))."""
    names = [entry.name for entry in look.scan(INSTALLATIONS) if entry.name.endswith(".conf")]
    files = [f"{INSTALLATIONS}/{name}" for name in first(look, INSTALLATIONS, names, _MOST_APPS)]
    return [place for path in files for place in look.parse(parse_installations, path, 1 << 20) or ()]


def parse_installations(data: bytes) -> list[str]:
    """`Path` of each `[Installation "…"]`. Raises ParseError."""
    found = keyfile.parse(data)
    paths = (found.get(group, "Path") for group in found.groups() if group.startswith("Installation "))
    return [path.rstrip("/") for path in paths if path.startswith("/")]


@dataclass(frozen=True, slots=True)
class FlatpakApp(Artifact):
    """An installed app that came with the right to record: through every device, or sound alone. `network`: it may also use the network."""

    KIND: ClassVar[str] = "flatpak-app"
    app: str
    settings: str
    network: bool = False
    user: str = ""
    devices: tuple[str, ...] = ("camera", "microphone")


@collects(FlatpakApp)
def collect_apps(look: Look) -> Iterator[FlatpakApp]:
    installations = _installations(look)
    places = [("", APPS), *((home.user, f"{home.path}/{PERSONAL_APPS}") for home in look.homes)]
    places += [("", f"{top}/app") for top in installations]
    overrides = [SYSTEM, *(f"{home.path}/{PERSONAL}" for home in look.homes)]
    overrides += [f"{top}/overrides" for top in installations]
    for user, folder in places:
        for entry in first(look, folder, look.scan(folder), _MOST_APPS):
            path = f"{folder}/{entry.name}/{METADATA}"
            found = look.parse(parse_metadata, path, 1 << 20)
            if found is None or not found[0]:
                continue
            files = (f"{place}/{name}" for place in overrides for name in (entry.name, EVERY_APP))
            taken = {right for file in files for right in look.parse(_taken, file, 1 << 20) or ()}
            if devices := _devices(found[0] - taken):
                yield FlatpakApp(entry.name, look.show(path), found[1], user, devices)


def _devices(rights: Collection[str]) -> tuple[str, ...]:
    return ("camera", "microphone") if "all" in rights else ("microphone",) if rights else ()


def parse_metadata(data: bytes) -> tuple[frozenset[str], bool]:
    """Which of `all` (devices) and `pulseaudio` (sound, recording too) an app has, and whether the network. Raises ParseError."""
    found = keyfile.parse(data)
    words = {*found.words("Context", "devices")} & {"all"} | {*found.words("Context", "sockets")} & {
        "pulseaudio"
    }
    return frozenset(words), "network" in found.words("Context", "shared")


def _taken(data: bytes) -> frozenset[str]:
    """What an override takes away again."""
    found = keyfile.parse(data)
    words = {*found.words("Context", "devices"), *found.words("Context", "sockets")}
    return frozenset(word[1:] for word in words if word in ("!all", "!pulseaudio"))
