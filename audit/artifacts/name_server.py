"""Name servers that were chosen on this machine: whom it asks for the addresses of sites, and who therefore learns which it opens.

NetworkManager's connections (nm-settings-keyfile(5): `dns`, `[global-dns-domain-*]`), resolved.conf(5), systemd.network(5), netplan
(netplan.io, "nameservers"), resolv.conf(5), interfaces(5) with resolvconf(8), dhcpcd.conf(5), dhclient.conf(5), `server=` of dnsmasq(8), iwd.network(5), and the browsers' own (Firefox: `network.trr.*`; Chromium: `dns_over_https` in Local State). Addresses that a router hands out
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

from audit.artifacts.base import Artifact, Look, ParseError, collects, first
from audit.artifacts.browser_profiles import chromium_profiles, firefox_profiles
from audit.artifacts.site_override import DNSMASQ, DNSMASQ_FOLDERS, DNSMASQ_NAME
from audit.indicators.lists import NameServer as Known
from audit.indicators.lists import name_servers
from audit.model import GapKind, Platform
from audit.stores import firefox_prefs, ini, keyfile

RESOLV = ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
HEADS = tuple(f"/etc/resolvconf/resolv.conf.d/{name}" for name in ("head", "base", "tail"))  # resolvconf(8)
CONNECTIONS = tuple(f"{top}/NetworkManager/system-connections" for top in ("/etc", "/run", "/usr/lib"))
_SYSTEMD = tuple(f"{top}/systemd" for top in ("/etc", "/run", "/usr/local/lib", "/usr/lib"))
_MANAGER = tuple(f"{top}/NetworkManager" for top in ("/etc", "/run", "/var/lib", "/usr/lib"))
OWN = "whom this computer's own name server asks"
_RESOLVED_HERE = ("127.0.0.53", "127.0.0.54")  # systemd-resolved.service(8), whose settings are read
_OWN_NETWORKS = frozenset({"vpn", "wireguard", "tun"})  # they bring their own name servers, as they should
_DHCLIENT = re.compile(r"\b(?:supersede|prepend|append|default)\s+domain-name-servers\s([^;{}]{1,1000});")
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
    asked_by_own = False
    for path, parser in _places(look):
        for each in look.parse(parser, path, 1 << 20) or ():
            asked_by_own = asked_by_own or parser is parse_dnsmasq
            yield _record(look, each, path)
    if not asked_by_own and look.parse(asks_itself, RESOLV[0], 1 << 20):
        look.gap(GapKind.NOT_VISIBLE, what=OWN, path=RESOLV[0])
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


Parser = Callable[[bytes], "list[Asked]"]


def _places(look: Look) -> Iterator[tuple[str, Parser]]:
    plain: list[tuple[str, Parser]] = [
        ("/etc/network/interfaces", parse_interfaces),
        *((path, parse_resolv) for path in HEADS),
        *((f"{top}/NetworkManager.conf", parse_manager) for top in _MANAGER),
        ("/var/lib/NetworkManager/NetworkManager-intern.conf", parse_manager),
        *((f"{top}/resolved.conf", parse_resolved) for top in _SYSTEMD),
        ("/etc/dhcpcd.conf", parse_dhcpcd),
        ("/etc/dhcp/dhclient.conf", parse_dhclient),
        (DNSMASQ, parse_dnsmasq),
    ]
    folders: list[tuple[str, str, Parser]] = [
        ("/etc/network/interfaces.d", r"[\w-]+(\.cfg)?", parse_interfaces),
        *((f"{top}/conf.d", r".*\.conf", parse_manager) for top in _MANAGER),
        *((f"{top}/resolved.conf.d", r".*\.conf", parse_resolved) for top in _SYSTEMD),
        *((folder, DNSMASQ_NAME, parse_dnsmasq) for folder in DNSMASQ_FOLDERS),
        *((folder, r"[^.].*", parse_connection) for folder in CONNECTIONS),
        ("/etc/netplan", r".*\.yaml", parse_netplan),
        ("/var/lib/iwd", r".*\.(psk|open|8021x)", parse_iwd),
    ]
    yield from plain
    for folder, pattern, parser in folders:
        yield from ((path, parser) for path in _files(look, folder, pattern))
    yield from ((path, parse_network) for path in _networks(look))


def _files(look: Look, folder: str, pattern: str) -> list[str]:
    names = [each.name for each in look.scan(folder) if not each.is_dir and re.fullmatch(pattern, each.name)]
    return [f"{folder}/{name}" for name in first(look, folder, names, _MOST_FILES)]


def _networks(look: Look) -> Iterator[str]:
    """The files of systemd-networkd, and what is added to them; one in /etc stands for those of its name elsewhere."""
    seen: set[str] = set()
    for top in _SYSTEMD:
        folder = f"{top}/network"
        entries = first(look, folder, look.scan(folder), _MOST_FILES)
        for entry in entries:
            if entry.is_dir and entry.name.endswith(".network.d"):
                yield from _files(look, f"{folder}/{entry.name}", r".*\.conf")
            elif entry.name.endswith(".network") and entry.name not in seen:
                seen.add(entry.name)
                yield f"{folder}/{entry.name}"


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


def asks_itself(data: bytes) -> bool:
    """Whether a resolv.conf(5) names a server on this machine other than systemd's. Raises ParseError."""
    rows = (line.split() for line in ini.lines_of(data))
    named = [row[1] for row in rows if len(row) > 1 and row[0] == "nameserver"]
    return any(
        _address(each) and ipaddress.ip_address(each).is_loopback and each not in _RESOLVED_HERE
        for each in named
    )


