"""Frames of Motion JPEG (ITU-T T.81, B; QuickTime file format, "Motion-JPEG"): each is a picture with segments of its own.

Each keeps its length: what goes becomes zero in its place, and what fills up before a marker (B.1.1.2) where coded data end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats import exif, jpeg_tail
from audit.formats.jpeg_walk import BEHIND, Walk
from audit.formats.pieces import Held

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST: Final = 32 << 20  # bytes of a frame that is taken apart
_MOST: Final = 4096  # segments
_START, _END, _SCAN, _COMMENT, _ADOBE = 0xD8, 0xD9, 0xDA, 0xFE, 0xEE
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_WORDS, _LETTERS = (
    16,
    8,
)  # what text has at least, and different bytes in it: many videos have even parts, whose codes look like less
_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_ALONE: Final = frozenset({1, *range(0xD0, 0xD9)})
_JFIF, _AVI, _ADOBES, _OFFSETS = 18, 10, 16, 46  # bytes that mean something, with marker and length
_EXIF: Final = b"Exif\0\0"
# JEITA CP-3451, 4.6: one directory, with one tag.
_TURN: Final = b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0%c\0\0\0\0\0\0"


def changes(frame: bytes) -> list[tuple[int, bytes]]:
    """Where something goes, and what stands there instead, in order. A frame that is none is left as it is."""
    found: list[tuple[int, bytes]] = []
    at = told = 0
    while frame[at : at + 2] == b"\xff\xd8" and told < _MOST:
        field = _Field(frame, at, _MOST - told)
        found += field.changes
        told += field.told
        at = field.at
        if field.broken or frame[at : at + 2] != b"\xff\xd9":
            break
        at += 2
        zeros = len(frame[at:]) - len(frame[at:].lstrip(b"\0"))  # between two fields
        if frame[at + zeros : at + zeros + 2] != b"\xff\xd8":
            if frame[at:].strip(b"\0"):
                found.append((at, bytes(len(frame) - at)))
            break
        at += zeros
    return found


class _Field:
    """One picture of a frame: what of it changes, and `at`, where it ended."""

    def __init__(self, frame: bytes, start: int, most: int) -> None:
        self.changes: list[tuple[int, bytes]] = []
        self.broken = False
        self.told = self._longest = 0
        self._frame = frame
        self.at = start + 2
        doubtful = False
        while self.at + 4 <= len(frame) and frame[self.at] == 0xFF and frame[self.at + 1] != _END:
            self.told += 1
            kind = frame[self.at + 1]
            if kind == 0xFF or kind in _ALONE:
                self.at += 1 if kind == 0xFF else 2
                continue
            stop = self.at + 2 + int.from_bytes(frame[self.at + 2 : self.at + 4], "big")
            if stop > len(frame) or stop < self.at + 4 or self.told > most:
                self.broken = True
                return
            self._segment(kind, stop)
            doubtful |= kind == _SCAN and self._scan()
        if doubtful:
            self.changes += _behind(frame, start)
            self.changes.sort()

    def _segment(self, kind: int, stop: int) -> None:
        segment = self._frame[self.at : stop]
        if (new := cleaned(segment)) != segment:
            self.changes.append((self.at, new))
        if kind in _FRAMES:
            self._longest = jpeg_tail.most(segment[4:])
        self.at = stop

    def _scan(self) -> bool:
        """Pass over coded data; whether they are doubtful. Some cameras fill up with zeros, others with what T.81 has for it."""
        start = self.at
        found = _MARKER.search(self._frame, start)
        self.at = found.start() if found else len(self._frame)
        tail = self._frame[max(start, self.at - jpeg_tail.TAIL) : self.at]
        return self.at - start > self._longest or jpeg_tail.worded(tail.rstrip(b"\0\xff"), _WORDS, _LETTERS)


def _behind(frame: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """What stands behind the last coded blocks of the picture that begins there."""
    picture = Held(frame[start:])
    for segment in jpeg_tail.cut(picture, Walk(picture, 0).found, which=jpeg_tail.Which.EVERY):
        size = segment.stop - segment.start
        if segment.name == BEHIND and picture.read(segment.start, size).strip(b"\xff"):
            yield start + segment.start, b"\xff" * size


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
