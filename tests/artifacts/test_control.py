from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import control
from audit.artifacts.base import ParseError
from audit.artifacts.control import SyncControl
from tests.artifacts.devices import see, system

# As Syncthing 1.19.2 writes it, shortened: `syncthing generate`, then `syncthing cli config gui raw-address set 0.0.0.0:8384`.
CONFIG = """<configuration version="36">
    <device id="AAAAAAA-BBBBBBB" name="server" compression="metadata" introducer="{introducer}" skipIntroductionRemovals="false" introducedBy="">
        <address>dynamic</address>
        <paused>false</paused>
        <autoAcceptFolders>{accepts}</autoAcceptFolders>
        <untrusted>false</untrusted>
    </device>
    <gui enabled="{on}" tls="false" debugging="false">
        <address>{address}</address>
        {login}
        <apikey>SECRETKEY</apikey>
        <theme>default</theme>
    </gui>
</configuration>"""
LOGIN = "<user>alice</user><password>$2a$10$HASHHASH</password>"


def config(
    address: str = "127.0.0.1:8384",
    login: str = "",
    introducer: str = "false",
    accepts: str = "false",
    on: str = "true",
) -> bytes:
    return CONFIG.format(address=address, login=login, introducer=introducer, accepts=accepts, on=on).encode()


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("127.0.0.1:8384", False),
        ("localhost:8384", False),
        ("[::1]:8384", False),
        ("/run/syncthing.sock", False),
        ("unix:///run/syncthing.sock", False),
        ("0.0.0.0:8384", True),
        (":8384", True),
        ("[::]:8384", True),
        ("192.168.1.5:8384", True),
        ("", False),
    ],
)
def test_who_reaches_the_page(address: str, is_open: bool) -> None:
    assert control.parse_control(config(address)).open is is_open


def test_a_page_that_is_switched_off() -> None:
    assert control.parse_control(config("0.0.0.0:8384", on="false"))[:2] == ("", False)


def test_a_password_is_noted_but_not_kept(tmp_path: Path) -> None:
    text = config("0.0.0.0:8384", LOGIN, introducer="true", accepts="true")
    found = list(see(system(tmp_path, {"home/alice/.config/syncthing/config.xml": text}), SyncControl))
    assert found == [
        SyncControl(
            "Syncthing",
            "alice",
            "~/.config/syncthing/config.xml",
            "0.0.0.0:8384",
            open=True,
            password=True,
            introducers=("server",),
            accepting=("server",),
        )
    ]
    assert "HASH" not in repr(found)
    assert "SECRET" not in repr(found)


def test_a_name_without_a_password_is_none() -> None:
    assert not control.parse_control(config(login="<user>alice</user>")).password
    assert control.parse_control(config(login="<authMode>ldap</authMode>")).password


@given(data=st.binary(max_size=500))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"<configuration>" + data + b"</configuration>", b"<a>" * 3000):
        with suppress(ParseError):
            control.parse_control(content)
