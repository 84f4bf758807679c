from __future__ import annotations

import io
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
    tiled,
    tiles,
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
        "edge of tiles": build(tiled(tiles(b"CANARY"))),
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
        "impossible predictor": build(page(values={317: (3, 0x4143)})),
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
