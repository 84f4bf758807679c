"""Limits like those for a child on the person's own account."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.supervision import Supervision
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Supervision],
)
def check(host: Host) -> Iterator[Match]:
    """A child's own account with limits is what they are made for."""
    for each in host.see(Supervision):
        if each.own:
            limits = " + ".join(each.limits)
            yield Match(
                subject=each.account,
                evidence=[Evidence("supervision", each.settings, {"limits": limits})],
                params={"account": each.account, "limits": limits, "settings": each.settings},
                question=Question("agreed-limits", Severity.HIGH),
            )
