"""Telling pictures in a folder that leaves this machine: what of them, and who gets it."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.photo import Group, PhotoFolder, below
from audit.artifacts.reach import Reach, reaches
from audit.artifacts.shares import NetworkShare
from audit.artifacts.sync import SyncFolder
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

NAMING = ("location", "owner", "person")
TELLING = {"location": "where they were taken", "owner": "the owner's name", "person": "names of people",
           "serial": "serial numbers"}  # fmt: skip
PREVIEWS = "previews that differ from the picture"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[PhotoFolder, SyncFolder],
    may_use=[NetworkShare],
)
def check(host: Host) -> Iterator[Match]:
    photos = host.see(PhotoFolder).items
    for reach in reaches(host.see(SyncFolder), host.see(NetworkShare)):
        group = below(photos, reach.path, *["~"] * reach.whole_home)
        differ = sum(each.previews_differ for each in group.parts)
        if group.revealed(TELLING) or differ:
            yield match(reach, group, differ)


def match(reach: Reach, group: Group, differ: int) -> Match:
    """Pictures that say where or who weigh most; a serial number alone, or a paused folder, a step less."""
    telling = group.revealed(TELLING)
    differing = [path for each in group.parts for path in each.differing]
    what = [TELLING[each] for each in telling] + [PREVIEWS] * bool(differ)
    serious = bool(group.revealed(NAMING) or differ) and not reach.paused
    return Match(
        subject=f"{reach.through}: {reach.path}",
        evidence=[
            Evidence(reach.artifact, reach.settings, {"folder": reach.path, "with": reach.who}),
            *group.evidence(TELLING),
        ],
        params={
            "folder": reach.path,
            "through": reach.through,
            "who": reach.who,
            "count": str(max(group.count(TELLING), differ)),
            "pictures": str(group.pictures),
            "what": " + ".join(what),
            "example": group.example(TELLING) if telling else (differing or [group.folder])[0],
        },
        severity=Severity.HIGH if serious else Severity.MEDIUM,
    )
