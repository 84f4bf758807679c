from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import name_server
from audit.artifacts.base import ParseError
from audit.artifacts.name_server import NameServer, known, server_of
from audit.model import Gap, GapKind
from tests.artifacts.devices import see, system

# Shaped after what nmcli 1.42 writes.
CONNECTION = """\
[connection]
id=Home
uuid=8f0b6d1e-0000-4000-8000-000000000000
type=wifi
interface-name=wlan0

[wifi]
ssid=Home

[ipv4]
dns=185.228.168.168;185.228.169.168;
ignore-auto-dns=true
method=auto

[ipv6]
addr-gen-mode=default
dns=2a0d:2a00:1::;
method=auto
"""
PREFS = 'user_pref("network.trr.mode", 3);\nuser_pref("network.trr.uri", "https://dns.nextdns.io/abc123/laptop");\n'


def short(root: Path) -> list[tuple[str, str, str, str]]:
    return [(each.server, each.operator, each.filters, each.scope) for each in see(root, NameServer)]


def test_a_connection(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/NetworkManager/system-connections/Home.nmconnection": CONNECTION,
        "etc/NetworkManager/system-connections/vpn.nmconnection": "[connection]\ntype=wireguard\n[ipv4]\ndns=203.0.113.9;\n",
    }
    assert short(system(tmp_path, files)) == [
        ("185.228.168.168", "CleanBrowsing", "family", "Home"),
        ("185.228.169.168", "CleanBrowsing", "family", "Home"),
        ("2a0d:2a00:1::", "CleanBrowsing", "family", "Home"),
    ]


def test_settings_of_the_system(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/systemd/resolved.conf": "[Resolve]\nDNS=8.8.8.8\n#DNS=9.9.9.9\n",
        "etc/systemd/resolved.conf.d/x.conf": "[Resolve]\nDNS=1.1.1.1\nDNS=\nDNS=203.0.113.7#dns.example.org 192.168.1.2\nFallbackDNS=9.9.9.9\n",
        "etc/NetworkManager/conf.d/dns.conf": "[global-dns-domain-*]\nservers=94.140.14.15,tls://1.1.1.3\n",
        "etc/network/interfaces": "iface eth0 inet static\n  address 192.168.1.5\n  dns-nameservers 77.88.8.7 192.168.1.1\n",
    }
    found = see(system(tmp_path, files), NameServer)
    assert [(each.server, each.filters, each.chosen, each.inside) for each in found] == [
        ("77.88.8.7", "family", True, False),
        ("192.168.1.1", "", True, True),
        ("8.8.8.8", "nothing", True, False),
        ("94.140.14.15", "family", True, False),
        ("1.1.1.3", "family", True, False),
        ("203.0.113.7", "", True, True),
        ("192.168.1.2", "", True, True),
    ]


NETPLAN = """network:
  version: 2
  ethernets:
    enp3s0:
      nameservers: {addresses: [1.1.1.3, "2606:4700:4700::1113"]}
    enp4s0: {dhcp4: true}
  tunnels:
    wg0: {nameservers: {addresses: [203.0.113.9]}}
"""
MORE: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("etc/systemd/network/lan.network", "[Match]\nName=en*\n[Network]\nDNS=9.9.9.9\nDNS=\nDNS=1.1.1.3 192.168.1.2\n",
     [("1.1.1.3", "en*"), ("192.168.1.2", "en*")]),
    ("run/systemd/network/10-netplan.network", "[Network]\nDNS=1.1.1.3\n", [("1.1.1.3", "")]),
    ("usr/lib/systemd/network/x.network.d/10.conf", "[Network]\nDNS=1.1.1.3\n", [("1.1.1.3", "")]),
    ("etc/systemd/network/wg.network", "[Match]\nKind=wireguard\n[Network]\nDNS=203.0.113.9\n", []),
    ("run/systemd/resolved.conf.d/x.conf", "[Resolve]\nDNS=1.1.1.3\n", [("1.1.1.3", "")]),
    ("usr/lib/NetworkManager/conf.d/x.conf", "[global-dns-domain-*]\nservers=1.1.1.3\n", [("1.1.1.3", "")]),
    ("usr/lib/NetworkManager/system-connections/x.nmconnection", "[ipv4]\ndns=1.1.1.3;\n", [("1.1.1.3", "")]),
    ("etc/network/interfaces.d/eth0", "iface eth0 inet dhcp\n  dns-nameservers 1.1.1.3\n", [("1.1.1.3", "")]),
    ("etc/resolvconf/resolv.conf.d/head", "nameserver 203.0.113.7\n", [("203.0.113.7", "")]),
    ("etc/netplan/01.yaml", NETPLAN, [("1.1.1.3", "enp3s0"), ("2606:4700:4700::1113", "enp3s0")]),
    ("etc/dhcpcd.conf", "interface eth0\nstatic domain_name_servers=1.1.1.3 192.168.1.2\n", [("1.1.1.3", ""), ("192.168.1.2", "")]),
    ("etc/dhcp/dhclient.conf", "#prepend domain-name-servers 127.0.0.1;\nsupersede domain-name-servers 1.1.1.3,\n 192.168.1.2;\n",
     [("1.1.1.3", ""), ("192.168.1.2", "")]),
    ("etc/dnsmasq.d/x.conf", "server=1.1.1.3\nserver=/lan/192.168.1.1\nserver=203.0.113.7#53\n", [("1.1.1.3", ""), ("203.0.113.7", "")]),
    ("var/lib/iwd/Home.psk", "[IPv4]\nDNS=1.1.1.3\n[Security]\nPassphrase=secret\n", [("1.1.1.3", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), MORE)
def test_other_programs_that_look_after_the_network(
    tmp_path: Path, path: str, text: str, expected: list[tuple[str, str]]
) -> None:
    found = see(system(tmp_path, {path: text}), NameServer)
    assert [(each.server, each.scope) for each in found if each.chosen] == expected
    assert found.gaps == ()


def test_a_file_of_the_person_stands_for_that_of_the_system(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/systemd/network/x.network": "[Network]\nDNS=1.1.1.3\n",
        "usr/lib/systemd/network/x.network": "[Network]\nDNS=9.9.9.9\n",
    }
    assert [each.server for each in see(system(tmp_path, files), NameServer)] == ["1.1.1.3"]


@pytest.mark.parametrize(
    ("server", "gaps"), [("127.0.0.1", 1), ("::1", 1), ("127.0.0.53", 0), ("192.168.1.1", 0)]
)
def test_whom_a_server_of_this_machine_asks_is_a_gap(tmp_path: Path, server: str, gaps: int) -> None:
    files: dict[str, str | bytes] = {"etc/resolv.conf": f"nameserver {server}\n"}
    gap = Gap(GapKind.NOT_VISIBLE, {"what": name_server.OWN, "path": "/etc/resolv.conf"})
    assert see(system(tmp_path / "a", files), NameServer).gaps == (gap,) * gaps
    files["etc/dnsmasq.conf"] = "server=1.1.1.3\n"
    assert see(system(tmp_path / "b", files), NameServer).gaps == ()


def test_netplan_that_is_none_is_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"etc/netplan/x.yaml": "network: [1"}), NameServer)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


