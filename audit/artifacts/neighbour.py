"""Devices of camera makers that this machine has lately met in its network. Nothing is sent to find them.

/proc/net/arp (proc(5)); what this machine itself handed out as a hotspot: dnsmasq's leases (dnsmasq(8), "--dhcp-leasefile"), also
those of NetworkManager, and dhcpd.leases(5). Other devices of the network, and what they are called, are not recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, collects
from audit.indicators.lists import camera_makers
from audit.model import GapKind, Platform
from audit.stores import ini

ARP = "/proc/net/arp"
_DNSMASQ = "/var/lib/misc/dnsmasq.leases"
_MANAGER = "/var/lib/NetworkManager"
_DHCPD = "/var/lib/dhcp/dhcpd.leases"
_HARDWARE = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_LEASE = re.compile(r"^lease\s+([0-9.]{7,15})\s*\{([^{}]{0,4000})\}", re.MULTILINE)
_ETHERNET = re.compile(r"hardware ethernet\s+([0-9a-fA-F:]{17})\s*;")
_LOCAL = 0x02  # IEEE 802, "locally administered": chosen by the device, often at random, and says no maker
WHAT = "devices in this network that this computer has not spoken with lately"


class Met(NamedTuple):
    hardware: str
    address: str


@dataclass(frozen=True, slots=True)
class Neighbour(Artifact):
    """A device by its hardware address. `sells`: cameras, or mixed where its maker sells other things too."""

    KIND: ClassVar[str] = "neighbour"
    hardware: str
    maker: str
    sells: str
    address: str
    settings: str
    source: str
    dated: str


@collects(Neighbour)
def collect(look: Look) -> Iterator[Neighbour]:
    look.gap(GapKind.NOT_VISIBLE, path=ARP, what=WHAT)
    if look.platform is not Platform.LINUX:
        return
    seen: set[str] = set()
    for path, parser in _places(look):
        for each in look.parse(parser, path, 8 << 20) or ():
            if (maker := camera_makers().get(prefix_of(each.hardware))) and each.hardware not in seen:
                seen.add(each.hardware)
                yield Neighbour(
                    hardware=each.hardware,
                    maker=maker.name,
                    sells=maker.sells,
                    address=each.address,
                    settings=look.show(path),
                    source=maker.source.name,
                    dated=maker.source.dated.isoformat(),
                )


def _places(look: Look) -> Iterator[tuple[str, Callable[[bytes], list[Met]]]]:
    yield ARP, parse_arp
    yield _DNSMASQ, parse_dnsmasq
    for entry in look.scan(_MANAGER):
        if entry.name.startswith("dnsmasq-") and entry.name.endswith(".leases"):
            yield f"{_MANAGER}/{entry.name}", parse_dnsmasq
    yield _DHCPD, parse_dhcpd


def prefix_of(hardware: str) -> str:
    """The maker's part of a hardware address, or nothing where the device chose its address itself."""
    digits = hardware.replace(":", "").upper()
    return "" if int(digits[:2], 16) & _LOCAL else digits[:6]


def parse_arp(data: bytes) -> list[Met]:
    """What answered: address, type, flags, hardware address, mask, device; flags 0x0 are those that did not. Raises ParseError."""
    rows = (line.lower().split() for line in ini.lines_of(data))
    return [
        Met(row[3], row[0])
        for row in rows
        if len(row) >= 6 and row[2] != "0x0" and _HARDWARE.fullmatch(row[3])
    ]


def parse_dnsmasq(data: bytes) -> list[Met]:
    """Lines of expiry, hardware address, address, name, client. Raises ParseError."""
    rows = (line.lower().split() for line in ini.lines_of(data))
    return [Met(row[1], row[2]) for row in rows if len(row) >= 4 and _HARDWARE.fullmatch(row[1])]


def parse_dhcpd(data: bytes) -> list[Met]:
    """The leases of ISC's server. Raises ParseError."""
    found = []
    for address, inside in _LEASE.findall(ini.text_of(data)):
        if match := _ETHERNET.search(inside):
            hardware = match.group(1).lower()
            found += [Met(hardware, address)] if _HARDWARE.fullmatch(hardware) else []
    return found
