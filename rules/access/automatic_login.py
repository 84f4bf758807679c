"""Accounts that are logged in without a password when the machine starts."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.encryption import DiskEncryption
from audit.artifacts.login import AutomaticLogin
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[AutomaticLogin],
    may_use=[DiskEncryption],
)
def check(host: Host) -> Iterator[Match]:
    """Where the disk asks for a password first, the login screen would ask a second time: that is less of a worry."""
    disks = host.see(DiskEncryption).items
    asks_first = bool(disks) and all(each.encrypted for each in disks)
    for login in host.see(AutomaticLogin):
        yield Match(
            subject=f"{login.manager}: {login.account}",
            evidence=[
                Evidence("automatic-login", login.settings, {"account": login.account, "by": login.manager})
            ],
            params={"account": login.account, "manager": login.manager, "settings": login.settings},
            severity=Severity.LOW if asks_first else Severity.MEDIUM,
        )
