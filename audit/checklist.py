"""Findings → ordered steps. Safety before documenting, documenting before help, help before any change.

Within a lane: urgency, then severity x exposure x confidence, then effort, the smallest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.answers import Answers, Gate
from audit.model import Caution, Effort, Finding, Lane, Report, Severity, Step, Urgency
from audit.registry import LoadedRule

STEPS = Path(__file__).parent / "steps"
CAREFUL = tuple(Caution)  # what is assumed of a rule that is no longer installed


@dataclass(frozen=True, slots=True)
class Shared:
    """A step that findings of many rules call for. Its words: `audit/steps/NAME.md`."""

    id: str
    effort: Effort


EMERGENCY = Shared("safety/emergency", Effort.MINUTES)
TALK_FIRST = Shared("safety/talk-first", Effort.HOUR)
WRITE_DOWN = Shared("document/write-down", Effort.QUARTER_HOUR)
KEEP_A_WAY_IN = Shared("document/keep-a-way-in", Effort.QUARTER_HOUR)
SUPPORT = Shared("help/support", Effort.HOUR)
TAKE_IT_DOWN = Shared("help/take-it-down", Effort.HOUR)


def make(report: Report, rules: Mapping[str, LoadedRule], answers: Answers) -> tuple[Step, ...]:
    """The checklist of a report: every step, in order. Findings of severity info, and accepted ones, never enter."""
    findings = [finding for finding in report.open if finding.severity is not Severity.INFO]
    steps = [*_shared(findings, rules, answers), *_own(findings, rules, answers)]
    return tuple(sorted(steps, key=_order))


def page_stem(step_id: str, rules: Mapping[str, LoadedRule]) -> Path | None:
    """Where the words of a step stand: its page without the ending. None for a rule that is not installed."""
    lane, _, name = step_id.partition("/")
    if lane != Lane.HARDEN:
        return STEPS / name
    rule = rules.get(name)
    return rule.page if rule else None


def _order(step: Step) -> tuple[int, int, float, int, str]:
    score = max((finding.score for finding in step.because), default=12.0)
    return step.lane.rank, -step.urgency.rank, -score, step.effort.minutes, step.id


def _shared(findings: Sequence[Finding], rules: Mapping[str, LoadedRule], answers: Answers) -> Iterable[Step]:
    def calling(caution: Caution, least: Severity) -> list[Finding]:
        return [
            each for each in findings if each.severity.at_least(least) and caution in _cautions(each, rules)
        ]

    noticeable = calling(Caution.ALERTS_OPERATOR, Severity.MEDIUM)
    changing = calling(Caution.ALERTS_OPERATOR, Severity.LOW) + calling(
        Caution.DESTROYS_EVIDENCE, Severity.LOW
    )
    asked = {
        EMERGENCY: ([], answers.gates.get(Gate.DANGER)),
        TALK_FIRST: (noticeable, answers.gates.get(Gate.WATCHED)),
        WRITE_DOWN: (list({each.key: each for each in changing}.values()), False),
        KEEP_A_WAY_IN: (calling(Caution.LOCKS_OUT_OWNER, Severity.LOW), False),
        SUPPORT: (calling(Caution.ALERTS_OPERATOR, Severity.HIGH), False),
        TAKE_IT_DOWN: ([], answers.gates.get(Gate.MINOR)),
    }
    for shared, (because, answered) in asked.items():
        if because or answered:
            yield Step(
                id=shared.id,
                lane=Lane(shared.id.partition("/")[0]),
                urgency=Urgency.NOW if answered else _most_urgent(because),
                cautions=(),
                effort=shared.effort,
                quick_win=False,
                held=(),
                because=tuple(because),
            )


def _own(findings: Sequence[Finding], rules: Mapping[str, LoadedRule], answers: Answers) -> Iterable[Step]:
    """One step for each rule: its own remedy, for all that it found."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for name, because in by_rule.items():
        rule = rules[name].rule if name in rules else None
        cautions = tuple(rule.cautions) if rule else CAREFUL
        effort = rule.effort if rule else Effort.LONGER
        noticed = Caution.ALERTS_OPERATOR in cautions
        yield Step(
            id=f"{Lane.HARDEN}/{name}",
            lane=Lane.HARDEN,
            urgency=_most_urgent(because),
            cautions=cautions,
            effort=effort,
            quick_win=effort is Effort.MINUTES and bool(rule and rule.reversible) and not noticed,
            held=tuple(_held(name, noticed, answers.gates)),
            because=tuple(sorted(because, key=lambda each: (-each.score, each.key))),
        )


def _held(rule: str, noticed: bool, gates: Mapping[Gate, bool]) -> Iterable[Gate]:  # noqa: FBT001 - a plain fact
    """What keeps a step back. In danger, nothing that others may notice; unanswered gates count as danger."""
    if noticed and Gate.WATCHED not in gates:
        yield Gate.WATCHED
    if noticed and gates.get(Gate.DANGER, True):
        yield Gate.DANGER
    if rule.startswith("photos/") and gates.get(Gate.MINOR):
        yield Gate.MINOR


def _cautions(finding: Finding, rules: Mapping[str, LoadedRule]) -> Sequence[Caution]:
    loaded = rules.get(finding.rule)
    return loaded.rule.cautions if loaded else CAREFUL


def _most_urgent(findings: Iterable[Finding]) -> Urgency:
    return max((finding.urgency for finding in findings), key=lambda urgency: urgency.rank)
