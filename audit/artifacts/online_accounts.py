"""Accounts of services on the internet that are signed in on this device, besides those of browsers and of clients that name a folder.

GNOME Online Accounts: ~/.config/goa-1.0/accounts.conf, a key file (gitlab.gnome.org/GNOME/gnome-online-accounts, goaprovider.c), a group
`Account …` each with Provider, PresentationIdentity and `…Enabled` for what it is used for. KDE's accounts: accounts.db of
libaccounts-glib, tables Accounts and Services. Passwords and tokens stand in neither. MEGA, pCloud, Insync, Synology Drive and Resilio
Sync keep their settings in forms of their own: their folders say only that somebody uses them (KAPE's targets MEGASync and pCloud; backup and
cleaning tools that list the others).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects
from audit.model import GapKind
from audit.sources.base import Home
from audit.stores import ParseError, keyfile, sqlite

GNOME = ".config/goa-1.0/accounts.conf"
KDE = ".config/libaccounts-glib/accounts.db"
UNREADABLE = (
    ("MEGA", ".local/share/data/Mega Limited/MEGAsync"),
    ("pCloud", ".pcloud/data.db"),
    ("Insync", ".config/Insync"),
    ("Synology Drive", ".SynologyDrive/data"),
    ("Resilio Sync", ".config/resilio-sync"),
)
_MOST = 200
_USES = re.compile(r"^(Files|Photos|Documents|Mail|Calendar|Contacts)Enabled$")
# Kerberos and plain mail accounts bring no pictures to anybody; they are listed like the others.
SERVICES = {
    "google": "Google",
    "owncloud": "Nextcloud",
    "nextcloud": "Nextcloud",
    "windows_live": "Microsoft",
    "ms_graph": "Microsoft",
    "exchange": "Microsoft Exchange",
    "facebook": "Facebook",
    "flickr": "Flickr",
    "imap_smtp": "IMAP",
    "kerberos": "Kerberos",
    "webdav": "WebDAV",
}


@dataclass(frozen=True, slots=True)
class OnlineAccount(Artifact):
    """`through`: the program that keeps it. `identity` is the name that it shows people. `uses`: files, photos, mail …, as switched on."""

    KIND: ClassVar[str] = "online-account"
    service: str
    identity: str
    through: str
    user: str
    settings: str
    uses: tuple[str, ...] = ()


class Account(NamedTuple):
    service: str
    identity: str
    uses: tuple[str, ...]


@collects(OnlineAccount)
def collect(look: Look) -> Iterator[OnlineAccount]:
    for home in look.homes:
        path = f"{home.path}/{GNOME}"
        for each in look.parse(parse_goa, path) or ():
            yield _account(look, home, "GNOME", path, each)
        path = f"{home.path}/{KDE}"
        wal = look.read(f"{path}-wal") or b""
        for each in look.parse(lambda data, wal=wal: parse_kde(data, wal), path) or ():  # type: ignore[misc]
            yield _account(look, home, "KDE", path, each)
        for service, place in UNREADABLE:
            path = f"{home.path}/{place}"
            if look.exists(path):
                look.gap(GapKind.NOT_VISIBLE, what=service, path=look.show(path))
                yield _account(look, home, service, path, Account(service, "", ("files",)))


def _account(look: Look, home: Home, through: str, path: str, each: Account) -> OnlineAccount:
    return OnlineAccount(each.service, each.identity, through, home.user, look.show(path), each.uses)


def parse_goa(data: bytes) -> list[Account]:
    """The accounts of GNOME. Raises ParseError."""
    found = []
    file = keyfile.parse(data)
    groups: dict[str, dict[str, str]] = {}
    for group, key, value in file.lines:
        if group.startswith("Account "):
            groups.setdefault(group, {})[key] = value
    for each in list(groups.values())[:_MOST]:
        uses = tuple(
            match[1].lower() for key, value in each.items() if (match := _USES.match(key)) and value == "true"
        )
        provider = each.get("Provider", "")
        identity = each.get("PresentationIdentity") or each.get("Identity", "")
        if provider:
            found.append(Account(SERVICES.get(provider, provider), identity, uses))
    return found


def parse_kde(data: bytes, wal: bytes = b"") -> list[Account]:
    """The accounts of KDE that are switched on. What each is used for is not told. Raises ParseError."""
    rows = sqlite.select(data, wal, "SELECT provider, name FROM Accounts WHERE enabled ORDER BY id")
    if any(not isinstance(value, str | None) for row in rows for value in row):
        raise ParseError("not the accounts of KDE")
    return [Account(SERVICES.get(provider or "", provider or ""), name or "", ()) for provider, name in rows][
        :_MOST
    ]
