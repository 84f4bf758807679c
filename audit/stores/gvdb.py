"""GVariant databases: the hash tables in a file that the portals' permission store and dconf write.

Format: gvdb-format.h and gvdb-reader.c of GLib (gio/gvdb). Hostile until proven otherwise: every pointer is checked, tables
may nest but a few times, and the work is bounded.
"""

from __future__ import annotations

import struct
from typing import TypeAlias

from audit.stores import ParseError

MAGIC = b"GVariant"
_HEADER = 24
_ITEM = 24
_NO_PARENT = 0xFFFFFFFF
_MOST_ITEMS = 50_000
_LONGEST_KEY = 4096
_DEEPEST = 4

Table: TypeAlias = "dict[str, memoryview | Table]"


def read(data: bytes) -> Table:
    """The root table: key → the bytes of a variant (see `audit.stores.gvariant`), or another table. Raises ParseError."""
    if len(data) < _HEADER or not data.startswith(MAGIC):
        raise ParseError("not a GVariant database")
    start, stop = struct.unpack_from("<II", data, 16)
    return _Reader(data).table(start, stop, _DEEPEST)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.view = memoryview(data)
        self.left = _MOST_ITEMS

    def part(self, start: int, stop: int) -> memoryview:
        if not start <= stop <= len(self.view):
            raise ParseError("a part that lies outside the file")
        return self.view[start:stop]

    def table(self, start: int, stop: int, depth: int) -> Table:
        """A table: bloom filter and bucket counts, both skipped, then its items (gvdb_table_setup_root)."""
        body = self.part(start, stop)
        if depth == 0 or len(body) < 8:
            raise ParseError("a table that is none")
        bloom, buckets = struct.unpack_from("<II", body)
        first = 8 + 4 * ((bloom & 0x07FFFFFF) + buckets)
        if first > len(body) or (len(body) - first) % _ITEM:
            raise ParseError("a table of the wrong length")
        rows = list(struct.iter_unpack("<IIIHcxII", body[first:]))
        self.left -= len(rows)
        if self.left < 0:
            raise ParseError("too many entries")
        names: dict[int, str] = {}
        found: Table = {}
        for number, (_, _, _, _, kind, begin, end) in enumerate(rows):
            key = self.name(rows, number, names)
            if kind == b"v":
                found[key] = self.part(begin, end)
            elif kind == b"H":
                found[key] = self.table(begin, end, depth - 1)
        return found

    def name(
        self, rows: list[tuple[int, int, int, int, bytes, int, int]], number: int, known: dict[int, str]
    ) -> str:
        """An item's whole key: its own after that of its parents."""
        chain: list[int] = []
        here = number
        while here != _NO_PARENT and here not in known:
            if here >= len(rows) or here in chain or len(chain) > 64:
                raise ParseError("a key whose parents make no sense")
            chain.append(here)
            here = rows[here][1]
        text = known.get(here, "")
        for each in reversed(chain):
            _, _, start, size, *_ = rows[each]
            text += bytes(self.part(start, start + size)).decode("utf-8", "surrogateescape")
            if len(text) > _LONGEST_KEY:
                raise ParseError("a key that is too long")
            known[each] = text
        return text
