"""The header boxes of movies and fragments (ISO/IEC 14496-12, 8; QuickTime file format): what of each body stays.

A form takes the fields that mean something; what follows them in the body becomes zero.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError, Keep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Policy
    from audit.formats.bmff import Fields
    from audit.formats.mp4_movie import Track

    Form = Callable[[Fields, Policy], bytes | None]  # None: the box goes

_LOUD: Final = b"\1\0"  # full volume
_FASTEST, _ONCE = 16 << 16, (1 << 16).to_bytes(4, "big")
UPRIGHT: Final = b"".join(
    n.to_bytes(4, "big") for n in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
)  # 8.2.2: the unity matrix
_LANGUAGE: Final = re.compile(rb"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")  # BCP 47, 2.1
# mp4ra.org: brands that say how a file is built, and not by whom.
_BRANDS: Final = frozenset(
    b"isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isoc mp41 mp42 mp71 avc1 hvc1 hev1 av01 vp09 dby1 "
    b"dash dsms msdh msix cmfc cmfs cmff cmf2 cmfl lmsg piff ccff hvce hevc".split()
) | {b"qt  ", b"M4A ", b"M4B ", b"M4V ", b"M4P ", b"M4VH", b"M4VP", b"f4v ", b"F4V ", b"MSNV"}
_GENERAL_3GP: Final = re.compile(rb"3g[p2ehrst][0-9a-d]")


def _wide(first: bytes) -> int:
    return 8 if first[0] == 1 else 4


def _version(first: bytes) -> bytes:
    return bytes((first[0] == 1, 0, 0, 0))


def file_type(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """4.3 and 8.16.2: the brands that are known; others become a general one, the version of a brand zero."""
    major = fields.take(4)
    fields.take(4)
    others = fields.rest()
    general = b"qt  " if major == b"qt  " else b"isom"
    brands = [others[at : at + 4] for at in range(0, len(others) - 3, 4)]
    return _brand(major, general) + bytes(4) + b"".join(_brand(one, general) for one in brands)


def _brand(brand: bytes, general: bytes) -> bytes:
    known = brand in _BRANDS or _GENERAL_3GP.fullmatch(brand) or brand == bytes(4)
    return brand if known else general


def speed(rate: bytes) -> bytes:
    """8.2.2, 8.6.6: a fixed-point number of 16 and 16 bits; up to sixteen times as fast, by sixteenths, else once."""
    value = int.from_bytes(rate, "big", signed=True)
    return rate if abs(value) <= _FASTEST and not value & 0xFFF else _ONCE


def movie_header(fields: Fields, policy: Policy) -> bytes:
    """8.2.2. QuickTime's times of preview, poster, selection stand where others have zeros."""
    first = fields.take(4)
    width = _wide(first)
    made = fields.take(width)
    fields.take(width)
    scale, rate, volume = fields.take(4 + width), speed(fields.take(4)), fields.take(2)
    fields.take(10)
    matrix = fields.take(36)
    fields.take(24)
    kept = made if Keep.TIME in policy.keep else bytes(width)
    turn = matrix if Keep.ORIENTATION in policy.keep else UPRIGHT
    return (
        _version(first)
        + kept
        + bytes(width)
        + scale
        + rate
        + min(volume, _LOUD)
        + bytes(10)
        + turn
        + bytes(24)
        + fields.take(4)
    )


def track_header(fields: Fields, policy: Policy) -> bytes:
    """8.3.2."""
    first = fields.take(4)
    width = _wide(first)
    fields.take(2 * width)
    number = fields.take(4)
    fields.take(4)
    duration = fields.take(width)
    fields.take(8)
    layer = fields.take(6)
    fields.take(2)
    matrix, size = fields.take(36), fields.take(8)
    turn = matrix if Keep.ORIENTATION in policy.keep else UPRIGHT
    flags = bytes((first[0] == 1, 0, 0, first[3] & 15))
    return flags + bytes(2 * width) + number + bytes(4) + duration + bytes(8) + layer + bytes(2) + turn + size


