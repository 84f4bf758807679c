"""Programs that wait for connections from other machines: listening TCP sockets. Live machines only; nothing is sent."""

from __future__ import annotations

import ipaddress
import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.artifacts.process import in_system, script_of
from audit.model import GapKind
from audit.sources.base import Query

OWNERS = "the programs behind open ports"
MOST = 5_000


@dataclass(frozen=True, slots=True)
class ListeningPort(Artifact):
    """One port. `reach`: "network", or "here" where only this machine can connect. `program` is empty where it is not known.

    `place` is the file that runs: a script, where an interpreter runs one.
    """

    KIND: ClassVar[str] = "listening-port"
    port: int
    reach: str
    address: str
    program: str = ""
    place: str = ""
    user: str = ""

    @property
    def from_system(self) -> bool:
        """Whether only an administrator could have put the program there."""
        return bool(self.place) and in_system(self.place)


@collects(ListeningPort)
def collect(look: Look) -> Iterator[ListeningPort]:
    data = look.query(Query.LISTENING)
    if data is None:
        return
    try:
        rows = parse(data)
    except ParseError as error:
        look.gap(GapKind.MALFORMED, path="open ports", detail=str(error))
        return
    look.count(len(rows))
    if any(not row["exe"] and not row["name"] for row in rows):
        look.gap(GapKind.UNREADABLE, path=OWNERS)
    yield from dict.fromkeys(_port(row, look) for row in rows)


def _port(row: Mapping[str, Any], look: Look) -> ListeningPort:
    exe, command = row["exe"], row["command"]
    script = script_of(posixpath.basename(exe or (command[0] if command else "")), command[1:])
    place = script or exe
    return ListeningPort(
        port=row["port"],
        reach=reach_of(row["address"]),
        address=row["address"],
        program=posixpath.basename(place) or row["name"],
        place=look.show(place) if place.startswith("/") else place,
        user=row["user"],
    )


def parse(data: bytes) -> list[dict[str, Any]]:
    """The answer to `Query.LISTENING` (audit.sources.live). Raises ParseError."""
    try:
        rows = [_row(row) for row in json.loads(data)["ports"][:MOST]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ParseError("the list of open ports is not as expected") from error
    return rows


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    port = int(row["port"])
    if not 0 < port < 65_536:
        raise ValueError(port)
    return {
        "port": port,
        "address": str(row["address"]),
        "name": str(row["name"] or ""),
        "exe": str(row["exe"] or ""),
        "user": str(row["user"] or ""),
        "command": [str(word) for word in row["command"] or ()],
    }


def reach_of(address: str) -> str:
    """Whether an address that is listened on can be reached from other machines. Odd ones count as reachable."""
    try:
        plain = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "network"
    mapped = plain.ipv4_mapped if isinstance(plain, ipaddress.IPv6Address) else None
    return "here" if (mapped or plain).is_loopback else "network"
