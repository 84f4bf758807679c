"""Strips and tiles: what they hold outside the picture, behind their end, and twice."""

from __future__ import annotations

import io
import random
import zlib

import pytest
from PIL import Image

from audit.formats import tiff
from audit.formats.base import FormatError
from audit.formats.tiff_data import REVERSED
from tests.contracts.walker import scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats.tiff_builder import Directory, build, page
from tests.formats.tiff_samples import (
    ACROSS,
    ARTIST,
    DOWN,
    NOISE,
    RAW_PACKBITS,
    ZIPPED,
    lengthened,
    packed,
    streams,
    tiled,
    tiles,
)


def test_tiles_keep_their_bytes_and_lose_their_slack() -> None:
    clean = build(tiled(tiles()))
    assert scrubbed(tiff.WALKER, clean) == clean
    slack = [tile + b"CANARY" for tile in tiles()]
    assert scrubbed(tiff.WALKER, build(tiled(slack))) == clean


@pytest.mark.parametrize("values", [{}, {"t266": (3, 2)}, {"t317": (3, 2)}])
@pytest.mark.parametrize("kind", [1, 8, 32946])
def test_what_tiles_hold_outside_the_picture_is_zero(kind: int, values: dict[str, object]) -> None:
    """TIFF 6.0, section 15: all tiles are equally large."""

    def made(hidden: bytes) -> bytes:
        found = tiles(hidden)
        packs = [zlib.compress(tile) for tile in found] if kind > 1 else found
        turned = kind > 1 and "t266" in values
        return build(tiled([p.translate(REVERSED) if turned else p for p in packs], kind, **values))

    assert scrubbed(tiff.WALKER, made(b"CANARY")) == made(b"\0")
    assert scrubbed(tiff.WALKER, made(b"\0")) == made(b"\0")


def test_rows_of_floating_predictors_are_whole() -> None:
    """Their bytes do not stand in the order of pixels."""
    data = build(tiled([*map(zlib.compress, tiles(b"hidden"))], 8, t317=(3, 3)))
    assert scrubbed(tiff.WALKER, data) == data


def test_a_tile_that_stands_in_two_places_shows_what_both_show() -> None:
    """The one at the right has eight columns, the same in the middle all sixteen."""
    first, second = tiles()[:2]
    places = [400, 400 + len(first)] * (ACROSS * DOWN // 2)
    found = tiled([], t324=(4, places), t325=(4, [len(first)] * len(places)))
    clean = scrubbed(tiff.WALKER, build(found).ljust(400, b"\0") + first + second)
    assert clean.endswith(first + second)


@pytest.mark.parametrize("order", [1, 2])
def test_pixels_of_less_than_a_byte_at_the_edge_of_a_tile(order: int) -> None:
    """Twenty pixels of a bit: four are shown of the second tile."""
    reverse = REVERSED if order == 2 else bytes(range(256))

    def made(second: bytes) -> bytes:
        values = {"t256": (3, 20), "t257": (3, 16), "t258": (3, 1), "t277": (3, 1), "t262": (3, 1)}
        found = [b"\xaa" * 32, second.translate(reverse) * 16]
        return build(tiled(found, **values, t266=(3, order)))

    assert scrubbed(tiff.WALKER, made(b"\xa5C")) == made(b"\xa0\0")


def test_planes_and_sparse_strips() -> None:
    planes = [strip[:320] for strip in NOISE] * 3
    found = Directory({**page().values, 284: (3, 2)}, planes)
    data = build(found)
    assert scrubbed(tiff.WALKER, data) == data
    holes = Directory({**page().values, 273: (4, [0, 0, 0]), 279: (4, [0, 0, 0])})
    assert scrubbed(tiff.WALKER, build(holes)) == build(holes)


def test_strips_that_share_their_bytes_still_do() -> None:
    found = Directory({**page().values, 273: (4, [200] * 3), 279: (4, [960] * 3)})
    data = build(found, gap=b"CANARY").ljust(200, b"\0") + NOISE[0]
    clean = scrubbed(tiff.WALKER, data)
    assert clean.count(NOISE[0]) == 1
    assert b"CANARY" not in clean
    assert Image.open(io.BytesIO(clean)).tobytes() == NOISE[0] * 3


def test_strips_that_overlap_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Directory(
        {**page(rows=1).values, 273: (4, list(range(400, 424))), 279: (4, [900] * 24), 259: (3, 2)}
    )
    assert scrubbed(tiff.WALKER, build(found, behind=bytes(2000)))
    monkeypatch.setattr("audit.formats.tiff_plan.MOST_READ_AGAIN", 10_000)
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, build(found, behind=bytes(2000)))


