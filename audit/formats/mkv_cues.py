"""Points of the index (RFC 9559, 5.1.5.1) as programs write them: looked at in one piece, because there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import mkv_names as names
from audit.formats.mkv_ebml import head

if TYPE_CHECKING:
    from collections.abc import Container

    from audit.formats.base import Reader
    from audit.formats.mkv_ebml import Element

_LONGEST: Final = 256  # bytes of a point


def plain(reader: Reader, point: Element, tracks: Container[int]) -> bool:
    """Whether all of it stays as it is; if not, the walk looks at each of its parts."""
    size = point.stop - point.body
    return size <= _LONGEST and _stays(reader.read(point.body, size), names.POINT, tracks)


def _stays(data: bytes, table: names.Table, tracks: Container[int]) -> bool:
    at, seen, placed = 0, set(), False
    while at < len(data):
        one = head(data[at : at + 12])
        rule = table.get(one.id) if one else None
        if one is None or rule is None or one.id in seen or not 0 <= one.size <= len(data) - at - one.length:
            return False
        body = data[at + one.length : at + one.length + one.size]
        if isinstance(rule, dict):
            if not _stays(body, rule, tracks):
                return False
            placed = True
        elif rule(body) != body or (one.id == names.CUE_TRACK and int.from_bytes(body, "big") not in tracks):
            return False
        else:
            seen.add(one.id)
        at += one.length + one.size
    return placed or names.CUE_TRACK in seen
