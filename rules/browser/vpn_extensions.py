"""Extensions that may lead the browser's traffic through a computer of their maker's choice: VPNs and proxies."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.extension import Extension
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[Extension],
)
def check(host: Host) -> Iterator[Match]:
    """Those that came past a store, or by a policy, are spoken of by the checks for that."""
    for extension in host.see(Extension):
        if extension.enabled and extension.origin in {"store", "system"} and "proxy" in extension.rights:
            yield Match(
                subject=extension.place,
                evidence=[
                    Evidence(
                        Extension.KIND,
                        extension.settings,
                        {"name": extension.name, "rights": " ".join(extension.rights)},
                    )
                ],
                params={
                    "name": extension.name,
                    "id": extension.id,
                    "browser": extension.browser,
                    "profile": extension.profile,
                },
                question=Question("extension", Severity.MEDIUM),
            )
