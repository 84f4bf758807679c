"""Cameras, microphones and keyboards that other accounts of the computer may open."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.device_access import DeviceMember, OpenDevice
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

EVERYBODY = "every account of this computer"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[OpenDevice, DeviceMember],
)
def check(host: Host) -> Iterator[Match]:
    for opened in host.see(OpenDevice):
        yield match(EVERYBODY, opened.device, opened.settings, narrow=opened.narrow)
    for member in host.see(DeviceMember):
        yield match(member.account, " + ".join(sorted(member.devices)), member.settings, narrow=True)


def match(who: str, devices: str, place: str, *, narrow: bool) -> Match:
    """A group's member, and a rule for one maker's devices, may be meant: only the person can tell."""
    known = who != EVERYBODY
    return Match(
        subject=f"{who} in {place} ({devices})" if known else f"{place} ({devices})",
        evidence=[
            Evidence("device-member" if known else "open-device", place, {"devices": devices, "user": who})
        ],
        params={"who": who, "devices": devices, "place": place},
        severity=Severity.LOW if narrow else Severity.HIGH,
        exposure=Exposure.SHARED if known else None,
        question=Question("access", Severity.MEDIUM if narrow else Severity.HIGH),
    )
