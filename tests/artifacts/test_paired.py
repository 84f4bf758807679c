from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import paired
from audit.artifacts.base import ParseError
from audit.artifacts.paired import PairedDevice
from tests.artifacts.devices import see, system

# As Qt's QSettings writes it for KDE Connect 22.12.
TRUSTED = r"""
[1a2b3c4d_5e6f_7a8b_9c0d_1e2f3a4b5c6d]
certificate="-----BEGIN CERTIFICATE-----\nSECRET\n-----END CERTIFICATE-----\n"
name=Tel\xe9phone
type=phone

[../../etc]
name=hostile
"""
FOLDER = ".config/kdeconnect/1a2b3c4d_5e6f_7a8b_9c0d_1e2f3a4b5c6d"


def seen(tmp_path: Path, **files: str) -> list[PairedDevice]:
    return list(
        see(system(tmp_path, {f"home/alice/{path}": text for path, text in files.items()}), PairedDevice)
    )


def test_kde_connect_with_its_defaults(tmp_path: Path) -> None:
    (found,) = seen(tmp_path, **{".config/kdeconnect/trusted_devices": TRUSTED})
    assert (found.program, found.name, found.ident, found.type) == (
        "KDE Connect",
        "Teléphone",
        "1a2b3c4d",
        "phone",
    )
    assert found.abilities == (
        "moves the pointer and presses keys",
        "sees what you copy",
        "sends files to this device",
    )
    assert "SECRET" not in repr(found)


def test_kde_connect_as_somebody_set_it(tmp_path: Path) -> None:
    switches = "[Plugins]\nkdeconnect_mousepadEnabled=false\nkdeconnect_clipboardEnabled=false\nkdeconnect_sendnotificationsEnabled=true\n"
    (found,) = seen(
        tmp_path,
        **{
            ".config/kdeconnect/trusted_devices": TRUSTED,
            f"{FOLDER}/config": switches,
            f"{FOLDER}/kdeconnect_runcommand/config": '[General]\ncommands="@ByteArray({})"\n',
        },
    )
    assert found.abilities == (
        "runs the commands that were set up for it",
        "gets the notifications of this device",
        "sends files to this device",
    )


def test_gsconnect() -> None:
    root = "/org/gnome/shell/extensions/gsconnect/device/abcdef0123/"
    other = root.replace("abcdef0123", "999")
    settings = {
        f"{root}name": "Pixel",
        f"{root}type": "phone",
        f"{root}paired": True,
        f"{root}disabled-plugins": ["mousepad"],
        f"{root}certificate-pem": "SECRET",
        f"{root}plugin/clipboard/send-content": True,
        f"{root}plugin/notification/send-notifications": False,
        f"{root}plugin/runcommand/command-list": [["a", []]],
        f"{other}name": "Former",
        f"{other}paired": False,
        "/org/gnome/shell/extensions/gsconnect/id": "me",
    }
    (found,) = paired.gsconnect(settings, "alice", "~/.config/dconf/user")
    assert (found.name, found.ident, found.type) == ("Pixel", "abcdef01", "phone")
    assert found.abilities == (
        "runs the commands that were set up for it",
        "sees what you copy",
        "sends files to this device",
    )
    assert "SECRET" not in repr(found)


def test_hostile_settings_of_gsconnect() -> None:
    root = "/org/gnome/shell/extensions/gsconnect/device/x/"
    settings = {f"{root}paired": True, f"{root}name": 3, f"{root}disabled-plugins": [3, None], root: 1}
    (found,) = paired.gsconnect(settings, "alice", "x")
    assert found.name == "3"


@pytest.mark.parametrize("parser", [paired.parse_trusted, paired.parse_switches])
@given(data=st.binary(max_size=500))
def test_any_bytes(parser: object, data: bytes) -> None:
    for content in (data, b"[a]\nname=" + data, b"[Plugins]\nkdeconnect_x" + data):
        with suppress(ParseError):
            parser(content)  # type: ignore[operator]
