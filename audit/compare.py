"""Two scans, one beside the other: what is new, gone, as before, and what the second one could not see."""

from __future__ import annotations

import json as _json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from audit import engine, recording
from audit.hosts import RecordedHost
from audit.model import Finding, Gap, GapKind, Report, RuleResult, Severity, Status
from audit.registry import LoadedRule
from audit.reports import json
from audit.text import gettext as _
from audit.text import printable

# Gaps that count things: the same number may be other ones.
SHIFTING = frozenset({GapKind.PREVIEWS, GapKind.ENDS, GapKind.PICTURES, GapKind.CRASHED})


class CompareError(Exception):
    """A file that cannot be compared. The message is one clear sentence."""


class Change(StrEnum):
    NEW = "new"
    GONE = "gone"
    UNSEEN = "unseen"  # not found this time, by a rule that could not see all that it saw before
    SETTLED = "settled"  # still there, and the person has said that it is as it should be
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in both scans; `finding` is the newer one, where there are two.

    `sure`: the scan that does not hold it could see all that the other one could see.
    """

    change: Change
    finding: Finding
    before: Severity | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    old: Report
    new: Report
    rows: Sequence[Row]

    def of(self, change: Change) -> list[Row]:
        return [row for row in self.rows if row.change is change]

    @property
    def same_device(self) -> bool:
        """Whether both scans may be of one account on one device: nothing says otherwise."""
        one, two = self.old.host, self.new.host
        return (one.platform, one.user) == (two.platform, two.user)


def compare(old: Report, new: Report) -> Comparison:
    """Put two reports beside each other, finding by finding, the most serious first."""
    rows = [*_now(old, new), *_no_more(old, new)]
    order = list(Change)
    rows.sort(key=lambda row: (order.index(row.change), -row.finding.score, row.finding.key))
    return Comparison(old, new, tuple(rows))


def _now(old: Report, new: Report) -> Iterator[Row]:
    before, settled_before = _findings(old), _settled(old)
    then = _results(old)
    for result in new.results:
        sure = _saw_as_much(then.get(result.rule), result)
        for finding in result.findings:
            if (was := before.get(finding.key) or settled_before.get(finding.key)) is not None:
                yield Row(Change.UNCHANGED, finding, was.severity)
            else:
                yield Row(Change.NEW, finding, sure=sure)
        for finding in result.settled:
            change = Change.UNCHANGED if finding.key in settled_before else Change.SETTLED
            yield Row(change, finding, finding.severity)


def _no_more(old: Report, new: Report) -> Iterator[Row]:
    held = {**_findings(new), **_settled(new)}
    now = _results(new)
    for result in old.results:
        sure = _saw_as_much(now.get(result.rule), result)
        change = Change.GONE if sure else Change.UNSEEN
        for finding in (*result.findings, *result.settled):
            if finding.key not in held:
                yield Row(change, finding, finding.severity, sure)


def _saw_as_much(this: RuleResult | None, other: RuleResult) -> bool:
    """Whether a rule could see, in one scan, at least what it could see in the other."""
    if this is None or this.status in {Status.NOT_APPLICABLE, Status.ERROR}:
        return False
    known = {_place(gap) for gap in other.gaps}
    return all(gap.kind not in SHIFTING and _place(gap) in known for gap in this.gaps)


def _place(gap: Gap) -> tuple[GapKind, tuple[tuple[str, str], ...]]:
    """Where something was not seen. How many programs other users run says nothing about the place."""
    return gap.kind, () if gap.kind is GapKind.OTHER_USERS else tuple(sorted(gap.params.items()))


def _results(report: Report) -> dict[str, RuleResult]:
    return {result.rule: result for result in report.results}


def _findings(report: Report) -> dict[str, Finding]:
    return {found.key: found for result in report.results for found in result.findings}


def _settled(report: Report) -> dict[str, Finding]:
    return {found.key: found for result in report.results for found in result.settled}


def read(path: Path, rules: Sequence[LoadedRule]) -> Report:
    """A saved report, or what `rules` say about a snapshot. Raises CompareError."""
    shown = printable(str(path))
    try:
        data = path.read_text(encoding="utf-8")
        if _is_snapshot(data):
            host = RecordedHost(recording.load(data.splitlines()))
            return engine.run(rules, host, host.facts)
        return json.load(data)
    except OSError as error:
        raise CompareError(
            _("{path} cannot be read: {reason}.").format(path=shown, reason=error.strerror)
        ) from error
    except recording.RecordingError as error:
        words = _("{path} cannot be read as a snapshot: {reason}.")
        raise CompareError(words.format(path=shown, reason=printable(str(error)))) from error
    except (UnicodeDecodeError, json.ReportError) as error:
        words = _(
            "{path} is neither a report made by “curtain scan --format json” nor a file made by “curtain snapshot”."
        )
        raise CompareError(words.format(path=shown)) from error


def _is_snapshot(data: str) -> bool:
    try:
        head = _json.loads(data.partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(head, dict) and head.get("schema") == recording.SCHEMA
