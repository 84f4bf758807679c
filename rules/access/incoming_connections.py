"""Connections from elsewhere that were let into this machine, as far as its programs wrote them down."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.incoming import Incoming
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

SEES_THE_SCREEN = ("AnyDesk", "TeamViewer")
MOST_NAMED = 4
MOST_EVIDENCE = 20


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Incoming],
)
def check(host: Host) -> Iterator[Match]:
    services: dict[str, list[Incoming]] = {}
    for each in host.see(Incoming):
        services.setdefault(each.service, []).append(each)
    for service, visits in services.items():
        yield match(service, sorted(visits, key=lambda each: each.last, reverse=True))


def match(service: str, visits: list[Incoming]) -> Match:
    origins = list(dict.fromkeys(each.origin for each in visits))
    more = " …" if len(origins) > MOST_NAMED else ""
    return Match(
        subject=service,
        evidence=[evidence(each) for each in visits[:MOST_EVIDENCE]],
        params={
            "service": service,
            "times": str(sum(each.times for each in visits)),
            "origins": ", ".join(origins[:MOST_NAMED]) + more,
            "first": min(each.first for each in visits),
            "last": visits[0].last,
            "place": visits[0].settings,
        },
        severity=Severity.MEDIUM if service in SEES_THE_SCREEN else Severity.LOW,
        question=Question("visits", Severity.HIGH),
    )


def evidence(each: Incoming) -> Evidence:
    facts = {
        "from": each.origin,
        "account": each.account,
        "times": str(each.times),
        "first": each.first,
        "last": each.last,
    }
    return Evidence(Incoming.KIND, each.settings, facts)
