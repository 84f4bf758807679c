from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.location_access import LocationAccess, parse_geoclue, parse_portal
from audit.model import GapKind
from tests.artifacts.devices import see, system
from tests.stores.gvdb_files import database

# Written by xdg-permission-store 1.16.0 over D-Bus: one app exactly, one to the city, one refused.
STORE = base64.b64decode(
    """
R1ZhcmlhbnQAAAAAAAAAABgAAABYAAAAAAAAKAIAAAAAAAAAAQAAAGp/mnz/////WAAAAAQASABcAAAAgAAAAJkrlHz//////AAA
AAQASAAAAQAAXAEAAG1haW4AAAAoAQAAAAAAAAAe2QR2/////4AAAAAIAHYAiAAAAPwAAABsb2NhdGlvbgAAeW9yZy5leGFtcGxl
LkNpdHkAQ0lUWQAxNzYzNjgzNjc1AAUQEW9yZy5nbm9tZS5NYXBzAEVYQUNUADE3NjM2ODM2NzUABhEPb3JnLmdub21lLldlYXRo
ZXIATk9ORQAwAAUHEiRHYwMAKHZhe3Nhc30pYXBwcwAAACgDAAAAAAAAAAAAAAAAAAAALldlkv////9cAQAAEAB2AHABAAB9AQAA
T0TV8v////99AQAAEQB2AJABAACdAQAAkMf5kf////+dAQAADgB2ALABAAC9AQAAb3JnLmV4YW1wbGUuQ2l0eQAAAABsb2NhdGlv
bgAJAGFzb3JnLmdub21lLldlYXRoZXIAAGxvY2F0aW9uAAkAYXNvcmcuZ25vbWUuTWFwcwAAAAAAbG9jYXRpb24ACQBhcw==
"""
)
PLACE = "home/alice/.local/share/flatpak/db/location"
GEOCLUE = """\
[agent]
whitelist=geoclue-demo-agent;gnome-shell
[wifi]
enable=true
allowed=true
[org.gnome.Shell]
allowed=true
system=true
users=
[firefox]
allowed=true
system=false
users=
[whereabouts]
allowed=true
system=true
users=
[other]
allowed=false
"""


def test_grants_are_read_and_refusals_are_not(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {PLACE: STORE, "etc/geoclue/geoclue.conf": GEOCLUE}
    found = see(system(tmp_path, files), LocationAccess)
    assert set(found) == {
        LocationAccess("org.gnome.Maps", "exact", "~/.local/share/flatpak/db/location", "alice"),
        LocationAccess("org.example.City", "city", "~/.local/share/flatpak/db/location", "alice"),
        LocationAccess("whereabouts", "exact", "/etc/geoclue/geoclue.conf"),
    }
    assert found.gaps == ()


def test_a_file_beside_geoclues_own(tmp_path: Path) -> None:
    files = {
        "etc/geoclue/conf.d/90-x.conf": "[spy]\nallowed=true\n",
        "etc/geoclue/conf.d/README": "[no]\nallowed=true\n",
    }
    assert [each.app for each in see(system(tmp_path, {**files}), LocationAccess)] == ["spy"]


def test_no_store_is_no_grant_and_no_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {}), LocationAccess)
    assert (found.items, found.gaps) == ((), ())


def test_a_store_cut_short_is_a_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {PLACE: STORE[:100]}), LocationAccess)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize("entry", [b"\1\0b", b"\0as", b"", b"x\0s"])
def test_an_entry_of_another_type_is_refused(entry: bytes) -> None:
    with pytest.raises(ParseError):
        parse_portal(database({"main": {"location": entry}}))


def test_a_table_without_the_entry_grants_nothing() -> None:
    assert parse_portal(database({"main": {"other": b"\1\0b"}})) == []


@given(st.data())
def test_damaged_stores_are_read_or_refused(data: st.DataObject) -> None:
    image = bytearray(STORE)
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(8, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        parse_portal(bytes(image))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse_geoclue(b"[x]\nallowed=true\n" + data)
