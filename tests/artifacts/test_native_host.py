from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from audit.artifacts.base import ParseError
from audit.artifacts.native_host import NativeHost, parse_manifest
from audit.model import GapKind
from tests.artifacts.devices import device, see, system
from tests.artifacts.hostile import BYTES, DOCUMENTS, NUMBERS

GNOME = {  # as Debian's gnome-browser-connector brings it
    "name": "org.gnome.browser_connector",
    "description": "OS-native connector counterpart for GNOME Shell browser extension",
    "path": "/usr/bin/gnome-browser-connector-host",
    "type": "stdio",
    "allowed_origins": ["chrome-extension://gphhapmejobijbbhgpjhcjognlahblep/"],
}
BRIDGE = {
    "name": "org.helper.bridge",
    "path": "/home/alice/.hidden/bridge",
    "type": "stdio",
    "allowed_extensions": ["helper@watch.example", 3],
}


def test_both_families_name_who_may_start_it() -> None:
    assert parse_manifest(json.dumps(GNOME).encode()) == (
        "org.gnome.browser_connector",
        "/usr/bin/gnome-browser-connector-host",
        ("gphhapmejobijbbhgpjhcjognlahblep",),
    )
    assert parse_manifest(json.dumps(BRIDGE).encode()).extensions == ("helper@watch.example",)


def test_every_place_of_manifests(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/chromium/native-messaging-hosts/org.gnome.browser_connector.json": json.dumps(GNOME),
        "etc/chromium/native-messaging-hosts/readme": "{",
        "usr/lib/mozilla/native-messaging-hosts/gone.json": json.dumps(
            {**BRIDGE, "path": "/home/alice/gone"}
        ),
        "usr/bin/gnome-browser-connector-host": "#!/bin/sh\n",
        "home/alice/.hidden/bridge": "#!/bin/sh\n",
    }
    places = (
        ".config/chromium/NativeMessagingHosts",
        ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser/NativeMessagingHosts",
        ".mozilla/native-messaging-hosts",
        ".librewolf/native-messaging-hosts",
    )
    files |= {f"home/alice/{place}/org.helper.bridge.json": json.dumps(BRIDGE) for place in places}
    root = system(tmp_path, files)
    (root / "home/alice/.hidden/bridge").chmod(0o777)
    found = see(root, NativeHost)
    assert [(each.browser, each.program, each.present, each.open_to_others) for each in found] == [
        ("Chromium", "/usr/bin/gnome-browser-connector-host", True, False),
        ("Firefox", "~/gone", False, False),
        ("Chromium", "~/.hidden/bridge", True, True),
        ("Brave", "~/.hidden/bridge", True, True),
        ("Firefox", "~/.hidden/bridge", True, True),
        ("LibreWolf", "~/.hidden/bridge", True, True),
    ]
    assert found.gaps == ()


def test_a_copied_home_cannot_tell_about_programs_outside(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".mozilla/native-messaging-hosts/a.json": json.dumps(GNOME),
        ".mozilla/native-messaging-hosts/b.json": json.dumps(
            {**BRIDGE, "path": "/home/somebody/.hidden/bridge"}
        ),
        ".hidden/bridge": "",
    }
    found = see(device(tmp_path, files), NativeHost)
    assert [(each.present, each.program) for each in found] == [
        (None, "/usr/bin/gnome-browser-connector-host"),
        (True, "~/.hidden/bridge"),
    ]
    assert GapKind.NOT_HELD in {gap.kind for gap in found.gaps}


def test_paths_that_are_none(tmp_path: Path) -> None:
    folder = "home/alice/.config/chromium/NativeMessagingHosts"
    values: tuple[Any, ...] = (
        "",
        "bridge",
        3,
        None,
        "/a\0b",
        "/" + "a" * 5000,
        "/home/alice/../../etc/passwd",
    )
    files: dict[str, str | bytes] = {
        f"{folder}/{n}.json": json.dumps({**BRIDGE, "path": v}) for n, v in enumerate(values)
    }
    found = see(system(tmp_path, files), NativeHost)
    assert [each.present for each in found] == [False, False, False, False, None, None, True]
    assert found.items[-1].program == "/etc/passwd"


def test_a_folder_without_an_end_is_a_gap(tmp_path: Path) -> None:
    folder = "home/alice/.config/chromium/NativeMessagingHosts"
    files: dict[str, str | bytes] = {f"{folder}/{number}.json": json.dumps(BRIDGE) for number in range(301)}
    found = see(system(tmp_path, files), NativeHost)
    assert len(found) == 300
    assert [gap.kind for gap in found.gaps] == [GapKind.BOUNDED]


@given(BYTES)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse_manifest(data)


@given(DOCUMENTS)
def test_any_document_is_read_or_refused(value: Any) -> None:
    inner = dict.fromkeys(("name", "path", "allowed_origins", "allowed_extensions"), value)
    for shape in (value, inner, {**GNOME, "allowed_origins": [value]}):
        with suppress(ParseError):
            parse_manifest(json.dumps(shape).encode())


@pytest.mark.parametrize("data", NUMBERS)
def test_deep_nesting_and_huge_numbers_are_refused_or_harmless(data: bytes) -> None:
    with suppress(ParseError):
        parse_manifest(b'{"path": %s, "allowed_origins": %s}' % (data, data))
