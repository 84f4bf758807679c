"""Pictures and videos that a media server on this machine shows to other devices."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.folders import UserFolder
from audit.artifacts.photo import PhotoFolder, below, how_many
from audit.artifacts.shares import MEDIA_SERVERS, NetworkShare
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

MEDIA = ("pictures", "videos")


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[NetworkShare],
    may_use=[PhotoFolder, UserFolder],
)
def check(host: Host) -> Iterator[Match]:
    photos = host.see(PhotoFolder)
    media = [each.path for each in host.see(UserFolder) if each.purpose in MEDIA]
    for share in (each for each in host.see(NetworkShare) if each.service in MEDIA_SERVERS):
        found = below(photos.items, share.path, *["~"] * share.whole_home).found
        personal = share.touches(media)
        if share.guest or found or personal:
            yield match(share, how_many(found, photos.gaps), worrying=bool(found) or personal)


def match(share: NetworkShare, found: str, *, worrying: bool) -> Match:
    """A film library of which no pictures of your own were seen is only worth a look."""
    serious = Severity.HIGH if share.guest else Severity.MEDIUM
    facts = {"service": share.service, "folder": share.path, "readers": share.readers, "pictures": found}
    return Match(
        subject=f"{share.service}: {share.path}",
        evidence=[Evidence("network-share", share.settings, facts)],
        params={**facts, "settings": share.settings},
        severity=serious if worrying else Severity.LOW,
    )
