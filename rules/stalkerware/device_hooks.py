"""What starts when a device is plugged in, or in place of a service that other programs ask for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import REPLACEABLE, Autostart
from audit.artifacts.boot import DEVICE
from audit.artifacts.desktop_starts import ON_REQUEST, SHADOWS
from audit.artifacts.odd_places import HIDDEN, TEMPORARY, oddity
from audit.artifacts.origin import Origin
from audit.artifacts.signs import CAPTURES, COMMANDS, DOWNLOADS, ENCODED
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

WHEN = {
    DEVICE: "starts when a device is plugged in or found",
    ON_REQUEST: "starts when another program asks for it",
}
ANSWERS = "answers in place of the system's own service"
SNAPS = "70-snap."  # rules that snapd writes for its apps
SERIOUS = {COMMANDS, DOWNLOADS, ENCODED, REPLACEABLE, *CAPTURES}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Autostart],
    may_use=[Origin],
)
def check(host: Host) -> Iterator[Match]:
    unpackaged = {each.path for each in host.see(Origin) if not each.package}
    for entry in host.see(Autostart):
        if entry.way in WHEN and (severity := judged(entry, unpackaged)) is not None:
            yield match(entry, severity)


def judged(entry: Autostart, unpackaged: set[str]) -> Severity | None:
    if set(entry.signs) & SERIOUS or oddity([entry.place]) == TEMPORARY:
        return Severity.HIGH
    if oddity([entry.place]) == HIDDEN:
        return Severity.HIGH if entry.as_root else Severity.MEDIUM
    if SHADOWS in entry.signs:
        return Severity.MEDIUM
    by_hand = entry.place in unpackaged or (entry.settings in unpackaged and not entry.name.startswith(SNAPS))
    return Severity.LOW if entry.as_root and by_hand else None


def match(entry: Autostart, severity: Severity) -> Match:
    place = entry.place or entry.settings
    return Match(
        subject=entry.subject,
        evidence=[
            Evidence(
                "autostart", entry.settings, {"starts": place, "line": str(entry.line), "changed": entry.day}
            )
        ],
        params={
            "program": posixpath.basename(place),
            "place": place,
            "settings": entry.settings,
            "day": entry.day,
        }
        | {"when": ANSWERS if SHADOWS in entry.signs else WHEN[entry.way]},
        severity=severity,
        question=Question("hook", Severity.HIGH),
    )
