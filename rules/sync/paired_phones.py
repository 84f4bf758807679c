"""Phones and other devices paired with this one, and what they may do here: only the person knows whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.paired import PairedDevice
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

CONTROL = frozenset({"moves the pointer and presses keys", "runs the commands that were set up for it"})
NOTHING = "nothing that is switched on here"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[PairedDevice],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(PairedDevice):
        name = each.name or each.ident
        may = " + ".join(each.abilities) or NOTHING
        worse = Severity.HIGH if CONTROL & set(each.abilities) else Severity.MEDIUM
        yield Match(
            subject=f"{each.program}: {each.ident}",
            evidence=[
                Evidence("paired-device", each.settings, {"device": name, "kind": each.type, "may": may})
            ],
            params={"program": each.program, "device": name, "may": may},
            question=Question("your-phone", worse),
        )
