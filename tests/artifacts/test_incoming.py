from __future__ import annotations

import os
import sqlite3
import struct
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts import incoming
from audit.artifacts.base import ParseError
from audit.artifacts.incoming import Incoming, Visit
from audit.stores import utmp
from tests.artifacts.devices import see, system

WRITTEN = datetime(2026, 2, 3, tzinfo=UTC)
# As sshd 9.2 and rsyslog 8 write them: the traditional stamp, and the one of Debian 13.
AUTH = (
    b"Dec 31 23:59:59 laptop sshd[12]: Accepted publickey for alice from 203.0.113.7 port 51234 ssh2: ED25519 SHA256:abc\n"
    b"Feb  3 10:00:00 laptop sshd[13]: Accepted password for alice from 203.0.113.7 port 51236 ssh2\n"
    b"Feb  3 10:00:00 laptop sshd[14]: Failed password for alice from 198.51.100.9 port 51238 ssh2\n"
    b"Feb  3 10:00:01 laptop sudo: alice : COMMAND=/bin/echo Accepted password for x from 1.2.3.4 port 1\n"
    b"2026-01-02T03:04:05.678901+01:00 laptop sshd-session[15]: Accepted keyboard-interactive/pam for bob from 2001:db8::7 port 1 ssh2\n"
)
# The message is that of xrdp 0.9.21's sesman; the stamp that of its log.c.
XRDP = (
    b"[20260102-10:11:12] [INFO ] Access permitted for user: alice\n"
    b"[20260102-10:11:12] [INFO ] ++ created session (access granted): username alice, ip ::ffff:192.168.1.9:50432 - socket: 12\n"
    b"[20260103-10:11:12] [INFO ] ++ reconnected session: username alice, display :10.0, session_pid 77, ip 192.168.1.9:50440 - socket: 12\n"
)
# support.anydesk.com, "Connection log"
ANYDESK = (
    "Incoming     2014-11-26, 03:46    User      user1@ad    654321\n"
    "Incoming     2014-11-27, 04:38    Token     user2@ad    123456\n"
    "Incoming     2014-11-28, 17:54    REJECTED  user3@ad    123210\n"
)
TEAMVIEWER = (
    "123456789\tSAM-PC\t20-07-2021 07:48:50\t20-07-2021 08:00:00\talice\tRemoteControl\t{abc}\n"
    "123456789\tSAM-PC\t21-07-2021 07:48:50\t21-07-2021 08:00:00\talice\tFileTransfer\t{abd}\n"
)


def record(user: str, host: str, seconds: int, kind: int = utmp.USER_PROCESS, *, wide: bool = False) -> bytes:
    head = struct.pack(
        "=hhi32s4s32s256shh", kind, 0, 1, b"pts/0", b"ts/0", user.encode(), host.encode(), 0, 0
    )
    tail = (
        struct.pack("=qqq16s24x", 0, seconds, 0, b"")
        if wide
        else struct.pack("=iii16s20x", 0, seconds, 0, b"")
    )
    return head + tail


def test_records_of_logins() -> None:
    for wide in (False, True):
        data = record("alice", "203.0.113.7", 1_767_312_000, wide=wide) + record(
            "", "6.1.0-13", 5, 1, wide=wide
        )
        assert [(each.user, each.host, each.seconds) for each in utmp.parse(data)] == [
            ("alice", "203.0.113.7", 1_767_312_000),
            ("", "6.1.0-13", 5),
        ]
    assert utmp.parse(b"") == []
    with pytest.raises(ParseError):
        utmp.parse(b"x" * 385)


def test_only_logins_from_elsewhere() -> None:
    hosts = [
        "203.0.113.7",
        "2001:db8::7",
        "::1",
        "laptop.example",
        ":0",
        "tmux(12).%0",
        ":pts/1:S.0",
        "tty1:S.0",
        "",
        "login screen",
    ]
    data = b"".join(record("alice", host, 1_767_312_000) for host in hosts)
    data += record("alice", "203.0.113.8", 1_767_312_000, kind=8) + record(
        "reboot", "6.1.0", 1_767_312_000, kind=2
    )
    assert [each.origin for each in incoming.parse_wtmp(data)] == hosts[:4]


def wtmpdb(folder: Path) -> bytes:
    """As wtmpdb's lib/sqlite.c makes it, with a login from elsewhere, one here, and a start."""
    place = folder / "wtmp.db"
    with sqlite3.connect(place) as database:
        database.execute(
            "CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT NOT NULL, Login INTEGER, Logout INTEGER, TTY TEXT,"
            " RemoteHost TEXT, Service TEXT) STRICT"
        )
        rows = [
            (1, "reboot", 5, "6.12.48"),
            (3, "alice", 1_767_312_000_123_456, "203.0.113.7"),
            (3, "alice", 7, ":0"),
            (3, "b", 7, None),
        ]
        database.executemany("INSERT INTO wtmp (Type, User, Login, RemoteHost) VALUES (?, ?, ?, ?)", rows)
    database.close()
    return place.read_bytes()


