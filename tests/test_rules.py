from __future__ import annotations

import shlex

import pytest

from audit import pages, registry
from audit.checklist import STEPS
from audit.text import languages, placeholders
from tests import words
from tests.contracts.rule import RuleContract, commands, unknown

RULES = registry.load()


class TestEveryRule(RuleContract):
    rules = RULES


def test_the_rules_of_the_first_version_are_there():
    families = {each.family for each in RULES}
    assert len(RULES) >= 18
    assert {"camera", "stalkerware", "sync", "photos", "access"} <= families


@pytest.mark.parametrize("path", words.pages(), ids=lambda path: str(path.relative_to(words.ROOT)))
def test_no_page_says_what_is_never_said(path):
    assert list(words.said(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", words.pages(), ids=lambda path: str(path.relative_to(words.ROOT)))
def test_commands_on_pages_exist(path):
    for line in commands(path.read_text(encoding="utf-8")):
        assert unknown(line) is None, shlex.join(line)


@pytest.mark.parametrize(
    "sentence",
    [
        "You should have looked earlier.",
        "Deberías haber mirado antes.",
        "This is revenge porn.",
        "Your device is clean.",
        "El dispositivo está limpio.",
        "Act now!",
        "This guarantees your privacy.",
        "Uninstall it immediately.",
    ],
)
def test_the_list_of_what_is_never_said_finds_it(sentence):
    assert list(words.said(f"# A title\n\nA calm sentence. {sentence}\n"))


@pytest.mark.parametrize("sentence", ["It never says that a device is safe.", "There is no need to hurry."])
def test_what_is_denied_may_be_said(sentence):
    assert not list(words.said(sentence))


def test_commands_that_do_not_exist_are_found():
    assert unknown(["curtain", "scan", "--photos", "DIR"]) is None
    assert unknown(["curtain", "rules", "show", "a/b"]) is None
    assert unknown(["curtain", "burn"]) == "burn"
    assert unknown(["curtain", "rules", "forget"]) == "forget"
    assert unknown(["curtain", "scan", "--everything"]) == "--everything"


@pytest.mark.parametrize("path", sorted(STEPS.glob("*.md")), ids=lambda path: path.name)
def test_pages_of_shared_steps(path):
    page = pages.parse(path.read_text(encoding="utf-8"))
    assert set(page.sections) == {pages.TITLE, pages.WHY, pages.DO}
    assert pages.items(page.section(pages.DO))
    assert not any(placeholders(section) for section in page.sections.values())
    assert not words.CHANGES.search(page.title)


@pytest.mark.skipif(languages() == ["en"], reason="no translation yet")
def test_at_least_five_rules_speak_spanish():
    assert sum(pages.path_of(each.page, "es").exists() for each in RULES) >= 5
