"""Stores of passwords that lie open on the disk: GNOME's keyrings without a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects, first

FOLDERS = (".local/share/keyrings", ".gnome2/keyrings")  # since GNOME 3.6, and before
_SEALED = b"GnomeKeyring\n\r\0\n"
_ITEM = re.compile(rb"^\[(\d{1,9})\]\s*$", re.MULTILINE)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Keyring(Artifact):
    """`sealed`: encrypted with a password. `items`: how many passwords lie in it, where that can be seen (0 in a sealed one)."""

    KIND: ClassVar[str] = "keyring"
    user: str
    path: str
    sealed: bool
    items: int = 0
    own: bool = True


@collects(Keyring)
def collect(look: Look) -> Iterator[Keyring]:
    for number, home in enumerate(look.homes):
        for folder in FOLDERS:
            names = [
                each.name for each in look.scan(f"{home.path}/{folder}") if each.name.endswith(".keyring")
            ]
            for name in first(look, f"{home.path}/{folder}", names, _MOST):
                path = f"{home.path}/{folder}/{name}"
                found = look.parse(parse_keyring, path)
                if found is not None:
                    sealed, items = found
                    yield Keyring(home.user, look.show(path), sealed, items, own=number == 0)


def parse_keyring(data: bytes) -> tuple[bool, int]:
    """(encrypted, passwords in it). gnome-keyring writes a store whose password is empty as plain text, one section for each. Raises ParseError.

    The sections `[1:attribute0]` only describe an item. No secret is kept.
    """
    if data.startswith(_SEALED):
        return True, 0
    if not data.lstrip().startswith(b"[keyring]"):
        raise ParseError("not a store of passwords")
    return False, len(_ITEM.findall(data))
