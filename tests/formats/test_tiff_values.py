"""Values of tags: which of them stay, and in which form."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from audit.formats import tiff
from audit.formats.base import Reveal
from tests.contracts.walker import reveals, scrubbed
from tests.formats import fixtures as fx
from tests.formats.tiff_builder import Directory, build, page
from tests.formats.tiff_samples import (
    LONG_TEXT,
    NOISE,
    PLAIN,
)


def test_tables_of_colours_stay_where_they_mean_something() -> None:
    """TIFF 6.0, sections 5 and 20: a palette belongs to a palette picture, and curves rise or fall."""
    text = struct.unpack("<768H", (b"CANARY" * 256)[:1536])
    rising = [256 * n for n in range(256)]
    fitting = {301: (3, rising), 291: (3, rising[::-1]), 318: (5, [3127, 10000, 329, 1000])}
    grey = {**page().values, 258: (3, 8), 262: (3, 1), 277: (3, 1), **fitting}
    clean = build(Directory(grey, [strip[:320] for strip in NOISE]))
    assert scrubbed(tiff.WALKER, clean) == clean
    for tag in (301, 291, 320):
        assert scrubbed(tiff.WALKER, build(page(values={tag: (3, text[:256] * 3)}))) == PLAIN
    assert scrubbed(tiff.WALKER, build(page(values={301: (3, rising[:100])}))) == PLAIN


@pytest.mark.parametrize(
    ("above", "below"), [(72, 1), (300_000, 10_000), (5, 127), (2_748_779_008, (1 << 32) - 1)]
)
def test_fractions_stay_as_they_are_written(above: int, below: int) -> None:
    data = build(page(values={282: (5, [above, below])}))
    assert scrubbed(tiff.WALKER, data) == data


def test_a_fraction_that_spells_something_keeps_its_value() -> None:
    above, below = struct.unpack("<2I", b"CANARY\0\0")
    clean = Image.open(io.BytesIO(scrubbed(tiff.WALKER, build(page(values={282: (5, [above, below])})))))
    assert float(clean.tag_v2[282]) == pytest.approx(above / below, rel=1e-9)


def test_a_profile_that_leads_out_of_the_file_is_none() -> None:
    """However long it says that it is."""
    leads_out = page(repeated=[(34675, 7, fx.profile())])
    data = bytearray(build(leads_out))
    at = data.index(struct.pack("<HHI", 34675, 7, len(fx.profile())))
    data[at + 4 : at + 12] = struct.pack("<II", 1 << 31, 1 << 30)
    assert scrubbed(tiff.WALKER, bytes(data)) == PLAIN


def test_rows_of_a_strip_are_no_more_than_all() -> None:
    clean = build(page(40, 24, 24))
    for kind, rows in ((4, struct.unpack("<I", b"CANA")[0]), (4, (1 << 32) - 1), (3, 0x4143), (4, 24)):
        found = page(40, 24, 24)
        found.values[278] = (kind, rows)
        assert scrubbed(tiff.WALKER, build(found)) == clean


def test_types_of_whole_numbers_are_the_usual_ones() -> None:
    """A SHORT where it fits: which of the two a program takes tells it from others."""
    found = page()
    for tag, (kind, value) in page().values.items():
        if kind == 3 and isinstance(value, int):
            found.values[tag] = (4, value)
    found.values[284] = (3, 1)
    odd = page(values={284: (3, 0x4143)})
    for data in (build(found), build(odd)):
        assert scrubbed(tiff.WALKER, data) == build(page(values={284: (3, 1)}))
    wide = page(70_000, 1, 1)
    wide.values[256] = (4, 70_000)
    assert scrubbed(tiff.WALKER, build(wide)) == build(wide)


def test_numbers_of_pages_keep_their_order() -> None:
    told = [(3, [7, 0x4143]), (3, [300, 9]), None, (3, [5, 0])]
    clean = [(3, [1, 3]), (3, [2, 3]), None, (3, [0, 3])]

    def pages(numbers: list[tuple[int, list[int]] | None]) -> bytes:
        return build(*(page(values={297: number} if number else {}) for number in numbers))

    assert scrubbed(tiff.WALKER, pages(told)) == scrubbed(tiff.WALKER, pages(clean)) == pages(clean)


def test_where_on_earth_a_map_is() -> None:
    data = build(page(values={33922: (12, bytes(48)), 34737: (2, b"CANARY 84\0"), 42112: (2, LONG_TEXT)}))
    assert reveals(tiff.WALKER, data) >= {Reveal.LOCATION, Reveal.COMMENT}
    assert scrubbed(tiff.WALKER, data) == PLAIN
