"""Accounts that browsers are signed in to, account by account."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.browser_account import BrowserAccount
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.LOCKS_OUT_OWNER],
    needs=[BrowserAccount],
)
def check(host: Host) -> Iterator[Match]:
    seen = list(host.see(BrowserAccount))
    accounts = list(dict.fromkeys(each.account for each in seen))
    for account in accounts:
        mine = [each for each in seen if each.account == account]
        yield match(account, mine, [each for each in accounts if each != account])


def match(account: str, mine: list[BrowserAccount], others: list[str]) -> Match:
    facts = [{"account": account, "browser": each.browser, "profile": each.profile} for each in mine]
    return Match(
        subject=account,
        evidence=[
            Evidence(BrowserAccount.KIND, each.settings, fact) for each, fact in zip(mine, facts, strict=True)
        ],
        params={
            "account": account,
            "where": " + ".join(f"{each.browser}/{each.profile}" for each in mine),
            "others": " + ".join(others) or "none seen",
        },
        question=Question("account", Severity.HIGH),
    )
