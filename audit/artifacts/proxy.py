"""Proxies: machines or programs that web traffic goes through, because a setting says so.

Login files (curl(1), "ENVIRONMENT": `http_proxy` and its like); GNOME's `/system/proxy` (org.gnome.system.proxy.gschema.xml); KDE's
kioslaverc (KIO, kproxydlg.cpp: ProxyType 1 by hand, 2 a script, 3 searched for); Firefox's `network.proxy.*` (StaticPrefList, nsProtocolProxyService);
and Chromium's `--proxy-server` and `--proxy-pac-url` (net/docs/proxy.md) where it is started. What a policy of a browser says is a record
of its own. Names, passwords and the query of an address are never recorded.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from audit.artifacts import preload
from audit.artifacts.base import Artifact, Look, collects, first
from audit.artifacts.browser_profiles import firefox_profiles
from audit.model import GapKind, Platform
from audit.stores import dconf, firefox_prefs, ini, keyfile

FIXED = "by hand"
SCRIPT = "by a script"
FOUND = "searched for in the network"
LOGIN = "programs started after login"
GNOME = "GNOME and most browsers"
KDE = "KDE and most browsers"
CHROMIUM = "Chromium browsers"
WHAT = "proxies"
_KDE = ".config/kioslaverc"
_FLAGS = ("chromium-flags.conf", "chrome-flags.conf", "brave-flags.conf", "microsoft-edge-stable-flags.conf")
_STARTERS = (".local/share/applications", ".config/autostart", "Desktop")
_SYSTEM_STARTERS = ("/etc/chromium.d", "/usr/local/share/applications", "/etc/xdg/autostart")
_MOST_FILES = 500
_SETS = re.compile(
    r"^\s*(?:export\s+|declare\s+-x\s+|set\s+(?:-\w+\s+)+)?(?:https?|all|ftp|socks)_proxy(?:\s*=\s*|\s+(?:DEFAULT=|OVERRIDE=)?)(\S.*)$",
    re.IGNORECASE,
)
_FLAG = re.compile(r"--proxy-(server|pac-url)=(\"[^\"]{1,500}\"|'[^']{1,500}'|[^\s\"']{1,500})")
_LONGEST_LINE = 4096


class Way(NamedTuple):
    mode: str
    address: str


@dataclass(frozen=True, slots=True)
class Proxy(Artifact):
    """`of`: what goes through it. `address`: host and port, or where a script lies. `here`: it stands on this machine, at `port`."""

    KIND: ClassVar[str] = "proxy"
    of: str
    mode: str
    address: str
    here: bool
    port: int
    settings: str
    user: str = ""


@collects(Proxy)
def collect(look: Look) -> Iterator[Proxy]:
    if look.platform is not Platform.LINUX:
        look.gap(GapKind.NOT_LOOKED, what=WHAT)
        return
    yield from dict.fromkeys(_all(look))


def _all(look: Look) -> Iterator[Proxy]:
    for user, path in preload.places(look):
        for way in look.parse(parse_login, path, 1 << 20) or ():
            yield _record(look, LOGIN, way, path, user)
    for user, path in _starters(look):
        for way in look.parse(parse_flags, path, 1 << 20) or ():
            yield _record(look, CHROMIUM, way, path, user)
    yield from _desktops(look)
    yield from _firefoxes(look)


def _desktops(look: Look) -> Iterator[Proxy]:
    for home in look.homes:
        for way in gnome(dconf.settings(look, home)):
            yield _record(look, GNOME, way, f"{home.path}/{dconf.USER}", home.user)
        for way in look.parse(parse_kde, f"{home.path}/{_KDE}", 1 << 20) or ():
            yield _record(look, KDE, way, f"{home.path}/{_KDE}", home.user)


def _firefoxes(look: Look) -> Iterator[Proxy]:
    for profile in firefox_profiles(look):
        prefs: dict[str, firefox_prefs.Value] = {}
        for path in (f"{profile.folder}/prefs.js", f"{profile.folder}/user.js"):
            prefs |= look.parse(_firefox, path) or {}
        for way in firefox(prefs):
            yield _record(look, profile.browser, way, f"{profile.folder}/prefs.js", profile.home.user)


def _starters(look: Look) -> Iterator[tuple[str, str]]:
    yield from (("", path) for folder in _SYSTEM_STARTERS for path in _files(look, folder))
    for home in look.homes:
        yield from ((home.user, f"{home.path}/.config/{name}") for name in _FLAGS)
        yield from (
            (home.user, path)
            for name in _STARTERS
            for path in _files(look, f"{home.path}/{name}")
            if path.endswith(".desktop")
        )


def _files(look: Look, folder: str) -> list[str]:
    return [
        f"{folder}/{entry.name}"
        for entry in first(look, folder, look.scan(folder), _MOST_FILES)
        if not entry.is_dir
    ]


def _record(look: Look, of: str, way: Way, path: str, user: str) -> Proxy:
    host, port = _parts(way.address)
    here = way.mode == FIXED and _is_here(host)
    return Proxy(of, way.mode, way.address, here, port if here else 0, look.show(path), user)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parts(address: str) -> tuple[str, int]:
    try:
        found = urlsplit(f"//{address}")
        port = found.port or 0
    except ValueError:
        return "", 0
    return found.hostname or "", port


def plain(value: str) -> str:
    """Host and port of a proxy, as a setting writes it: an address with or without scheme, name and password; KDE puts a blank before the port."""
    word = value.strip().strip("\"'").strip().rstrip(";")
    if "$" in word or not word:
        return ""
    word = re.sub(r"^[A-Za-z][\w+.-]*://", "", word).rpartition("@")[2]
    word = re.split(r"[/?#;,]", word, maxsplit=1)[0].strip()
    host, _, port = word.partition(" ")
    return f"{host}:{port.strip()}" if port.strip().isdigit() else host


def script(value: str) -> str:
    """Where a script lies, without name, password and query."""
    word = value.strip().strip("\"'")
    if word.startswith("data:"):
        return "data:"
    try:
        found = urlsplit(word)
    except ValueError:
        return ""
    return f"{found.scheme}://{found.netloc.rpartition('@')[2]}{found.path}" if found.scheme else found.path


def _way(mode: str, value: object) -> list[Way]:
    """The way that a setting names, or none where it names nothing."""
    if not isinstance(value, str):
        return []
    address = (plain if mode == FIXED else script)(value[:2000])
    return [Way(mode, address[:300])] if address else []


def parse_login(data: bytes) -> list[Way]:
    """The proxies that a login file sets. A line only counts as it stands; nothing is run. Raises ParseError."""
    found = []
    for line in ini.lines_of(data):
        if match := _SETS.match(line[:_LONGEST_LINE]):
            found += _way(FIXED, match.group(1).partition(" #")[0])
    return list(dict.fromkeys(found))


def parse_flags(data: bytes) -> list[Way]:
    """The proxies in command lines. A line that begins with # is none. Raises ParseError."""
    found: list[Way] = []
    for line in ini.lines_of(data):
        if not line.startswith("#"):
            for kind, value in _FLAG.findall(line[:_LONGEST_LINE]):
                found += _way(FIXED if kind == "server" else SCRIPT, value)
    return [way for way in dict.fromkeys(found) if way.address != "direct:"]


