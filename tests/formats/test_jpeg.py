from __future__ import annotations

import contextlib
import re
import time
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats import jpeg, jpeg_tables, jpeg_walk
from audit.formats.base import FormatError, Policy, Reveal, Role
from tests.contracts.walker import WalkerContract, reveals, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.fixtures import behind_soi, between_scans, marked
from tests.formats.jpeg_builder import (
    EXIF,
    GREY,
    MORE_WORD,
    PLAIN,
    PROGRESSIVE,
    RESTARTS,
    XMP_WORD,
    apart,
    arranged,
    before,
    codes,
    extended,
    in_one,
    jfif,
    long_app14,
    named,
    pieced,
    quantizer,
    scan_header,
    swapped,
    twice,
    wide,
    with_quantizers,
    without_eoi,
)


class TestJpeg(WalkerContract):
    walker = jpeg.WALKER
    plain = PLAIN
    turned = behind_soi(fx.jpeg(icc_profile=fx.profile()), EXIF)
    samples: ClassVar = {
        "exif": behind_soi(PLAIN, EXIF),
        "exif twice": behind_soi(PLAIN, EXIF, EXIF),
        "exif behind the tables": PLAIN.replace(b"\xff\xc0", EXIF + b"\xff\xc0", 1),
        "xmp": behind_soi(PLAIN, marked(0xE1, XMP_WORD + fx.XMP)),
        "extended xmp": behind_soi(PLAIN, extended(fx.XMP)),
        "words for a profile": behind_soi(PLAIN, marked(0xE2, b"ICC_PROFILE\0\1\1CANARY" + bytes(60))),
        "a piece too many": behind_soi(
            PLAIN,
            marked(0xE2, b"ICC_PROFILE\0\1\1" + fx.profile()),
            marked(0xE2, b"ICC_PROFILE\0\1\1CANARY" + bytes(60)),
        ),
        "comment": behind_soi(PLAIN, marked(0xFE, b"CANARY")),
        "comment between scans": between_scans(fx.jpeg(progressive=True), marked(0xFE, b"CANARY")),
        "exif between scans": between_scans(fx.jpeg(progressive=True), EXIF),
        "iptc": behind_soi(PLAIN, marked(0xED, b"Photoshop 3.0\0" + fx.PHOTOSHOP)),
        "c2pa": behind_soi(PLAIN, marked(0xEB, b"JP\0\1\0\0\0\1jumb CANARY")),
        **{f"app{n}": behind_soi(PLAIN, marked(0xE0 + n, b"CANARY")) for n in range(16)},
        "jfif thumbnail": jfif(b"CANARYCANARY", b"\x02\x02"),
        "long jfif": jfif(b"CANARY"),
        "jfxx": PLAIN[:20] + marked(0xE0, b"JFXX\0\x10" + fx.small_jpeg() + b"CANARY") + PLAIN[20:],
        "long app14": long_app14(),
        "junk": PLAIN[:20] + b"CANARY" + PLAIN[20:],
        "junk after a scan's restart": between_scans(fx.jpeg(progressive=True), b"\xff\x01CANARY"),
        "text behind": PLAIN + b"CANARY",
        "picture behind": PLAIN + behind_soi(fx.small_jpeg(), EXIF),
        "padded picture behind": PLAIN + bytes(100) + behind_soi(fx.small_jpeg(), EXIF),
        "motion video behind": PLAIN + fx.MP4,
        "zip behind": PLAIN + fx.ZIP,
        "samsung behind": PLAIN + fx.samsung(),
        "late icc": between_scans(fx.jpeg(progressive=True), marked(0xE2, b"ICC_PROFILE\0\1\1CANARY")),
        "second app14": behind_soi(PLAIN, marked(0xEE, b"CANARY")),
        "quantization table nobody uses": before(PLAIN, b"\xff\xc0", marked(0xDB, quantizer(3))),
        "quantization table defined again": behind_soi(PLAIN, marked(0xDB, quantizer(0) + quantizer(1))),
        "quantization tables in one segment": in_one(PLAIN, 0xDB, quantizer(2), quantizer(0)),
        "quantization table behind the picture": before(PLAIN, b"\xff\xd9", marked(0xDB, quantizer(0))),
        "huffman table nobody uses": before(PLAIN, b"\xff\xc0", marked(0xC4, codes(0x12))),
        "huffman table defined again": behind_soi(PLAIN, marked(0xC4, codes(0) + codes(0x11))),
        "huffman tables in one segment": in_one(PLAIN, 0xC4, codes(2), codes(0)),
        "huffman table of a scan before": between_scans(fx.jpeg(progressive=True), marked(0xC4, codes(0x13))),
        "scan behind the picture": before(PLAIN, b"\xff\xd9", scan_header(PLAIN) + b"CANARY"),
        "frame behind the picture": before(PLAIN, b"\xff\xd9", marked(0xC1, b"CANARYCANARY")),
        "unknown marker behind the picture": before(PLAIN, b"\xff\xd9", b"\xff\xdfCANARY"),
        "restart without an interval": before(PLAIN, b"\xff\xd9", b"\xff\xd0CANARY\xff\xd1CANARY"),
        "segment without a length": behind_soi(PLAIN, b"\xff\xe1\0\1CANARY"),
        "marker that is none between restarts": RESTARTS.replace(b"\xff\xd3", b"\xff\x42CANARY\xff\xd3", 1),
        "behind the scan": before(PLAIN, b"\xff\xd9", b"CANARY"),
        "behind the scan, restarts": before(RESTARTS, b"\xff\xd9", b"CANARY"),
        "behind the scan, progressive": before(PROGRESSIVE, b"\xff\xd9", b"CANARY"),
        "behind the scan, first of many": between_scans(PROGRESSIVE, b"CANARY"),
        "behind the scan, colour by colour": before(apart(), b"\xff\xd9", b"CANARY"),
        "behind the scan, first colour": between_scans(apart(), b"CANARY"),
        "words in app14": behind_soi(PLAIN, marked(0xEE, b"AdobeCANARY\1")),
        "short jfif": behind_soi(PLAIN[:2] + PLAIN[20:], marked(0xE0, b"JFIF\0CANARY")),
    }
    odd: ClassVar = {
        "fill": PLAIN[:20] + b"\xff" * 9 + PLAIN[20:],
        "fill at the end": PLAIN[:-2] + b"\xff" * 5 + PLAIN[-2:],
        "padding": PLAIN + bytes(20),
        "upright": behind_soi(PLAIN, marked(0xE1, b"Exif\0\0" + fx.exif(1))),
        "arithmetic conditioning nobody uses": behind_soi(
            PLAIN, marked(0xCC, b"\0\x10\0\x20\x10C\x10A\x10N")
        ),
        "restart intervals": before(
            PLAIN, b"\xff\xda", *(marked(0xDD, word) for word in (b"CA", b"NA", b"\0\0"))
        ),
        "restart interval behind the picture": before(PLAIN, b"\xff\xd9", marked(0xDD, b"CA")),
        "restart interval of no restart": before(PLAIN, b"\xff\xda", marked(0xDD, b"CA")),
        "extended frame that is baseline": PLAIN.replace(b"\xff\xc0", b"\xff\xc1"),
        "small numbers in two bytes": with_quantizers(PLAIN.replace(b"\xff\xc0", b"\xff\xc1"), wide),
        "lines told twice": before(PLAIN, b"\xff\xd9", marked(0xDC, b"CA"), marked(0xDC, b"NA")),
        "limits of a sequential scan": PLAIN.replace(scan_header(PLAIN), scan_header(PLAIN)[:-3] + b"CAN"),
        "tables of a progressive scan": fx.jpeg(progressive=True).replace(
            b"\xff\xda\0\x08\1\1\0", b"\xff\xda\0\x08\1\1\x70"
        ),
        "names of components": named(PLAIN, b"CAN"),
        "version and unit of jfif": PLAIN[:11] + b"CAN" + PLAIN[14:],
        "shape of pixels": PLAIN[:13] + b"\0CANA" + PLAIN[18:],
        "shape of pixels that is square": PLAIN[:13] + b"\0\x41\x43\x41\x43" + PLAIN[18:],
        "density that none has": PLAIN[:13] + b"\1CACA" + PLAIN[18:],
        "tables as Photoshop puts them": arranged(PLAIN, "APP0/JFIF", "DQT", "SOF0", "DHT"),
        "tables as cameras put them": arranged(PLAIN, "APP0/JFIF", "DHT", "DQT", "SOF0"),
        "jfif behind the tables": arranged(PLAIN, "DQT", "APP0/JFIF", "SOF0", "DHT"),
        "app14 behind the tables": arranged(
            fx.saved(fx.picture("CMYK"), "JPEG"), "DQT", "APP14/Adobe", "SOF0", "DHT"
        ),
        "lengths of a profile's pieces": behind_soi(PLAIN, pieced(fx.profile(), 0x43, 0x41, 0x4E)),
        "pieces of a profile out of order": behind_soi(PLAIN, swapped(pieced(fx.profile(), 400))),
        "app14 beside jfif": PLAIN[:20] + marked(0xEE, b"Adobe\0d" + bytes(4) + b"\1") + PLAIN[20:],
        "app14 beside jfif, grey": GREY[:20] + marked(0xEE, b"Adobe\0d" + bytes(5)) + GREY[20:],
        "app14 twice": behind_soi(fx.saved(fx.picture("CMYK"), "JPEG"), marked(0xEE, b"Adobe\0d" + bytes(5))),
    }
    refused: ClassVar = frozenset(
        {  # Pillow reads on to the end, unlike browsers
            "scan behind the picture",
            "frame behind the picture",
            "unknown marker behind the picture",
        }
    )
    broken: ClassVar = {
        "nothing behind": b"\xff\xd8\xff",
        "no scan": PLAIN[: PLAIN.index(b"\xff\xda")] + b"\xff\xd9",
        "cut in a table": PLAIN[:60],
        "length of one": behind_soi(PLAIN, b"\xff\xdb\0\1"),
        "hierarchical": behind_soi(PLAIN, marked(0xDE, bytes(9))),
        "jpeg-ls": PLAIN.replace(b"\xff\xc0", b"\xff\xf7", 1),
        "long table": PLAIN[:20] + marked(0xDB, PLAIN[24:89] + b"CANARY") + PLAIN[89:],
        "long huffman table": behind_soi(PLAIN, marked(0xC4, bytes(17) + b"CANARY")),
        "two frames": PLAIN.replace(b"\xff\xc0", PLAIN[PLAIN.index(b"\xff\xc0") :][:19] + b"\xff\xc0", 1),
        "scan first": behind_soi(PLAIN, PLAIN[PLAIN.index(b"\xff\xda") :][:14]),
        "scan again": before(
            fx.jpeg(progressive=True), b"\xff\xd9", scan_header(fx.jpeg(progressive=True)) + b"CANARY"
        ),
        "scan of nothing": PLAIN.replace(scan_header(PLAIN), scan_header(PLAIN).replace(b"\2\x11", b"C\x11")),
        "far too many parts": behind_soi(PLAIN, marked(0xFE, b"") * 5000),
        "values of a table twice": twice(PLAIN),
        "long restart interval": behind_soi(PLAIN, marked(0xDD, b"\0\1CANARY")),
    }