def parse_network(data: bytes) -> list[Asked]:
    """`DNS=` under `[Network]` of a systemd.network(5); an empty one takes back those before it. Raises ParseError."""
    found = keyfile.parse(data)
    if found.get("Match", "Kind") in _OWN_NETWORKS or found.get("Match", "Type") in _OWN_NETWORKS:
        return []
    return _asked(_standing(found.all("Network", "DNS")), found.get("Match", "Name"))


def parse_netplan(data: bytes) -> list[Asked]:
    """`nameservers`, `addresses` of each network but tunnels. Raises ParseError."""
    import yaml  # only a machine with netplan pays for it

    try:
        found = yaml.safe_load(data)["network"]
        kinds = [each for kind, each in found.items() if kind != "tunnels" and isinstance(each, dict)]
        asked = [(name, facts["nameservers"].get("addresses") or ()) for kind in kinds for name, facts in kind.items()
                 if isinstance(facts, dict) and facts.get("nameservers")]  # fmt: skip
        return [
            each
            for name, words in asked
            for each in _asked([word for word in words if isinstance(word, str)], str(name)[:100])
        ]
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ParseError("not the settings of netplan") from error


def parse_iwd(data: bytes) -> list[Asked]:
    """`DNS` of a wireless network that iwd knows, below `[IPv4]` and `[IPv6]`. Raises ParseError."""
    found = keyfile.parse(data)
    return _asked(
        [word for group in ("IPv4", "IPv6") for word in re.split(r"[\s,]+", found.get(group, "DNS"))]
    )


def parse_dhcpcd(data: bytes) -> list[Asked]:
    """`static domain_name_servers=`. Raises ParseError."""
    values = (
        match[1]
        for line in ini.lines_of(data)
        if (match := re.match(r"static\s+domain_name_servers=(.*)", line))
    )
    return _asked([word for value in values for word in re.split(r"[\s,]+", value)])


def parse_dhclient(data: bytes) -> list[Asked]:
    """`supersede`, `prepend`, `append` and `default` of `domain-name-servers`. Raises ParseError."""
    lines = (line for line in ini.lines_of(data) if line[0] != "#")
    return _asked(
        [word for match in _DHCLIENT.finditer(" ".join(lines)) for word in re.split(r"[\s,]+", match[1])]
    )


def parse_dnsmasq(data: bytes) -> list[Asked]:
    """`server=` for every name; those for certain names (`/name/address`) are left out. Raises ParseError."""
    rows = (line.partition("=") for line in ini.lines_of(data))
    return _asked(
        [
            value.strip()
            for key, _, value in rows
            if key.strip() == "server" and not value.strip().startswith("/")
        ]
    )


def _standing(values: list[str]) -> list[str]:
    words: list[str] = []
    for value in values:
        words = [*words, *value.split()] if value else []
    return words


def parse_resolved(data: bytes) -> list[Asked]:
    """`DNS=` under `[Resolve]`; an empty one takes back those before it. Raises ParseError."""
    return _asked(_standing(keyfile.parse(data).all("Resolve", "DNS")))


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
