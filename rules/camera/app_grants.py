"""Apps that were given the camera or microphone: through a question, by a right added by hand, or as they came."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.flatpak import EVERY_APP, FlatpakApp, FlatpakOverride
from audit.artifacts.portal import PortalGrant
from audit.artifacts.snap import SnapConnection
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

ASKED = "you, or somebody at this computer, said yes to its question"
ADDED = "added by hand in a settings file, without a question on the screen"
CONNECTED = "somebody at this computer connected it by hand"
CAME = "it came with this right when it was installed"
CAME_ONLINE = "it came with this right, and with the network, when it was installed"
UNBOXED = "every program outside a sandbox"
ALL_APPS = "every Flatpak app"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[PortalGrant, FlatpakOverride, FlatpakApp, SnapConnection],
)
def check(host: Host) -> Iterator[Match]:
    granted: dict[tuple[str, str], list[PortalGrant]] = {}
    for grant in host.see(PortalGrant):
        granted.setdefault((grant.app, grant.settings), []).append(grant)
    for (app, settings), mine in granted.items():
        devices = " + ".join(sorted(grant.device for grant in mine))
        yield match("portal-grant", app or UNBOXED, devices, settings, (ASKED, Severity.LOW))
    for override in host.see(FlatpakOverride):
        name = ALL_APPS if override.app == EVERY_APP else override.app
        devices = " + ".join(override.devices)
        yield match("flatpak-override", name, devices, override.settings, (ADDED, Severity.MEDIUM))
    for flatpak in host.see(FlatpakApp):
        how = CAME_ONLINE if flatpak.network else CAME
        devices = " + ".join(flatpak.devices)
        yield match("flatpak-app", flatpak.app, devices, flatpak.settings, (how, Severity.INFO))
    for snap in host.see(SnapConnection):
        judged = (CONNECTED, Severity.LOW) if snap.by_hand else (CAME, Severity.INFO)
        yield match("snap-connection", snap.app, " + ".join(snap.devices), snap.settings, judged)


def match(artifact: str, app: str, devices: str, settings: str, judged: tuple[str, Severity]) -> Match:
    """What an app came with is only said: most that make calls do."""
    how, severity = judged
    return Match(
        subject=f"{app} in {settings}",
        evidence=[Evidence(artifact, settings, {"app": app, "devices": devices})],
        params={"app": app, "devices": devices, "settings": settings, "how": how},
        severity=severity,
        question=None if severity is Severity.INFO else Question("app", Severity.HIGH),
    )
