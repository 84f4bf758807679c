from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import vpn
from audit.artifacts.base import ParseError
from audit.artifacts.mesh import MeshNetwork
from audit.artifacts.vpn import Tunnel, Vpn
from tests.artifacts.devices import device, see, system

# As `nmcli --offline connection add` of NetworkManager 1.42 writes them.
OPENVPN = (
    "[connection]\nid=Work\nuuid=c12c00f1-bf8b-4c58-9d9f-cdf7cb6a63fe\ntype=vpn\n\n[vpn]\nca=/x\nremote=vpn.example.net:1194\n"
    "service-type=org.freedesktop.NetworkManager.openvpn\n\n[vpn-secrets]\npassword=hunter2\n"
)
WIREGUARD = (
    "[connection]\nid=wg-home\ntype=wireguard\ninterface-name=wg0\n\n[wireguard]\nprivate-key=hunter2\n\n"
    "[wireguard-peer.abc=]\nendpoint=203.0.113.7:51820\npreshared-key=hunter2\n"
)
WIFI = "[connection]\nid=Home\ntype=wifi\n\n[wifi-security]\npsk=hunter2\n"
WG_QUICK = "[Interface]\nPrivateKey = hunter2\n\n[Peer]\nPublicKey = x\nEndpoint = vpn.example.org:51820\n"
CONNECTIONS = "etc/NetworkManager/system-connections"


def test_each_kind(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{CONNECTIONS}/Work.nmconnection": OPENVPN,
        f"{CONNECTIONS}/wg-home": WIREGUARD,
        f"{CONNECTIONS}/Home.nmconnection": WIFI,
        "etc/wireguard/wg1.conf": WG_QUICK,
        "etc/wireguard/private.key": "hunter2",
        "etc/openvpn/client/uni.conf": "client\n# remote no\nremote vpn.example.edu 1194 udp\n<key>\nhunter2\n</key>\n",
        "etc/openvpn/mine.conf": "server 10.8.0.0 255.255.255.0\n",
        "var/lib/zerotier-one/networks.d/8056c2e21c000001.conf": "",
        "var/lib/zerotier-one/networks.d/8056c2e21c000001.local.conf": "allowManaged=1\n",
        "etc/systemd/system/multi-user.target.wants/tailscaled.service": "",
        "etc/netbird/config.json": "{}",
        "etc/nebula/config.yml": "pki:\n",
        "etc/tinc/home/tinc.conf": "Name = x\n",
        "etc/tinc/empty/": "",
    }
    root = system(tmp_path, files)
    found = list(see(root, Vpn))
    assert [(each.product, each.name, each.server, each.starts) for each in found] == [
        ("OpenVPN", "Work", "vpn.example.net:1194", False),
        ("WireGuard", "wg-home", "203.0.113.7:51820", True),
        ("WireGuard", "wg1", "vpn.example.org:51820", False),
        ("OpenVPN", "uni", "vpn.example.edu:1194", False),
    ]
    assert "hunter2" not in repr(found)
    assert [(each.product, each.name, each.starts) for each in see(root, MeshNetwork)] == [
        ("Tailscale", "Tailscale", True),
        ("NetBird", "NetBird", False),
        ("ZeroTier", "8056c2e21c000001", False),
        ("Nebula", "config.yml", False),
        ("tinc", "home", False),
    ]


def test_an_ordinary_system_and_a_copied_home(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/wireguard/": "",
        "etc/openvpn/client/": "",
        "etc/nebula/": "",
        "etc/tinc/nets.boot": "",
    }
    root = system(tmp_path / "a", files)
    assert (list(see(root, Vpn)), list(see(root, MeshNetwork))) == ([], [])
    assert [gap.kind for gap in see(device(tmp_path / "b", {"x": ""}), Vpn).gaps] == ["not-held"]


@pytest.mark.parametrize(
    ("text", "tunnel"),
    [
        (WIFI, None),
        ("", None),
        ("[connection]\ntype=vpn\n", Tunnel("VPN", "", "", False)),
        (
            "[connection]\nid=x\ntype=vpn\n[vpn]\nservice-type=org.freedesktop.NetworkManager.openconnect\ngateway=g\n",
            Tunnel("OpenConnect", "x", "g", False),
        ),
        ("[connection]\nid=x\ntype=wireguard\nautoconnect=false\n", Tunnel("WireGuard", "x", "", False)),
    ],
)
def test_connections(text: str, tunnel: Tunnel | None) -> None:
    assert vpn.parse_connection(text.encode()) == tunnel


@pytest.mark.skipif(shutil.which("nmcli") is None, reason="nmcli is not installed")
def test_what_nmcli_writes() -> None:
    command = [
        "nmcli",
        "--offline",
        "connection",
        "add",
        "type",
        "vpn",
        "vpn-type",
        "vpnc",
        "con-name",
        "Uni",
        "vpn.data",
    ]
    written = subprocess.run(
        [*command, "IPSec gateway=vpn.example.edu"], capture_output=True, check=True
    ).stdout
    assert vpn.parse_connection(written) == Tunnel("Cisco VPN", "Uni", "vpn.example.edu", False)


@pytest.mark.parametrize("parser", [vpn.parse_connection, vpn.parse_wireguard, vpn.parse_openvpn])
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (
        data,
        b"[connection]\ntype=vpn\n[vpn]\n" + data,
        b"[Peer]\nEndpoint=" + data,
        b"remote " + data,
    ):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