def whole(header: bytes, shown: Sequence[Track]) -> bytes:
    """8.2.2: how pictures are turned, if there are any, and the number that another track would get."""
    at = 48 if header[0] == 1 else 36
    seen = any(one.handler == "vide" for one in shown)
    matrix = _turned(header[at : at + 36]) if seen else UPRIGHT
    following = min(max(one.number for one in shown) + 1, 0xFFFFFFFF)
    return header[:at] + matrix + header[at + 36 : -4] + following.to_bytes(4, "big")


def _turned(matrix: bytes) -> bytes:
    """8.2.2: the last column of a matrix is always the same."""
    return b"".join(matrix[at : at + 8] + UPRIGHT[at + 8 : at + 12] for at in (0, 12, 24))


def placed(header: bytes, track: Track, shown: Sequence[Track]) -> bytes:
    """8.3.2: where a track comes to lie, and how loud it is, where that means something for a track of its kind."""
    at = 44 if header[0] == 1 else 32
    layer, group, volume = header[at : at + 2], header[at + 2 : at + 4], header[at + 4 : at + 6]
    matrix, size = header[at + 8 : at + 44], header[at + 44 :]
    if track.handler == "soun":
        layer, matrix, size = bytes(2), UPRIGHT, bytes(8)
        volume = min(volume, _LOUD)
    else:
        volume = bytes(2)
        layer = layer if sum(one.handler == "vide" for one in shown) > 1 else bytes(2)
        matrix = _turned(matrix)
    if sum(one.group == track.group for one in shown) < 2:
        group = bytes(2)
    return header[:at] + layer + group + volume + bytes(2) + matrix + size


