"""Sites for help that do not open here, or that open another machine's page: a name list of this computer says so."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.site_override import SiteOverride
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NOWHERE = "nowhere, so that it does not open"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[SiteOverride],
)
def check(host: Host) -> Iterator[Match]:
    same: dict[tuple[str, str, str], list[SiteOverride]] = {}
    for each in host.see(SiteOverride):
        if each.kind == "account" and each.nowhere:
            continue  # many people keep themselves away from a site like this
        same.setdefault((each.name.removeprefix("www."), each.address, each.settings), []).append(each)
    for entries in same.values():
        yield match(sorted(entries, key=lambda each: len(each.name)))


def match(entries: list[SiteOverride]) -> Match:
    """A site with and without its www is one site."""
    first = entries[0]
    return Match(
        subject=first.name,
        evidence=[
            Evidence("site-override", each.settings, {"name": each.name, "address": each.address})
            for each in entries
        ],
        params={
            "site": first.name,
            "leads": NOWHERE if first.nowhere else first.address,
            "settings": first.settings,
        },
        severity=None if first.kind == "help" else Severity.MEDIUM,
        question=Question("own-entry", Severity.HIGH),
    )
