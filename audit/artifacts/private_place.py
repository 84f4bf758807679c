"""What in a home nobody else should open, where other accounts of this machine can: keys, browsers, messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.account import PEOPLE, groups_of, parse_groups, parse_passwd
from audit.artifacts.base import Artifact, Look, collects, first
from audit.sources.base import Home, Stat

PASSWORDS = "passwords and keys"
BROWSER = "the browser with its passwords and open sessions"
MESSAGES = "messages and mail"
COMMANDS = "commands that were typed"
SETTINGS = "what starts when you log in"
# Where programs keep it, below a home. What stands for a folder is open when something in it can be read.
PLACES: Mapping[str, tuple[str, ...]] = {
    PASSWORDS: (".ssh", ".gnupg", ".local/share/keyrings", ".password-store"),
    BROWSER: (".mozilla/firefox", ".config/chromium", ".config/google-chrome", ".config/BraveSoftware",
              ".config/microsoft-edge", ".config/vivaldi", "snap/firefox/common/.mozilla/firefox"),
    MESSAGES: (".thunderbird", ".local/share/evolution", ".config/Signal", ".local/share/TelegramDesktop"),
    COMMANDS: (".bash_history", ".zsh_history"),
}  # fmt: skip
# Whoever may write these decides what runs as the person: shells, desktop starters, keys for SSH.
STARTS = (
    "",
    ".config",
    ".config/autostart",
    ".ssh",
    ".ssh/authorized_keys",
    ".profile",
    ".bashrc",
    ".bash_profile",
    ".zshrc",
)
_OPEN_ON_PURPOSE = {"known_hosts", "known_hosts.old", "config", "authorized_keys", "environment", "rc", "profiles.ini",
                    "installs.ini", "CACHEDIR.TAG"}  # fmt: skip
_MOST_CHILDREN, _MOST_PEOPLE = 500, 64


@dataclass(frozen=True, slots=True)
class PrivatePlace(Artifact):
    """A place that other accounts can read or, `writable`, change. `others`: the people's accounts that can."""

    KIND: ClassVar[str] = "private-place"
    path: str
    user: str
    what: str
    mode: str
    writable: bool = False
    others: tuple[str, ...] = ()


Visitors = Mapping[int | None, tuple[str, ...]]


@collects(PrivatePlace)
def collect(look: Look) -> Iterator[PrivatePlace]:
    groups = look.parse(parse_groups, "/etc/group") or {}
    people = [
        each
        for each in look.parse(parse_passwd, "/etc/passwd") or ()
        if each.uid in PEOPLE and each.has_shell
    ]
    for home in look.homes:
        others = first(look, "/etc/passwd", [each for each in people if each.name != home.user], _MOST_PEOPLE)
        visitors: dict[int | None, tuple[str, ...]] = {None: tuple(each.name for each in others)}
        for each in others:
            for gid in {each.gid, *(groups[name][0] for name in groups_of(each, groups))}:
                visitors[gid] = (*visitors.get(gid, ()), each.name)
        yield from _readable(look, home, visitors)
        yield from _writable(look, home, visitors)


def _readable(look: Look, home: Home, visitors: Visitors) -> Iterator[PrivatePlace]:
    for what, places in PLACES.items():
        for place in places:
            path = f"{home.path}/{place}"
            found = look.stat(path) if look.exists(path) else None
            if found is None:
                continue
            for visitor, names in visitors.items():
                if (
                    _may(visitor, found, 4)
                    and _reaches(look, visitor, path)
                    and _inside(look, visitor, path, found)
                ):
                    yield PrivatePlace(look.show(path), home.user, what, _mode(found), others=names)
                    break


def _inside(look: Look, visitor: int | None, path: str, found: Stat) -> bool:
    """A file can be read; a folder can be entered, and something private in it can be read."""
    if found.mode & 0o170000 != 0o040000:
        return True
    if not _may(visitor, found, 1):
        return False
    for each in first(look, path, look.scan(path), _MOST_CHILDREN):
        if each.name in _OPEN_ON_PURPOSE or each.name.endswith(".pub") or each.is_link:
            continue
        child = look.stat(f"{path}/{each.name}")
        if child is not None and _may(visitor, child, 5 if each.is_dir else 4):
            return True
    return False


def _writable(look: Look, home: Home, visitors: Visitors) -> Iterator[PrivatePlace]:
    for place in STARTS:
        path = f"{home.path}/{place}".rstrip("/")
        found = look.stat(path) if look.exists(path) else None
        if found is None or found.mode & 0o1000:
            continue
        for visitor, names in visitors.items():
            if _may(visitor, found, 2) and _reaches(look, visitor, path):
                yield PrivatePlace(
                    look.show(path), home.user, SETTINGS, _mode(found), writable=True, others=names
                )
                break


def _reaches(look: Look, visitor: int | None, path: str) -> bool:
    """Whether a visitor may enter all that a place lies in (path_resolution(7))."""
    while (path := path.rpartition("/")[0]) not in ("", "/"):
        found = look.stat(path)
        if found is None or not _may(visitor, found, 1):
            return False
    return True


def _may(visitor: int | None, found: Stat, need: int) -> bool:
    """A member of the owning group is judged by its bits only, everybody else by the last three (inode(7))."""
    bits = found.mode >> 3 if visitor is not None and visitor == found.gid else found.mode
    return bits & need == need


def _mode(found: Stat) -> str:
    return f"{found.mode & 0o7777:04o}"
