"""Apps that may see the screen again, or work the computer, without asking again."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.screen import ScreenGrant
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

UNBOXED = "every program outside a sandbox"
SEES, WORKS = "see your screen", "see your screen, move the pointer and press keys"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[ScreenGrant],
)
def check(host: Host) -> Iterator[Match]:
    for grant in host.see(ScreenGrant):
        app = grant.app or UNBOXED
        yield Match(
            subject=f"{app} in {grant.settings}",
            evidence=[Evidence("screen-grant", grant.settings, {"app": app})],
            params={"app": app, "settings": grant.settings, "how": WORKS if grant.control else SEES},
            question=Question("app", Severity.HIGH if grant.control else Severity.MEDIUM),
        )
