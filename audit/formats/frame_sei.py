"""Messages inside coded video (SEI; H.264 and H.265, 7.3.2.3 and annex D): numbers for showing it stay, words go.

A unit keeps its length: what goes becomes a filler message (type 3), which says nothing and which every decoder skips.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.heif_bits import escaped, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 1 << 20  # bytes of a unit that is taken apart
_MOST: Final = 256  # messages in one
_LONGEST: Final = 4096  # bytes of one that stays
_FILLER, _REGISTERED, _WORDS = 3, 4, 5
# What is known up to 205 are numbers, but for the time of day (HEVC only), prefixes of messages, and regions with labels.
_LAST: Final = 205
_TELLING: Final = frozenset({136, 201, 202})
# ITU-T T.35 country and provider: captions (ATSC A/53, CEA-708), brightness frame by frame (HDR10+, SL-HDR, HDR Vivid).
PROVIDERS: Final = (
    b"\xb5\0\x31GA94",
    b"\xb5\0\x31DTG1",
    b"\xb5\0\x2f",
    b"\xb5\0\x3c\0\1\4",
    b"\xb5\0\x3a",
    b"\x26\0\4\0\5",
)
_BUILD: Final = re.compile(rb"x264 - core (\d{1,4})")
_IDENTIFIER: Final = 16  # bytes of a UUID before words
_STRAIGHT: Final = (
    44  # builds of x264 up to this one are told apart by decoders (FFmpeg, h264_direct.c, h264_slice.c),
)
_BY_FOUR: Final = 150  # and those up to this one where colours have full resolution (h264_mb_template.c)


class Message(NamedTuple):
    kind: int
    body: bytes

    def written(self) -> bytes:
        return _grown(self.kind) + _grown(len(self.body)) + self.body


def _grown(number: int) -> bytes:
    """H.264, 7.3.2.3.1: bytes of which all but the last are 255."""
    return b"\xff" * (number // 255) + bytes((number % 255,))


def _number(data: bytes, at: int) -> tuple[int, int]:
    total = 0
    while data[at : at + 1] == b"\xff":
        total, at = total + 255, at + 1
    return total + (data[at] if at < len(data) else 0), at + 1


def messages(payload: bytes) -> Iterator[Message | None]:
    """Of a unit without its header; the last is None where the rest is no message."""
    data, at = plain(payload), 0
    for _ in range(_MOST):
        if data[at : at + 2].rstrip(b"\0") in {b"", b"\x80"} and not data[at + 1 :].strip(b"\0"):
            return
        kind, at = _number(data, at)
        size, at = _number(data, at)
        if at + size > len(data):
            break
        yield Message(kind, data[at : at + size])
        at += size
    yield None


def cleaned(unit: bytes, header: int, *, hevc: bool, by_four: bool = False) -> bytes | None:
    """The unit as it stays, of the same length; None if nothing in it goes. `by_four`: colours have full resolution."""
    kept: list[bytes] = []
    same = True
    for one in messages(unit[header:]):
        new = None if one is None else _stays(one, hevc=hevc, by_four=by_four)
        same = same and new is not None and new == one
        if new is not None:
            kept.append(new.written())
    return None if same else filled(unit[:header], b"".join(kept), len(unit))


def _stays(one: Message, *, hevc: bool, by_four: bool) -> Message | None:
    kind, body = one
    if kind == _FILLER:
        return one if not body.strip(b"\xff") else None
    if kind == _REGISTERED:
        return one if body.startswith(PROVIDERS) else None
    if kind == _WORDS:
        build = _BUILD.match(body, _IDENTIFIER)
        old = build is not None and int(build[1]) <= (_BY_FOUR if by_four else _STRAIGHT)
        return Message(kind, body[:_IDENTIFIER] + build[0]) if build and old and not hevc else None
    known = kind <= _LAST and (kind not in _TELLING or (kind == 136 and not hevc))
    return one if known and len(body) <= _LONGEST else None


def filled(head: bytes, kept: bytes, size: int) -> bytes:
    """A unit of `size` bytes: messages that stay, then a filler."""
    free = size - len(head) - len(escaped(kept)) - 1
    for total in (free, free - 1, free - 2):
        unit = head + escaped(kept + _filler(total) + b"\x80")
        if total >= 0 and len(unit) == size:
            return unit
    return (head + escaped(kept + b"\x80")).ljust(size, b"\0")[:size]


def _filler(total: int) -> bytes:
    """Messages of filler that take so many bytes together; none can take one byte."""
    least = (total - 2) * 255 // 256
    for body in (least, least + 1):
        if body >= 0 and 1 + len(_grown(body)) + body == total:
            return bytes((_FILLER,)) + _grown(body) + b"\xff" * body
    return bytes((_FILLER, 0)) + _filler(total - 2) if total > 2 else b""
