from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.portal import PortalGrant, parse_devices
from audit.model import GapKind
from tests.artifacts.devices import see, system
from tests.stores.gvdb_files import database

# Written by xdg-permission-store 1.16.0 over D-Bus: two grants of the camera, one refusal, a microphone that asks.
STORE = base64.b64decode(
    """
R1ZhcmlhbnQAAAAAAAAAABgAAABYAAAAAAAAKAIAAAAAAAAAAQAAAGp/mnz/////WAAAAAQASABcAAAAnAAAAJkrlHz/////KAEA
AAQASAAsAQAAiAEAAG1haW4AAAAoAgAAAAAAAAABAAAA7oXm9f////+cAAAABgB2AKgAAADyAAAAGakuZf/////yAAAACgB2AAAB
AAAoAQAAY2FtZXJhAAAAAAAAAAB5AHllcwAEAW9yZy5leGFtcGxlLlJlZnVzZWQAbm8AAxRvcmcuZ25vbWUuU25hcHNob3QAeWVz
AAQTByA5AwAodmF7c2FzfSltaWNyb3Bob25lAAAAAAAAeW9yZy5nbm9tZS5TbmFwc2hvdABhc2sABBMZAwAodmF7c2FzfSlhcHBz
AAAAKAMAAAAAAAAAAAAAAAAAAAAFFQAA/////4gBAAAAAHYAiAEAAJMBAABvUABR/////5MBAAASAHYAqAEAAL8BAABDi2pc////
/78BAAATAHYA2AEAAOMBAABjYW1lcmEABwBhc29yZy5nbm9tZS5TbmFwc2hvdAAAAGNhbWVyYQBtaWNyb3Bob25lAAcSAGFzb3Jn
LmV4YW1wbGUuUmVmdXNlZAAAAAAAAGNhbWVyYQAHAGFz
"""
)
PLACE = "home/alice/.local/share/flatpak/db/devices"


def test_grants_are_read_and_refusals_are_not(tmp_path: Path) -> None:
    found = see(system(tmp_path, {PLACE: STORE}), PortalGrant)
    settings = "~/.local/share/flatpak/db/devices"
    assert found.items == (
        PortalGrant("", "camera", "alice", settings),
        PortalGrant("org.gnome.Snapshot", "camera", "alice", settings),
    )
    assert found.gaps == ()


def test_no_store_is_no_grant_and_no_gap(tmp_path: Path) -> None:
    found = see(system(tmp_path, {}), PortalGrant)
    assert (found.items, found.gaps) == ((), ())


@pytest.mark.parametrize("size", [1, 30, 100, len(STORE) - 40])
def test_a_store_cut_short_is_a_gap(tmp_path: Path, size: int) -> None:
    found = see(system(tmp_path, {PLACE: STORE[:size]}), PortalGrant)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize("entry", [b"\1\0b", b"\0as", b"", b"x\0s"])
def test_an_entry_of_another_type_is_refused(entry: bytes) -> None:
    with pytest.raises(ParseError):
        parse_devices(database({"main": {"camera": entry}}))


def test_a_main_that_is_no_table_is_refused() -> None:
    with pytest.raises(ParseError):
        parse_devices(database({"main": b"\1\0b"}))


@given(st.data())
def test_damaged_stores_are_read_or_refused(data: st.DataObject) -> None:
    image = bytearray(STORE)
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(8, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        parse_devices(bytes(image))
