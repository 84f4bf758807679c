"""Desktop sessions in which every program may see the screen and the keys: X11."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.screen import DesktopSession
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.INFO,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[DesktopSession],
)
def check(host: Host) -> Iterator[Match]:
    """Settings of the login screen only add to what is open: a session says more."""
    for session in host.see(DesktopSession):
        if session.display == "x11":
            yield Match(
                subject=f"X11 in {session.settings}",
                evidence=[Evidence("desktop-session", session.settings, {"user": session.user})],
                params={"settings": session.settings},
            )
