"""Root certificates that somebody added to the system's list."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.root_certificate import BUNDLE, RootCertificate
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
    needs=[RootCertificate],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(RootCertificate):
        yield Match(
            subject=f"{each.name} ({each.fingerprint[:12]})",
            evidence=[Evidence("root-certificate", each.settings, facts(each))],
            params={
                "name": each.name or each.fingerprint[:12],
                "fingerprint": each.fingerprint,
                "settings": each.settings,
            },
            severity=None if each.authority and not loose(each.settings) else Severity.LOW,
            question=Question("certificate", Severity.HIGH),
        )


def loose(settings: str) -> bool:
    """Alone in that folder it may be a server's own, which often calls itself an authority; and only some programs look there."""
    return settings.startswith("/etc/ssl/certs/") and settings != BUNDLE


def facts(each: RootCertificate) -> dict[str, str]:
    days = {"added": each.added, "until": each.until}
    said = {name: day.date().isoformat() for name, day in days.items() if day}
    return {"fingerprint": each.fingerprint, "organisation": each.organisation, **said}
