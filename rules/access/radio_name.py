"""A Bluetooth name or hotspot that says whose device it is."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.device_name import PersonName, RadioName
from audit.artifacts.own_name import letters, names
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[RadioName, PersonName],
)
def check(host: Host) -> Iterator[Match]:
    """Radio reaches neighbours and the street: further than a network's own names."""
    people = list(host.see(PersonName))
    for radio in host.see(RadioName):
        words = letters(radio.name)
        if any(names(word, name) for person in people for name in letters(person.name) for word in words):
            yield Match(
                subject=radio.settings,
                evidence=[Evidence("radio-name", radio.settings, {"name": radio.name, "way": radio.way})],
                params={"name": radio.name, "way": radio.way},
            )
