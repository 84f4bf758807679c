"""Packets of Opus (RFC 6716, 3.2.5): what fills them up is zero.

Newer encoders may put there what makes up for packets that are lost on the way (DRED), which no file needs.
"""

from __future__ import annotations

from typing import Final

_MAPPING: Final = 18  # RFC 7845, 5.1: where the first header says how channels are mapped
_ANY_NUMBER, _PADDED = 3, 0x40
_MORE: Final = 255


def unfilled(head: bytes, packet: bytes) -> bytes:
    """One packet, as it stays. Where several streams are in one packet (`head` says so), it is left as it is."""
    if len(packet) < 3 or packet[0] & 3 != _ANY_NUMBER or not packet[1] & _PADDED:
        return packet
    if head[_MAPPING : _MAPPING + 1] != b"\0":
        return packet
    at, filled = 2, 0
    while packet[at : at + 1] == bytes((_MORE,)):
        filled, at = filled + _MORE - 1, at + 1
    filled += packet[at] if at < len(packet) else 0
    start = len(packet) - filled
    return packet[:start] + bytes(filled) if start > at and any(packet[start:]) else packet