def test_a_table_that_is_defined_as_it_stood_is_left_out() -> None:
    data = fx.jpeg(progressive=True, subsampling=0)
    first = data.index(b"\xff\xc4")
    table = data[first : first + 2 + int.from_bytes(data[first + 2 : first + 4], "big")]
    changed = between_scans(data, marked(0xC4, b"\0" + bytes(15) + b"\6CANARY") + table)
    assert scrubbed(jpeg.WALKER, changed) == scrubbed(jpeg.WALKER, data)
    assert shown(changed) == shown(data)


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_blocks": 1}, {"subsampling": 0}])
def test_all_kinds_are_kept_as_they_are(options: dict[str, object]) -> None:
    data = fx.jpeg(**options)
    assert scrubbed(jpeg.WALKER, data) == data


FAULTS = {
    "a second frame header": (marked(0xC1, PLAIN[PLAIN.index(b"\xff\xc0") + 4 :][:15]), b"\xff\xda"),
    "a segment that is not as long as what it holds": (marked(0xDD, b"long"), b"\xff\xda"),
    "a scan without a frame header": (scan_header(PLAIN), b"\xff\xdb"),
}


@pytest.mark.parametrize("why", FAULTS)
@pytest.mark.parametrize("comment", [b"", b"pushes it back"])
def test_a_fault_is_told_where_it_stands(why: str, comment: bytes) -> None:
    """Equal tables and headers are checked once, wherever they stand."""
    fault, word = FAULTS[why]
    data = before(behind_soi(PLAIN, marked(0xFE, comment)), word, fault)
    reader = fx.Memory(data)
    for _ in range(2):
        with pytest.raises(FormatError, match=why) as raised:
            list(jpeg.WALKER.plan(reader, jpeg.WALKER.segments(reader), Policy()))
        assert raised.value.offset == data.index(fault)


