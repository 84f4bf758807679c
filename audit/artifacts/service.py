"""Services that the machine is set to start: the names that systemd, init scripts, OpenRC or runit have switched on.

What each of them runs is `Autostart`'s to say; this tells only which ones are on, which needs no rights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects
from audit.model import Platform
from audit.sources.base import Home

# systemctl(1), enable: links in .wants and .requires folders of systemd.unit(5)'s places for the administrator; and those that
# packages ship ready-made.
SYSTEM = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
USER = ("/etc/systemd/user", "/usr/lib/systemd/user")
HOME_USER = ".config/systemd/user"
RUNLEVELS = "/etc/runlevels"  # OpenRC, rc-update(8)
INIT = tuple(f"/etc/rc{level}.d" for level in "2345")  # Debian's update-rc.d(8)
RUNIT = (
    "/var/service",
    "/etc/service",
    "/etc/runit/runsvdir/default",
)  # Void Linux and runit's own runsvdir(8)
_UNIT = re.compile(r"(?P<name>[^/]+?)(?:@[^/]*)?\.(?P<kind>service|socket|timer|path)")
_START = re.compile(r"S\d\d(?P<name>.+)")
_LINKS = (".wants", ".requires")


@dataclass(frozen=True, slots=True)
class Service(Artifact):
    """One service that is on. `name` without `.service` and the like, and without an instance; `settings`: what switches it on.

    `user`: whose own services it belongs to; "" for the machine's.
    """

    KIND: ClassVar[str] = "service"
    name: str
    settings: str
    user: str = ""


@collects(Service)
def collect(look: Look) -> Iterator[Service]:
    if look.platform is not Platform.LINUX:
        return
    seen: set[tuple[str, str]] = set()
    for service in _all(look):
        if (service.name, service.user) not in seen:
            seen.add((service.name, service.user))
            yield service


def _all(look: Look) -> Iterator[Service]:
    masked = _masked(look, SYSTEM[0])
    for folder in SYSTEM:
        yield from (each for each in _linked(look, folder, None) if each.name not in masked)
    for home in look.homes:
        masked = _masked(look, f"{home.path}/{HOME_USER}") | _masked(look, USER[0])
        for folder in (f"{home.path}/{HOME_USER}", *USER):
            yield from (each for each in _linked(look, folder, home) if each.name not in masked)
    for folder in INIT:
        starts = ((_START.fullmatch(entry.name), entry.name) for entry in look.scan(folder))
        yield from (Service(match["name"], f"{folder}/{name}") for match, name in starts if match)
    for level in look.scan(RUNLEVELS):
        inside = f"{RUNLEVELS}/{level.name}"
        yield from (Service(entry.name, f"{inside}/{entry.name}") for entry in look.scan(inside))
    for folder in RUNIT:
        yield from (Service(entry.name, f"{folder}/{entry.name}") for entry in look.scan(folder))


def _linked(look: Look, folder: str, home: Home | None) -> Iterator[Service]:
    for entry in look.scan(folder):
        if not entry.name.endswith(_LINKS) or entry.is_file:
            continue
        inside = f"{folder}/{entry.name}"
        for unit in look.scan(inside):
            if match := _UNIT.fullmatch(unit.name):
                yield Service(match["name"], look.show(f"{inside}/{unit.name}"), home.user if home else "")


def _masked(look: Look, folder: str) -> set[str]:
    """Units that are switched off for good: links to /dev/null (systemctl(1), mask)."""
    links = [entry.name for entry in look.scan(folder) if entry.is_link]
    found = ((name, _UNIT.fullmatch(name)) for name in links)
    return {
        match["name"] for name, match in found if match and look.readlink(f"{folder}/{name}") == "/dev/null"
    }
