"""Properties of kinds of picture that are rare: uncompressed (ISO/IEC 23001-17), in layers (ISO/IEC 14496-15, 9), JPEG 2000."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.base import FormatError
from audit.formats.bmff import Fields, box

if TYPE_CHECKING:
    from collections.abc import Callable

_OWN_KIND: Final = 0x8000
_UNIT_WIDTHS: Final = (1, 2, 3, 4, 8)
_MOST_PARTS: Final = 1 << 16


def _components(data: bytes) -> bytes:
    """cmpd: kinds of components. A kind of somebody's own has a name for programs, which is left empty."""
    fields = Fields(data)
    count = fields.number(4)
    kinds: list[bytes] = []
    for _ in range(_few(count)):
        kind = fields.take(2)
        own = int.from_bytes(kind, "big") >= _OWN_KIND
        if own:
            fields.text()
        kinds.append(kind + b"\0" * own)
    return count.to_bytes(4, "big") + b"".join(kinds)


def _few(count: int) -> int:
    if count > _MOST_PARTS:
        raise FormatError(0, "too many parts")
    return count


def _uncompressed(data: bytes) -> bytes:
    """uncC: a profile, components, then how they are laid out. Drafts counted in two bytes and had one for a pixel's size."""
    fields = Fields(data)
    version, _ = fields.full()
    fields.take(4)
    if version:
        return data[:1] + bytes(3) + data[4:8]
    count = fields.number(2)
    size = 31 + 5 * count if count else 36 + 5 * fields.number(2)
    return Fields(data).take(size)


def _pattern(data: bytes) -> bytes:
    """cpat: a pattern of components, each with a number and a gain."""
    fields = Fields(data)
    fields.take(4)
    return Fields(data).take(8 + 8 * fields.number(2) * fields.number(2))


def _units(data: bytes) -> bytes:
    """icef: where compressed units are, and how long they are."""
    fields = Fields(data)
    fields.take(4)
    codes = fields.number(1)
    where, size = codes >> 5, codes >> 2 & 7
    if where > len(_UNIT_WIDTHS) - 1 or size > len(_UNIT_WIDTHS) - 1:
        raise FormatError(0, "a property of an unknown form")
    each = (0, *_UNIT_WIDTHS[1:])[where] + _UNIT_WIDTHS[size]
    count = fields.take(4)
    return bytes(4) + bytes((codes & 0xFC,)) + count + fields.take(each * int.from_bytes(count, "big"))


def _points(data: bytes) -> bytes:
    """oinf, 9.6.2: profiles, operating points, and which layer depends on which."""
    fields = Fields(data)
    fields.take(4)
    mask = fields.number(2)
    fields.take(12 * (fields.number(1) & 63))
    for _ in range(fields.number(2)):
        fields.take(3)
        fields.take(2 * fields.number(1) + 8)
        told = fields.number(1)
        fields.take(3 * (told >> 1 & 1) + 8 * (told & 1))
    for _ in range(fields.number(1)):
        fields.take(1)
        fields.take(fields.number(1) + mask.bit_count())
    return data[: len(data) - fields.left]


def _header(data: bytes) -> bytes:
    """j2kH (ISO/IEC 15444-16, 6.5): what channels, colours of a palette and layers mean."""
    return b"".join(
        box(one.kind, one.fields.rest())
        for one in Fields(data).boxes()
        if one.kind in {"cdef", "cmap", "pclr", "j2kL"}
    )


FORMS: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "cmpd": _components,
    "uncC": _uncompressed,
    "cpat": _pattern,
    "icef": _units,
    "oinf": _points,
    "j2kH": _header,
    "jpgC": bytes,  # looked at with the pictures that begin with it
}
