"""Movies put together box by box, and taken apart again with nothing of the walker: what is in them need not be playable."""

from __future__ import annotations

import io
import re
import struct
from typing import NamedTuple

from PIL import Image, ImageOps

from tests.formats.boxes import box, full

UNITY = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
TURNED = struct.pack(">3Ii5I", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
WHEN = 3793000000  # seconds since 1904: in March 2024
SPS = bytes.fromhex("6764000aacd9428644")
PPS = bytes.fromhex("68ebe3cb")
AVCC = box(
    b"avcC",
    b"\1\x64\0\x0a\xff\xe1",
    struct.pack(">H", len(SPS)),
    SPS,
    b"\1",
    struct.pack(">H", len(PPS)),
    PPS,
    b"\xfd\xf8\xf8\0",
)


def video(
    kind: bytes = b"avc1",
    *parts: bytes,
    name: bytes = b"",
    vendor: bytes = bytes(4),
    tail: bytes = b"\0\x18\xff\xff",
) -> bytes:
    size = struct.pack(">HHIIIH", 64, 48, 72 << 16, 72 << 16, 0, 1)
    body = bytes(6) + b"\0\1" + bytes(4) + vendor + bytes(8) + size + name.ljust(32, b"\0") + tail
    return box(kind, body, *(parts or (AVCC,)))


def descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((tag, 0x80, 0x80, 0x80 | len(body) >> 7, len(body) & 127)) + body


def elementary(kind: bytes, settings: bytes = b"\x12\x10") -> bytes:
    """Of a kind of object and of stream, two bytes."""
    config = descriptor(4, kind + bytes(11), descriptor(5, settings))
    return full(b"esds", 0, 0, descriptor(3, b"\0\0\0", config, descriptor(6, b"\2")))


CONFIG = descriptor(4, b"\x40\x15" + bytes(11), descriptor(5, b"\x12\x10"))
ESDS = full(b"esds", 0, 0, descriptor(3, b"\0\0\0", CONFIG, descriptor(6, b"\2")))


def sound(
    kind: bytes = b"mp4a",
    *parts: bytes,
    vendor: bytes = bytes(4),
    version: int = 0,
    more: bytes = b"",
    bits: int = 16,
) -> bytes:
    body = (
        bytes(6)
        + b"\0\1"
        + struct.pack(">HH", version, 0)
        + vendor
        + struct.pack(">HHHHI", 2, bits, 0, 0, 44100 << 16)
    )
    return box(kind, body, more, *(parts if parts or kind != b"mp4a" else (ESDS,)))


def plain_entry(kind: bytes, *parts: bytes) -> bytes:
    return box(kind, bytes(6) + b"\0\1", *parts)


class Track(NamedTuple):
    number: int
    handler: bytes
    entry: bytes
    samples: tuple[bytes, ...]
    name: bytes = b"\0"
    maker: bytes = bytes(16)  # component type before the kind, maker and flags behind it
    times: tuple[int, int] = (0, 0)
    matrix: bytes = UNITY
    links: bytes = b""
    more: bytes = b""  # in trak
    more_media: bytes = b""
    more_info: bytes = b""
    more_table: bytes = b""
    source: bytes = full(b"url ", 0, 1)
    chunk: int = 2  # samples in each
    sizes: bytes = b""  # instead of stsz
    flags: int = 7
    language: int = 0x55C4
    spare: bytes = bytes(8)  # of tkhd
    edits: bytes = b""
    wide: bool = False

    def chunks(self) -> list[bytes]:
        return [
            b"".join(self.samples[at : at + self.chunk]) for at in range(0, len(self.samples), self.chunk)
        ]

    def made(self, offsets: list[int]) -> bytes:
        count, width = len(self.samples), "Q" if self.wide else "I"
        runs = [(1, self.chunk, 1)]
        if count % self.chunk:
            runs = [*runs[: count > self.chunk], (len(offsets), count % self.chunk, 1)]
        header = {b"vide": full(b"vmhd", 0, 1, bytes(8)), b"soun": full(b"smhd", 0, 0, bytes(4))}
        table = box(
            b"stbl",
            full(b"stsd", 0, 0, struct.pack(">I", 1), self.entry),
            full(b"stts", 0, 0, struct.pack(">III", bool(count), count, 1000)[: 12 if count else 4]),
            full(
                b"stsc",
                0,
                0,
                struct.pack(">I", len(runs) if count else 0),
                *(struct.pack(">III", *run) for run in runs if count),
            ),
            self.sizes
            or full(
                b"stsz",
                0,
                0,
                struct.pack(">II", 0, count),
                *(struct.pack(">I", len(s)) for s in self.samples),
            ),
            full(
                b"co64" if self.wide else b"stco",
                0,
                0,
                struct.pack(f">I{len(offsets)}{width}", len(offsets), *offsets),
            ),
            self.more_table,
        )
        media = box(
            b"mdia",
            full(b"mdhd", 0, 0, struct.pack(">IIIIHH", *self.times, 1000, 1000 * count, self.language, 0)),
            full(b"hdlr", 0, 0, self.maker[:4], self.handler, self.maker[4:], self.name),
            box(
                b"minf",
                header.get(self.handler, full(b"nmhd", 0, 0)),
                self.more_info,
                box(b"dinf", full(b"dref", 0, 0, struct.pack(">I", 1), self.source)),
                table,
            ),
            self.more_media,
        )
        head = struct.pack(">IIIII", *self.times, self.number, 0, 1000 * count) + self.spare + bytes(8)
        size = struct.pack(">II", 64 << 16, 48 << 16) if self.handler == b"vide" else bytes(8)
        tracks = box(b"tref", self.links) if self.links else b""
        return box(
            b"trak",
            full(b"tkhd", 0, self.flags, head, self.matrix, size),
            self.edits,
            tracks,
            media,
            self.more,
        )


FRAMES = tuple(bytes((0, 0, 0, 5 + n, 0x65)) + bytes(range(100, 104 + n)) for n in range(5))
NOTES = tuple(bytes(range(40 + n, 60 + 2 * n)) for n in range(4))
VIDEO = Track(1, b"vide", video(), FRAMES)
SOUND = Track(2, b"soun", sound(), NOTES)


def movie_header(times: tuple[int, int] = (0, 0), spare: bytes = bytes(24), matrix: bytes = UNITY) -> bytes:
    numbers = struct.pack(">IIIIIH", *times, 1000, 5000, 1 << 16, 1 << 8)
    return full(b"mvhd", 0, 0, numbers, bytes(10), matrix, spare, struct.pack(">I", 3))


class Movie(NamedTuple):
    """The parts of a file; `made` puts them together, samples before their tables."""

    tracks: tuple[Track, ...] = (VIDEO, SOUND)
    first: bytes = box(b"ftyp", b"isom", bytes(4), b"isomiso2mp41")
    before: bytes = b""  # mdat
    gap: bytes = b""  # between the chunks
    between: bytes = b""  # mdat and moov
    header: bytes = movie_header()
    more: bytes = b""  # in moov
    behind: bytes = b""
    wide: bool = False  # a length of eight bytes for mdat

    def made(self) -> bytes:
        chunks = [track.chunks() for track in self.tracks]
        places: list[list[int]] = [[] for _ in self.tracks]
        head = 16 if self.wide else 8
        media = bytearray()
        for number in range(max(map(len, chunks), default=0)):
            for own, place in zip(chunks, places, strict=True):
                if number < len(own):
                    place.append(len(self.first) + len(self.before) + head + len(media))
                    media += own[number] + self.gap
        mdat = box(b"mdat", bytes(media))
        if self.wide:
            mdat = b"\0\0\0\1mdat" + struct.pack(">Q", 16 + len(media)) + media
        tracks = [track.made(place) for track, place in zip(self.tracks, places, strict=True)]
        return (
            self.first
            + self.before
            + mdat
            + self.between
            + box(b"moov", self.header, *tracks, self.more)
            + self.behind
        )


class Run(NamedTuple):
    """One traf."""

    track: int
    samples: tuple[bytes, ...]
    more: bytes = b""


def fragment(
    at: int, runs: tuple[Run, ...], *, based: str = "moof", more: bytes = b"", gap: bytes = b""
) -> bytes:
    """moof and mdat, of which the first byte is at `at`. `based`: "moof", "file" or "chain"."""

    def moof(size: int) -> bytes:
        media, parts, last = size + 8, [], 0
        for run in runs:
            total = sum(map(len, run.samples))
            base = {"moof": b"", "chain": b"", "file": struct.pack(">Q", at)}[based]
            flags = {"moof": 0x20000, "chain": 0, "file": 1}[based]
            offset = media - last if based == "chain" else media
            table = struct.pack(">Ii", len(run.samples), offset) + b"".join(
                struct.pack(">II", 1000, len(s)) for s in run.samples
            )
            parts.append(
                box(
                    b"traf",
                    full(b"tfhd", 0, flags, struct.pack(">I", run.track), base),
                    full(b"tfdt", 0, 0, bytes(4)),
                    full(b"trun", 0, 0x301, table),
                    run.more,
                )
            )
            media += total + len(gap)
            last = media - len(gap)
        return box(b"moof", full(b"mfhd", 0, 0, struct.pack(">I", 1)), *parts, more)

    head = moof(len(moof(0)))
    return head + box(b"mdat", *(b"".join(run.samples) + gap for run in runs))


class Fragmented(NamedTuple):
    tracks: tuple[Track, ...] = (VIDEO._replace(samples=()), SOUND._replace(samples=()))
    runs: tuple[Run, ...] = (Run(1, FRAMES[:2]), Run(2, NOTES[:2]))
    based: str = "moof"
    more: bytes = b""  # in moof
    gap: bytes = b""
    before: bytes = b""  # the fragment
    more_extends: bytes = b""
    behind: bytes = b""

    def made(self) -> bytes:
        trex = [full(b"trex", 0, 0, struct.pack(">IIIII", track.number, 1, 0, 0, 0)) for track in self.tracks]
        movie = Movie(self.tracks, more=box(b"mvex", *trex, self.more_extends)).made() + self.before
        return (
            movie
            + fragment(len(movie), self.runs, based=self.based, more=self.more, gap=self.gap)
            + self.behind
        )


# What a file holds, read by a parser of its own.


def children(data: bytes, start: int, stop: int) -> list[tuple[bytes, int, int, int]]:
    """Kind, start, body, end."""
    found = []
    while start + 8 <= stop:
        size, body = int.from_bytes(data[start : start + 4], "big"), start + 8
        if size == 1:
            size, body = int.from_bytes(data[start + 8 : start + 16], "big"), start + 16
        end = start + size if size else stop
        if size and size < 8:
            break
        found.append((data[start + 4 : start + 8], start, body, end))
        start = end
    return found


def inside(data: bytes, *path: bytes, start: int = 0, stop: int = -1) -> list[tuple[int, int]]:
    """Bodies of all boxes at `path`."""
    if not path:
        return [(start, stop)]
    stop = len(data) if stop < 0 else stop
    return [
        span
        for kind, _, body, end in children(data, start, stop)
        if kind == path[0]
        for span in inside(data, *path[1:], start=body, stop=end)
    ]


def number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "big")