def test_what_a_router_hands_out_counts_only_where_it_is_known(tmp_path: Path) -> None:
    text = "# Generated by NetworkManager\nsearch lan\nnameserver 192.168.1.1\nnameserver 198.41.0.4\nnameserver 1.1.1.3\nnameserver 127.0.0.53\n"
    found = see(system(tmp_path, {"etc/resolv.conf": text}), NameServer)
    assert [(each.server, each.chosen) for each in found] == [("1.1.1.3", False)]


def test_browsers_and_no_account_is_recorded(tmp_path: Path) -> None:
    state = {
        "dns_over_https": {"mode": "secure", "templates": "https://abc123.dns.nextdns.io/dns-query{?dns}"}
    }
    files: dict[str, str | bytes] = {
        "home/alice/.mozilla/firefox/abc.default/prefs.js": PREFS,
        "home/alice/.mozilla/firefox/off.default/prefs.js": PREFS.replace("3", "5", 1),
        "home/alice/.config/chromium/Local State": json.dumps(state),
        "home/alice/.config/chromium/Default/Preferences": "{}",
    }
    found = see(system(tmp_path, files), NameServer)
    assert [(each.server, each.filters, each.scope) for each in found] == [
        ("dns.nextdns.io", "account", "Firefox, abc.default"),
        ("dns.nextdns.io", "account", "Chromium"),
    ]
    assert "abc123" not in repr(found)
    assert found.gaps == ()


def test_user_js_goes_before(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.mozilla/firefox/abc.default/prefs.js": PREFS,
        "home/alice/.mozilla/firefox/abc.default/user.js": 'user_pref("network.trr.mode", 0);\n',
    }
    assert short(system(tmp_path, files)) == []


@pytest.mark.parametrize(
    ("word", "server"),
    [("1.1.1.1#one.one.one.one", "1.1.1.1"), ("[2606:4700:4700::1111]", "2606:4700:4700::1111"), ("fe80::1%eth0", "fe80::1"),
     ("9.9.9.9:53", "9.9.9.9"), ("127.0.0.1", ""), ("::1", ""), ("0.0.0.0", ""), ("https://[bad", ""), ("https://DNS.Example.org/x", "dns.example.org"),
     ("nonsense", ""), ("", ""), ("abc123.dns.nextdns.io", "dns.nextdns.io"), ("security.cloudflare-dns.com", "security.cloudflare-dns.com")],
)  # fmt: skip
def test_what_a_setting_names(word: str, server: str) -> None:
    assert server_of(word) == server


def test_whom_the_list_knows() -> None:
    names = {
        server: (found.name, found.filters) if (found := known(server)) else None
        for server in (
            "45.90.28.77",
            "security.cloudflare-dns.com",
            "cloudflare-dns.com",
            "evil.dns.google",
            "192.0.2.1",
        )
    }
    assert names == {
        "45.90.28.77": ("NextDNS", "account"),
        "security.cloudflare-dns.com": ("Cloudflare", "malware"),
        "cloudflare-dns.com": ("Cloudflare", "nothing"),
        "evil.dns.google": None,
        "192.0.2.1": None,
    }


def test_a_damaged_file_is_a_gap(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"home/alice/.config/chromium/Local State": "[" * 100_000}
    found = see(system(tmp_path, files), NameServer)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize(
    ("parser", "start"),
    [
        (name_server.parse_resolv, b"nameserver "),
        (name_server.parse_interfaces, b"dns-nameservers "),
        (name_server.parse_resolved, b"[Resolve]\nDNS="),
        (name_server.parse_manager, b"[global-dns-domain-*]\nservers="),
        (name_server.parse_connection, b"[ipv4]\ndns="),
        (name_server.parse_chromium, b'{"dns_over_https": {"mode": "secure", "templates": '),
    ],
)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(parser: object, start: bytes, data: bytes) -> None:
    for each in (data, start + data):
        with suppress(ParseError):
            parser(each)  # type: ignore[operator]
