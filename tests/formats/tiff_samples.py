"""TIFF files with something hidden in them, built by tiff_builder.py."""

from __future__ import annotations

import io
import random
import struct
import zlib

from PIL import Image

from tests.formats import fixtures as fx
from tests.formats.tiff_builder import TILES, Directory, build, page

ARTIST = {315: (2, b"Jane CANARY\0")}


LONG_TEXT = b"CANARY in a long text\0"


def narrow(rows: bytes) -> Directory:
    """One pixel of one bit in a row, and seven bits behind it."""
    found = page(1, len(rows), len(rows))
    found.values.update({258: (3, 1), 262: (3, 1), 277: (3, 1)})
    found.strips = [rows]
    return found


def packed(strips: list[bytes], compression: int, **values: object) -> Directory:
    found = page()
    found.values.update({259: (3, compression), **{int(k[1:]): v for k, v in values.items()}})  # type: ignore[misc]
    found.strips = strips
    return found


def streams(kind: str = "JPEG", size: tuple[int, int] = (40, 8), **options: object) -> list[bytes]:
    return [fx.saved(fx.picture(size=size, seed=n), kind, **options) for n in (1, 2, 3)]


def by_libtiff(compression: str, mode: str = "RGB", **options: object) -> bytes:
    return fx.saved(fx.picture(mode), "TIFF", compression=compression, **options)


def described() -> dict[int, tuple[int, object]]:
    preview = fx.resource(0x040C, bytes(28) + fx.small_jpeg())
    return {
        270: (2, LONG_TEXT),
        271: (2, b"CANARY Cameras\0"),
        272: (2, b"CANARY 1\0"),
        274: (3, 6),
        282: (5, [72, 1]),
        305: (2, b"CANARY 2.0\0"),
        306: (2, b"2024:03:09 13:37:11\0"),
        **ARTIST,
        700: (1, fx.XMP),
        33723: (7, fx.iim((80, b"Jane CANARY"), (90, b"CANARYville"))),
        34377: (7, preview),
        34675: (7, fx.profile()),
        65000: (7, b"CANARY private"),
    }


def exif_directory() -> Directory:
    return Directory(
        {
            0x9003: (2, b"2024:03:09 13:37:11\0"),
            0x9011: (2, b"+01:00\0"),
            0x927C: (7, b"CANARY" * 20),
            0xA430: (2, b"Jane CANARY\0"),
            0xA431: (2, b"CANARY-0815\0"),
        },
        inner={0xA005: [Directory({1: (2, b"R98\0"), 0x1000: (2, LONG_TEXT)})]},
    )


def gps_directory() -> Directory:
    north, east = (5, [48, 1, 51, 1, 2999, 100]), (5, [2, 1, 21, 1, 0, 1])
    return Directory({1: (2, b"S\0"), 2: north, 3: (2, b"E\0"), 4: east, 5: (1, b"\0"), 6: (5, [355, 10])})


def full(**options: object) -> bytes:
    return build(
        page(values=described(), inner={0x8769: [exif_directory()], 0x8825: [gps_directory()]}), **options
    )  # type: ignore[arg-type]


def reduced(width: int, height: int, **more: object) -> Directory:
    found = page(width, height, height, **more)  # type: ignore[arg-type]
    found.values[254] = (4, 1)
    return found


def with_jpeg(*extra: bytes) -> bytes:
    """JPEG strips that each hold more segments than they need."""
    strips = [fx.behind_soi(strip, *extra) for strip in streams()]
    return build(packed(strips, 7, _262=(3, 6), _530=(3, [2, 2])))


def old_jpeg(strip: bytes, hidden: bytes = b"", **more: object) -> bytes:
    """As old-style JPEG is: one stream that the strip and JPEGInterchangeFormat both mean."""
    found = page()
    stream = fx.behind_soi(strip, hidden) if hidden else strip
    found.values.update(
        {259: (3, 6), 262: (3, 6), 278: (3, 24), 512: (3, 1), 514: (4, len(stream)), 530: (3, [2, 2])}
    )
    found.strips, found.pointing = [stream], {513: (0, 0)}
    return build(found, **more)  # type: ignore[arg-type]


NOISE = page().strips


ZIPPED = [zlib.compress(strip) for strip in NOISE]


RAW_PACKBITS = [b"".join(bytes((119,)) + s[at : at + 120] for at in range(0, 960, 120)) for s in NOISE]


PLAIN = build(page())


def lengthened(data: bytes, more: bytes = b"CANARY in the slack", tag: int = 279) -> bytes:
    """The last strip moved behind everything, with more bytes than it needs."""
    image = Image.open(io.BytesIO(data))
    order = "<" if data[:2] == b"II" else ">"
    starts, sizes = image.tag_v2[tag - 6 if tag == 279 else tag - 1], image.tag_v2[tag]
    start, size = starts[-1], sizes[-1]
    for t, kind, many, at in _entries(data, order):
        new = {tag: size + len(more), (tag - 6 if tag == 279 else tag - 1): len(data)}.get(t)
        if new is not None:
            code, step = ("H", 2) if kind == 3 else ("I", 4)
            where = (
                at
                if many * step <= 4
                else int.from_bytes(data[at : at + 4], "little" if order == "<" else "big")
            )
            place = where + step * (many - 1)
            data = data[:place] + struct.pack(order + code, new) + data[place + step :]
    return data + data[start : start + size] + more


def _entries(data: bytes, order: str) -> list[tuple[int, int, int, int]]:
    at = struct.unpack_from(order + "I", data, 4)[0]
    count = struct.unpack_from(order + "H", data, at)[0]
    return [
        (*struct.unpack_from(order + "HHI", data, at + 2 + 12 * n), at + 10 + 12 * n) for n in range(count)
    ]


SIDE = 16  # of a tile
ACROSS, DOWN = 3, 2  # tiles of a picture of 40 x 24


def tiles(hidden: bytes = b"\0") -> list[bytes]:
    """Noise of three bytes for each pixel, and again and again what is hidden where no pixel of the picture is."""
    chance = random.Random(3)
    found = []
    for number in range(ACROSS * DOWN):
        columns, rows = min(SIDE, 40 - number % ACROSS * SIDE), min(SIDE, 24 - number // ACROSS * SIDE)
        tile = bytearray((hidden * SIDE * SIDE * 3)[: SIDE * SIDE * 3])
        for row in range(rows):
            tile[row * SIDE * 3 : row * SIDE * 3 + columns * 3] = chance.randbytes(columns * 3)
        found.append(bytes(tile))
    return found


def tiled(found: list[bytes], compression: int = 1, **values: object) -> Directory:
    made = packed(found, compression, **values)
    del made.values[278]
    made.values.update({322: (3, SIDE), 323: (3, SIDE)})
    made.where = TILES
    return made
