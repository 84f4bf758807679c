"""Connections from elsewhere that were let in, as the programs wrote them down: SSH, xrdp, AnyDesk, TeamViewer.

Only who, from where, how often, first and last are kept. Logs that were packed are not read; that systemd's journal is not,
where it alone holds SSH's, is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from audit.artifacts.base import Artifact, Look, ParseError, collects
from audit.model import GapKind
from audit.stores import sqlite, utmp

LARGEST = 64 << 20
MOST = 500  # different origins of one service
# Debian's rsyslog and logrotate; Fedora's and openSUSE's.
AUTH_LOGS = ("/var/log/auth.log.1", "/var/log/auth.log", "/var/log/secure")
WTMP = ("/var/log/wtmp.1", "/var/log/wtmp")
# wtmpdb's (github.com/thkukuk/wtmpdb, lib/sqlite.c), which Debian 13 and openSUSE have instead; the first that is there.
WTMPDB = ("/var/lib/wtmpdb/wtmp.db", "/var/log/wtmp.db")
JOURNAL = ("/var/log/journal", "/run/log/journal")  # systemd-journald.service(8)
XRDP = "/var/log/xrdp-sesman.log"  # sesman.ini(5), LogFile; its lines as xrdp 0.9.21 has them
ANYDESK = ".anydesk/connection_trace.txt"  # support.anydesk.com, "Connection log"
TEAMVIEWER = ("/var/log", "teamviewer", "Connections_incoming.txt")
_MONTHS = dict(
    zip(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        range(1, 13),
        strict=True,
    )
)
_ACCEPTED = re.compile(
    r"^(?:(?P<iso>\d{4}-\d\d-\d\d)T\S+|(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) [\d:]{8}) \S+ sshd(?:-session)?\[\d+\]: "
    r"Accepted (?P<how>[\w/-]{1,40}) for (?P<user>\S{1,64}) from (?P<origin>\S{1,80}) port \d+"
)
_XRDP = re.compile(
    r"^\[(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)-[\d:]{8}\] .{0,200}?\+\+ (?:created|reconnected) session\b.{0,40}?"
    r"username (?P<user>[^,]{1,64}),.{0,80}?\bip (?P<origin>\S{1,80})"
)
_ANYDESK = re.compile(
    r"^Incoming\s+(?P<date>\d{4}-\d\d-\d\d), \d\d:\d\d\s+(?P<how>\w+)\s+(?P<origin>\S{1,80})"
)
_TEAMVIEWER = re.compile(
    r"^(?P<id>\d{6,12})\t(?P<name>[^\t]{0,80})\t(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d{4}) [\d:]{8}\t[^\t]*\t(?P<user>[^\t]{0,64})"
)
_HOST = re.compile(r"(?!tty|tmux|login|pts|:\d)[A-Za-z0-9:][\w.:%-]*\w")


@dataclass(frozen=True, slots=True)
class Incoming(Artifact):
    """Visits of one kind from one place to one account. `first` and `last` are days. `refused` ones are not counted."""

    KIND: ClassVar[str] = "incoming-connection"
    service: str
    account: str
    origin: str
    times: int
    first: str
    last: str
    settings: str


class Visit(NamedTuple):
    account: str
    origin: str
    day: str


@collects(Incoming)
def collect(look: Look) -> Iterator[Incoming]:
    told: set[tuple[str, str]] = set()
    for each in (each for path in AUTH_LOGS for each in _ssh(look, path)):
        told.add((each.account, each.origin))
        yield each
    for each in _logins(look):
        if (each.account, each.origin) not in told:
            yield each
    if not any(look.exists(path) for path in AUTH_LOGS) and any(look.exists(path) for path in JOURNAL):
        look.gap(GapKind.NOT_LOOKED, what="the system's journal")
    yield from _summed("xrdp", look, XRDP, parse_xrdp)
    for home in look.homes:
        yield from _summed("AnyDesk", look, f"{home.path}/{ANYDESK}", parse_anydesk)
    top, start, name = TEAMVIEWER
    for entry in look.scan(top):
        if entry.name.startswith(start) and not entry.is_file:
            yield from _summed("TeamViewer", look, f"{top}/{entry.name}/{name}", parse_teamviewer)


def _ssh(look: Look, path: str) -> list[Incoming]:
    return _summed("SSH", look, path, lambda data: parse_auth(data, _written(look, path)))


def _logins(look: Look) -> Iterator[Incoming]:
    for path in WTMP:
        yield from _summed("a remote login", look, path, parse_wtmp)
    if path := next((path for path in WTMPDB if look.exists(path)), ""):
        wal = look.read(f"{path}-wal", LARGEST) or b""
        yield from _summed("a remote login", look, path, lambda data: parse_wtmpdb(data, wal))


def _written(look: Look, path: str) -> datetime:
    """When a log was last written: its lines may leave out the year."""
    found = look.stat(path)
    return datetime.fromtimestamp(found.modified if found else 0, UTC)


def _summed(
    service: str, look: Look, path: str, parser: Callable[[bytes], Iterable[Visit]]
) -> list[Incoming]:
    days: dict[tuple[str, str], list[str]] = {}
    for visit in look.parse(parser, path, LARGEST) or ():
        if (visit.account, visit.origin) in days or len(days) < MOST:
            days.setdefault((visit.account, visit.origin), []).append(visit.day)
    return [
        Incoming(service, account, origin, len(each), min(each), max(each), look.show(path))
        for (account, origin), each in days.items()
    ]


def parse_auth(data: bytes, written: datetime) -> list[Visit]:
    """The "Accepted" lines of sshd in a syslog file (auth.c of OpenSSH); those without a year belong to the year before `written`."""
    found = []
    for line in _lines(data, b"Accepted "):
        if match := _ACCEPTED.match(line):
            day = match["iso"] or _day(match["month"], match["day"], written)
            found.append(Visit(match["user"], match["origin"], day))
    return found


def _day(month: str, day: str, written: datetime) -> str:
    number = _MONTHS.get(month, 1)
    year = written.year - ((number, int(day)) > (written.month, written.day))
    return f"{year:04}-{number:02}-{int(day):02}"


def parse_wtmp(data: bytes) -> list[Visit]:
    """The logins from another machine. Raises ParseError."""
    return [
        Visit(each.user, each.host, datetime.fromtimestamp(each.seconds, UTC).date().isoformat())
        for each in utmp.parse(data)
        if each.kind == utmp.USER_PROCESS and _HOST.fullmatch(each.host)
        and 0 < each.seconds < 1 << 35
    ]  # fmt: skip


def parse_wtmpdb(data: bytes, wal: bytes) -> list[Visit]:
    """The same of a wtmpdb: type 3 is a person's, times are microseconds. Raises ParseError."""
    rows = sqlite.select(
        data, wal, "SELECT User, Login, RemoteHost FROM wtmp WHERE Type = 3 AND RemoteHost <> ''"
    )
    return [
        Visit(str(user), host, datetime.fromtimestamp(login / 1e6, UTC).date().isoformat())
        for user, login, host in rows
        if isinstance(login, int) and 0 < login < 1 << 55 and isinstance(host, str) and _HOST.fullmatch(host)
    ]


