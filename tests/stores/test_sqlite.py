from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.stores.sqlite import apply_wal, select

FRAME = 24 + 4096


def logged(folder: Path, committed: Sequence[str], open_: Sequence[str] = ()) -> tuple[bytes, bytes]:
    """A database and its -wal as real sqlite3 leaves them while it is open: `open_` is written but not committed."""
    path = folder / "x.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("PRAGMA page_size = 4096")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE t (name TEXT)")
        base.execute("INSERT INTO t VALUES ('first')")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("PRAGMA cache_size = 2")
        for name in committed:
            database.execute("INSERT INTO t VALUES (?)", (name,))
        if open_:
            database.execute("BEGIN")
            for name in open_:
                database.execute("INSERT INTO t VALUES (?)", (name * 4000,))
        return path.read_bytes(), (folder / "x.sqlite-wal").read_bytes()


def names(data: bytes, wal: bytes) -> list[str]:
    return [row[0] for row in select(data, wal, "SELECT name FROM t ORDER BY rowid")]


def test_committed_frames_count(tmp_path: Path) -> None:
    data, wal = logged(tmp_path, ["second", "third"])
    assert names(data, b"") == ["first"]
    assert names(data, wal) == ["first", "second", "third"]


def test_frames_that_were_never_committed_do_not(tmp_path: Path) -> None:
    data, wal = logged(tmp_path, ["second"], open_="abcdefgh")
    committed = [
        number
        for number, start in enumerate(range(32, len(wal), FRAME))
        if wal[start + 4 : start + 8] != bytes(4)
    ]
    assert len(wal) > 32 + FRAME * (committed[-1] + 1), "the open transaction must have reached the log"
    assert names(data, wal) == ["first", "second"]


def test_what_follows_a_wrong_checksum_does_not_count(tmp_path: Path) -> None:
    data, wal = logged(tmp_path, ["second", "third"])
    broken = bytearray(wal)
    broken[-1] ^= 0xFF
    assert names(data, bytes(broken)) == ["first", "second"]


def test_frames_of_an_older_log_do_not_count(tmp_path: Path) -> None:
    data, wal = logged(tmp_path, ["second", "third"])
    stale = bytearray(wal)
    start = 32 + (len(wal) - 32) // FRAME * FRAME - FRAME
    stale[start + 8] ^= 0xFF  # its salt
    assert names(data, bytes(stale)) == ["first", "second"]


@pytest.mark.parametrize("cut", [0, 10, 31, 32, 55, 32 + FRAME - 1])
def test_a_log_cut_short_leaves_the_database_as_it_is(tmp_path: Path, cut: int) -> None:
    data, wal = logged(tmp_path, ["second"])
    assert names(data, wal[:cut]) == ["first"]


def test_logs_written_on_other_machines_are_read(tmp_path: Path) -> None:
    """The magic's last bit says in which order the words of the checksum stand; make the other kind by hand."""
    data, wal = logged(tmp_path, ["second"])
    other = b">" if wal[:4] == b"\x37\x7f\x06\x82" else b"<"
    head = bytearray(wal[:24])
    head[3] = 0x83 if other == b">" else 0x82
    running = _sums(other.decode(), bytes(head), (0, 0))
    made = bytes(head) + struct.pack(">2I", *running)
    for start in range(32, len(wal), FRAME):
        frame = wal[start : start + FRAME]
        running = _sums(other.decode(), frame[:8] + frame[24:], running)
        made += frame[:16] + struct.pack(">2I", *running) + frame[24:]
    assert names(data, made) == ["first", "second"]


def _sums(order: str, data: bytes, start: tuple[int, int]) -> tuple[int, int]:
    one, two = start
    for even, odd in struct.iter_unpack(f"{order}2I", data):
        one = (one + even + two) % 2**32
        two = (two + odd + one) % 2**32
    return one, two


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(600), b"x" * 5000])
def test_what_is_no_database_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        select(data, b"", "SELECT 1 FROM sqlite_master")


def plain(folder: Path, script: str) -> bytes:
    path = folder / "plain.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
    return path.read_bytes()


@pytest.mark.parametrize(
    "script",
    [
        "CREATE VIEW t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS name FROM n;",
        "CREATE VIEW t AS SELECT zeroblob(900000000) AS name;",
        "CREATE VIEW t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(2000000) AS name FROM n;",
    ],
)
def test_a_hostile_schema_neither_hangs_nor_fills_the_memory(tmp_path: Path, script: str) -> None:
    before = monotonic()
    with pytest.raises(ParseError):
        select(plain(tmp_path, script), b"", "SELECT name FROM t")
    assert monotonic() - before < 20


def test_it_cannot_be_written_through(tmp_path: Path) -> None:
    with pytest.raises(ParseError):
        select(
            plain(tmp_path, "CREATE TABLE t (name TEXT);"), b"", "INSERT INTO t VALUES ('x') RETURNING name"
        )


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_damaged_databases_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    image = bytearray(
        plain(tmp_path_factory.mktemp("x"), "CREATE TABLE t (name TEXT); INSERT INTO t VALUES ('a');")
    )
    for _ in range(data.draw(st.integers(1, 12))):
        image[data.draw(st.integers(16, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        select(bytes(image), b"", "SELECT name FROM t")


@given(st.binary(max_size=200), st.sampled_from([b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"]))
def test_any_log_leaves_a_database(wal: bytes, magic: bytes) -> None:
    assert apply_wal(b"data", magic + wal) == b"data"
