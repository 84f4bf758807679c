from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import keyring
from audit.artifacts.base import ParseError
from audit.artifacts.keyring import Keyring
from tests.artifacts.devices import see, system

# As gnome-keyring 42 wrote it for a store with an empty password, after `secret-tool store --label=Mail service mail`.
OPEN = b"""
[keyring]
display-name=Login
ctime=0
mtime=0
lock-on-idle=false
lock-after=false

[2]
item-type=0
display-name=Mail
secret=hunter2
mtime=1795249876
ctime=1795249876

[2:attribute0]
name=service
type=string
value=mail
"""
SEALED = b"GnomeKeyring\n\r\0\n\0\0\0\0\0\0\0\x05Login"


def test_each_form(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "home/alice/.local/share/keyrings/login.keyring": OPEN,
        "home/alice/.local/share/keyrings/work.keyring": SEALED,
        "home/alice/.local/share/keyrings/user.keystore": b"x",
        "home/alice/.local/share/keyrings/default": b"login",
    }
    shown = see(system(tmp_path, files), Keyring)
    assert [(each.path.rpartition("/")[2], each.sealed, each.items) for each in shown] == [
        ("login.keyring", False, 1),
        ("work.keyring", True, 0),
    ]
    assert "hunter2" not in repr(shown)


def test_what_is_none_is_a_gap(tmp_path: Path) -> None:
    shown = see(system(tmp_path, {"home/alice/.local/share/keyrings/a.keyring": b"PK\3\4"}), Keyring)
    assert [gap.kind for gap in shown.gaps] == ["malformed"]
    with pytest.raises(ParseError):
        keyring.parse_keyring(b"")


def test_many_sections_take_no_time() -> None:
    start = time.process_time()
    assert keyring.parse_keyring(b"[keyring]\n" + b"[1\n" * 1_000_000 + b"[7]" + b" " * 1_000_000) == (
        False,
        1,
    )
    assert time.process_time() - start < 5


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    for content in (data, b"[keyring]\n" + data, SEALED[: len(data) % 20] + data):
        with suppress(ParseError):
            assert keyring.parse_keyring(content)[1] >= 0
