"""Pictures that name a person, or the very camera they were taken with."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.photo import PhotoFolder, grouped
from audit.host import Host
from audit.model import Confidence, Effort, Exposure, Match, Severity
from audit.rule import rule

NAMES = ("owner", "person")
TELLING = {"serial": "serial numbers", "owner": "the owner's name", "person": "names of people"}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=True,
    needs=[PhotoFolder],
)
def check(host: Host) -> Iterator[Match]:
    """A serial number alone tells nobody who you are: it ties pictures to one another."""
    for group in grouped(host.see(PhotoFolder)):
        if revealed := group.revealed(TELLING):
            yield Match(
                subject=group.folder,
                evidence=group.evidence(TELLING),
                params={
                    "folder": group.folder,
                    "count": str(group.count(TELLING)),
                    "what": " + ".join(TELLING[each] for each in revealed),
                    "example": group.example(revealed),
                },
                severity=Severity.MEDIUM if group.revealed(NAMES) else Severity.LOW,
            )
