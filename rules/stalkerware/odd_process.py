"""What runs now from a temporary or hidden folder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.artifacts.odd_places import HIDDEN, TEMPORARY, oddity
from audit.artifacts.process import Process
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

WORDS = {HIDDEN: "from a hidden folder", TEMPORARY: "from a folder for temporary files"}
# AppImages, and tools that build or test programs.
UNPACKED = re.compile(r"^(?:/tmp/(?:\.mount_|appimage_extracted_|pytest|pip-|go-build)|/run/user/)")


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Process],
)
def check(host: Host) -> Iterator[Match]:
    said: set[tuple[str, str]] = set()
    for process in host.see(Process):
        where = oddity(path for path in (process.exe, process.script) if not UNPACKED.match(path))
        if where in WORDS and (process.place, process.user) not in said:
            said.add((process.place, process.user))
            yield match(process, where)


def match(process: Process, where: str) -> Match:
    return Match(
        subject=process.place[:200],
        evidence=[Evidence("process", process.place, {"user": process.user})],
        params={
            "program": process.program,
            "place": process.place,
            "user": process.user or "?",
            "how": WORDS[where],
        },
        severity=Severity.MEDIUM if where == oddity([process.exe]) == TEMPORARY else Severity.LOW,
        question=Question("program", Severity.HIGH),
    )
