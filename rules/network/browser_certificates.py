"""Root certificates that somebody added to a browser's own list."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.browser_certificate import BrowserCertificate
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[BrowserCertificate],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(BrowserCertificate):
        yield Match(
            subject=f"{each.browser}/{each.profile}: {each.name} ({each.fingerprint[:12]})",
            evidence=[Evidence("browser-certificate", each.settings, facts(each))],
            params={
                "name": each.name or each.fingerprint[:12],
                "browser": each.browser,
                "profile": each.profile,
                "fingerprint": each.fingerprint,
            },
            question=Question("certificate", Severity.HIGH),
        )


def facts(each: BrowserCertificate) -> dict[str, str]:
    until = {"until": each.until.date().isoformat()} if each.until else {}
    return {"fingerprint": each.fingerprint, "organisation": each.organisation, **until}
