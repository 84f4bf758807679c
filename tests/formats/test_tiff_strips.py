"""Strips in compressions that are seldom seen: what stands behind their end goes, and nothing else."""

from __future__ import annotations

import io
import lzma
import random
import struct
import zlib

import pytest
from PIL import Image

from audit.formats import tiff, tiff_streams
from audit.formats.base import FormatError
from tests.contracts.walker import scrubbed
from tests.formats import fixtures as fx
from tests.formats.jxl_samples import SIMPLE
from tests.formats.tiff_builder import build
from tests.formats.tiff_samples import NOISE, packed

WIDE, ROWS = 40, 8
CHANCE = random.Random(8)
REVERSED = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))
GREY = {"_258": (3, 8), "_262": (3, 1), "_277": (3, 1)}


def frame(data: bytes, *, said: bool = True, checked: bool = False) -> bytes:
    """Zstandard, in blocks as they are and one that is a run."""
    size = len(data)
    head = b"\x28\xb5\x2f\xfd" + bytes(((0x60 if said else 0) | (4 if checked else 0),))
    head += struct.pack("<H", size - 256) if said else b"\x58"
    blocks = (
        struct.pack("<I", (size - 9) << 3)[:3] + data[:-9] + struct.pack("<I", 9 << 3 | 3)[:3] + data[-1:]
    )
    return head + blocks + (b"sum!" if checked else b"")


def lerc(version: int, body: bytes) -> bytes:
    """Lerc2::WriteHeader: a checksum since version 3, a depth since version 4."""
    size = 6 + 4 + 4 * (version >= 3) + 4 * (version >= 4) + 24 + 24 + len(body)
    head = b"Lerc2 " + struct.pack("<i", version) + b"sum!" * (version >= 3) + struct.pack("<ii", ROWS, WIDE)
    head += struct.pack("<i", 3) * (version >= 4) + struct.pack("<iiii", ROWS * WIDE, 8, size, 1)
    return head + bytes(24) + body


