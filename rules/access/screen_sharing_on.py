"""Screen sharing that is switched on: what somebody elsewhere needs to get in."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.openings import Way
from audit.artifacts.process import Process
from audit.artifacts.screen_sharing import ScreenSharing
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

ASKS = {
    "agreement": "somebody here is asked first",
    "password": "a password is enough, nobody here is asked",
    "nothing": "no password is asked for",
}
SEVERITY = {"agreement": Severity.LOW, "password": Severity.MEDIUM, "nothing": Severity.HIGH}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[ScreenSharing, Autostart],
    may_use=[Process],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(ScreenSharing):
        facts = {"account": each.user, "asks": each.asks, "control": "yes" if each.controls else "no"}
        severity = SEVERITY[each.asks]
        if not each.starts and severity is Severity.HIGH:
            severity = Severity.MEDIUM  # set up so, but nothing starts it by itself
        what = "lets others use keyboard and mouse" if each.controls else "shows the screen only"
        yield match(
            each.product, Evidence(ScreenSharing.KIND, each.settings, facts), what, ASKS[each.asks], severity
        )
    bare: dict[str, Evidence] = {}
    for entry in host.see(Autostart):
        for opening in entry.opens if entry.enabled else ():
            if opening.way is Way.SCREEN:
                bare.setdefault(
                    opening.program, Evidence(Autostart.KIND, entry.settings, {"starts": opening.program})
                )
    for process in host.see(Process):
        for opening in process.opens:
            if opening.way is Way.SCREEN:
                bare.setdefault(opening.program, Evidence(Process.KIND, process.place or process.name, {}))
    for program, evidence in bare.items():
        yield match(program, evidence, "lets others use keyboard and mouse", ASKS["nothing"], Severity.HIGH)


def match(product: str, evidence: Evidence, what: str, asks: str, severity: Severity) -> Match:
    return Match(
        subject=f"{product}: {evidence.locator}",
        evidence=[evidence],
        params={"product": product, "place": evidence.locator, "what": what, "asks": asks},
        severity=severity,
        confidence=Confidence.SIGN if evidence.artifact == Process.KIND else Confidence.SEEN,
        question=Question("screen-sharing", Severity.HIGH),
    )
