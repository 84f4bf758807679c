from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.browser import SiteGrant, parse_chromium, parse_firefox
from audit.artifacts.browser_policies import parse_chromium_policy, parse_firefox_policy
from audit.artifacts.browser_profiles import parse_profiles
from audit.model import GapKind
from tests.artifacts.devices import device, see, system

ALLOWED = {"last_modified": "13408416136192049", "setting": 1}
WHEN = datetime(2025, 11, 24, 0, 2, 16, 192049, tzinfo=UTC)
ROWS = [  # origin, type, permission, expireType, expireTime, modificationTime
    ("https://meet.example.org", "camera", 1, 0, 0, 1_763_683_675_214),
    ("https://meet.example.org^userContextId=2", "microphone", 1, 0, 0, 0),
    ("https://once.example.org", "camera", 1, 2, 1_763_687_275_218, 1_763_683_675_218),
    ("https://session.example.org", "camera", 1, 1, 0, 1_763_683_675_218),
    ("https://no.example.org", "camera", 2, 0, 0, 0),
    ("https://ask.example.org", "camera", 3, 0, 0, 0),
    ("https://place.example.org", "geo", 1, 0, 0, 0),
]


def preferences(**kinds: Any) -> bytes:
    return json.dumps({"profile": {"content_settings": {"exceptions": kinds}}}).encode()


def permissions(folder: Path, rows: list[tuple[Any, ...]] = ROWS) -> bytes:
    """Firefox's table, by its own statement (extensions/permissions/PermissionManager.cpp)."""
    path = folder / "made.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE moz_perms (id INTEGER PRIMARY KEY, origin TEXT, type TEXT, permission INTEGER,"
            " expireType INTEGER, expireTime INTEGER, modificationTime INTEGER)"
        )
        database.executemany(
            "INSERT INTO moz_perms (origin, type, permission, expireType, expireTime, modificationTime) VALUES (?,?,?,?,?,?)",
            rows,
        )
        database.commit()
    data = path.read_bytes()
    path.unlink()
    return data


def test_only_grants_count_in_chromium() -> None:
    data = preferences(
        media_stream_camera={
            "https://meet.example.org:443,*": ALLOWED,
            "http://plain.example.org:80,*": {"setting": 1},
            "https://once.example.org:443,*": {"setting": 1, "session_model": 3},
            "https://port.example.org:8443,*": {"setting": 1, "expiration": "13408416136192049"},
            "https://no.example.org:443,*": {"setting": 2},
            "https://seen.example.org:443,*": {"last_used": 1.0},
            "https://true.example.org:443,*": {"setting": True},
            "has_migrated_local_network_access": True,
        },
        media_stream_mic={"https://meet.example.org:443,*": ALLOWED},
        geolocation={"https://place.example.org:443,*": ALLOWED},
    )
    assert parse_chromium(data) == [
        ("https://meet.example.org", "camera", WHEN, None),
        ("http://plain.example.org", "camera", None, None),
        ("https://port.example.org:8443", "camera", None, WHEN),
        ("https://meet.example.org", "microphone", WHEN, None),
    ]


def test_a_default_for_every_site_counts() -> None:
    data = json.dumps(
        {"profile": {"default_content_setting_values": {"media_stream_camera": 1, "media_stream_mic": 3}}}
    )
    assert parse_chromium(data.encode()) == [("*", "camera", None, None)]


@pytest.mark.parametrize(
    "text", ["[]", "null", '{"profile": 3}', '{"profile": {"content_settings": []}}', "{", "[" * 5000]
)
def test_settings_of_another_shape_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_chromium(text.encode())


def test_only_lasting_grants_count_in_firefox(tmp_path: Path) -> None:
    assert [
        (site, kind, until is not None) for site, kind, _, until in parse_firefox(permissions(tmp_path), b"")
    ] == [
        ("https://meet.example.org", "camera", False),
        ("https://meet.example.org", "microphone", False),
        ("https://once.example.org", "camera", True),
    ]


def test_every_profile_of_every_place(tmp_path: Path) -> None:
    camera = preferences(media_stream_camera={"https://a.example:443,*": ALLOWED})
    places = [
        ".config/chromium/Default",
        ".config/google-chrome/Profile 1",
        ".config/chromium/Guest Profile",
        ".config/opera",
        "snap/chromium/common/chromium/Default",
        ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser/Default",
        ".var/app/com.google.ChromeDev/config/google-chrome-unstable/Default",
        ".config/yandex-browser/Default",
    ]
    files: dict[str, str | bytes] = {f"home/alice/{place}/Preferences": camera for place in places}
    files["home/alice/.config/chromium/Local State"] = "{}"
    found = see(system(tmp_path, files), SiteGrant)
    assert sorted(each.settings for each in found) == sorted(f"~/{place}/Preferences" for place in places)
    assert {each.profile for each in found} == {"Default", "Profile 1", "Guest Profile"}
    assert found.gaps == ()


def test_firefox_profiles_that_stand_elsewhere(tmp_path: Path) -> None:
    data = permissions(tmp_path)
    ini = "[Profile1]\nName=far\nIsRelative=0\nPath=/home/alice/data/far\n[Profile0]\nIsRelative=1\nPath=abc.default\n[General]\nVersion=2\n"
    files: dict[str, str | bytes] = {
        "home/alice/.mozilla/firefox/profiles.ini": ini,
        "home/alice/.mozilla/firefox/abc.default/permissions.sqlite": data,
        "home/alice/.mozilla/firefox/unnamed/permissions.sqlite": data,
        "home/alice/data/far/permissions.sqlite": data,
    }
    found = see(system(tmp_path / "root", files), SiteGrant)
    assert [each.profile for each in found if each.site == "https://once.example.org"] == [
        "far",
        "abc.default",
        "unnamed",
    ]
    assert found.items[0].settings == "~/data/far/permissions.sqlite"


