"""A camera that is not covered while nobody uses it: only the person can tell."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.answer import CameraCovered
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[CameraCovered],
)
def check(host: Host) -> Iterator[Match]:
    for answer in host.see(CameraCovered):
        if not answer.holds:
            yield Match("camera", [Evidence(CameraCovered.KIND, "answer", {"answer": "no"})])
