"""Sites that may use the camera or microphone without asking again."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.browser import EVERY_SITE, POLICY, SiteGrant
from audit.artifacts.sites import host_of, is_certified
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[SiteGrant],
)
def check(host: Host) -> Iterator[Match]:
    grants = [
        grant for grant in host.see(SiteGrant) if grant.expires is None or grant.expires > host.taken_at
    ]
    places = {(grant.browser, grant.profile, grant.user, grant.site): None for grant in grants}
    for place in places:
        mine = [grant for grant in grants if (grant.browser, grant.profile, grant.user, grant.site) == place]
        yield match(mine)


def match(grants: list[SiteGrant]) -> Match:
    """One site in one profile, with all that it may use."""
    first = grants[0]
    devices = " + ".join(sorted({grant.device for grant in grants}))
    site = "every site" if first.site == EVERY_SITE else first.site
    return Match(
        subject=f"{first.browser}/{first.profile}/{first.site}",
        evidence=[Evidence("site-grant", grant.settings, facts(grant)) for grant in grants],
        params={"site": site, "browser": first.browser, "profile": first.profile, "devices": devices},
        severity=Severity.MEDIUM if first.profile == POLICY else severity_of(first.site),
        question=Question("site", Severity.HIGH),
    )


def severity_of(site: str) -> Severity:
    """A meeting site with a name and a certificate is what people allow; anything else is worth a look sooner."""
    if site == EVERY_SITE or site.startswith(("*", "[*.]*")):
        return Severity.HIGH
    here = host_of(site) in ("localhost", "127.0.0.1", "::1")
    return Severity.LOW if here or is_certified(site) else Severity.MEDIUM


def facts(grant: SiteGrant) -> dict[str, str]:
    since = {"granted": grant.granted.date().isoformat()} if grant.granted else {}
    return {"site": grant.site, "device": grant.device, **since}
