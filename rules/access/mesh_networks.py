"""Networks of devices that this machine has joined: whoever manages them decides which devices reach each other."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.mesh import MeshNetwork
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
    needs=[MeshNetwork],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(MeshNetwork):
        yield match(each)


def match(mesh: MeshNetwork) -> Match:
    facts = {"product": mesh.product, "starts": "yes" if mesh.starts else "no"}
    return Match(
        subject=f"{mesh.product}: {mesh.name}",
        evidence=[Evidence(MeshNetwork.KIND, mesh.settings, facts)],
        params={"product": mesh.product, "name": mesh.name, "settings": mesh.settings}
        | {
            "when": "starts by itself" if mesh.starts else "when somebody starts it",
        },
        question=Question("mesh", Severity.HIGH),
    )
