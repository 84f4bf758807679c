"""Accounts that can log in but do not stand on the login screen."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.hidden_account import LEFT_OUT, NUMBER, HiddenAccount
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[HiddenAccount],
)
def check(host: Host) -> Iterator[Match]:
    """One sign has many innocent causes. Hidden in two ways and with a way in: that was hardly chance."""
    for account in host.see(HiddenAccount):
        twice = {NUMBER, LEFT_OUT} <= set(account.signs)
        signs = " + ".join(account.signs)
        yield Match(
            subject=account.name,
            evidence=[
                Evidence("hidden-account", account.settings, {"account": account.name, "signs": signs})
            ],
            params={
                "account": account.name,
                "full_name": account.full_name or "not given",
                "signs": signs,
                "settings": account.settings,
            },
            severity=Severity.HIGH if twice else Severity.LOW,
            confidence=Confidence.SIGN if twice else Confidence.SEEN,
            question=Question("known-hidden-account", Severity.HIGH),
        )
