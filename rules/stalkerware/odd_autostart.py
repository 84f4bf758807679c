"""What starts by itself from a hidden or temporary place, or brings its code from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.autostart import REPLACEABLE, Autostart
from audit.artifacts.boot import DEVICE
from audit.artifacts.commands import INLINE
from audit.artifacts.desktop_starts import ON_REQUEST
from audit.artifacts.odd_places import HIDDEN, SETTINGS, TEMPORARY, oddity
from audit.artifacts.signs import DOWNLOADS, ENCODED
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

ELSEWHERE = (DEVICE, ON_REQUEST)  # stalkerware/device-hooks judges these
WORDS = {
    HIDDEN: "from a hidden folder",
    TEMPORARY: "from a folder for temporary files",
    SETTINGS: "from a folder for settings",
}
SIGNS = (DOWNLOADS, ENCODED, INLINE, REPLACEABLE)


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
        repeated = entry.asked in said and not odd_place(entry)
        if entry.enabled and entry.way not in ELSEWHERE and not repeated and (severity := judged(entry)):
            said.add(entry.asked)
            yield match(entry, severity)


def judged(entry: Autostart) -> Severity | None:
    """Ordinary programs in a person's own usual folders are nothing to say; inside them, a further hidden folder is."""
    where = odd_place(entry)
    if where == TEMPORARY or set(entry.signs) & {DOWNLOADS, ENCODED}:
        return Severity.HIGH
    if where == HIDDEN:
        return Severity.HIGH if entry.as_root else Severity.MEDIUM
    if REPLACEABLE in entry.signs:
        return Severity.MEDIUM
    return Severity.LOW if where else None


def odd_place(entry: Autostart) -> str:
    return oddity((entry.script, entry.program))


def match(entry: Autostart, severity: Severity) -> Match:
    how = [words for where, words in WORDS.items() if where == odd_place(entry)]
    how += [sign for sign in SIGNS if sign in entry.signs]
    return Match(
        subject=entry.subject,
        evidence=[
            Evidence(
                "autostart",
                entry.settings,
                {"starts": entry.program, "script": entry.script, "changed": entry.day},
            )
        ],
        params=entry.words | {"how": " + ".join(how)},
        severity=severity,
        question=Question("program", Severity.HIGH),
    )
