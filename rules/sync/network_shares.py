"""Folders with pictures that this machine offers to the local network."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.folders import UserFolder
from audit.artifacts.photo import Group, PhotoFolder, below, how_many
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
    for share in (each for each in host.see(NetworkShare) if each.service not in MEDIA_SERVERS):
        held = below(photos.items, share.path, *["~"] * share.whole_home)
        personal = share.touches(media)
        if share.guest or held.found or personal:
            number = how_many(held.found, photos.gaps)
            yield match(share, held, number, worrying=bool(held.found) or personal)


def match(share: NetworkShare, held: Group, number: str, *, worrying: bool) -> Match:
    """Open to everybody and holding pictures is serious; open to everybody with none seen in it is worth a look."""
    serious = Severity.HIGH if share.guest else Severity.MEDIUM
    return Match(
        subject=f"{share.service}: {share.path}",
        evidence=[
            Evidence(
                "network-share",
                share.settings,
                {"name": share.name, "folder": share.path, "readers": share.readers},
            ),
            *(
                Evidence("photo-folder", each.path, {"pictures": str(each.pictures)})
                for each in held.parts[:5]
            ),
        ],
        params={
            "service": share.service,
            "folder": share.path,
            "readers": share.readers,
            "pictures": number,
            "settings": share.settings,
        },
        severity=serious if worrying else Severity.LOW,
    )