def test_the_newer_list_of_logins(tmp_path: Path) -> None:
    data = wtmpdb(tmp_path)
    assert incoming.parse_wtmpdb(data, b"") == [Visit("alice", "203.0.113.7", "2026-01-02")]
    files: dict[str, str | bytes] = {"var/log/wtmp.db": data, "var/lib/wtmpdb/": ""}
    root = system(tmp_path / "tree", files)
    (root / "var/lib/wtmpdb/wtmp.db").symlink_to("/var/log/wtmp.db")
    assert [(each.settings, each.times) for each in see(root, Incoming)] == [("/var/lib/wtmpdb/wtmp.db", 1)]


def test_a_journal_that_is_not_read_is_a_gap(tmp_path: Path) -> None:
    journal: dict[str, str | bytes] = {"var/log/journal/abc/system.journal": "LPKSHHRH"}
    shown = see(system(tmp_path / "a", journal), Incoming)
    assert [(gap.kind, gap.params) for gap in shown.gaps] == [
        ("not-looked", {"what": "the system's journal"})
    ]
    assert not see(system(tmp_path / "b", {**journal, "var/log/auth.log": ""}), Incoming).gaps


def test_ssh() -> None:
    assert incoming.parse_auth(AUTH, WRITTEN) == [
        Visit("alice", "203.0.113.7", "2025-12-31"),
        Visit("alice", "203.0.113.7", "2026-02-03"),
        Visit("bob", "2001:db8::7", "2026-01-02"),
    ]


def test_xrdp() -> None:
    assert incoming.parse_xrdp(XRDP) == [
        Visit("alice", "192.168.1.9", "2026-01-02"),
        Visit("alice", "192.168.1.9", "2026-01-03"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_anydesk(encoding: str) -> None:
    assert incoming.parse_anydesk(ANYDESK.encode(encoding)) == [
        Visit("", "user1@ad", "2014-11-26"),
        Visit("", "user2@ad", "2014-11-27"),
    ]


def test_teamviewer() -> None:
    assert incoming.parse_teamviewer(b"\xef\xbb\xbf" + TEAMVIEWER.encode()) == [
        Visit("alice", "SAM-PC (123456789)", "2021-07-20"),
        Visit("alice", "SAM-PC (123456789)", "2021-07-21"),
    ]


def test_a_machine_with_each(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "var/log/auth.log": AUTH,
        "var/log/wtmp": record("alice", "203.0.113.7", 1_767_312_000)
        + record("alice", "198.51.100.1", 1_767_312_000),
        "var/log/xrdp-sesman.log": XRDP,
        "home/alice/.anydesk/connection_trace.txt": ANYDESK,
        "var/log/teamviewer15/Connections_incoming.txt": TEAMVIEWER,
        "var/log/teamviewer.log": "",
    }
    root = system(tmp_path, files)
    os.utime(root / "var/log/auth.log", (WRITTEN.timestamp(), WRITTEN.timestamp()))
    assert [
        (each.service, each.origin, each.times, each.first, each.last) for each in see(root, Incoming)
    ] == [
        ("SSH", "203.0.113.7", 2, "2025-12-31", "2026-02-03"),
        ("SSH", "2001:db8::7", 1, "2026-01-02", "2026-01-02"),
        ("a remote login", "198.51.100.1", 1, "2026-01-02", "2026-01-02"),
        ("xrdp", "192.168.1.9", 2, "2026-01-02", "2026-01-03"),
        ("AnyDesk", "user1@ad", 1, "2014-11-26", "2014-11-26"),
        ("AnyDesk", "user2@ad", 1, "2014-11-27", "2014-11-27"),
        ("TeamViewer", "SAM-PC (123456789)", 2, "2021-07-20", "2021-07-21"),
    ]


def test_broken_records_are_a_gap(tmp_path: Path) -> None:
    shown = see(system(tmp_path, {"var/log/wtmp": b"x" * 385}), Incoming)
    assert [gap.kind for gap in shown.gaps] == ["malformed"]


@given(data=st.binary(max_size=800))
def test_any_bytes(data: bytes) -> None:
    stamp = b"Feb 31 10:00:00 x sshd[1]: Accepted "
    for content in (data, stamp + data, b"[20260102-10:11:12] ++ created session " + data, b"Incoming 2014-11-26, 03:46 " + data,
                    b"123456789\t" + data, data.ljust(800, b"\0")):  # fmt: skip
        with suppress(ParseError):
            incoming.parse_auth(content, WRITTEN)
        for parser in (
            incoming.parse_xrdp,
            incoming.parse_anydesk,
            incoming.parse_teamviewer,
            incoming.parse_wtmp,
        ):
            with suppress(ParseError):
                parser(content)


@given(st.integers(-(2**31), 2**31 - 1), st.text(max_size=60), st.integers(0, 9))
def test_any_record(seconds: int, host: str, kind: int) -> None:
    incoming.parse_wtmp(record("a", host, seconds, kind))


def test_hostile_lines_take_no_time() -> None:
    start = time.process_time()
    for line in (
        b"Accepted " * 200,
        b"[20260102-10:11:12] " + b"++ created session " * 100,
        b"Incoming" + b" " * 1990,
    ):
        content = (line + b"\n") * 2_000
        incoming.parse_auth(content, WRITTEN)
        incoming.parse_xrdp(content)
        incoming.parse_anydesk(content)
    assert time.process_time() - start < 10
