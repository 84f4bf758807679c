"""Keys, browsers and messages in a home that other accounts of this machine can open."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.private_place import PrivatePlace
from audit.host import Host
from audit.model import Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    platforms=[Platform.LINUX],
    needs=[PrivatePlace],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(PrivatePlace):
        yield Match(
            subject=f"{each.path}: may be changed" if each.writable else each.path,
            evidence=[Evidence("private-place", each.path, {"permissions": each.mode, "of": each.user})],
            params={
                "path": each.path,
                "what": each.what,
                "may": "read and change" if each.writable else "read",
                "others": " + ".join(each.others) or "none seen",
            },
            severity=severity(each),
        )


def severity(place: PrivatePlace) -> Severity:
    """Without another person's account it is only a door that may be used one day. Who can write decides what runs as the person."""
    if not place.others:
        return Severity.LOW
    return Severity.HIGH if place.writable else Severity.MEDIUM
