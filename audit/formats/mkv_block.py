"""Blocks (RFC 9559, 10): whose they are, and whether their frames can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats.mkv_ebml import vint

if TYPE_CHECKING:
    from audit.formats.base import Reader

_LONGEST_LACING: Final = 1 << 16


def track_of(reader: Reader, start: int, stop: int) -> int:
    """The number of its track, or 0 for what is no block."""
    head = reader.read(start, min(12, stop - start))
    number, many = vint(head)
    if not many or len(head) < many + 3:
        return 0
    lacing = head[many + 2] >> 1 & 3
    if lacing and not _laced(reader, start + many + 3, stop, lacing):
        return 0
    return number


def flags_of(reader: Reader, start: int) -> tuple[int, int]:
    """Where the flags of a block stand that `track_of` knows, and what they are."""
    head = reader.read(start, 12)
    _, many = vint(head)
    return start + many + 2, head[many + 2]


def frames_of(reader: Reader, start: int, stop: int) -> list[tuple[int, int]]:
    """Where the frames of a block stand that `track_of` knows."""
    head = reader.read(start, min(12, stop - start))
    _, many = vint(head)
    body, lacing = start + many + 3, head[many + 2] >> 1 & 3
    sizes = _laced(reader, body, stop, lacing) if lacing else [0, stop - body]
    found, at = [], body + sizes[0]
    for size in sizes[1:]:
        found.append((at, at + size))
        at += size
    return found


def belongs(codec: str, data: bytes) -> bool:
    """Whether data beside a block, of number 1, is the codec's own: opacity, or what makes a lossy sound lossless.

    Opacity is a frame of its own (WebM container guidelines; VP9 bitstream, 7.2: frame_marker; RFC 6386, 9.1: the start
    code of a key frame). Some programs forget to say that a track has it (AlphaMode), and players show it nevertheless.
    """
    if codec == "V_VP9":
        return data[:1] != b"" and data[0] >> 6 == 2
    if codec == "V_VP8":
        return data[:1] != b"" and (data[0] & 1 == 1 or data[3:6] == b"\x9d\x01\x2a")
    return codec == "A_WAVPACK4"


def _laced(reader: Reader, start: int, stop: int, lacing: int) -> list[int]:
    """How long the head of the laces is, then each frame; empty if that makes no sense.

    10.3: a count less one, then all sizes but the last, as Xiph's bytes (1), all the same (2), or as EBML's numbers (3).
    """
    data = reader.read(start, min(_LONGEST_LACING, stop - start))
    if not data:
        return []
    many, whole = data[0], stop - start - 1
    if lacing == 2:
        return [] if whole % (many + 1) else [1, *[whole // (many + 1)] * (many + 1)]
    head, sizes = _xiph(data, many) if lacing == 1 else _ebml(data, many)
    last = stop - start - head - sum(sizes)
    return [head, *sizes, last] if head and last >= 0 else []


def _xiph(data: bytes, many: int) -> tuple[int, list[int]]:
    """10.3.2: how many bytes the sizes take, and what they are; 0 if that makes no sense."""
    at, sizes = 1, []
    for _ in range(many):
        size = 0
        while data[at : at + 1] == b"\xff":
            size, at = size + 255, at + 1
        if at >= len(data):
            return 0, []
        sizes.append(size + data[at])
        at += 1
    return at, sizes


def _ebml(data: bytes, many: int) -> tuple[int, list[int]]:
    """10.3.3: the first size, then by how much each is larger than the one before."""
    at, size, sizes = 1, 0, []
    for each in range(many):
        value, length = vint(data[at : at + 8])
        if not length:
            return 0, []
        size += value - ((1 << 7 * length - 1) - 1 if each else 0)
        if size < 0:
            return 0, []
        sizes.append(size)
        at += length
    return at, sizes