def test_what_is_found_of_tables_is_remembered_if_they_are_small() -> None:
    asked: list[int] = []

    @jpeg_tables.remembered
    def found(payloads: jpeg_tables.Payloads) -> int:
        asked.append(len(payloads[0][1]))
        return asked[-1]

    sizes = [10, 10, jpeg_tables.REMEMBERED, jpeg_tables.REMEMBERED + 1, jpeg_tables.REMEMBERED + 1, 10]
    assert [found((("DQT", bytes(size)),)) for size in sizes] == sizes
    assert asked == [10, *sizes[2:5]]


LARGE = with_quantizers(PLAIN, lambda table: wide(table)[:-2] + b"\1\0")  # a number that needs its two bytes


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB])
def test_every_frame_kind_is_structure(frame: int) -> None:
    data = scrubbed(jpeg.WALKER, LARGE.replace(b"\xff\xc0", bytes((0xFF, frame)), 1))
    assert bytes((0xFF, frame)) in data
    assert scrubbed(jpeg.WALKER, behind_soi(data, marked(0xFE, b"CANARY"))) == data


@pytest.mark.parametrize("interval", [1, 2, 3, 5])
def test_a_restart_interval_is_no_longer_than_the_scan(interval: int) -> None:
    """40 x 24 pixels are six units of 16 x 16. Each band of a progressive picture has its own number."""
    data = fx.jpeg(restart_marker_blocks=interval)
    assert scrubbed(jpeg.WALKER, data) == data
    for plain, most in ((PLAIN, 6), (PROGRESSIVE, 15)):
        told = before(plain, plain[plain.index(b"\xff\xda") :], marked(0xDD, b"CA"))
        clean = scrubbed(jpeg.WALKER, told)
        assert clean == scrubbed(jpeg.WALKER, told.replace(b"CA", bytes((0, most))))
        assert marked(0xDD, bytes((0, most))) in clean


