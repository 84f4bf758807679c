"""Accounts that can be logged in without a password."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.passwords import EMPTY, OpenLogin
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[OpenLogin],
)
def check(host: Host) -> Iterator[Match]:
    """Where only the login screen does not ask, a text console and the lock screen still do."""
    for login in host.see(OpenLogin):
        yield Match(
            subject=login.account,
            evidence=[Evidence("open-login", login.settings, {"account": login.account, "way": login.way})],
            params={"account": login.account, "way": login.way, "settings": login.settings},
            severity=Severity.HIGH if login.way == EMPTY else Severity.MEDIUM,
        )
