"""Who sees through an account where somebody's devices are: it stands on no machine, so only the person can tell."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.answer import KnownLocationSharing
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
    needs=[KnownLocationSharing],
)
def check(host: Host) -> Iterator[Match]:
    for answer in host.see(KnownLocationSharing):
        if not answer.holds:
            yield Match("accounts", [Evidence(KnownLocationSharing.KIND, "answer", {"answer": "no"})])
