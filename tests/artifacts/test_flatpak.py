from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.flatpak import FlatpakApp, FlatpakOverride, parse_metadata, parse_override
from audit.model import GapKind
from tests.artifacts.devices import see, system

FOLDER = "home/alice/.local/share/flatpak/overrides"


@pytest.mark.parametrize(
    ("text", "devices"),
    [
        (b"[Context]\ndevices=all;\n", ("camera", "microphone")),
        (b"[Context]\nsockets=pulseaudio;\n", ("microphone",)),
        (b"[Context]\ndevices=!all;dri;\nsockets=!pulseaudio;\n", ()),
        (b"[Context]\ndevices=dri;input;\n", ()),
        (b"[Session Bus Policy]\ndevices=all;\n", ()),
        (b"", ()),
    ],
)
def test_what_an_override_gives(text: bytes, devices: tuple[str, ...]) -> None:
    assert parse_override(text) == devices


def test_personal_and_system_overrides(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{FOLDER}/org.example.Spy": "[Context]\ndevices=all;\n",
        f"{FOLDER}/org.example.Quiet": "[Context]\nshared=!network;\n",
        "var/lib/flatpak/overrides/global": "[Context]\nsockets=pulseaudio\n",
    }
    assert see(system(tmp_path, files), FlatpakOverride).items == (
        FlatpakOverride("global", ("microphone",), "/var/lib/flatpak/overrides/global"),
        FlatpakOverride(
            "org.example.Spy",
            ("camera", "microphone"),
            "~/.local/share/flatpak/overrides/org.example.Spy",
            "alice",
        ),
    )


def test_an_override_that_is_no_text_is_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {f"{FOLDER}/org.example.X": b"[Context]\0"}), FlatpakOverride)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        assert set(parse_override(b"[Context]\ndevices=" + data)) <= {"camera", "microphone"}


APP = "var/lib/flatpak/app/org.example.Calls"
METADATA = "[Application]\nname=org.example.Calls\n\n[Context]\nshared=network;ipc;\nsockets=x11;wayland;\ndevices={};\n"


def installed(root: Path, files: dict[str, str | bytes] | None = None, devices: str = "all") -> Path:
    """As flatpak lays an app out: `current` and `active` are links."""
    version = f"{APP}/x86_64/stable"
    system(root, {f"{version}/0123abcd/metadata": METADATA.format(devices), **(files or {})})
    (root / version / "active").symlink_to("0123abcd")
    (root / APP / "current").symlink_to("x86_64/stable")
    return root


def test_an_app_that_came_with_every_device(tmp_path: Path) -> None:
    place = f"/{APP}/current/active/metadata"
    found = see(installed(tmp_path), FlatpakApp)
    assert found.items == (FlatpakApp("org.example.Calls", place, network=True),)
    assert found.gaps == ()


def test_an_app_with_fewer_devices(tmp_path: Path) -> None:
    assert see(installed(tmp_path, devices="dri"), FlatpakApp).items == ()


@pytest.mark.parametrize("place", [f"{FOLDER}/org.example.Calls", "var/lib/flatpak/overrides/global"])
def test_devices_that_were_taken_away_again(tmp_path: Path, place: str) -> None:
    assert see(installed(tmp_path, {place: "[Context]\ndevices=!all;dri\n"}), FlatpakApp).items == ()


def with_sound(root: Path, files: dict[str, str | bytes] | None = None) -> Path:
    text = "[Context]\nshared=network;\nsockets=pulseaudio;wayland;\n"
    return system(root, {f"{APP}/current/active/metadata": text, **(files or {})})


def test_an_app_that_came_with_sound_can_record(tmp_path: Path) -> None:
    (found,) = see(with_sound(tmp_path), FlatpakApp)
    assert (found.app, found.devices, found.network) == ("org.example.Calls", ("microphone",), True)


def test_sound_that_was_taken_away_again(tmp_path: Path) -> None:
    text = "[Context]\nsockets=!pulseaudio;\n"
    root = with_sound(tmp_path / "a", {f"{FOLDER}/org.example.Calls": text})
    assert see(root, FlatpakApp).items == ()
    root = installed(tmp_path / "b", {f"{FOLDER}/org.example.Calls": text})
    assert [each.devices for each in see(root, FlatpakApp)] == [("camera", "microphone")]


def test_further_installations(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/flatpak/installations.d/x.conf": '[Installation "extra"]\nPath=/srv/flatpak/\nDisplayName=x\n',
        "srv/flatpak/overrides/org.example.Spy": "[Context]\ndevices=all;\n",
        "srv/flatpak/app/org.example.Calls/current/active/metadata": "[Context]\ndevices=all;\n",
    }
    root = system(tmp_path, files)
    assert [each.settings for each in see(root, FlatpakOverride)] == [
        "/srv/flatpak/overrides/org.example.Spy"
    ]
    assert [each.app for each in see(root, FlatpakApp)] == ["org.example.Calls"]


@given(st.binary(max_size=200))
def test_any_metadata_is_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse_metadata(b"[Context]\ndevices=all;" + data)