def test_a_frame_that_is_not_baseline_stays_extended() -> None:
    """A third table of Huffman; twelve bits (B.2.2, table B.2)."""
    third = PLAIN.replace(b"\xff\xc0", b"\xff\xc1").replace(b"\xff\xda\0\x0c\3\1\0", b"\xff\xda\0\x0c\3\1\2")
    table = next(t for t in re.findall(rb"\xff\xc4..(\x10.*?)\xff", third, re.DOTALL))
    third = before(third, b"\xff\xda", marked(0xC4, b"\x12" + table[1:]))
    deep = PLAIN.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c")
    for data in (third, deep):
        assert b"\xff\xc1" in scrubbed(jpeg.WALKER, data)


def test_height_may_follow_the_first_scan() -> None:
    at = PLAIN.index(b"\xff\xc0") + 5
    data = PLAIN[:at] + b"\0\0" + PLAIN[at + 2 : -2] + marked(0xDC, b"\0\x18") + b"\xff\xd9"
    source = fx.reader(data)
    assert jpeg.WALKER.size(source, jpeg.WALKER.segments(source)) == (40, 24)
    assert scrubbed(jpeg.WALKER, data) == data


def test_the_lone_block_follows_the_jfif_header() -> None:
    names = [s.name for s in jpeg.WALKER.segments(fx.reader(scrubbed(jpeg.WALKER, behind_soi(PLAIN, EXIF))))]
    assert names[:3] == ["SOI", "APP0/JFIF", "APP1/Exif"]


