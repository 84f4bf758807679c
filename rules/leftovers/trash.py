"""Pictures and videos that lie in the trash."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.leftovers import size_of
from audit.artifacts.trash import Trash
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

NOT_GIVEN = "not given"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=False,
    cautions=[Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Trash],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(Trash):
        if each.pictures + each.videos:
            yield match(each)


def match(trash: Trash) -> Match:
    """On a stick the trash goes wherever the stick goes."""
    facts = {"pictures": str(trash.pictures), "videos": str(trash.videos), "size": size_of(trash.size)}
    return Match(
        subject=trash.path,
        evidence=[Evidence("trash", trash.path, {**facts, "since": trash.since})],
        params={"folder": trash.path, "since": trash.since or NOT_GIVEN, **facts},
        severity=Severity.MEDIUM if trash.removable else None,
        exposure=Exposure.SHARED if trash.removable else None,
    )
