from __future__ import annotations

import io
import random
import struct
import zlib
from typing import ClassVar

import pytest
from PIL import Image

from audit.formats import tiff
from audit.formats.base import Copy, FormatError, Policy, Reveal, Role, UnsupportedError
from tests.contracts.walker import BARE, WalkerContract, reveals, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.tiff_builder import TILES, Directory, build, page
from tests.formats.tiff_samples import (
    ARTIST,
    LONG_TEXT,
    NOISE,
    PLAIN,
    RAW_PACKBITS,
    ZIPPED,
    by_libtiff,
    full,
    lengthened,
    narrow,
    old_jpeg,
    packed,
    reduced,
    streams,
    with_jpeg,
)


@pytest.mark.filterwarnings("ignore:Metadata Warning")
class TestTiff(WalkerContract):
    walker = tiff.WALKER
    plain = PLAIN
    turned = full()
    samples: ClassVar = {
        "big endian": full(order=">"),
        "big": full(big=True),
        "artist": build(page(values=ARTIST)),
        "between": build(page(), gap=b"CANARY"),
        "behind": build(page(), behind=b"CANARY"),
        "zip behind": build(page(), behind=fx.ZIP),
        "jpeg behind": build(page(), behind=fx.jpeg(exif=fx.exif())),
        "room in entries": build(page(values={274: (3, 1)}), filler=b"CANARY"[:1]) + b"CANARY",
        "unknown tag": build(page(values={65011: (2, LONG_TEXT)})),
        "unknown type": build(page(values={282: (2, LONG_TEXT)})),
        "more values than needed": build(page(values={278: (3, [8, *struct.unpack("<3H", b"CANARY")])})),
        "chromaticities": build(page(values={319: (5, struct.unpack("<12I", b"CANARYCA" * 6))})),
        "resolution": build(page(values={282: (5, struct.unpack("<2I", b"CANARY\0\0"))})),
        "resolution as a number": build(page(values={282: (12, b"CANARY\xf0?")})),
        "black and white": build(page(values={532: (5, struct.unpack("<12I", b"CANARYCA" * 6))})),
        "bits behind rows": build(narrow(b"CANARY" * 4)),
        "number of a page": build(page(values={297: (4, struct.unpack("<2I", b"CANARYCA"))})),
        "more strips than needed": build(Directory(page().values, [*NOISE, b"CANARY"])),
        "second page": build(page(), page(values=ARTIST)),
        "child": build(page(inner={330: [page(16, 8, values=ARTIST)]})),
        "long strip": build(Directory(page().values, [*NOISE[:2], NOISE[2] + b"CANARY"])),
        "deflate slack": build(packed([*ZIPPED[:2], ZIPPED[2] + b"CANARY"], 8)),
        "old deflate slack": build(packed([*ZIPPED[:2], ZIPPED[2] + b"CANARY"], 32946)),
        "deflated too much": build(packed([*ZIPPED[:2], zlib.compress(NOISE[2] + b"CANARY" * 9, 0)], 8)),
        "packbits slack": build(packed([*RAW_PACKBITS[:2], RAW_PACKBITS[2] + b"CANARY"], 32773)),
        "lzw slack": lengthened(by_libtiff("tiff_lzw")),
        "group 4 slack": lengthened(by_libtiff("group4", "1")),
        "comment in jpeg": with_jpeg(fx.marked(0xFE, b"CANARY")),
        "exif in jpeg": with_jpeg(fx.marked(0xE1, b"Exif\0\0" + fx.exif())),
        "long jfif": with_jpeg(fx.marked(0xEE, b"Adobe\0\x64\0\0\0\0\1CANARY")),
        "unused table in jpeg": with_jpeg(fx.marked(0xDB, b"\3" + b"CANARY".ljust(64, b"\1"))),
        "table in jpeg that is replaced": with_jpeg(fx.marked(0xDB, b"\0" + b"CANARY".ljust(64, b"\1"))),
        "density in jpeg": with_jpeg(b"\xff\xe0\0\x10JFIF\0\1\1CANAR\0\0" + fx.marked(0xFE, b"CANARY")),
        "behind jpeg": build(packed([s + b"CANARY" for s in streams()], 7, _262=(3, 6), _530=(3, [2, 2]))),
        "behind a scan in jpeg": build(
            packed([s[:-2] + b"CANARY" + s[-2:] for s in streams()], 7, _262=(3, 6), _530=(3, [2, 2]))
        ),
        "old jpeg": old_jpeg(fx.jpeg(), fx.marked(0xFE, b"CANARY")),
        "old jpeg, behind": old_jpeg(fx.jpeg() + b"CANARY"),
        "old jpeg, behind the scan": old_jpeg(fx.jpeg()[:-2] + b"a CANARY" + b"\xff\xd9"),
    }
    odd: ClassVar = {
        "impossible unit": build(page(values={296: (3, 67)})),
        "kind of a page": build(page(values={254: (4, 0x414E4140)})),
        "kind of a reduced page": build(page(values={254: (4, 0x414E4143)})),
        "zeros between": build(page(), gap=bytes(64)),
        "odd gap": build(page(), gap=b"\1"),
        "chain that loops": build(page(), last=8),
        "twice the same": build(page(repeated=[(256, 3, struct.pack("<H", 40))])),
        "no byte counts": build(page(where=(273, 65002))),
    }
    refused = frozenset({"more strips than needed"})
    broken: ClassVar = {
        "cut": PLAIN[:-40],
        "header only": PLAIN[:8],
        "in the directory": PLAIN[:60],
        "no size": build(Directory({259: (3, 1)}, [b"abc"])),
        "no data": build(Directory(page().values)),
        "two widths": build(page(repeated=[(256, 3, struct.pack("<H", 41))])),
        "unknown compression": build(packed(NOISE, 4711)),
        "not deflated": build(packed(NOISE, 8)),
        "not JPEG": build(packed(NOISE, 7)),
        "long tables in a JPEG": with_jpeg(fx.marked(0xDB, bytes(65) + b"CANARY")),
        "data in the directory": build(
            Directory({**page().values, 273: (4, [8, 968, 1928]), 279: (4, [960] * 3)}), behind=bytes(3000)
        ),
    }

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        kept = Image.open(io.BytesIO(scrubbed(self.walker, self.turned))).getexif()
        assert kept[0x0112] == 6
        assert set(kept) == {256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 282, 34675}
        assert 0x0112 not in Image.open(io.BytesIO(scrubbed(self.walker, self.turned, BARE))).getexif()

    def test_orientation_may_be_a_signed_number(self) -> None:
        turned = build(page(values={274: (9, 6)}))
        assert Image.open(io.BytesIO(scrubbed(self.walker, turned))).getexif()[0x0112] == 6

    def test_size_and_preview(self) -> None:
        """As stored: Pillow turns the size that it tells of a TIFF."""
        source = fx.reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == (40, 24)
        assert self.walker.thumbnail(source, segments) == fx.small_jpeg()
        assert self.walker.thumbnail(fx.reader(self.plain), segments) is None
        assert self.walker.size(fx.reader(PLAIN[:8]), segments) is None


