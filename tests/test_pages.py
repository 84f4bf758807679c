from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import pages
from audit.model import Platform
from tests.machines import PAGE


def test_a_page():
    page = pages.parse(PAGE)
    assert page.title == "Look at {kind} things"
    assert page.section(pages.FINDING) == "{thing} is in {place}."
    assert page.steps(Platform.LINUX)[0].startswith("Look at {thing}:")
    assert page.steps(Platform.WINDOWS) == ["Look."]
    assert page.section("No such heading") == ""


def test_running_text_and_items():
    assert pages.parse("## Why it matters\none\ntwo\n\nthree\n").paragraph(pages.WHY) == "one two three"
    assert [
        " ".join(each.split()) for each in pages.items("intro\n1. one\n   more\n2. two\n- three\n* four")
    ] == [
        "one more",
        "two",
        "three",
        "four",
    ]


@pytest.fixture
def stem(tmp_path):
    (tmp_path / "rule.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "rule.es.md").write_text("# Mira\n\n## Why it matters\nImporta.\n", encoding="utf-8")
    return tmp_path / "rule"


def test_a_translation_falls_back_heading_by_heading(stem):
    page = pages.page_of(stem, "es")
    assert (page.title, page.section(pages.WHY)) == ("Mira", "Importa.")
    assert page.section(pages.BEFORE) == pages.page_of(stem).section(pages.BEFORE) != ""


def test_a_language_without_a_page_is_english(stem):
    assert pages.page_of(stem, "fr") == pages.page_of(stem)


def test_pages_that_cannot_be_read_are_empty(tmp_path):
    (tmp_path / "bad.md").write_bytes(b"# \xff\xfe")
    (tmp_path / "folder.md").mkdir()
    for name in ("bad", "folder", "missing"):
        assert pages.page_of(tmp_path / name) == pages.Page({})


@given(st.text())
def test_any_text(text):
    page = pages.parse(text)
    assert all(isinstance(page.steps(platform), list) for platform in Platform)
