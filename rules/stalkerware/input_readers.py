"""Programs that read keyboards directly, or can press keys in your place."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.process import Process, Use
from audit.artifacts.programs import INPUT_PROGRAMS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

# Steam installs itself into the person's own folder, and its games talk to controllers.
STEAM = ("~/.local/share/Steam/", "~/.steam/")
READS_KEYS = {Use.KEYBOARD, Use.INPUT}
WORDS = {
    Use.KEYBOARD: "reads a keyboard",
    Use.INPUT: "reads an input device that may be a keyboard",
    Use.HIDRAW: "talks to an input device directly",
    Use.UINPUT: "can press keys in your place",
}


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Process],
)
def check(host: Host) -> Iterator[Match]:
    readers: dict[tuple[str, str], list[Process]] = {}
    for process in host.see(Process):
        if uses(process) and not (process.program in INPUT_PROGRAMS and process.from_system):
            readers.setdefault((process.place or process.name, process.user), []).append(process)
    for (place, _), mine in readers.items():
        yield match(place, mine)


def uses(process: Process) -> set[Use]:
    """Game controllers and mice are no keyboards, and stay out."""
    return {device.use for device in process.devices} & WORDS.keys()


def match(place: str, mine: list[Process]) -> Match:
    first = mine[0]
    found = {use for process in mine for use in uses(process)}
    nodes = sorted({device.node for process in mine for device in process.devices if device.use in WORDS})
    return Match(
        subject=place,
        evidence=[Evidence("process", place, {"user": first.user, "open": ", ".join(nodes)})],
        params={
            "program": first.program,
            "place": place,
            "user": first.user or "?",
            "how": " + ".join(words for use, words in WORDS.items() if use in found),
        },
        severity=severity_of(first, found),
        question=Question("program", Severity.HIGH),
    )


def severity_of(process: Process, found: set[Use]) -> Severity:
    if found & READS_KEYS and process.program not in INPUT_PROGRAMS:
        return Severity.HIGH
    return Severity.LOW if process.place.startswith(STEAM) else Severity.MEDIUM
