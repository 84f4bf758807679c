"""Devices of camera makers in this network."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.neighbour import Neighbour
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Neighbour],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(Neighbour):
        yield Match(
            subject=f"{each.maker} {each.hardware.replace(':', '-')}",
            evidence=[
                Evidence(
                    "neighbour",
                    each.settings,
                    {"address": each.address, "source": each.source, "dated": each.dated},
                )
            ],
            params={"maker": each.maker, "hardware": each.hardware, "address": each.address},
            confidence=None if each.sells == "cameras" else Confidence.NAME,
            question=Question("device", Severity.MEDIUM),
        )
