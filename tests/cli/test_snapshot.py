from __future__ import annotations

import json
import stat

import pytest

from audit.recording import load
from tests.cli.command import GRANT


def test_a_snapshot(curtain, home, tmp_path):
    kept = tmp_path / "device.jsonl"
    assert curtain("snapshot", "--root", home, "-o", kept) == (0, "", "")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    text = kept.read_text()
    recording = load(text.splitlines())
    assert recording.facts.user == "alice"
    assert "https://meet.example.org" in text
    assert GRANT not in text
    assert str(home) not in text
    assert all(json.loads(line) for line in text.splitlines())


@pytest.mark.parametrize("more", [[], ["--force"]])
def test_it_replaces_nothing_unasked(curtain, home, tmp_path, more):
    kept = tmp_path / "device.jsonl"
    kept.write_text("mine")
    ended = curtain("snapshot", "--root", home, "-o", kept, *more)
    assert ended.code == (0 if more else 2)
    assert (kept.read_text() == "mine") is not bool(more)


def test_nothing_half_written_stays(curtain, home, tmp_path, monkeypatch):
    def broken(*_):
        yield "{}\n"
        raise KeyboardInterrupt

    monkeypatch.setattr("audit.scan.snapshot", broken)
    assert curtain("snapshot", "--root", home, "-o", tmp_path / "device.jsonl").code == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alice"]
