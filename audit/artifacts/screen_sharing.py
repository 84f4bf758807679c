"""Desktop sharing that is switched on in its settings: GNOME's, Vino, KDE's, TigerVNC, wayvnc.

Passwords are never read, only whether one is asked for. A product's mere presence is `Presence`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.service import Service
from audit.sources.base import Home
from audit.stores import dconf, ini

# GSettings schema org.gnome.desktop.remote-desktop of gnome-remote-desktop 43 (Debian 12): enable false, view-only true,
# auth-method 'prompt'. RDP always asks for name and password, never for a yes.
GNOME = "/org/gnome/desktop/remote-desktop"
# Remote login of gnome-remote-desktop 46 and later, a service of the system: key `enabled` of group RDP, the file read last decides
# (`grdctl --system rdp enable` writes it).
GNOME_SYSTEM = (
    "/usr/share/gnome-remote-desktop/grd.conf",
    "/etc/gnome-remote-desktop/grd.conf",
    "/var/lib/gnome-remote-desktop/.local/share/gnome-remote-desktop/grd.conf",
)
KRDP = "app-org.kde.krdpserver"  # the user service that KDE's System Settings switch on (krdp, src/kcm)
# Schema org.gnome.Vino of vino 3.22: view-only false, authentication-methods ['none']. What switches it on is its service:
# the key `enabled` went with 3.12.
VINO = "/org/gnome/desktop/remote-access"
KRFB = ".config/krfbrc"  # krfb/invitationsrfbserver.cpp, group Security
TIGERVNC = ("/etc/tigervnc/vncserver-config-mandatory", "/etc/tigervnc/vncserver-config-defaults")
TIGERVNC_HOME = (".vnc/tigervnc.conf", ".vnc/config")  # tigervnc.conf(5x) of Debian's tigervnc 1.12
WAYVNC = ".config/wayvnc/config"  # wayvnc(1)
_PERL = re.compile(r"^\s*\$?(localhost|SecurityTypes)\s*=\s*[\"']?([^\"';#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScreenSharing(Artifact):
    """One way to share a screen that is on, or set up to be.

    `asks`: "agreement" (somebody here has to say yes), "password", or "nothing". `controls`: also keyboard and mouse.
    `starts`: it starts by itself, as far as its settings say. `user`: whose; "" for every account.
    """

    KIND: ClassVar[str] = "screen-sharing"
    product: str
    settings: str
    asks: str
    controls: bool = True
    starts: bool = True
    user: str = ""


@collects(ScreenSharing)
def collect(look: Look) -> Iterator[ScreenSharing]:
    services = {(each.name, each.user): each.settings for each in look.see(Service)}
    for home in look.homes:
        yield from _gnome(look, home)
        if settings := services.get(("vino-server", home.user)):
            yield _vino(dconf.settings(look, home), settings, home)
        if settings := services.get((KRDP, home.user)):
            yield ScreenSharing("KDE remote desktop", settings, "password", user=home.user)
        yield from _own(look, home)
    if ("gnome-remote-desktop", "") in services:
        said = [
            (path, on)
            for path in GNOME_SYSTEM
            if (on := look.parse(parse_gnome_system, path, 1 << 20)) is not None
        ]
        if said and said[-1][1]:
            yield ScreenSharing("GNOME remote login", said[-1][0], "password")
    for path in TIGERVNC:
        open_to_all = look.parse(parse_tigervnc, path, 1 << 20)
        if (
            open_to_all
            and open_to_all.get("securitytypes") == "none"
            and open_to_all.get("localhost") == "no"
        ):
            yield ScreenSharing("TigerVNC", path, "nothing", starts=False)


def _gnome(look: Look, home: Home) -> Iterator[ScreenSharing]:
    placed = dconf.placed(look, home)
    values = {path: value for path, (value, _) in placed.items()}
    for kind in ("rdp", "vnc"):
        if values.get(f"{GNOME}/{kind}/enable") is True:
            agreement = kind == "vnc" and values.get(f"{GNOME}/vnc/auth-method", "prompt") == "prompt"
            yield ScreenSharing(
                f"GNOME desktop sharing ({kind.upper()})",
                placed[f"{GNOME}/{kind}/enable"][1],
                "agreement" if agreement else "password",
                controls=values.get(f"{GNOME}/{kind}/view-only", True) is not True,
                user=home.user,
            )


def _vino(values: Mapping[str, Any], settings: str, home: Home) -> ScreenSharing:
    methods = values.get(f"{VINO}/authentication-methods", ["none"])
    asks = "password" if isinstance(methods, list) and "vnc" in methods else "nothing"
    if values.get(f"{VINO}/prompt-enabled", True) is True:
        asks = "agreement"
    controls = values.get(f"{VINO}/view-only", False) is not True
    return ScreenSharing("Vino", settings, asks, controls=controls, user=home.user)


def _own(look: Look, home: Home) -> Iterator[ScreenSharing]:
    """Settings files in a person's home."""
    krfb = f"{home.path}/{KRFB}"
    if said := look.parse(parse_krfb, krfb, 1 << 20):
        controls = said["allowdesktopcontrol"] == "true"
        yield ScreenSharing(
            "Krfb", look.show(krfb), "password", controls=controls, starts=False, user=home.user
        )
    wayvnc = f"{home.path}/{WAYVNC}"
    if look.parse(parse_wayvnc, wayvnc, 1 << 20):
        yield ScreenSharing("wayvnc", look.show(wayvnc), "nothing", starts=False, user=home.user)
    for name in TIGERVNC_HOME:
        path = f"{home.path}/{name}"
        said = look.parse(parse_tigervnc, path, 1 << 20)
        if said and said.get("securitytypes") == "none" and said.get("localhost") == "no":
            yield ScreenSharing("TigerVNC", look.show(path), "nothing", starts=False, user=home.user)


def parse_gnome_system(data: bytes) -> bool | None:
    """Whether a grd.conf switches RDP on; None where it says nothing of it. Raises ParseError."""
    values = [each.value for each in ini.settings(data) if (each.section, each.key) == ("RDP", "enabled")]
    return ini.is_yes(values[-1]) if values else None


def parse_krfb(data: bytes) -> dict[str, str]:
    """Krfb's `[Security]` where unattended access is allowed; nothing where each visitor has to be let in. Raises ParseError."""
    found = {
        each.key.lower(): each.value.lower() for each in ini.settings(data) if each.section == "Security"
    }
    if not ini.is_yes(found.get("allowunattendedaccess", "")):
        return {}
    return {"allowdesktopcontrol": str(ini.is_yes(found.get("allowdesktopcontrol", "true"))).lower()}


def parse_wayvnc(data: bytes) -> bool:
    """Whether wayvnc would let in whoever is in the network: bound to more than this machine, no authentication. Raises ParseError."""
    found = {each.key: each.value.strip() for each in ini.settings(data)}
    address = found.get("address", "localhost")
    here = address in ("localhost", "::1") or address.startswith("127.")
    return not here and not ini.is_yes(found.get("enable_auth", "false"))


def parse_tigervnc(data: bytes) -> dict[str, str]:
    """`localhost` ("yes", "no") and `SecurityTypes` ("none" where None is among them), in Perl's or plain spelling. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        if match := _PERL.match(line[:1000]):
            name, value = match[1].lower(), match[2].strip().lower()
            if name == "localhost":
                found[name] = "no" if value in ("no", "0", "false", "off") else "yes"
            else:
                found[name] = "none" if "none" in re.split(r"[\s,]+", value) else value
    return found
