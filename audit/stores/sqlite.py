"""SQLite databases as bytes: read from a private copy in memory, with the committed frames of the -wal applied.

Never opens a database in place: that would create -shm and -wal files, or change them. File format:
sqlite.org/fileformat2.html, sections 1.2 (header), 4 (write-ahead log).
"""

from __future__ import annotations

import itertools
import sqlite3
import struct
from collections.abc import Iterator
from typing import Any

from audit.stores import ParseError

MAGIC = b"SQLite format 3\0"
_WAL_HEADER = 32
_FRAME_HEADER = 24
_MOST_ROWS = 100_000
_LONGEST_VALUE = 4 << 20
_MOST_BYTES = 64 << 20
_MOST_STEPS = 200  # times 100,000 virtual machine instructions: a hostile schema cannot spin for ever


def select(data: bytes, wal: bytes, query: str) -> list[tuple[Any, ...]]:
    """The rows of one query, at most 100,000. Raises ParseError for anything that is no such database, or is not bounded."""
    if not data.startswith(MAGIC) or len(data) < 512:
        raise ParseError("not an SQLite database")
    image = bytearray(apply_wal(data, wal))
    image[18:20] = b"\x01\x01"  # an image in memory has no write-ahead log any more
    database = sqlite3.connect(":memory:")
    try:
        steps = iter(range(_MOST_STEPS))
        database.set_progress_handler(lambda: next(steps, None) is None, 100_000)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        database.deserialize(bytes(image))
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        return list(_bounded(database.execute(query)))
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        raise ParseError(f"the database could not be read: {error}") from error
    finally:
        database.close()


def _bounded(cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    """Rows, until they are too many to hold."""
    left = _MOST_BYTES
    for row in itertools.islice(cursor, _MOST_ROWS):
        left -= sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
        if left < 0:
            raise ParseError("the database holds more than such a file should")
        yield row


def apply_wal(data: bytes, wal: bytes) -> bytes:
    """The database with the committed frames of its write-ahead log put in place.

    Frames count only up to the last commit whose salts and running checksums are right; anything after is
    what a crash left behind, and is not used.
    """
    if len(wal) < _WAL_HEADER:
        return data
    magic, _, page_size, _, salt1, salt2, sum1, sum2 = struct.unpack_from(">8I", wal)
    if magic not in (0x377F0682, 0x377F0683):
        return data
    order = ">" if magic & 1 else "<"
    running = _checksum(order, wal[:24], (0, 0))
    if running != (sum1, sum2) or page_size < 512 or page_size & (page_size - 1) or page_size > 65536:
        return data
    committed: dict[int, int] = {}
    pending: dict[int, int] = {}
    pages = 0
    for start in range(_WAL_HEADER, len(wal) - _FRAME_HEADER - page_size + 1, _FRAME_HEADER + page_size):
        number, size, *salts_and_sums = struct.unpack_from(">6I", wal, start)
        body = start + _FRAME_HEADER
        running = _checksum(order, wal[start : start + 8], running)
        running = _checksum(order, wal[body : body + page_size], running)
        if salts_and_sums != [salt1, salt2, *running] or number == 0:
            break
        pending[number] = body
        if size:
            committed |= pending
            pending, pages = {}, size
    if not committed or pages * page_size > len(data) + len(wal):
        return data
    image = bytearray(data[: pages * page_size].ljust(pages * page_size, b"\0"))
    for number, body in committed.items():
        if number <= pages:
            image[(number - 1) * page_size : number * page_size] = wal[body : body + page_size]
    return bytes(image)


def _checksum(order: str, data: bytes, start: tuple[int, int]) -> tuple[int, int]:
    """The running checksum of section 4.2 over a multiple of eight bytes."""
    first, second = start
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
