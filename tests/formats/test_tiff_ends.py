"""Strips of compressions that are seldom seen: what stands behind their streams."""

from __future__ import annotations

import lzma

import pytest

from audit.formats import tiff, tiff_ends
from audit.formats.base import FormatError
from audit.formats.pieces import apply
from audit.formats.tiff_pages import Shape
from tests.contracts.walker import scrubbed, shown
from tests.formats import fixtures as fx
from tests.formats.fixtures import reader
from tests.formats.test_jxl import TestJxl
from tests.formats.tiff_builder import build
from tests.formats.tiff_samples import NOISE, by_libtiff, lengthened, packed

SECRET = b"CANARY"
LENGTHS = (0, 1, 300)


def shape(**values: object) -> Shape:
    usual = Shape(40, 8, 3, (8,), 1, 2, False, False, 1, 8, 0, False, None)
    return usual._replace(**values)


def zstandard(*parts: bytes, known: bool = True) -> bytes:
    """RFC 8878, 3.1.1: a frame of blocks that are not compressed."""
    size = sum(map(len, parts))
    head = b"\x28\xb5\x2f\xfd" + (b"\xa0" + size.to_bytes(4, "little") if known else b"\x00\x58")
    blocks = [
        (len(part) << 3 | (number == len(parts) - 1)).to_bytes(3, "little") + part
        for number, part in enumerate(parts)
    ]
    return head + b"".join(blocks)


def jbig(*stripes: bytes, between: bytes = b"") -> bytes:
    """T.82, 6.2: one plane of 40 by 8, in stripes of eight rows or fewer."""
    rows = 8 // len(stripes)
    head = b"\0\0\1\0" + b"".join(n.to_bytes(4, "big") for n in (40, 8, rows)) + b"\x08\0\x03\0"
    return head + between.join(stripe + b"\xff\x02" for stripe in stripes)


STREAMS = {
    "xz": (tiff_ends.xz, lzma.compress(NOISE[0]), shape()),
    "zstandard": (tiff_ends.zstandard, zstandard(NOISE[0][:500], NOISE[0][500:]), shape()),
    "zstandard of unknown size": (tiff_ends.zstandard, zstandard(NOISE[0], known=False), shape()),
    "NeXT, rows as they are": (
        tiff_ends.whole(tiff_ends.next_rows),
        b"".join(b"\0" + bytes(10) for _ in range(8)),
        shape(bits=(2,), samples=1),
    ),
    "NeXT, runs": (tiff_ends.whole(tiff_ends.next_rows), b"\xa8" * 8, shape(bits=(2,), samples=1)),
    "NeXT, a part of a row": (
        tiff_ends.whole(tiff_ends.next_rows),
        b"\x40\0\2\0\3abc" * 8,
        shape(bits=(2,), samples=1),
    ),
    "ThunderScan": (tiff_ends.whole(tiff_ends.thunder), b"\x28" * 8, shape(bits=(4,), samples=1)),
    "ThunderScan, differences": (
        tiff_ends.whole(tiff_ends.thunder),
        (b"\x41" * 13 + b"\xc5") * 8,
        shape(bits=(4,), samples=1),
    ),
    "SGI's, runs": (
        tiff_ends.whole(tiff_ends.log),
        b"\xa6\7" * 4 * 8,
        shape(bits=(16, 16, 16), colour=32845),
    ),
    "SGI's, brightness": (
        tiff_ends.whole(tiff_ends.log),
        (b"\x28" + bytes(40)) * 2 * 8,
        shape(bits=(16,), samples=1, colour=32844),
    ),
    "SGI's, three bytes": (tiff_ends.log24, bytes(3 * 40 * 8), shape(bits=(16, 16, 16), colour=32845)),
}


def size_of(own: Shape) -> int:
    return len(NOISE[0]) if own == shape() else -(-own.width * own.bits[0] * own.samples // 8) * own.rows


@pytest.mark.parametrize("more", LENGTHS)
@pytest.mark.parametrize("name", STREAMS)
def test_the_end_is_found_whatever_stands_behind(name: str, more: int) -> None:
    find, stream, own = STREAMS[name]
    assert find(reader(stream + b"C" * more), own, size_of(own)) == len(stream)


@pytest.mark.parametrize("compression", ["zstd", "lzma"])
def test_bytes_behind_a_stream_of_libtiff(compression: str) -> None:
    plain = scrubbed(tiff.WALKER, by_libtiff(compression))
    clean = scrubbed(tiff.WALKER, lengthened(plain))
    assert SECRET not in clean
    assert shown(clean) == shown(plain)
    assert scrubbed(tiff.WALKER, clean) == clean


def test_a_strip_that_holds_more_than_its_rows_is_refused() -> None:
    for find, stream in (
        (tiff_ends.xz, lzma.compress(NOISE[0] + SECRET)),
        (tiff_ends.zstandard, zstandard(NOISE[0] + SECRET)),
    ):
        with pytest.raises(FormatError, match="more than its rows"):
            find(reader(stream), shape(), len(NOISE[0]))


@pytest.mark.parametrize("name", ["xz", "zstandard"])
def test_broken_streams_are_refused(name: str) -> None:
    find, stream, own = STREAMS[name]
    for data in (b"", stream[:9], b"nonsense" * 9):
        try:
            end = find(reader(data), own, size_of(own))
        except FormatError:
            continue
        assert end >= len(data)


def jbig_clean(data: bytes) -> bytes:
    source = reader(data)
    return apply(source, tiff_ends.jbig(source, 0, source.size))


def test_comments_and_bytes_behind_jbig_go() -> None:
    clean = jbig(b"\1\2\3\xff\0\4", b"\5\6")
    comment = b"\xff\x07" + (6).to_bytes(4, "big") + SECRET
    assert jbig_clean(clean) == clean
    assert jbig_clean(jbig(b"\1\2\3\xff\0\4", b"\5\6", between=comment) + SECRET) == clean
    for broken in (b"", clean[:19], clean[:-2], clean.replace(b"\xff\x02", b"\xff\x55", 1)):
        with pytest.raises(FormatError):
            jbig_clean(broken)


@pytest.mark.parametrize("turned", [False, True])
def test_jbig_in_either_order_of_bits(turned: bool) -> None:
    reverse = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))

    def made(*behind: bytes) -> bytes:
        strips = [jbig(b"\1\2") + b"".join(behind) for _ in range(3)]
        return build(packed([s.translate(reverse) if turned else s for s in strips], 34661))

    assert scrubbed(tiff.WALKER, made()) == made()
    assert scrubbed(tiff.WALKER, made(SECRET)) == made()


@pytest.mark.parametrize("kind", [50002, 52546])
def test_jpeg_xl_in_a_strip_is_cleaned_as_a_file(kind: int) -> None:
    sample = TestJxl.samples["exif"]
    plain = scrubbed(TestJxl.walker, sample)
    assert sample != plain
    made = build(packed([sample] * 3, kind))
    assert scrubbed(tiff.WALKER, made) == scrubbed(tiff.WALKER, build(packed([plain] * 3, kind)))
    assert fx.CANARY not in scrubbed(tiff.WALKER, made)
