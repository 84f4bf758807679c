"""Lists that remember which pictures and videos were opened last."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.recent_files import RecentFiles
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
    needs=[RecentFiles],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(RecentFiles):
        if each.media:
            facts = {"media": str(each.media), "entries": str(each.entries)}
            yield Match(
                subject=each.path,
                evidence=[Evidence("recent-files", each.path, facts)],
                params={"list": each.path, **facts},
            )
