"""Checksums of sound formats that Python's own library has not: each by its name in the catalogue of CRC algorithms."""

from __future__ import annotations

import zlib
from typing import Final


def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    found = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        found.append(value)
    return tuple(found)


def _reflected(polynomial: int) -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ polynomial if value & 1 else value >> 1
        found.append(value)
    return tuple(found)


_SMBUS: Final = _table(0x07, 8)
_BUYPASS: Final = _table(0x8005, 16)
_ARC: Final = _reflected(0xA001)
_TURNED: Final = bytes(
    int(f"{byte:08b}"[::-1], 2) for byte in range(256)
)  # each byte's bits the other way round


def crc8_smbus(data: bytes) -> int:
    """Of a FLAC frame's header (RFC 9639, 9.1.8); 0 over a header with its own checksum."""
    value = 0
    for byte in data:
        value = _SMBUS[value ^ byte]
    return value


def crc16_buypass(data: bytes) -> int:
    """Of a frame of MPEG audio (ISO 11172-3, 2.4.3.1): the polynomial of FLAC's, from all ones."""
    value = 0xFFFF
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _BUYPASS[value >> 8 ^ byte]
    return value


def crc16_buypass_ends(data: bytes) -> list[int]:
    """Every length after which the checksum of a FLAC frame (RFC 9639, 9.3) is right: 0 over the frame and its checksum."""
    value, found = 0, []
    for at, byte in enumerate(data, 1):
        value = (value << 8 & 0xFFFF) ^ _BUYPASS[value >> 8 ^ byte]
        if not value:
            found.append(at)
    return [at for at in found if at > 6]


def crc16_arc(data: bytes) -> int:
    """Of the header frame that LAME writes."""
    value = 0
    for byte in data:
        value = value >> 8 ^ _ARC[(value ^ byte) & 0xFF]
    return value


def crc32_ogg(data: bytes) -> int:
    """Of an Ogg page (RFC 3533, 6): the polynomial of zlib's, bits the other way round, from 0 and not inverted."""
    value = zlib.crc32(data.translate(_TURNED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{value:032b}"[::-1], 2)
