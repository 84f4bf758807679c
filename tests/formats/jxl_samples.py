"""JPEG XL files written bit by bit, some with something hidden in them."""

from __future__ import annotations

import struct

from tests.formats import fixtures as fx
from tests.formats.boxes import box

CANARY = fx.CANARY


class Writer:
    """Bits, the lowest first."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def u(self, count: int, value: int) -> Writer:
        self.bits += [value >> n & 1 for n in range(count)]
        return self

    def flags(self, *values: int) -> Writer:
        self.bits += values
        return self

    def pad(self) -> Writer:
        self.bits += [0] * (-len(self.bits) % 8)
        return self

    def made(self) -> bytes:
        self.pad()
        return bytes(
            sum(bit << n for n, bit in enumerate(self.bits[at : at + 8]))
            for at in range(0, len(self.bits), 8)
        )


def start(width: int = 40, height: int = 24) -> Writer:
    """The signature and the size, of eight bits each."""
    return Writer().u(16, 0x0AFF).flags(0).u(2, 0).u(9, height - 1).u(3, 0).u(2, 0).u(9, width - 1)


def section(writer: Writer, *sizes: int) -> bytes:
    """A table of contents that is not permuted, and as many bytes."""
    writer.flags(0).pad()
    for size in sizes:
        writer.u(2, 0).u(10, size)
    return writer.made() + bytes(range(1, 200)) * (sum(sizes) // 199) + bytes(range(1, sum(sizes) % 199 + 1))


def simple(data: int = 30) -> bytes:
    """All of the headers by default, one frame."""
    return section(start().flags(1, 1).pad().flags(1), data)


SIMPLE = simple()


HEAD = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")


PLAIN = HEAD + box(b"jxlc", SIMPLE)


EXIF = box(b"Exif", bytes(4) + fx.exif())


def parts(*data: bytes, last: bool = True, first: int = 0) -> bytes:
    mark = 0x80000000 if last else 0
    return b"".join(
        box(b"jxlp", struct.pack(">I", first + n | (mark if n == len(data) - 1 else 0)), one)
        for n, one in enumerate(data)
    )


def with_boxes(*before: bytes, behind: bytes = b"") -> bytes:
    return HEAD + b"".join(before) + box(b"jxlc", SIMPLE) + behind


SAMPLES = {
    "exif": with_boxes(EXIF),
    "xml": with_boxes(box(b"xml ", fx.XMP)),
    "xml behind": with_boxes(behind=box(b"xml ", fx.XMP)),
    "packed": with_boxes(box(b"brob", b"Exif", CANARY)),
    "claim": with_boxes(box(b"jumb", CANARY)),
    "reconstruction": with_boxes(box(b"jbrd", CANARY)),
    "gain map": with_boxes(box(b"jhgm", CANARY)),
    "unknown": with_boxes(box(b"CANR", CANARY)),
    "odd name": with_boxes(box(b"\xff\0\1\2", CANARY)),
    "free": with_boxes(box(b"free", CANARY)),
    "behind": PLAIN + CANARY,
    "video behind": PLAIN + fx.MP4,
    "second codestream": with_boxes(behind=box(b"jxlc", SIMPLE + CANARY)),
    "behind the codestream": HEAD + box(b"jxlc", SIMPLE + CANARY),
    "behind the last part": HEAD + parts(SIMPLE[:10], SIMPLE[10:] + CANARY),
    "part behind the last": HEAD + parts(SIMPLE[:10], SIMPLE[10:]) + parts(CANARY, first=2),
    "part behind the end": HEAD + parts(SIMPLE[:10], SIMPLE[10:], CANARY, last=False),
    "between parts": HEAD + parts(SIMPLE[:10], last=False) + EXIF + parts(SIMPLE[10:], first=1),
    "behind a bare one": SIMPLE + CANARY,
    "picture behind a bare one": SIMPLE + fx.small_jpeg(),
    "file type": PLAIN.replace(b"jxl \0\0\0\0", b"jxl CANA") + CANARY,
    "level with words": with_boxes(box(b"jxll", b"\x0aCANARY")),
    "index with words": with_boxes(box(b"jxli", b"\1" + bytes(8) + b"\1\1\1CANARY")),
    "index without an end": with_boxes(
        box(b"jxli", b"\1" + bytes(8) + b"\x80\x80CANARY".replace(b"C", b"\xc3"))
    )
    + CANARY,
    "cut-off exif": PLAIN + EXIF[:-300],
}


CLEAN = {
    "box": PLAIN,
    "bare": SIMPLE,
    "parts": HEAD + parts(SIMPLE[:7], SIMPLE[7:20], SIMPLE[20:]),
    "level": with_boxes(box(b"jxll", b"\x0a")),
    "index": with_boxes(box(b"jxli", b"\1" + bytes(8) + b"\x81\1\1\1")),
    "long box": HEAD + b"\0\0\0\1jxlc" + struct.pack(">Q", 16 + len(SIMPLE)) + SIMPLE,
}


BROKEN = {
    "no picture": HEAD + EXIF,
    "no codestream": HEAD + box(b"jxlc", b"1234"),
    "parts in disorder": HEAD + parts(SIMPLE[:10], last=False) + parts(SIMPLE[10:], first=2),
    "part without a number": HEAD + box(b"jxlp", b"\0\0"),
    "cut": PLAIN[:-9],
}


def codestream(data: bytes) -> bytes:
    """The picture itself, found without the walker."""
    if data.startswith(b"\xff\x0a"):
        return data
    found, at = b"", 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + size]
        found += body if kind == b"jxlc" else body[4:] if kind == b"jxlp" else b""
        at += size
    return found
