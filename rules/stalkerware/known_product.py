"""Known products of monitoring: installed, running or starting by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.presence import Presence
from audit.host import Host
from audit.indicators.schema import Category
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule

WATCHES_SECRETLY = {Category.STALKERWARE, Category.KEYLOGGER}
TOLD_ELSEWHERE = {Category.REMOTE_ACCESS, Category.DEVICE_MANAGEMENT}
HOW = {
    "running": "running now",
    "autostart": "starts by itself",
    "unattended": "lets somebody in without anybody here agreeing",
    "installed": "installed",
    "trace": "left files from earlier use",
}
OURS = Question("whose", Severity.HIGH)


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.LONGER,
    reversible=False,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    needs=[Presence],
)
def check(host: Host) -> Iterator[Match]:
    products: dict[str, list[Presence]] = {}
    for each in host.see(Presence):
        if each.category not in TOLD_ELSEWHERE:
            products.setdefault(each.product, []).append(each)
    for marks in products.values():
        if (found := judged(marks)) is not None:
            yield match(marks, *found)


def judged(marks: list[Presence]) -> tuple[Severity, Confidence, Question | None] | None:
    """A name alone proves little: nothing is said of it, except for what watches secretly, and then it is never critical."""
    secret = marks[0].category in WATCHES_SECRETLY
    solid = [each for each in marks if each.strength != "weak"]
    if not solid:
        return (Severity.HIGH, Confidence.NAME, None) if secret else None
    ways = {each.way for each in solid} - {"trace"}
    strong = any(each.strength == "strong" for each in solid if each.way != "trace")
    if secret:
        firm = strong or len(ways) > 1
        return (Severity.CRITICAL, Confidence.SEEN, None) if firm else (Severity.HIGH, Confidence.SIGN, None)
    if not ways:
        return Severity.LOW, Confidence.SIGN, OURS
    confidence = Confidence.SEEN if "running" in ways or strong else Confidence.SIGN
    parental = marks[0].category == Category.PARENTAL_CONTROL
    return (Severity.HIGH if parental else Severity.MEDIUM), confidence, OURS


def match(
    marks: list[Presence], severity: Severity, confidence: Confidence, question: Question | None
) -> Match:
    ways = {each.way for each in marks}
    return Match(
        subject=marks[0].product,
        evidence=[Evidence("presence", each.place, each.facts) for each in marks],
        params={
            "product": marks[0].product,
            "category": marks[0].category,
            "how": " + ".join(words for way, words in HOW.items() if way in ways),
            "place": marks[0].place,
            "dated": max(each.dated for each in marks),
        },
        severity=severity,
        confidence=confidence,
        question=question,
    )
