"""Sites that may use the camera or microphone without asking again."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.browser import SiteGrant
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[SiteGrant],
)
def check(host: Host) -> Iterator[Match]:
    grants = [grant for grant in host.see(SiteGrant) if grant.expires is None or grant.expires > host.taken_at]
    places = {(grant.browser, grant.profile, grant.user, grant.site): None for grant in grants}
    for place in places:
        mine = [grant for grant in grants if (grant.browser, grant.profile, grant.user, grant.site) == place]
        yield match(mine)


def match(grants: list[SiteGrant]) -> Match:
    """One site in one profile, with all that it may use."""
    first = grants[0]
    devices = " + ".join(sorted(grant.device for grant in grants))
    return Match(
        subject=f"{first.browser}/{first.profile}/{first.site}",
        evidence=[Evidence("site-grant", grant.settings, facts(grant)) for grant in grants],
        params={"site": first.site, "browser": first.browser, "profile": first.profile, "devices": devices},
    )


def facts(grant: SiteGrant) -> dict[str, str]:
    since = {"granted": grant.granted.date().isoformat()} if grant.granted else {}
    return {"site": grant.site, "device": grant.device, **since}
