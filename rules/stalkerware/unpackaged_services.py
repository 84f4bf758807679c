"""What the system starts although no package brought it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.boot import DEVICE, MODULE
from audit.artifacts.desktop_starts import ON_REQUEST
from audit.artifacts.origin import Origin
from audit.artifacts.signs import SIGNS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

ELSEWHERE = (DEVICE, ON_REQUEST, MODULE)  # stalkerware/device-hooks judges the first two
MADE_BY_PROGRAMS = (
    "/run/",
    "/etc/systemd/system/snap",
    "/etc/systemd/user/snap",
)  # systemd's generators; snapd's units
PERSONAL = ("/var/spool/", "/etc/crontabs/")  # tables of jobs, which nobody packs


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Autostart, Origin],
)
def check(host: Host) -> Iterator[Match]:
    unpackaged = {each.path for each in host.see(Origin) if not each.package}
    said: set[str] = set()
    for entry in host.see(Autostart):
        subject = unknown(entry, unpackaged)
        if subject and subject not in said:
            said.add(subject)
            yield match(entry, subject)


def unknown(entry: Autostart, unpackaged: set[str]) -> str:
    """The file that no package brought: the program, or else what asks for it. Personal jobs and services never come in packages."""
    if (
        not entry.enabled
        or entry.user
        or entry.way in ELSEWHERE
        or entry.settings.startswith(MADE_BY_PROGRAMS)
    ):
        return ""
    asked_by = "" if entry.settings.startswith(PERSONAL) else entry.settings
    return next((path for path in (entry.script, entry.program, asked_by) if path in unpackaged), "")


def match(entry: Autostart, subject: str) -> Match:
    return Match(
        subject=subject[:200],
        evidence=[Evidence("autostart", entry.settings, {"starts": entry.place, "changed": entry.day})],
        params={"program": posixpath.basename(subject), "place": subject, "settings": entry.settings}
        | {"way": entry.way, "day": entry.day},
        severity=Severity.MEDIUM if set(entry.signs) & set(SIGNS) else Severity.LOW,
        question=Question("program", Severity.HIGH),
    )
