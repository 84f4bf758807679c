"""Accounts that may do everything on this machine without being asked for a password."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.elevation import Elevation
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

# Rules of polkit are programs, and were only searched: a strong sign, not more.
SURE = {"polkit": Confidence.SIGN}


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.LOCKS_OUT_OWNER],
    platforms=[Platform.LINUX],
    needs=[Elevation],
)
def check(host: Host) -> Iterator[Match]:
    """One finding for each line that lets accounts in, since one change closes it."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for each in host.see(Elevation):
        lines.setdefault((each.through, each.granted, each.settings), []).append(each.account)
    for (through, granted, settings), accounts in lines.items():
        names = " + ".join(accounts)
        yield Match(
            subject=f"{through}: {granted}",
            evidence=[Evidence("elevation", settings, {"accounts": names, "through": through})],
            params={"account": names, "through": through, "granted": granted, "settings": settings},
            confidence=SURE.get(through, Confidence.SEEN),
        )
