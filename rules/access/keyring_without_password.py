"""Passwords that programs stored, lying open on the disk."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.encryption import DiskEncryption
from audit.artifacts.keyring import Keyring
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[Keyring],
    may_use=[DiskEncryption],
)
def check(host: Host) -> Iterator[Match]:
    """On an encrypted disk only programs of the same account can read them: that is less of a worry. An empty store tells nothing."""
    disks = host.see(DiskEncryption).items
    encrypted = bool(disks) and all(each.encrypted for each in disks)
    for each in host.see(Keyring):
        if not each.sealed and each.items:
            number = str(each.items)
            yield Match(
                subject=each.path,
                evidence=[Evidence("keyring", each.path, {"passwords": number, "account": each.user})],
                params={"path": each.path, "passwords": number},
                severity=Severity.LOW if encrypted else Severity.MEDIUM,
            )
