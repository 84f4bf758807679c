"""An account with another name that is root all the same."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.account import Account
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Severity
from audit.rule import rule


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SIGN,
    exposure=Exposure.LEAVES,
    effort=Effort.HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Account],
)
def check(host: Host) -> Iterator[Match]:
    """The system knows accounts by number: whoever has 0 may do everything (passwd(5), credentials(7))."""
    for account in host.see(Account):
        if account.uid == 0 and account.name != "root":
            facts = {"account": account.name, "number": "0", "home": account.home}
            yield Match(
                subject=account.name,
                evidence=[Evidence("account", account.settings, facts)],
                params={"account": account.name},
            )
