"""What changed between two scans: for reading, and as JSON (`audit/schemas/compare-1.json`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from audit import __version__, text
from audit.answers import Answers
from audit.compare import Change, Comparison, Row
from audit.model import Finding, Report
from audit.registry import LoadedRule
from audit.reports.base import View
from audit.reports.lines import SEVERITIES, finding_words, heading, wrapped
from audit.text import gettext as _
from audit.text import ngettext, noted, printable

SCHEMA = "drawncurtain.compare/1"
MOST_ROWS = 12  # of one kind, before "and N more"
INDENT = "    "
HEADINGS = {
    Change.NEW: noted("NEW"),
    Change.GONE: noted("GONE"),
    Change.UNSEEN: noted("NO LONGER VISIBLE"),
    Change.SETTLED: noted("YOU SAID THAT YOU KNOW ABOUT THESE"),
    Change.UNCHANGED: noted("AS BEFORE"),
}
NOT_SURE = {
    Change.NEW: noted("It may have been there already: this check saw less the first time."),
    Change.UNSEEN: noted("It may still be there: this check saw less this time."),
}


class Comparing:
    """Shows a comparison, with the pages of the rules that are installed."""

    def __init__(self, comparison: Comparison, rules: Mapping[str, LoadedRule], new: str) -> None:
        self.comparison = comparison
        self._new = new
        self._view = View(comparison.new, (), rules, Answers())

    def render(self, out: TextIO, width: int) -> None:
        console = Console(file=out, width=width, highlight=False, markup=False, emoji=False, soft_wrap=True)
        for line in self._lines(min(width, 80)):
            console.print(line)

    def render_json(self, out: TextIO) -> None:
        json.dump(self._json(), out, indent=1, ensure_ascii=True)
        out.write("\n")

    def _lines(self, width: int) -> Iterator[Text]:
        yield from _opening(self.comparison, width)
        for change in HEADINGS:
            if change is not Change.UNCHANGED:
                yield from self._section(change, width)
        yield from self._unchanged(width)
        yield from self._closing(width)

    def _section(self, change: Change, width: int) -> Iterator[Text]:
        rows = self.comparison.of(change)
        if not rows:
            return
        yield from heading(f"{_(HEADINGS[change])} ({len(rows)})")
        yield from self._rows(rows, width)

    def _rows(self, rows: Sequence[Row], width: int) -> Iterator[Text]:
        for row in rows[:MOST_ROWS]:
            yield from self._row(row, width)
        if (more := len(rows) - MOST_ROWS) > 0:
            said = ngettext("and {n} more, listed by:", "and {n} more, listed by:", more)
            yield Text(f"{INDENT}{said.format(n=more)}  --format json")

    def _row(self, row: Row, width: int) -> Iterator[Text]:
        yield from wrapped(self._view.sentence(row.finding), width, " ·  ")
        yield from wrapped(finding_words(row.finding), width, INDENT, style="dim")
        if row.change is Change.UNCHANGED:
            yield from wrapped(_other_severity(row), width, INDENT)
        if not row.sure:
            yield from wrapped(_(NOT_SURE[row.change]), width, INDENT)

    def _unchanged(self, width: int) -> Iterator[Text]:
        rows = self.comparison.of(Change.UNCHANGED)
        if not rows:
            return
        yield from heading(f"{_(HEADINGS[Change.UNCHANGED])} ({len(rows)})")
        other = [row for row in rows if row.before is not row.finding.severity]
        yield from self._rows(other, width)
        if len(rows) > len(other):
            said = _("Named one by one in the list:") if not other else _("The others are named in the list:")
            yield from wrapped(said, width, INDENT)
            yield Text(f"{INDENT}  {self._command}")

    @property
    def _command(self) -> str:
        snapshot = self.comparison.new.host.kind == "snapshot"
        return ("curtain scan --from " if snapshot else "curtain checklist ") + text.quoted(
            printable(self._new)
        )

    def _closing(self, width: int) -> Iterator[Text]:
        yield Text()
        if not self.comparison.rows:
            yield from wrapped(_("Neither scan found anything."), width)
        if self.comparison.of(Change.GONE):
            said = _("What is gone may have been taken away by you, by a program, or by somebody else.")
            yield from wrapped(said, width)
        if self.comparison.of(Change.NEW):
            yield from wrapped(_("What to do about what is new, in safe order:"), width)
            yield Text(f"{INDENT}  {self._command}")
        yield from wrapped(
            _(
                "Nothing found does not mean that nothing is there: it means nothing, by these checks, on those days."
            ),
            width,
        )

    def _json(self) -> dict[str, Any]:
        compared = self.comparison
        return {
            "schema": SCHEMA,
            "tool": {"name": "drawncurtain", "version": __version__},
            "old": _scan(compared.old),
            "new": _scan(compared.new),
            "lang": text.language(),
            "same_device": compared.same_device,
            "totals": {change.value: len(compared.of(change)) for change in Change},
            "findings": [self._finding(row) for row in compared.rows],
        }

    def _finding(self, row: Row) -> dict[str, Any]:
        finding: Finding = row.finding
        return {
            "change": row.change.value,
            "key": finding.key,
            "rule": finding.rule,
            "subject": _plain(finding.subject),
            "severity": finding.severity.value,
            "severity_before": row.before.value if row.before else None,
            "confidence": finding.confidence.value,
            "exposure": finding.exposure.value,
            "sure": row.sure,
            "text": self._view.sentence(finding),
        }


def _opening(compared: Comparison, width: int) -> Iterator[Text]:
    when = [text.moment(each.host.taken_at) for each in (compared.old, compared.new)]
    said = _("What changed between {old} and {new}.").format(old=when[0], new=when[1])
    yield from wrapped(said, width, style="bold")
    if compared.old.host.taken_at > compared.new.host.taken_at:
        said = _("The first file is the newer one. To see it the other way round, change their order.")
        yield from wrapped(said, width)
    if not compared.same_device:
        said = _("The two files are about different accounts or different kinds of system.")
        yield from wrapped(said, width)


def _other_severity(row: Row) -> str:
    """What became of the severity; a question that is open again makes a finding look smaller than it was."""
    before = row.before or row.finding.severity
    said = _("{before} before, {now} now").format(
        before=_(SEVERITIES[before]), now=_(SEVERITIES[row.finding.severity])
    )
    if row.finding.question and not row.finding.severity.at_least(before):
        said += " · " + _("only because its question was not answered this time")
    return said


def _scan(report: Report) -> dict[str, Any]:
    host = report.host
    return {
        "platform": host.platform.value,
        "kind": host.kind,
        "user": _plain(host.user),
        "taken_at": _moment(host.taken_at),
    }


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: str) -> str:
    """Text that any JSON reader takes, as in a report."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
