from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.snap import SnapConnection, parse_state
from audit.model import GapKind
from tests.artifacts.devices import see, system

STATE = "var/lib/snapd/state.json"
# The shape that snapd's connState has (overlord/ifacestate), put together anew; the rest of the file is left out but for a secret.
CONNS = {
    "firefox:camera core:camera": {"auto": True, "interface": "camera"},
    "firefox:audio-record core:audio-record": {"auto": True, "interface": "audio-record", "plug-static": {}},
    "firefox:network core:network": {"auto": True, "interface": "network"},
    "helper:raw core:raw-input": {"interface": "raw-input"},
    "calls:camera core:camera": {"auto": True, "interface": "camera", "undesired": True},
    "kiosk:camera core:camera": {"by-gadget": True, "interface": "camera"},
    "gone:camera core:camera": {"interface": "camera", "hotplug-gone": True},
}
WHOLE = {"data": {"auth": {"macaroon": "hunter2"}, "conns": CONNS}, "changes": {}, "tasks": {}}


def test_what_apps_were_connected_to(tmp_path: Path) -> None:
    found = see(system(tmp_path, {STATE: json.dumps(WHOLE)}), SnapConnection)
    place = "/var/lib/snapd/state.json"
    assert found.items == (
        SnapConnection("firefox", ("camera", "microphone"), place),
        SnapConnection("helper", ("keyboard",), place, by_hand=True),
        SnapConnection("kiosk", ("camera",), place),
    )
    assert "hunter2" not in repr(found)


def test_no_snap_is_nothing(tmp_path: Path) -> None:
    found = see(system(tmp_path, {}), SnapConnection)
    assert (found.items, found.gaps) == ((), ())
    assert parse_state(b'{"data": {}}') == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": 1}', '{"data": {"conns": [1]}}', "[" * 100_000])
def test_other_shapes_are_a_gap(tmp_path: Path, text: str) -> None:
    found = see(system(tmp_path, {STATE: text}), SnapConnection)
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda e: st.lists(e, max_size=3) | st.dictionaries(st.text(max_size=6), e, max_size=3),
        max_leaves=8,
    ),
    st.binary(max_size=100),
)
def test_any_state_is_read_or_refused(value: Any, data: bytes) -> None:
    for image in (
        json.dumps({"data": {"conns": value}}).encode(),
        json.dumps({"data": {"conns": {"a": value}}}).encode(),
        data,
    ):
        with suppress(ParseError):
            parse_state(image)


def test_the_older_interface_for_sound_records_too() -> None:
    state = {"data": {"conns": {"radio:sound core:pulseaudio": {"interface": "pulseaudio"}}}}
    assert parse_state(json.dumps(state).encode()) == {("radio", True): ("microphone",)}
