from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.artifacts.media_client import Client, MediaClient, parse_sound
from audit.host import Seen
from audit.hosts import CollectingHost
from audit.model import GapKind
from audit.sources import sound
from audit.sources.base import Query
from audit.sources.live import LiveSource, runtime_of
from audit.sources.tree import SystemTree
from tests.artifacts.devices import see, system


def node(number: int, kind: str, client: int = 0, **said: object) -> dict[str, Any]:
    props = {"media.class": kind, "client.id": client, **said}
    return {"id": number, "type": "PipeWire:Interface:Node", "info": {"state": "running", "props": props}}


def client(number: int, pid: int, binary: str, **said: object) -> dict[str, Any]:
    props = {
        "application.process.binary": binary,
        "application.name": binary,
        "pipewire.sec.pid": pid,
        **said,
    }
    return {"id": number, "type": "PipeWire:Interface:Client", "info": {"props": props}}


def link(number: int, giver: int, taker: int) -> dict[str, Any]:
    info = {"output-node-id": giver, "input-node-id": taker, "state": "active"}
    return {"id": number, "type": "PipeWire:Interface:Link", "info": info}


def pulse_client(number: int, pid: int) -> dict[str, Any]:
    """As pipewire-pulse 0.3.65 shows parecord: the number that the server saw is its own, 20."""
    said = {"client.api": "pipewire-pulse", "application.process.id": pid}
    return client(number, 20, "pacat", **said)


# The shape of what pw-dump of PipeWire 0.3.65 prints, put together anew.
DUMP = [
    {"id": 0, "type": "PipeWire:Interface:Core", "info": {"name": "pipewire-0"}},
    {"id": 3, "type": "PipeWire:Interface:Module"},
    node(30, "Audio/Source"),
    node(31, "Audio/Sink"),
    node(32, "Video/Source"),
    node(33, "Stream/Output/Video", 40),
    client(40, 10, "gnome-shell"),
    client(41, 11, "pw-cat"),
    pulse_client(42, 12),
    client(43, 13, "obs"),
    node(50, "Stream/Input/Audio", 41, **{"application.name": "pw-record"}),
    node(51, "Stream/Input/Audio", 42),
    node(52, "Stream/Input/Audio", 43),
    node(53, "Stream/Input/Video", 43),
    node(54, "Stream/Input/Video", 43),
    node(55, "Stream/Input/Audio", 41),
    link(60, 30, 50),
    link(61, 30, 51),
    link(62, 31, 52),
    link(63, 32, 53),
    link(64, 33, 54),
]
OUTPUTS = [
    {
        "index": 1,
        "source": 7,
        "corked": False,
        "properties": {"application.name": "P", "application.process.id": "9"},
    },
    {"index": 2, "source": 8, "corked": False, "properties": {"application.name": "loudspeaker"}},
    {"index": 3, "source": 7, "corked": True, "properties": {"application.name": "paused"}},
]
SOURCES = [
    {"index": 7, "properties": {"device.class": "sound"}},
    {"index": 8, "properties": {"device.class": "monitor"}},
]


def answer(
    pipewire: object = None, outputs: object = None, sources: object = None, *, silent: bool = False
) -> bytes:
    return json.dumps(
        {"silent": silent, "pipewire": pipewire, "outputs": outputs, "sources": sources}
    ).encode()


def test_who_records_from_what() -> None:
    assert parse_sound(answer(DUMP)) == (
        True,
        [
            Client("pw-record", "pw-cat", 11, "microphone"),
            Client("pacat", "pacat", 12, "microphone"),
            Client("obs", "obs", 13, "camera"),
            Client("obs", "obs", 13, "screen"),
        ],
    )


def test_pulseaudio_without_what_the_loudspeaker_plays() -> None:
    assert parse_sound(answer(None, OUTPUTS, SOURCES)) == (True, [Client("P", "", 9, "microphone")])


@pytest.mark.parametrize("parts", [{}, {"outputs": OUTPUTS}, {"pipewire": [], "silent": True}])
def test_a_server_that_could_not_be_asked_is_not_silence(parts: dict[str, Any]) -> None:
    assert parse_sound(answer(**parts))[0] is False


class Sounding(SystemTree):
    """A tree that answers who listens and what runs."""

    answers: dict[str, bytes]

    def query(self, name: Query) -> bytes:
        return self.answers[name]


def heard(root: Path, sounds: bytes, rows: Sequence[dict[str, Any]] = ()) -> Seen[MediaClient]:
    source = Sounding(system(root, {}))
    running = json.dumps({"hidden": False, "processes": rows}).encode()
    source.answers = {Query.SOUND: sounds, Query.PROCESSES: running}
    return CollectingHost(source, lambda *_: None).see(MediaClient)  # type: ignore[arg-type, return-value]


def row(pid: int, exe: str, *command: str) -> dict[str, Any]:
    name = exe.rpartition("/")[2]
    return {
        "pid": pid,
        "ppid": 1,
        "name": name,
        "exe": exe,
        "command": [exe, *command],
        "user": "alice",
        "files": [],
    }


