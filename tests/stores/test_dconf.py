from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import Look, ParseError
from audit.hosts import CollectingHost, SourceLook
from audit.model import GapKind
from audit.sources.tree import source_of
from audit.stores import dconf
from tests.artifacts.devices import system
from tests.stores.gvdb_files import database

TRUE, FALSE = b"\x01\0b", b"\x00\0b"
LOCK = "/org/gnome/desktop/screensaver/lock-enabled"
MODE = "/system/proxy/mode"
TREE = {MODE: b"manual\0\0s", LOCK: FALSE, "a-name": TRUE}
PROFILE = "# ours\nuser-db:user\nsystem-db:local # a comment\n\nservice-db:keyfile/user\nfile-db:/opt/site\n"
OWN = "home/alice/.config/dconf/user"


def look_at(root: Path) -> SourceLook:
    return SourceLook(CollectingHost(source_of(root), lambda *_: None))  # type: ignore[arg-type, return-value]


def settings(look: Look) -> dict[str, object]:
    return dict(dconf.settings(look, look.homes[0]))


def test_a_persons_own_settings(tmp_path: Path) -> None:
    look = look_at(system(tmp_path, {OWN: database(TREE)}))
    assert settings(look) == {MODE: "manual", LOCK: False}
    assert dconf.placed(look, look.homes[0])[LOCK] == (False, "~/.config/dconf/user")
    assert look.gaps == ()


def test_nothing_changed_is_nothing_and_no_gap(tmp_path: Path) -> None:
    look = look_at(system(tmp_path, {}))
    assert settings(look) == {}
    assert look.gaps == ()


def test_a_system_database_counts_where_the_person_set_nothing(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/dconf/profile/user": PROFILE,
        "etc/dconf/db/local": database({LOCK: FALSE, MODE: b"none\0\0s"}),
        "opt/site": database({MODE: b"auto\0\0s", "/last": TRUE}),
        OWN: database({MODE: b"manual\0\0s"}),
    }
    look = look_at(system(tmp_path, files))
    assert settings(look) == {MODE: "manual", LOCK: False, "/last": True}
    assert dconf.placed(look, look.homes[0])[LOCK] == (False, "/etc/dconf/db/local")


def test_a_lock_goes_before_what_the_person_set(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/dconf/profile/user": PROFILE,
        "etc/dconf/db/local": database({LOCK: FALSE, ".locks": {LOCK: TRUE, MODE: TRUE, "/system/": TRUE}}),
        "opt/site": database({LOCK: TRUE, MODE: b"auto\0\0s"}),
        OWN: database({MODE: b"manual\0\0s", LOCK: TRUE, "/system/free": TRUE}),
    }
    look = look_at(system(tmp_path, files))
    assert settings(look) == {LOCK: False, MODE: "auto", "/system/free": True}


def test_a_profile_of_the_distribution(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "usr/share/dconf/profile/user": "user-db:user\nsystem-db:distro\n",
        "etc/dconf/db/distro": database({LOCK: FALSE}),
    }
    assert settings(look_at(system(tmp_path, files))) == {LOCK: False}


def test_a_database_cut_short_is_a_gap(tmp_path: Path) -> None:
    look = look_at(system(tmp_path, {OWN: database(TREE)[:60]}))
    assert settings(look) == {}
    assert [(gap.kind, gap.params["path"]) for gap in look.gaps] == [
        (GapKind.MALFORMED, "~/.config/dconf/user")
    ]


def test_the_files_of_a_database_that_was_not_made_yet(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/dconf/profile/user": "user-db:user\nsystem-db:local\n",
        "etc/dconf/db/local.d/00-first": "[system/proxy]\nmode='none'\nport=uint32 1\n",
        "etc/dconf/db/local.d/99-last": "[system/proxy]\nmode='auto'\n[/]\ntop=true\n",
        "etc/dconf/db/local.d/locks/x": f"# a comment\n{MODE}\n",
        OWN: database({MODE: b"manual\0\0s", "/own": TRUE}),
    }
    look = look_at(system(tmp_path, files))
    assert settings(look) == {MODE: "auto", "/system/proxy/port": 1, "/top": True, "/own": True}
    assert dconf.placed(look, look.homes[0])[MODE][1] == "/etc/dconf/db/local.d/99-last"
    assert look.gaps == ()


