from __future__ import annotations

import json
import os
import shlex
import stat
from importlib.resources import files

import jsonschema
import pytest

from audit import text
from audit.cli.main import run
from tests.pictures import album, drawing, photo, plain, unread_head


@pytest.fixture(autouse=True)
def english():
    text.choose("en")


def valid(found):
    schema = json.loads((files("audit") / "schemas" / "photos-1.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    return found


def test_what_a_stranger_would_learn(tmp_path, capsys):
    folder = album(tmp_path / "photos", 4)
    (folder / "a.jpg").write_bytes(photo(preview=drawing(seed=5)))
    (folder / "b.jp2").write_bytes(unread_head())
    (folder / "c.jpg").write_bytes(b"")
    assert run(["photos", str(folder)]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    out = shown.out
    assert out.startswith("5 files in 2 folders · read in ")
    for line in (
        " places   1 area, around 48.86 N, 2.29 E (weekend mornings)",
        " times    4 May 2025, mostly between 10:00 and 11:00",
        " devices  “BenchCam Model 7” (5, 1 serial number)",
        " serials  5 files hold a serial number",
        " names    “Jane Roe” (5)",
        " hidden   1 picture carries a preview that shows something else",
        "Not read yet, so treat them as if they told everything:  JPEG 2000 1",
        "  it is empty: 1",
        f"Clean copies:  curtain scrub {folder} --to DIR",
    ):
        assert line in out.splitlines()
    assert max(map(len, (line for line in out.splitlines() if "curtain " not in line))) <= 80


def test_folder_by_folder(tmp_path, capsys):
    folder = album(tmp_path / "photos", 4)
    assert run(["photos", str(folder), "--folders"]) == 0
    out = capsys.readouterr().out.splitlines()
    at = out.index(f"{folder / 'deep'} · 1 file")
    assert out[at + 1 :][:3] == [
        " places   1 area, around 48.86 N, 2.29 E",
        " times    4 May 2025",
        " devices  “BenchCam Model 7” (1, 1 serial number)",
    ]
    assert f"{folder} · 3 files" in out
    assert not any(line.startswith("folder ") for line in out)


def test_a_large_collection_is_looked_at_quickly_and_that_is_said(tmp_path, monkeypatch, capsys):
    from audit import photos

    hidden = photo() + b"\xff\xd8\xff\xe0\0\x10JFIF hidden \xff\xd9"
    for name in "abc":
        (tmp_path / f"{name}.jpg").write_bytes(hidden)
    assert run(["photos", str(tmp_path)]) == 0
    assert "a second picture: 3" in capsys.readouterr().out
    monkeypatch.setattr(photos, "COMPARE_BYTES", 2 * photos.LEAST_COST)
    assert run(["photos", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "second picture" not in out
    assert "3 files were not searched for what may hide behind them" in out
    assert "3 previews were not compared with their pictures" in out
    assert f"A closer look takes longer:  curtain photos {tmp_path} --thorough" in out
    assert run(["photos", str(tmp_path), "--thorough"]) == 0
    out = capsys.readouterr().out
    assert "a second picture: 3" in out
    assert "not searched" not in out
    assert "not compared" not in out


def test_a_long_name_and_a_wide_one_stay_within_the_page(tmp_path, capsys):
    album(tmp_path / ("long " * 40) / "写真" / ("写真" * 30), 2)
    assert run(["photos", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = lines[next(at for at, line in enumerate(lines) if line.startswith("folder")) :]
    rows = table[: table.index("")]
    assert max(len(line) + sum(character > "\u2e80" for character in line) for line in rows) <= 80
    assert "".join(row for row in rows if row.strip()).count("写真") == 62
    assert [row.split()[-6:] for row in rows if row.endswith("·")] == [["1", "1", "1", "1", "1", "·"]] * 2


def test_nothing_found_is_not_called_safe(tmp_path, capsys):
    (tmp_path / "a.jpg").write_bytes(plain())
    assert run(["photos", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "Nothing was found" in out
    assert "That is no promise" in out
    assert "safe" not in out
    assert "Clean copies" not in out


def test_json_by_its_schema(tmp_path, capsysbinary):
    folder = album(tmp_path / "photos")
    with open(os.fsencode(folder) + b"/\xff.jpg", "wb") as file:
        file.write(photo())
    (folder / "b.jp2").write_bytes(unread_head())
    (folder / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert run(["photos", str(folder), str(folder / "none"), "--format", "json"]) == 2
    assert run(["photos", str(folder), "--format", "json"]) == 0
    found = valid(json.loads(capsysbinary.readouterr().out))
    rows = {os.path.basename(row["path"]): row for row in found["files"]}
    assert {"group": "EXIF", "name": "BodySerialNumber", "value": "SN-8675309"} in rows["IMG_1.jpg"]["tags"]
    assert "serial" in rows["IMG_1.jpg"]["reveals"]
    assert rows["b.jp2"]["format"] == "JPEG 2000"
    assert "not read yet" in rows["b.jp2"]["error"]
    assert "damaged" in rows["c.png"]["error"]
    assert sum("path_bytes" in row for row in found["files"]) == 1
    assert found["totals"]["pictures"] == 5
    assert found["learned"]["pictures"] == 5
    assert found["learned"]["areas"][0] == {
        "latitude": 48.86,
        "longitude": 2.29,
        "pictures": 4,
        "weekdays": [0, 0, 0, 0],
        "weekends": [0, 4, 0, 0],
    }
    assert {os.path.basename(each["path"]): each["pictures"] for each in found["folders"]} == {
        "photos": 4,
        "deep": 1,
    }
    assert found["folders"][1]["devices"] == [{"value": "BenchCam Model 7", "pictures": 1, "serials": 1}]
    assert found["totals"]["unread"] == {"JPEG 2000": 1}


def test_an_empty_folder_is_valid_json_too(tmp_path, capsysbinary):
    assert run(["photos", str(tmp_path), "--format", "json"]) == 0
    assert valid(json.loads(capsysbinary.readouterr().out))["files"] == []


def test_a_file_is_private_and_never_overwritten(tmp_path, capsys):
    folder, out = album(tmp_path / "photos"), tmp_path / "tags.json"
    arguments = ["photos", str(folder), "--format", "json", "-o", str(out)]
    assert run(arguments) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    valid(json.loads(out.read_text()))
    assert run(arguments) == 2
    assert "exists already" in capsys.readouterr().err
    assert run([*arguments, "--force"]) == 0


@pytest.mark.parametrize("name", ["a b", "it's", "$(touch x)", "-rf", "tab\there", "ünï"])
def test_the_command_to_copy_is_quoted(tmp_path, monkeypatch, capsys, name):
    album(tmp_path / name, 1)
    monkeypatch.chdir(tmp_path)
    assert run(["photos", "--", name]) == 0
    command = capsys.readouterr().out.splitlines()[-1].removeprefix("Clean copies:  ")
    if "\t" in name:
        assert command == "curtain scrub $'tab\\x09here' --to DIR"
    else:
        assert shlex.split(command)[2] in (name, f"./{name}")
        assert not shlex.split(command)[2].startswith("-")


def test_hostile_values_stay_text(tmp_path, capsys):
    import io

    import piexif

    out = io.BytesIO()
    piexif.insert(piexif.dump({"0th": {315: b"\x1b[31m[link=x]Eve"}}), plain(), out)
    (tmp_path / "a.jpg").write_bytes(out.getvalue())
    assert run(["photos", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[link=x]Eve" in shown


def test_help(capsys):
    assert run(["photos", "--help"]) == 0
    assert "curtain photos ~/Pictures" in capsys.readouterr().out
