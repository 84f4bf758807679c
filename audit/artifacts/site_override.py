"""Sites whose address this machine takes from a file of its own: help, security and sign-in sites only.

hosts(5), and `address=/name/address` of dnsmasq(8), which NetworkManager can run too (NetworkManager.conf(5), "dns"). Only the names
in `rules/lists/help_sites.yaml` are recorded: a list against advertisements has a hundred thousand others, and they say nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from audit.artifacts.base import Artifact, Look, collects, first
from audit.indicators.lists import sites
from audit.model import Platform
from audit.stores import ini

HOSTS = {
    Platform.LINUX: "/etc/hosts",
    Platform.MACOS: "/etc/hosts",
    Platform.WINDOWS: "/Windows/System32/drivers/etc/hosts",  # learn.microsoft.com, "TCP/IP host name resolution order"
}
DNSMASQ = "/etc/dnsmasq.conf"
DNSMASQ_FOLDERS = ("/etc/dnsmasq.d", "/etc/NetworkManager/dnsmasq.d", "/etc/NetworkManager/dnsmasq-shared.d")
DNSMASQ_NAME = r".*(?<!~)(?<!\.bak)(?<!\.dpkg-dist)(?<!\.dpkg-old)"  # as Debian starts it
_MOST_FILES = 100
_USUAL = ("www.", "m.")


@dataclass(frozen=True, slots=True)
class SiteOverride(Artifact):
    """A name on the list, and where it leads. `nowhere`: to this machine itself or to no machine, so the site does not open."""

    KIND: ClassVar[str] = "site-override"
    name: str
    kind: str
    address: str
    nowhere: bool
    settings: str


@collects(SiteOverride)
def collect(look: Look) -> Iterator[SiteOverride]:
    yield from _records(look, HOSTS[look.platform], parse_hosts)
    if look.platform is Platform.LINUX:
        for path in (DNSMASQ, *_files(look)):
            yield from _records(look, path, parse_dnsmasq)


def _records(
    look: Look, path: str, parser: Callable[[bytes], list[tuple[str, str]]]
) -> Iterator[SiteOverride]:
    for name, address in dict.fromkeys(look.parse(parser, path) or ()):
        if (kind := kind_of(name)) is not None:
            yield SiteOverride(name, kind, address, leads_nowhere(address), look.show(path))


def _files(look: Look) -> Iterator[str]:
    for folder in DNSMASQ_FOLDERS:
        for entry in first(look, folder, look.scan(folder), _MOST_FILES):
            if not entry.is_dir and re.fullmatch(DNSMASQ_NAME, entry.name):
                yield f"{folder}/{entry.name}"


def kind_of(name: str) -> str | None:
    """What a name on the list is for, with or without its www; None for all others."""
    known = sites()
    for start in _USUAL:
        if name.startswith(start) and name.removeprefix(start) in known:
            return known[name.removeprefix(start)]
    return known.get(name)


def leads_nowhere(address: str) -> bool:
    if not address:
        return True
    try:
        place = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return place.is_loopback or place.is_unspecified


def parse_hosts(data: bytes) -> list[tuple[str, str]]:
    """(name, address) for each name on the list in hosts(5). Raises ParseError."""
    found = []
    for line in ini.text_of(data).splitlines():
        address, *names = line.partition("#")[0].split()[:100] or [""]
        for name in names:
            plain = name.lower().rstrip(".")
            if kind_of(plain) is not None:
                found.append((plain, address))
    return found


def parse_dnsmasq(data: bytes) -> list[tuple[str, str]]:
    """(name, address) for each name on the list to which dnsmasq's settings give an address; none: it is not found. Raises ParseError."""
    found = []
    for line in ini.lines_of(data):
        key, _, value = line.partition("=")
        if key.strip() not in ("address", "local", "server") or not value.strip().startswith("/"):
            continue
        *names, address = value.strip().lstrip("/").split("/")
        if key.strip() != "address" and address:
            continue  # only another name server for it
        found += [
            (name.lower(), address.strip()) for name in names[:1000] if kind_of(name.lower()) is not None
        ]
    return found
