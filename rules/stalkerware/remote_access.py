"""Programs that let somebody elsewhere see or control this computer."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.openings import Way
from audit.artifacts.presence import Presence
from audit.artifacts.process import Process
from audit.host import Host
from audit.indicators.schema import Category
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule

HOW = {
    "unattended": "it lets somebody in without anybody here agreeing",
    "running": "it is running now",
    "autostart": "it starts by itself",
    "installed": "it is installed",
    "trace": "it left files from earlier use",
}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    needs=[Presence],
    may_use=[Process, Autostart],
)
def check(host: Host) -> Iterator[Match]:
    products: dict[str, list[Presence]] = {}
    for each in host.see(Presence):
        if each.category == Category.REMOTE_ACCESS:
            products.setdefault(each.product, []).append(each)
    for product, marks in products.items():
        found = judged(marks)
        if found is not None and product not in open_screens(host):
            yield match(marks, *found)


def open_screens(host: Host) -> set[str]:
    """Programs that share the screen without a password: `access/screen-sharing-on` says that, and more about them."""
    seen = [*(each for each in host.see(Autostart) if each.enabled), *host.see(Process)]
    return {opening.program for each in seen for opening in each.opens if opening.way is Way.SCREEN}


def judged(marks: list[Presence]) -> tuple[Severity, Confidence] | None:
    """By what it does, never critical by being here. What comes with the desktop is `access/screen-sharing-on`'s."""
    if marks[0].built_in:
        return None
    solid = {each.way for each in marks if each.strength != "weak"}
    named = {each.way for each in marks}
    if "unattended" in solid:
        return Severity.HIGH, Confidence.SEEN
    if solid & {"running", "autostart"}:
        return Severity.HIGH, Confidence.SEEN
    if "running" in named:
        return Severity.HIGH, Confidence.SIGN if solid - {"trace"} else Confidence.NAME
    if "installed" in solid:
        return Severity.MEDIUM, Confidence.SIGN
    return (Severity.LOW, Confidence.SIGN) if "trace" in solid else (Severity.LOW, Confidence.NAME)


def match(marks: list[Presence], severity: Severity, confidence: Confidence) -> Match:
    ways = {each.way for each in marks}
    return Match(
        subject=marks[0].product,
        evidence=[Evidence("presence", each.place, each.facts) for each in marks],
        params={"product": marks[0].product, "place": marks[0].place}
        | {"how": " + ".join(words for way, words in HOW.items() if way in ways)}
        | {"dated": max(each.dated for each in marks)},
        severity=severity,
        confidence=confidence,
        question=Question("remote-access", Severity.HIGH),
    )
