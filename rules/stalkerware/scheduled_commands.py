"""What starts by itself and watches, listens, sends files, or takes commands from elsewhere."""

from __future__ import annotations

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
        does = [sign for sign in DOES if sign in entry.signs]
        if entry.enabled and does and entry.asked not in said:
            said.add(entry.asked)
            yield match(entry, does)


def severity_of(does: list[str]) -> Severity:
    """Sending files is what backups do; watching, and then sending, is something else."""
    if {COMMANDS, KEYS} & set(does) or (SENDS in does and len(does) > 1):
        return Severity.HIGH
    return Severity.LOW if does == [SENDS] else Severity.MEDIUM


def match(entry: Autostart, does: list[str]) -> Match:
    facts = {"starts": entry.words["place"], "line": str(entry.line), "changed": entry.day}
    return Match(
        subject=entry.subject,
        evidence=[Evidence("autostart", entry.settings, facts)],
        params=entry.words | {"does": " + ".join(does), "day": entry.day},
        severity=severity_of(does),
        question=Question("command", Severity.HIGH),
    )