WRITTEN = (
    {
        f"{compression or 'raw'} {mode}": by_libtiff(compression, mode)
        for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits")
        for mode in ("RGB", "RGBA", "L", "P", "CMYK", "I;16", "F")
    }
    | {name: by_libtiff(name, "1") for name in ("group3", "group4", "tiff_ccitt")}
    | {"jpeg": by_libtiff("jpeg")}
)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_others_write_stays_the_same_picture(name: str) -> None:
    data = WRITTEN[name]
    clean = scrubbed(tiff.WALKER, data + b"CANARY")
    assert b"CANARY" not in clean
    before, after = (Image.open(io.BytesIO(found)) for found in (data, clean))
    assert (before.mode, before.tobytes()) == (after.mode, after.tobytes())
    assert scrubbed(tiff.WALKER, clean) == clean


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_clean_files_of_every_form_stay_as_they_are(order: str, big: bool) -> None:
    data = build(page(), page(8, 6, 6, values={274: (3, 3)}), order=order, big=big)
    source = fx.reader(data)
    assert list(tiff.WALKER.plan(source, tiff.WALKER.segments(source), Policy())) == [Copy(0, len(data))]


def test_pages_stay_and_pyramids_stay() -> None:
    data = build(page(), page(30, 30, 30), reduced(20, 12), reduced(15, 15), reduced(10, 20))
    clean = Image.open(io.BytesIO(scrubbed(tiff.WALKER, data)))
    sizes = []
    for number in range(clean.n_frames):
        clean.seek(number)
        sizes.append(clean.size)
    assert sizes == [(40, 24), (30, 30), (20, 12), (15, 15)]


