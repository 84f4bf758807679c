"""Apps that were given the camera or microphone: through the desktop's question, or by a right added by hand."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.flatpak import EVERY_APP, FlatpakOverride
from audit.artifacts.portal import PortalGrant
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

WAYS = {
    "portal-grant": ("you, or somebody at this computer, said yes to its question", Severity.LOW),
    "flatpak-override": (
        "added by hand in a settings file, without a question on the screen",
        Severity.MEDIUM,
    ),
}
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
    needs=[PortalGrant, FlatpakOverride],
)
def check(host: Host) -> Iterator[Match]:
    granted: dict[tuple[str, str], list[PortalGrant]] = {}
    for grant in host.see(PortalGrant):
        granted.setdefault((grant.app, grant.settings), []).append(grant)
    for (app, settings), mine in granted.items():
        devices = " + ".join(sorted(grant.device for grant in mine))
        yield match("portal-grant", app or UNBOXED, devices, settings)
    for override in host.see(FlatpakOverride):
        app = ALL_APPS if override.app == EVERY_APP else override.app
        yield match("flatpak-override", app, " + ".join(override.devices), override.settings)


def match(artifact: str, app: str, devices: str, settings: str) -> Match:
    how, severity = WAYS[artifact]
    return Match(
        subject=f"{app} in {settings}",
        evidence=[Evidence(artifact, settings, {"app": app, "devices": devices})],
        params={"app": app, "devices": devices, "settings": settings, "how": how},
        severity=severity,
        question=Question("app", Severity.HIGH),
    )
