"""Small previews of pictures that are gone themselves."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.leftovers import size_of
from audit.artifacts.thumbnails import Thumbnails
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=False,
    cautions=[Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Thumbnails],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(Thumbnails):
        if each.gone:
            facts = {"gone": str(each.gone), "looked": str(each.looked), "files": str(each.files)}
            yield Match(
                subject=each.path,
                evidence=[Evidence("thumbnails", each.path, facts)],
                params={"folder": each.path, "size": size_of(each.size), **facts},
            )
