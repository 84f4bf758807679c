"""Copies that programs keep of what was looked at: websites, chats, previews, an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.artifacts.caches import Cache
from audit.artifacts.leftovers import size_of
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule

PICTURES = frozenset({"pictures and videos from chats", "small previews of your pictures"})


@rule(
    severity=Severity.INFO,
    confidence=Confidence.SEEN,
    exposure=Exposure.HERE,
    effort=Effort.QUARTER_HOUR,
    reversible=False,
    cautions=[Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Cache],
)
def check(host: Host) -> Iterator[Match]:
    groups: dict[tuple[str, str], list[Cache]] = {}
    for each in host.see(Cache):
        groups.setdefault((each.user, each.holds), []).append(each)
    for (user, holds), caches in groups.items():
        yield match(user, holds, caches)


def match(user: str, holds: str, caches: Sequence[Cache]) -> Match:
    """Every browser keeps websites; copies of your own pictures and chats are worth a step."""
    return Match(
        subject=f"{user}: {holds}",
        evidence=[
            Evidence(
                "cache",
                each.path,
                {"program": each.program, "files": str(each.files), "size": size_of(each.size)},
            )
            for each in caches
        ],
        params={
            "holds": holds,
            "programs": " + ".join(dict.fromkeys(each.program for each in caches)),
            "size": size_of(sum(each.size for each in caches)),
            "folder": caches[0].path,
        },
        severity=Severity.LOW if holds in PICTURES else None,
    )
