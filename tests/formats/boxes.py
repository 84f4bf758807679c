"""HEIF, AVIF and JPEG XL files put together box by box, with something to hide in every place that they offer."""

from __future__ import annotations

import io
import struct
from functools import cache
from typing import NamedTuple

import pillow_heif
from PIL import Image

from tests.formats import fixtures as fx

pillow_heif.register_heif_opener()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def children(body: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        found.append((body[at + 4 : at + 8], body[at + 8 : at + size]))
        at += size
    return found


# What stands in a box before the boxes in it.
_HEADS = {b"meta": 4, b"iinf": 6, b"stsd": 8, b"av01": 78, b"iref": 4}


def find(data: bytes, *path: bytes) -> tuple[int, int]:
    """Start and end of the first box at `path`."""
    at, stop = 0, len(data)
    for kind in path:
        while data[at + 4 : at + 8] != kind:
            at += int.from_bytes(data[at : at + 4], "big")
            assert at < stop, path
        stop = at + int.from_bytes(data[at : at + 4], "big")
        begin, at = at, at + 8 + _HEADS.get(kind, 0)
    return begin, stop


def inserted(data: bytes, extra: bytes, *path: bytes, first: bool = False) -> bytes:
    """With `extra` at the end (or the beginning) of the box at `path`."""
    start, stop = find(data, *path)
    at = start + 8 + _HEADS.get(path[-1], 0) if first else stop
    for depth in range(len(path), 0, -1):
        begin, _ = find(data, *path[:depth])
        size = int.from_bytes(data[begin : begin + 4], "big") + len(extra)
        data = data[:begin] + struct.pack(">I", size) + data[begin + 4 :]
    return data[:at] + extra + data[at:]


def patched(data: bytes, at: int, new: bytes, *path: bytes) -> bytes:
    """With `new` at byte `at` of the body of the box at `path`."""
    at += find(data, *path)[0] + 8
    return data[:at] + new + data[at + len(new) :]


def mdat_first(data: bytes) -> bytes:
    """The same with mdat behind ftyp, so that the boxes behind it can grow."""
    start, stop = find(data, b"mdat")
    head = find(data, b"ftyp")[1]
    moved = data[:head] + data[start:stop] + data[head:start]
    back = start - head
    for kind, path in ((b"iloc", (b"meta",)), (b"stco", (b"moov", b"trak", b"mdia", b"minf", b"stbl"))):
        if path[0] in data:
            moved = _shifted(moved, (*path, kind), back)
    return moved


def _shifted(data: bytes, path: tuple[bytes, ...], back: int) -> bytes:
    start, stop = find(data, *path)
    body = bytearray(data[start:stop])
    if path[-1] == b"stco":
        places = [*range(16, len(body), 4)]
    else:
        assert body[12:14] == b"\x44\0", "four bytes for offset and length, none for the base"
        assert body[8] == 0
        places = [*range(16 + 6, len(body), 14)]
    for at in places:
        struct.pack_into(">I", body, at, struct.unpack_from(">I", body, at)[0] - back)
    return data[:start] + bytes(body) + data[stop:]


class Item(NamedTuple):
    number: int
    kind: bytes
    data: bytes
    uses: tuple[int, ...] = ()  # numbers of properties; with the top bit set, essential
    hidden: bool = False
    name: bytes = b""
    content: bytes = b""
    method: int = 0
    entry: int = 2  # version of infe
    pieces: int = 1  # extents


class Heif(NamedTuple):
    """The parts of a file; `made` puts them together."""

    items: tuple[Item, ...]
    properties: tuple[bytes, ...]
    links: tuple[tuple[bytes, int, tuple[int, ...]], ...] = ()
    primary: int = 1
    brands: bytes = b"mif1miaf"
    major: bytes = b"avif"
    handler: bytes = b"\0"
    more_meta: bytes = b""
    more_ipco: bytes = b""
    between: bytes = b""  # between meta and mdat
    gap: bytes = b""  # in mdat, before the first item
    behind: bytes = b""
    version: int = 1  # of iloc
    sizes: int = 4
    wide: bool = False  # ipma with two bytes
    spread: bytes = b""  # between the extents of an item in several pieces

    def made(self) -> bytes:
        ftyp = box(b"ftyp", self.major, bytes(4), self.brands)
        meta = self._meta(0)
        return (
            ftyp
            + self._meta(len(ftyp) + len(meta) + len(self.between) + 8)
            + self.between
            + box(b"mdat", self._media()[0])
            + self.behind
        )

    def _media(self) -> tuple[bytes, dict[int, list[tuple[int, int]]], bytes]:
        media, inline = bytearray(self.gap), bytearray()
        places: dict[int, list[tuple[int, int]]] = {}
        for item in self.items:
            target = inline if item.method == 1 else media
            step = -(-len(item.data) // item.pieces)
            for at in range(0, len(item.data), step or 1):
                part = item.data[at : at + step]
                places.setdefault(item.number, []).append((len(target), len(part)))
                target += part
                if item.pieces > 1:
                    target += self.spread
        return bytes(media), places, bytes(inline)

    def _meta(self, base: int) -> bytes:
        _media, places, inline = self._media()
        parts = [
            full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(12), self.handler),
            full(b"pitm", 0, 0, struct.pack(">H", self.primary)),
            self._iloc(places, base),
            full(b"iinf", 0, 0, struct.pack(">H", len(self.items)), *map(self._infe, self.items)),
            self._iref(),
            box(b"iprp", box(b"ipco", *self.properties, self.more_ipco), self._ipma()),
            box(b"idat", inline) if inline else b"",
            self.more_meta,
        ]
        return full(b"meta", 0, 0, *parts)

    def _infe(self, item: Item) -> bytes:
        number = struct.pack(">I" if item.entry == 3 else ">H", item.number)
        content = item.content + b"\0" if item.kind == b"mime" else b""
        return full(
            b"infe", item.entry, int(item.hidden), number, bytes(2), item.kind, item.name + b"\0", content
        )

    def _iloc(self, places: dict[int, list[tuple[int, int]]], base: int) -> bytes:
        """With a base for each item, of which the offsets are counted."""
        number = ">I" if self.version == 2 else ">H"
        size = self.sizes
        rows = [bytes((size << 4 | size, size << 4)), struct.pack(number, len(places))]
        methods = {item.number: item.method for item in self.items}
        for item, spans in places.items():
            start = 0 if methods[item] == 1 else base
            rows += [
                struct.pack(number, item),
                struct.pack(">H", methods[item]) if self.version else b"",
                bytes(2),
            ]
            rows += [start.to_bytes(size, "big"), struct.pack(">H", len(spans))]
            rows += [n.to_bytes(size, "big") for span in spans for n in span]
        return full(b"iloc", self.version, 0, *rows)

    def _iref(self) -> bytes:
        links = [
            box(kind, struct.pack(f">HH{len(targets)}H", source, len(targets), *targets))
            for kind, source, targets in self.links
        ]
        return full(b"iref", 0, 0, *links) if links else b""

    def _ipma(self) -> bytes:
        rows = []
        for item in self.items:
            if item.uses:
                uses = [use << 8 & 0x8000 | use & 0x7F for use in item.uses] if self.wide else item.uses
                rows.append(
                    struct.pack(f">HB{len(uses)}{'H' if self.wide else 'B'}", item.number, len(uses), *uses)
                )
        return full(b"ipma", 0, int(self.wide), struct.pack(">I", len(rows)), *rows)


ESSENTIAL = 0x80


def parts_of(data: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """The properties and the picture data of a file with one item."""
    start, stop = find(data, b"meta", b"iprp", b"ipco")
    media = find(data, b"mdat")
    return tuple(box(*one) for one in children(data[start + 8 : stop])), data[media[0] + 8 : media[1]]


@cache
def avif(mode: str = "RGB", size: tuple[int, int] = (40, 24), seed: int = 1, **options: object) -> bytes:
    return fx.saved(fx.picture(mode, size, seed), "AVIF", quality=60, speed=10, **options)


@cache
def heic(mode: str = "RGB", size: tuple[int, int] = (64, 64), **options: object) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(fx.picture(mode, size)).save(out, quality=50, **options)
    return out.getvalue()


def one(data: bytes, major: bytes, kind: bytes, **options: object) -> Heif:
    """The file `data` taken apart: one item with all of its properties."""
    properties, media = parts_of(data)
    config = {b"hvcC", b"av1C"}
    uses = tuple(n | (ESSENTIAL if p[4:8] in config else 0) for n, p in enumerate(properties, 1))
    return Heif((Item(1, kind, media, uses),), properties, major=major, **options)  # type: ignore[arg-type]


@cache
def moving() -> bytes:
    more = [fx.picture(seed=n) for n in (2, 3)]
    return fx.saved(
        fx.picture(), "AVIF", save_all=True, append_images=more, duration=[50, 60, 70], quality=60, speed=10
    )


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def hevc_units(file: Heif) -> list[bytes]:
    """The parameter sets in a decoder's configuration."""
    body = next(p for p in file.properties if p[4:8] == b"hvcC")[8:]
    found, at = [], 23
    for _ in range(body[22]):
        count, at = int.from_bytes(body[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            size = int.from_bytes(body[at : at + 2], "big")
            found.append(body[at + 2 : at + 2 + size])
            at += 2 + size
    return found
