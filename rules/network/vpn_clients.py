"""VPNs that are set up here: who runs the other end sees where the traffic goes. No verdict."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.vpn import Vpn
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Vpn],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(Vpn):
        yield match(each)


def match(vpn: Vpn) -> Match:
    facts = {"product": vpn.product, "server": vpn.server, "starts": "yes" if vpn.starts else "no"}
    return Match(
        subject=f"{vpn.product}: {vpn.name}",
        evidence=[Evidence(Vpn.KIND, vpn.settings, facts)],
        params={"product": vpn.product, "name": vpn.name, "settings": vpn.settings}
        | {
            "server": vpn.server or "not given",
            "when": "starts by itself" if vpn.starts else "when somebody starts it",
        },
        question=Question("vpn", Severity.MEDIUM),
    )
