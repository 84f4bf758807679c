"""What a decoder of video is told before the first frame: avcC and hvcC (ISO/IEC 14496-15), av1C (AV1 in ISO base media).

Parameter sets stay byte for byte, since any frame may need any of them; messages that can carry words go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import heif_av1, heif_avc, heif_bits, heif_hevc
from audit.formats.base import FormatError
from audit.formats.bmff import Fields

if TYPE_CHECKING:
    from collections.abc import Callable

SEQUENCES, PICTURES, _EXTENSIONS = frozenset({7, 15}), frozenset({8}), frozenset({13})  # H.264, table 7-1
_SETS: Final = frozenset({32, 33, 34})  # H.265, 7.4.2.2: VPS, SPS, PPS
SEQUENCE_SET: Final = 33
_MESSAGES: Final = frozenset({39, 40})
# H.265, annex D: mastering display, light levels, the transfer that is preferred, ambient light; numbers only, and how many bytes.
_LIGHT: Final = {137: 24, 144: 4, 147: 1, 148: 8}
_LONGEST: Final = 256  # bytes of such messages
_LOW: Final = frozenset({66, 77, 88})  # H.264, A.2: the profiles of which avcC says no more


def avc(data: bytes) -> bytes:
    """5.3.3.1: five bytes, sequence and picture parameter sets, for some profiles four bytes more. Raises FormatError."""
    fields = Fields(data)
    head = fields.take(5)
    parts = [head]
    for mask, kinds, ones in ((31, SEQUENCES, 0xE0), (255, PICTURES, 0)):
        first = fields.number(1)
        units = [_unit(fields) for _ in range(first & mask)]
        kept = [_sized(trimmed(unit[2:])) for unit in units if unit[2:] and unit[2] & 31 in kinds]
        parts += [bytes((ones | len(kept),)), *kept]
    parts[0] = avc_head(head, parts[2][2:] if parts[1][0] & 31 else b"")
    if parts[0][1] not in _LOW and fields.left >= 4:
        last = fields.take(4)
        units = [_unit(fields) for _ in range(last[3])] if _is_high(last) else []
        kept = [unit for unit in units if unit[2:] and unit[2] & 31 in _EXTENSIONS]
        parts += [last[:3], bytes((len(kept),)), *kept] if _is_high(last) else []
    return b"".join(parts)


def avc_head(head: bytes, sequence: bytes) -> bytes:
    """5.3.3.1: version, what the (first) sequence parameter set says of its profile and level, and the width of lengths."""
    told = sequence[1:4] if len(sequence) >= 4 else head[1:4]
    return b"\1" + told + bytes((head[4] | 0xFC,))


def trimmed(unit: bytes, *, by_four: bool = True) -> bytes:
    """A parameter set of H.264 without what is behind its end."""
    try:
        short = heif_avc.read(unit, by_four=by_four).unit
    except FormatError:
        return unit
    return short if unit.startswith(short) else unit


def trimmed_hevc(unit: bytes) -> bytes:
    """A parameter set of H.265 without what is behind its end."""
    if unit[0] >> 1 & 63 not in _SETS:
        return unit
    try:
        short = heif_hevc.read(unit).unit
    except FormatError:
        return unit
    return short if unit.startswith(short) else unit


def _sized(unit: bytes) -> bytes:
    return len(unit).to_bytes(2, "big") + unit


def hevc_head(head: bytes, sequence: bytes) -> bytes:
    """8.3.3.1: profile and level as the sequence parameter set has them; hints for splitting and a rate of frames go."""
    made = bytearray(head)
    if len(plain := heif_bits.plain(sequence[2:])) >= 13:
        made[1:13] = plain[1:13]
    for at, ones, used in (
        (13, 0xF0, 0),
        (14, 0, 0),
        (15, 0xFC, 0),
        (16, 0xFC, 3),
        (17, 0xF8, 7),
        (18, 0xF8, 7),
    ):
        made[at] = ones | made[at] & used
    made[0], made[19:21] = 1, bytes(2)
    return bytes(made)


def _is_high(last: bytes) -> bool:
    """Reserved bits are one: else it is something else that stands there."""
    return last[0] >= 0xFC and last[1] >= 0xF8 and last[2] >= 0xF8


def _unit(fields: Fields) -> bytes:
    size = fields.take(2)
    return size + fields.take(int.from_bytes(size, "big"))


def hevc(data: bytes) -> bytes:
    """8.3.3.1: 22 bytes, then arrays of units of one kind each. Raises FormatError."""
    fields = Fields(data)
    head, arrays = fields.take(22), []
    for _ in range(fields.number(1)):
        first = fields.take(1)
        units = [_unit(fields) for _ in range(fields.number(2))]
        kept = [_sized(trimmed_hevc(unit[2:])) for unit in units if _needed(first[0] & 63, unit[2:])]
        if kept:
            arrays.append(bytes((first[0] & 0xBF,)) + len(kept).to_bytes(2, "big") + b"".join(kept))
            if first[0] & 63 == SEQUENCE_SET:
                head = hevc_head(head, kept[0][2:])
    return head + bytes((len(arrays),)) + b"".join(arrays)


def _needed(kind: int, unit: bytes) -> bool:
    if not unit or unit[0] >> 1 & 63 != kind:
        return False
    return kind in _SETS or (kind in _MESSAGES and _is_light(unit))


def _is_light(unit: bytes) -> bool:
    """H.265, 7.3.5: messages with their kind and size in a byte each, all of them about light."""
    if len(unit) > _LONGEST:
        return False
    data, at = unit.replace(b"\0\0\3", b"\0\0"), 2
    while data[at:] not in {b"", b"\x80"}:
        kind, size = data[at], data[at + 1] if at + 1 < len(data) else 0
        if _LIGHT.get(kind) != size or at + 2 + size > len(data):
            return False
        at += 2 + size
    return at > 2


def av1(data: bytes) -> bytes:
    """2.3.3: four bytes, then the header of the sequence and light levels. Of units that cannot be told apart none stays."""
    fields = Fields(data)
    head, rest = fields.take(4), fields.rest()
    try:
        units = heif_av1.config(rest)
        first = heif_av1.header_of(units)
    except FormatError:
        units, first = b"", None
    delay = head[3] & 31 if head[3] & 16 else 0
    return (first.config if first else b"\x81" + head[1:3]) + bytes((delay,)) + units


CONFIGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "avcC": avc,
    "avcE": avc,
    "hvcC": hevc,
    "hvcE": hevc,
    "av1C": av1,
}
