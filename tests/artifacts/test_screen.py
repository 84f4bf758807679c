from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.screen import (
    DesktopSession,
    ScreenGrant,
    parse_gdm,
    parse_session,
    parse_store,
)
from audit.model import GapKind
from tests.artifacts.devices import see, system
from tests.stores.gvdb_files import database

TOKEN = "5a3f0a52-6b0e-4c39-9d0e-2f0a8b5f8a11"
SERVICE = "/usr/libexec/xdg-permission-store"
# The keys that systemd-logind's session_save writes.
SESSION = """\
# This is private data. Do not parse.
UID=1000
USER=alice
ACTIVE=1
STATE=active
REMOTE=0
TYPE={kind}
CLASS={name}
SERVICE=gdm-password
"""


@pytest.mark.skipif(
    not Path(SERVICE).exists() or not all(map(shutil.which, ("dbus-run-session", "gdbus"))),
    reason="xdg-permission-store or a session bus is not installed",
)
def test_what_the_permission_store_wrote(tmp_path: Path) -> None:
    root = system(tmp_path, {})
    call = (
        "gdbus call --session --dest org.freedesktop.impl.portal.PermissionStore"
        " --object-path /org/freedesktop/impl/portal/PermissionStore"
        " --method org.freedesktop.impl.portal.PermissionStore."
    )
    data = "<('GNOME', uint32 1, <[(uint32 0, uint32 1, <'DP-1'>)]>)>"
    script = f"""
    {SERVICE} & sleep 0.5
    {call}SetPermission screencast true {TOKEN} com.obsproject.Studio "['yes']"
    {call}SetValue screencast true {TOKEN} "{data}"
    {call}SetPermission remote-desktop true {TOKEN} '' "['yes']"
    {call}SetPermission screencast true other org.example.Refused "['no']"
    sleep 0.7; kill %1
    """
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(root / "home/alice"),
        "XDG_DATA_HOME": str(root / "home/alice/.local/share"),
    }
    subprocess.run(["dbus-run-session", "--", "bash", "-c", script], env=env, check=True, capture_output=True)
    found = see(root, ScreenGrant)
    assert found.items == (
        ScreenGrant("com.obsproject.Studio", "~/.local/share/flatpak/db/screencast", "alice"),
        ScreenGrant("", "~/.local/share/flatpak/db/remote-desktop", "alice", control=True),
    )
    assert TOKEN not in repr(found)
    assert found.gaps == ()


def test_no_store_is_nothing(tmp_path: Path) -> None:
    found = see(system(tmp_path, {}), ScreenGrant)
    assert (found.items, found.gaps) == ((), ())


@pytest.mark.parametrize("image", [database({"main": b"\1\0b"}), database({"main": {TOKEN: b"\1\0b"}})])
def test_another_shape_is_refused(image: bytes) -> None:
    with pytest.raises(ParseError):
        parse_store(image)


@pytest.mark.parametrize(("kind", "display"), [("x11", "x11"), ("wayland", "wayland")])
def test_an_open_session(tmp_path: Path, kind: str, display: str) -> None:
    files: dict[str, str | bytes] = {
        "run/systemd/sessions/2": SESSION.format(kind=kind, name="user"),
        "run/systemd/sessions/c1": SESSION.format(kind="x11", name="greeter"),
        "run/systemd/sessions/3": SESSION.format(kind="tty", name="user"),
        "run/systemd/sessions/4": SESSION.format(kind="x11", name="user").replace("alice", "bob"),
    }
    found = see(system(tmp_path, files), DesktopSession)
    assert found.items == (DesktopSession(display, "/run/systemd/sessions", "alice"),)
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("line", "seen"), [("WaylandEnable=false", 1), ("#WaylandEnable=false", 0), ("WaylandEnable=true", 0)]
)
def test_the_login_screen(tmp_path: Path, line: str, seen: int) -> None:
    found = see(system(tmp_path, {"etc/gdm3/daemon.conf": f"[daemon]\n{line}\n"}), DesktopSession)
    assert len(found) == seen
    assert [gap.kind for gap in found.gaps] == [GapKind.NOT_RUNNING]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser in (parse_store, parse_session, parse_gdm):
        for image in (data, b"GVariant" + data, b"[daemon]\nWaylandEnable=" + data):
            with suppress(ParseError):
                parser(image)