def media_header(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """8.4.2, with the language."""
    first = fields.take(4)
    width = _wide(first)
    fields.take(2 * width)
    scale, code = fields.take(4 + width), fields.number(2) & 0x7FFF
    return _version(first) + bytes(2 * width) + scale + code.to_bytes(2, "big") + bytes(2)


def handler(fields: Fields, policy: Policy) -> bytes | None:  # noqa: ARG001 - a form
    """8.4.3; QuickTime file format, "Handler reference atoms": the kind, without its maker and its name."""
    fields.take(4)
    component, kind = fields.take(4), fields.take(4)
    known = component if component in {b"mhlr", b"dhlr"} else bytes(4)
    return bytes(4) + known + kind + bytes(fields.left)


def data_handler(fields: Fields, policy: Policy) -> bytes | None:
    """QuickTime file format: how data references are followed."""
    form = handler(fields, policy)
    return form if form and form[8:12] in {b"alis", b"url ", b"rsrc"} else None


def language(fields: Fields, policy: Policy) -> bytes | None:  # noqa: ARG001 - a form
    """8.4.6, elng: a language tag."""
    fields.take(4)
    tag = fields.text()
    return bytes(4) + tag + b"\0" if _LANGUAGE.fullmatch(tag) else None


def sound_header(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """12.2.2: the balance, from the left (-1) to the right (1)."""
    fields.take(4)
    balance = fields.take(2)
    known = abs(int.from_bytes(balance, "big", signed=True)) <= 1 << 8
    return bytes(4) + (balance if known else bytes(2)) + bytes(2)


# QuickTime file format, "Graphics modes": by which pictures are put on one another; some with a colour.
_MODES: Final = frozenset({0, 0x20, 0x24, 0x40, 0x100, 0x101, 0x102, 0x103, 0x104})
_COLOURED: Final = frozenset({0x20, 0x24, 0x102})


def video_header(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """12.1.2."""
    fields.take(4)
    mode, colour = fields.number(2), fields.take(6)
    mode = mode if mode in _MODES else 0
    return b"\0\0\0\1" + mode.to_bytes(2, "big") + (colour if mode in _COLOURED else bytes(6))


def extent(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """8.8.2, mehd, and 8.8.12, tfdt: one number, of the width that the version says."""
    first = fields.take(4)
    return _version(first) + fields.take(_wide(first))


def fixed(size: int) -> Form:
    """So many bytes, of which the first four are a version and flags that mean nothing."""

    def form(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
        fields.take(4)
        return bytes(4) + fields.take(size - 4)

    return form


def track_fragment(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """8.8.7, tfhd: which fields follow is said by the flags."""
    first = fields.take(4)
    flags = int.from_bytes(first[1:], "big") & 0x03003B
    size = 4 + 8 * (flags & 1) + 4 * sum(bool(flags & bit) for bit in (2, 8, 16, 32))
    return b"\0" + flags.to_bytes(3, "big") + fields.take(size)


def index(fields: Fields, policy: Policy) -> bytes:  # noqa: ARG001 - a form
    """8.16.3, sidx."""
    first = fields.take(4)
    head = fields.take(8 + 2 * _wide(first))
    fields.take(2)
    count = fields.take(2)
    return _version(first) + head + bytes(2) + count + fields.take(12 * int.from_bytes(count, "big"))


_GROUPS: Final = {
    b"roll": 2,
    b"prol": 2,
    b"rap ": 1,
    b"tele": 1,
    b"sync": 1,
}  # 10: bytes that describe one group


def group_description(fields: Fields, policy: Policy) -> bytes | None:  # noqa: ARG001 - a form
    """8.9.3, sgpd, of groups that playing from the middle needs, described by a number."""
    first, kind, size = fields.take(4), fields.take(4), fields.number(4)
    if first[0] != 1 or _GROUPS.get(kind) != size:
        return None
    count = fields.number(4)
    head = b"\1\0\0\0" + kind + size.to_bytes(4, "big") + count.to_bytes(4, "big")
    return head + fields.take(size * count)


def groups(fields: Fields, policy: Policy) -> bytes | None:  # noqa: ARG001 - a form
    """8.9.2, sbgp: runs of samples, and the group that each is in."""
    first, kind = fields.take(4), fields.take(4)
    if kind not in _GROUPS:
        return None
    parameter = fields.take(4) if first[0] == 1 else b""
    count = fields.number(4)
    rows = fields.take(8 * count)
    kept = [row for at in range(0, len(rows), 8) if any((row := rows[at : at + 8])[:4])]
    return _version(first) + kind + parameter + len(kept).to_bytes(4, "big") + b"".join(kept)


# 8.6, 8.7: how many bytes stand before the rows of a table, and in a row.
ROWS: Final = {
    "stts": (8, 8),
    "ctts": (8, 8),
    "stss": (8, 4),
    "stps": (8, 4),
    "stsc": (8, 12),
    "stco": (8, 4),
    "co64": (8, 8),
}


def table_size(kind: str, head: bytes) -> int:
    """How many bytes of its body a table needs; `head` are the first 12."""
    if kind == "cslg":  # 8.6.1.4
        return 44 if head[:1] == b"\1" else 24
    count = int.from_bytes(head[4:8], "big")
    if kind == "elst":  # 8.6.6
        return 8 + count * (20 if head[:1] == b"\1" else 12)
    if kind in {"stsz", "stz2"}:  # 8.7.3
        many = int.from_bytes(head[8:12], "big")
        if kind == "stsz":
            return 12 if count else 12 + 4 * many
        return 12 + (many * (count & 255) + 7) // 8
    if kind == "trun":  # 8.8.8
        flags = int.from_bytes(head[1:4], "big")
        row = 4 * (flags >> 8 & 15).bit_count()
        return 8 + 4 * (flags & 1) + 4 * (flags >> 2 & 1) + count * row
    start, row = ROWS[kind]
    return start + count * row


def too_short(start: int) -> FormatError:
    return FormatError(start, "a box ends too early")