@pytest.mark.parametrize("transform", [0, 2])
def test_adobe_stays_where_it_tells_more_than_jfif(transform: int) -> None:
    data = PLAIN[:20] + marked(0xEE, b"Adobe\0d" + bytes(4) + bytes((transform,))) + PLAIN[20:]
    assert scrubbed(jpeg.WALKER, data) == data


def test_adobe_stays_where_nothing_else_tells() -> None:
    data = behind_soi(PLAIN[:2] + PLAIN[20:], marked(0xEE, b"Adobe\0d" + bytes(4) + b"\1"))
    assert scrubbed(jpeg.WALKER, data) == data


def test_the_last_word_of_adobe_counts() -> None:
    data = fx.saved(fx.picture("CMYK"), "JPEG")
    assert scrubbed(jpeg.WALKER, behind_soi(data, marked(0xEE, b"Adobe\0d\0\0\0\0\1"))) == data


def test_a_file_without_end_marker_stays_without() -> None:
    data = without_eoi(PLAIN)
    assert scrubbed(jpeg.WALKER, behind_soi(data, marked(0xFE, b"CANARY"))) == data


def test_an_end_marker_replaces_what_ended_the_scan() -> None:
    data = without_eoi(PLAIN) + b"\xff\xe5\xff"
    clean = scrubbed(jpeg.WALKER, data)
    assert clean == PLAIN
    assert shown(clean) == shown(data)


def test_a_second_picture_behind_one_without_end() -> None:
    data = without_eoi(PLAIN) + behind_soi(fx.small_jpeg(), EXIF)
    assert scrubbed(jpeg.WALKER, data) == PLAIN
    assert reveals(jpeg.WALKER, data) >= {Reveal.PICTURE, Reveal.LOCATION}


def test_colour_profile_in_pieces_keeps_its_order() -> None:
    pieces = [
        marked(0xE2, b"ICC_PROFILE\0" + bytes((n, 2)) + fx.profile()[300 * (n - 1) :][:300]) for n in (1, 2)
    ]
    data = behind_soi(PLAIN, pieces[0], marked(0xFE, b"CANARY"), pieces[1])
    assert pieces[0] + pieces[1] in scrubbed(jpeg.WALKER, data)


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("motion video behind", Reveal.VIDEO),
        ("samsung behind", Reveal.VIDEO),
        ("picture behind", Reveal.PICTURE),
        ("zip behind", Reveal.TRAILER),
        ("c2pa", Reveal.PROVENANCE),
        ("jfxx", Reveal.THUMBNAIL),
        ("jfif thumbnail", Reveal.THUMBNAIL),
        ("comment", Reveal.COMMENT),
        ("app5", Reveal.UNKNOWN),
        ("extended xmp", Reveal.PERSON),
        ("iptc", Reveal.LOCATION),
        ("picture behind", Reveal.LOCATION),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(jpeg.WALKER, TestJpeg.samples[sample])


