"""What a decoder is told before the picture: hvcC, lhvC, avcC, vvcC (ISO/IEC 14496-15) and av1C (AV1 in ISO base media).

What is asked for is that which the pictures that use it say of themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import heif_av1, heif_nal
from audit.formats.base import FormatError
from audit.formats.bmff import Fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.formats.heif_nal import Asked, Family

_LONGEST: Final = 1 << 16
# H.264, A.2: the profiles of which avcC says no more.
_LOW: Final = frozenset({66, 77, 88})


def hevc(data: bytes, asked: Asked) -> bytes:
    """8.3.3.1: 22 bytes, some of their bits always one, then arrays of parameter sets. Raises FormatError."""
    fields = Fields(data)
    head = bytearray(fields.take(22))
    for at, ones in ((13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8)):
        head[at] |= ones
    return bytes(head) + _arrays(fields, heif_nal.HEVC, asked)


def layered(data: bytes, asked: Asked) -> bytes:
    """9.6.3.1: the same for further layers, with five bytes before."""
    fields = Fields(data)
    head = bytearray(fields.take(5))
    for at, ones in ((1, 0xF0), (3, 0xFC), (4, 0xC0)):
        head[at] |= ones
    return bytes(head) + _arrays(fields, heif_nal.HEVC, asked._replace(layers=True, pictures=None))


def vvc(data: bytes, asked: Asked) -> bytes:
    """11.2.4.2: version and flags, how long lengths are, perhaps a profile, then arrays."""
    fields = Fields(data)
    if fields.full() != (0, 0):
        raise FormatError(0, "a configuration of an unknown kind")
    first = fields.number(1)
    head = bytes(4) + bytes((first | 0xF8,))
    if first & 1:
        head += _profile(fields)
    return head + _arrays(fields, heif_nal.VVC, asked)


def _profile(fields: Fields) -> bytes:
    start = fields.take(3)
    sublayers = start[1] >> 4 & 7
    head, constraints = bytes((*start[:2], start[2] | 0x1F)), fields.number(1) & 63
    body = fields.take(2 + max(constraints, 1))
    levels = b""
    if sublayers > 1:
        told = fields.take(1)
        levels = told + fields.take(sum(told[0] >> 7 - at & 1 for at in range(sublayers - 1)))
    more = fields.take(1)
    return head + bytes((constraints,)) + body + levels + more + fields.take(4 * more[0]) + fields.take(6)


def _arrays(fields: Fields, family: Family, asked: Asked) -> bytes:
    """Units by their type. Of those of one number the last counts."""
    rows: list[tuple[int, list[bytes]]] = []
    for _ in range(fields.number(1)):
        first = fields.number(1)
        single = family is heif_nal.VVC and first & 31 in {12, 13}
        rows.append(
            (first, [fields.take(fields.number(2)) for _ in range(1 if single else fields.number(2))])
        )
    kept = iter(_kept([unit for _, units in rows for unit in units], family, asked))
    written = []
    for first, units in rows:
        stay = [one for one in (next(kept) for _ in units) if one]
        if stay:
            head = first & 0x80 | family.kind(stay[0])
            written.append(bytes((head,)) + len(stay).to_bytes(2, "big") + _counted(stay))
    return bytes((len(written),)) + b"".join(written)


def _kept(units: list[bytes], family: Family, asked: Asked) -> list[bytes]:
    """Each unit as it stays; nothing in the place of one that goes."""
    if sum(map(len, units)) > _LONGEST * 16:
        raise FormatError(0, "a configuration that is far too large")
    picked = heif_nal.pick(
        family,
        [heif_nal.Unit(unit, len(unit)) for unit in units],
        asked,
    )
    stay = {
        at: picked.sets.get(at, units[at])
        for at in picked.keep
        if family.kind(units[at]) not in family.slices
    }
    return [stay.get(at, b"") for at in range(len(units))]


def _counted(units: list[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def avc(data: bytes, asked: Asked) -> bytes:
    """5.3.3.1: six bytes, sequence and picture parameter sets, for some profiles four bytes more."""
    fields = Fields(data)
    head = fields.take(5)
    rows = []
    for mask in (31, 255):
        first = fields.number(1)
        rows.append(
            (
                first & ~mask & 255 | (0xE0 if mask == 31 else 0),
                [fields.take(fields.number(2)) for _ in range(first & mask)],
            )
        )
    kept = iter(_kept([unit for _, units in rows for unit in units], heif_nal.AVC, asked))
    written = [head[:4], bytes((head[4] | 0xFC,))]
    for first, units in rows:
        stay = [one for one in (next(kept) for _ in units) if one]
        written += [bytes((first | len(stay),)), _counted(stay)]
    if head[1] not in _LOW and fields.left >= 4:
        last = fields.take(4)
        written.append(bytes((last[0] | 0xFC, last[1] | 0xF8, last[2] | 0xF8, 0)))
    return b"".join(written)


def av1(data: bytes, asked: Asked) -> bytes:  # noqa: ARG001 - the same form as the others
    """2.3.3: four bytes, then units."""
    fields = Fields(data)
    head = fields.take(4)
    delay = head[3] & (0x1F if head[3] & 0x10 else 0)
    return head[:3] + bytes((delay,)) + heif_av1.config(fields.rest())


CONFIGS: Final[dict[str, Callable[[bytes, Asked], bytes]]] = {
    "hvcC": hevc,
    "lhvC": layered,
    "avcC": avc,
    "vvcC": vvc,
    "av1C": av1,
}