def samples(data: bytes) -> dict[int, list[bytes]]:
    """The samples of video and sound tracks, by the number of the track."""
    found: dict[int, list[bytes]] = {}
    for start, stop in inside(data, b"moov", b"trak"):
        (head, _), (handler, _) = (
            inside(data, b"tkhd", start=start, stop=stop)[0],
            inside(data, b"mdia", b"hdlr", start=start, stop=stop)[0],
        )
        if data[handler + 8 : handler + 12] in {b"vide", b"soun"}:
            table = inside(data, b"mdia", b"minf", b"stbl", start=start, stop=stop)[0]
            found[number(data, head + 12)] = list(_listed(data, *table))
    found = {track: listed for track, listed in found.items() if track not in _chapters(data)}
    for kind, start, body, stop in children(data, 0, len(data)):
        if kind == b"moof":
            for track, more in _fragment(data, start, body, stop):
                if track in found:
                    found[track] += more
    return found


# First bytes of units that nobody shows: messages and fillers of H.264 and H.265, and one of no meaning.
SILENT = {b"\x06", b"\x0c", b"\x18", b"\x4e", b"\x50", b"\x4c"}
# Of sequence parameter sets, delimiters and ends, behind which nothing means anything.
ENDED = {b"\x67", b"\x42", b"\x09", b"\x0a", b"\x46"}


