"""Keys that open an account of this machine over SSH, without its password."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.process import Process
from audit.artifacts.ssh_keys import AuthorizedKey
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
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE, Caution.LOCKS_OUT_OWNER],
    platforms=[Platform.LINUX],
    needs=[AuthorizedKey, SshServer],
    may_use=[Process],
)
def check(host: Host) -> Iterator[Match]:
    servers = host.see(SshServer).items
    running = host.see(Process).items
    ready = [server for server in servers if awake(server, running)]
    for key in host.see(AuthorizedKey):
        root = key.account == "root" and any(server.root_login != "no" for server in servers)
        yield match(key, opens=(bool(ready) or root) and not key.tied)
    for server in servers:
        if server.keys_command or server.trusted_signers:
            yield signed(server)


def match(key: AuthorizedKey, *, opens: bool) -> Match:
    """A key opens nothing while no server waits for it; one that may run a single command opens little."""
    facts = {
        "type": key.type,
        "name": key.comment,
        "fingerprint": key.fingerprint,
        "options": ", ".join(key.options),
    }
    return Match(
        subject=f"{key.settings}: {key.fingerprint}",
        evidence=[
            Evidence(
                AuthorizedKey.KIND, key.settings, {**facts, "account": key.account, "written": key.changed}
            )
        ],
        params={"account": key.account, "settings": key.settings, "fingerprint": key.fingerprint}
        | {"name": key.comment or "not given", "changed": key.changed or "not given"},
        severity=Severity.MEDIUM if opens else Severity.LOW,
        question=Question("ssh-key", Severity.HIGH),
    )


def signed(server: SshServer) -> Match:
    """Keys that no file here lists: a program is asked for them, or whoever holds a signing key may make new ones."""
    place = server.keys_command or server.trusted_signers
    return Match(
        subject=f"{server.settings}: {place}",
        evidence=[Evidence(SshServer.KIND, server.settings, {"keys": place})],
        params={"account": "every account", "settings": server.settings, "fingerprint": place}
        | {"name": "keys that are kept elsewhere", "changed": "not given"},
        severity=Severity.MEDIUM,
        question=Question("ssh-key", Severity.HIGH),
    )
