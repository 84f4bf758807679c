"""How many fingers open an account (fprintd). Only that they are there: no print is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first

PRINTS = (
    "/var/lib/fprint"  # fprintd's file_storage.c: account / driver / device / number of the finger, 1 to a
)
_FINGER = re.compile(r"[1-9a]")
_MOST = 32


@dataclass(frozen=True, slots=True)
class Fingerprints(Artifact):
    """`fingers`: how many are enrolled for an account, on all readers."""

    KIND: ClassVar[str] = "fingerprints"
    account: str
    fingers: int
    settings: str
    own: bool = False


@collects(Fingerprints)
def collect(look: Look) -> Iterator[Fingerprints]:
    own = {home.user for home in look.homes}
    for account in _folders(look, PRINTS):
        readers = [
            f"{PRINTS}/{account}/{driver}/{reader}"
            for driver in _folders(look, f"{PRINTS}/{account}")
            for reader in _folders(look, f"{PRINTS}/{account}/{driver}")
        ]
        fingers = sum(
            each.is_file and _FINGER.fullmatch(each.name) is not None
            for reader in first(look, f"{PRINTS}/{account}", readers, _MOST)
            for each in look.scan(reader)
        )
        if fingers:
            yield Fingerprints(account, fingers, f"{PRINTS}/{account}", account in own)


def _folders(look: Look, folder: str) -> list[str]:
    return list(first(look, folder, [each.name for each in look.scan(folder) if each.is_dir], _MOST))
