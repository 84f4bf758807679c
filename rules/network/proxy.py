"""Proxies that web traffic goes through. With an added root certificate, one could read all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from audit.artifacts.browser_certificate import BrowserCertificate
from audit.artifacts.listening import ListeningPort
from audit.artifacts.proxy import FOUND, Proxy
from audit.artifacts.root_certificate import RootCertificate
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule

NO_ADDRESS = "no fixed address"
OTHER = "another machine"
UNKNOWN = "a program on this computer"


@rule(
    severity=Severity.MEDIUM,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    platforms=[Platform.LINUX],
    needs=[Proxy],
    may_use=[ListeningPort, RootCertificate, BrowserCertificate],
)
def check(host: Host) -> Iterator[Match]:
    roots = [each for each in host.see(RootCertificate) if each.authority]
    browsers = {each.browser for each in host.see(BrowserCertificate)}
    listening = {each.port: each.place or each.program for each in host.see(ListeningPort) if each.program}
    for each in host.see(Proxy):
        trusted = bool(roots) or (each.of in browsers or ("browsers" in each.of and bool(browsers)))
        yield match(each, listening, trusted=trusted)


def match(each: Proxy, listening: Mapping[int, str], *, trusted: bool) -> Match:
    behind = listening.get(each.port, UNKNOWN) if each.here else OTHER
    mode = {"root": "added"} if trusted else {}
    severity = Severity.LOW if each.mode == FOUND else Severity.MEDIUM
    return Match(
        subject=f"{each.of}: {each.address or each.mode}",
        evidence=[Evidence("proxy", each.settings, {"address": each.address, "mode": each.mode, **mode})],
        params={
            "of": each.of,
            "mode": each.mode,
            "address": each.address or NO_ADDRESS,
            "behind": behind,
            "settings": each.settings,
        },
        severity=Severity.HIGH if trusted and each.mode != FOUND else severity,
        question=Question("proxy", Severity.HIGH),
    )
