"""Cameras that are a program's: what you see in a call may not come from the lens."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.virtual_camera import VirtualCamera
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NOW, AT_START = "is there now", "is made at every start"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[VirtualCamera],
)
def check(host: Host) -> Iterator[Match]:
    for camera in host.see(VirtualCamera):
        yield Match(
            subject=f"{camera.name} in {camera.settings}",
            evidence=[Evidence("virtual-camera", camera.settings, {"camera": camera.name})],
            params={
                "camera": camera.name,
                "settings": camera.settings,
                "when": NOW if camera.now else AT_START,
            },
            question=Question("camera", Severity.MEDIUM),
        )
