"""Units inside frames of AV1 (AV1 bitstream specification, 5.3 to 5.8) that are no picture: words, times, reserved ones.

A unit keeps its length: what goes becomes padding, which every decoder skips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError
from audit.formats.frame_sei import LARGEST, PROVIDERS
from audit.formats.heif_av1 import leb128, obus, sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEAD: Final = 11  # bytes of a frame that tell its first unit: a header of two, a length of up to nine
# 6.2.2.
_SEQUENCE, _DELIMITER, _METADATA, _AGAIN, _PADDING = 1, 2, 5, 7, 15
_PICTURE: Final = frozenset({3, 4, 6})
_HEADERS: Final = frozenset({3, 6})  # of a frame; 7 is the same again, which decoders skip (5.9.1)
# 6.7.1: light of the content and of the screen, layers; so many bytes at most. Registered messages may be more, if they are known.
_NUMBERS: Final = {1: 5, 2: 25, 3: 128}
_REGISTERED: Final = 4
_LONGEST: Final = 4096
_END: Final = b"\x80"


def one_unit(head: bytes, size: int) -> bool:
    """Whether a frame of `size` bytes is one unit, of a kind that stays as it is."""
    if not head or head[0] >> 3 not in _PICTURE:
        return False
    body = 2 if head[0] & 4 else 1
    length = size - body
    if head[0] & 2:
        length, body = leb128(head, body)
    return body + length == size


def changes(read: Callable[[int, int], bytes], start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """What becomes padding in the frame that stands from `start` to `stop`. One that is not as it should be is left as it is."""
    try:
        found = list(obus(lambda at, size: read(start + at, min(size, stop - start - at)), stop - start))
    except FormatError:
        return
    seen = False
    for one in found:
        seen |= one.kind in _HEADERS
        if one.kind == _AGAIN and not seen:
            continue
        if one.kind not in _PICTURE and one.stop - one.start <= LARGEST:
            unit = read(start + one.start, one.stop - one.start)
            if (new := cleaned(unit)) != unit:
                yield start + one.start, new


def cleaned(unit: bytes) -> bytes:
    """One unit, as it stays."""
    kind, head = unit[0] >> 3 & 15, 2 if unit[0] & 4 else 1
    if unit[0] & 2:
        _, head = leb128(unit, head)
    body = unit[head:]
    if kind == _SEQUENCE:
        return unit[:head] + _trimmed(body)
    if (kind == _DELIMITER and not body) or (kind == _METADATA and _known(body)):
        return unit
    first = bytes((_PADDING << 3 | unit[0] & 6,)) + unit[1:head]
    return first + (bytes(len(body) - 1) + _END if body else b"")


def _trimmed(body: bytes) -> bytes:
    """The header of a sequence; behind its end zeros may stand (5.3.4), and no words."""
    try:
        size = sequence(body).size
    except FormatError:
        return body
    return body[:size].ljust(len(body), b"\0")


def _known(body: bytes) -> bool:
    kind, at = leb128(body, 0)
    if kind == _REGISTERED:
        return len(body) <= _LONGEST and body[at:].startswith(PROVIDERS)
    return len(body.rstrip(b"\0")) <= 1 + _NUMBERS.get(kind, -1)
