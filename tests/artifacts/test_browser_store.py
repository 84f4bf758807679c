from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import browser_store
from audit.artifacts.base import ParseError
from audit.artifacts.browser_store import BrowserStore
from tests.artifacts.devices import see, system

ENTRY = "[Desktop Entry]\nName=Chromium\nExec=/usr/bin/chromium {} %U\n"


def test_each_place(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/chromium.d/local": 'export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --password-store=basic"\n',
        "etc/chromium.d/default-flags": 'export CHROMIUM_FLAGS="$CHROMIUM_FLAGS --show-component-extension-options"\n',
        "home/alice/.config/chrome-flags.conf": "--ozone-platform=wayland\n--password-store=basic\n",
        "home/alice/.config/brave-flags.conf": "--password-store=gnome-libsecret\n",
        "home/alice/.config/other.conf": "--password-store=basic\n",
        "home/alice/.local/share/applications/chromium.desktop": ENTRY.format("--password-store=basic"),
    }
    assert [each.settings for each in see(system(tmp_path, files), BrowserStore)] == [
        "/etc/chromium.d/local",
        "~/.config/chrome-flags.conf",
        "~/.local/share/applications/chromium.desktop",
    ]


@pytest.mark.parametrize(
    ("text", "basic"),
    [
        ("--password-store=basic", True),
        ("--password-store='basic' --x", True),
        ("--password-store=basically", False),
        ("# --password-store=basic", False),
        (ENTRY.format("") + "Comment=--password-store=basic\n", False),
        ("", False),
    ],
)
def test_what_is_said(text: str, basic: bool) -> None:
    assert browser_store.is_basic(text.encode()) == basic


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"[Desktop Entry]\nExec=--password-store=" + data):
        with suppress(ParseError):
            browser_store.is_basic(content)
