"""A small writer of GVariant databases, for tests: without a bloom filter, one bucket."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeAlias

Node: TypeAlias = "bytes | Mapping[str, Node]"


def database(root: Mapping[str, Node]) -> bytes:
    body = bytearray(24)
    start, stop = _table(body, root)
    body[:24] = struct.pack("<8sIIII", b"GVariant", 0, 0, start, stop)
    return bytes(body)


def _table(body: bytearray, nodes: Mapping[str, Node]) -> tuple[int, int]:
    rows = []
    for key, node in nodes.items():
        name = key.encode("utf-8", "surrogateescape")
        at = len(body)
        body += name
        kind = b"v" if isinstance(node, bytes) else b"H"
        body += b"\0" * (-len(body) % 8)
        if isinstance(node, bytes):
            span = len(body), len(body) + len(node)
            body += node
        else:
            span = _table(body, node)
        rows.append(struct.pack("<IIIHcxII", 0, 0xFFFFFFFF, at, len(name), kind, *span))
    body += b"\0" * (-len(body) % 4)
    start = len(body)
    body += struct.pack("<III", 0, 1, 0) + b"".join(rows)
    return start, len(body)
