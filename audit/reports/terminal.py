"""A report for reading in a terminal: calm, in safe order, colours only as a second signal.

Text from the device is made printable before it gets here, and is never read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from audit import gaps, text
from audit.answers import QUESTIONS, Gate
from audit.model import (
    Caution,
    Effort,
    Finding,
    Gap,
    Lane,
    Status,
    Step,
    Urgency,
)
from audit.reports.base import MOST_EXAMPLES, View
from audit.reports.known import entry_lines, known_lines, risen
from audit.reports.lines import CONFIDENCES, EXPOSURES, SEVERITIES
from audit.reports.lines import finding_words as _finding_words
from audit.reports.lines import heading as _heading
from audit.reports.lines import wrapped as _wrapped
from audit.text import gettext as _
from audit.text import ngettext, noted

MOST_STEPS = 7  # in one lane, before "and N more"
MOST_GAPS = 12
INDENT = "    "
_COMMAND_AT_END = re.compile(r"(.+?)`([^` ]+ [^`]*)`\.?")

LANES = {
    Lane.SAFETY: noted("FIRST, YOUR SAFETY"),
    Lane.DOCUMENT: noted("WRITE IT DOWN"),
    Lane.HELP: noted("GET HELP"),
    Lane.HARDEN: noted("THEN, WHAT YOU CAN CHANGE"),
}
URGENCIES = {Urgency.NOW: noted("now"), Urgency.SOON: noted("soon"), Urgency.LATER: noted("when you can")}
EFFORTS = {
    Effort.MINUTES: noted("5 minutes"),
    Effort.QUARTER_HOUR: noted("about 15 minutes"),
    Effort.HOUR: noted("about an hour"),
    Effort.LONGER: noted("takes longer"),
}
GATE_NAMES = {
    Gate.WATCHED: noted("you say whether somebody else may see this device"),
    Gate.DANGER: noted("you are out of danger, and have said so"),
    Gate.MINOR: noted("you have spoken with a specialist service"),
}
COLOURS = {Urgency.NOW: "bold", Urgency.SOON: "", Urgency.LATER: "dim"}


class TerminalFormat:
    name = "terminal"

    def render(self, shown: View, out: TextIO, width: int) -> None:
        console = Console(file=out, width=width, highlight=False, markup=False, emoji=False, soft_wrap=True)
        for line in _lines(shown, min(width, 80)):
            console.print(line)


FORMAT = TerminalFormat()


def _lines(shown: View, width: int) -> Iterator[Text]:
    yield from _opening(shown, width)
    yield from _gates(shown, width)
    yield from _checklist(shown, width)
    yield from _held(shown, width)
    yield from known_lines(shown, width)
    yield from entry_lines(shown, width)
    yield from _not_seen(shown, width)
    yield from _closing(shown, width)


def _opening(shown: View, width: int) -> Iterator[Text]:
    host = shown.report.host
    when = text.moment(host.taken_at)
    said = {
        "live": _("This computer, looked at on {when}."),
        "tree": _("A disk or home folder, looked at on {when}."),
        "snapshot": _("A snapshot of {when}, looked at again."),
    }[host.kind]
    yield from _wrapped(text.fill(said, {"when": when}), width, style="bold")
    yield from _wrapped(
        _("Nothing was changed. Nothing was sent. This list is only where you asked for it."), width
    )
    unseen = len(_unseen(shown)) + sum(result.status is Status.ERROR for result in shown.report.results)
    if unseen:
        said = ngettext(
            "{n} thing could not be seen: it is named at the end. Not seen does not mean fine.",
            "{n} things could not be seen: they are named at the end. Not seen does not mean fine.",
            unseen,
        )
        yield from _wrapped(said.format(n=unseen), width)


def _gates(shown: View, width: int) -> Iterator[Text]:
    open_gates = [gate for gate in Gate if gate not in shown.answers.gates]
    if not open_gates:
        return
    yield Text()
    yield from _wrapped(_("Some questions come first. You can leave any of them out."), width)
    for gate in open_gates:
        yield from _wrapped(_(QUESTIONS[gate]), width, f"  {gate.value:<9}")
    held = sum(1 for step in shown.steps if step.held)
    if held:
        said = ngettext(
            "{n} step that others could notice is held back until you answer.",
            "{n} steps that others could notice are held back until you answer.",
            held,
        )
        yield from _wrapped(said.format(n=held), width)
    yield from _wrapped(_("To be asked one at a time, add:  --ask"), width)
    yield from _wrapped(
        _("To answer in a file, write lines such as “watched: no” there and add:  --answers FILE"), width
    )


def _checklist(shown: View, width: int) -> Iterator[Text]:
    number = 0
    for lane in Lane:
        steps = [step for step in shown.steps if step.lane is lane and not step.held]
        if not steps:
            continue
        yield from _heading(_(LANES[lane]))
        for step in steps[:MOST_STEPS]:
            if step is not steps[0]:
                yield Text()
            number += 1
            yield from _step(number, step, shown, width)
        if more := steps[MOST_STEPS:]:
            number += len(more)
            yield from _more_steps(more, shown, width)
    if not shown.steps:
        yield Text()
        yield from _wrapped(_("These checks found nothing that asks for a step."), width)


def _more_steps(steps: Sequence[Step], shown: View, width: int) -> Iterator[Text]:
    said = ngettext("and {n} more:", "and {n} more:", len(steps))
    yield Text(f"{INDENT}{said.format(n=len(steps))}")
    for step in steps:
        yield from _wrapped(shown.title(step), width, f"{INDENT}· ")
        yield from _cautions(step, shown, width, f"{INDENT}  ")


def _cautions(step: Step, shown: View, width: int, indent: str) -> Iterator[Text]:
    before = _("Before you act:")
    for caution in shown.cautions(step):
        yield from _wrapped(f"{before} {caution}", width, indent)


def _step(number: int, step: Step, shown: View, width: int) -> Iterator[Text]:
    yield from _wrapped(shown.title(step), width, f"{number:>2}  ", INDENT, COLOURS[step.urgency] or "bold")
    if step.lane is Lane.HARDEN:
        yield from _findings(step.because, shown, width)
    yield from _wrapped(_reasons(step), width, INDENT, style="dim")
    yield from _cautions(step, shown, width, INDENT)
    for act in shown.acts(step):
        yield from _act(act, width)
    if step.lane is Lane.HARDEN:
        more = _("More about this:")
        rule = step.id.partition("/")[2]
        yield from _wrapped(f"{more}  curtain rules show {rule}", width, INDENT, style="dim")


def _act(act: str, width: int) -> Iterator[Text]:
    """One thing to do. A command at its end stands on a line of its own, unbroken, so that it can be copied."""
    words, command = act, ""
    if match := _COMMAND_AT_END.fullmatch(act):
        words, command = match.groups()
    yield from _wrapped(words.replace("`", ""), width, f"{INDENT}• ")
    if command:
        yield Text(f"{INDENT}      {command}")


def _findings(findings: Sequence[Finding], shown: View, width: int) -> Iterator[Text]:
    for finding in findings[:MOST_EXAMPLES]:
        yield from _wrapped(shown.sentence(finding), width, INDENT)
        if again := risen(finding):
            yield from _wrapped(again, width, INDENT)
        if finding.question:
            question = text.fill(shown.rule_page(finding.rule).paragraph("Question"), finding.params)
            how = _("Your answer goes into the answers file as:")
            yield from _wrapped(f"{question}  {how}", width, f"{INDENT}? ")
            yield Text(f"{INDENT}  {finding.key}: yes")
    if (more := len(findings) - MOST_EXAMPLES) > 0:
        yield Text(f"{INDENT}{ngettext('and {n} more', 'and {n} more', more).format(n=more)}")


def _reasons(step: Step) -> str:
    """Why it stands here, in words, never as a number."""
    worst = step.because[0] if step.because and step.lane is Lane.HARDEN else None
    words = [_(URGENCIES[step.urgency])]
    if worst:
        words += [
            _(SEVERITIES[worst.severity]),
            _(EXPOSURES[worst.exposure]),
            _(CONFIDENCES[worst.confidence]),
        ]
    words.append(_(EFFORTS[step.effort]))
    if step.quick_win:
        words.append(_("can be undone, and is not noticed"))
    elif Caution.ALERTS_OPERATOR in step.cautions:
        words.append(_("others may notice"))
    return " · ".join(words)


def _held(shown: View, width: int) -> Iterator[Text]:
    steps = [step for step in shown.steps if step.held]
    for gate in dict.fromkeys(step.held[0] for step in steps):
        yield Text()
        yield from _wrapped(
            _("HELD BACK UNTIL {gate}").format(gate=_(GATE_NAMES[Gate(gate)])), width, style="bold"
        )
        for step in steps:
            if step.held[0] == gate:
                yield from _held_step(step, shown, width)


def _held_step(step: Step, shown: View, width: int) -> Iterator[Text]:
    for finding in step.because[:MOST_EXAMPLES]:
        yield from _wrapped(shown.sentence(finding), width, " ·  ")
        yield from _wrapped(_finding_words(finding), width, INDENT, style="dim")
        if again := risen(finding):
            yield from _wrapped(again, width, INDENT)
    if (more := len(step.because) - MOST_EXAMPLES) > 0:
        yield Text(f"{INDENT}{ngettext('and {n} more', 'and {n} more', more).format(n=more)}")


def _unseen(shown: View) -> list[Gap]:
    distinct: dict[tuple[object, ...], Gap] = {}
    for coverage in shown.report.coverage:
        for gap in coverage.gaps:
            distinct.setdefault((gap.kind, *sorted(gap.params.items())), gap)
    return list(distinct.values())


def _not_seen(shown: View, width: int) -> Iterator[Text]:
    yield from _heading(_("NOT SEEN"))
    found = _unseen(shown)
    for gap in found[:MOST_GAPS]:
        what, why, remedy = gaps.words(gap)
        yield from _wrapped(f"{what}: {why}", width, " ·  ")
        if remedy:
            yield from _wrapped(f"→ {remedy}".replace("`", ""), width, INDENT, INDENT + "  ")
    if (more := len(found) - MOST_GAPS) > 0:
        said = ngettext("and {n} more, listed by:", "and {n} more, listed by:", more)
        yield Text(f"{INDENT}{said.format(n=more)}  curtain scan --format json")
    for result in shown.report.results:
        if result.status is Status.ERROR:
            words = _("the check {rule} broke off; the others went on").format(rule=result.rule)
            yield from _wrapped(words, width, " ·  ")
    yield from _wrapped(_("your phone, your online accounts, other people's devices"), width, " ·  ")


def _closing(shown: View, width: int) -> Iterator[Text]:
    results = shown.report.results
    found = sum(result.status is Status.FAIL for result in results)
    nothing = sum(result.status is Status.PASS for result in results)
    other = len(results) - found - nothing
    yield Text()
    counted = ngettext(
        "{n} check: {found} found something · {nothing} found nothing · {other} could not look or did not apply.",
        "{n} checks: {found} found something · {nothing} found nothing · {other} could not look or did not apply.",
        len(results),
    )
    yield from _wrapped(counted.format(n=len(results), found=found, nothing=nothing, other=other), width)
    yield from _wrapped(
        _("Nothing found does not mean that nothing is there: it means nothing, by these checks, today."),
        width,
    )
    if shown.report.host.kind == "live":
        yield from _wrapped(
            _(
                "A running system can hide things from every program on it. For a serious suspicion, have the disk looked at from another machine."
            ),
            width,
        )
    yield from _wrapped(
        _(
            "What running this leaves behind: your shell may remember the command; nothing else was written, unless you asked for a file."
        ),
        width,
    )