def test_overlapping_strips_keep_their_distances() -> None:
    found = Directory({**page().values, 273: (4, [400, 500, 600]), 279: (4, [960] * 3)})
    data = build(found).ljust(400, b"\1") + b"".join(NOISE)[:1200]
    clean = scrubbed(tiff.WALKER, data)
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert scrubbed(tiff.WALKER, clean) == clean
    assert len(clean) < len(data)


def test_tags_of_many_pages_stay_bounded() -> None:
    data = build(*[page(8, 1 + n % 7, 8, values=ARTIST) for n in range(300)])
    assert len([tag for tag in tags(tiff.WALKER, data) if tag.name == "Artist"]) == 256
    assert b"CANARY" not in scrubbed(tiff.WALKER, data)


def test_turned_bits() -> None:
    reverse = bytes(int(f"{number:08b}"[::-1], 2) for number in range(256))
    data = build(packed([(s + b"CANARY").translate(reverse) for s in ZIPPED], 8, _266=(3, 2)))
    assert scrubbed(tiff.WALKER, data) == build(
        packed([s.translate(reverse) for s in ZIPPED], 8, _266=(3, 2))
    )


def test_subsampled_without_compression() -> None:
    small = {**page().values, 262: (3, 6), 530: (3, [2, 2])}
    rows = [strip[: 40 * 8 * 3 // 2] for strip in NOISE]
    clean = build(Directory(small, rows))
    assert scrubbed(tiff.WALKER, clean) == clean
    assert scrubbed(tiff.WALKER, build(Directory(small, [*rows[:2], rows[2] + b"CANARY"]))) == clean
    unsaid = {**page().values, 262: (3, 6)}
    assert scrubbed(tiff.WALKER, build(Directory(unsaid, NOISE))) == build(Directory(unsaid, NOISE))


@pytest.mark.parametrize("shift", range(8))
def test_the_end_of_group_4_is_found_at_every_bit(shift: int) -> None:
    bits = "1" * (16 + shift) + "000000000001" * 2
    strip = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    found = packed([strip] * 3, 4, _262=(3, 0))
    assert scrubbed(tiff.WALKER, build(found)) == build(found)
    longer = build(packed([strip + b"CANARY" + strip] * 3, 4, _262=(3, 0)))
    assert scrubbed(tiff.WALKER, longer) == build(found)


def test_packbits_that_do_nothing_take_no_time() -> None:
    idle = [b"\x80" * 100_000 + strip for strip in RAW_PACKBITS]
    assert scrubbed(tiff.WALKER, build(packed(idle, 32773))) == build(packed(idle, 32773))


@pytest.mark.parametrize("size", [2, 60, 2000, 30000])
def test_the_end_of_lzw_is_found_wherever_it_is(size: int) -> None:
    side = max(2, int(size**0.5))
    noise = Image.frombytes("L", (side, side), random.Random(size).randbytes(side * side))
    for image in (noise, Image.new("L", (side * 3, side * 3), 7)):
        data = fx.saved(image, "TIFF", compression="tiff_lzw", strip_size=1 << 20)
        clean = scrubbed(tiff.WALKER, data)
        assert scrubbed(tiff.WALKER, lengthened(data)) == clean
        assert Image.open(io.BytesIO(clean)).tobytes() == image.tobytes()


def test_lzw_of_the_older_order_stays_and_nonsense_is_refused() -> None:
    older = build(packed([b"\0\1" + strip for strip in NOISE], 5))
    assert scrubbed(tiff.WALKER, older) == older
    clears = int("100000000" * 8000, 2).to_bytes(9000, "big")
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, build(packed([clears] * 3, 5)))


def test_strips_inside_what_must_change_are_refused() -> None:
    strips = [fx.behind_soi(strip, fx.marked(0xFE, b"CANARY")) for strip in streams()]
    found = packed([b"".join(strips)], 7, _262=(3, 6), _278=(3, 12))
    found.pointing = {65003: (0, 0)}
    at = build(found).index(strips[0])
    values = {**found.values, 273: (4, [at, at + 10]), 279: (4, [len(strips[0])] * 2)}
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, build(Directory(values)).ljust(at, b"\0") + b"".join(strips))
