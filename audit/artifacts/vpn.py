"""VPNs that are set up here. Keys, certificates and passwords are never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.stores import keyfile

# nm-settings-keyfile(5): the administrator's, and those that stand ready-made or last until the next start.
NETWORK_MANAGER = (
    "/etc/NetworkManager/system-connections",
    "/usr/lib/NetworkManager/system-connections",
    "/run/NetworkManager/system-connections",
)
WIREGUARD = "/etc/wireguard"  # wg-quick(8)
OPENVPN = (
    "/etc/openvpn",
    "/etc/openvpn/client",
)  # openvpn@.service and openvpn-client@.service of Debian's openvpn 2.6
MOST_FILES = 500
LONGEST_NAME = 200
_PLUGIN = re.compile(r"org\.freedesktop\.NetworkManager\.(\w[\w-]{0,40})")
_PLUGIN_NAMES = {"openvpn": "OpenVPN", "vpnc": "Cisco VPN", "openconnect": "OpenConnect", "pptp": "PPTP", "l2tp": "L2TP",
                 "strongswan": "IPsec", "libreswan": "IPsec", "sstp": "SSTP", "fortisslvpn": "Fortinet", "iodine": "Iodine"}  # fmt: skip
_SERVER_KEYS = ("remote", "gateway", "address", "IPSec gateway", "right")  # of the plugins above, in [vpn]


@dataclass(frozen=True, slots=True)
class Vpn(Artifact):
    """One tunnel that is set up. `server`: the other end's name or address and port. `starts`: it comes up by itself."""

    KIND: ClassVar[str] = "vpn"
    product: str
    name: str
    settings: str
    server: str = ""
    starts: bool = False


class Tunnel(NamedTuple):
    product: str
    name: str
    server: str
    starts: bool


@collects(Vpn)
def collect(look: Look) -> Iterator[Vpn]:
    for folder in NETWORK_MANAGER:
        for path in files(look, folder, ""):
            if tunnel := look.parse(parse_connection, path, 1 << 20):
                yield Vpn(tunnel.product, tunnel.name, path, tunnel.server, tunnel.starts)
    for path in files(look, WIREGUARD, ".conf"):
        servers = look.parse(parse_wireguard, path, 1 << 20)
        yield Vpn("WireGuard", _stem(path), path, ", ".join(servers or ()))
    for folder in OPENVPN:
        for path in files(look, folder, ".conf"):
            server = look.parse(parse_openvpn, path, 4 << 20)
            if server:
                yield Vpn("OpenVPN", _stem(path), path, server)


def files(look: Look, folder: str, ending: str) -> list[str]:
    names = [each.name for each in look.scan(folder) if not each.is_dir and each.name.endswith(ending)]
    return [f"{folder}/{name}" for name in first(look, folder, names, MOST_FILES)]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".conf")[:LONGEST_NAME]


def parse_connection(data: bytes) -> Tunnel | None:
    """A connection of NetworkManager, if it is a tunnel. `autoconnect` is true where nothing is said (nm-settings(5)). Raises ParseError."""
    read = keyfile.parse(data)
    kind = read.get("connection", "type")
    name = read.get("connection", "id")[:LONGEST_NAME]
    starts = read.truth("connection", "autoconnect", default=True)
    if kind == "wireguard":
        peers = [group for group in read.groups() if group.startswith("wireguard-peer.")]
        servers = [server for group in peers[:50] if (server := read.get(group, "endpoint"))]
        return Tunnel("WireGuard", name, ", ".join(servers)[:LONGEST_NAME], starts)
    if kind == "vpn":
        plugin = _PLUGIN.match(read.get("vpn", "service-type"))
        product = _PLUGIN_NAMES.get(plugin[1], plugin[1]) if plugin else "VPN"
        server = next((value for key in _SERVER_KEYS if (value := read.get("vpn", key))), "")
        return Tunnel(product, name, server[:LONGEST_NAME], False)  # such a one is not begun by itself
    return None


def parse_wireguard(data: bytes) -> list[str]:
    """The `Endpoint`s of a wg-quick(8) file; nothing else of it is kept. Raises ParseError."""
    read = keyfile.parse(data)
    return [value[:LONGEST_NAME] for group, key, value in read.lines
            if group == "Peer" and key.lower() == "endpoint"][:50]  # fmt: skip


def parse_openvpn(data: bytes) -> str:
    """The first `remote` of an openvpn(8) client's settings: host and port. "" for a server's. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.split("#")[0].split(None, 3)
        if len(words) > 1 and words[0] == "remote":
            return ":".join(words[1:3])[:LONGEST_NAME]
    return ""
