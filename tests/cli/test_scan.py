from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

from audit.text import languages
from tests.artifacts.devices import PASSWD, device
from tests.cli.command import GRANT, HOME, PREFERENCES, ROOT, SAFE, process
from tests.reports.test_json import VALIDATOR
from tests.test_registry import package, rules_dir  # noqa: F401 - a fixture


def results(value):
    return {row["rule"]: row for row in value["results"]}


def test_a_copied_home(curtain, home):
    value = curtain.json("scan", "--root", home, "--no-photos")
    VALIDATOR.validate(value)
    rows = results(value)
    (finding,) = rows[GRANT]["findings"]
    assert finding["params"]["site"] == "https://meet.example.org"
    assert finding["evidence"][0]["locator"] == "~/.config/chromium/Default/Preferences"
    assert rows["camera/held-now"]["status"] == "notchecked"
    assert rows["camera/held-now"]["gaps"]
    assert str(home) not in json.dumps(value)
    assert value["host"]["kind"] == "tree"


def test_a_mounted_system(curtain, tmp_path):
    files = {f"home/alice/{path}": content for path, content in HOME.items()}
    root = device(tmp_path, {"etc/passwd": PASSWD, **files})
    value = curtain.json("scan", "--root", root, "--no-photos")
    assert results(value)[GRANT]["status"] == "fail"
    assert str(root) not in json.dumps(value)


@pytest.mark.parametrize("form", ["home", "system"])
def test_a_snapshot_gives_the_same_findings(curtain, home, tmp_path, form):
    root = home
    if form == "system":
        files = {f"home/alice/{path}": content for path, content in HOME.items()}
        root = device(
            tmp_path / "disk", {"etc/passwd": PASSWD, "etc/hostname": "alice-miller-laptop\n", **files}
        )
    kept = tmp_path / "device.jsonl"
    assert curtain("snapshot", "-o", kept, "--root", root).code == 0
    direct = curtain.json("scan", "--root", root)
    again = curtain.json("scan", "--from", kept)
    assert again["host"]["kind"] == "snapshot"
    for name in ("results", "coverage", "checklist"):
        assert again[name] == direct[name]
    assert any(row["status"] == "fail" for row in again["results"])


def test_this_machine(curtain):
    value = curtain.json("scan", "--no-photos")
    VALIDATOR.validate(value)
    assert value["host"]["kind"] == "live"
    assert results(value)["camera/held-now"]["status"] in {"pass", "fail", "notchecked"}
    assert not [row for row in value["results"] if row["status"] == "error"]
    assert not [gap for row in value["results"] for gap in row["gaps"] if gap["kind"] == "crashed"]


@pytest.mark.parametrize(("severity", "code"), [(None, 0), ("low", 1), ("high", 0), ("critical", 0)])
def test_fail_on(curtain, home, severity, code):
    more = ["--fail-on", severity] if severity else []
    ended = curtain("scan", "--root", home, "--no-photos", "--rule", GRANT, *more)
    assert (ended.code, bool(ended.out)) == (code, True)


def test_globs(curtain, home):
    def ran(*more):
        return list(results(curtain.json("scan", "--root", home, "--no-photos", *more)))

    everything = ran()
    cameras = [name for name in everything if name.startswith("camera/")]
    assert ran("--rule", "camera/*") == cameras
    assert ran("--skip", "camera/*") == [name for name in everything if name not in cameras]
    assert ran("--rule", "camera/*", "--skip", "*/site-grants") == [name for name in cameras if name != GRANT]
    assert ran("--rule", GRANT, "--rule", "access/device-name") == ["access/device-name", GRANT]


def test_pictures_left_out_were_not_seen(curtain, home):
    rows = results(curtain.json("scan", "--root", home, "--no-photos", "--rule", "photos/*"))
    assert {row["status"] for row in rows.values()} == {"notchecked"}


