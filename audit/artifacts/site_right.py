"""Sites that may learn where the person is, or see the screen, without asking again.

Chromium family: `geolocation` and, since its rough and exact kinds were told apart, `geolocation_with_options`; it keeps no right to
see the screen. Firefox: `geo` and `screen` in permissions.sqlite. Policies: see `audit.artifacts.browser_policy`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.browser import POLICY, Grant, firefox_grants, parse_chromium
from audit.artifacts.browser_policy import BrowserPolicy
from audit.artifacts.browser_profiles import Profile, chromium_profiles, firefox_profiles

LOCATION = "location"
SCREEN = "screen"
_CHROMIUM = ((LOCATION, "geolocation"), (LOCATION, "geolocation_with_options"))
_FIREFOX = {"geo": LOCATION, "screen": SCREEN}


@dataclass(frozen=True, slots=True)
class SiteRight(Artifact):
    """A saved permission. `right`: location or screen. `site` is "*" for every one."""

    KIND: ClassVar[str] = "site-right"
    browser: str
    profile: str
    user: str
    site: str
    right: str
    settings: str
    granted: datetime | None = None
    expires: datetime | None = None


@collects(SiteRight)
def collect(look: Look) -> Iterator[SiteRight]:
    parser = partial(parse_chromium, wanted=_CHROMIUM)
    for profile in chromium_profiles(look):
        path = f"{profile.folder}/Preferences"
        for grant in look.parse(parser, path) or ():
            yield _right(profile, look.show(path), grant)
    for profile in firefox_profiles(look):
        path = f"{profile.folder}/permissions.sqlite"
        for site, kind, granted, expires in firefox_grants(look, path, tuple(_FIREFOX)):
            yield _right(profile, look.show(path), (site, _FIREFOX[kind], granted, expires))
    for policy in look.see(BrowserPolicy):
        if policy.about == LOCATION:
            yield SiteRight(policy.browser, POLICY, "", policy.value, LOCATION, policy.settings)


def _right(profile: Profile, settings: str, grant: Grant) -> SiteRight:
    site, right, granted, expires = grant
    return SiteRight(
        profile.browser, profile.name, profile.home.user, site, right, settings, granted, expires
    )
