"""Accounts of services on the internet that this device is signed in to: only the person knows whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.online_accounts import OnlineAccount
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NOT_VISIBLE = "not visible here"
NO_NAME = "a name that is not visible here"
HOLDING_FILES = frozenset({"files", "photos", "documents"})


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[OnlineAccount],
)
def check(host: Host) -> Iterator[Match]:
    for each in host.see(OnlineAccount):
        uses = " + ".join(each.uses) or NOT_VISIBLE
        identity = each.identity or NO_NAME
        worse = Severity.HIGH if HOLDING_FILES & set(each.uses) else Severity.MEDIUM
        yield Match(
            subject=f"{each.through}: {each.service} {each.identity}".rstrip(),
            evidence=[Evidence("online-account", each.settings, {"account": identity, "uses": uses})],
            params={"through": each.through, "service": each.service, "identity": identity, "uses": uses},
            question=Question("only-yours", worse),
        )
