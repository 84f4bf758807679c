"""Findings that the person has accepted, each with a reason and a day. They are listed apart, never left out.

The file is YAML, a few lines for each finding:

    sync/shared-folders:0123456789ab:
      severity: low           # how serious it was: it is shown again when it becomes more serious
      since: 2026-11-21
      reason: my own phone
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from audit.model import Acceptance, Finding, Report, RuleResult, Severity, Unmet, UnmetWhy
from audit.text import gettext as _
from audit.text import printable

FIELDS = ("severity", "since", "reason")


class KnownError(ValueError):
    """A file of known findings that cannot be used. The message is one clear sentence."""


def parse(text: str) -> dict[str, Acceptance]:
    """Read what was accepted, by the findings' keys. Raises KnownError."""
    try:
        value = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but text, lists and mappings
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        words = _(
            "The file of what you know cannot be read (line {line}). A reason with a colon needs quotes."
        )
        raise KnownError(words.format(line=mark.line + 1 if mark else 1)) from error
    if not value:
        return {}
    if not isinstance(value, dict):
        raise KnownError(
            _("The file of what you know names findings by their keys, each with lines of its own.")
        )
    return {str(key): _acceptance(printable(str(key)), row) for key, row in value.items()}


def _acceptance(key: str, row: Any) -> Acceptance:
    if (
        not isinstance(row, dict)
        or set(row) != set(FIELDS)
        or not all(isinstance(row[n], str) for n in FIELDS)
    ):
        raise KnownError(_("{key} needs three lines: severity, since and reason.").format(key=key))
    severity, since, reason = (row[name].strip() for name in FIELDS)
    if severity not in list(Severity):
        words = _("The severity of {key} is one of these words: {known}.")
        raise KnownError(words.format(key=key, known=", ".join(Severity)))
    try:
        day = date.fromisoformat(since)
    except ValueError as error:
        words = _("The day since which you know about {key} is written like this: 2026-11-21.")
        raise KnownError(words.format(key=key)) from error
    if not reason:
        raise KnownError(
            _("Say in a few words why {key} is as it should be: its reason is empty.").format(key=key)
        )
    return Acceptance(Severity(severity), day, reason)


def mark(report: Report, accepted: Mapping[str, Acceptance], rules: Collection[str]) -> Report:
    """The report with what was accepted marked, and with what of it was not met. `rules`: all names there are."""
    return replace(
        report,
        results=tuple(_marked(result, accepted) for result in report.results),
        unmet=tuple(_unmet(report, accepted, rules)),
    )


def _marked(result: RuleResult, accepted: Mapping[str, Acceptance]) -> RuleResult:
    findings = (replace(each, known=accepted.get(each.key)) for each in result.findings)
    return replace(result, findings=tuple(findings))


def _unmet(report: Report, accepted: Mapping[str, Acceptance], rules: Collection[str]) -> Iterator[Unmet]:
    met = {each.key for result in report.results for each in (*result.findings, *result.settled)}
    looked = {result.rule for result in report.results if result.looked}
    for key, acceptance in accepted.items():
        rule = key.rpartition(":")[0]
        if key in met:
            continue
        if rule not in rules:
            yield Unmet(key, UnmetWhy.UNKNOWN, acceptance)
        else:
            yield Unmet(key, UnmetWhy.GONE if rule in looked else UnmetWhy.UNSEEN, acceptance)


def entry(finding: Finding, day: date) -> tuple[str, ...]:
    """The lines that would accept a finding. The reason is the person's to write."""
    return (
        f"{finding.key}:",
        f"  severity: {finding.severity}",
        f"  since: {day.isoformat()}",
        '  reason: ""',
    )
