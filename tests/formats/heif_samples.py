"""HEIF files with something hidden in them, put together from the parts of boxes.py."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.formats import fixtures as fx
from tests.formats.boxes import (
    ESSENTIAL,
    Heif,
    Item,
    avif,
    box,
    find,
    full,
    heic,
    hevc_units,
    inserted,
    mdat_first,
    moving,
    one,
    patched,
)

if TYPE_CHECKING:
    from collections.abc import Callable


CANARY = fx.CANARY


EXIF = bytes(4) + fx.exif()


RDF = b"application/rdf+xml"


PLAIN = one(avif(), b"avif", b"av01")


PICTURE = PLAIN.items[0]


SEQUENCE_HEADER = PICTURE.data[4:13]


TABLE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


MOVING = mdat_first(moving())


def with_items(*items: Item, base: Heif = PLAIN, **options: object) -> bytes:
    return base._replace(items=(*base.items, *items), **options).made()


def with_property(kind: bytes, data: bytes, base: Heif = PLAIN, mark: int = 0) -> bytes:
    first = base.items[0]
    uses = (*first.uses, len(base.properties) + 1 | mark)
    return base._replace(
        items=(first._replace(uses=uses), *base.items[1:]), properties=(*base.properties, box(kind, data))
    ).made()


def with_data(data: bytes, base: Heif = PLAIN) -> bytes:
    return base._replace(items=(base.items[0]._replace(data=data),)).made()


def obu(kind: int, data: bytes) -> bytes:
    return bytes((kind << 3 | 2, len(data))) + data


def nal(kind: int, data: bytes) -> bytes:
    return struct.pack(">IBB", len(data) + 2, kind << 1, 1) + data


def property_as(base: Heif, kind: bytes, form: Callable[[bytes], bytes]) -> bytes:
    """With the bodies of the properties of one kind as `form` gives them."""
    properties = (box(kind, form(p[8:])) if p[4:8] == kind else p for p in base.properties)
    return base._replace(properties=tuple(properties)).made()


def config_with(base: Heif, kind: bytes, extra: bytes) -> bytes:
    """With `extra` at the end of the decoder's configuration."""
    properties = tuple(box(kind, p[8:] + extra) if p[4:8] == kind else p for p in base.properties)
    return base._replace(properties=properties).made()


def thumbnail(base: Heif = PLAIN) -> Heif:
    small = Item(2, base.items[0].kind, base.items[0].data, base.items[0].uses)
    return base._replace(items=(*base.items, small), links=((b"thmb", 2, (1,)),))


def auxiliary(urn: bytes) -> Heif:
    """With the same picture again as an auxiliary one."""
    uses = (*PICTURE.uses, len(PLAIN.properties) + 1)
    return PLAIN._replace(
        items=(PICTURE, Item(2, b"av01", PICTURE.data, uses, hidden=True)),
        properties=(*PLAIN.properties, full(b"auxC", 0, 0, urn, b"\0CANARY")),
        links=((b"auxl", 2, (1,)),),
    )


def grid(payload: bytes = b"", tiles: int = 2, method: int = 1) -> Heif:
    """Two tiles of 64 by 64 side by side, and perhaps more that the grid does not have."""
    tile = one(avif(size=(64, 64)), b"avif", b"av01")
    size = full(b"ispe", 0, 0, struct.pack(">II", 128, 64))
    pictures = (
        Item(n + 2, b"av01", tile.items[0].data, tile.items[0].uses, hidden=True) for n in range(tiles)
    )
    return tile._replace(
        items=(
            Item(
                1,
                b"grid",
                struct.pack(">BBBBHH", 0, 0, 0, 1, 128, 64) + payload,
                (len(tile.properties) + 1, 2),
                method=method,
            ),
            *pictures,
        ),
        properties=(*tile.properties, size),
        links=((b"dimg", 1, tuple(range(2, tiles + 2))),),
    )


def turned(base: Heif) -> bytes:
    """A quarter turn as a property, a colour profile, and Exif that says everything."""
    first, many = base.items[0], len(base.properties)
    return base._replace(
        items=(
            first._replace(uses=(*first.uses, many + 1 | ESSENTIAL, many + 2)),
            Item(2, b"Exif", b"\0\0\0\6Exif\0\0" + fx.exif(6), hidden=True),
        ),
        properties=(*base.properties, box(b"irot", b"\3"), box(b"colr", b"prof", fx.profile())),
        links=((b"cdsc", 2, (1,)),),
    ).made()


def through() -> bytes:
    """Exif whose bytes are those of another item (construction method 2)."""
    made = with_items(
        Item(2, b"uri ", b"12345678" + EXIF), Item(3, b"Exif", EXIF, method=2), links=((b"iloc", 3, (2,)),)
    )
    start, stop = find(made, b"meta", b"iloc")
    row = made.rindex(struct.pack(">HH", 3, 2), start, stop)
    return made[: row + 6] + struct.pack(">IHII", 0, 1, 8, len(EXIF)) + made[row + 20 :]


