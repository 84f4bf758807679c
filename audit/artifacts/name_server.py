"""Name servers that were chosen on this machine: whom it asks for the addresses of sites, and who therefore learns which it opens.

NetworkManager's connections (nm-settings-keyfile(5): `dns`, `[global-dns-domain-*]`), resolved.conf(5), resolv.conf(5), interfaces(5)
with resolvconf(8), and the browsers' own (Firefox: `network.trr.*`; Chromium: `dns_over_https` in Local State). Addresses that a router hands out
count only where a list knows them (`rules/lists/name_servers.yaml`). The part of an address that names an account is left out.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.browser_profiles import chromium_profiles, firefox_profiles
from audit.indicators.lists import NameServer as Known
from audit.indicators.lists import name_servers
from audit.model import GapKind, Platform
from audit.stores import firefox_prefs, ini, keyfile

RESOLV = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
INTERFACES = "/etc/network/interfaces"
CONNECTIONS = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections")
_MANAGER = "/etc/NetworkManager/NetworkManager.conf"
_RESOLVED = "/etc/systemd/resolved.conf"
_FOLDERS = {"/etc/NetworkManager/conf.d": "manager", "/etc/systemd/resolved.conf.d": "resolved"}
_OWN_NETWORKS = frozenset({"vpn", "wireguard", "tun"})  # they bring their own name servers, as they should
_MOST_FILES = 200
_LONGEST = 253
WHAT = "name servers"


class Asked(NamedTuple):
    """Whom a setting names, and for what: a connection's name, a browser's profile, or nothing."""

    server: str
    scope: str


@dataclass(frozen=True, slots=True)
class NameServer(Artifact):
    """`server`: an address, or the host of an encrypted one. `operator` and `filters` as the list knows them, else empty.

    `chosen`: a setting of this machine names it; else it may come from the network. `inside`: it stands in the same network.
    """

    KIND: ClassVar[str] = "name-server"
    server: str
    operator: str
    filters: str
    chosen: bool
    inside: bool
    settings: str
    scope: str = ""
    user: str = ""


@collects(NameServer)
def collect(look: Look) -> Iterator[NameServer]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what=WHAT)
        return
    for path in RESOLV:
        for each in look.parse(parse_resolv, path, 1 << 20) or ():
            if known(each.server):
                yield _record(look, each, path, chosen=False)
    for path, parser in _places(look):
        for each in look.parse(parser, path, 1 << 20) or ():
            yield _record(look, each, path)
    yield from _browsers(look)


def _browsers(look: Look) -> Iterator[NameServer]:
    for profile in firefox_profiles(look):
        prefs: dict[str, firefox_prefs.Value] = {}
        for path in (f"{profile.folder}/prefs.js", f"{profile.folder}/user.js"):
            prefs |= look.parse(_trr, path) or {}
        for server in firefox_servers(prefs):
            asked = Asked(server, f"{profile.browser}, {profile.name}")
            yield _record(look, asked, f"{profile.folder}/prefs.js", user=profile.home.user)
    for top, profile in {each.top: each for each in chromium_profiles(look)}.items():
        for server in look.parse(parse_chromium, f"{top}/Local State") or ():
            asked = Asked(server, profile.browser)
            yield _record(look, asked, f"{top}/Local State", user=profile.home.user)


def _places(look: Look) -> Iterator[tuple[str, Callable[[bytes], list[Asked]]]]:
    parsers = {"manager": parse_manager, "resolved": parse_resolved}
    yield INTERFACES, parse_interfaces
    yield _MANAGER, parse_manager
    yield _RESOLVED, parse_resolved
    for folder, parser in _FOLDERS.items():
        for entry in look.scan(folder)[:_MOST_FILES]:
            if entry.name.endswith(".conf"):
                yield f"{folder}/{entry.name}", parsers[parser]
    for folder in CONNECTIONS:
        for entry in look.scan(folder)[:_MOST_FILES]:
            if not entry.is_dir and not entry.name.startswith("."):
                yield f"{folder}/{entry.name}", parse_connection


def _record(look: Look, asked: Asked, path: str, *, chosen: bool = True, user: str = "") -> NameServer:
    found = known(asked.server)
    return NameServer(
        server=asked.server,
        operator=found.name if found else "",
        filters=found.filters if found else "",
        chosen=chosen,
        inside=_inside(asked.server),
        settings=look.show(path),
        scope=asked.scope,
        user=user,
    )


def known(server: str) -> Known | None:
    """The service that the list has for an address or a host."""
    for each in name_servers():
        if server in each.addresses or server in each.hosts:
            return each
        if _address(server) and any(_within(server, network) for network in each.networks):
            return each
    return None


def _within(server: str, network: str) -> bool:
    place, whole = ipaddress.ip_address(server), ipaddress.ip_network(network)
    return place.version == whole.version and place in whole


def _address(server: str) -> bool:
    try:
        ipaddress.ip_address(server)
    except ValueError:
        return False
    return True


def _inside(server: str) -> bool:
    return _address(server) and not ipaddress.ip_address(server).is_global


def server_of(word: str) -> str:
    """An address, or a host, as a setting writes it: `address#name`, `address:port`, `address%interface`, a URL; "" for none and for this machine."""
    word = word.strip().strip("\"'")
    if "://" in word:
        try:
            word = urlsplit(word).hostname or ""
        except ValueError:
            return ""
    word = re.split(r"[#%]", word, maxsplit=1)[0].strip("[]").lower()
    if word.count(":") == 1:
        word = word.partition(":")[0]
    if _address(word):
        place = ipaddress.ip_address(word)
        return "" if place.is_loopback or place.is_unspecified else str(place)
    return _plain(word) if re.fullmatch(r"[a-z0-9.-]{1,253}", word) and "." in word else ""


def _plain(host: str) -> str:
    """Without the part that names an account at a service that the list knows."""
    for each in name_servers():
        for name in each.hosts if each.filters == "account" else ():
            if host.endswith(f".{name}"):
                return name
    return host


def _asked(words: list[str], scope: str = "") -> list[Asked]:
    servers = (server_of(word) for word in words[:100])
    return [Asked(server, scope[:100]) for server in dict.fromkeys(servers) if server]


def parse_resolv(data: bytes) -> list[Asked]:
    """The `nameserver` lines. Raises ParseError."""
    rows = (line.split() for line in ini.lines_of(data))
    return _asked([row[1] for row in rows if len(row) > 1 and row[0] == "nameserver"])


def parse_interfaces(data: bytes) -> list[Asked]:
    """The `dns-nameservers` lines. Raises ParseError."""
    rows = (line.split() for line in ini.lines_of(data))
    return _asked(
        [word for row in rows if row[0] in ("dns-nameservers", "dns-nameserver") for word in row[1:]]
    )


def parse_resolved(data: bytes) -> list[Asked]:
    """`DNS=` under `[Resolve]`; an empty one takes back those before it. Raises ParseError."""
    words: list[str] = []
    for value in keyfile.parse(data).all("Resolve", "DNS"):
        words = [*words, *value.split()] if value else []
    return _asked(words)


def parse_manager(data: bytes) -> list[Asked]:
    """`servers` of each `[global-dns-domain-…]`. Raises ParseError."""
    found = keyfile.parse(data)
    groups = [group for group in found.groups() if group.startswith("global-dns-domain-")]
    return _asked([word for group in groups for word in found.get(group, "servers").split(",")])


def parse_connection(data: bytes) -> list[Asked]:
    """`dns` of a connection, but for those that are networks of their own. Raises ParseError."""
    found = keyfile.parse(data)
    if found.get("connection", "type") in _OWN_NETWORKS:
        return []
    words = [word for group in ("ipv4", "ipv6") for word in re.split(r"[;,]", found.get(group, "dns"))]
    return _asked(words, found.get("connection", "id"))


def _trr(data: bytes) -> Mapping[str, firefox_prefs.Value]:
    return firefox_prefs.parse(data, "network.trr.")


def firefox_servers(prefs: Mapping[str, firefox_prefs.Value]) -> list[str]:
    """The encrypted name server that a person set: `network.trr.mode` is 2 or 3, and a server is named (firefox-source-docs, "DNS over HTTPS")."""
    if prefs.get("network.trr.mode") not in (2, 3):
        return []
    named = prefs.get("network.trr.uri") or prefs.get("network.trr.custom_uri")
    server = server_of(named[:2000]) if isinstance(named, str) else ""
    return [server] if server else []


def parse_chromium(data: bytes) -> list[str]:
    """The encrypted name servers that a person set: `dns_over_https` in Local State (chrome/common/pref_names.h). Raises ParseError."""
    try:
        found = json.loads(data).get("dns_over_https", {})
        mode, templates = found.get("mode"), found.get("templates")
    except (ValueError, AttributeError, RecursionError) as error:
        raise ParseError("not the settings of a Chromium browser") from error
    if mode not in ("secure", "automatic") or not isinstance(templates, str):
        return []
    words = [re.sub(r"\{[^}]*\}", "", word) for word in templates[:10_000].split()]
    return [each.server for each in _asked(words)]
