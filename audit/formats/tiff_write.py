"""Writing TIFF directories: each with its values right behind it, everything on even offsets (TIFF 6.0, section 2)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from audit.formats.tiff_read import LONG, LONG8, SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.formats.tiff_read import Form


class Value(NamedTuple):
    tag: int
    kind: int
    data: bytes

    @property
    def many(self) -> int:
        return len(self.data) // SIZES[self.kind]


def numbers(how: Form, tag: int, found: Sequence[int]) -> Value:
    """Offsets or lengths, as wide as the file's own."""
    return Value(
        tag,
        LONG8 if how.big else LONG,
        struct.pack(f"{how.order}{len(found)}{'Q' if how.big else 'I'}", *found),
    )


def header(how: Form, first: int) -> bytes:
    mark = b"II" if how.order == "<" else b"MM"
    version = how.bytes_of(43, 2) + how.bytes_of(8, 2) + bytes(2) if how.big else how.bytes_of(42, 2)
    return mark + version + how.bytes_of(first, how.word)


def _table(how: Form, many: int) -> int:
    """Bytes of a directory without what stands behind it, up to the next even offset."""
    size = how.lead + many * struct.calcsize(how.entry) + how.word
    return size + size % 2


def extent(how: Form, values: Sequence[Value]) -> int:
    """Bytes of a directory and of the values behind it; even."""
    return _table(how, len(values)) + sum(
        len(v.data) + len(v.data) % 2 for v in values if len(v.data) > how.word
    )


def directory(how: Form, at: int, values: Iterable[Value], following: int = 0) -> bytes:
    """The directory that stands at `at`, in order of its tags, with its values behind it."""
    ordered = sorted(values)
    behind = at + _table(how, len(ordered))
    table, rest = bytearray(how.bytes_of(len(ordered), how.lead)), bytearray()
    for tag, kind, data in ordered:
        count = len(data) // SIZES[kind]
        if len(data) <= how.word:
            word = data.ljust(how.word, b"\0")
        else:
            word = how.bytes_of(behind + len(rest), how.word)
            rest += data + bytes(len(data) % 2)
        table += struct.pack(how.entry[:-1], tag, kind, count) + word
    table += how.bytes_of(following, how.word)
    return bytes(table.ljust(behind - at, b"\0") + rest)