def test_a_home_whose_settings_are_a_text_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "etc/dconf/profile/user": "service-db:keyfile/user\n",
        "home/alice/.config/dconf/user.txt": "[org/gnome/desktop/screensaver]\nlock-enabled=false\n",
        OWN: database({LOCK: TRUE}),
    }
    assert settings(look_at(system(tmp_path, files))) == {LOCK: False}


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x" * 65, "user\x1b"])
def test_a_profile_names_no_file_elsewhere(name: str) -> None:
    assert dconf.parse_profile(f"system-db:{name}\nfile-db:{name}\n".encode()) == []


def test_a_long_profile_is_cut() -> None:
    assert len(dconf.parse_profile(b"system-db:a\n" * 5000)) == 16


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for image in (data, b"GVariant" + data):
        with suppress(ParseError):
            dconf.parse(image)
        for parser in (dconf.parse_profile, dconf.parse_keys, dconf.parse_locks):
            with suppress(ParseError):
                parser(image)


@given(st.data())
def test_a_damaged_database_is_read_or_refused(data: st.DataObject) -> None:
    image = bytearray(database(TREE | {".locks": {LOCK: TRUE}}))
    for _ in range(data.draw(st.integers(1, 6))):
        image[data.draw(st.integers(8, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        dconf.parse(bytes(image))


KEYS = """\
[org/gnome/desktop/screensaver]
lock-enabled=false
lock-delay=uint32 30

[test]
empty=@as []
pairs=[('x', 1), ('y', 2)]
choice={'k': <true>}
nothing=@mi nothing
"""
WRITES = """\
dconf write /org/gnome/desktop/screensaver/lock-enabled true
dconf write /org/gnome/desktop/screensaver/lock-delay 'uint32 5'
dconf write /test/negative -5
dconf write /test/tuple "(true, 'x', 1.5)"
dconf dump /
"""


@pytest.mark.skipif(
    not all(map(shutil.which, ("dconf", "dbus-run-session"))),
    reason="dconf or dbus-run-session is not installed",
)
def test_what_dconf_itself_wrote(tmp_path: Path) -> None:
    root = system(
        tmp_path / "root",
        {
            "etc/dconf/db/local.d/00-site": KEYS,
            "etc/dconf/db/local.d/locks/00-site": f"{LOCK}\n",
            "etc/dconf/profile/user": "user-db:user\nsystem-db:local\n",
        },
    )
    subprocess.run(
        ["dconf", "compile", root / "etc/dconf/db/local", root / "etc/dconf/db/local.d"], check=True
    )
    (tmp_path / "profile").write_text(f"user-db:user\nfile-db:{root}/etc/dconf/db/local\n")
    (tmp_path / "run").mkdir(mode=0o700)
    env = {
        **os.environ,
        "HOME": str(root / "home/alice"),
        "XDG_CONFIG_HOME": str(root / "home/alice/.config"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "DCONF_PROFILE": str(tmp_path / "profile"),
    }
    ended = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", WRITES], env=env, capture_output=True, text=True, check=True
    )
    assert "lock-enabled=false" in ended.stdout  # dconf, too, goes by the lock
    assert "lock-delay=uint32 5" in ended.stdout
    assert settings(look_at(root)) == {
        LOCK: False,
        "/org/gnome/desktop/screensaver/lock-delay": 5,
        "/test/negative": -5,
        "/test/tuple": [True, "x", 1.5],
        "/test/empty": [],
        "/test/pairs": [["x", 1], ["y", 2]],
        "/test/choice": [["k", True]],
        "/test/nothing": None,
    }
