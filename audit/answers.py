"""What only the person knows: the three gates, questions about the device, and those that findings carry.

The gates are never stored. The other answers are in a report or snapshot that the person saves, and nowhere else.

The file is YAML, a line each; anything left out is unanswered:

    watched: no        # could somebody else see what you do on this device?
    danger: no         # are you in immediate danger?
    minor: no          # was anyone in the pictures under 18?
    only-you-unlock: yes    # a question about the device: see `audit.artifacts.answer`
    answers:
      sync/shared-folders:0123456789ab: yes     # a finding's key
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import yaml

from audit.artifacts.answer import QUESTIONS as ABOUT_THE_DEVICE
from audit.model import Finding, Report, RuleResult, Status
from audit.text import gettext as _
from audit.text import noted

YES = ("sí", "si")  # beside YAML's own yes; its "no" is Spanish as it stands
SETTLED = noted("you know what was found, and it is as it should be")


class Gate(StrEnum):
    """The questions that come before every step."""

    WATCHED = "watched"
    DANGER = "danger"
    MINOR = "minor"


QUESTIONS = {
    Gate.WATCHED: noted("Could somebody else see what you do on this device?"),
    Gate.DANGER: noted("Are you in immediate danger?"),
    Gate.MINOR: noted("Is anyone in the pictures on this device under 18, in a way that worries you?"),
}


WHY_ASKED = {
    Gate.WATCHED: noted("Steps that somebody else could notice are held back until you have said."),
    Gate.DANGER: noted("If you are, getting to a safe place comes before anything that stands here."),
    Gate.MINOR: noted("Such pictures are for specialists: even copying one with good intent can be a crime."),
}


class AnswersError(ValueError):
    """A file of answers that cannot be used. The message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`gates`, `findings` (by key) and `device` (by question) hold only what was answered: True is yes."""

    gates: Mapping[Gate, bool] = field(default_factory=dict)
    findings: Mapping[str, bool] = field(default_factory=dict)
    device: Mapping[str, bool] = field(default_factory=dict)


def parse(text: str) -> Answers:
    """Read a file of answers. Raises AnswersError."""
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError, AttributeError) as error:  # the last two: no such day
        mark = getattr(error, "problem_mark", None)
        words = _("The answers are not written as 'question: yes' or 'question: no' (line {line}).")
        raise AnswersError(words.format(line=mark.line + 1 if mark else 1)) from error
    if value is None:
        return Answers()
    if not isinstance(value, dict):
        raise AnswersError(
            _("The answers are not written as 'question: yes' or 'question: no', a line each.")
        )
    findings = value.pop("answers", None) or {}
    if not isinstance(findings, dict):
        raise AnswersError(
            _("Under 'answers:', write one line for each finding: its key, a colon, yes or no.")
        )
    known = [*Gate, *ABOUT_THE_DEVICE]
    if unknown := [name for name in value if name not in known]:
        words = _("There is no question called {name}. The questions are: {known}, answers.")
        raise AnswersError(words.format(name=repr(unknown[0]), known=", ".join(known)))
    said = _answered(value)
    return Answers(
        {gate: said[gate] for gate in Gate if gate in said},
        _answered(findings),
        {name: said[name] for name in ABOUT_THE_DEVICE if name in said},
    )


def _answered(rows: Mapping[object, Any]) -> dict[str, bool]:
    return {str(name): answer for name, each in rows.items() if (answer := _answer(name, each)) is not None}


def _answer(name: object, value: Any) -> bool | None:
    """True, False, or None where the person does not know."""
    if value is None or value == "unknown":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in YES:
        return True
    words = _("The answer to {name} is {value}. Write yes, no or unknown.")
    raise AnswersError(words.format(name=repr(name), value=repr(value)))


def settle(report: Report, answers: Answers) -> Report:
    """The report with the findings' questions answered: "yes" settles a finding, "no" gives it its other severity."""
    return replace(report, results=tuple(_settled(result, answers.findings) for result in report.results))


def _settled(result: RuleResult, answers: Mapping[str, bool]) -> RuleResult:
    if not any(each.question and each.key in answers for each in result.findings):
        return result
    findings = tuple(each for found in result.findings if (each := _asked(found, answers)) is not None)
    left = {each.key for each in findings}
    settled = (*result.settled, *(each for each in result.findings if each.key not in left))
    if findings:
        return replace(result, findings=findings, settled=settled)
    status = Status.NOT_CHECKED if result.gaps else Status.PASS
    return replace(result, findings=(), status=status, reason=SETTLED, settled=settled)


def _asked(finding: Finding, answers: Mapping[str, bool]) -> Finding | None:
    if finding.question is None or finding.key not in answers:
        return finding
    if answers[finding.key]:
        return None
    return replace(finding, severity=finding.question.otherwise, question=None)
