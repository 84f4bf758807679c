"""Login records: /var/log/wtmp, as utmp(5) lays them out on Linux (bits/utmp.h of glibc).

384 bytes each where times are stored in 32 bits (x86 and most others), 400 where they take 64 (aarch64).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from audit.stores import ParseError

USER_PROCESS = 7
_NARROW = struct.Struct("=h2xi32s4s32s256shhiii16s20x")
_WIDE = struct.Struct("=h2xi32s4s32s256shhqqq16s20x4x")
assert (_NARROW.size, _WIDE.size) == (384, 400)


class Login(NamedTuple):
    """One record. `seconds`: Unix time. `host`: where from, or a display."""

    kind: int
    line: str
    user: str
    host: str
    seconds: int


def parse(data: bytes) -> list[Login]:
    """Every record. Raises ParseError where the length fits neither layout."""
    layout = next((each for each in (_NARROW, _WIDE) if len(data) % each.size == 0), None)
    if layout is None:
        raise ParseError("not a list of logins")
    return [
        Login(row[0], _text(row[2]), _text(row[4]), _text(row[5]), row[9]) for row in layout.iter_unpack(data)
    ]


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")
