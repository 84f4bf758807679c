"""Accounts that can log in but do not stand on the login screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.account import PEOPLE, Entry, parse_passwd
from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.login import SDDM
from audit.artifacts.passwords import Password
from audit.stores import ini, keyfile

SERVICE = "/var/lib/AccountsService/users"  # one key file for each account that was ever changed there
LIGHTDM = "/etc/lightdm/users.conf"  # only counts without AccountsService, as its own comment says
NUMBER = "a number that programs have"
LOGIN = "a password"
KEYS = "SSH keys"
LEFT_OUT = "left out on the login screen"
_NOBODY = 65534
_MOST = 200


@dataclass(frozen=True, slots=True)
class HiddenAccount(Artifact):
    """`signs`: why it is taken for hidden, and what lets it in, in the words above. `settings` is where it is left out."""

    KIND: ClassVar[str] = "hidden-account"
    name: str
    uid: int
    signs: tuple[str, ...]
    settings: str
    full_name: str = ""


@collects(HiddenAccount)
def collect(look: Look) -> Iterator[HiddenAccount]:
    entries = [each for each in look.parse(parse_passwd, "/etc/passwd") or () if each.has_shell and each.uid]
    left_out = dict(_left_out(look, {each.name for each in entries}))
    passwords = {each.account for each in look.see(Password) if each.state != "locked"}
    own = {home.user for home in look.homes[:1]} if len(look.homes) == 1 else set()
    for each in first(look, "/etc/passwd", entries, _MOST):
        hidden = each.uid not in PEOPLE and each.uid != _NOBODY
        if each.name in own or not (hidden or each.name in left_out):
            continue
        ways = [LOGIN] if each.name in passwords else []
        ways += [KEYS] if _has_keys(look, each) else []
        if ways:
            signs = ([NUMBER] if hidden else []) + ([LEFT_OUT] if each.name in left_out else []) + ways
            place = left_out.get(each.name, "/etc/passwd")
            yield HiddenAccount(each.name, each.uid, tuple(signs), place, each.full_name)


def _left_out(look: Look, names: set[str]) -> Iterator[tuple[str, str]]:
    """Account → the file that leaves it out. Accounts without a shell do not matter."""
    for path in (LIGHTDM, *_sddm(look)):
        for name in look.parse(parse_users, path, 1 << 20) or ():
            if name in names:
                yield name, path
    for entry in look.scan(SERVICE):
        if entry.name in names and look.parse(is_system, f"{SERVICE}/{entry.name}", 1 << 20):
            yield entry.name, f"{SERVICE}/{entry.name}"


def _sddm(look: Look) -> Iterator[str]:
    for place in SDDM:
        if place.endswith(".d"):
            yield from (f"{place}/{each.name}" for each in look.scan(place) if each.name.endswith(".conf"))
        else:
            yield place


def _has_keys(look: Look, entry: Entry) -> bool:
    """Whether somebody may come in over SSH with a key. The keys themselves are not kept."""
    if not entry.home.startswith("/") or entry.home == "/":
        return False
    names = ("authorized_keys", "authorized_keys2")
    return any(look.parse(any_key, f"{entry.home.rstrip('/')}/.ssh/{name}", 1 << 20) for name in names)


def any_key(data: bytes) -> bool:
    """Whether an authorized_keys file (sshd(8)) holds a line that is no comment. Raises ParseError."""
    return any(not line.startswith("#") for line in ini.lines_of(data))


def is_system(data: bytes) -> bool:
    """AccountsService's mark of an account that is not for people: `[User] SystemAccount=true`. Raises ParseError."""
    return keyfile.parse(data).truth("User", "SystemAccount")


def parse_users(data: bytes) -> list[str]:
    """Whom LightDM's `[UserList] hidden-users` and SDDM's `[Users] HideUsers` (sddm.conf(5)) leave out. Raises ParseError."""
    names = []
    for section, key, value in ini.settings(data):
        if (section, key) in {("UserList", "hidden-users"), ("Users", "HideUsers")}:
            names = value.replace(",", " ").split()
    return names[:1000]
