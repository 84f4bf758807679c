"""The SSH server: whether it starts with the machine, and how it lets people in (sshd_config(5))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from audit.artifacts import ssh_files
from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.process import Process
from audit.artifacts.service import Service
from audit.artifacts.ssh_files import Line

# Debian and Fedora; Arch; NixOS. The settings: everywhere, and where openSUSE keeps its own copy.
PROGRAMS = ("/usr/sbin/sshd", "/usr/bin/sshd", "/run/current-system/sw/bin/sshd")
SETTINGS = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
SWITCHED_OFF = "/etc/ssh/sshd_not_to_be_run"  # Debian's README.Debian.gz of openssh-server
# Debian: ssh.service, ssh.socket and /etc/init.d/ssh; elsewhere sshd.service, sshd.socket.
SERVICES = frozenset({"ssh", "sshd"})
KEYS = (".ssh/authorized_keys", ".ssh/authorized_keys2")  # AuthorizedKeysFile's default
# What OpenSSH does where nothing is said (sshd_config(5)).
DEFAULTS = {
    "permitrootlogin": "prohibit-password",
    "passwordauthentication": "yes",
    "permitemptypasswords": "no",
}
_OPENS = {"permitrootlogin": ("yes",), "passwordauthentication": ("yes",), "permitemptypasswords": ("yes",)}
_HERE = ("localhost", "127.", "[::1]", "::1")


@dataclass(frozen=True, slots=True)
class SshServer(Artifact):
    """The server of this machine. `root_login` as sshd_config says it; `exceptions`: `Match` blocks that allow more.

    `enabled_by` names what starts it, or is empty. `reachable`: it listens to more than this machine.
    """

    KIND: ClassVar[str] = "ssh-server"
    settings: str
    enabled_by: str = ""
    ports: tuple[str, ...] = ("22",)
    reachable: bool = True
    root_login: str = "prohibit-password"
    passwords: bool = True
    empty_passwords: bool = False
    exceptions: tuple[str, ...] = ()
    keys: tuple[str, ...] = KEYS
    keys_command: str = ""
    trusted_signers: str = ""


def awake(server: SshServer, running: Iterable[Process]) -> bool:
    """Whether it runs, or starts with the machine."""
    return bool(server.enabled_by) or any(each.program == "sshd" and each.from_system for each in running)


@collects(SshServer)
def collect(look: Look) -> Iterator[SshServer]:
    if any(look.stat(path) is not None for path in PROGRAMS):
        path = next((path for path in SETTINGS if look.stat(path) is not None), SETTINGS[0])
        server = understood(ssh_files.whole(look, path), path)
        yield replace(server, enabled_by=_enabled(look))


def _enabled(look: Look) -> str:
    if look.stat(SWITCHED_OFF) is not None:
        return ""
    return next((each.settings for each in look.see(Service) if each.name in SERVICES and not each.user), "")


def understood(lines: Sequence[Line], path: str) -> SshServer:
    """The first value of a keyword counts; blocks under `Match` only for whom they name."""
    said: dict[str, Line] = {}
    listen = []
    for line in lines:
        if line.block == ("", ""):
            said.setdefault(line.keyword, line)
            listen += [line.value] if line.keyword == "listenaddress" and line.value else []

    def value(keyword: str) -> str:
        return said[keyword].value.lower() if keyword in said else DEFAULTS[keyword]

    return SshServer(
        settings=path,
        ports=tuple(dict.fromkeys(each.value for each in lines if each.keyword == "port")) or ("22",),
        reachable=not listen or not all(address.startswith(_HERE) for address in listen),
        root_login=value("permitrootlogin").replace("without-password", "prohibit-password"),
        passwords=value("passwordauthentication") == "yes",
        empty_passwords=value("permitemptypasswords") == "yes",
        exceptions=tuple(
            f"{line.block[1]}: {line.keyword}"
            for line in lines
            if line.block[0] and line.value.lower() in _OPENS.get(line.keyword, ())
        )[:20],
        keys=_keys(said),
        keys_command=_named(said, "authorizedkeyscommand"),
        trusted_signers=_named(said, "trustedusercakeys"),
    )


def _keys(said: dict[str, Line]) -> tuple[str, ...]:
    words = said["authorizedkeysfile"].words if "authorizedkeysfile" in said else KEYS
    return tuple(word for word in words if word.lower() != "none")


def _named(said: dict[str, Line], keyword: str) -> str:
    value = said[keyword].value if keyword in said else ""
    return "" if value.lower() == "none" else value
