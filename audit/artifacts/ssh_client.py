"""SSH connections that, once made, let the other side back in: `RemoteForward` in the settings of ssh (ssh_config(5))."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts import ssh_files
from audit.artifacts.base import Artifact, Look, collects

SYSTEM = "/etc/ssh/ssh_config"


@dataclass(frozen=True, slots=True)
class SshForward(Artifact):
    """One such setting. `host` is what the person types to connect; `listen` the port over there, `to` where it leads here."""

    KIND: ClassVar[str] = "ssh-forward"
    host: str
    listen: str
    to: str
    settings: str
    user: str = ""


@collects(SshForward)
def collect(look: Look) -> Iterator[SshForward]:
    for home in look.homes:
        yield from _forwards(look, f"{home.path}/.ssh/config", home.path, home.user)
    yield from _forwards(look, SYSTEM, "/root", "")


def _forwards(look: Look, path: str, home: str, user: str) -> Iterator[SshForward]:
    for line in ssh_files.whole(look, path, home):
        if line.keyword == "remoteforward" and line.words:
            host = line.block[1] or "*"
            yield SshForward(host, line.value, " ".join(line.words[1:2]), look.show(line.path), user)
