"""Sites that may learn where the person is, or see the screen, without asking again."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.browser import EVERY_SITE, POLICY
from audit.artifacts.site_right import SCREEN, SiteRight
from audit.artifacts.sites import host_of, is_certified
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule

WORDS = {"location": "where you are", "screen": "what your screen shows"}


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[SiteRight],
)
def check(host: Host) -> Iterator[Match]:
    rights = [each for each in host.see(SiteRight) if each.expires is None or each.expires > host.taken_at]
    for place in dict.fromkeys((each.settings, each.site) for each in rights):
        yield match([each for each in rights if (each.settings, each.site) == place])


def match(rights: list[SiteRight]) -> Match:
    first = rights[0]
    kinds = dict.fromkeys(each.right for each in rights)
    return Match(
        subject=f"{first.settings}: {first.site}"[:200],
        evidence=[Evidence(SiteRight.KIND, each.settings, facts(each)) for each in rights],
        params={
            "site": "every site" if first.site == EVERY_SITE else first.site,
            "browser": first.browser,
            "profile": first.profile,
            "what": " + ".join(WORDS[kind] for kind in kinds),
        },
        severity=Severity.LOW if is_ordinary(first) and SCREEN not in kinds else Severity.MEDIUM,
        question=Question("site", Severity.HIGH),
    )


def is_ordinary(right: SiteRight) -> bool:
    """A site with a name and a certificate that a person allowed; browsers do not keep a right to see the screen by themselves."""
    if right.profile == POLICY or right.site.startswith(("*", "[*.]")):
        return False
    return host_of(right.site) == "localhost" or is_certified(right.site)


def facts(right: SiteRight) -> dict[str, str]:
    since = {"granted": right.granted.date().isoformat()} if right.granted else {}
    return {"site": right.site, "right": right.right, **since}
