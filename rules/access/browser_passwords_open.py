"""A browser that keeps its passwords without a lock."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.browser_store import BrowserStore
from audit.artifacts.encryption import DiskEncryption
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.SHARED,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[BrowserStore],
    may_use=[DiskEncryption],
)
def check(host: Host) -> Iterator[Match]:
    """A strong sign only: whether the browser is started in this way, and holds passwords, is not looked at."""
    disks = host.see(DiskEncryption).items
    encrypted = bool(disks) and all(each.encrypted for each in disks)
    for each in host.see(BrowserStore):
        yield Match(
            subject=each.settings,
            evidence=[Evidence("browser-store", each.settings, {"flag": "--password-store=basic"})],
            params={"settings": each.settings},
            severity=Severity.LOW if encrypted else Severity.MEDIUM,
        )
