from __future__ import annotations

import json

import pytest

from tests.cli.command import GRANT, SAFE


@pytest.fixture
def saved(curtain, home, tmp_path):
    path = tmp_path / "report.json"
    assert curtain("scan", "--root", home, "--no-photos", "--format", "json", "-o", path).code == 0
    return path


def test_the_list_made_again_is_the_same(curtain, home, saved):
    before = json.loads(saved.read_text())
    after = curtain.json("checklist", saved)
    assert before["checklist"]
    for name in ("checklist", "results", "coverage", "host", "tool", "started"):
        assert after[name] == before[name]


def test_for_reading_too(curtain, home, saved):
    scanned = curtain("scan", "--root", home, "--no-photos")
    again = curtain("checklist", saved)
    assert again.code == 0
    assert again.out.splitlines()[1:] == scanned.out.splitlines()[1:]


def test_with_answers(curtain, saved, tmp_path):
    (tmp_path / "answers").write_text(SAFE)
    held = {
        step["id"]: step["held"]
        for step in curtain.json("checklist", saved, "--answers", tmp_path / "answers")["checklist"]
    }
    assert held[f"harden/{GRANT}"] is False
    assert {step["id"]: step["held"] for step in curtain.json("checklist", saved)["checklist"]}[
        f"harden/{GRANT}"
    ]


@pytest.mark.parametrize(
    "words", [b"", b"{}", b"[]", b"\xff\xfe", b'{"schema": "drawncurtain.report/1"}', b"[" * 100_000]
)
def test_what_is_no_report(curtain, tmp_path, words):
    (tmp_path / "file").write_bytes(words)
    ended = curtain("checklist", tmp_path / "file")
    assert (ended.code, ended.out) == (2, "")
    assert str(tmp_path / "file") in ended.err


def test_into_a_file(curtain, saved, tmp_path):
    assert curtain("checklist", saved, "-o", tmp_path / "list.txt") == (0, "", "")
    assert (tmp_path / "list.txt").read_text().strip()
