from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.neighbour import ARP, WHAT, Neighbour, parse_arp, parse_dhcpd, parse_dnsmasq
from audit.model import Gap, GapKind
from tests.artifacts.devices import see, system

TABLE = """\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1      0x1         0x2         34:27:92:aa:bb:cc     *        wlan0
192.168.1.64     0x1         0x2         04:03:12:AB:CD:EF     *        wlan0
192.168.1.65     0x1         0x0         04:03:12:00:00:01     *        wlan0
192.168.1.66     0x1         0x2         06:03:12:00:00:02     *        wlan0
192.168.1.67     0x1         0x2         2c:aa:8e:00:00:03     *        wlan0
"""
LEASES = "1763700000 ec:71:db:00:00:01 10.42.0.17 cam *\nduid 00:01\n1763700000 aa:71:db:00:00:02 10.42.0.18 phone 01:aa\n"
DHCPD = """\
authoring-byte-order little-endian;
lease 10.0.0.9 {
  starts 5 2026/11/20 10:00:00;
  hardware ethernet 9c:8e:cd:00:00:01;
  client-hostname "x";
}
lease 10.0.0.10 {
  binding state free;
}
"""


def test_camera_makers_devices_that_answered(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "proc/net/arp": TABLE,
        "var/lib/NetworkManager/dnsmasq-wlan0.leases": LEASES,
        "var/lib/NetworkManager/internal-1-wlan0.lease": "ADDRESS=192.168.1.5\n",
        "var/lib/dhcp/dhcpd.leases": DHCPD,
    }
    found = see(system(tmp_path, files), Neighbour)
    assert [(each.maker, each.sells, each.hardware, each.address) for each in found] == [
        ("Hikvision", "cameras", "04:03:12:ab:cd:ef", "192.168.1.64"),
        ("Wyze", "mixed", "2c:aa:8e:00:00:03", "192.168.1.67"),
        ("Reolink", "cameras", "ec:71:db:00:00:01", "10.42.0.17"),
        ("Amcrest", "cameras", "9c:8e:cd:00:00:01", "10.0.0.9"),
    ]


def test_what_was_not_met_is_always_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {"proc/net/arp": TABLE}), Neighbour)
    assert found.gaps == (Gap(GapKind.NOT_VISIBLE, {"path": ARP, "what": WHAT}),)


@pytest.mark.parametrize("parser", [parse_arp, parse_dnsmasq, parse_dhcpd])
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(parser: object, data: bytes) -> None:
    for start in (b"", b"1 2 0x2 ", b"lease 1.1.1.1 {hardware ethernet "):
        with suppress(ParseError):
            parser(start + data)  # type: ignore[operator]


def test_a_file_without_an_end_takes_no_time() -> None:
    assert parse_dhcpd(b"lease 1.2.3.4 {\n" * 200_000) == []
