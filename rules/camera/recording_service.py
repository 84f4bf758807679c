"""Programs that record the camera or the microphone and start by themselves, or show the picture in the network."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.camera_server import CameraServer
from audit.artifacts.process import in_system
from audit.artifacts.programs import RECORDERS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

STARTS, NETWORK = "starts by itself", "shown to other devices in the network"


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Autostart, CameraServer],
)
def check(host: Host) -> Iterator[Match]:
    for entry in host.see(Autostart):
        if entry.enabled and (program := recorder(entry)):
            yield match("autostart", program, entry.settings, STARTS, Severity.MEDIUM)
    for server in host.see(CameraServer):
        severity = Severity.MEDIUM if server.locked else Severity.HIGH
        yield match(
            "camera-server", "Motion", server.settings, " + ".join([NETWORK, *server.shows]), severity
        )


def recorder(entry: Autostart) -> str:
    """The program that records, or nothing. A name counts only where the system keeps its programs.

    Commands that record, such as those of ffmpeg, are judged by stalkerware/scheduled-commands.
    """
    return RECORDERS.get(posixpath.basename(entry.place), "") if in_system(entry.place) else ""


def match(artifact: str, program: str, settings: str, how: str, severity: Severity) -> Match:
    return Match(
        subject=f"{program} in {settings}",
        evidence=[Evidence(artifact, settings, {"program": program})],
        params={"program": program, "settings": settings, "how": how},
        severity=severity,
        question=Question("recording", Severity.HIGH),
    )
