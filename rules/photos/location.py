"""Pictures that say where they were taken."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.photo import PhotoFolder, grouped
from audit.host import Host
from audit.model import Confidence, Effort, Exposure, Match, Severity
from audit.rule import rule

LOCATION = ("location",)


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=True,
    needs=[PhotoFolder],
)
def check(host: Host) -> Iterator[Match]:
    for group in grouped(host.see(PhotoFolder)):
        if count := group.count(LOCATION):
            yield Match(
                subject=group.folder,
                evidence=group.evidence(LOCATION),
                params={
                    "folder": group.folder,
                    "count": str(count),
                    "pictures": str(group.pictures),
                    "example": group.example(LOCATION),
                },
            )
