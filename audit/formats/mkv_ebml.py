"""EBML (RFC 8794): elements, each an ID, a size and a body, and what takes the place of one that goes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Bytes, Zero

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader

UNKNOWN: Final = -1  # RFC 8794, 6.2: a size that is not told; the element ends where another begins
VOID: Final = 0xEC
CRC: Final = 0xBF
MOST_CHILDREN: Final = 1 << 16  # of one element that is held in memory


class Head(NamedTuple):
    """The first bytes of an element."""

    id: int  # with its length marker
    size: int  # of the body, or UNKNOWN
    length: int  # of the head itself


class Element(NamedTuple):
    id: int
    start: int
    body: int
    stop: int

    def data(self, reader: Reader, most: int) -> bytes:
        """The body, at most so many bytes of it."""
        return reader.read(self.body, min(self.stop - self.body, most))


def head(data: bytes) -> Head | None:
    """RFC 8794, 5 and 6: an ID of one to four bytes and a size of one to eight; None if that is not what stands there."""
    if not data:
        return None
    wide = 9 - data[0].bit_length()
    if wide > 4 or len(data) <= wide:
        return None
    many = 9 - data[wide].bit_length()
    length = wide + many
    if many > 8 or length > len(data):
        return None
    size = int.from_bytes(data[wide:length], "big") & (1 << 7 * many) - 1
    return Head(int.from_bytes(data[:wide], "big"), UNKNOWN if size == (1 << 7 * many) - 1 else size, length)


def vint(data: bytes) -> tuple[int, int]:
    """RFC 8794, 4: a number and how many bytes it takes; none if it is cut off."""
    many = 9 - data[0].bit_length() if data else 9
    if many > 8 or many > len(data):
        return 0, 0
    return int.from_bytes(data[:many], "big") & (1 << 7 * many) - 1, many


def element(reader: Reader, at: int) -> Element | None:
    """The element at `at`, which may reach behind the end of the file; its stop is UNKNOWN if it does not say."""
    found = head(reader.read(at, 12))
    if found is None:
        return None
    body = at + found.length
    return Element(found.id, at, body, UNKNOWN if found.size == UNKNOWN else body + found.size)


def children(reader: Reader, parent: Element) -> Iterator[Element]:
    """Up to the first that is none, or does not lie inside `parent`; at most MOST_CHILDREN."""
    at = parent.body
    for _ in range(MOST_CHILDREN):
        one = element(reader, at) if at < parent.stop else None
        if one is None or not one.start < one.stop <= parent.stop:
            return
        yield one
        at = one.stop


def number(data: bytes) -> int:
    """RFC 8794, 7.2: an unsigned integer."""
    return int.from_bytes(data, "big")


def size_of(size: int, least: int = 1) -> bytes:
    """A size in as few bytes as it fits in; all bits set would mean that it is not known."""
    many = least
    while size >= (1 << 7 * many) - 1:
        many += 1
    return (size | 1 << 7 * many).to_bytes(many, "big")


@lru_cache(maxsize=1024)
def _void_head(total: int) -> bytes:
    many = 1
    while total - 1 - many >= (1 << 7 * many) - 1:
        many += 1
    return bytes((VOID,)) + size_of(total - 1 - many, many)


@lru_cache(maxsize=1024)
def void(total: int) -> tuple[Piece, ...]:
    """RFC 8794, 11.3.2: a Void element of `total` bytes, head included. A single byte has no room for one and is zero."""
    if total < 2:
        return (Zero(total),) if total else ()
    start = _void_head(total)
    rest = total - len(start)
    return (Bytes(start, "Void"), Zero(rest)) if rest else (Bytes(start, "Void"),)


def fitted(old: bytes, length: int, body: bytes) -> bytes | None:
    """The element `old`, whose head has `length` bytes, with a shorter `body`, and a Void for the bytes that are left."""
    if len(body) == len(old) - length:
        return old[:length] + body
    wide = 9 - old[0].bit_length()
    size = size_of(len(body))
    left = len(old) - wide - len(size) - len(body)
    if left == 1:
        size, left = size_of(len(body), len(size) + 1), 0
    if left < 0:
        return None
    filler = _void_head(left) if left else b""
    return old[:wide] + size + body + filler.ljust(left, b"\0")
