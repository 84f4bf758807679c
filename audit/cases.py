"""A rule's examples: `name.cases.yaml` beside it, read and tried.

Each case is a recording (see `audit.recording.case`) with `name`, `expect` (a status) and, for a fail, `findings`:
what each finding must say. Every rule has at least a fail, a pass and a notchecked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from audit import recording
from audit.engine import run_rule
from audit.hosts import RecordedHost
from audit.model import Finding, RuleResult
from audit.registry import LoadedRule


class CaseError(ValueError):
    """A cases file that cannot be read. The message says where and what."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    expect: str
    findings: tuple[Mapping[str, Any], ...]
    host: RecordedHost


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case gave. `problems` is empty where it gave what it should."""

    case: Case
    result: RuleResult
    problems: tuple[str, ...]


def cases_of(page: Path) -> list[Case]:
    """The cases beside a rule. Raises CaseError."""
    path = page.with_name(page.name + ".cases.yaml")
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        return [_case(row) for row in rows]
    except OSError as error:
        raise CaseError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, recording.RecordingError, KeyError, TypeError, AttributeError) as error:
        raise CaseError(f"{path}: {type(error).__name__}: {error}") from error


def _case(row: Mapping[str, Any]) -> Case:
    try:
        host = RecordedHost(recording.case(row))
    except recording.RecordingError as error:
        raise CaseError(f"case {row.get('name')!r}: {error}") from error
    return Case(str(row["name"]), str(row["expect"]), tuple(row.get("findings", ())), host)


def tried(rule: LoadedRule) -> Iterator[Outcome]:
    """Run every case of a rule."""
    for case in cases_of(rule.page):
        result = run_rule(rule, case.host)
        yield Outcome(case, result, tuple(_problems(case, result)))


def _problems(case: Case, result: RuleResult) -> Iterator[str]:
    if result.status.value != case.expect:
        yield f"expected {case.expect}, got {result.status.value} {result.reason}".rstrip()
    if len(result.findings) != len(case.findings):
        said = ", ".join(each.subject for each in result.findings) or "none"
        yield f"expected {len(case.findings)} findings, got {len(result.findings)}: {said}"
    for wanted, found in zip(case.findings, result.findings, strict=False):
        yield from _differences(wanted, found)


def _differences(wanted: Mapping[str, Any], found: Finding) -> Iterator[str]:
    for name, value in wanted.items():
        got: object
        if name == "params":
            got = {key: found.params.get(key) for key in value}
        elif name == "question":
            got = found.question.topic if found.question else None
        else:
            got = str(getattr(found, name))
        if got != value:
            yield f"{found.subject}: {name} is {got!r}, expected {value!r}"
