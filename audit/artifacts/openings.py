"""What a command line opens to the outside: a tunnel through which somebody elsewhere gets in, or a screen without a password.

Pure. Of the command line only the name of what it does and the other machine's name are kept: the rest may hold passwords.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

# ssh(1), SYNOPSIS: the options that take a value. autossh(1) adds -M.
_SSH_WITH_VALUE = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
_LONGEST_NAME = 120
_HOST = re.compile(r"(?=\d*[a-zA-Z.:_-])\w[\w.:-]{0,254}")
_DEEPEST_SEARCH = 12  # words of a wrapper before the program it starts
# Programs that start another one named on their command line: screen(1), tmux(1), sshpass(1), start-stop-daemon(8), systemd-run(1), su(1).
_STARTERS = frozenset(
    {"screen", "tmux", "sshpass", "start-stop-daemon", "systemd-run", "runuser", "su", "daemon"}
)


class Way(StrEnum):
    """What is opened. The values are words for people, in the page's sentences."""

    SSH = "an SSH connection that lets the other side back in"
    TUNNEL = "a tunnel service that lets others in from the internet"
    SHELL = "a command line handed to another machine"
    SCREEN = "the screen, without a password"


@dataclass(frozen=True, slots=True)
class Opening:
    """One such thing. `to` is the other machine (`name@host`, or a service's own name), as far as the command says it."""

    way: Way
    program: str
    to: str = ""


def openings(words: Sequence[str]) -> tuple[Opening, ...]:
    """What a command, split into words, opens. Nothing for an ordinary one."""
    if not words:
        return ()
    if posixpath.basename(words[0]) in _STARTERS:
        places = [n for n, word in enumerate(words[:_DEEPEST_SEARCH]) if posixpath.basename(word) in _KNOWN]
        return openings(words[places[0] :]) if places else ()
    name = posixpath.basename(words[0])
    found = _KNOWN.get(name)
    return tuple(Opening(way, name, to[:_LONGEST_NAME]) for way, to in found(words[1:])) if found else ()


Found = Iterator[tuple[Way, str]]


def _ssh(words: Sequence[str]) -> Found:
    """`-R`, or `-o RemoteForward=…` (ssh(1)). Options may also stand behind the destination."""
    back, to = False, ""
    for option, value in _options(words, _SSH_WITH_VALUE | {"M"}):
        if not option:
            if to:
                break
            to = value
        elif option == "R" or (option == "o" and re.match(r"\s*remoteforward\b", value, re.IGNORECASE)):
            back = True
    if back:
        yield Way.SSH, to


