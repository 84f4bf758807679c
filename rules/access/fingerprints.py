"""Fingers that open the person's account: only they know whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.fingerprint import Fingerprints
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Fingerprints],
)
def check(host: Host) -> Iterator[Match]:
    """Other people's accounts are opened by their own fingers."""
    for each in host.see(Fingerprints):
        if each.own:
            number = str(each.fingers)
            yield Match(
                subject=each.account,
                evidence=[
                    Evidence("fingerprints", each.settings, {"account": each.account, "fingers": number})
                ],
                params={"account": each.account, "fingers": number},
                question=Question("all-yours", Severity.HIGH),
            )
