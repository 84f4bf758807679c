"""Syncthing that somebody else can change: its settings page open to the network, partners that decide for you."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.control import SyncControl
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

ANYBODY = "lets everybody in this network change what it shares, without a password"
LOCKED = "lets those who have its password change what it shares, from anywhere in this network"
DEVICES = "takes in every device that its partner names"
FOLDERS = "takes every folder that its partner offers"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[SyncControl],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(SyncControl):
        if each.open:
            what = LOCKED if each.password else ANYBODY
            severity = Severity.LOW if each.password else Severity.HIGH
            yield match(each, f"{each.client}: {each.settings}", what, each.address, severity)
        for name in dict.fromkeys((*each.introducers, *each.accepting)):
            what = " + ".join([DEVICES] * (name in each.introducers) + [FOLDERS] * (name in each.accepting))
            yield match(each, f"{each.client}: {name}", what, name, None)


def match(control: SyncControl, subject: str, what: str, where: str, severity: Severity | None) -> Match:
    """The page is a fact; whether a partner may decide, only the person knows."""
    return Match(
        subject=subject,
        evidence=[Evidence("sync-control", control.settings, {"what": what, "where": where})],
        params={"client": control.client, "what": what, "where": where, "settings": control.settings},
        severity=severity,
        question=None if severity else Question("may-decide", Severity.HIGH),
    )
