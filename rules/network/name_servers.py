"""Name servers that filter, that keep a record for somebody, or that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.artifacts.name_server import NameServer
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

DOES = {
    "nothing": "it finds every site",
    "malware": "it leaves out harmful sites",
    "ads": "it leaves out advertisements",
    "family": "it leaves out sites that are not for children",
    "account": "it can leave out what the owner of an account chose, and keep a list for them",
    "": "this version does not know it",
}
WATCHES = frozenset({"family", "account"})


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[NameServer],
)
def check(host: Host) -> Iterator[Match]:
    groups: dict[tuple[str, str, str], list[NameServer]] = {}
    for each in host.see(NameServer):
        groups.setdefault((each.operator or each.server, each.filters, each.settings), []).append(each)
    for found in groups.values():
        yield match(found)


def match(found: Sequence[NameServer]) -> Match:
    first = found[0]
    servers = " + ".join(dict.fromkeys(each.server for each in found))
    who = f"{first.operator} ({servers})" if first.operator else servers
    info = severity_of(first) is Severity.INFO
    return Match(
        subject=f"{first.operator or first.server} in {first.settings}",
        evidence=[Evidence("name-server", each.settings, facts(each)) for each in found],
        params={"who": who, "does": DOES.get(first.filters, DOES[""]), "settings": first.settings},
        severity=severity_of(first),
        question=None if info else Question("name-server", Severity.MEDIUM),
    )


def severity_of(each: NameServer) -> Severity:
    """One that everybody may use and that filters nothing of one's own choosing, or one in the same network, is only named."""
    if each.filters in WATCHES or not (each.operator or each.inside):
        return Severity.LOW
    return Severity.INFO


def facts(each: NameServer) -> dict[str, str]:
    scope = {"scope": each.scope} if each.scope else {}
    return {"server": each.server, **scope}
