"""What a decoder is told before the picture: hvcC, lhvC, avcC, vvcC (ISO/IEC 14496-15) and av1C (AV1 in ISO base media).

What is asked for is that which the pictures that use it say of themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import heif_av1, heif_hevc, heif_nal
from audit.formats.base import FormatError
from audit.formats.bmff import Fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.formats.heif_nal import Asked, Family

_LONGEST: Final = 1 << 16
_HEVC_SETS: Final = (32, 33, 34)  # H.265, table 7-1: of the video, a sequence, a picture
# H.264, A.2: the profiles of which avcC says no more.
_LOW: Final = frozenset({66, 77, 88})


def hevc(data: bytes, asked: Asked) -> bytes:
    """8.3.3.1: 22 bytes, some of their bits always one, then arrays of parameter sets. Raises FormatError.

    Of one picture the 22 bytes repeat what its sequence parameter set says; how fast frames come and how a picture could
    be divided are left open.
    """
    fields = Fields(data)
    head = bytearray(fields.take(22))
    for at, ones in ((13, 0xF0), (15, 0xFC), (16, 0xFC), (17, 0xF8), (18, 0xF8)):
        head[at] |= ones
    if asked.layers:
        return bytes(head) + _arrays(fields, heif_nal.HEVC, asked)
    told: list[heif_hevc.Summary] = []
    arrays = _arrays(fields, heif_nal.HEVC, asked, lambda units: _bare(units, told))
    head[13:16] = b"\xf0\0\xfc"
    head[19:22] = bytes((0, 0, head[21] & 0x3F))
    if len(told) == 1:
        one = told[0]
        head[:13] = b"\1" + one.level
        head[16:19] = bytes((0xFC | one.chroma & 3, *(0xF8 | depth & 7 for depth in one.depths)))
        head[21] = (one.layers + 1 & 7) << 3 | one.nested << 2 | head[21] & 3
    return bytes(head) + arrays


def _bare(units: list[bytes], told: list[heif_hevc.Summary]) -> list[bytes]:
    """Parameter sets without what players of video ask for. What the one for a sequence says is added to `told`.

    The one for the video only repeats what that says, and is written anew.
    """
    kind = heif_nal.HEVC.kind
    bare = [
        heif_hevc.read(unit, bare=True).unit if unit and kind(unit) in _HEVC_SETS else unit for unit in units
    ]
    told += (heif_hevc.summary(unit) for unit in bare if unit and kind(unit) == _HEVC_SETS[1])
    if len(told) != 1:
        return bare
    return [told[0].video if unit and kind(unit) == _HEVC_SETS[0] else unit for unit in bare]


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


def _arrays(
    fields: Fields,
    family: Family,
    asked: Asked,
    changed: Callable[[list[bytes]], list[bytes]] = lambda units: units,
) -> bytes:
    """Units by their type, as `changed` gives those that stay. Of those of one number the last counts."""
    rows: list[tuple[int, list[bytes]]] = []
    for _ in range(fields.number(1)):
        first = fields.number(1)
        single = family is heif_nal.VVC and first & 31 in {12, 13}
        rows.append(
            (first, [fields.take(fields.number(2)) for _ in range(1 if single else fields.number(2))])
        )
    kept = iter(changed(_kept([unit for _, units in rows for unit in units], family, asked)))
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


def av1(data: bytes, asked: Asked) -> bytes:
    """2.3.3: four bytes, of which three repeat what the picture says and one is about streaming; then units."""
    fields = Fields(data)
    head = fields.take(4)
    return (asked.config or head)[:3] + b"\0" + heif_av1.config(fields.rest(), asked.config)


CONFIGS: Final[dict[str, Callable[[bytes, Asked], bytes]]] = {
    "hvcC": hevc,
    "lhvC": layered,
    "avcC": avc,
    "vvcC": vvc,
    "av1C": av1,
}
