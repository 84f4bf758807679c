"""Accounts that need no password: those that have none, and those that a login screen lets in without asking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts.account import groups_of, parse_groups, parse_passwd
from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.stores import ini

SHADOW = "/etc/shadow"
PAM = "/etc/pam.d"
EMPTY = "its password is empty"
NOT_ASKED = "the login screen does not ask this account"
_MOST_SERVICES = 200
# The files in which distributions keep what all services share: Debian, Fedora and Arch, Fedora, openSUSE.
_COMMON = ("common-auth", "system-auth", "password-auth", "common-auth-pc")
_SCREENS = ("gdm", "greetd", "kde", "lightdm", "login", "lxdm", "mdm", "plasmalogin", "sddm")
_HASH = re.compile(r"[$_][\x21-\x7e]+|[./0-9A-Za-z]{13}")  # crypt(5): with a prefix, or the 13 letters of DES
_GROUP = re.compile(r"\buser\s+ingroup\s+([\w.-]{1,64})")


@dataclass(frozen=True, slots=True)
class Password(Artifact):
    """Whether an account with a shell has a password: empty, locked or set. What it is never enters a record."""

    KIND: ClassVar[str] = "password"
    account: str
    state: str
    settings: str


@dataclass(frozen=True, slots=True)
class OpenLogin(Artifact):
    """An account that can be logged in without a password. `way` is one of the two clauses above."""

    KIND: ClassVar[str] = "open-login"
    account: str
    way: str
    settings: str


class Pam(NamedTuple):
    """What one file of PAM says of passwords: `allows_empty` is None where pam_unix is not named."""

    allows_empty: bool | None
    free_groups: tuple[str, ...]


@collects(Password)
def collect_passwords(look: Look) -> Iterator[Password]:
    states = look.parse(parse_states, "/etc/passwd") or {}
    hidden = look.parse(parse_states, SHADOW) or {} if "elsewhere" in states.values() else {}
    for each in look.parse(parse_passwd, "/etc/passwd") or ():
        state, settings = states.get(each.name, ""), "/etc/passwd"
        if state == "elsewhere":
            state, settings = hidden.get(each.name, "").replace("elsewhere", "locked"), SHADOW
        if each.has_shell and state:
            yield Password(each.name, state, settings)


@collects(OpenLogin)
def collect(look: Look) -> Iterator[OpenLogin]:
    services = {
        f"{PAM}/{entry.name}": found
        for entry in first(look, PAM, look.scan(PAM), _MOST_SERVICES)
        if (found := look.parse(parse_pam, f"{PAM}/{entry.name}", 1 << 20)) is not None
    }
    common = [services[path].allows_empty for name in _COMMON if (path := f"{PAM}/{name}") in services]
    people = [each for each in look.parse(parse_passwd, "/etc/passwd") or () if each.can_log_in]
    if not common or any(common):
        names = {each.name for each in people}
        for known in look.see(Password):
            if known.state == "empty" and known.account in names:
                yield OpenLogin(known.account, EMPTY, known.settings)
    groups = look.parse(parse_groups, "/etc/group") or {}
    for path, service in services.items():
        for each in people if path.removeprefix(f"{PAM}/").startswith(_SCREENS) else ():
            if each.uid and groups_of(each, groups) & set(service.free_groups):
                yield OpenLogin(each.name, NOT_ASKED, path)


def parse_states(data: bytes) -> Mapping[str, str]:
    """Account → empty, locked, set, or elsewhere ("x": it stands in the other file), from passwd(5) or shadow(5).

    Raises ParseError.
    """
    rows = (line.split(":") for line in ini.lines_of(data))
    found = {row[0]: _state(row[1]) for row in rows if len(row) in (7, 9) and row[0]}
    if not found:
        raise ParseError("no account is in it")
    return found


def _state(field: str) -> str:
    if field in ("", "x"):
        return "elsewhere" if field else "empty"
    return "set" if _HASH.fullmatch(field) else "locked"


def parse_pam(data: bytes) -> Pam:
    """The `auth` lines of a file in pam.d (pam.conf(5)). Raises ParseError.

    `nullok` lets in who has no password (pam_unix(8)). `sufficient … pam_succeed_if.so user ingroup G` lets in the members of G
    unasked: Ubuntu's GDM and LightDM come with it for the group nopasswdlogin, and SDDM with the line switched off.
    """
    empty: bool | None = None
    groups = []
    for line in ini.lines_of(data, continued=True):
        fields = re.match(r"-?auth\s+(\[[^\]]*\]|\w+)\s+(\S+)(.*)", line.partition("#")[0], re.IGNORECASE)
        if not fields:
            continue
        control, module, rest = fields.group(1).lower(), fields.group(2).rpartition("/")[2], fields.group(3)
        if module == "pam_unix.so":
            empty = bool(empty) or bool({"nullok", "nullok_secure"} & set(rest.split()))
        elif module == "pam_succeed_if.so" and (control == "sufficient" or "success=done" in control):
            groups += _GROUP.findall(rest)
    return Pam(empty, tuple(groups))
