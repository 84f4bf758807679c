"""Fonts inside a PDF document (ISO 32000-2, 9.9; OpenType, ISO 14496-22): the tables that draw letters stay.

What names the font, its maker or who may use it goes, and so does when it was made. Programs that write documents mostly leave that
out themselves.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from audit.rewriters import pdf_cff

if TYPE_CHECKING:
    from collections.abc import Callable

# OpenType 1.9, "Font tables"; Apple's TrueType reference: outlines, measures, letters, hints, layout, bitmaps and colours.
_KEPT: Final = frozenset(
    b"cmap glyf head hhea hmtx loca maxp OS/2 post fpgm prep gasp vhea vmtx VORG CFF2 kern kerx hdmx VDMX LTSH GSUB GPOS GDEF "
    b"BASE JSTF MATH EBDT EBLC EBSC CBDT CBLC sbix COLR CPAL bdat bloc bhed bsln feat just lcar mort morx opbd prop trak ankr "
    b"fvar gvar avar cvar HVAR MVAR VVAR STAT Zapf acnt fdsc".split()
) | {b"cvt ", b"CFF ", b"SVG "}
_MARKS: Final = (b"\0\1\0\0", b"true", b"OTTO")
_MOST: Final = 256  # tables
_SUM: Final = 0xB1B0AFBA  # "head", checksumAdjustment
_TIMES: Final = slice(20, 36)  # of "head": when it was made and changed
_MAKER: Final = slice(58, 62)  # of "OS/2": four letters


class _Table(NamedTuple):
    name: bytes
    data: bytes


def cleaned(data: bytes) -> bytes:
    """The font as it stays, also one that is in the Compact Font Format. Any other, and one that is not as it should be, is left as it is."""
    tables = _tables(data)
    if tables is None:
        return pdf_cff.blank(data)
    kept = [_Table(one.name, _MADE[one.name](one.data)) if one.name in _MADE else one for one in tables]
    kept = [one for one in kept if one.name in _KEPT]
    made = _written(data[:4], kept)
    return data if made == data else made


def lettered(data: bytes) -> bytes:
    """A Type 1 font (Adobe Type 1 Font Format, 2.2): blanks in place of the words in its plain part, and behind its end."""
    stop = data.find(_PACKED)
    start = data[:16].find(_FIRST)
    if not 0 <= stop <= _LONGEST or start < 0:
        return data
    plain = _SPOKEN.sub(lambda found: _blank(found[0], first=found.start() == start), data[:stop])
    end = data.rfind(_END, stop)
    behind = len(data) - (end + len(_END)) if end >= 0 else 0
    return plain + data[stop : len(data) - behind] + b" " * behind


def _blank(words: bytes, *, first: bool) -> bytes:
    """A string without what it says, or a comment; of the first one its kind stays, by which the font is known."""
    if words[:1] == b"(":
        return b"(" + b" " * (len(words) - 2) + b")"
    kept = _KIND.match(words) if first else None
    return (kept[0] if kept else b"").ljust(len(words))


_LONGEST: Final = 1 << 16  # bytes of the plain part
_FIRST: Final = b"%!"
_PACKED: Final = b"eexec"  # what follows is enciphered
_END: Final = b"cleartomark"
_KIND: Final = re.compile(rb"%!(?:PS-AdobeFont-|FontType1-)?[0-9.]*")
_SPOKEN: Final = re.compile(
    rb"\((?:\\.|[^()\\]|\((?:\\.|[^()\\]|\((?:\\.|[^()\\])*\))*\))*\)|%[^\r\n]*", re.DOTALL
)


def _tables(data: bytes) -> list[_Table] | None:
    """In the order in which they stand in the file; None if they cannot be told apart."""
    if data[:4] not in _MARKS or len(data) < 12:
        return None
    count = int.from_bytes(data[4:6], "big")
    if not 0 < count <= _MOST or len(data) < 12 + 16 * count:
        return None
    rows = [struct.unpack_from(">4sIII", data, 12 + 16 * number) for number in range(count)]
    if len({name for name, *_ in rows}) < count:
        return None
    rows.sort(key=lambda row: (row[2], row[0]))
    if any(at < 12 + 16 * count or at + size > len(data) for _, _, at, size in rows):
        return None
    found = [_Table(name, data[at : at + size]) for name, _, at, size in rows]
    return found if any(one.name == b"head" and len(one.data) >= 54 for one in found) else None


def _head(data: bytes) -> bytes:
    return data[:8] + bytes(4) + data[12:20] + bytes(16) + data[_TIMES.stop : 54]


def _measures(data: bytes) -> bytes:
    return data[: _MAKER.start] + b"    " + data[_MAKER.stop :] if len(data) >= _MAKER.stop else data


_MADE: Final[dict[bytes, Callable[[bytes], bytes]]] = {
    b"head": _head,
    b"OS/2": _measures,
    b"CFF ": pdf_cff.blank,
}


def _written(mark: bytes, tables: list[_Table]) -> bytes:
    """One behind the other, each on a place divisible by four; the directory by name."""
    count = len(tables)
    power = 1 << count.bit_length() - 1
    head = mark + struct.pack(
        ">HHHH", count, 16 * power, power.bit_length() - 1, max(0, 16 * (count - power))
    )
    at, rows, body = 12 + 16 * count, [], bytearray()
    for name, data in tables:
        rows.append((name, _checksum(data), at + len(body), len(data)))
        body += data + bytes(-len(data) % 4)
    made = bytearray(head + b"".join(struct.pack(">4sIII", *row) for row in sorted(rows)) + body)
    where = next(row[2] for row in rows if row[0] == b"head") + 8
    made[where : where + 4] = (_SUM - _checksum(bytes(made)) & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes(made)


def _checksum(data: bytes) -> int:
    """The sum of all numbers of four bytes."""
    padded = data + bytes(-len(data) % 4)
    numbers: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(numbers) & 0xFFFFFFFF
