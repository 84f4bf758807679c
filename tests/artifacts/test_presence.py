from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.presence import Presence, is_set, is_true
from audit.host import Seen
from audit.hosts import CollectingHost
from audit.model import GapKind
from tests.artifacts.devices import device, see, system
from tests.artifacts.test_process import Running, row
from tests.stores.gvdb_files import database


def ways(found: Seen[Presence]) -> dict[str, list[tuple[str, str, str]]]:
    products: dict[str, list[tuple[str, str, str]]] = {}
    for each in found:
        products.setdefault(each.product, []).append((each.way, each.strength, each.place))
    return products


def test_an_ordinary_system_shows_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "usr/bin/bash": "",
        "etc/": "",
        "lib/": "",
        "opt/": "",
        "var/log/": "",
        "usr/bin/syncthing": "",
    }
    found = see(system(tmp_path, files), Presence)
    assert found.items == ()
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_HELD]


def test_files_patterns_and_units(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "usr/local/bin/logkeys": "",
        "var/log/teamviewer15/x.log": "",
        "home/alice/.anydesk/user.conf": "",
        "etc/systemd/system/multi-user.target.wants/helpwire-unattended.service": "[Service]\nExecStart=/opt/h\n",
    }
    found = see(system(tmp_path, files), Presence)
    assert ways(found) == {
        "logkeys": [("installed", "medium", "/usr/local/bin/logkeys")],
        "TeamViewer": [("trace", "medium", "/var/log/teamviewer15")],
        "AnyDesk": [("trace", "medium", "~/.anydesk")],
        "HelpWire": [
            (way, "strong", "/etc/systemd/system/multi-user.target.wants/helpwire-unattended.service")
            for way in ("autostart", "unattended")
        ],
    }


def test_what_runs_is_known_by_its_file_and_weakly_by_its_name(tmp_path: Path) -> None:
    source = Running(system(tmp_path, {}))
    rows = [row(name="x11vnc", exe="/usr/bin/x11vnc"), row(name="logkeys", files=None)]
    source.answer = json.dumps({"hidden": False, "processes": rows}).encode()
    found: Seen[Presence] = CollectingHost(source, lambda *_: None).see(Presence)  # type: ignore[arg-type, assignment]
    assert ways(found) == {
        "x11vnc": [("running", "medium", "/usr/bin/x11vnc"), ("running", "weak", "/usr/bin/x11vnc")],
        "logkeys": [("running", "weak", "logkeys")],
    }
    assert [gap.kind for gap in found.gaps] == [GapKind.OTHER_USERS]


def test_a_password_for_unattended_access_is_seen_and_not_kept(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"etc/anydesk/system.conf": "ad.anynet.id=1\nad.anynet.pwd_hash=c0ffee\n"}
    found = see(system(tmp_path, files), Presence)
    assert ("unattended", "strong", "/etc/anydesk/system.conf") in ways(found)["AnyDesk"]
    assert "c0ffee" not in repr(found)


@pytest.mark.parametrize(("value", "seen"), [(b"\1\0b", True), (b"\0\0b", False)])
def test_desktop_sharing_switched_on(tmp_path: Path, value: bytes, *, seen: bool) -> None:
    base = database({"/org/gnome/desktop/remote-desktop/rdp/enable": value})
    found = see(system(tmp_path, {"home/alice/.config/dconf/user": base}), Presence)
    assert (
        ways(found) == {"GNOME desktop sharing": [("unattended", "strong", "~/.config/dconf/user")]}
    ) is seen


def test_a_copied_home_says_in_few_words_what_it_does_not_hold(tmp_path: Path) -> None:
    found = see(device(tmp_path / "alice", {".anydesk/x": ""}), Presence)
    assert list(ways(found)) == ["AnyDesk"]
    assert {gap.kind for gap in found.gaps} == {GapKind.NOT_HELD}
    whats = [gap.params["what"] for gap in found.gaps]
    assert len(whats) == len(set(whats))
    assert not any(what.startswith("/usr/") and "anydesk" in what for what in whats)


def test_a_windows_disk_does_not_tell_capitals_apart(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Windows/": "",
        "programdata/SPC/csrss.exe": "",
        "Users/alice/AppData/Roaming/AnyDesk/connection_trace.txt": "",
        "Program Files (x86)/ScreenConnect Client (0123abc)/ScreenConnect.ClientService.exe": "",
        "ProgramData/{4CEC2908-5CE4-48F0-A717-8FC833D8017A}/": "",
    }
    found = see(device(tmp_path, files), Presence)
    assert set(ways(found)) == {"SentryPC", "AnyDesk", "ScreenConnect client", "Teramind"}
    assert GapKind.NOT_LOOKED in {gap.kind for gap in found.gaps}


def test_a_mac_disk(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "System/Library/": "",
        "Users/alice/Library/": "",
        "Library/LaunchDaemons/com.teamviewer.service.plist": "",
        "Applications/Hubstaff.app/": "",
    }
    found = see(device(tmp_path, files), Presence)
    assert ways(found)["TeamViewer"] == [
        ("autostart", "strong", "/Library/LaunchDaemons/com.teamviewer.service.plist")
    ]
    assert ways(found)["Hubstaff"] == [("installed", "medium", "/Applications/Hubstaff.app")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"k=1", True),
        (b" k = 'x' ", True),
        (b"k=", False),
        (b"k=''", False),
        (b"k=false", False),
        (b"kk=1", False),
        (b"", False),
    ],
)
def test_whether_a_setting_is_set(text: bytes, *, wanted: bool) -> None:
    assert is_set(text, "k") is wanted


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert isinstance(is_set(data, "k"), bool)
    with suppress(ParseError):
        is_true(b"GVariant" + data, "/x")
    with suppress(ParseError):
        is_true(database({"/x": data}), "/x")
