"""Other forms of tables, of sequences, and of pictures that belong together."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from audit.formats import heif, heif_meta, heif_write
from audit.formats.base import FormatError, Policy
from audit.formats.bmff import Spans
from tests.contracts.walker import scrubbed, shown
from tests.formats.boxes import (
    Item,
    avif,
    box,
    find,
    full,
    inserted,
    moving,
    one,
    opened,
    patched,
)
from tests.formats.heif_samples import (
    MOVING,
    PICTURE,
    PLAIN,
    SEQUENCES,
    TABLE,
    with_items,
)


def table_as(kind: bytes, body: bytes) -> bytes:
    """The sequence with another form of one of its tables."""
    old = {b"stz2": b"stsz", b"co64": b"stco"}[kind]
    start, _ = find(MOVING, *TABLE, old)
    emptied = MOVING[: start + 4] + b"free" + MOVING[start + 8 :]
    return inserted(emptied, full(kind, 0, 0, body), *TABLE)


def test_other_forms_of_the_tables() -> None:
    start, stop = find(MOVING, *TABLE, b"stsz")
    sizes = struct.unpack(">3I", MOVING[start + 20 : stop])
    small = table_as(b"stz2", struct.pack(">II3H", 16, 3, *sizes))
    assert shown(scrubbed(heif.AVIF, small)) == shown(moving())
    start, stop = find(MOVING, *TABLE, b"stco")
    places = struct.unpack(f">{(stop - start - 16) // 4}I", MOVING[start + 16 : stop])
    wide = table_as(b"co64", struct.pack(f">I{len(places)}Q", len(places), *places))
    assert shown(scrubbed(heif.AVIF, wide)) == shown(moving())
    for odd in (struct.pack(">II", 5, 3), struct.pack(">II2B", 4, 3, 0x11, 0x10), struct.pack(">II", 8, 3)):
        with pytest.raises(FormatError):
            scrubbed(heif.AVIF, table_as(b"stz2", odd))


def test_offsets_of_eight_bytes_where_four_are_too_few() -> None:
    layout = heif_write.Layout(Spans([(0, 5 << 30)]), 100, Spans(()), b"", {}, (), {}, 4)
    meta = heif_meta.Meta(
        0, 1, {1: heif_meta.Entry("unci", False, b"", "", False)}, {1: heif_meta.Place(0, ((0, 5 << 30),))}
    )
    writer = heif_write.MetaWriter(meta, [1], (), Policy())
    with pytest.raises(OverflowError):
        writer.write(layout)
    assert (5 << 30).to_bytes(8, "big") in writer.write(layout._replace(width=8))


@pytest.mark.parametrize("name", list(SEQUENCES))
def test_the_sequence_plays_as_before(name: str) -> None:
    clean = scrubbed(heif.AVIF, SEQUENCES[name])
    image = Image.open(io.BytesIO(clean))
    assert image.n_frames == 3
    assert shown(clean) == shown(moving())


def test_a_sequence_without_items() -> None:
    start, stop = find(MOVING, b"meta")
    clean = scrubbed(heif.AVIF, MOVING[:start] + MOVING[stop:])
    assert b"meta" not in clean[:400]
    assert b"moov" in clean


def test_alpha_stays_with_what_says_that_it_is_alpha() -> None:
    data = avif("RGBA")
    clean = scrubbed(heif.AVIF, data)
    assert opened(clean).mode == "RGBA"
    assert shown(clean) == shown(data)
    assert b"auxC" in clean


def test_pictures_beside_the_first_stay() -> None:
    second = one(avif(seed=5), b"avif", b"av01").items[0].data
    data = with_items(Item(2, b"av01", second, PICTURE.uses))
    assert second in scrubbed(heif.AVIF, data)
    hidden = with_items(Item(2, b"av01", second, PICTURE.uses, hidden=True))
    assert second not in scrubbed(heif.AVIF, hidden)


def test_a_sequence_that_is_turned_stays_turned() -> None:
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    turned = patched(MOVING, 52, quarter, b"moov", b"trak", b"tkhd")
    assert quarter in scrubbed(heif.AVIF, turned)


def test_a_stereo_pair_stays_a_pair() -> None:
    group = box(
        b"grpl",
        full(b"ster", 0, 0, struct.pack(">IIII", 77, 2, 1, 2)),
        full(b"brst", 0, 0, struct.pack(">IIII", 78, 2, 1, 2)),
    )
    clean = scrubbed(heif.AVIF, with_items(PICTURE._replace(number=2), more_meta=group))
    assert full(b"ster", 0, 0, struct.pack(">IIII", 4, 2, 1, 2)) in clean
    assert b"brst" not in clean


def test_colours_of_a_picture_that_goes() -> None:
    """They stay, unused: exiftool and others list them without asking whose they are."""
    known = box(b"colr", b"nclx\0\x09\0\x10\0\x09\x80")
    clean = scrubbed(
        heif.AVIF, PLAIN._replace(more_ipco=known * 3 + box(b"colr", b"nclx\0\x09\0\x10\0\x09C")).made()
    )
    assert clean.count(known[8:]) == 1
    assert b"\x09C" not in clean
