from __future__ import annotations

import json
import stat

import pytest

from tests.cli.command import GRANT, PREFERENCES
from tests.reports.test_comparison import VALIDATOR


@pytest.fixture
def saved(curtain, home, tmp_path):
    """A report, and a snapshot made after one site gave way to another."""
    old, new = tmp_path / "old.json", tmp_path / "new.jsonl"
    assert curtain("scan", "--root", home, "--no-photos", "--format", "json", "-o", old).code == 0
    other = PREFERENCES.replace("meet.example.org", "cam.example.org")
    (home / ".config/chromium/Default/Preferences").write_text(other)
    assert curtain("snapshot", "--root", home, "-o", new).code == 0
    return old, new


def test_a_report_and_a_snapshot(curtain, saved):
    ended = curtain("compare", *saved)
    assert (ended.code, ended.err) == (0, "")
    out = " ".join(ended.out.split())
    assert out.index("NEW (1) · https://cam.example.org") < out.index("GONE (1) · https://meet.example.org")
    assert "curtain scan --from" in out


def test_the_other_way_round_and_with_itself(curtain, saved):
    old, new = saved
    value = curtain.json("compare", new, old)
    VALIDATOR.validate(value)
    assert {row["change"]: row["subject"].rpartition("/")[2] for row in value["findings"]} == {
        "new": "meet.example.org",
        "gone": "cam.example.org",
    }
    for each in saved:
        assert {row["change"] for row in curtain.json("compare", each, each)["findings"]} == {"unchanged"}


def test_what_could_not_be_looked_at(curtain, saved, home, tmp_path):
    narrow = tmp_path / "narrow.json"
    line = ["scan", "--root", home, "--no-photos", "--skip", GRANT, "--format", "json", "-o", narrow]
    assert curtain(*line).code == 0
    out = " ".join(curtain("compare", saved[0], narrow).out.split())
    assert "NO LONGER VISIBLE (1) · https://meet.example.org" in out
    assert "GONE" not in out


@pytest.mark.parametrize("form", ["terminal", "json"])
def test_into_a_file(curtain, saved, tmp_path, form):
    kept = tmp_path / "changes"
    assert curtain("compare", *saved, "--format", form, "-o", kept) == (0, "", "")
    assert "cam.example.org" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert curtain("compare", *saved, "-o", kept).code == 2
    if form == "json":
        VALIDATOR.validate(json.loads(kept.read_text()))


def test_in_spanish(curtain, saved):
    assert "NUEVO" in curtain("compare", *saved, "--lang", "es").out


@pytest.mark.parametrize("data", ["", "{}", "nonsense"])
def test_wrong_files_get_a_sentence(curtain, saved, tmp_path, data):
    (tmp_path / "file").write_text(data)
    for pair in ((saved[0], tmp_path / "file"), (tmp_path / "file", saved[1])):
        ended = curtain("compare", *pair)
        assert (ended.code, ended.out) == (2, "")
        assert "file is neither a report" in ended.err


@pytest.mark.parametrize("line", [["compare"], ["compare", "x"], ["compare", "/no/such", "/no/such"]])
def test_wrong_usage(curtain, line):
    assert curtain(*line).code == 2
