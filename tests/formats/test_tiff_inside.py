"""Pictures inside strips: JPEG with and without tables of its own, WebP, JPEG 2000."""

from __future__ import annotations

import struct

import pytest

from audit.formats import tiff
from audit.formats.base import FormatError, Reveal
from tests.contracts.walker import reveals, scrubbed, shown
from tests.formats import fixtures as fx
from tests.formats.tiff_builder import build, page
from tests.formats.tiff_samples import (
    NOISE,
    old_jpeg,
    packed,
    streams,
)


def tables() -> tuple[bytes, list[bytes]]:
    """JPEG strips whose tables stand apart from them."""
    strips = streams(quality=75)
    parts = [s for s in _segments(strips[0]) if s[1] in {0xDB, 0xC4}]
    bare = [
        b"\xff\xd8" + b"".join(s for s in _segments(strip) if s[1] not in {0xDB, 0xC4}) for strip in strips
    ]
    return b"".join(parts), bare


def _segments(data: bytes) -> list[bytes]:
    found, at = [], 2
    while data[at + 1] != 0xDA:
        size = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append(data[at : at + size])
        at += size
    return [*found, data[at:]]


def test_shared_tables() -> None:
    shared, strips = tables()
    good = b"\xff\xd8" + shared + b"\xff\xd9"
    bad = b"\xff\xd8" + fx.marked(0xFE, b"CANARY") + shared + b"\xff\xd9CANARY"
    values = {"_262": (3, 6), "_530": (3, [2, 2]), "_254": (4, 0)}
    clean = build(packed(strips, 7, _347=(7, good), **values))
    assert scrubbed(tiff.WALKER, clean) == clean
    assert scrubbed(tiff.WALKER, build(packed(strips, 7, _347=(7, bad), **values))) == clean
    for wrong in (b"CANARY", b"\xff\xd8" + fx.marked(0xDB, bytes(65) + b"CANARY") + b"\xff\xd9"):
        with pytest.raises(FormatError):
            scrubbed(tiff.WALKER, build(packed(strips, 7, _347=(7, wrong), **values)))


def test_words_behind_a_scan_whose_tables_are_shared() -> None:
    """Of many strips only those are followed that end with what no code is."""
    shared, strips = tables()
    values = {"_347": (7, b"\xff\xd8" + shared + b"\xff\xd9"), "_262": (3, 6), "_530": (3, [2, 2])}
    clean = build(packed(strips, 7, **values))
    for hidden in (b"a name and a street", b"\x91\x17\x83"):
        told = [strip[:-2] + hidden + strip[-2:] for strip in strips]
        assert scrubbed(tiff.WALKER, build(packed(told, 7, **values))) == scrubbed(tiff.WALKER, clean)
    with_text, with_codes = (
        build(
            packed([strips[0][:-2] + hidden + strips[0][-2:], *strips[1:]] * 30, 7, **values, _257=(3, 720))
        )
        for hidden in (b"a name and a street", b"\x91\x17\x83")
    )
    assert b"a name and a street" not in scrubbed(tiff.WALKER, with_text)
    assert scrubbed(tiff.WALKER, with_codes).count(b"\x91\x17\x83\xff\xd9") == 30


def test_shared_tables_that_no_strip_uses() -> None:
    shared, strips = tables()
    values = {"_262": (3, 6), "_530": (3, [2, 2]), "_254": (4, 0)}
    unused = fx.marked(0xDB, b"\3" + b"CANARY".ljust(64, b"\1"))
    clean = build(packed(strips, 7, _347=(7, b"\xff\xd8" + shared + b"\xff\xd9"), **values))
    more = build(packed(strips, 7, _347=(7, b"\xff\xd8" + unused + shared + b"\xff\xd9"), **values))
    assert shown(more) == shown(clean)
    assert scrubbed(tiff.WALKER, more) == clean
    own = [strip[:2] + shared + strip[2:] for strip in strips]
    replaced = build(packed(own, 7, _347=(7, b"\xff\xd8" + unused + shared + b"\xff\xd9"), **values))
    assert shown(replaced) == shown(clean)
    assert scrubbed(tiff.WALKER, replaced) == build(packed(own, 7, **values))
    mixed = build(packed([own[0], *strips[1:]], 7, _347=(7, b"\xff\xd8" + shared + b"\xff\xd9"), **values))
    assert scrubbed(tiff.WALKER, mixed) == mixed


