"""Sites for help that do not open here, or that open another machine's page: a name list of this computer says so."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.site_override import SiteOverride
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NOWHERE = "nowhere, so that it does not open"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[SiteOverride],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(SiteOverride):
        if each.kind == "account" and each.nowhere:
            continue  # many people keep themselves away from a site like this
        yield Match(
            subject=each.name,
            evidence=[Evidence("site-override", each.settings, {"name": each.name, "address": each.address})],
            params={
                "site": each.name,
                "leads": NOWHERE if each.nowhere else each.address,
                "settings": each.settings,
            },
            severity=None if each.kind == "help" else Severity.MEDIUM,
            question=Question("own-entry", Severity.HIGH),
        )
