"""What starts by itself and watches, listens, sends files, or takes commands from elsewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.signs import CAPTURES, COMMANDS, KEYS, SENDS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

DOES = (COMMANDS, *CAPTURES, SENDS)


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Autostart],
)
def check(host: Host) -> Iterator[Match]:
    said: set[tuple[str, int, tuple[str, ...]]] = set()
    for entry in host.see(Autostart):
        same = (entry.settings, entry.line, entry.signs)  # one line may start several programs
        if entry.enabled and same not in said and (does := [sign for sign in DOES if sign in entry.signs]):
            said.add(same)
            yield match(entry, does)


def severity_of(does: list[str]) -> Severity:
    """Sending files is what backups do; watching, and then sending, is something else."""
    if {COMMANDS, KEYS} & set(does) or (SENDS in does and len(does) > 1):
        return Severity.HIGH
    return Severity.LOW if does == [SENDS] else Severity.MEDIUM


def match(entry: Autostart, does: list[str]) -> Match:
    place = entry.place or entry.settings
    return Match(
        subject=f"{entry.settings}: {place}"[:200],
        evidence=[
            Evidence(
                "autostart", entry.settings, {"starts": place, "line": str(entry.line), "changed": entry.day}
            )
        ],
        params={"program": posixpath.basename(place), "place": place, "settings": entry.settings}
        | {"way": entry.way, "does": " + ".join(does), "day": entry.day},
        severity=severity_of(does),
        question=Question("command", Severity.HIGH),
    )
