"""The SSH server: whether it starts with the machine, and how it lets people in (sshd_config(5))."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import ClassVar

from audit.artifacts import ssh_files
from audit.artifacts.base import Artifact, Look, collects
from audit.artifacts.process import Process
from audit.artifacts.service import Service
from audit.artifacts.ssh_files import Line
from audit.stores import ini

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
    "kbdinteractiveauthentication": "yes",
    "usepam": "no",
    "authenticationmethods": "any",
}
# Its older names (OpenSSH's release notes, 8.7), which its reader still takes.
_ALIASES = dict.fromkeys(
    ("challengeresponseauthentication", "skeyauthentication"), "kbdinteractiveauthentication"
)
_OPENS = {"permitrootlogin": ("yes",), "passwordauthentication": ("yes",), "permitemptypasswords": ("yes",),
          "kbdinteractiveauthentication": ("yes",)}  # fmt: skip
_BY_KEY = ("prohibit-password", "without-password", "forced-commands-only")
# Words that a service adds behind the program: Debian, Fedora, OpenRC.
OPTIONS = ("/etc/default/ssh", "/etc/sysconfig/sshd", "/etc/conf.d/sshd")
FILE = "-f"
_SHORT = {"p": "port", "f": FILE}
_METHODS = frozenset({"any", "password", "keyboard-interactive", "pam", "none", "bsdauth"})
_HERE = ("localhost", "127.", "[::1]", "::1")


@dataclass(frozen=True, slots=True)
class SshServer(Artifact):
    """The server of this machine. `root_login` as sshd_config says it; `exceptions`: `Match` blocks that allow more.
    `passwords`: a password alone opens it, be it asked for in a dialogue.

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
        said = [each for place in OPTIONS for each in look.parse(parse_options, place, 1 << 20) or ()]
        path = next((each.value for each in said if each.keyword == FILE), path)
        lines = [each for each in said if each.keyword != FILE]  # what is said first counts
        server = understood([*lines, *ssh_files.whole(look, path)], path)
        yield replace(server, enabled_by=_enabled(look))


def _enabled(look: Look) -> str:
    if look.stat(SWITCHED_OFF) is not None:
        return ""
    return next((each.settings for each in look.see(Service) if each.name in SERVICES and not each.user), "")


def understood(lines: Sequence[Line], path: str) -> SshServer:
    """The first value of a keyword counts; blocks under `Match` only for whom they name."""
    said: dict[str, Line] = {}
    listen = []
    lines = [each._replace(keyword=_ALIASES.get(each.keyword, each.keyword)) for each in lines]
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
        passwords=_asks_passwords(said, value),
        empty_passwords=value("permitemptypasswords") == "yes",
        exceptions=tuple(
            f"{line.block[1]}: {line.keyword}"
            for line in lines
            if line.block[0] and _allows_more(line, value)
        )[:20],
        keys=_keys(said, lines),
        keys_command=_named(lines, "authorizedkeyscommand"),
        trusted_signers=_named(lines, "trustedusercakeys"),
    )


def _asks_passwords(said: Mapping[str, Line], value: Callable[[str], str]) -> bool:
    """Whether a password alone opens it. PAM asks for one in a dialogue, too (sshd_config(5), "UsePAM")."""
    dialogue = value("kbdinteractiveauthentication") == "yes" and value("usepam") == "yes"
    lists = said["authenticationmethods"].words if "authenticationmethods" in said else ()
    alone = not lists or any(set(re.split(r"[,:]", each)) <= _METHODS for each in lists)
    return alone and (value("passwordauthentication") == "yes" or dialogue)


def _allows_more(line: Line, value: Callable[[str], str]) -> bool:
    """Whether a line of a `Match` block lets somebody in whom the rest does not."""
    said = line.value.lower()
    if line.keyword == "permitrootlogin" and value("permitrootlogin") == "no" and said in _BY_KEY:
        return True
    if line.keyword == "kbdinteractiveauthentication" and value("usepam") != "yes":
        return False
    return said in _OPENS.get(line.keyword, ())


def _keys(said: Mapping[str, Line], lines: Sequence[Line]) -> tuple[str, ...]:
    """Files with keys: the usual ones, or those that are said; and those of `Match` blocks."""
    words = said["authorizedkeysfile"].words if "authorizedkeysfile" in said else KEYS
    more = [
        word
        for line in lines
        if line.block[0] and line.keyword == "authorizedkeysfile"
        for word in line.words
    ]
    return tuple(dict.fromkeys(word for word in (*words, *more) if word.lower() != "none"))


def _named(lines: Sequence[Line], keyword: str) -> str:
    """What the first line says that says something; one in a `Match` block counts too."""
    values = (line.value for line in lines if line.keyword == keyword)
    return next((value for value in values if value.lower() != "none"), "")


def parse_options(data: bytes) -> list[Line]:
    """The options that a service's settings give to sshd(8): `-o Keyword=value`, `-p`, and `-f`, which names another file. Raises ParseError."""
    found: list[Line] = []
    for setting in ini.settings(b"[x]\n" + data):
        if setting.key in ("SSHD_OPTS", "OPTIONS"):
            words = [word.strip("\"'") for word in setting.value.split()]
            for option, following in zip_longest(words, words[1:], fillvalue=""):
                letter, value = option[1:2], option[2:] or following
                if option.startswith("-") and letter in ("o", "p", "f"):
                    keyword, _, rest = value.partition("=") if letter == "o" else (_SHORT[letter], "", value)
                    found.append(Line(keyword.lower(), (rest,), ""))
    return found
