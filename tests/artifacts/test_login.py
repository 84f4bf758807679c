from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import login
from audit.artifacts.base import ParseError
from audit.artifacts.login import AutomaticLogin
from tests.artifacts.devices import see, system

# As Debian's gdm3 43 and lightdm 1.26 install them, shortened: nobody is logged in.
GDM_AS_SHIPPED = (
    "[daemon]\n#WaylandEnable=false\n#  AutomaticLoginEnable = true\n#  AutomaticLogin = user1\n[security]\n"
)
LIGHTDM_AS_SHIPPED = "[LightDM]\n[Seat:*]\n#autologin-user=\n#autologin-guest=false\n"
GDM = "[daemon]\nAutomaticLoginEnable=True\nAutomaticLogin=alice\n"
SDDM = "[Autologin]\nUser=alice\nSession=plasma\n"


def seen(tmp_path: Path, files: dict[str, str | bytes]) -> list[tuple[str, str, str]]:
    return [
        (each.manager, each.account, each.settings) for each in see(system(tmp_path, files), AutomaticLogin)
    ]


def test_as_shipped_nobody_is_logged_in(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/gdm3/daemon.conf": GDM_AS_SHIPPED,
        "etc/lightdm/lightdm.conf": LIGHTDM_AS_SHIPPED,
        "etc/systemd/system/getty@tty1.service.d/noclear.conf": "[Service]\nTTYVTDisallocate=no\n",
    }
    assert seen(tmp_path, files) == []


def test_each_login_screen(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/gdm3/custom.conf": GDM,
        "etc/lightdm/lightdm.conf.d/50-x.conf": "[Seat:*]\nautologin-user=bob\n",
        "etc/sddm.conf.d/autologin.conf": SDDM,
        "etc/systemd/system/getty@tty1.service.d/a.conf": "[Service]\nExecStart=\n"
        "ExecStart=-/sbin/agetty --noclear \\\n  --autologin carol %I $TERM\n",
    }
    assert [(manager, who) for manager, who, _ in seen(tmp_path, files)] == [
        ("GDM", "alice"),
        ("LightDM", "bob"),
        ("SDDM", "alice"),
        ("text console", "carol"),
    ]


def test_the_file_read_last_decides(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"etc/sddm.conf.d/a.conf": SDDM, "etc/sddm.conf": "[Autologin]\nUser=\n"}
    assert seen(tmp_path, files) == []
    files["etc/sddm.conf"] = "[Theme]\nCurrent=breeze\n"
    assert seen(tmp_path, files) == [("SDDM", "alice", "/etc/sddm.conf.d/a.conf")]


def test_only_the_login_screen_that_is_used_counts(tmp_path: Path) -> None:
    root = system(tmp_path, {"etc/gdm3/daemon.conf": GDM, "etc/sddm.conf": SDDM, "etc/systemd/system/": ""})
    (root / "etc/systemd/system/display-manager.service").symlink_to("/usr/lib/systemd/system/sddm.service")
    assert [each.manager for each in see(root, AutomaticLogin)] == ["SDDM"]


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (GDM, "alice"),
        (GDM.replace("True", "false"), ""),
        ("[daemon]\nAutomaticLogin=alice\n", None),
        ("[daemon]\nTimedLoginEnable=true\nTimedLogin=bob\n", "bob"),
        ("[other]\nAutomaticLoginEnable=true\nAutomaticLogin=alice\n", None),
    ],
)
def test_gdm(text: str, account: str | None) -> None:
    assert login.parse_gdm(text.encode()) == account


@pytest.mark.parametrize(
    ("line", "account"),
    [
        ("-/sbin/agetty -a bob tty1", "bob"),
        ("agetty --autologin=bob", "bob"),
        ("agetty -a", ""),
        ("agetty 'x", ""),
        ("", ""),
    ],
)
def test_getty(line: str, account: str) -> None:
    assert login.parse_getty(f"[Service]\nExecStart={line}\n".encode()) == account


def test_lightdm_guest() -> None:
    assert login.parse_lightdm(b"[Seat:*]\nautologin-guest=true\n") == "guest"
    assert login.parse_lightdm(b"[SeatDefaults]\nautologin-user=x\nautologin-guest=false\n") == "x"


@pytest.mark.parametrize(
    "parser", [login.parse_gdm, login.parse_lightdm, login.parse_sddm, login.parse_getty]
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[daemon]\n" + data, b"[Service]\nExecStart=" + data):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
