"""Matroska built by hand (RFC 8794, RFC 9559), and taken apart again without the walker."""

from __future__ import annotations

import random
import struct
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

EBML, SEGMENT, SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES = (
    0x1A45DFA3,
    0x18538067,
    0x114D9B74,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
    0x1C53BB6B,
)
TAGS, ATTACHMENTS, CHAPTERS, VOID, CRC = 0x1254C367, 0x1941A469, 0x1043A770, 0xEC, 0xBF
SIZE = 16, 16
_chance = random.Random(7)
# Pixels; for AV1 each would be a frame without a length.
PICTURES = [b"\x30" + _chance.randbytes(SIZE[0] * SIZE[1] * 3 // 2 - 1) for _ in range(6)]
SOUNDS = [_chance.randbytes(96) for _ in range(6)]
UNKNOWN = b"\x01" + b"\xff" * 7


def sized(size: int, wide: int = 0) -> bytes:
    wide = wide or next(n for n in range(1, 9) if size < (1 << 7 * n) - 1)
    return (size | 1 << 7 * wide).to_bytes(wide, "big")


def el(kind: int, *parts: bytes, wide: int = 0) -> bytes:
    body = b"".join(parts)
    return kind.to_bytes((kind.bit_length() + 7) // 8, "big") + sized(len(body), wide) + body


def unknown(kind: int, *parts: bytes) -> bytes:
    """Of a size that is not told."""
    return kind.to_bytes(4, "big") + UNKNOWN + b"".join(parts)


def num(kind: int, value: int, size: int = 0) -> bytes:
    return el(kind, value.to_bytes(size or max(1, (value.bit_length() + 7) // 8), "big"))


def real(kind: int, value: float) -> bytes:
    return el(kind, struct.pack(">d", value))


def header(*more: bytes, kind: bytes = b"matroska") -> bytes:
    numbers = [num(each, value) for each, value in ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8))]
    return el(EBML, *numbers, el(0x4282, kind), num(0x4287, 4), num(0x4285, 2), *more)


def info(*more: bytes, app: bytes = bytes(13), scale: bytes = num(0x2AD7B1, 1_000_000)) -> bytes:
    return el(INFO, scale, el(0x4D80, app), el(0x5741, app), real(0x4489, 240.0), *more)


VIDEO = el(0xE0, num(0xB0, SIZE[0]), num(0xBA, SIZE[1]), el(0x2EB524, b"I420"))
AUDIO = el(0xE1, real(0xB5, 8000.0), num(0x9F, 1), num(0x6264, 16))


def entry(number: int, kind: int, codec: bytes, *more: bytes, uid: int = 0) -> bytes:
    return el(
        0xAE,
        num(0xD7, number),
        num(0x73C5, uid or number, 8),
        num(0x83, kind),
        num(0x9C, 0),
        el(0x22B59C, b"und"),
        el(0x86, codec),
        *more,
    )


def picture(*more: bytes, codec: bytes = b"V_UNCOMPRESSED", video: bytes = VIDEO, uid: int = 0) -> bytes:
    return entry(1, 1, codec, video, *more, uid=uid)


def sound(*more: bytes, codec: bytes = b"A_PCM/INT/LIT") -> bytes:
    return entry(2, 2, codec, AUDIO, *more)


def block(track: int, time: int, *frames: bytes, lacing: int = 0, flags: int = 0x80) -> bytes:
    """The body of a SimpleBlock or Block (RFC 9559, 10)."""
    head = sized(track) + struct.pack(">hB", time, flags | lacing << 1)
    return head + laced(frames, lacing)


def laced(frames: tuple[bytes, ...], lacing: int) -> bytes:
    if not lacing:
        return frames[0]
    sizes = [len(each) for each in frames[:-1]]
    said = b""
    if lacing == 1:
        said = b"".join(b"\xff" * (size // 255) + bytes((size % 255,)) for size in sizes)
    elif lacing == 3:
        said = sized(sizes[0], 2) + b"".join(
            sized(after - before + (1 << 13) - 1, 2) for before, after in pairwise(sizes)
        )
    return bytes((len(frames) - 1,)) + said + b"".join(frames)


def simple(track: int, time: int, *frames: bytes, lacing: int = 0) -> bytes:
    return el(0xA3, block(track, time, *frames, lacing=lacing))


def shot(number: int, *more: bytes) -> bytes:
    """The two blocks of one moment."""
    return simple(1, 40 * number, PICTURES[number]) + simple(2, 40 * number, SOUNDS[number]) + b"".join(more)


def cluster(first: int, *more: bytes, stop: int = 0, kind: int = CLUSTER) -> bytes:
    shots = [shot(each) for each in range(first, stop or first + 3)]
    return el(kind, num(0xE7, 0), *shots, *more)


def cues(place: int, *more: bytes) -> bytes:
    return el(CUES, el(0xBB, num(0xB3, 0), el(0xB7, num(0xF7, 1), num(0xF1, place, 4))), *more)


def segment(*parts: bytes) -> bytes:
    return el(SEGMENT, *parts, wide=8)


def seek(kind: int, place: int) -> bytes:
    return el(0x4DBB, el(0x53AB, kind.to_bytes(4, "big")), num(0x53AC, place, 8))


CLUSTERS = cluster(0) + cluster(3)
TRACK_LIST = picture() + sound()


def movie(
    *more: bytes,
    tracks: bytes = TRACK_LIST,
    about: bytes = b"",
    clusters: bytes = CLUSTERS,
    seeks: bytes = b"",
    points: bytes = b"",
    head: bytes = b"",
    kind: bytes = b"matroska",
) -> bytes:
    """What comes before the clusters in `more`; the index is at the end."""
    said = about or info()
    listed = el(TRACKS, tracks)
    before = b"".join(more)
    length = len(el(SEEK_HEAD, seek(INFO, 0) * 3, seeks))
    at = [length, length + len(said) + len(before), length + len(said) + len(before) + len(listed)]
    sought = [seek(INFO, at[0]), seek(TRACKS, at[1]), seek(CUES, at[2] + len(clusters))]
    index = cues(at[2], points)
    return (head or header(kind=kind)) + segment(
        el(SEEK_HEAD, *sought, seeks), said, before, listed, clusters, index
    )


Tree = list[tuple[int, int, "bytes | Tree"]]  # ID, where it begins, body
MASTERS = {
    EBML,
    SEGMENT,
    SEEK_HEAD,
    INFO,
    TRACKS,
    CLUSTER,
    CUES,
    0xAE,
    0xE0,
    0xE1,
    0xA0,
    0x75A1,
    0xA6,
    0xBB,
    0xB7,
    0x4DBB,
}


def heads(data: bytes, at: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Of elements that follow one another: ID, where each begins, where its body begins and ends."""
    while at < stop:
        wide = 9 - data[at].bit_length()
        kind = int.from_bytes(data[at : at + wide], "big")
        many = 9 - data[at + wide].bit_length()
        body = at + wide + many
        size = int.from_bytes(data[at + wide : body], "big") & (1 << 7 * many) - 1
        end = stop if size == (1 << 7 * many) - 1 else body + size
        assert wide <= 4
        assert many <= 8
        assert end <= stop
        yield kind, at, body, end
        at = end


def parts(data: bytes) -> list[tuple[int, bytes]]:
    return [(kind, data[body:end]) for kind, _, body, end in heads(data, 0, len(data))]


def tree(data: bytes, at: int = 0, stop: int | None = None) -> Tree:
    """Every element; fails for what is not well formed."""
    found = heads(data, at, len(data) if stop is None else stop)
    return [
        (kind, start, tree(data, body, end) if kind in MASTERS else data[body:end])
        for kind, start, body, end in found
    ]


def flat(some: Tree) -> Tree:
    return [each for one in some for each in (one, *(flat(one[2]) if isinstance(one[2], list) else []))]
