"""`--ask`, through a terminal of its own, as a person meets it."""

from __future__ import annotations

import json
import os
import select
import time

import pytest

from tests.cli.command import GRANT, process

pty = pytest.importorskip("pty")
ONLY = ["--rule", "camera/*", "--rule", "access/known-passcode", "--no-photos"]
WAITING = 60
PROMPT = "q to stop: "
CTRL_D = "\x04"
CTRL_C = "\x03"


class Terminal:
    """Runs a command line whose keyboard and complaints are a terminal, and whose output is a pipe."""

    def __init__(self, *line: object) -> None:
        self.near, far = pty.openpty()
        self.running = process(*map(str, line), stdin=far, stderr=far, start_new_session=True)
        os.close(far)
        self.seen = ""

    def wait_for(self, words: str) -> None:
        end = time.monotonic() + WAITING
        while words not in self.seen:
            ready, _, _ = select.select([self.near], [], [], max(end - time.monotonic(), 0))
            assert ready, f"{words!r} never came: {self.seen}"
            self.seen += self._read()

    def _read(self) -> str:
        try:
            return os.read(self.near, 4096).decode()
        except OSError:  # Linux: EIO once nobody holds the other side
            raise AssertionError(f"it ended: {self.seen}") from None

    def type(self, *keys: str) -> None:
        """Answer question after question, each once it is asked."""
        for key in keys:
            self.wait_for(PROMPT)
            self.seen = self.seen.partition(PROMPT)[2]
            os.write(self.near, (key if key in {CTRL_D, CTRL_C} else f"{key}\n").encode())

    def end(self) -> tuple[int, str]:
        """Its exit status, and what it printed."""
        out, _ = self.running.communicate(timeout=WAITING)
        os.close(self.near)
        return self.running.returncode, out


def same(value):
    return {**value, "started": "", "ended": "", "host": {**value["host"], "taken_at": ""}}


@pytest.fixture
def key(curtain, home):
    return curtain.json("scan", "--root", home, "--no-photos", "--rule", GRANT)["results"][0]["findings"][0][
        "key"
    ]


def test_asked_and_by_file_give_the_same_report(curtain, home, tmp_path, key):
    line = ["scan", "--root", home, *ONLY, "--format", "json"]
    terminal = Terminal(*line, "--ask")
    terminal.type("no", "no", "", "n", "y")
    terminal.wait_for("meet.example.org")
    terminal.type("no")
    code, out = terminal.end()
    assert code == 0
    (tmp_path / "answers").write_text(
        f"watched: no\ndanger: no\nonly-you-unlock: no\ncamera-covered: yes\nanswers:\n  {key}: no\n"
    )
    by_file = curtain.json(*line[:-2], "--answers", tmp_path / "answers")
    assert same(json.loads(out)) == same(by_file)
    found = {row["rule"]: row for row in by_file["results"]}
    assert found["access/known-passcode"]["findings"][0]["severity"] == "medium"
    assert found["camera/not-covered"]["status"] == "pass"
    assert found[GRANT]["findings"][0]["severity"] == "high"


@pytest.mark.parametrize("stop", ["q", CTRL_D])
def test_stopped_after_the_first(home, stop):
    terminal = Terminal("scan", "--root", home, *ONLY, "--ask")
    terminal.type("no", stop)
    code, out = terminal.end()
    assert code == 0
    assert "  watched  " not in out
    assert "  danger   " in out
    assert "what only you know about this device" in out


def test_interrupted(home):
    terminal = Terminal("scan", "--root", home, *ONLY, "--ask")
    terminal.wait_for(PROMPT)
    os.kill(terminal.running.pid, 2)
    assert terminal.end() == (130, "")


def test_danger_is_answered_at_once(home):
    terminal = Terminal("scan", "--root", home, *ONLY, "--ask")
    terminal.type("no", "yes")
    terminal.wait_for("emergency number")
    code, out = terminal.end()
    assert code == 0
    assert "get to a safe place before anything on this list" in " ".join(out.split())


def test_a_saved_report_asks_later(curtain, home, tmp_path, key):
    saved = tmp_path / "report.json"
    assert curtain("scan", "--root", home, *ONLY, "--format", "json", "-o", saved).code == 0
    terminal = Terminal("checklist", saved, "--ask", "--format", "json")
    terminal.type("no", "no", "no", "yes")
    code, out = terminal.end()
    assert code == 0
    (row,) = [each for each in json.loads(out)["results"] if each["rule"] == GRANT]
    assert [each["key"] for each in row["settled"]] == [key]
    assert row["findings"] == []


@pytest.mark.parametrize("command", ["scan", "checklist"])
def test_without_a_terminal_it_says_the_way_by_file(curtain, home, tmp_path, command):
    saved = tmp_path / "report.json"
    assert curtain("scan", "--root", home, *ONLY, "--format", "json", "-o", saved).code == 0
    line = {"scan": ["scan", "--root", home], "checklist": ["checklist", saved]}[command]
    ended = curtain(*line, "--ask")
    assert (ended.code, ended.out) == (2, "")
    assert "--answers FILE" in ended.err


def test_the_keyboard_cannot_do_both(home):
    terminal = Terminal("scan", "--root", home, "--ask", "--answers", "-")
    assert terminal.end() == (2, "")


def test_answers_travel_in_a_snapshot(curtain, home, tmp_path):
    (tmp_path / "answers").write_text("watched: yes\ncamera-covered: no\n")
    kept = tmp_path / "device.jsonl"
    line = ["snapshot", "--root", home, "-o", kept, "--answers", tmp_path / "answers"]
    assert curtain(*line) == (0, "", "")
    assert "watched" not in kept.read_text()
    rows = {row["rule"]: row for row in curtain.json("scan", "--from", kept)["results"]}
    assert rows["camera/not-covered"]["status"] == "fail"
    assert [gap["kind"] for gap in rows["access/known-passcode"]["gaps"]] == ["not-asked"]
    (tmp_path / "answers").write_text("camera-covered: yes\n")
    rows = curtain.json("scan", "--from", kept, "--answers", tmp_path / "answers")["results"]
    assert {row["rule"]: row["status"] for row in rows}["camera/not-covered"] == "pass"


def test_an_older_snapshot_was_not_asked(curtain, home, tmp_path):
    kept = tmp_path / "device.jsonl"
    assert curtain("snapshot", "--root", home, "-o", kept).code == 0
    older = [line for line in kept.read_text().splitlines(keepends=True) if "camera-covered" not in line]
    kept.write_text("".join(older))
    rows = {row["rule"]: row for row in curtain.json("scan", "--from", kept)["results"]}
    assert [gap["kind"] for gap in rows["camera/not-covered"]["gaps"]] == ["not-asked"]
