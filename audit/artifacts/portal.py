"""Apps that were allowed the camera or microphone through the desktop's portal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.stores import gvariant, gvdb

STORE = ".local/share/flatpak/db/devices"  # xdg-desktop-portal, document-portal/xdg-permission-store.c
_DEVICES = ("camera", "microphone")
_GRANTED = "yes"


@dataclass(frozen=True, slots=True)
class PortalGrant(Artifact):
    """An app may use a device without asking. `app` is empty for programs outside any sandbox."""

    KIND: ClassVar[str] = "portal-grant"
    app: str
    device: str
    user: str
    settings: str


@collects(PortalGrant)
def collect(look: Look) -> Iterator[PortalGrant]:
    for home in look.homes:
        path = f"{home.path}/{STORE}"
        for app, device in look.parse(parse_devices, path) or ():
            yield PortalGrant(app, device, home.user, look.show(path))


def parse_devices(data: bytes) -> list[tuple[str, str]]:
    """(app, device) for each grant in the permission store's `devices` table.

    Each entry of `main` is a variant `(va{sas})`: data, then app → permissions (org.freedesktop.impl.portal.PermissionStore).
    Raises ParseError.
    """
    main = gvdb.read(data).get("main", {})
    if not isinstance(main, Mapping):
        raise ParseError("the permissions are not where they should be")
    found = []
    for device in _DEVICES:
        entry = main.get(device)
        if isinstance(entry, memoryview):
            found += [(app, device) for app, words in permissions(entry) if _GRANTED in words]
    return found


def permissions(entry: memoryview) -> Iterator[tuple[str, list[str]]]:
    """(app, its permissions) of one entry of a table. Raises ParseError."""
    match gvariant.variant(entry):
        case [_, list(pairs)]:
            for pair in pairs:
                match pair:
                    case [str(app), list(words)]:
                        yield app, words
        case _:
            raise ParseError("the permissions are not as expected")
