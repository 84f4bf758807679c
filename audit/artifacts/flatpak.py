"""Rights that somebody added to Flatpak apps by hand: overrides, which no question on the screen goes with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.stores import keyfile

SYSTEM = "/var/lib/flatpak/overrides"
PERSONAL = ".local/share/flatpak/overrides"
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