def parse_kde(data: bytes) -> list[Way]:
    """KDE's own setting. Raises ParseError."""
    found = keyfile.parse(data)
    match found.get("Proxy Settings", "ProxyType"):
        case "1":
            names = ("httpProxy", "httpsProxy", "socksProxy")
            ways = [way for name in names for way in _way(FIXED, found.get("Proxy Settings", name))]
            return list(dict.fromkeys(ways))
        case "2":
            return _way(SCRIPT, found.get("Proxy Settings", "Proxy Config Script"))
        case "3":
            return [Way(FOUND, "")]
        case _:
            return []


def gnome(settings: Mapping[str, Any]) -> list[Way]:
    """The ways that GNOME's settings name: `mode` is none where it was never set. An automatic one without an address is searched for."""
    mode = settings.get("/system/proxy/mode", "none")
    if mode == "auto":
        return _way(SCRIPT, settings.get("/system/proxy/autoconfig-url", "")) or [Way(FOUND, "")]
    if mode != "manual":
        return []
    found = []
    for kind, usual in (("http", 8080), ("https", 0), ("socks", 0)):
        host = settings.get(f"/system/proxy/{kind}/host", "")
        port = settings.get(f"/system/proxy/{kind}/port", usual)
        if isinstance(host, str) and host and isinstance(port, int):
            found += _way(FIXED, f"{host}:{port}" if port else host)
    return list(dict.fromkeys(found))


def _firefox(data: bytes) -> Mapping[str, firefox_prefs.Value]:
    return firefox_prefs.parse(data, "network.proxy.")


def firefox(prefs: Mapping[str, firefox_prefs.Value]) -> list[Way]:
    """`network.proxy.type`: 1 by hand, 2 a script, 4 searched for; 5, the system's, is Firefox's own default."""
    match prefs.get("network.proxy.type"):
        case 1:
            found = []
            for kind in ("http", "ssl", "socks"):
                host, port = prefs.get(f"network.proxy.{kind}"), prefs.get(f"network.proxy.{kind}_port")
                if isinstance(host, str) and host:
                    found += _way(FIXED, f"{host}:{port}" if port else host)
            return list(dict.fromkeys(found))
        case 2:
            return _way(SCRIPT, prefs.get("network.proxy.autoconfig_url"))
        case 4:
            return [Way(FOUND, "")]
        case _:
            return []