def test_a_reduced_page_in_strips_is_a_page_and_one_in_tiles_a_level() -> None:
    level = page(16, 16, 16)
    del level.values[278]
    level.values.update({254: (4, 1), 256: (3, 20), 257: (3, 12), 322: (3, 16), 323: (3, 16)})
    level.where, level.strips = TILES, level.strips * 2
    marks = []
    image = Image.open(io.BytesIO(scrubbed(tiff.WALKER, build(page(), reduced(20, 12), level))))
    for number in range(image.n_frames):
        image.seek(number)
        marks.append(image.tag_v2.get(254))
    assert marks == [None, 0, 1]
    assert scrubbed(tiff.WALKER, build(reduced(20, 12))) == build(page(20, 12, 12, values={254: (4, 0)}))


def test_a_chain_that_leads_out_of_the_file_ends_there() -> None:
    assert scrubbed(tiff.WALKER, build(page(), last=1 << 30)) == PLAIN


def test_a_thumbnail_of_another_shape_goes() -> None:
    data = build(page(), reduced(16, 16, values=ARTIST))
    assert scrubbed(tiff.WALKER, data) == PLAIN
    assert reveals(tiff.WALKER, data) == {Reveal.OWNER, Reveal.THUMBNAIL}


def test_pictures_in_sub_directories_go() -> None:
    clean = scrubbed(tiff.WALKER, build(page(inner={330: [page(20, 12, values=ARTIST)]})))
    assert clean == PLAIN


def test_the_full_picture_of_a_reduced_first_one_stays() -> None:
    inner = page(80, 48)
    data = build(reduced(20, 12, inner={330: [inner, reduced(40, 24)]}))
    clean = scrubbed(tiff.WALKER, data)
    assert b"".join(inner.strips) in clean
    assert clean == scrubbed(tiff.WALKER, clean) == build(reduced(20, 12, inner={330: [inner]}))


def test_a_thumbnail_as_exif_keeps_it_goes() -> None:
    preview = Directory({514: (4, len(fx.small_jpeg()))}, [fx.small_jpeg()], where=(513, 65004))
    data = build(page(), preview)
    assert scrubbed(tiff.WALKER, data) == PLAIN
    source = fx.reader(data)
    assert tiff.WALKER.thumbnail(source, tiff.WALKER.segments(source)) == fx.small_jpeg()


