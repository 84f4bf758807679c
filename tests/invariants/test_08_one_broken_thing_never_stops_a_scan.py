"""Invariant 8: one broken rule, parser or file never stops a scan, and is named."""

from __future__ import annotations

import os

import pytest

from audit.artifacts import browser
from tests.cli.command import GRANT, Curtain
from tests.invariants import home as homes
from tests.test_registry import rules_dir  # noqa: F401 - a fixture


@pytest.fixture
def curtain(capsys):
    return Curtain(capsys)


def results(value):
    return {row["rule"]: row for row in value["results"]}


BROKEN = [
    (".config/chromium/Default/Preferences", b"\xff\0{"),
    (".config/chromium/Default/Preferences", b"[" * 200_000),
    (".config/chromium/Default/Preferences", b'{"profile": 3}'),
    (".config/syncthing/config.xml", b"<configuration><folder"),
    (".config/syncthing/config.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><configuration>&a;</configuration>'),
    (".mozilla/firefox/abc.default/permissions.sqlite", b"SQLite format 3\0" + b"\xff" * 600),
    (".config/rclone/rclone.conf", b"[x\n\xff"),
    (".config/user-dirs.dirs", b"\xff\0"),
]


@pytest.mark.parametrize(("place", "data"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file(curtain, tmp_path, place, data):
    home = homes.full(tmp_path / "alice")
    (home / place).parent.mkdir(parents=True, exist_ok=True)
    (home / place).write_bytes(data)
    value = curtain.json("scan", "--root", home)
    assert "error" not in {row["status"] for row in value["results"]}
    assert "crashed" not in {gap["kind"] for row in value["results"] for gap in row["gaps"]}
    assert sum(len(row["findings"]) for row in value["results"]) >= 1


@pytest.mark.skipif(os.geteuid() == 0 and not hasattr(os, "fork"), reason="needs a child")
def test_a_broken_parser(curtain, tmp_path, monkeypatch):
    def broken(data):
        raise ZeroDivisionError

    monkeypatch.setattr(browser, "parse_chromium", broken)
    rows = results(curtain.json("scan", "--root", homes.full(tmp_path / "alice")))
    assert rows[GRANT]["gaps"][0]["kind"] == "malformed"
    assert [each["params"]["site"] for each in rows[GRANT]["findings"]] == ["https://call.example.org"]
    assert rows["photos/location"]["findings"]


def test_a_broken_rule(curtain, tmp_path, rules_dir):  # noqa: F811
    source = rules_dir / "home" / "webcam_sites.py"
    source.write_text(
        source.read_text().replace("for grant in host.see(SiteGrant):", "for grant in [1 / 0]:")
    )
    value = curtain.json("scan", "--root", homes.full(tmp_path / "alice"), "--rules-dir", rules_dir)
    rows = results(value)
    assert rows["home/webcam-sites"]["status"] == "error"
    assert "ZeroDivisionError" in rows["home/webcam-sites"]["reason"]
    assert rows[GRANT]["status"] == "fail"
    ended = curtain("scan", "--root", tmp_path / "alice", "--rules-dir", rules_dir, "--fail-on", "critical")
    assert ended.code == 0
    assert "home/webcam-sites" in ended.out
