r"""Nextcloud and ownCloud desktop clients: nextcloud.cfg, owncloud.cfg.

Keys as the clients write them (github.com/nextcloud/desktop, src/gui/accountmanager.cpp, folder.cpp): in
`[Accounts]`, `0\url`, `0\dav_user` and, for each folder, `0\Folders\1\localPath`, `…\paused`; the groups
`FoldersWithPlaceholders` and `Multifolders` hold folders too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.stores import ini

_ACCOUNT = re.compile(r"^([^\\]+)\\(url|dav_user|webflow_user|http_user)$")
_FOLDER = re.compile(
    r"^([^\\]+)\\((?:Folders|FoldersWithPlaceholders|Multifolders)\\.+)\\(localPath|paused)$"
)


class Folder(NamedTuple):
    """`account` is name and server, as far as they are written down."""

    path: str
    account: str
    paused: bool


def parse_config(data: bytes) -> list[Folder]:
    """The folders that the client keeps the same. Raises ParseError."""
    accounts: dict[str, dict[str, str]] = {}
    folders: dict[tuple[str, str], dict[str, str]] = {}
    for section, key, value in ini.settings(data):
        if section == "Accounts" and (match := _ACCOUNT.match(key)):
            accounts.setdefault(match[1], {})[match[2]] = ini.unquoted(value)
        elif section == "Accounts" and (match := _FOLDER.match(key)):
            folders.setdefault((match[1], match[2]), {})[match[3]] = ini.unquoted(value)
    return [
        Folder(each["localPath"], _account(accounts.get(number, {})), ini.is_yes(each.get("paused", "")))
        for (number, _), each in folders.items()
        if each.get("localPath")
    ]


def _account(facts: dict[str, str]) -> str:
    """`alice@cloud.example.org`, never with a password that somebody put into the address."""
    server = re.sub(r"^[a-z]+://(?:[^/@]*@)?", "", facts.get("url", "")).rstrip("/")
    name = facts.get("dav_user") or facts.get("webflow_user") or facts.get("http_user") or ""
    return "@".join(part for part in (name, server) if part)
