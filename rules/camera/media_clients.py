"""Programs that listen or look through the sound server, which holds the devices for them."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.media_client import MediaClient
from audit.artifacts.programs import BROWSERS, CALLS_AND_CAMERAS, MEDIA_SERVERS, MIXERS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

KNOWN = {**BROWSERS, **CALLS_AND_CAMERAS, **MIXERS}


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[MediaClient],
)
def check(host: Host) -> Iterator[Match]:
    takers: dict[tuple[str, str], list[MediaClient]] = {}
    for client in host.see(MediaClient):
        if not (client.program in MEDIA_SERVERS and client.from_system):
            takers.setdefault((client.place or client.app, client.user), []).append(client)
    for (place, _), mine in takers.items():
        yield match(place, mine)


def match(place: str, mine: list[MediaClient]) -> Match:
    """One program, however many streams it has."""
    first = mine[0]
    devices = " + ".join(sorted({client.device for client in mine}))
    program = KNOWN.get(first.program, first.program)
    return Match(
        subject=f"{place} ({devices})",
        evidence=[Evidence("media-client", place, {"user": first.user, "devices": devices})],
        params={"program": program, "place": place, "devices": devices, "user": first.user or "?"},
        severity=severity_of(first),
        question=Question("program", Severity.HIGH),
    )


def severity_of(client: MediaClient) -> Severity:
    """Browsers, calls and volume meters are usually you. A sandboxed program's file is not known: its name alone says little."""
    if client.program not in KNOWN:
        return Severity.HIGH if client.place else Severity.MEDIUM
    return Severity.LOW if client.from_system else Severity.MEDIUM
