"""A disk that can be read by whoever takes it out."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.encryption import DiskEncryption
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.LONGER,
    reversible=False,
    cautions=[Caution.LOCKS_OUT_OWNER],
    platforms=[Platform.LINUX],
    needs=[DiskEncryption],
)
def check(host: Host) -> Iterator[Match]:
    """One finding for the person's files; one for the system only where the files are encrypted and it is not."""
    open_disks = [each for each in host.see(DiskEncryption) if not each.encrypted]
    files = [each for each in open_disks if each.holds == "files"]
    for disk in files or open_disks:
        yield match(disk)


def match(disk: DiskEncryption) -> Match:
    """Laptops are lost and stolen more than desktops. A system without the files tells little."""
    serious = Severity.HIGH if disk.laptop else Severity.MEDIUM
    facts = {"device": disk.device, "mounted at": disk.path, "laptop": "yes" if disk.laptop else "not known"}
    return Match(
        subject=f"{disk.holds}: {disk.path}",
        evidence=[Evidence("disk-encryption", disk.settings, facts)],
        params={
            "holds": {"files": "your files", "system": "the system"}[disk.holds],
            "device": disk.device,
        },
        severity=serious if disk.holds == "files" else Severity.LOW,
        confidence=Confidence.SEEN if disk.seen else Confidence.SIGN,
    )
