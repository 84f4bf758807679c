"""A device name that says whose device it is."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.device_name import DeviceName, PersonName
from audit.artifacts.own_name import letters, names
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[DeviceName, PersonName],
)
def check(host: Host) -> Iterator[Match]:
    people = list(host.see(PersonName))
    for device in host.see(DeviceName):
        words = letters(device.name)
        for person in people:
            if any(names(word, name) for name in letters(person.name) for word in words):
                yield match(device, person)
                break


def match(device: DeviceName, person: PersonName) -> Match:
    return Match(
        subject=device.settings,
        evidence=[Evidence("device-name", device.settings, {"name": device.name, "matches": person.source})],
        params={"name": device.name, "settings": device.settings},
    )