def second_track() -> bytes:
    """A track of text beside the pictures."""
    start, stop = find(MOVING, b"moov", b"trak")
    track = MOVING[start:stop].replace(b"pict", b"text")
    track = patched(track, 12, b"\0\0\0\7", b"trak", b"tkhd") if track[16] == 0 else track
    return inserted(MOVING, track, b"moov")


def timed() -> bytes:
    at = 4
    return patched(
        patched(MOVING, at, b"\0\0\0\0\xe2\x11\x22\x33", b"moov", b"mvhd"),
        at,
        b"\0\0\0\0\xe2\x11\x22\x33",
        b"moov",
        b"trak",
        b"tkhd",
    )


def more_rows(kind: bytes, rows: bytes) -> bytes:
    """A table with more rows, which it counts."""
    start, _ = find(MOVING, *TABLE, kind)
    count = int.from_bytes(MOVING[start + 12 : start + 16], "big") + len(rows) // (
        4 if kind == b"stss" else 8
    )
    return inserted(patched(MOVING, 4, struct.pack(">I", count), *TABLE, kind), rows, *TABLE, kind)


def promised() -> bytes:
    """A sequence that says which of its pictures comes first, and has none beside its frames."""
    start, stop = find(MOVING, b"meta")
    handler = full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), b"CANARY\0")
    return MOVING[:start] + full(b"meta", 0, 0, handler, full(b"pitm", 0, 0, b"\0\1")) + MOVING[stop:]


SEQUENCES = {
    "first picture that is not there": promised(),
    "udta": inserted(MOVING, box(b"udta", box(b"\xa9xyz", CANARY)), b"moov"),
    "udta of a track": inserted(MOVING, box(b"udta", CANARY), b"moov", b"trak"),
    "meta of a track": inserted(MOVING, full(b"meta", 0, 0, CANARY), b"moov", b"trak"),
    "meta of a movie": inserted(MOVING, full(b"meta", 0, 0, CANARY), b"moov"),
    "uuid in media": inserted(MOVING, box(b"uuid", bytes(16), CANARY), b"moov", b"trak", b"mdia"),
    "times": timed(),
    "encoder": patched(MOVING, 42, b"\x0eCANARY encoder", *TABLE, b"stsd", b"av01"),
    "box of a description": inserted(MOVING, box(b"CANR", CANARY), *TABLE, b"stsd", b"av01"),
    "table": inserted(MOVING, box(b"subs", CANARY), *TABLE),
    "long table": inserted(MOVING, CANARY, *TABLE, b"stts"),
    "text track": second_track(),
    "handler": inserted(MOVING, CANARY, b"moov", b"trak", b"mdia", b"hdlr"),
    "rate": patched(MOVING, 32, CANARY, b"moov", b"mvhd"),
    "duration": patched(MOVING, 24, CANARY, b"moov", b"mvhd"),
    "duration of the media": patched(MOVING, 24, CANARY, b"moov", b"trak", b"mdia", b"mdhd"),
    "matrix": patched(MOVING, 48, CANARY * 6, b"moov", b"mvhd"),
    "matrix of a track": patched(MOVING, 52, CANARY * 6, b"moov", b"trak", b"tkhd"),
    "layer of a track": patched(MOVING, 44, CANARY, b"moov", b"trak", b"tkhd"),
    "resolution": patched(MOVING, 28, CANARY + b"!!", *TABLE, b"stsd", b"av01"),
    "what depends on what": inserted(MOVING, full(b"sdtp", 0, 0, CANARY), *TABLE),
    "times of samples that are not there": more_rows(b"stts", b"CANARY!!"),
    "keys that are not there": more_rows(b"stss", b"CANARY!!"),
    "another mdat": MOVING + box(b"mdat", CANARY),
    "not a box at the end": inserted(MOVING, b"CANARY", b"moov"),
}


class Overlapping(Heif):
    """The first item has all of its bytes twice."""

    def _media(self) -> tuple[bytes, dict[int, list[tuple[int, int]]], bytes]:
        media, places, inline = super()._media()
        return media, {item: spans * 2 for item, spans in places.items()}, inline


HEIC = one(heic(), b"heic", b"hvc1")


CODED = HEIC.items[0].data


SEI = b"\5\x20" + bytes(16) + b"CANARY encoder 1"


VIDEO = hevc_units(HEIC)[0]


VIDEO_SET = (VIDEO[:7] + CANARY + bytes.fromhex("00000300001e") + VIDEO[-3:]).ljust(len(VIDEO), b"\0")


PPS = next(unit for unit in hevc_units(HEIC) if unit[0] == 34 << 1)


UNUSED = PPS[:2] + b"\x31" + PPS[3:]  # the number 5


EXTENDED = b"\x5f\xff\xff"


def configured(*units: bytes) -> bytes:
    """With other picture parameter sets."""
    array = b"\x22" + struct.pack(">H", len(units)) + b"".join(struct.pack(">H", len(u)) + u for u in units)
    properties = tuple(
        box(b"hvcC", p[8 : p.index(PPS) - 5] + array) if p[4:8] == b"hvcC" else p for p in HEIC.properties
    )
    return HEIC._replace(properties=properties).made()
