"""Programs that may learn where this computer is without asking each time."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.location_access import EVERY, LocationAccess
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

EXACTLY = {
    "country": "the country",
    "city": "the city",
    "neighborhood": "the part of the city",
    "street": "the street",
    "exact": "the exact place",
}
ANY = "every program that asks for it"
OUTSIDE = "every program outside a sandbox"


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[LocationAccess],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(LocationAccess):
        everybody = each.app == EVERY  # a switch that many desktops offer at their first start
        app = ANY if everybody else each.app or OUTSIDE
        yield Match(
            subject=f"{app} in {each.settings}",
            evidence=[
                Evidence("location-access", each.settings, {"app": each.app, "accuracy": each.accuracy})
            ],
            params={
                "app": app,
                "accuracy": EXACTLY.get(each.accuracy, each.accuracy),
                "settings": each.settings,
            },
            severity=Severity.INFO if everybody else None,
            question=None if everybody else Question("location", Severity.MEDIUM),
        )
