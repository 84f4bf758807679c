"""Other people's accounts that may change everything on this machine: a question for each."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.account import Account
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.LOCKS_OUT_OWNER],
    platforms=[Platform.LINUX],
    needs=[Account],
)
def check(host: Host) -> Iterator[Match]:
    """An administrator can watch and control every account: that counts as leaving the machine."""
    for account in host.see(Account):
        if account.uid and account.administrator and not account.own:
            facts = {"account": account.name, "home": account.home, "administrator": "yes"}
            yield Match(
                subject=account.name,
                evidence=[Evidence("account", account.settings, facts)],
                params={"account": account.name, "full_name": account.full_name or "not given"},
                question=Question("known-administrator", Severity.HIGH),
            )
