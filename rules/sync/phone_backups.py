"""Copies of whole phones on this device that open without a password."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.folders import inside
from audit.artifacts.phone_backups import PhoneBackup
from audit.artifacts.reach import reaches
from audit.artifacts.shares import NetworkShare
from audit.artifacts.sync import SyncFolder
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

NOT_GIVEN = "not given"
NOBODY = "none seen"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.HOUR,
    reversible=False,
    cautions=[Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[PhoneBackup],
    may_use=[SyncFolder, NetworkShare],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(PhoneBackup):
        if not each.encrypted:
            yield match(host, each)


def match(host: Host, backup: PhoneBackup) -> Match:
    """In a folder that others get, everybody there has the whole phone."""
    getting = [
        f"{each.through}: {each.who}"
        for each in reaches(host.see(SyncFolder), host.see(NetworkShare))
        if inside(backup.path, each.path)
    ]
    return Match(
        subject=backup.path,
        evidence=[
            Evidence(
                "phone-backup", backup.path, {"device": backup.device or backup.system, "made": backup.made}
            )
        ],
        params={
            "system": backup.system,
            "device": backup.device or backup.system,
            "folder": backup.path,
            "made": backup.made or NOT_GIVEN,
            "others": " + ".join(dict.fromkeys(getting)) or NOBODY,
        },
        exposure=Exposure.LEAVES if getting else None,
    )
