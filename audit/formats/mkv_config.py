"""What decoders of H.264 and H.265 are told before a film: parameter sets as they are, and no words (ISO/IEC 14496-15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import heif_nal, heif_sei, mp4_config
from audit.formats.bmff import Fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.formats.heif_nal import Family

_HIGH: Final = frozenset({100, 110, 122, 144})


def hevc(data: bytes) -> bytes:
    """8.3.3.1: 22 bytes, then arrays of units. Raises FormatError."""
    fields = Fields(data)
    head, arrays = fields.take(22), []
    for _ in range(fields.number(1)):
        first = fields.number(1)
        units = [fields.take(fields.number(2)) for _ in range(fields.number(2))]
        kept = [mp4_config.trimmed_hevc(unit) for unit in units if _needed(heif_nal.HEVC, unit)]
        if kept:
            if first & 63 == mp4_config.SEQUENCE_SET:
                head = mp4_config.hevc_head(head, kept[0])
            arrays.append(bytes((first & 0xBF,)) + len(kept).to_bytes(2, "big") + _counted(kept))
    return head + bytes((len(arrays),)) + b"".join(arrays)


def avc(data: bytes) -> bytes:
    """5.3.3.1: six bytes, sequence and picture parameter sets, for some profiles four bytes more. Raises FormatError."""
    fields = Fields(data)
    head = fields.take(5)
    parts = [head]
    for mask, kinds, ones in ((31, mp4_config.SEQUENCES, 0xE0), (255, mp4_config.PICTURES, 0)):
        first = fields.number(1)
        units = [fields.take(fields.number(2)) for _ in range(first & mask)]
        kept = [mp4_config.trimmed(unit) for unit in units if unit and unit[0] & 31 in kinds]
        if ones:
            parts[0] = mp4_config.avc_head(head, kept[0] if kept else b"")
        parts += [bytes((ones | len(kept),)), _counted(kept)]
    if parts[0][1] in _HIGH and fields.left >= 4:
        parts.append(fields.take(3) + b"\0")
    return b"".join(parts)


def _needed(family: Family, unit: bytes) -> bool:
    """Parameter sets, and messages of numbers that tell how to show a picture."""
    if len(unit) < family.header:
        return False
    kind = family.kind(unit)
    if kind in family.messages and len(unit) <= heif_sei.LONGEST:
        return bool(heif_sei.shown(unit[family.header :], family.name))
    return kind in family.order


def _counted(units: Iterable[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
