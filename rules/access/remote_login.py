"""The SSH server: whether somebody can log in from elsewhere, and how strictly it asks."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.process import Process
from audit.artifacts.ssh_server import SshServer, awake
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Platform, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.LOCKS_OUT_OWNER],
    platforms=[Platform.LINUX],
    needs=[SshServer],
    may_use=[Process],
)
def check(host: Host) -> Iterator[Match]:
    running = host.see(Process).items
    for server in host.see(SshServer):
        if server.reachable and awake(server, running):
            yield match(server)


def doors(server: SshServer) -> list[str]:
    """What it lets pass, the widest first."""
    found = []
    if server.empty_passwords and server.passwords:
        found.append("accounts without a password can log in")
    if server.root_login == "yes" and server.passwords:
        found.append("the account root can log in with its password")
    if server.exceptions:
        found.append("it asks less of some")
    found.append("accounts can log in with their password" if server.passwords else "only keys open it")
    return found


def match(server: SshServer) -> Match:
    found = doors(server)
    wide = server.passwords and (server.empty_passwords or server.root_login == "yes")
    facts = {"ports": " ".join(server.ports), "PermitRootLogin": server.root_login}
    facts["passwords"] = "yes" if server.passwords else "no"
    facts["PermitEmptyPasswords"] = "yes" if server.empty_passwords else "no"
    if server.exceptions:
        facts["exceptions"] = "; ".join(server.exceptions)
    return Match(
        subject=server.settings,
        evidence=[Evidence(SshServer.KIND, server.settings, facts)]
        + ([Evidence("service", server.enabled_by, {})] if server.enabled_by else []),
        params={"settings": server.settings, "ports": ", ".join(server.ports), "doors": " + ".join(found)}
        | {"when": "starts by itself" if server.enabled_by else "running now"},
        severity=Severity.HIGH if wide else Severity.LOW,
        question=Question("ssh-server", Severity.HIGH),
    )
