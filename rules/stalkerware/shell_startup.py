"""What a terminal does by itself when it is opened, beyond setting itself up."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.shell_startup import BEHIND, COPIES, FIRST, RECORDS, STANDS_IN, STARTS, StartupLine
from audit.artifacts.signs import CAMERA, COMMANDS, DOWNLOADS, ENCODED, KEYS, SCREEN, SENDS, SOUND
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

SEVERITIES = {
    COMMANDS: Severity.HIGH,
    DOWNLOADS: Severity.HIGH,
    ENCODED: Severity.HIGH,
    KEYS: Severity.HIGH,
    RECORDS: Severity.MEDIUM,
    COPIES: Severity.MEDIUM,
    STARTS: Severity.MEDIUM,
    FIRST: Severity.LOW,
    BEHIND: Severity.LOW,
    SCREEN: Severity.MEDIUM,
    SOUND: Severity.MEDIUM,
    CAMERA: Severity.MEDIUM,
    SENDS: Severity.LOW,
}
SAID = {DOWNLOADS: "runs code that it downloads", ENCODED: "runs code hidden in encoded text"}
OFTEN_WRAPPED = ("ssh", "gpg", "login")  # by people who set options of their own
WHERE = 0  # a file of that name, not a line


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[StartupLine],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(StartupLine):
        yield Match(
            subject=f"{each.settings}: {each.what}{' ' * bool(each.program)}{each.program}"[:200],
            evidence=[
                Evidence(
                    "startup-line", each.settings, {"line": str(each.line or 1), "program": each.program}
                )
            ],
            params={
                "settings": each.settings,
                "line": str(each.line or 1),
                "does": SAID.get(each.what, each.what),
            }
            | {"program": f": {each.program}" if each.program else ""},
            severity=severity_of(each),
            question=Question("line", Severity.HIGH),
        )


def severity_of(found: StartupLine) -> Severity:
    if found.what != STANDS_IN:
        return SEVERITIES.get(found.what, Severity.MEDIUM)
    if found.program in OFTEN_WRAPPED:
        return Severity.LOW if found.line == WHERE else Severity.MEDIUM
    return Severity.MEDIUM if found.line == WHERE else Severity.HIGH
