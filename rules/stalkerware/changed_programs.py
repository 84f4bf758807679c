"""Programs that start by themselves and are no longer what their package brought."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.origin import Origin
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Origin],
    may_use=[Autostart],
)
def check(host: Host) -> Iterator[Match]:
    run = {path for entry in host.see(Autostart) for path in (entry.program, entry.script)}
    altered = {each.file: each for each in host.see(Origin) if each.altered}
    ran = {each.file for each in host.see(Origin) if each.path in run}
    for file, each in altered.items():
        package = each.package.partition(":")[0]
        yield Match(
            subject=file[:200],
            evidence=[Evidence("origin", file, {"package": package})],
            params={"program": posixpath.basename(file), "place": file, "package": package},
            severity=Severity.HIGH if file in ran or each.checks_passwords else Severity.MEDIUM,
            question=Question("change", Severity.HIGH),
        )
