from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import device_name
from audit.artifacts.base import ParseError
from audit.artifacts.device_name import DeviceName, PersonName, RadioName
from audit.artifacts.own_name import letters, names
from tests.artifacts.devices import see, system


def test_names_of_device_and_person(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            "etc/hostname": "# x\nalices-laptop.fritz.box\n",
            "etc/machine-info": 'PRETTY_HOSTNAME="Alice\'s Laptop"\nCHASSIS=laptop\n',
            "etc/samba/smb.conf": "[global]\n  NetBIOS Name = ALICE-PC\n  server string = %h of Alice\n[x]\nnetbios name = no\n",
            "etc/avahi/avahi-daemon.conf": "[server]\nhost-name=alices-box\n",
            "home/alice/.gitconfig": "[user]\n\tname = Ali M\n\temail = a@example.org\n",
        },
    )
    assert [each.name for each in see(root, DeviceName)] == [
        "alices-laptop",
        "Alice's Laptop",
        "ALICE-PC %h of Alice",
        "alices-box",
    ]
    assert [(each.source, each.name) for each in see(root, PersonName)] == [
        ("account", "alice"),
        ("full name", "Alice Miller"),
        ("git", "Ali M"),
    ]


@pytest.mark.parametrize(
    ("device", "person", "points"),
    [
        ("alice", "Alice Miller", True),
        ("ALICE-PC", "alice", True),
        ("alicespc", "alice", True),
        ("alices", "alice", True),
        ("alicelaptop", "alice", True),
        ("laptopalice", "alice", True),
        ("miller7", "Alice Miller", True),
        ("Josés-MacBook", "jose luis", True),
        ("müller", "Mu\u0308ller", True),
        ("Алиса-ноутбук", "Алиса", True),
        ("annex", "ann", False),
        ("alicespringsstation", "alice", False),
        ("palice", "alice", False),
        ("al", "al", False),
        ("debian", "debian", False),
        ("user-pc", "user", False),
        ("thinkpad", "Think Pad", False),
        ("", "alice", False),
    ],
)
def test_whose_name_it_is(device: str, person: str, points: bool) -> None:
    assert any(names(word, name) for word in letters(device) for name in letters(person)) == points


def test_names_that_go_out_by_radio(tmp_path: Path) -> None:
    connections = "etc/NetworkManager/system-connections"
    root = system(
        tmp_path,
        {
            "var/lib/bluetooth/00:11:22:33:44:55/settings": "[General]\nDiscoverable=false\nAlias=Alice's laptop\n",
            "var/lib/bluetooth/00:11:22:33:44:66/settings": "[General]\nDiscoverable=false\n",
            f"{connections}/Hotspot.nmconnection": "[wifi]\nmode=ap\nssid=Miller\n[wifi-security]\npsk=secret123\n",
            f"{connections}/Numbers": "[802-11-wireless]\nmode=ap\nssid=65;108;105;\n",
            f"{connections}/Home.nmconnection": "[wifi]\nmode=infrastructure\nssid=Not mine\n",
        },
    )
    shown = see(root, RadioName)
    assert [(each.name, each.way) for each in shown] == [
        ("Alice's laptop", "Bluetooth"),
        ("Miller", "a Wi-Fi hotspot"),
        ("Ali", "a Wi-Fi hotspot"),
    ]
    assert "secret123" not in repr(shown)
    assert "00:11" not in repr(shown)


def test_an_unclosed_quote_is_refused() -> None:
    with pytest.raises(ParseError):
        device_name.parse_machine_info(b'PRETTY_HOSTNAME="x')


PARSERS = [
    device_name.parse_hostname,
    device_name.parse_machine_info,
    device_name.parse_samba,
    device_name.parse_git,
    device_name.parse_avahi,
    device_name.parse_bluetooth,
    device_name.parse_hotspot,
]


@pytest.mark.parametrize("parser", PARSERS)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (
        data,
        b"PRETTY_HOSTNAME=" + data,
        b"[user]\nname=" + data,
        b"[global]\nnetbios name=" + data,
        b"[wifi]\nmode=ap\nssid=" + data,
    ):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
