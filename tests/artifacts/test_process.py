from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.process import (
    Device,
    Process,
    Use,
    devices_of,
    in_system,
    parse_input_devices,
    parse_processes,
    script_of,
)
from audit.host import Seen
from audit.hosts import CollectingHost
from audit.model import Gap, GapKind
from audit.sources.base import Query
from audit.sources.tree import SystemTree
from tests.artifacts.devices import system

INPUTS = b"""\
I: Bus=0011 Vendor=0001 Product=0001 Version=ab41
N: Name="AT Translated Set 2 keyboard"
H: Handlers=sysrq kbd event0 leds
B: EV=120013

N: Name="Power Button"
H: Handlers=kbd event1

N: Name="Mouse"
H: Handlers=mouse0 event2

N: Name="Gamepad"
H: Handlers=event3 js0
"""


class Running(SystemTree):
    """A tree that answers what runs."""

    answer: bytes = b""

    def query(self, name: Query) -> bytes:
        if not self.answer:
            raise OSError(errno.EACCES, "refused", name)
        return self.answer


def row(**facts: Any) -> dict[str, Any]:
    return {"pid": 7, "ppid": 1, "name": "x", "exe": "", "command": [], "user": "alice", "files": [], **facts}


def seen(root: Path, rows: Sequence[dict[str, Any]], *, hidden: bool = False) -> Seen[Process]:
    source = Running(system(root, {"proc/bus/input/devices": INPUTS}))
    source.answer = json.dumps({"hidden": hidden, "processes": rows}).encode()
    return CollectingHost(source, lambda *_: None).see(Process)  # type: ignore[arg-type, return-value]


def test_a_browser_that_holds_camera_and_microphone(tmp_path: Path) -> None:
    command = ["/usr/lib/chromium/chromium", "--utility-sub-type=video_capture.mojom.VideoCaptureService"]
    files = ["/dev/null", "/dev/snd/controlC0", "/dev/snd/pcmC0D0c", "/dev/snd/pcmC0D0p", "/dev/video0"]
    found = seen(tmp_path, [row(name="chromium", exe=command[0], command=command, files=files)])
    assert found.items == (
        Process(
            "chromium",
            "/usr/lib/chromium/chromium",
            "",
            "alice",
            (Device("/dev/snd/pcmC0D0c", Use.MICROPHONE), Device("/dev/video0", Use.CAMERA)),
        ),
    )
    assert found.gaps == ()
    assert found.total == 1


def test_what_could_not_be_seen_is_counted(tmp_path: Path) -> None:
    rows = [row(pid=1, files=None), row(pid=2, files=None, name="y"), row(pid=3, name="z")]
    found = seen(tmp_path, rows, hidden=True)
    assert Gap(GapKind.OTHER_USERS, {"unseen": "2", "total": "3"}) in found.gaps
    assert Gap(GapKind.HIDDEN_PROCESSES, {}) in found.gaps
    assert found.total == 3


def test_the_same_program_twice_is_one_record_and_numbers_stay_out(tmp_path: Path) -> None:
    found = seen(tmp_path, [row(pid=10, exe="/usr/bin/x"), row(pid=11, exe="/usr/bin/x")])
    assert len(found) == 1
    assert found.total == 2


def test_secrets_on_the_command_line_are_not_kept(tmp_path: Path) -> None:
    rows = [
        row(exe="/usr/bin/x11vnc", command=["x11vnc", "-passwd", "hunter2"]),
        row(exe="/bin/sh", command=["sh", "-c", "curl -u a:hunter2"]),
    ]
    assert "hunter2" not in repr(seen(tmp_path, rows))


def test_a_keyboard_is_told_from_a_gamepad(tmp_path: Path) -> None:
    files = [f"/dev/input/event{number}" for number in range(5)]
    (found,) = seen(tmp_path, [row(files=files)])
    assert [device.use for device in found.devices] == [
        Use.KEYBOARD,
        Use.INPUT,
        Use.POINTER,
        Use.JOYSTICK,
        Use.INPUT,
    ]


def test_a_refused_list_is_a_gap(tmp_path: Path) -> None:
    source = Running(system(tmp_path, {}))
    found = CollectingHost(source, lambda *_: None).see(Process)  # type: ignore[arg-type, return-value]
    assert [gap.kind for gap in found.gaps] == [GapKind.UNREADABLE]


def test_an_answer_of_another_shape_is_a_gap(tmp_path: Path) -> None:
    source = Running(system(tmp_path, {}))
    source.answer = b'{"processes": [{"pid": 1}]}'
    found = CollectingHost(source, lambda *_: None).see(Process)  # type: ignore[arg-type, return-value]
    assert [gap.kind for gap in found.gaps] == [GapKind.MALFORMED]


@pytest.mark.parametrize(
    ("interpreter", "words", "script"),
    [
        ("python3.11", ["-u", "-E", "/tmp/a.py", "x"], "/tmp/a.py"),
        ("python3", ["-c", "print(1)"], ""),
        ("python3", ["-m", "http.server"], ""),
        ("bash", ["-e", "/home/a/run.sh"], "/home/a/run.sh"),
        ("bash", ["-lc", "x"], ""),
        ("perl", ["-we", "x"], ""),
        ("node", ["--require", "y", "/srv/a.js"], "/srv/a.js"),
        ("chromium", ["/tmp/page.html"], ""),
        ("sh", [], ""),
    ],
)
def test_what_an_interpreter_runs(interpreter: str, words: list[str], script: str) -> None:
    assert script_of(interpreter, words) == script


@pytest.mark.parametrize(
    "node", ["/dev/video0x", "/dev/snd/pcmC0D0p", "/dev/snd/controlC0", "/dev/inputs", "/home/dev/video0"]
)
def test_other_nodes_do_not_count(node: str) -> None:
    assert list(devices_of([node], {})) == []


def test_a_node_that_was_unplugged_still_counts() -> None:
    assert list(devices_of(["/dev/video0 (deleted)"], {})) == [Device("/dev/video0", Use.CAMERA)]


def test_places_of_the_system() -> None:
    assert in_system("/usr/bin/x")
    assert not in_system("/usr2/x")
    assert not in_system("~/usr/bin/x")
    assert not Process("Xorg", "/usr/bin/python3", "~/x/Xorg").from_system
    assert not Process("Xorg").from_system


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda e: st.lists(e, max_size=3) | st.dictionaries(st.text(max_size=5), e, max_size=3),
        max_leaves=6,
    )
)
def test_any_answer_is_read_or_refused(answer: Any) -> None:
    for shape in (
        answer,
        {"hidden": answer, "processes": [answer]},
        {"hidden": 0, "processes": [row(files=answer, command=answer)]},
    ):
        with suppress(ParseError):
            parse_processes(json.dumps(shape).encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse_processes(data)
    assert set(parse_input_devices(b"H: Handlers=" + data).values()) <= set(Use)