def test_a_strip_that_uses_tables_of_another_keeps_them() -> None:
    shared, strips = tables()
    values = {"_262": (3, 6), "_530": (3, [2, 2]), "_254": (4, 0)}
    first = strips[0][:2] + shared + strips[0][2:]
    data = build(packed([first, *strips[1:]], 7, **values))
    assert scrubbed(tiff.WALKER, data) == data
    spare = fx.marked(0xDB, b"\3" + b"CANARY".ljust(64, b"\1"))
    both = b"\xff\xd8" + spare + b"\xff\xd9"
    data = build(packed([first, *strips[1:]], 7, _347=(7, both), **values))
    assert scrubbed(tiff.WALKER, data) == data


def test_webp_inside() -> None:
    plain = streams("WEBP", lossless=True)
    hidden = streams("WEBP", lossless=True, exif=b"CANARY")
    clean = scrubbed(tiff.WALKER, build(packed(hidden, 50001)))
    assert b"CANARY" not in clean
    assert scrubbed(tiff.WALKER, build(packed(plain, 50001))) == build(packed(plain, 50001))
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, build(packed([s[:20] for s in plain], 50001)))


def codestream(*extra: bytes, inside: bytes = b"", length: int | None = None) -> bytes:
    tile = inside + b"\xff\x93" + b"samples"
    length = 12 + len(tile) if length is None else length
    part = b"\xff\x90\0\x0a\0\0" + struct.pack(">I", length) + b"\0\1"
    return b"\xff\x4f" + fx.marked(0x51, bytes(36)) + b"".join(extra) + part + tile + b"\xff\xd9"


@pytest.mark.parametrize("kind", [34712, 33004])
def test_jpeg_2000_inside(kind: int) -> None:
    clean = build(packed([codestream()] * 3, kind))
    assert scrubbed(tiff.WALKER, clean) == clean
    dirty = [codestream(fx.marked(0x64, b"\0\1CANARY")) + b"CANARY"] * 3
    assert scrubbed(tiff.WALKER, build(packed(dirty, kind))) == clean
    open_ended = build(packed([codestream(length=0)] * 3, kind))
    assert scrubbed(tiff.WALKER, open_ended) == open_ended
    for wrong in (codestream(inside=fx.marked(0x64, b"CANARY")), b"\xff\x4f\xff\xd9\0\0", NOISE[0]):
        with pytest.raises(FormatError):
            scrubbed(tiff.WALKER, build(packed([wrong] * 3, kind)))


def test_old_jpeg_with_tables_apart() -> None:
    """TIFF 6.0, section 22: tags point to each table; a hidden stretch between them goes."""
    quantization, huffman = bytes(range(64)), bytes([1]) + bytes(15) + b"\7"
    found = page()
    found.values.update({259: (3, 6), 262: (3, 6), 278: (3, 24), 512: (3, 1), 530: (3, [2, 2])})
    found.strips = [b"samples without a header"]
    blob = quantization + b"CANARY" + huffman
    at = len(build(found)) + 3 * 12 + 3 * 12
    found.values.update({519: (4, [at] * 3), 520: (4, [at + 70] * 3), 521: (4, [at + 70] * 3)})
    data = build(found, behind=blob)
    assert data.index(blob) == at
    clean = scrubbed(tiff.WALKER, data)
    assert b"CANARY" not in clean
    assert quantization + huffman in clean
    assert scrubbed(tiff.WALKER, clean) == clean


def test_old_jpeg_says_nothing_else() -> None:
    data = old_jpeg(fx.jpeg(), fx.marked(0xE1, b"Exif\0\0" + fx.exif()))
    assert Reveal.OWNER in reveals(tiff.WALKER, data)
    clean = scrubbed(tiff.WALKER, data)
    assert len(clean) == len(data)
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, old_jpeg(b"no JPEG at all"))


@pytest.mark.parametrize("junk", [b"CANARY\xff\xff\xff\xd0CANARY\xff", b"\xff\xff\xff\xd3CANARY"])
def test_old_jpeg_with_junk_is_cleaned_at_once(junk: bytes) -> None:
    """Fill bytes before what becomes zeros become zeros with it."""
    clean = scrubbed(tiff.WALKER, old_jpeg(fx.behind_soi(fx.jpeg(), junk)))
    assert b"CANARY" not in clean
    assert scrubbed(tiff.WALKER, clean) == clean
