"""Programs by which an employer, a school or a household's administrator looks after many computers from one place."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.answer import YourOwnDevice
from audit.artifacts.presence import Presence
from audit.host import Host
from audit.indicators.schema import Category
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

HOW = {
    "running": "running now",
    "autostart": "starts by itself",
    "installed": "installed",
    "trace": "left files from earlier use",
}
AWAKE = {"running", "autostart", "unattended"}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Presence],
    may_use=[YourOwnDevice],
)
def check(host: Host) -> Iterator[Match]:
    others = any(not answer.holds for answer in host.see(YourOwnDevice))
    products: dict[str, list[Presence]] = {}
    for each in host.see(Presence):
        if each.category == Category.DEVICE_MANAGEMENT:
            products.setdefault(each.product, []).append(each)
    for marks in products.values():
        if (severity := judged(marks)) is not None:
            yield match(marks, Severity.LOW if others else severity)


def judged(marks: list[Presence]) -> Severity | None:
    """People who learn or develop have such programs too; what counts is that one works here, or was told whom to obey."""
    if {each.way for each in marks} & AWAKE or any(each.strength == "strong" for each in marks):
        return Severity.MEDIUM
    return Severity.LOW if any(each.strength != "weak" for each in marks) else None


def match(marks: list[Presence], severity: Severity) -> Match:
    ways = {each.way for each in marks}
    place = next((each.place for each in marks if each.way in AWAKE), marks[0].place)
    return Match(
        subject=marks[0].product,
        evidence=[Evidence("presence", each.place, each.facts) for each in marks],
        params={"product": marks[0].product, "place": place, "dated": max(each.dated for each in marks)}
        | {"how": " + ".join(words for way, words in HOW.items() if way in ways)},
        severity=severity,
        confidence=Confidence.SEEN
        if ways & AWAKE and any(e.strength != "weak" for e in marks)
        else Confidence.SIGN,
        question=Question("managed", Severity.HIGH),
    )
