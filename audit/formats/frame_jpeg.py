"""Frames of Motion JPEG (ITU-T T.81, B; QuickTime file format, "Motion-JPEG"): each is a picture with segments of its own.

Each keeps its length: what goes becomes zero in its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats import exif

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 32 << 20  # bytes of a frame that is taken apart
_MOST: Final = 4096  # segments
_START, _END, _SCAN, _COMMENT, _ADOBE = 0xD8, 0xD9, 0xDA, 0xFE, 0xEE
_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_ALONE: Final = frozenset({1, *range(0xD0, 0xD9)})
_JFIF, _AVI, _ADOBES, _OFFSETS = 18, 10, 16, 46  # bytes that mean something, with marker and length
_EXIF: Final = b"Exif\0\0"
# JEITA CP-3451, 4.6: one directory, with one tag.
_TURN: Final = b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0%c\0\0\0\0\0\0"


def changes(frame: bytes) -> Iterator[tuple[int, bytes]]:
    """Where something goes, and what stands there instead. A frame that is none is left as it is."""
    at, told = 0, 0
    while frame[at : at + 2] == b"\xff\xd8" and told < _MOST:
        at += 2
        while at + 4 <= len(frame) and frame[at] == 0xFF and frame[at + 1] != _END:
            told += 1
            kind = frame[at + 1]
            if kind == 0xFF or kind in _ALONE:
                at += 1 if kind == 0xFF else 2
                continue
            stop = at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
            if stop > len(frame) or stop < at + 4 or told > _MOST:
                return
            segment = frame[at:stop]
            if (new := cleaned(segment)) != segment:
                yield at, new
            at = stop
            if kind == _SCAN:
                found = _MARKER.search(frame, at)
                at = found.start() if found else len(frame)
        if frame[at : at + 2] != b"\xff\xd9":
            return
        at += 2
        zeros = len(frame[at:]) - len(frame[at:].lstrip(b"\0"))  # between two fields
        if frame[at + zeros : at + zeros + 2] != b"\xff\xd8":
            if frame[at:].strip(b"\0"):
                yield at, bytes(len(frame) - at)
            return
        at += zeros


def cleaned(segment: bytes) -> bytes:
    """A segment with its marker, as it stays: those of a program without what is not needed, comments empty."""
    if segment[:1] != b"\xff":
        return bytes(len(segment))
    kind, body = segment[1], segment[4:]
    if kind == _COMMENT:
        return segment[:4] + bytes(len(body))
    if not 0xE0 <= kind <= 0xEF:
        return segment
    kept = segment[:4]
    if kind == 0xE0 and body[:5] == b"JFIF\0":
        kept = segment[: _JFIF - 2] + bytes(2)
    elif kind == 0xE0 and body[:4] == b"AVI1":
        kept = segment[:_AVI]
    elif kind == 0xE1 and body[4:8] == b"mjpg":
        kept = segment[:_OFFSETS]
    elif kind == 0xE1 and body[:6] == _EXIF and (turn := exif.orientation(body[6:]) or 1) > 1:
        kept = segment[:4] + _EXIF + _TURN % turn
    elif kind == 0xE2 and body[:12] == b"ICC_PROFILE\0":
        kept = segment
    elif kind == _ADOBE and body[:5] == b"Adobe":
        kept = segment[:_ADOBES]
    return (
        kept[: len(segment)].ljust(len(segment), b"\0")
        if len(kept) <= len(segment)
        else (segment[:4] + bytes(len(body)))
    )
