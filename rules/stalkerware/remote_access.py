"""Programs that let somebody elsewhere see or control this computer."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.presence import Presence
from audit.host import Host
from audit.indicators.schema import Category
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule

HOW = {
    "unattended": "lets somebody in without anybody here agreeing",
    "running": "running now",
    "autostart": "starts by itself",
    "installed": "installed",
    "trace": "left files from earlier use",
}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    needs=[Presence],
)
def check(host: Host) -> Iterator[Match]:
    products: dict[str, list[Presence]] = {}
    for each in host.see(Presence):
        if each.category == Category.REMOTE_ACCESS:
            products.setdefault(each.product, []).append(each)
    for marks in products.values():
        found = judged(marks)
        if found is not None:
            yield match(marks, *found)


def judged(marks: list[Presence]) -> tuple[Severity, Confidence] | None:
    """By what it does here, never critical by being here. What comes with the desktop is `access/screen-sharing-on`'s."""
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
        params={
            "product": marks[0].product,
            "how": " + ".join(words for way, words in HOW.items() if way in ways),
            "place": marks[0].place,
            "dated": max(each.dated for each in marks),
        },
        severity=severity,
        confidence=confidence,
        question=Question("remote-access", Severity.HIGH),
    )
