"""Connections from here to somewhere else, through which somebody over there gets in."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.autostart import Autostart
from audit.artifacts.openings import Opening, Way
from audit.artifacts.process import Process
from audit.artifacts.ssh_client import SshForward
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

SERVICE = "the server of the service itself"


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    platforms=[Platform.LINUX],
    needs=[Process, Autostart, SshForward],
)
def check(host: Host) -> Iterator[Match]:
    seen: dict[tuple[str, Way, str], list[Evidence]] = {}
    lasting = set()
    for entry in (each for each in host.see(Autostart) if each.enabled):
        for opening in (
            each for each in entry.opens if each.way is not Way.SHELL
        ):  # what it runs is told elsewhere
            facts = {"starts": opening.program, "account": entry.user, "as": entry.way}
            seen.setdefault(key(opening), []).append(Evidence(Autostart.KIND, entry.settings, facts))
            lasting.add(key(opening))
    for process in host.see(Process):
        for opening in process.opens:
            where = Evidence(Process.KIND, process.place or process.name, {"account": process.user})
            seen.setdefault(key(opening), []).append(where)
    for each, evidence in seen.items():
        if each[1] is not Way.SCREEN:
            yield match(each, evidence, lasting=each in lasting)
    for forward in host.see(SshForward):
        yield configured(forward)


def key(opening: Opening) -> tuple[str, Way, str]:
    """What starts ssh again and again and the ssh that it starts are one."""
    return "ssh" if opening.way is Way.SSH else opening.program, opening.way, opening.to


def match(what: tuple[str, Way, str], evidence: list[Evidence], *, lasting: bool) -> Match:
    """A tunnel service that somebody started by hand is a developer's everyday tool; one that starts by itself is not."""
    program, way, to = what
    by_hand = way is Way.TUNNEL and not lasting
    return Match(
        subject=f"{program}: {to}" if to else program,
        evidence=evidence,
        params={"way": way.value, "to": to or SERVICE, "place": evidence[0].locator}
        | {"program": program, "when": "starts by itself" if lasting else "running now"},
        severity=Severity.MEDIUM if by_hand else Severity.HIGH,
        question=Question("tunnel", Severity.HIGH if by_hand else Severity.CRITICAL),
    )


def configured(forward: SshForward) -> Match:
    facts = {"listens": forward.listen, "to": forward.to}
    return Match(
        subject=f"{forward.settings}: {forward.host}",
        evidence=[Evidence(SshForward.KIND, forward.settings, facts)],
        params={"way": Way.SSH.value, "to": forward.host, "place": forward.settings}
        | {"program": "ssh", "when": "when somebody connects to it from here"},
        severity=Severity.MEDIUM,
        question=Question("tunnel", Severity.HIGH),
    )
