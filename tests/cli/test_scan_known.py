from __future__ import annotations

import json

import pytest

from tests.cli.command import GRANT
from tests.reports.test_json import VALIDATOR


@pytest.fixture
def line(home):
    return ["scan", "--root", home, "--no-photos", "--rule", GRANT]


@pytest.fixture
def known(curtain, line, tmp_path):
    """The file as a person makes it: the lines offered, with a reason."""
    path = tmp_path / "known.yaml"
    ended = curtain(*line, "--known", path)
    assert "There is no file" in ended.err
    offered = ended.out.split("\n# ")[-1].split("NOT SEEN")[0]
    lines = offered.splitlines()
    start = next(n for n, each in enumerate(lines) if each.startswith(GRANT))
    path.write_text("\n".join(lines[start:]).replace('""', '"our meetings"'))
    return path


def test_known_from_the_first_list_to_the_next(curtain, line, known):
    ended = curtain(*line, "--known", known, "--fail-on", "low")
    assert (ended.code, ended.err) == (0, "")
    apart = ended.out.split("YOU SAID THAT YOU KNOW ABOUT THESE (1)")[1]
    assert "https://meet.example.org" in apart
    assert "our meetings" in apart
    assert curtain(*line, "--fail-on", "low").code == 1


def test_in_json_and_made_again(curtain, line, known, tmp_path):
    value = curtain.json(*line, "--known", known)
    VALIDATOR.validate(value)
    (finding,) = value["results"][0]["findings"]
    assert finding["known"]["reason"] == "our meetings"
    assert value["checklist"] == []
    (tmp_path / "report.json").write_text(json.dumps(value))
    assert "our meetings" in curtain("checklist", tmp_path / "report.json").out


def test_more_serious_again(curtain, line, known):
    key = curtain.json(*line)["results"][0]["findings"][0]["key"]
    (known.parent / "answers").write_text(f"answers:\n  {key}: no\n")
    ended = curtain(*line, "--known", known, "--answers", known.parent / "answers", "--fail-on", "low")
    assert ended.code == 1
    assert "It is more serious now" in " ".join(ended.out.split())


def test_keys_that_are_nothing(curtain, line, known, home):
    known.write_text(known.read_text().replace(GRANT, "camera/site-grnats"))
    assert "no check is called that" in " ".join(curtain(*line, "--known", known).out.split())
    known.write_text(known.read_text().replace("camera/site-grnats", "access/device-name"))
    assert "could not see everything" in " ".join(curtain(*line, "--known", known).out.split())


@pytest.mark.parametrize("data", [b"[", b"a: b", b"\xff"])
def test_a_file_that_cannot_be_used(curtain, line, tmp_path, data, monkeypatch):
    monkeypatch.setattr("audit.scan.scan", lambda *_: pytest.fail("scanned"))
    (tmp_path / "known.yaml").write_bytes(data)
    ended = curtain(*line, "--known", tmp_path / "known.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert "known.yaml: " in ended.err


def test_a_folder_is_no_file(curtain, line, tmp_path):
    assert curtain(*line, "--known", tmp_path).code == 2
