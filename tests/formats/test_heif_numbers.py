"""Numbers, order and flags: what the program that wrote a file could be told by is the same in every clean one."""

from __future__ import annotations

import struct

import pytest

from audit.formats import heif, heif_props, identify
from audit.formats.base import Policy
from tests.contracts.walker import scrubbed, shown
from tests.formats.boxes import (
    ESSENTIAL,
    Item,
    box,
    find,
    full,
    hevc_units,
    inserted,
    opened,
    patched,
)
from tests.formats.heif_samples import (
    HEIC,
    MOVING,
    PICTURE,
    PLAIN,
    grid,
    property_as,
    with_property,
)


def test_numbers_of_items_begin_with_one() -> None:
    """A number may be chosen to be a word, and gaps tell what went."""
    word = int.from_bytes(b"CA", "big")
    data = PLAIN._replace(items=(PICTURE._replace(number=word),), primary=word).made()
    assert scrubbed(heif.AVIF, data) == scrubbed(heif.AVIF, PLAIN.made())
    many = patched(MOVING, 20, b"CANA", b"moov", b"trak", b"tkhd")
    assert scrubbed(heif.AVIF, many) == scrubbed(heif.AVIF, MOVING)


def test_a_group_of_an_item_and_a_track_tells_them_apart() -> None:
    group = box(b"grpl", full(b"altr", 0, 0, struct.pack(">IIII", 77, 2, 1, 9)))
    data = patched(inserted(MOVING, group, b"meta"), 20, struct.pack(">I", 9), b"moov", b"trak", b"tkhd")
    clean = scrubbed(heif.AVIF, data)
    assert full(b"altr", 0, 0, struct.pack(">IIII", 5, 2, 1, 4)) in clean
    assert scrubbed(heif.AVIF, clean) == clean


@pytest.mark.parametrize(
    ("kind", "body", "clean"),
    [
        (b"irot", b"\xfd", b"\1"),
        (b"imir", b"\xfe", b"\0"),
        (b"cloc", b"\0ABC\1", b"\0\0\0\0\1"),
        (b"ccst", b"\0ABC\xfeABC", b"\0\0\0\0\xfc\0\0\0"),
        (b"a1lx", b"\xfe" + bytes(6), bytes(7)),
    ],
)
def test_reserved_bits_of_properties_are_zero(kind: bytes, body: bytes, clean: bytes) -> None:
    assert heif_props.written(kind.decode(), body, Policy()) == clean


def test_colours_that_are_none_are_not_specified() -> None:
    words = (box(b"colr", b"nclxCANA\0\6\x80") if p[4:8] == b"colr" else p for p in PLAIN.properties)
    data = PLAIN._replace(properties=tuple(words)).made()
    clean = scrubbed(heif.AVIF, data)
    assert b"nclx\0\2\0\2\0\6\x80" in clean
    assert shown(clean) == shown(data)
    small = property_as(PLAIN, b"colr", lambda _: b"nclx\0C\0A\0\6\x80")
    assert scrubbed(heif.AVIF, small) == clean


def test_the_order_of_a_program_is_not_told() -> None:
    """Tiles before their grid or behind it, properties in any order, twice, or marked: all the same in the end."""
    plain = grid(method=0)
    many = len(plain.properties)

    def otherwise(item: Item, number: int) -> Item:
        uses = tuple(2 * many + 1 - (use & 0x7F) | ESSENTIAL for use in item.uses)
        return item._replace(number=number, uses=tuple(reversed(uses)))

    first, *tiles = plain.items
    other = plain._replace(
        items=tuple(otherwise(item, number) for number, item in enumerate((*tiles, first), 1)),
        properties=(*plain.properties, *reversed(plain.properties)),
        brands=plain.brands[4:] + plain.brands[:4],
        primary=3,
        links=((b"dimg", 3, (1, 2)),),
    )
    clean, same = (scrubbed(heif.AVIF, each.made()) for each in (plain, other))
    assert shown(other.made()) == shown(same) == shown(clean)
    assert same[: find(clean, b"meta", b"iloc")[0]] == clean[: find(clean, b"meta", b"iloc")[0]]
    assert find(same, b"meta", b"iprp") == find(clean, b"meta", b"iprp")
    start, stop = find(clean, b"meta", b"iref")[0], find(clean, b"mdat")[0]
    assert same[start:stop] == clean[start:stop]


def test_fractions_of_properties_are_in_their_smallest_numbers() -> None:
    pixel = with_property(b"pasp", struct.pack(">2I", 0x41414141, 0x41414141))
    assert scrubbed(heif.AVIF, pixel) == scrubbed(heif.AVIF, with_property(b"pasp", struct.pack(">2I", 1, 1)))
    cut = struct.pack(">2I2I2i2i", 38 * 77, 77, 44, 2, -77, 154, 0, 7777)
    small = struct.pack(">2I2I2i2i", 38, 1, 22, 1, -1, 2, 0, 1)
    assert small in scrubbed(heif.AVIF, with_property(b"clap", cut, mark=ESSENTIAL))
    assert heif_props.written("clap", struct.pack(">8I", *range(8)), Policy())


def test_what_players_of_video_ask_for_goes() -> None:
    """Its encoder writes how many frames a second has, of which a picture has none."""
    sets = hevc_units(HEIC)
    clean = scrubbed(heif.WALKER, HEIC.made())
    assert all(unit in HEIC.made() for unit in sets)
    assert [unit in clean for unit in sets] == [True, False, True]
    assert sets[1][:22] in clean
    assert b"\x0c\x08\0\0\3\0\xc8" not in clean
    assert opened(clean).tobytes() == opened(HEIC.made()).tobytes()


def test_flags_of_a_sequence_and_its_speed_are_the_usual_ones() -> None:
    clean = scrubbed(heif.AVIF, MOVING)
    odd = patched(MOVING, 1, b"CAN", b"moov", b"mvhd")
    odd = patched(
        odd,
        1,
        b"AR" + bytes((odd[find(odd, b"moov", b"trak", b"tkhd")[0] + 11] | 0x0E,)),
        b"moov",
        b"trak",
        b"tkhd",
    )
    _, stop = find(odd, b"moov", b"trak", b"edts", b"elst")
    speed = odd[: stop - 4] + b"\0\1CA" + odd[stop:]
    assert scrubbed(heif.AVIF, odd) == scrubbed(heif.AVIF, speed) == clean
    waits = scrubbed(heif.AVIF, odd[: stop - 4] + b"\0\0CA" + odd[stop:])
    _, stop = find(waits, b"moov", b"trak", b"edts", b"elst")
    assert waits[stop - 4 : stop] == bytes(4)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmiaf\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypMA1B\0\0\0\0mif1miaf", "AVIF"),
        (b"\0\0\0\x10ftypmif3avif", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42isom", "MP4"),
    ],
)
def test_brands(head: bytes, name: str | None) -> None:
    walker = identify(head)
    assert (walker.name if walker else None) == name
