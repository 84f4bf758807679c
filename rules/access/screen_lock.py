"""A screen that stays open when nobody is in front of it."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.screen_lock import ScreenLock
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

AN_HOUR = 60


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[ScreenLock],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(ScreenLock):
        if not 0 < each.minutes <= AN_HOUR:
            facts = {
                "desktop": each.desktop,
                "minutes": str(each.minutes),
                "asks": str(each.can_lock).lower(),
            }
            yield Match(
                subject=each.desktop if each.own else f"{each.desktop}: {each.user}",
                evidence=[Evidence("screen-lock", each.settings, facts)],
                params={
                    "desktop": each.desktop,
                    "user": each.user,
                    "when": when(each),
                    "settings": each.settings,
                },
                severity=Severity.LOW if each.minutes else Severity.MEDIUM,
            )


def when(lock: ScreenLock) -> str:
    if lock.minutes:
        return "only after more than an hour"
    return "never by itself" if lock.can_lock else "never, not even when asked to"
