"""Programs that hold a camera or microphone open at this moment."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.media_client import MediaClient
from audit.artifacts.process import Process, Use
from audit.artifacts.programs import BROWSERS, CALLS_AND_CAMERAS, MEDIA_SERVERS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

WORDS = {Use.CAMERA: "camera", Use.MICROPHONE: "microphone"}


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Process],
    may_use=[MediaClient],
)
def check(host: Host) -> Iterator[Match]:
    holders: dict[tuple[str, str], list[Process]] = {}
    for process in host.see(Process):
        if uses(process):
            holders.setdefault((process.place or process.name, process.user), []).append(process)
    behind = sorted({each.program for each in host.see(MediaClient) if each.program not in MEDIA_SERVERS})
    for (place, _), mine in holders.items():
        yield match(place, mine, behind)


def uses(process: Process) -> set[str]:
    return {WORDS[device.use] for device in process.devices if device.use in WORDS}


def match(place: str, mine: list[Process], behind: list[str]) -> Match:
    """One program, however many of its processes hold something; a sound server with those that it passes things on to."""
    first = mine[0]
    devices = " + ".join(sorted({word for process in mine for word in uses(process)}))
    label, severity = judged(first)
    if severity is Severity.INFO and behind:
        label = f"{label} → {', '.join(behind)}"
    nodes = sorted({device.node for process in mine for device in process.devices if device.use in WORDS})
    return Match(
        subject=f"{place} ({devices})",
        evidence=[Evidence("process", place, {"user": first.user, "open": ", ".join(nodes)})],
        params={"program": label, "place": place, "devices": devices, "user": first.user or "?"},
        severity=severity,
        question=None if severity is Severity.INFO else Question("program", Severity.HIGH),
    )


def judged(process: Process) -> tuple[str, Severity]:
    """A sound server passes sound on to others, so it is only said; browsers and call programs are usually you."""
    name = process.program
    known = MEDIA_SERVERS.get(name) or BROWSERS.get(name) or CALLS_AND_CAMERAS.get(name)
    if known is None:
        return name, Severity.HIGH
    if not process.from_system:
        return known, Severity.MEDIUM
    return known, Severity.INFO if name in MEDIA_SERVERS else Severity.LOW