def test_exif_in_two_segments_is_read_as_one() -> None:
    block = fx.exif(thumbnail=False)
    cut = len(block) - 60
    data = behind_soi(PLAIN, *(marked(0xE1, b"Exif\0\0" + part) for part in (block[:cut], block[cut:])))
    whole = {tag.name for tag in tags(jpeg.WALKER, behind_soi(PLAIN, marked(0xE1, b"Exif\0\0" + block)))}
    assert whole <= {tag.name for tag in tags(jpeg.WALKER, data)}


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("fill", [b"", b"\xff", b"\xff" * 9])
def test_markers_across_the_edge_of_a_window(
    monkeypatch: pytest.MonkeyPatch, shift: int, fill: bytes
) -> None:
    monkeypatch.setattr(jpeg_walk, "SCAN_WINDOW", 8)
    coded = b"\xff\0" * 5 + b"\xff\xd3" + b"x" * shift
    source = fx.reader(coded + fill + b"\xff\xd9")
    assert jpeg_walk.scan_end(source, 0) == len(coded + fill)
    behind = jpeg_walk.BEHIND
    whole = PLAIN[:-2] + b"\0" * shift + fill + b"\xff\xd9"
    segments = jpeg.WALKER.segments(fx.reader(whole))
    assert [s.name for s in segments[-2:]] == ["fill" if fill else behind if shift else "scan", "EOI"]
    assert sum(s.stop - s.start for s in segments if s.name == "fill") == len(fill)


@pytest.mark.parametrize(
    "piece",
    [
        marked(0xE1, b"Exif\0\0" + bytes(30_000)),
        marked(0xE1, MORE_WORD + bytes(8) + b"<a b='c'/>" * 3000),
        marked(0xE2, b"ICC_PROFILE\0\1\1" + fx.profile() + bytes(30_000)),
        marked(0xEB, b"JP" + b'"@type":"Person"' * 2000),
        marked(0xC4, bytes(17 * 1800)),
        marked(0xCC, bytes(30_000)),
    ],
)
def test_many_pieces_are_each_read_once(piece: bytes) -> None:
    source = fx.reader(behind_soi(PLAIN, piece * 600))
    started = time.process_time()
    segments = jpeg.WALKER.segments(source)
    for segment in segments:
        assert sum(1 for _ in jpeg.WALKER.tags(source, segment)) < 100
    with contextlib.suppress(FormatError):
        list(jpeg.WALKER.plan(source, segments, Policy()))
    assert time.process_time() - started < 5


def test_memory_does_not_grow_with_the_scan() -> None:
    data = PLAIN[:-2] + b"\x55" * (5 << 20) + b"\xff\xd9"
    source = fx.Memory(data)
    segments = jpeg.WALKER.segments(source)
    assert source.largest <= 1 << 20
    assert segments[-2].stop - segments[-2].start == 5 << 20


def test_the_header_alone_leaves_scans_unread() -> None:
    data = PLAIN[:-2] + b"\x55" * (2 << 20) + b"\xff\xd9"
    source = fx.Memory(data)
    assert jpeg.WALKER.header(source)[-1].name == "unscanned"
    assert jpeg.WALKER.header(fx.reader(data + b"CANARY"))[-1].name == "trailer"


def test_not_a_jpeg() -> None:
    with pytest.raises(FormatError):
        jpeg.WALKER.segments(fx.reader(b"GIF89a"))


def test_a_second_walk_goes_on_by_what_stands_there() -> None:
    """A proven scan spares the search, nothing else: bytes behind it that are no marker are seen."""
    data = fx.jpeg(progressive=True)
    source = fx.reader(data)
    found = jpeg.WALKER.segments(source)
    proven = [segment for segment in found if segment.role is Role.PAYLOAD]
    assert proven
    assert jpeg.WALKER.rewalk(source, proven) == found
    assert jpeg.WALKER.rewalk(source, []) == found
    stop = proven[-1].stop
    tampered = fx.reader(data[:stop] + b"hidden" + data[stop:])
    assert any(segment.role is Role.ORPHAN for segment in jpeg.WALKER.rewalk(tampered, proven))


@given(
    st.lists(
        st.sampled_from([b"\xff\0", b"\xff\xd9", b"\xff\xd0", b"\xff\xff", b"\xff", b"\0", b"abc"]),
        max_size=40,
    )
)
def test_counting_finds_the_same_end_of_a_scan_as_searching(parts: list[bytes]) -> None:
    source = fx.reader(b"".join(parts))
    for restarts in (True, False):
        counted = jpeg_walk.scan_end(source, 0, restarts=restarts)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(jpeg_walk, "_count", None)
            assert jpeg_walk.scan_end(source, 0, restarts=restarts) == counted
