"""Accounts that people log in with, and which of them administer the machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.stores import ini

# Whose members may become root as distributions come: sudo (Debian, Ubuntu), wheel (Fedora, Arch, openSUSE), admin
# (Ubuntu before 12.04). `adm` only reads logs. Accounts that sudoers names one by one are not read.
ADMINISTRATORS = ("sudo", "wheel", "admin")
# systemd.io/UIDS-GIDS: people's accounts, 1000 to 60000, and those of systemd-homed, to 60513.
PEOPLE = range(1000, 60514)
_NO_LOGIN = frozenset({"nologin", "false", "sync", "halt", "shutdown", "true", "git-shell"})


@dataclass(frozen=True, slots=True)
class Account(Artifact):
    """An account that can log in: of a person, or with the rights of root.

    `own`: the account of the person whose machine it is. `administrator`: in a group that may become root.
    """

    KIND: ClassVar[str] = "account"
    name: str
    uid: int
    settings: str
    full_name: str = ""
    home: str = ""
    administrator: bool = False
    own: bool = False


class Entry(NamedTuple):
    name: str
    uid: int
    gid: int
    full_name: str
    home: str
    shell: str

    @property
    def has_shell(self) -> bool:
        return self.shell.rpartition("/")[2] not in _NO_LOGIN

    @property
    def can_log_in(self) -> bool:
        """Has a shell, and is a person's account or root's."""
        return self.has_shell and (self.uid in PEOPLE or self.uid == 0)


Groups = Mapping[str, tuple[int, frozenset[str]]]


def groups_of(entry: Entry, groups: Groups) -> frozenset[str]:
    """The names of the groups that an account is in."""
    return frozenset(
        name for name, (gid, members) in groups.items() if entry.name in members or entry.gid == gid
    )


@collects(Account)
def collect(look: Look) -> Iterator[Account]:
    entries = look.parse(parse_passwd, "/etc/passwd")
    if not entries:
        return
    administrators = look.parse(parse_group, "/etc/group") or {}
    own = look.homes[0].user if len(look.homes) == 1 else ""
    for each in entries:
        if not each.can_log_in:
            continue
        yield Account(
            name=each.name,
            uid=each.uid,
            settings="/etc/passwd",
            full_name=each.full_name,
            home=look.show(each.home),
            administrator=each.uid == 0
            or any(each.name in who or each.gid == gid for gid, who in administrators.values()),
            own=each.name == own,
        )


def parse_passwd(data: bytes) -> list[Entry]:
    """Accounts as passwd(5) lists them; lines of another shape are passed over. Raises ParseError."""
    found = []
    for line in ini.lines_of(data):
        fields = line.split(":")
        if len(fields) == 7 and fields[0] and _number(fields[2]) >= 0:
            name, _, uid, gid, gecos, home, shell = fields
            found.append(Entry(name, int(uid), _number(gid), gecos.partition(",")[0], home, shell))
    if not found:
        raise ParseError("no account is in it")
    return found


def parse_groups(data: bytes) -> Groups:
    """The groups of a group(5) file: name → number and members. Raises ParseError."""
    rows = (line.split(":") for line in ini.lines_of(data))
    return {
        fields[0]: (_number(fields[2]), frozenset(fields[3].split(",")) - {""})
        for fields in rows
        if len(fields) == 4
    }


def parse_group(data: bytes) -> Groups:
    """The groups of administrators in a group(5) file. Raises ParseError."""
    return {name: group for name, group in parse_groups(data).items() if name in ADMINISTRATORS}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1