def _options(words: Sequence[str], with_value: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(letter, value) as getopt(3) reads them, several letters in one word; ("", word) for what is no option."""
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if not word.startswith("-") or word in ("-", "--"):
            yield "", word
            continue
        for place, letter in enumerate(word[1:], start=2):
            if letter in with_value:
                yield letter, word[place:] or (waiting.pop() if waiting else "")
                break
            yield letter, ""


# Words after `tunnel` that only look or prepare: cloudflared's and VS Code's own help.
_MANAGES = frozenset(
    {"cleanup", "create", "delete", "help", "info", "kill", "list", "login", "prune", "rename", "route", "status", "token",
     "unregister", "user"}
)  # fmt: skip


def _service(*verbs: str) -> Callable[[Sequence[str]], Found]:
    """A program that opens a tunnel when told one of `verbs`; without any, always."""

    def found(words: Sequence[str]) -> Found:
        plain = [word for word in words if not word.startswith("-")][:4]
        told = next((plain[place + 1 :] for place, word in enumerate(plain) if word in verbs), None)
        if not verbs or (told is not None and not _MANAGES & set(told[:1])):
            yield Way.TUNNEL, ""

    return found


def _chisel(words: Sequence[str]) -> Found:
    """`chisel client SERVER R:…` forwards from the server to here (chisel's own help)."""
    if "client" in words[:2]:
        servers = (server for server, back in pairwise(words) if back.startswith("R:"))
        yield from ((Way.TUNNEL, server) for server in list(servers)[:1])


def _bore(words: Sequence[str]) -> Found:
    """`bore local PORT --to SERVER` (bore's own help)."""
    plain = list(words)
    if "local" in plain:
        after = (plain[n + 1] for n, word in enumerate(plain[:-1]) if word in ("--to", "-t"))
        yield Way.TUNNEL, next(after, next((word[5:] for word in plain if word.startswith("--to=")), ""))


def _netcat(words: Sequence[str]) -> Found:
    """`-e`, `-c`, `--exec`, `--sh-exec` hand a program to the other side (nc.traditional(1), ncat(1))."""
    runs = re.compile(r"-[a-zA-Z]*[ec]|--(?:sh-|lua-)?exec(?:=.*)?")
    handed = [word for word in words if runs.fullmatch(word) and "z" not in word[:8]]
    if handed:
        values = {value for option, value in pairwise(words) if option in handed}
        hosts = (word for word in words if word not in values and _HOST.fullmatch(word))
        yield Way.SHELL, next(hosts, "")


def _socat(words: Sequence[str]) -> Found:
    """An address that runs a program, joined to one of the network (socat(1))."""
    kinds = [word.partition(":")[0].upper() for word in words if ":" in word and not word.startswith("-")]
    runs = {"EXEC", "SYSTEM", "SHELL"} & set(kinds)
    net = [
        word for word in words if re.match(r"(?:TCP|OPENSSL|SSL|UDP)", word, re.IGNORECASE) and ":" in word
    ]
    if runs and net:
        yield Way.SHELL, net[0].split(":", 1)[1].split(",")[0]


def _x11vnc(words: Sequence[str]) -> Found:
    """Without any of the options that ask for a password, and not kept to this machine (x11vnc(1))."""
    asks = {"-passwd", "-viewpasswd", "-passwdfile", "-rfbauth", "-usepw", "-unixpw", "-unixpw_nis", "-unixpw_cmd",
            "-accept", "-sslverify", "-localhost", "-inetd", "-svc", "-xdmsvc", "-storepasswd", "-connect", "-unixsock",
            "-remote", "-query", "-QD", "-rc", "-gui", "-help", "-h", "-opts", "-V", "-version", "-listdpy"}  # fmt: skip
    given = {re.sub(r"^--", "-", word) for word in words}
    here = any(a == "-listen" and b in ("localhost", "127.0.0.1") for a, b in pairwise(words))
    if not given & asks and not here:
        yield Way.SCREEN, ""


def _tigervnc(words: Sequence[str]) -> Found:
    """`SecurityTypes None`, not kept to this machine (Xtigervnc(1), x0tigervncserver(1))."""
    text = " ".join(words).lower()
    local = re.search(r"-localhost(?!(?:=|\s+)(?:no|0|off|false))", text)
    if re.search(r"-+securitytypes?(?:=|\s+)\S*\bnone\b", text) and not local:
        yield Way.SCREEN, ""


_NETCATS = dict.fromkeys(("nc", "ncat", "netcat", "nc.traditional", "nc.openbsd"), _netcat)
_VNCS = dict.fromkeys(
    ("Xtigervnc", "Xvnc", "X0tigervnc", "x0tigervncserver", "x0vncserver", "tigervncserver", "vncserver"),
    _tigervnc,
)
_KNOWN: Mapping[str, Callable[[Sequence[str]], Found]] = {
    "ssh": _ssh,
    "autossh": _ssh,
    "ngrok": _service("tcp", "tls", "http", "start", "start-all", "service"),
    "cloudflared": _service("tunnel"),
    "frpc": _service(),
    "bore": _bore,
    "chisel": _chisel,
    "tmate": _service(),
    "upterm": _service("host"),
    "gs-netcat": _service(),
    "code": _service("tunnel"),
    "code-insiders": _service("tunnel"),
    "code-tunnel": _service("tunnel"),
    "socat": _socat,
    "x11vnc": _x11vnc,
    **_NETCATS,
    **_VNCS,
}
