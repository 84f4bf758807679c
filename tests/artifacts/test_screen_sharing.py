from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import screen_sharing
from audit.artifacts.base import ParseError
from audit.artifacts.screen_sharing import ScreenSharing
from tests.artifacts.devices import see, system
from tests.stores.gvdb_files import database

GNOME = "/org/gnome/desktop/remote-desktop"
VINO = "home/alice/.config/systemd/user/gnome-session.target.wants/vino-server.service"


def seen(tmp_path: Path, files: dict[str, str | bytes]) -> list[tuple[str, str, bool]]:
    return [(each.product, each.asks, each.controls) for each in see(system(tmp_path, files), ScreenSharing)]


def dconf(**values: Any) -> dict[str, str | bytes]:
    return {"home/alice/.config/dconf/user": database(values)}


def boolean(value: bool) -> bytes:
    return bytes([value]) + b"\0b"


def test_nothing_was_changed(tmp_path: Path) -> None:
    assert seen(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({f"{GNOME}/rdp/enable": boolean(True)}, [("GNOME desktop sharing (RDP)", "password", False)]),
        ({f"{GNOME}/rdp/enable": boolean(False)}, []),
        (
            {f"{GNOME}/rdp/enable": boolean(True), f"{GNOME}/rdp/view-only": boolean(False)},
            [("GNOME desktop sharing (RDP)", "password", True)],
        ),
        ({f"{GNOME}/vnc/enable": boolean(True)}, [("GNOME desktop sharing (VNC)", "agreement", False)]),
        (
            {f"{GNOME}/vnc/enable": boolean(True), f"{GNOME}/vnc/auth-method": b"password\0\0s"},
            [("GNOME desktop sharing (VNC)", "password", False)],
        ),
    ],
)
def test_gnome(tmp_path: Path, values: dict[str, bytes], found: list[tuple[str, str, bool]]) -> None:
    assert seen(tmp_path, dconf(**values)) == found


def test_vino_as_it_comes_asks_somebody_here(tmp_path: Path) -> None:
    assert seen(tmp_path / "a", {VINO: ""}) == [("Vino", "agreement", True)]
    quiet = dconf(**{"/org/gnome/desktop/remote-access/prompt-enabled": boolean(False)})
    assert seen(tmp_path / "b", {VINO: "", **quiet}) == [("Vino", "nothing", True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[Security]\nallowUnattendedAccess=true\n", [("Krfb", "password", True)]),
        (
            "[Security]\nallowUnattendedAccess=true\nallowDesktopControl=false\n",
            [("Krfb", "password", False)],
        ),
        ("[Security]\nallowUnattendedAccess=false\n", []),
        ("[TCP]\nallowUnattendedAccess=true\n", []),
    ],
)
def test_krfb(tmp_path: Path, text: str, found: list[tuple[str, str, bool]]) -> None:
    assert seen(tmp_path, {"home/alice/.config/krfbrc": text}) == found


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("address=0.0.0.0\nport=5900\n", True),
        ("address = 192.168.1.2\nenable_auth=true\npassword=hunter2\n", False),
        ("address=127.0.0.1\n", False),
        ("port=5900\n", False),
    ],
)
def test_wayvnc(tmp_path: Path, text: str, bare: bool) -> None:
    found = seen(tmp_path, {"home/alice/.config/wayvnc/config": text})
    assert found == ([("wayvnc", "nothing", True)] if bare else [])
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("path", "text", "bare"),
    [
        (
            "etc/tigervnc/vncserver-config-defaults",
            '$localhost = "no";\n$SecurityTypes = "VncAuth,None";\n',
            True,
        ),
        ("etc/tigervnc/vncserver-config-defaults", '# $localhost = "no";\n$SecurityTypes = "None";\n', False),
        ("home/alice/.vnc/config", "securitytypes=none\nlocalhost=no\n", True),
        ("home/alice/.vnc/config", "securitytypes=vncauth,tlsvnc\nlocalhost=no\n", False),
        ("home/alice/.vnc/tigervnc.conf", '$SecurityTypes = "None";\n$localhost = "yes";\n', False),
    ],
)
def test_tigervnc(tmp_path: Path, path: str, text: str, bare: bool) -> None:
    assert seen(tmp_path, {path: text}) == ([("TigerVNC", "nothing", True)] if bare else [])


def test_gnome_remote_login(tmp_path: Path) -> None:
    unit = "etc/systemd/system/graphical.target.wants/gnome-remote-desktop.service"
    on, off = "[RDP]\nenabled=true\n", "[RDP]\nenabled=false\n"
    files: dict[str, str | bytes] = {
        "usr/share/gnome-remote-desktop/grd.conf": off,
        "etc/gnome-remote-desktop/grd.conf": on,
        "var/lib/gnome-remote-desktop/.local/share/gnome-remote-desktop/grd.conf": "[RDP]\ntls-key=x\n",
    }
    assert seen(tmp_path / "a", files) == []
    assert seen(tmp_path / "b", {**files, unit: ""}) == [("GNOME remote login", "password", True)]
    files["var/lib/gnome-remote-desktop/.local/share/gnome-remote-desktop/grd.conf"] = off
    assert seen(tmp_path / "c", {**files, unit: ""}) == []


def test_kde_remote_desktop(tmp_path: Path) -> None:
    link = "home/alice/.config/systemd/user/plasma-workspace.target.wants/app-org.kde.krdpserver.service"
    assert seen(tmp_path, {link: ""}) == [("KDE remote desktop", "password", True)]


@pytest.mark.parametrize(
    "parser",
    [
        screen_sharing.parse_gnome_system,
        screen_sharing.parse_krfb,
        screen_sharing.parse_wayvnc,
        screen_sharing.parse_tigervnc,
    ],
)
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (
        data,
        b"[Security]\nallowUnattendedAccess=" + data,
        b"$localhost=" + data,
        b"address=" + data,
    ):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
