from __future__ import annotations

import plistlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import phone_backups
from audit.artifacts.base import ParseError
from audit.artifacts.phone_backups import PhoneBackup
from tests.artifacts.devices import device, see, system

UDID = "00008030-000A1B2C3D4E5F60"
INFO = plistlib.dumps({"Device Name": "Alice's iPhone", "Last Backup Date": datetime(2026, 3, 1, 10)})


def manifest(*, locked: bool, binary: bool = False) -> bytes:
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    return plistlib.dumps({"Version": "10.0", "IsEncrypted": locked, "BackupKeyBag": b"SECRET"}, fmt=form)


def android(how: str) -> bytes:
    return f"ANDROID BACKUP\n5\n1\n{how}\n".encode() + b"\x78\xda" * 500


def test_copies_of_phones(tmp_path: Path) -> None:
    root = system(
        tmp_path,
        {
            f"home/alice/Backups/{UDID}/Manifest.plist": manifest(locked=False, binary=True),
            f"home/alice/Backups/{UDID}/Info.plist": INFO,
            f"home/alice/Backups/{'a' * 40}/Manifest.plist": manifest(locked=True),
            "home/alice/Downloads/phone.ab": android("none"),
            "home/alice/Downloads/locked.ab": android("AES-256"),
            "home/alice/Downloads/other.ab": b"nothing of the kind",
            "home/alice/a/b/c/d/deep.ab": android("none"),
            "home/alice/.hidden/phone.ab": android("none"),
        },
    )
    found = see(root, PhoneBackup)
    assert list(found.gaps) == []
    assert sorted(found, key=lambda each: each.path) == [
        PhoneBackup("iPhone", f"~/Backups/{UDID}", "alice", False, "Alice's iPhone", "2026-03-01"),
        PhoneBackup("iPhone", f"~/Backups/{'a' * 40}", "alice", True),
        PhoneBackup("Android", "~/Downloads/locked.ab", "alice", True),
        PhoneBackup("Android", "~/Downloads/phone.ab", "alice", False),
    ]


def test_the_search_ends_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_backups, "MOST_FOLDERS", 5)
    root = device(system(tmp_path, {}), {f"home/alice/f{number}/x": "" for number in range(8)})
    assert [(gap.kind, gap.params) for gap in see(root, PhoneBackup).gaps] == [
        ("bounded", {"what": "~", "most": "5"})
    ]


@pytest.mark.parametrize(
    "text", [b"", b"ANDROID BACKUP\n", b"ANDROID BACKUP\n5\n1\nrot13\nx", b"android backup\n5\n1\nnone\nx"]
)
def test_what_is_no_android_backup(text: bytes) -> None:
    assert phone_backups.parse_android(text) is None


@pytest.mark.parametrize("parser", [phone_backups.parse_manifest, phone_backups.parse_info])
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    whole = manifest(locked=True, binary=True)
    for content in (data, b"bplist00" + data, whole[: len(data)] + data, data + whole[len(data) :], b"<plist>" * 2000,
                    b'<!DOCTYPE x [<!ENTITY a "b">]><plist>&a;</plist>'):  # fmt: skip
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]


@given(data=st.binary(max_size=200))
def test_any_head(data: bytes) -> None:
    for head in (data, b"ANDROID BACKUP\n" + data):
        assert phone_backups.parse_android(head) in (None, True, False)