def test_a_fork_of_firefox_is_named(tmp_path: Path) -> None:
    root = system(
        tmp_path / "root", {"home/alice/.librewolf/x.default/permissions.sqlite": permissions(tmp_path)}
    )
    assert {(each.browser, each.profile) for each in see(root, SiteGrant)} == {("LibreWolf", "x.default")}


def test_a_browser_folder_without_an_end_is_a_gap(tmp_path: Path) -> None:
    files = dict.fromkeys((f"home/alice/.config/chromium/{number}/" for number in range(501)), "")
    assert [gap.kind for gap in see(system(tmp_path, dict(files)), SiteGrant).gaps] == [GapKind.BOUNDED]


def test_an_absolute_profile_of_a_copied_home_is_found(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".mozilla/firefox/profiles.ini": "[Profile0]\nIsRelative=0\nPath=/home/somebody/data/far\n",
        "data/far/permissions.sqlite": permissions(tmp_path),
    }
    assert len(see(device(tmp_path / "copy", files), SiteGrant)) == 3


def test_grants_still_in_the_log_count(tmp_path: Path) -> None:
    """Firefox may keep its newest rows in permissions.sqlite-wal for days."""
    path = tmp_path / "made.sqlite"
    path.write_bytes(permissions(tmp_path, []))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute(
            "INSERT INTO moz_perms (origin, type, permission, expireType) VALUES ('https://new.example', 'camera', 1, 0)"
        )
        folder = "home/alice/.mozilla/firefox/x"
        files: dict[str, str | bytes] = {
            f"{folder}/permissions.sqlite": path.read_bytes(),
            f"{folder}/permissions.sqlite-wal": Path(f"{path}-wal").read_bytes(),
        }
    assert [each.site for each in see(system(tmp_path / "root", files), SiteGrant)] == ["https://new.example"]


def test_windows_and_mac_disks(tmp_path: Path) -> None:
    camera = preferences(media_stream_camera={"https://a.example:443,*": ALLOWED})
    firefox = "Users/alice/AppData/Roaming/Mozilla/Firefox"
    windows = device(
        tmp_path / "win",
        {
            "Windows/": "",
            "Users/alice/AppData/Local/Google/Chrome/User Data/Profile 2/Preferences": camera,
            f"{firefox}/profiles.ini": "[Profile0]\nIsRelative=0\nPath=C:\\Users\\alice\\far\n",
            "Users/alice/far/permissions.sqlite": permissions(tmp_path),
            f"{firefox}/Profiles/p.default/permissions.sqlite": permissions(tmp_path),
        },
    )
    assert {(each.browser, each.profile) for each in see(windows, SiteGrant)} == {
        ("Google Chrome", "Profile 2"),
        ("Firefox", "far"),
        ("Firefox", "p.default"),
    }
    mac = device(
        tmp_path / "mac",
        {
            "System/Library/": "",
            "Users/alice/Library/Application Support/Google/Chrome/Default/Preferences": camera,
        },
    )
    assert [each.browser for each in see(mac, SiteGrant)] == ["Google Chrome"]


def test_what_a_policy_allows(tmp_path: Path) -> None:
    chromium = {
        "VideoCaptureAllowedUrls": ["https://watch.example", 3],
        "AudioCaptureAllowedUrls": "no list",
        "HomepageLocation": "x",
    }
    firefox = {
        "policies": {
            "Permissions": {
                "Camera": {"Allow": ["https://f.example"], "Block": ["https://b.example"]},
                "Microphone": 1,
            }
        }
    }
    files: dict[str, str | bytes] = {
        "etc/chromium/policies/managed/a.json": json.dumps(chromium),
        "etc/chromium/policies/managed/by-hand": '{"VideoCaptureAllowedUrls": ["https://hand.example",], // mine\n}',
        "etc/opt/chrome/policies/managed/b.json": "[]",
        "etc/firefox/policies/policies.json": json.dumps(firefox),
    }
    found = see(system(tmp_path, files), SiteGrant)
    assert [(each.browser, each.site, each.device) for each in found] == [
        ("Chromium", "https://watch.example", "camera"),
        ("Chromium", "https://hand.example", "camera"),
        ("Firefox", "https://f.example", "camera"),
    ]
    assert [gap.params["path"] for gap in found.gaps] == ["/etc/opt/chrome/policies/managed/b.json"]


def test_broken_settings_are_gaps(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.config/chromium/Default/Preferences": "{",
        "home/alice/.mozilla/firefox/x/permissions.sqlite": b"SQLite format 3\0" + bytes(600),
    }
    found = see(system(tmp_path, files), SiteGrant)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED, GapKind.MALFORMED]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda e: st.lists(e, max_size=3),
        max_leaves=5,
    )
)
def test_any_settings_are_read_or_refused(value: Any) -> None:
    names = ("media_stream_camera", "media_stream_mic")
    for shape in (value, {"profile": value}, {"profile": {"content_settings": {"exceptions": dict.fromkeys(names, value)}}},
                  {"profile": {"content_settings": {"exceptions": {names[0]: {"x,*": {"setting": 1, "last_modified": value}}}}}}):  # fmt: skip
        with suppress(ParseError):
            parse_chromium(json.dumps(shape).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser in (
        parse_chromium,
        parse_chromium_policy,
        parse_firefox_policy,
        parse_profiles,
        lambda raw: parse_firefox(raw, raw),
    ):
        with suppress(ParseError):
            parser(data)
