"""Accounts of other people on this machine: a question for each."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.account import Account
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.SHARED,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Account],
)
def check(host: Host) -> Iterator[Match]:
    """Those who may administer the machine are asked about by access/administrators."""
    for account in host.see(Account):
        if account.uid and not account.own and not account.administrator:
            facts = {"account": account.name, "home": account.home}
            yield Match(
                subject=account.name,
                evidence=[Evidence("account", account.settings, facts)],
                params={"account": account.name, "full_name": account.full_name or "not given"},
                question=Question("known-account", Severity.HIGH),
            )
