"""A device that somebody else owns or looks after: only the person can tell."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.answer import YourOwnDevice
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[YourOwnDevice],
)
def check(host: Host) -> Iterator[Match]:
    for answer in host.see(YourOwnDevice):
        if not answer.holds:
            yield Match("device", [Evidence(YourOwnDevice.KIND, "answer", {"answer": "no"})])
