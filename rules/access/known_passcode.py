"""Somebody else who knows how to unlock this device: only the person can tell."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.answer import OnlyYouUnlock
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.LOCKS_OUT_OWNER],
    needs=[OnlyYouUnlock],
)
def check(host: Host) -> Iterator[Match]:
    for answer in host.see(OnlyYouUnlock):
        if not answer.holds:
            yield Match("passcode", [Evidence(OnlyYouUnlock.KIND, "answer", {"answer": "no"})])