def test_held_steps_and_answers(curtain, home, tmp_path):
    line = ["scan", "--root", home, "--no-photos", "--rule", GRANT]
    asked = curtain(*line)
    assert "HELD BACK" in asked.out
    assert "Open Chromium" not in asked.out
    (tmp_path / "answers.yaml").write_text(SAFE)
    told = curtain(*line, "--answers", tmp_path / "answers.yaml")
    assert "HELD BACK" not in told.out
    assert "Open Chromium" in told.out
    assert "Before you act:" in told.out
    value = curtain.json(*line)
    assert [step["held"] for step in value["checklist"] if step["id"] == f"harden/{GRANT}"] == [True]


def test_answers_are_never_stored(curtain, home, tmp_path):
    (tmp_path / "answers.yaml").write_text("danger: yes\n")
    value = curtain.json("scan", "--root", home, "--no-photos", "--answers", tmp_path / "answers.yaml")
    assert "danger" not in json.dumps({**value, "checklist": []})


@pytest.mark.parametrize("words", ["watched: perhaps", "nonsense", "[", "\xff\xfe"])
def test_answers_that_cannot_be_used(curtain, home, tmp_path, words):
    (tmp_path / "answers.yaml").write_bytes(words.encode("latin-1"))
    ended = curtain("scan", "--root", home, "--answers", tmp_path / "answers.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err


def test_a_report_file_is_private_and_never_replaced_unasked(curtain, home, tmp_path):
    line = ["scan", "--root", home, "--no-photos", "--format", "json", "-o", tmp_path / "report.json"]
    assert curtain(*line) == (0, "", "")
    first = (tmp_path / "report.json").read_text()
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o600
    ended = curtain(*line)
    assert ended.code == 2
    assert "exists already" in ended.err
    assert (tmp_path / "report.json").read_text() == first
    assert curtain(*line, "--force").code == 0
    assert (tmp_path / "report.json").read_text() != first
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o600


def test_a_refused_file_costs_no_scan(curtain, home, tmp_path, monkeypatch):
    monkeypatch.setattr("audit.scan.scan", lambda *_: pytest.fail("scanned"))
    assert curtain("scan", "--root", home, "-o", tmp_path / "missing" / "report").code == 2


def test_a_report_in_a_synced_folder_is_warned_of(curtain, home, tmp_path):
    (tmp_path / "shared" / ".stfolder").mkdir(parents=True)
    ended = curtain("scan", "--root", home, "--no-photos", "-o", tmp_path / "shared" / "report")
    assert ended.code == 0
    assert "Syncthing" in ended.err


@pytest.mark.parametrize("words", ["", "nonsense", '{"schema": "drawncurtain.report/1"}'])
def test_what_is_no_snapshot(curtain, tmp_path, words):
    (tmp_path / "file").write_text(words)
    ended = curtain("scan", "--from", tmp_path / "file")
    assert (ended.code, ended.out) == (2, "")
    assert "cannot be read as a snapshot" in ended.err


def test_a_snapshot_that_is_no_text(curtain, tmp_path):
    (tmp_path / "file").write_bytes(b"\xff\xfe\0")
    assert curtain("scan", "--from", tmp_path / "file").code == 2


@pytest.mark.parametrize("language", languages())
def test_every_language(curtain, home, language):
    ended = curtain("scan", "--root", home, "--no-photos", "--lang", language)
    assert (ended.code, ended.err) == (0, "")
    assert curtain.json("scan", "--root", home, "--no-photos", "--lang", language)["lang"] == language


def test_rules_from_a_folder(curtain, home, rules_dir):  # noqa: F811
    value = curtain.json("scan", "--root", home, "--no-photos", "--rules-dir", rules_dir)
    assert results(value)["home/webcam-sites"]["status"] in {"pass", "notchecked"}
    assert {"home/webcam-sites": str(rules_dir)}.items() <= {
        row["rule"]: row["origin"] for row in value["tool"]["rules"]
    }.items()


def test_a_folder_of_rules_that_others_can_write_is_refused(curtain, home, rules_dir):  # noqa: F811
    rules_dir.chmod(0o777)
    ended = curtain("scan", "--root", home, "--rules-dir", rules_dir)
    assert (ended.code, ended.out) == (2, "")
    assert "can be changed by other users" in ended.err


def test_a_duplicate_rule_is_refused(curtain, home, rules_dir):  # noqa: F811
    ended = curtain("scan", "--root", home, "--rules-dir", rules_dir, "--rules-dir", rules_dir)
    assert ended.code == 2
    assert "Two rules are called" in ended.err


def test_an_installed_package_of_rules(home, tmp_path):
    """Found, run and shown with its origin, in a process that only has it on its path."""
    site = package(tmp_path / "site")
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{site}"}

    def run(*arguments):
        start = [sys.executable, "-c", "from audit.cli.main import main; main()", *map(str, arguments)]
        return subprocess.run(start, env=env, capture_output=True, text=True, check=True).stdout

    assert "(curtain-rules-home 2.1)" in run("rules", "list")
    assert "from curtain-rules-home 2.1" in run("rules", "show", "home/webcam-sites")
    http = PREFERENCES.replace("https://meet.example.org:443", "http://cam.example.org:80")
    (home / ".config/chromium/Default/Preferences").write_text(http)
    value = json.loads(run("scan", "--root", home, "--no-photos", "--format", "json"))
    assert results(value)["home/webcam-sites"]["status"] == "fail"
    assert ("home/webcam-sites", "curtain-rules-home 2.1") in [
        (row["rule"], row["origin"]) for row in value["tool"]["rules"]
    ]


def test_a_narrow_terminal(home):
    env = {"COLUMNS": "40", "TERM": "dumb"}
    with process("scan", "--root", str(home), "--no-photos", env=env) as running:
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, "")
    assert out.strip()