def test_the_program_behind_the_server(tmp_path: Path) -> None:
    rows = [
        row(11, "/usr/bin/pw-cat"),
        row(12, "/usr/bin/other"),
        row(13, "/home/alice/obs"),
        row(20, "/usr/bin/pipewire"),
    ]
    found = heard(tmp_path, answer(DUMP), rows)
    assert found.items == (
        MediaClient("pw-cat", "microphone", "/usr/bin/pw-cat", user="alice"),
        MediaClient("pacat", "microphone", user="alice"),  # its number is another program's here
        MediaClient("obs", "camera", "~/obs", user="alice"),
        MediaClient("obs", "screen", "~/obs", user="alice"),
    )
    assert found.gaps == ()


def test_a_script_is_named_by_its_own_file(tmp_path: Path) -> None:
    dump = [
        node(1, "Audio/Source"),
        client(2, 5, "python3.11"),
        node(3, "Stream/Input/Audio", 2),
        link(4, 1, 3),
    ]
    (found,) = heard(tmp_path, answer(dump), [row(5, "/usr/bin/python3.11", "/tmp/hear.py")])
    assert (found.script, found.program, found.from_system) == ("/tmp/hear.py", "hear.py", False)


@pytest.mark.parametrize(
    ("sounds", "kind"),
    [(answer(), GapKind.NOT_RUNNING), (b"{}", GapKind.MALFORMED), (b"\xff", GapKind.MALFORMED)],
)
def test_no_answer_is_a_gap(tmp_path: Path, sounds: bytes, kind: GapKind) -> None:
    found = heard(tmp_path, sounds)
    assert [gap.kind for gap in found.gaps] == [kind]


def test_a_copied_disk_holds_no_sound_server(tmp_path: Path) -> None:
    found = see(system(tmp_path, {}), MediaClient)
    assert [(gap.kind, gap.params["what"]) for gap in found.gaps] == [
        (GapKind.NOT_HELD, "programs that listen or look through the sound server")
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda e: st.lists(e, max_size=3) | st.dictionaries(st.text(max_size=5), e, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(_JSON)
def test_any_answer_is_read_or_refused(value: Any) -> None:
    for shape in (
        answer([*DUMP, value]),
        answer([node(1, value), link(2, 1, 1)]),
        answer(None, [value], SOURCES),
        answer(None, OUTPUTS, [value]),
        answer([{"id": value, "type": "Node", "info": {"props": value}}]),
    ):
        with suppress(ParseError):
            parse_sound(shape)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ParseError):
        parse_sound(data)


def test_an_answer_nested_without_end_is_refused() -> None:
    with pytest.raises(ParseError):
        parse_sound(b"[" * 100_000)


def test_whose_runtime_folder() -> None:
    own = {"XDG_RUNTIME_DIR": "/somewhere"}
    here = os.getuid()
    assert runtime_of("nobody", {}) == "/run/user/65534"
    assert runtime_of("nobody", own) == ("/somewhere" if here == 65534 else "/run/user/65534")
    assert runtime_of("no such account", own) == "/somewhere"
    assert runtime_of("no such account", {"XDG_RUNTIME_DIR": "relative"}) == f"/run/user/{here}"


def test_no_server_is_no_answer(tmp_path: Path) -> None:
    assert json.loads(sound.sound_clients(str(tmp_path))) == json.loads(answer())


def test_a_program_that_hangs_or_lies_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sound, "SECONDS", 0.2)
    for text in ("sleep 20", "echo no json", "cat /dev/zero", "exit 1"):
        program = tmp_path / "pw-dump"
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        began = time.monotonic()
        assert sound._asked([str(program)], (), {}) is None
        assert time.monotonic() - began < 3


SERVERS = ("pipewire", "wireplumber", "pipewire-pulse")
PROGRAMS = (*SERVERS, "pw-dump", "pw-cli", "pw-record", "parecord", "pactl", "dbus-run-session")


@contextlib.contextmanager
def sounding(folder: Path) -> Iterator[str]:
    """A real session of PipeWire with a microphone that hears nothing, and two programs that record from it."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    script = f"""
    {" & sleep 0.7; ".join(SERVERS)} & sleep 1.5
    pw-cli create-node adapter '{{ factory.name=support.null-audio-sink node.name=deaf media.class=Audio/Source/Virtual
      object.linger=true audio.position=FL }}'
    sleep 0.5
    parecord --device=deaf {folder}/one.wav & pw-record {folder}/two.wav & sleep 1.5
    echo ready; sleep 60
    """
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime)}
    session = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    with session:
        assert session.stdout is not None
        try:
            for line in session.stdout:
                if line.strip() == "ready":
                    break
            yield str(runtime)
        finally:
            os.killpg(session.pid, signal.SIGTERM)


@pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)), reason="PipeWire and its programs are not installed"
)
def test_a_real_session_of_pipewire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sounding(tmp_path) as runtime:
        source = LiveSource({"XDG_RUNTIME_DIR": runtime, "HOME": str(tmp_path)})
        found = CollectingHost(source, lambda *_: None).see(MediaClient)  # type: ignore[arg-type]
        recorded = {(each.device, each.place) for each in found}
        assert recorded == {("microphone", "/usr/bin/pacat"), ("microphone", "/usr/bin/pw-cat")}
        monkeypatch.setattr(sound, "PW_DUMP", ("/nowhere",))
        asked = json.loads(sound.sound_clients(runtime))
        assert asked["silent"] is True
        assert asked["pipewire"] is None
        assert {each.app for each in parse_sound(json.dumps(asked).encode())[1]} == {"parecord", "pw-record"}
