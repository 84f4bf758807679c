"""What lies open on this device for whoever gets it into their hands: gathered for the day it goes to a repair shop or a new owner."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.caches import Cache
from audit.artifacts.encryption import DiskEncryption
from audit.artifacts.login import AutomaticLogin
from audit.artifacts.phone_backups import PhoneBackup
from audit.artifacts.recent_files import RecentFiles
from audit.artifacts.thumbnails import Thumbnails
from audit.artifacts.trash import Trash
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

NONE_SEEN = "none seen"


@rule(
    severity=Severity.INFO,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.HOUR,
    reversible=False,
    cautions=[Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Trash, Thumbnails, RecentFiles, Cache],
    may_use=[DiskEncryption, AutomaticLogin, PhoneBackup],
)
def check(host: Host) -> Iterator[Match]:
    left = {
        "pictures in the trash": [each.path for each in host.see(Trash) if each.pictures or each.videos],
        "small previews of your pictures": [each.path for each in host.see(Thumbnails) if each.files],
        "lists of what was opened last": [each.path for each in host.see(RecentFiles) if each.media],
        "copies of a phone": [each.path for each in host.see(PhoneBackup) if not each.encrypted],
    }
    for cache in host.see(Cache):
        left.setdefault(cache.holds, []).append(cache.path)
    lying = {
        "a disk that is not encrypted": any(not each.encrypted for each in host.see(DiskEncryption)),
        "a login without a password": bool(host.see(AutomaticLogin).items),
    }
    if any(left.values()):
        yield match(
            {what: paths for what, paths in left.items() if paths}, [what for what in lying if lying[what]]
        )


def match(left: dict[str, list[str]], lying: list[str]) -> Match:
    """Behind an encrypted disk it can wait; where the disk opens to everybody it belongs on the list."""
    return Match(
        subject="this-device",
        evidence=[Evidence("leftovers", paths[0], {"what": what}) for what, paths in left.items()],
        params={"left": " + ".join(left), "lying": " + ".join(lying) or NONE_SEEN},
        severity=Severity.LOW if lying else None,
    )
