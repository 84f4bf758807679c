from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import gaps, text
from audit.gaps import WORDS
from audit.model import Gap, GapKind


@pytest.fixture(autouse=True)
def _english():
    text.choose("en")
    yield
    text.choose("en")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain – ünïcödé 日本語 🙂", "plain – ünïcödé 日本語 🙂"),
        ("two\nlines\r\ttab", "two\\nlines\\r\\ttab"),
        ("\x1b[2J\x9b31m", "\\x1b[2J\\x9b31m"),
        ("\u202eexe.gpj", "\\u202eexe.gpj"),
        ("\u2066a\u2069\u200b\ufeff", "\\u2066a\\u2069\\u200b\\ufeff"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
    ],
)
def test_printable(said, shown):
    assert text.printable(said) == shown


def test_long_text_is_cut():
    assert text.printable("a" * 1000) == "a" * 400 + "…"
    assert text.printable("a" * 400) == "a" * 400
    assert len(text.printable("\x00" * 10_000)) <= 401


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("~", "~"),
        ("~/", "~/"),
        ("~/Pictures", "~/Pictures"),
        ("~/My Pictures", "~/'My Pictures'"),
        ("~alice", "'~alice'"),
        ("$(rm -rf ~)", "'$(rm -rf ~)'"),
        ("it's", "'it'\"'\"'s'"),
        ("-rf", "-rf"),
        ("", "''"),
    ],
)
def test_quoted(path, word):
    assert text.quoted(path) == word


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
def test_a_quoted_word_is_one_word(path):
    assert shlex.split(text.quoted(path)) == [path]


def test_the_shell_agrees():
    hostile = "$(touch /tmp/x) `id` ; \\ ' \" & > | * ?"
    told = subprocess.run(
        ["sh", "-c", f"printf %s {text.quoted(hostile)}"], capture_output=True, text=True, check=True
    )
    assert told.stdout == hostile


def test_fill():
    values = {"site": "https://a.example\x1b[1m", "place": "~/a b"}
    assert text.fill("{site} in {place}", values) == "https://a.example\\x1b[1m in ~/a b"
    assert text.fill("do `ls {place}` now", values) == "do `ls ~/'a b'` now"
    assert text.fill("{unknown} {Not_a} {{x}}", values) == "{unknown} {Not_a} {{x}}"


def test_values_are_never_templates():
    assert text.fill("{a}", {"a": "{b}", "b": "no"}) == "{b}"
    assert text.fill("{a} `{a}`", {"a": "` {b} `", "b": "no"}).count("no") == 0


def test_placeholders():
    assert text.placeholders("{a} `{b_2}` {C} {}") == {"a", "b_2"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "xx_XX.UTF-8"}, "en"),
        ({"LANG": ""}, "en"),
        ({"LC_ALL": "", "LANG": "en_GB.UTF-8"}, "en"),
    ],
)
def test_language_of_the_environment(environ, expected):
    assert text.language_of_environment(environ) == expected


def test_the_more_special_variable_wins(monkeypatch):
    monkeypatch.setattr(text, "languages", lambda: ["en", "es"])
    assert text.language_of_environment({"LC_ALL": "es_ES.UTF-8", "LANG": "en_GB"}) == "es"
    assert text.language_of_environment({"LC_MESSAGES": "es@euro", "LANG": "en_GB"}) == "es"
    assert text.language_of_environment({"LC_ALL": "C", "LANG": "es"}) == "en"


@pytest.mark.parametrize("kind", GapKind)
def test_every_gap_has_words(kind):
    params = {name: f"<{name}>" for part in WORDS[kind] for name in text.placeholders(part)}
    for part in gaps.words(Gap(kind, params)):
        assert "{" not in part
    what, why, _ = gaps.words(Gap(kind, params))
    assert what
    assert why


def test_gaps_show_device_text_safely():
    assert "\x1b" not in "".join(gaps.words(Gap(GapKind.UNREADABLE, {"path": "~/\x1b[2J"})))


@pytest.mark.parametrize(("code", "locale"), [("en", "en_150"), ("es", "es")])
def test_days_are_written_as_the_common_locale_data_has_it(code, locale):
    from datetime import date

    from babel.dates import format_date

    text.choose(code)
    for month in range(1, 13):
        when = date(2025, month, 2 * month)
        assert text.day(when) == format_date(when, "long", locale=locale)
    text.choose("en")