def parse_xrdp(data: bytes) -> list[Visit]:
    """The sessions that xrdp-sesman opened for somebody."""
    matches = (_XRDP.match(line) for line in _lines(data, b"session"))
    return [
        Visit(
            match["user"],
            re.sub(r"^::ffff:|:\d+$", "", match["origin"]),
            f"{match['year']}-{match['month']}-{match['day']}",
        )
        for match in matches
        if match
    ]


def parse_anydesk(data: bytes) -> list[Visit]:
    """The visits that AnyDesk let in: by a click here ("User"), a password or a saved login; "REJECTED" ones are left out."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    matches = (_ANYDESK.match(line.strip()) for line in _lines(data, b"Incoming"))
    return [
        Visit("", match["origin"], match["date"])
        for match in matches
        if match and match["how"].upper() != "REJECTED"
    ]


def parse_teamviewer(data: bytes) -> list[Visit]:
    """TeamViewer's list: number, name, begin, end, account here, kind, parted by tabs."""
    matches = (_TEAMVIEWER.match(line) for line in _lines(data.removeprefix(b"\xef\xbb\xbf"), b"\t"))
    return [
        Visit(
            match["user"],
            f"{match['name']} ({match['id']})",
            f"{match['year']}-{match['month']}-{match['day']}",
        )
        for match in matches
        if match
    ]


def _lines(data: bytes, holding: bytes) -> Iterator[str]:
    """The lines in which some bytes occur, cut to what a line may hold. Raises ParseError for a file that is no text."""
    if b"\0" in data[:4096]:
        raise ParseError("not a text file")
    return (
        line[:2000].decode("utf-8", "replace").rstrip("\r") for line in data.split(b"\n") if holding in line
    )