def next_rows() -> bytes:
    whole = b"\0" + CHANCE.randbytes(WIDE // 4)
    part = b"\x40\0\4\0\3abc"
    runs = b"\x5f\x89"
    return (whole + part + runs) * 2 + whole + part


def thunder() -> bytes:
    """A run, a pixel, three differences of which one is none, two of which one is none."""
    row = b"\x1f" + b"\xc7" * 6 + bytes((0b01_01_10_01,)) + bytes((0b10_100_001,))
    return row * ROWS


def log_rows(planes: int) -> bytes:
    return (bytes((128 + 28, 7)) + bytes((5,)) + b"hello" + bytes((128 + 3, 9))) * planes * ROWS


def stripes(comment: bytes = b"") -> bytes:
    head = struct.pack(">BBBBIIIBBBB", 0, 0, 1, 0, WIDE, ROWS, 4, 8, 0, 0, 0)
    moved = b"\xff\x06" + bytes(6)
    return (
        head
        + comment
        + b"abc\xff\0def\xff\x02"
        + moved
        + b"ghi\xff\x05"
        + struct.pack(">I", ROWS)
        + b"jk\xff\x02"
    )


def xz(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_XZ)


STRIP = NOISE[0]
KINDS = {
    "xz": (xz(STRIP), 34925, {}),
    "zstandard": (frame(STRIP), 50000, {}),
    "zstandard, as drafts numbered it": (frame(STRIP), 34926, {}),
    "zstandard with a checksum": (frame(STRIP, checked=True), 50000, {}),
    "zstandard of a size that is not said": (frame(STRIP, said=False), 50000, {}),
    "zstandard in two frames": (frame(STRIP[:500]) + frame(STRIP[500:]), 50000, {}),
    "lerc 2": (lerc(2, b"blocks"), 34887, {}),
    "lerc 4": (lerc(4, b"blocks"), 34887, {}),
    "lerc in deflate": (zlib.compress(lerc(4, b"blocks")), 34887, {}),
    "lerc in zstandard": (frame(lerc(4, b"blocks" * 60)), 34887, {}),
    "next": (next_rows(), 32766, {**GREY, "_258": (3, 2)}),
    "thunder": (thunder(), 32809, {**GREY, "_258": (3, 4)}),
    "log of colours": (log_rows(4), 34676, {"_258": (3, [16] * 3), "_262": (3, 32845)}),
    "log of brightness": (log_rows(2), 34676, {**GREY, "_258": (3, 16), "_262": (3, 32844)}),
    "log without runs": (STRIP, 34677, {"_258": (3, [16] * 3), "_262": (3, 32845)}),
    "pixar": (zlib.compress(STRIP * 2), 32909, {}),
    "jbig": (stripes(), 34661, {**GREY, "_258": (3, 1)}),
    "jbig, turned": (stripes().translate(REVERSED), 34661, {**GREY, "_258": (3, 1)}),
    "jpeg xl": (SIMPLE, 50002, {}),
    "png": (fx.png(), 34933, {}),
}


def of(kind: str, more: bytes = b"") -> bytes:
    strip, compression, values = KINDS[kind]
    return build(packed([strip + more] * 3, compression, **values))


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_behind_the_end_go(kind: str) -> None:
    clean = scrubbed(tiff.WALKER, of(kind))
    assert clean == of(kind)
    words = b"CANARY".translate(REVERSED) if "turned" in kind else b"CANARY"
    assert scrubbed(tiff.WALKER, of(kind, words)) == clean


def test_comments_in_jbig_go() -> None:
    comment = b"\xff\x07" + struct.pack(">I", 6) + b"CANARY"
    grey = KINDS["jbig"][2]
    assert scrubbed(tiff.WALKER, build(packed([stripes(comment)] * 3, 34661, **grey))) == of("jbig")
    turned = build(packed([stripes(comment).translate(REVERSED)] * 3, 34661, **grey))
    assert scrubbed(tiff.WALKER, turned) == of("jbig, turned")


@pytest.mark.parametrize(
    ("strip", "compression"),
    [
        (xz(STRIP + b"CANARY"), 34925),
        (xz(STRIP)[:60], 50000),
        (b"CANARY", 34925),
        (frame(STRIP + b"CANARY"), 50000),
        (b"\x50\x2a\x4d\x18\6\0\0\0CANARY" + frame(STRIP), 50000),
        (frame(STRIP)[:40], 50000),
        (frame(STRIP)[:7] + b"\7\0\0", 50000),
        (lerc(4, b"blocks")[:40], 34887),
        (b"CANARY", 34887),
        (stripes()[:19], 34661),
        (stripes()[:-2], 34661),
        (stripes(b"\xff\x09"), 34661),
        (b"CANARY", 50002),
        (fx.png()[:-40], 34933),
    ],
)
def test_what_does_not_hold_its_rows_is_refused(strip: bytes, compression: int) -> None:
    with pytest.raises(FormatError) as caught:
        scrubbed(tiff.WALKER, build(packed([strip] * 3, compression)))
    assert caught.value.offset > 0


def lowered(data: bytes, rows: int) -> bytes:
    """With another ImageLength, which Pillow writes as a SHORT."""
    at = data.index(struct.pack("<HHI", 257, 3, 1)) + 8
    return data[:at] + struct.pack("<H", rows) + data[at + 2 :]


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [(40, 30), (180, 120)])
def test_rows_below_the_picture_in_the_last_strip_of_lzw(mode: str, size: tuple[int, int]) -> None:
    whole = fx.picture(mode, size)
    data = fx.saved(whole.resize((7, 5)).resize(size), "TIFF", compression="tiff_lzw")
    clean = scrubbed(tiff.WALKER, data)
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    for rows in (1, size[1] // 2, size[1] - 1):
        less = scrubbed(tiff.WALKER, lowered(data, rows))
        assert scrubbed(tiff.WALKER, less) == less
        assert len(less) < len(clean) * (rows + 2) / size[1] + 300
        assert Image.open(io.BytesIO(less)).tobytes() == Image.open(io.BytesIO(lowered(data, rows))).tobytes()


def test_codes_that_end_with_the_rows_stay() -> None:
    codes = (256, 67, 65, 258, 78, 257)  # CACAN
    data = int("".join(f"{code:09b}" for code in codes).ljust(56, "0"), 2).to_bytes(7, "big")
    assert not tiff_streams.lzw_cut(data, 5)
    assert not tiff_streams.lzw_cut(data, 6)
    assert not tiff_streams.lzw_cut(data[:5], 5)
    short = tiff_streams.lzw_cut(data, 4)
    assert f"{int.from_bytes(short, 'big'):040b}"[9:27] == f"{67:09b}{65:09b}"
    assert not tiff_streams.lzw_cut(b"\x80\x3f\xff\xff\xff", 4)
    assert not tiff_streams.lzw_cut(b"\0\1\2\3", 1)