@pytest.mark.parametrize(
    "values",
    [
        {50706: (1, b"\1\4\0\0")},
        {262: (3, 32803)},
        {262: (3, 34892)},
        {259: (3, 34713)},
        {259: (3, 65535)},
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_raw_camera_files_are_not_scrubbed(values: dict[int, tuple[int, object]], deep: bool) -> None:
    raw = page(values=values)
    data = build(reduced(8, 8, inner={330: [raw]}) if deep else raw)
    with pytest.raises(UnsupportedError):
        scrubbed(tiff.WALKER, data)
    assert tags(tiff.WALKER, data) is not None


def test_canon_raw_is_told_by_its_head() -> None:
    assert not tiff.WALKER.sniff(b"II*\0\x10\0\0\0CR\2\0" + bytes(52))


def test_tiles_keep_their_bytes_and_lose_their_slack() -> None:
    chance = random.Random(1)
    tiles = [chance.randbytes(16 * 16 * 3) for _ in range(6)]
    found = page()
    del found.values[278]
    found.values.update({322: (3, 16), 323: (3, 16)})
    found.where, found.strips = TILES, tiles
    clean = build(found)
    assert scrubbed(tiff.WALKER, clean) == clean
    found.strips = [tile + b"CANARY" for tile in tiles]
    assert scrubbed(tiff.WALKER, build(found)) == clean


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


def test_jpeg_2000_inside() -> None:
    clean = build(packed([codestream()] * 3, 34712))
    assert scrubbed(tiff.WALKER, clean) == clean
    dirty = [codestream(fx.marked(0x64, b"\0\1CANARY")) + b"CANARY"] * 3
    assert scrubbed(tiff.WALKER, build(packed(dirty, 34712))) == clean
    open_ended = build(packed([codestream(length=0)] * 3, 34712))
    assert scrubbed(tiff.WALKER, open_ended) == open_ended
    for wrong in (codestream(inside=fx.marked(0x64, b"CANARY")), b"\xff\x4f\xff\xd9\0\0", NOISE[0]):
        with pytest.raises(FormatError):
            scrubbed(tiff.WALKER, build(packed([wrong] * 3, 34712)))


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


def test_strips_inside_what_must_change_are_refused() -> None:
    strips = [fx.behind_soi(strip, fx.marked(0xFE, b"CANARY")) for strip in streams()]
    found = packed([b"".join(strips)], 7, _262=(3, 6), _278=(3, 12))
    found.pointing = {65003: (0, 0)}
    at = build(found).index(strips[0])
    values = {**found.values, 273: (4, [at, at + 10]), 279: (4, [len(strips[0])] * 2)}
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, build(Directory(values)).ljust(at, b"\0") + b"".join(strips))


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("unknown tag", Reveal.UNKNOWN),
        ("between", Reveal.UNKNOWN),
        ("zip behind", Reveal.TRAILER),
        ("jpeg behind", Reveal.PICTURE),
        ("child", Reveal.THUMBNAIL),
        ("second page", Reveal.OWNER),
        ("comment in jpeg", Reveal.COMMENT),
        ("exif in jpeg", Reveal.SERIAL),
        ("big", Reveal.SERIAL),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(tiff.WALKER, TestTiff.samples[sample])


@pytest.mark.parametrize(
    ("tag", "name"), [(0x010D, "DocumentName"), (0x011D, "PageName"), (0x9A00, "XiaomiModel")]
)
def test_names_are_told(tag: int, name: str) -> None:
    found = {each.name: each.value for each in tags(tiff.WALKER, build(page(values={tag: (2, b"CANARY\0")})))}
    assert found[name] == "CANARY"


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


@pytest.mark.parametrize("fill", [1, 2])
def test_bits_behind_the_samples_of_a_row(fill: int) -> None:
    rows = bytes(range(1, 241)) * 2
    found = page(13, 240, 100)
    found.values.update({258: (3, 1), 262: (3, 1), 277: (3, 1), 266: (3, fill)})
    found.strips = [rows[:200], rows[200:400], rows[400:]]
    mask = 0xF8 if fill == 1 else 0x1F
    bare = bytes(byte & mask if at % 2 else byte for at, byte in enumerate(rows))
    clean = scrubbed(tiff.WALKER, build(found))
    assert shown(clean) == shown(build(found))
    found.strips = [bare[:200], bare[200:400], bare[400:]]
    assert clean == build(found)


def test_where_on_earth_a_map_is() -> None:
    data = build(page(values={33922: (12, bytes(48)), 34737: (2, b"CANARY 84\0"), 42112: (2, LONG_TEXT)}))
    assert reveals(tiff.WALKER, data) >= {Reveal.LOCATION, Reveal.COMMENT}
    assert scrubbed(tiff.WALKER, data) == PLAIN


def test_a_page_that_is_cut_off_goes_and_those_before_it_stay() -> None:
    second = page(8, 6, 6)
    data = build(page(), second)[:-10]
    clean = scrubbed(tiff.WALKER, data)
    assert Image.open(io.BytesIO(clean)).n_frames == 1
    assert all(s.role is not Role.ORPHAN for s in tiff.WALKER.segments(fx.reader(clean)))


def test_too_many_directories_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.formats.tiff_read.MOST_DIRECTORIES", 3)
    assert scrubbed(tiff.WALKER, build(*[page(8, 6)] * 1, *[page(8, 6 + n) for n in range(2)]))
    data = build(*[page(8, 6 + n) for n in range(4)])
    assert tiff.WALKER.segments(fx.reader(data))[-1].name == "unreadable"
    with pytest.raises(FormatError):
        scrubbed(tiff.WALKER, data)


def test_no_tiff() -> None:
    for data in (b"GIF89a" + bytes(20), b"II*\0", b"II+\0\x04\0\0\0" + bytes(20)):
        with pytest.raises(FormatError):
            tiff.WALKER.segments(fx.reader(data))
