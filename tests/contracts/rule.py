"""What every rule promises. A test class inherits this and names its rules; authors of rules elsewhere may too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import click
import pytest

from audit import cases, pages
from audit.artifacts.answer import Answer
from audit.cli.group import command as curtain
from audit.model import Caution, Confidence, Platform, Severity, Status
from audit.purity import impurities
from audit.registry import LoadedRule
from audit.text import languages, placeholders
from tests import words

MOST_LINES = 80
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"^- \[[^\]]+\]\((?P<address>[^)\s]+)\)$")
_PASSING = re.compile(r"\b(?:pid|20\d\d-\d\d-\d\d|\d\d:\d\d)\b|\b\d{5,}\b")


def commands(text: str) -> Iterator[list[str]]:
    """The `curtain …` command lines of a page."""
    for span in _SPAN.findall(text):
        if span.startswith("curtain "):
            yield shlex.split(span.replace("…", ""))


def unknown(line: Sequence[str]) -> str | None:
    """What a command line names that `curtain` does not have, or None."""
    command: click.Command = curtain
    waiting = list(line[1:])
    with click.Context(curtain) as context:
        while waiting and isinstance(command, click.Group):
            found = command.get_command(context, waiting[0])
            if found is None:
                return waiting[0]
            command, waiting = found, waiting[1:]
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((word for word in waiting if word.startswith("-") and word not in known), None)


class RuleContract:
    rules: ClassVar[Sequence[LoadedRule]]

    def pytest_generate_tests(self, metafunc: Any) -> None:
        if "loaded" in metafunc.fixturenames:
            rules = metafunc.cls.rules
            metafunc.parametrize("loaded", rules, ids=[each.name for each in rules])

    @pytest.fixture
    def page(self, loaded: LoadedRule) -> pages.Page:
        return pages.page_of(loaded.page)

    @pytest.fixture
    def tried(self, loaded: LoadedRule) -> list[cases.Outcome]:
        return list(cases.tried(loaded))

    def test_its_source_fits_a_screen_and_reaches_for_nothing(self, loaded: LoadedRule) -> None:
        source = loaded.page.with_suffix(".py").read_text(encoding="utf-8")
        assert impurities(source) == []
        assert len(source.splitlines()) <= MOST_LINES

    def test_its_page_has_the_headings_in_order(self, loaded: LoadedRule) -> None:
        text = pages.path_of(loaded.page, "en").read_text(encoding="utf-8")
        found = re.findall(r"^## (.*)$", text, re.MULTILINE)
        wanted = [name for name in pages.HEADINGS if name in found or name not in pages.OPTIONAL]
        assert found == wanted
        assert re.findall(r"^### (.*)$", text, re.MULTILINE) == list(pages.PLATFORM_HEADINGS.values())
        assert text.startswith("# ")
        assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1

    def test_every_section_says_something(self, page: pages.Page) -> None:
        assert page.title
        for heading in pages.HEADINGS:
            if heading != pages.FIX and (heading not in pages.OPTIONAL or heading in page.sections):
                assert page.section(heading), heading

    def test_it_is_a_sentence(self, page: pages.Page) -> None:
        assert page.paragraph(pages.FINDING).endswith(".")
        assert not page.title.endswith(".")

    @pytest.mark.parametrize("platform", Platform)
    def test_there_are_steps_on_every_platform(self, page: pages.Page, platform: Platform) -> None:
        assert page.steps(platform)

    def test_every_placeholder_has_a_value_in_every_finding(
        self, page: pages.Page, tried: list[cases.Outcome]
    ) -> None:
        asked = {name for section in page.sections.values() for name in placeholders(section)}
        for outcome in tried:
            for finding in outcome.result.findings:
                assert asked <= set(finding.params), f"{outcome.case.name}: {finding.subject}"

    def test_its_cases_hold(self, tried: list[cases.Outcome]) -> None:
        assert {each.case.name: each.problems for each in tried if each.problems} == {}

    def test_it_has_a_finding_a_pass_and_an_unchecked(self, tried: list[cases.Outcome]) -> None:
        assert {Status.FAIL, Status.PASS, Status.NOT_CHECKED} <= {each.result.status for each in tried}

    def test_its_cases_have_names_of_their_own(self, tried: list[cases.Outcome]) -> None:
        names = [each.case.name for each in tried]
        assert len(names) == len(set(names))

    def test_subjects_last_from_scan_to_scan(self, tried: list[cases.Outcome]) -> None:
        for outcome in tried:
            for finding in outcome.result.findings:
                assert not _PASSING.search(finding.subject), finding.subject
                assert len(finding.subject) <= 200

    def test_findings_are_text_and_have_evidence(self, tried: list[cases.Outcome]) -> None:
        for outcome in tried:
            for finding in outcome.result.findings:
                assert finding.evidence
                values = [*finding.params.values(), *(v for e in finding.evidence for v in e.facts.values())]
                assert all(isinstance(value, str) for value in values)
                assert all(e.artifact and e.locator for e in finding.evidence)

    def test_a_name_alone_is_never_critical(self, tried: list[cases.Outcome]) -> None:
        for finding in (each for outcome in tried for each in outcome.result.findings):
            assert (finding.severity, finding.confidence) != (Severity.CRITICAL, Confidence.NAME)

    def test_its_question_stands_on_the_page(
        self, loaded: LoadedRule, page: pages.Page, tried: list[cases.Outcome]
    ) -> None:
        asks = any(finding.question for outcome in tried for finding in outcome.result.findings)
        asks = asks or any(issubclass(kind, Answer) for kind in loaded.rule.needs)
        assert asks == (pages.QUESTION in page.sections)
        assert not asks or page.paragraph(pages.QUESTION).endswith("?")

    def test_its_references_are_links(self, page: pages.Page) -> None:
        lines = page.section(pages.REFERENCES).splitlines()
        assert lines
        for line in lines:
            found = _LINK.match(line)
            assert found, line
            assert found["address"].startswith("https://"), line

    def test_a_caution_has_its_words(self, loaded: LoadedRule, page: pages.Page) -> None:
        if loaded.rule.cautions:
            assert len(page.paragraph(pages.BEFORE)) > 40

    def test_what_others_may_notice_is_not_what_its_title_asks_for(
        self, loaded: LoadedRule, page: pages.Page
    ) -> None:
        """The title stands in lists without its caution: it asks to look, to learn or to talk."""
        if loaded.family == "stalkerware":
            assert Caution.ALERTS_OPERATOR in loaded.rule.cautions
            assert not words.CHANGES.search(page.title)

    @pytest.mark.parametrize("language", languages())
    def test_no_page_about_spying_begins_with_a_change(self, loaded: LoadedRule, language: str) -> None:
        if loaded.family != "stalkerware":
            return
        page = pages.page_of(loaded.page, language)
        for platform in Platform:
            assert not words.CHANGES.search(page.steps(platform)[0]), page.steps(platform)[0]

    def test_translations_say_the_same_things(self, loaded: LoadedRule, page: pages.Page) -> None:
        for path in loaded.page.parent.glob(f"{loaded.page.name}.??.md"):
            translated = pages.parse(path.read_text(encoding="utf-8"))
            assert set(translated.sections) <= set(page.sections), path
            for heading, section in translated.sections.items():
                assert placeholders(section) == placeholders(page.section(heading)), f"{path}: {heading}"
            for platform in Platform:
                if translated.steps(platform):
                    assert len(translated.steps(platform)) == len(page.steps(platform)), path
            if loaded.rule.cautions:
                assert translated.section(pages.BEFORE), path

    def test_its_commands_exist(self, loaded: LoadedRule) -> None:
        for path in loaded.page.parent.glob(f"{loaded.page.name}*.md"):
            for line in commands(path.read_text(encoding="utf-8")):
                assert unknown(line) is None, f"{path}: {shlex.join(line)}"
