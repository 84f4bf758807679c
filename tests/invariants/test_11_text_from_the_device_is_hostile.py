"""Invariant 11: text from the device never becomes markup, a style, a link, a command or a terminal escape.

Every report format is held to the same with made-up findings by `tests.contracts.report`; here: a whole device.
"""

from __future__ import annotations

import json
import os
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import text
from tests.artifacts.devices import device
from tests.cli.command import PREFERENCES, SAFE, Curtain
from tests.contracts.report import UNSAFE
from tests.pictures import photo

NAME = "x\n\x1b[2J\x1b]8;;evil\x07[bold red]y[red]`id`$(touch owned)\u202e;'\" -rf"
BYTES = NAME.encode() + b"\xff"


@pytest.fixture
def home(tmp_path):
    home = device(
        tmp_path / "alice",
        {
            f".config/chromium/{NAME}/Preferences": PREFERENCES.replace(
                "meet.example.org", "meet.example.org" + json.dumps(NAME)[1:-1].replace(",", "")
            ),
            f".config/chromium/{NAME}2/Preferences": PREFERENCES,
            f"Pictures/{NAME}/one.jpg": photo(),
            f"Pictures/{NAME}/\x1b[31mtwo.jp2": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99),
        },
    )
    odd = os.fsencode(home) + b"/Pictures/" + BYTES
    os.mkdir(odd)
    with open(odd + b"/three.jpg", "wb") as picture:
        picture.write(photo())
    return home


@pytest.mark.parametrize("format_name", ["terminal", "json"])
@pytest.mark.parametrize("language", text.languages())
def test_a_device_full_of_it(home, tmp_path, capsys, format_name, language):
    (tmp_path / "answers").write_text(SAFE)
    more = ["--root", home, "--answers", tmp_path / "answers", "--lang", language]
    ended = Curtain(capsys)("scan", *more, "--format", format_name)
    assert ended.code == 0
    assert [character for character in UNSAFE if character in ended.out + ended.err] == []
    assert "https://meet.example.org" in ended.out
    if format_name == "terminal":
        assert "[bold red]y[red]" in ended.out  # shown as it is called, not in red
        assert "\\x1b[2J" in ended.out


def test_photos_too(home, capsys):
    ended = Curtain(capsys)("photos", home / "Pictures")
    assert [character for character in UNSAFE if character in ended.out + ended.err] == []


@given(st.text(st.characters()))
def test_printable_text_cannot_steer_a_terminal(said):
    shown = text.printable(said)
    assert not [character for character in shown if character in UNSAFE or ord(character) < 32]
    assert len(shown) <= 401
    shown.encode("utf-8")


@given(st.text(st.characters()))
def test_a_value_in_a_command_is_one_word(said):
    filled = text.fill("`curtain photos {path}`", {"path": said}).strip("`")
    words = shlex.split(text.fill("`curtain photos {path}`", {"path": said})[1:-1])
    assert words[:2] == ["curtain", "photos"]
    assert len(words) == 3
    assert "\n" not in filled


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_template(first, second):
    once = text.fill("{a}", {"a": first, "b": second})
    assert once == text.LIST.join(text.printable(word) for word in first.split(text.LIST))