def pictures(data: bytes) -> dict[int, list[object]]:
    """What is shown of the samples: units without messages, the pixels of a JPEG, others as they are."""
    return {track: [_picture(one) for one in found] for track, found in samples(data).items()}


AV1_FRAME = b"\x32\4abcd"


def _picture(sample: bytes) -> object:
    if AV1_FRAME in sample:
        return AV1_FRAME
    sample = re.sub(rb"Lavc[0-9.]+", lambda found: bytes(len(found[0])), sample)
    if sample[:2] == b"\xff\xd8":
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(sample)))
        return image.size, image.tobytes()
    for width in (4, 2):
        units, at = [], 0
        while at + width < len(sample):
            stop = at + width + number(sample, at, width)
            unit = sample[at + width : stop]
            if unit[:1] in ENDED:
                unit = unit.replace(b"CANARY", b"").rstrip(b"\0")
            units += [unit] if unit[:1] not in SILENT else []
            at = stop
        if at == len(sample):
            return units
    return sample


def _chapters(data: bytes) -> set[int]:
    spans = inside(data, b"moov", b"trak", b"tref", b"chap")
    return {number(data, at) for start, stop in spans for at in range(start, stop, 4)}


def _listed(data: bytes, start: int, stop: int) -> list[bytes]:
    table = {kind: body for kind, _, body, _ in children(data, start, stop)}
    same, count = number(data, table[b"stsz"] + 4), number(data, table[b"stsz"] + 8)
    sizes = [same or number(data, table[b"stsz"] + 12 + 4 * n) for n in range(count)]
    wide = 8 if b"co64" in table else 4
    places = table.get(b"stco") or table[b"co64"]
    runs = [
        (number(data, table[b"stsc"] + 8 + 12 * n), number(data, table[b"stsc"] + 12 + 12 * n))
        for n in range(number(data, table[b"stsc"] + 4))
    ]
    found, sample = [], 0
    for chunk in range(1, number(data, places + 4) + 1):
        at = number(data, places + 8 + wide * (chunk - 1), wide)
        many = [many for first, many in runs if first <= chunk][-1]
        for _ in range(many):
            found.append(data[at : at + sizes[sample]])
            at, sample = at + sizes[sample], sample + 1
    return found


def _fragment(data: bytes, moof: int, start: int, stop: int) -> list[tuple[int, list[bytes]]]:
    found, last = [], moof
    for a, b in inside(data, b"traf", start=start, stop=stop):
        head = inside(data, b"tfhd", start=a, stop=b)[0][0]
        flags = number(data, head) & 0xFFFFFF
        base = number(data, head + 8, 8) if flags & 1 else moof if flags & 0x20000 else last
        table = inside(data, b"trun", start=a, stop=b)[0][0]
        at = base + struct.unpack(">i", data[table + 8 : table + 12])[0]
        sizes = [number(data, table + 16 + 8 * n) for n in range(number(data, table + 4))]
        own = []
        for size in sizes:
            own.append(data[at : at + size])
            at += size
        last = at
        found.append((number(data, head + 4), own))
    return found
