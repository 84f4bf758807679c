"""A report as JSON, `drawncurtain.report/1`, and back. The schema: `audit/schemas/report-1.json`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from audit import __version__, gaps, text
from audit.model import Acceptance, Coverage, Finding, Gap, Report, RuleResult, Step, Unmet
from audit.recording import converter
from audit.reports.base import View

SCHEMA = "drawncurtain.report/1"


class ReportError(ValueError):
    """A file that is no report of ours. The message is one clear sentence."""


class JsonFormat:
    name = "json"

    def render(self, shown: View, out: TextIO, width: int) -> None:
        del width
        json.dump(_report(shown), out, indent=1, ensure_ascii=True)
        out.write("\n")


FORMAT = JsonFormat()


def _report(shown: View) -> dict[str, Any]:
    made, report = converter(), shown.report
    return {
        "schema": SCHEMA,
        "tool": {
            "name": "drawncurtain",
            "version": __version__,
            "rules": made.unstructure(list(report.rules)),
        },
        "host": {**made.unstructure(report.host), "user": _text(report.host.user)},
        "started": _moment(report.started),
        "ended": _moment(report.ended),
        "lang": text.language(),
        "results": [_result(result, shown) for result in report.results],
        "checklist": [_step(step, shown) for step in shown.steps],
        "coverage": [_coverage(each) for each in report.coverage],
        **({"unmet": [_unmet(each) for each in report.unmet]} if report.unmet else {}),
    }


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _gap(gap: Gap) -> dict[str, Any]:
    what, why, remedy = gaps.words(gap)
    return {"what": what, "why": why, "remedy": remedy, "kind": gap.kind.value, "params": _plain(gap.params)}


def _result(result: RuleResult, shown: View) -> dict[str, Any]:
    return {
        "rule": result.rule,
        "family": result.family,
        "status": result.status.value,
        "reason": _text(result.reason),
        "gaps": [_gap(gap) for gap in result.gaps],
        "findings": [_finding(finding, shown) for finding in result.findings],
        **({"settled": [_finding(each, shown) for each in result.settled]} if result.settled else {}),
    }


def _finding(finding: Finding, shown: View) -> dict[str, Any]:
    question = finding.question and {
        "topic": finding.question.topic,
        "otherwise": finding.question.otherwise.value,
        "text": text.fill(shown.rule_page(finding.rule).paragraph("Question"), finding.params),
    }
    return {
        "key": finding.key,
        "subject": _text(finding.subject),
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "exposure": finding.exposure.value,
        "params": _plain(finding.params),
        "evidence": [
            {"artifact": each.artifact, **_path("locator", each.locator), "facts": _plain(each.facts)}
            for each in finding.evidence
        ],
        "question": question,
        **({"known": {**_acceptance(finding.known), "holds": finding.accepted}} if finding.known else {}),
    }


def _acceptance(acceptance: Acceptance) -> dict[str, Any]:
    return {
        "severity": acceptance.severity.value,
        "since": acceptance.since.isoformat(),
        "reason": _text(acceptance.reason),
    }


def _unmet(unmet: Unmet) -> dict[str, Any]:
    return {"key": _text(unmet.key), "why": unmet.why.value, **_acceptance(unmet.acceptance)}


def _step(step: Step, shown: View) -> dict[str, Any]:
    return {
        "id": step.id,
        "lane": step.lane.value,
        "urgency": step.urgency.value,
        "title": shown.title(step),
        "steps": shown.acts(step),
        "cautions": shown.cautions(step),
        "effort": step.effort.value,
        "quick_win": step.quick_win,
        "held": bool(step.held),
        "because": [finding.key for finding in step.because],
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {"family": coverage.family, "seen": coverage.seen, "gaps": [_gap(gap) for gap in coverage.gaps]}


def _text(value: str) -> str:
    """Text that any JSON reader takes: what is not UTF-8 (PEP 383), or no character at all, as U+FFFD."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(values: Mapping[str, str]) -> dict[str, str]:
    return {name: _text(value) for name, value in values.items()}


def _path(name: str, path: str) -> dict[str, str]:
    """A path, and its bytes in base64 beside it where it is not UTF-8."""
    shown = _text(path)
    if shown == path:
        return {name: path}
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no path of a file, but some program's setting says so
        raw = path.encode("utf-8", "surrogatepass")
    return {name: shown, "path_bytes": base64.b64encode(raw).decode()}


def load(data: str) -> Report:
    """Read a report back: its results, never its checklist, which is made anew. Raises ReportError."""
    try:
        value = json.loads(data)
        if value["schema"] != SCHEMA:
            raise KeyError("schema")
        return _structure(value)
    except Exception as error:
        raise ReportError(
            text.gettext("This is not a report made by:  curtain scan --format json")
        ) from error


def _structure(value: Mapping[str, Any]) -> Report:
    made = converter()
    plain = {
        "rules": value["tool"]["rules"],
        "host": value["host"],
        "started": value["started"],
        "ended": value["ended"],
        "results": [_result_back(row) for row in value["results"]],
        "coverage": [{**row, "gaps": [_gap_back(gap) for gap in row["gaps"]]} for row in value["coverage"]],
        "unmet": [
            {"key": row["key"], "why": row["why"], "acceptance": _acceptance_back(row)}
            for row in value.get("unmet", ())
        ],
    }
    return made.structure(plain, Report)


def _gap_back(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": row["kind"], "params": row["params"]}


def _result_back(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rule": row["rule"],
        "status": row["status"],
        "findings": [_finding_back(each, row["rule"]) for each in row["findings"]],
        "gaps": [_gap_back(gap) for gap in row["gaps"]],
        "reason": row["reason"],
        "settled": [_finding_back(each, row["rule"]) for each in row.get("settled", ())],
    }


def _finding_back(row: Mapping[str, Any], rule: str) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("key", "subject", "severity", "confidence", "exposure", "params")},
        "rule": rule,
        "evidence": [
            {name: seen[name] for name in ("artifact", "locator", "facts")} for seen in row["evidence"]
        ],
        "question": row["question"] and {name: row["question"][name] for name in ("topic", "otherwise")},
        "known": _acceptance_back(row["known"]) if row.get("known") else None,
    }


def _acceptance_back(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("severity", "since", "reason")}
