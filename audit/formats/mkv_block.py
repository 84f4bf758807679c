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


def frame_of(reader: Reader, start: int, stop: int) -> int:
    """Where its only frame begins; 0 if it has several."""
    head = reader.read(start, min(12, stop - start))
    _, many = vint(head)
    return 0 if head[many + 2] & 6 else start + many + 3


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


def _laced(reader: Reader, start: int, stop: int, lacing: int) -> bool:
    """10.3: a count less one, then all sizes but the last, as Xiph's bytes (1), all the same (2), or as EBML's numbers (3)."""
    data = reader.read(start, min(_LONGEST_LACING, stop - start))
    if not data:
        return False
    many = data[0]
    if lacing == 2:
        return (stop - start - 1) % (many + 1) == 0
    taken = _xiph(data, many) if lacing == 1 else _ebml(data, many)
    return 0 < taken <= stop - start


def _xiph(data: bytes, many: int) -> int:
    """10.3.2: how many bytes the sizes and the frames that have one take together; 0 if that makes no sense."""
    at, total = 1, 0
    for _ in range(many):
        while data[at : at + 1] == b"\xff":
            total, at = total + 255, at + 1
        if at >= len(data):
            return 0
        total, at = total + data[at], at + 1
    return at + total


def _ebml(data: bytes, many: int) -> int:
    """10.3.3: the first size, then by how much each is larger than the one before."""
    at, size, total = 1, 0, 0
    for each in range(many):
        value, length = vint(data[at : at + 8])
        if not length:
            return 0
        size += value - ((1 << 7 * length - 1) - 1 if each else 0)
        if size < 0:
            return 0
        total, at = total + size, at + length
    return at + total
