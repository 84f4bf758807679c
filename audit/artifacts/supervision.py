"""Limits that somebody set for an account: GNOME's parental controls (malcontent)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.hidden_account import SERVICE
from audit.stores import keyfile

# Sections and keys: the interfaces that malcontent 0.11 installs for AccountsService, below /usr/share/accountsservice/interfaces.
_APPS = "com.endlessm.ParentalControls.AppFilter"
_TIME = "com.endlessm.ParentalControls.SessionLimits"
PROGRAMS = "which programs may be opened"
INSTALLING = "what may be installed"
HOURS = "at what hours it may be used"
_MOST = 200


@dataclass(frozen=True, slots=True)
class Supervision(Artifact):
    """`limits`: what is limited, in the words above."""

    KIND: ClassVar[str] = "supervision"
    account: str
    limits: tuple[str, ...]
    settings: str
    own: bool = False


@collects(Supervision)
def collect(look: Look) -> Iterator[Supervision]:
    own = {home.user for home in look.homes}
    for entry in first(look, SERVICE, look.scan(SERVICE), _MOST):
        path = f"{SERVICE}/{entry.name}"
        if not entry.is_dir and (limits := look.parse(parse_limits, path, 1 << 20)):
            yield Supervision(entry.name, limits, path, entry.name in own)


def parse_limits(data: bytes) -> tuple[str, ...]:
    """What an account's key file limits. Values are GVariant text; what limits nothing is not counted. Raises ParseError.

    AppFilter `(false, [...])` forbids what it lists, `(true, [...])` allows nothing else; LimitType 0 is no limit.
    """
    file = keyfile.parse(data)
    apps = "".join(file.get(_APPS, "AppFilter").removeprefix("@").split())
    ages = "".join(file.get(_APPS, "OarsFilter").split())
    found = []
    if apps.startswith("(true") or (apps.startswith("(false") and "'" in apps):
        found.append(PROGRAMS)
    kept = [file.get(_APPS, f"Allow{whose}Installation").strip() for whose in ("User", "System")]
    if (
        "':'" in ages or kept[0] == "false"
    ):  # whoever is no administrator may not install for everybody anyhow
        found.append(INSTALLING)
    if file.get(_TIME, "LimitType").rpartition(" ")[2] not in ("", "0"):
        found.append(HOURS)
    return tuple(found)