def test_pictures_named_as_people_name_them(curtain, home, tmp_path, monkeypatch):
    """A folder given by a path from here is the folder here, on this machine."""
    (tmp_path / "pictures").mkdir()
    monkeypatch.chdir(tmp_path)
    line = ["scan", "--rule", "photos/location"]
    for given in ("pictures", "./pictures", str(tmp_path / "pictures"), "../" + tmp_path.name + "/pictures"):
        rows = results(curtain.json(*line, "--photos", given))
        assert rows["photos/location"]["gaps"] == []


def test_pictures_that_are_not_there_are_said(curtain, home):
    ended = curtain("scan", "--rule", "photos/location", "--photos", "/no/such/folder")
    assert ended.code == 2 or "/no/such/folder" in ended.out


@pytest.mark.parametrize("given", ["{root}/home/alice/Pictures", "/home/alice/Pictures", "~/Pictures"])
def test_pictures_of_a_mounted_system(curtain, tmp_path, given):
    root = device(tmp_path, {"etc/passwd": PASSWD, "home/alice/Pictures/": "", "home/alice/Documents/": ""})
    picture = root / "home/alice/Pictures/one.jp2"
    picture.write_bytes(b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100))
    value = curtain.json(
        "scan", "--root", root, "--rule", "photos/location", "--photos", given.format(root=root)
    )
    assert [gap["kind"] for gap in results(value)["photos/location"]["gaps"]] == ["not-read-yet"]


def test_pictures_of_a_copied_home(curtain, home):
    (home / "Pictures").mkdir()
    (home / "Pictures" / "one.jp2").write_bytes(b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100))
    for given in (home / "Pictures", "~/Pictures", "/home/alice/Pictures"):
        value = curtain.json("scan", "--root", home, "--rule", "photos/location", "--photos", given)
        assert [gap["kind"] for gap in results(value)["photos/location"]["gaps"]] == ["not-read-yet"]


def test_a_running_machine_of_another_kind_gets_a_sentence(curtain, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    ended = curtain("scan", "--no-photos")
    assert ended.code == 2
    assert "on Linux only" in ended.err


def test_timings_stand_apart_from_the_report(curtain, home):
    line = ["scan", "--root", home, "--rule", GRANT, "--rule", "photos/location"]
    timed = curtain(*line, "--timings")
    assert timed.code == 0
    named = [row.rsplit(maxsplit=2)[0].strip() for row in timed.err.splitlines()]
    assert named[:4] == ["start-up", "reading the device", "pictures", "all checks together"]
    assert sorted(named[4:]) == [GRANT, "photos/location"]
    assert timed.out.splitlines()[1:] == curtain(*line).out.splitlines()[1:]
    assert curtain(*line).err == ""
