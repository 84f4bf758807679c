"""PNGs of tests, put together from chunks."""

from __future__ import annotations

import random
import struct
import zlib
from itertools import accumulate, chain, pairwise, repeat

from tests.formats import fixtures as fx
from tests.formats.fixtures import chunk, chunks, png_of

PLAIN = fx.png()
MOVING = fx.apng()
EXIF = (b"eXIf", fx.exif())


def raw_profile(kind: str, data: bytes) -> bytes:
    return f"\n{kind}\n{len(data):8}\n{data.hex()}\n".encode()


def changed(data: bytes, kind: bytes, tail: bytes, nth: int = 0) -> bytes:
    """With bytes behind the data of the nth chunk of a kind, and a CRC that holds."""
    parts = chunks(data)
    at = [n for n, part in enumerate(parts) if part[0] == kind][nth]
    parts[at] = (kind, parts[at][1] + tail)
    return png_of(parts)


def split(data: bytes, *sizes: int) -> bytes:
    """With the picture's stream in many IDAT chunks, the last size being that of all further ones."""
    whole = b"".join(body for kind, body in chunks(data) if kind == b"IDAT")
    ends = [*accumulate(chain(sizes, repeat(sizes[-1], len(whole) // sizes[-1])))]
    parts = [(b"IDAT", whole[start:stop]) for start, stop in pairwise((0, *ends)) if start < len(whole)]
    head = [part for part in chunks(data) if part[0] not in {b"IDAT", b"IEND"}]
    return png_of([*head, *parts, (b"IEND", b"")])


def split_frame(data: bytes, size: int) -> bytes:
    """With the first part of each later frame in a chunk of so many bytes."""
    parts: list[tuple[bytes, bytes]] = []
    for kind, body in chunks(data):
        cut = [body[4 : 4 + size], body[4 + size :]] if kind == b"fdAT" else [body[4:]]
        for part in cut:
            count = sum(k in {b"fcTL", b"fdAT"} for k, _ in parts).to_bytes(4, "big")
            parts.append((kind, (count if kind in {b"fcTL", b"fdAT"} else body[:4]) + part))
    return png_of(parts)


def wrong_crc(kind: bytes, data: bytes) -> bytes:
    return chunk(kind, data)[:-4] + b"\0\0\0\0"


def more_frames() -> bytes:
    """An animation that says it has two frames, and carries three."""
    return png_of(
        [(kind, struct.pack(">II", 2, 2) if kind == b"acTL" else body) for kind, body in chunks(MOVING)]
    )


def indexed(
    depth: int = 8, kind: int = 0, *, many: int = 3, interlaced: bool = False, filler: int = 0
) -> bytes:
    """A palette picture of 13 by 9 pixels that uses `many` of its colours, its rows filtered as `kind` says (9.2).

    `filler` stands in the bits that no pixel has.
    """
    palette = b"".join(bytes((9 * n + 1, 255 - n, 77)) for n in range(many)) + b"CANARY" * 2
    chance, rows = random.Random(depth), b""
    for left, top, across, down in PASSES if interlaced else [(0, 0, 1, 1)]:
        wide, above = -(-(13 - left) // across), b""
        for _ in range(-(-(9 - top) // down)):
            pixels = "".join(f"{chance.randrange(many):0{depth}b}" for _ in range(wide))
            size = -(-len(pixels) // 8)
            row = (int(pixels.ljust(8 * size, "0"), 2) | filler & (1 << 8 * size - len(pixels)) - 1).to_bytes(
                size, "big"
            )
            rows += bytes((kind,)) + filtered(row, above or bytes(size), kind)
            above = row
    head = struct.pack(">II5B", 13, 9, depth, 3, 0, 0, interlaced)
    return png_of([(b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def filtered(row: bytes, above: bytes, kind: int) -> bytes:
    out = []
    for at, value in enumerate(row):
        left, corner = (row[at - 1], above[at - 1]) if at else (0, 0)
        paeth = min((left, above[at], corner), key=lambda near: abs(left + above[at] - corner - near))
        out.append(value - [0, left, above[at], (left + above[at]) // 2, paeth][kind] & 255)
    return bytes(out)


def spoilt(data: bytes) -> bytes:
    """With a wrong checksum at the end of the stream, which viewers do not reach."""
    return png_of([(kind, body[:-1] + b"x" if kind == b"IDAT" else body) for kind, body in chunks(data)])


def headed(data: bytes, at: int, value: int) -> bytes:
    """With another byte in IHDR."""
    head = chunks(data)[0][1]
    return png_of([(b"IHDR", head[:at] + bytes((value,)) + head[at + 1 :]), *chunks(data)[1:]])


def itxt(keyword: bytes, text: bytes, *, packed: bool = False) -> tuple[bytes, bytes]:
    return b"iTXt", keyword + b"\0" + bytes((packed, 0)) + b"\0\0" + (zlib.compress(text) if packed else text)


COLOUR = (
    (b"gAMA", b"\0\0\xb1\x8f"),
    (b"cHRM", bytes(32)),
    (b"sRGB", b"\0"),
    (b"cICP", b"\x09\x10\0\1"),
    (b"mDCV", struct.pack(">8H2I", 35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450, 10_000_000, 50)),
    (b"cLLI", bytes(8)),
    (b"sBIT", b"\5\6\5"),
    (b"bKGD", b"\0\1\0\2\0\3"),
    (b"tRNS", b"\0\1\0\2\0\3"),
    (b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\1"),
)
