"""The interface of a report format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

from audit import checklist, pages, text
from audit.answers import Answers
from audit.model import Caution, Finding, Platform, Report, Step
from audit.pages import Page
from audit.registry import LoadedRule
from audit.text import noted as _

MOST_EXAMPLES = 3  # findings named in one step before "and N more"

CAUTION_WORDS = {
    Caution.ALERTS_OPERATOR: _("others may notice"),
    Caution.DESTROYS_EVIDENCE: _("changes what you may want to show later"),
    Caution.LOCKS_OUT_OWNER: _("could lock you out"),
}


@dataclass(frozen=True, slots=True)
class View:
    """A report with what showing it needs: its checklist, the rules' pages, and what the person answered.

    `known_file`: where the person keeps what they know about, if they gave one.
    """

    report: Report
    steps: Sequence[Step]
    rules: Mapping[str, LoadedRule]
    answers: Answers
    known_file: str = ""

    @property
    def platform(self) -> Platform:
        return self.report.host.platform

    def page(self, step: Step) -> Page:
        stem = checklist.page_stem(step.id, self.rules)
        return pages.page_of(stem, text.language()) if stem else Page({})

    def rule_page(self, rule: str) -> Page:
        loaded = self.rules.get(rule)
        return pages.page_of(loaded.page, text.language()) if loaded else Page({})

    def title(self, step: Step) -> str:
        return text.fill(self.page(step).title or step.id, _common(step.because))

    def sentence(self, finding: Finding) -> str:
        """The finding in one sentence, or its subject where its rule's page is not here."""
        sentence = self.rule_page(finding.rule).paragraph(pages.FINDING)
        return text.fill(sentence, finding.params) if sentence else text.printable(finding.subject)

    def acts(self, step: Step) -> list[str]:
        """What to do, item by item; an item that names something is said for each of the first few findings."""
        page = self.page(step)
        items = page.steps(self.platform) or pages.items(page.section(pages.DO))
        lines: dict[str, None] = {}
        for item in items:
            if text.placeholders(item):
                lines |= dict.fromkeys(text.fill(item, each.params) for each in step.because[:MOST_EXAMPLES])
            else:
                lines[item] = None
        return list(lines)

    def cautions(self, step: Step) -> list[str]:
        """What to know before acting: the page's own words wherever the rule has a caution."""
        if not step.cautions:
            return []
        words = text.fill(self.page(step).paragraph(pages.BEFORE), _together(step.because))
        return [words] if words else [text.gettext(CAUTION_WORDS[each]) for each in step.cautions]


def view(report: Report, rules: Mapping[str, LoadedRule], answers: Answers, known_file: str = "") -> View:
    return View(report, checklist.make(report, rules, answers), rules, answers, known_file)


def _common(findings: Sequence[Finding]) -> dict[str, str]:
    """The parameters that all findings share."""
    first = findings[0].params if findings else {}
    return {
        name: value for name, value in first.items() if all(f.params.get(name) == value for f in findings)
    }


def _together(findings: Sequence[Finding]) -> dict[str, str]:
    """The parameters of the first few findings: each with all its values, as a list of words."""
    values: dict[str, dict[str, None]] = {}
    for finding in findings[:MOST_EXAMPLES]:
        for name, value in finding.params.items():
            values.setdefault(name, {})[value] = None
    return {name: text.LIST.join(each) for name, each in values.items()}


class Format(Protocol):
    """A way to show a report. `out` takes text; a format never opens a file."""

    name: str

    def render(self, shown: View, out: TextIO, width: int) -> None: ...
