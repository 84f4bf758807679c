from __future__ import annotations

import base64
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from audit import text
from audit.cli import terminal
from audit.cli.main import run
from audit.formats.base import Reveal
from audit.photos import read
from tests.pictures import SERIAL, album, photo, plain, unread_head
from tests.scrubs import tree

MAIN = [sys.executable, "-c", "from audit.cli.main import main; main()"]


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    text.choose("en")


def report_of(path):
    found = json.loads(path.read_text())
    schema = json.loads((files("audit") / "schemas" / "scrub-1.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    return found


def test_copies_and_their_summary(tmp_path, capsys):
    folder = album(tmp_path / "photos")
    (folder / "clean.jpg").write_bytes(plain())
    assert run(["scrub", str(folder), "--to", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    lines = shown.out.splitlines()
    assert lines[0].startswith(f"3 files cleaned into {tmp_path / 'out'} · ")
    assert lines[1] == "  1 was clean already"
    shown = " ".join(" ".join(lines[2:]).split())
    assert (
        "removed: places 3 · times 3 · device 3 · serial numbers 3 · names 3 · previews 3 kept: orientation 3"
        in shown
    )
    assert lines[-2:] == [
        "The originals still hold everything.",
        "File names with dates stay as they are, unless you add --rename.",
    ]


def test_a_medium_that_cannot_be_cleaned_gives_1(tmp_path, capsys):
    (tmp_path / "a.jp2").write_bytes(unread_head())
    assert run(["scrub", str(tmp_path / "a.jp2"), "--to", str(tmp_path / "out")]) == 1
    assert "JPEG 2000 is not cleaned yet: export it as JPEG or PNG first" in capsys.readouterr().out


def test_other_files_change_no_exit_status(tmp_path, capsys):
    (tmp_path / "a.txt").write_bytes(b"words")
    assert run(["scrub", str(tmp_path / "a.txt"), "--to", str(tmp_path / "out")]) == 0
    assert "1 other file is no picture, video or document" in capsys.readouterr().out


def test_the_report(tmp_path):
    folder = album(tmp_path / "photos")
    with open(os.fsencode(folder) + b"/\xff.jpg", "wb") as file:
        file.write(photo())
    path = tmp_path / "report.json"
    arguments = ["scrub", str(folder), "--to", str(tmp_path / "out"), "--report", str(path)]
    assert run(arguments) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = report_of(path)
    assert found["totals"]["scrubbed"] == 4
    odd = next(row for row in found["files"] if "source_bytes" in row)
    assert base64.b64decode(odd["source_bytes"]).endswith(b"/\xff.jpg")
    assert base64.b64decode(odd["output_bytes"]).endswith(b"/\xff.jpg")
    before = path.read_bytes()
    assert run(arguments) == 2
    assert path.read_bytes() == before
    assert run([*arguments, "--force"]) == 0
    assert report_of(path)["totals"]["already-clean"] == 4


def test_the_report_has_checksums_and_says_what_they_mean(tmp_path):
    folder = album(tmp_path / "photos")
    (folder / "clean.jpg").write_bytes(plain())
    path = tmp_path / "report.json"
    arguments = ["scrub", str(folder), "--to", str(tmp_path / "out"), "--force", "--report", str(path)]
    for _ in range(2):
        assert run(arguments) == 0
        found = report_of(path)
        for row in found["files"]:
            before, after = row["sha256"]["before"], row["sha256"]["after"]
            assert before == sha256(Path(row["source"]).read_bytes()).hexdigest()
            assert after == sha256(Path(row["output"]).read_bytes()).hexdigest()
            assert (before == after) == row["source"].endswith("clean.jpg")
    assert any("no sign that it was tampered with" in words for words in found["to_know"])


def test_the_place_is_kept_only_after_two_questions(tmp_path, monkeypatch, capsys):
    folder = album(tmp_path / "photos", 1)
    asked = []

    def answers(*given):
        left = list(given)
        monkeypatch.setattr(terminal, "ask", lambda words: asked.append(words) or left.pop(0))

    arguments = ["scrub", str(folder), "--to", str(tmp_path / "out"), "--keep", "location"]
    answers(True, False)
    assert run(arguments) == 0
    assert len(asked) == 2
    assert not (tmp_path / "out").exists()
    answers(None)
    assert run(arguments) == 2
    assert "Add --yes" in capsys.readouterr().err
    answers(True, True)
    assert run(arguments) == 0
    assert "kept: orientation 1 · place 1" in capsys.readouterr().out
    found = read(str(tmp_path / "out" / "photos" / "deep" / "IMG_0.jpg"))
    assert found.reveals == (Reveal.LOCATION,)


def test_verified_by_decoding(tmp_path, capsys):
    folder = album(tmp_path / "photos")
    arguments = ["scrub", str(folder), "--to"]
    assert run([*arguments, str(tmp_path / "a"), "--verify", "decode"]) == 0
    assert "compared pixel by pixel: 3, all the same" in capsys.readouterr().out
    assert run([*arguments, str(tmp_path / "b")]) == 0
    assert "pixel by pixel" not in capsys.readouterr().out


def test_originals_are_kept_beside(tmp_path, capsys):
    folder = album(tmp_path / "photos")
    before = {name: (folder / name).read_bytes() for name in tree(folder)}
    assert run(["scrub", str(folder), "--in-place", "--backup", str(tmp_path / "old")]) == 0
    assert "The originals are in" in capsys.readouterr().out
    assert {name: (tmp_path / "old" / "photos" / name).read_bytes() for name in tree(folder)} == before
    assert all((folder / name).read_bytes() != data for name, data in before.items())


def test_a_report_in_a_synced_folder_is_warned_of(tmp_path, capsys):
    (tmp_path / ".stfolder").mkdir()
    album(tmp_path / "photos", 1)
    run(
        [
            "scrub",
            str(tmp_path / "photos"),
            "--to",
            str(tmp_path / "out"),
            "--report",
            str(tmp_path / "r.json"),
        ]
    )
    assert "shared with Syncthing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{}"], "--to DIR"),
        (["{}", "--to", "x", "--in-place"], "one of the two"),
        (["{}", "--to", "{}"], "folder of their own"),
        (["{}/none", "--to", "x"], "no file or folder"),
        (["{}", "--in-place", "--keep", "icc", "--drop", "icc"], "Choose one"),
        (["{}", "--to", "{}/IMG_1.jpg"], "not a folder"),
        (["{}", "--in-place", "--report", "{}/IMG_1.jpg"], "exists already"),
        (["{}", "--in-place", "--rename"], "goes with --to"),
        (["{}", "--to", "x", "--backup", "y"], "--in-place"),
        (["{}", "--in-place", "--backup", "{}/IMG_1.jpg"], "not a folder"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_gives_2_and_changes_nothing(tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    folder = album(tmp_path / "photos")
    before = sorted((path, path.stat().st_ino) for path in tmp_path.rglob("*"))
    assert run(["scrub", *(each.format(folder) for each in arguments)]) == 2
    assert words in capsys.readouterr().err
    assert sorted((path, path.stat().st_ino) for path in tmp_path.rglob("*")) == before


# --- in place, in a shared folder


@pytest.fixture
def shared(tmp_path):
    folder = album(tmp_path / "Sync")
    (folder / ".stfolder").mkdir()
    return folder


def test_in_place_where_nobody_can_be_asked(shared):
    arguments = [*MAIN, "scrub", str(shared), "--in-place"]
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "shared with Syncthing" in done.stderr
    assert "Add --yes" in done.stderr
    assert SERIAL in (shared / "IMG_1.jpg").read_bytes()


def test_in_place_with_yes(shared, capsys):
    assert run(["scrub", str(shared), "--in-place", "--yes"]) == 0
    assert "changes on the other side too" in capsys.readouterr().err
    assert SERIAL not in (shared / "IMG_1.jpg").read_bytes()


@pytest.mark.parametrize(("answer", "cleaned"), [(b"n\n", False), (b"y\n", True)])
def test_in_place_asks_in_a_terminal(shared, answer, cleaned):
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    done = subprocess.run(
        [*MAIN, "scrub", str(shared), "--in-place"], stdin=theirs, capture_output=True, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 0
    assert (SERIAL not in (shared / "IMG_1.jpg").read_bytes()) == cleaned
    assert cleaned or b"Nothing was changed" in done.stdout


def test_in_place_elsewhere_asks_nothing(tmp_path):
    folder = album(tmp_path / "photos")
    assert run(["scrub", str(folder), "--in-place"]) == 0
    assert SERIAL not in (folder / "IMG_1.jpg").read_bytes()


# --- stopping


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_cleanly_and_says_how_far_it_got(tmp_path, jobs):
    folder = album(tmp_path / "photos", 60)
    slow = "import audit.scrubber as s, time; i = s.identify; s.identify = lambda *a: (time.sleep(0.05), i(*a))[1]; "
    code = slow + "from audit.cli.main import main; main()"
    arguments = ["scrub", folder, "--to", tmp_path / "out", "--jobs", jobs, "--report", tmp_path / "r.json"]
    begun = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 10
    while not (tmp_path / "out" / "photos" / "IMG_2.jpg").exists() and time.monotonic() < until:
        time.sleep(0.01)
    begun.send_signal(signal.SIGINT)
    _, errors = begun.communicate(timeout=20)
    assert begun.returncode == 130
    found = report_of(tmp_path / "r.json")
    done = found["totals"]["files"]
    assert 0 < done < 60
    assert found["interrupted"]
    assert f"Stopped: {done} of 60 files" in errors
    assert {row["output"] for row in found["files"]} == {
        str(path) for path in (tmp_path / "out").rglob("*.*")
    }


# --- words


def test_hostile_names_stay_text(tmp_path, capsys):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("[bold]a.jp2", "\x1b[2Jb.jp2", "c\nd.jp2", "\u202egnp.jp2"):
        (folder / name).write_bytes(unread_head())
    assert run(["scrub", str(folder), "--to", str(tmp_path / "out")]) == 1
    out = capsys.readouterr().out
    assert "[bold]a.jp2" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "c\\nd.jp2" in out


def test_many_files_of_one_reason_are_not_all_named(tmp_path, capsys):
    for k in range(50):
        (tmp_path / f"{k}.jp2").write_bytes(unread_head())
    run(["scrub", str(tmp_path), "--to", str(tmp_path / "out")])
    out = capsys.readouterr().out
    assert out.count(".jp2") == 5
    assert "and 45 more" in out


def test_files_damaged_alike_are_told_together(tmp_path, capsys):
    head, body = photo()[:2], photo()[2:]
    for k in range(4):
        (tmp_path / f"{k}.jpg").write_bytes(head + b"\xff\xfe\0\2" * k + b"\xff\xd9" + body)
    report = tmp_path / "list.json"
    assert run(["scrub", str(tmp_path), "--to", str(tmp_path / "out"), "--report", str(report)]) == 1
    assert capsys.readouterr().out.count("the file is damaged") == 1
    offsets = [each["offset"] for each in report_of(report)["files"]]
    assert len(set(offsets)) == 4
    assert None not in offsets


def test_help(capsys):
    assert run(["scrub", "--help"]) == 0
    assert "curtain scrub ~/Pictures/holiday --to ~/to-share" in capsys.readouterr().out
