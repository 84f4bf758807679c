from __future__ import annotations

import io
import struct
import time

import piexif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from audit.formats import exif, lone_exif, makernote
from audit.formats.base import Keep, Policy, Reveal, Tag
from tests.formats import fixtures as fx

TIMED = Policy(frozenset(Keep))


def directory(order: str, entries: list[tuple[int, int, int, bytes]], following: int = 0) -> bytes:
    body = b"".join(struct.pack(order + "HHI", *entry[:3]) + entry[3].ljust(4, b"\0") for entry in entries)
    return struct.pack(order + "H", len(entries)) + body + struct.pack(order + "I", following)


def block(
    order: str, entries: list[tuple[int, int, int, bytes]], tail: bytes = b"", following: int = 0
) -> bytes:
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(order + "I", 8) + directory(order, entries, following) + tail


def told(data: bytes) -> dict[str, str]:
    return {tag.name: tag.value for tag in exif.tags(data)}


def test_words_in_seldom_tags() -> None:
    """TIFF/EP, 5.2: ImageHistory; TIFF 6.0, section 16: InkNames."""
    entries = [(tag, 2, 7, struct.pack("<I", 38)) for tag in (0x014D, 0x9213)]
    found = [tag[1:] for tag in exif.tags(block("<", entries, b"CANARY\0"))]
    assert found == [("InkNames", "CANARY", Reveal.COMMENT), ("ImageHistory", "CANARY", Reveal.EDIT)]


def test_what_a_camera_writes() -> None:
    found = {tag.name: (tag.group, tag.value, tag.reveals) for tag in exif.tags(fx.exif())}
    assert found["Model"] == ("EXIF", "CANARY 1", Reveal.DEVICE)
    assert found["Artist"] == ("EXIF", "Jane CANARY", Reveal.OWNER)
    assert found["XPAuthor"] == ("EXIF", "Jane CANARY", Reveal.OWNER)
    assert found["ImageDescription"] == ("EXIF", "CANARY in the café", Reveal.COMMENT)
    assert found["UserComment"] == ("EXIF", "CANARY says hello", Reveal.COMMENT)
    assert found["BodySerialNumber"] == ("EXIF", "CANARY-0815", Reveal.SERIAL)
    assert found["CameraOwnerName"] == ("EXIF", "Jane CANARY", Reveal.OWNER)
    assert found["DateTimeOriginal"] == ("EXIF", "2024:03:09 13:37:11", Reveal.TIME)
    assert found["MakerNote"] == ("EXIF", "120 bytes", Reveal.UNKNOWN)
    assert found["GPSPosition"] == ("GPS", "-48.858331, 2.350000", Reveal.LOCATION)
    assert found["GPSAltitude"] == ("GPS", "35.5 m", Reveal.LOCATION)
    assert found["GPSDateTime"] == ("GPS", "2024:03:09 12:37:11 UTC", Reveal.TIME)
    assert found["GPSAreaInformation"] == ("GPS", "CANARY square", Reveal.LOCATION)
    assert found["Thumbnail"][2] is Reveal.THUMBNAIL
    preview = exif.thumbnail(fx.exif())
    assert preview is not None
    assert Image.open(io.BytesIO(preview)).tobytes() == Image.open(io.BytesIO(fx.small_jpeg())).tobytes()
    assert exif.thumbnail(fx.exif(thumbnail=False)) is None


def test_serial_numbers_in_the_first_directory() -> None:
    """Where Photoshop puts them."""
    entries = struct.pack("<H", 1) + struct.pack("<HHII", 0xA431, 2, 8, 26) + bytes(4)
    found = list(exif.tags(b"II*\0" + struct.pack("<I", 8) + entries + b"CANARY1\0"))
    assert found == [Tag("EXIF", "BodySerialNumber", "CANARY1", Reveal.SERIAL)]


def test_blocks_of_one_length_are_told_apart() -> None:
    one, other = fx.exif(), fx.exif().replace(b"CANARY-0815", b"CANARY-4711")
    for _ in range(2):
        assert told(one)["BodySerialNumber"] == "CANARY-0815"
        assert told(other)["BodySerialNumber"] == "CANARY-4711"


def test_no_position_reveals_none() -> None:
    zero = ((0, 1), (0, 1), (0, 1))
    gps = {1: b"N", 2: zero, 3: b"E", 4: zero}
    (tag,) = exif.tags(piexif.dump({"GPS": gps})[6:])
    assert tag == Tag("GPS", "GPSPosition", "0.000000, 0.000000", None)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders(order: str) -> None:
    data = block(order, [(0x0112, 3, 1, struct.pack(order + "H", 8)), (0x010F, 2, 4, b"ACM\0")])
    assert exif.orientation(data) == 8
    assert told(data)["Make"] == "ACM"


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(value: int) -> None:
    assert exif.orientation(block("<", [(0x0112, 3, 1, struct.pack("<H", value))])) == 1


def test_the_orientation_of_the_thumbnail_is_not_the_pictures() -> None:
    second = directory("<", [(0x0112, 3, 1, b"\6\0")])
    data = block("<", [(0x010F, 2, 4, b"ACM\0")], second, following=8 + 2 + 12 + 4)
    assert exif.orientation(data) is None


@pytest.mark.parametrize(("kind", "form"), [(1, "B"), (4, "I"), (6, "b"), (8, "h"), (9, "i")])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_orientation_of_any_whole_type(order: str, kind: int, form: str) -> None:
    """Some editors of the 2010s wrote it as a SLONG, and viewers turn those pictures."""
    value = struct.pack(order + form, 6).ljust(4, b"\0")
    assert exif.orientation(block(order, [(0x0112, kind, 1, value)])) == 6


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"UNICODE\0" + "grüße".encode("utf-16-le"), "grüße"),
        (b"UNICODE\0" + "\ufeffgrüße".encode("utf-16-be"), "grüße"),
        (b"JIS\0\0\0\0\0" + "日本".encode("iso2022_jp"), "日本"),
        (bytes(8) + b"plain", "plain"),
        (b"no prefix at all", "no prefix at all"),
    ],
)
def test_character_sets_of_a_comment(raw: bytes, text: str) -> None:
    outer = block("<", [(0x8769, 4, 1, struct.pack("<I", 26))])
    inner = directory("<", [(0x9286, 7, len(raw), struct.pack("<I", 26 + 18))])
    assert told(outer + inner + raw)["UserComment"] == text


@pytest.mark.parametrize("kind", [4, 9, 13])
def test_a_directory_is_led_to_by_numbers_of_several_kinds(kind: int) -> None:
    """TIFF 6.0 has LONG, its supplement IFD; some program wrote SLONG, and viewers go there."""
    outer = block("<", [(0x8825, kind, 1, struct.pack("<I", 26))])
    inner = directory("<", [(0x001D, 2, 20, struct.pack("<I", 26 + 18))])
    found = told(outer + inner + b"2008:05:08 09:54:28\0")
    assert found["GPSDateTime"] == "2008:05:08"


def test_directories_that_point_at_themselves() -> None:
    loop = block(
        "<", [(0x8769, 4, 1, struct.pack("<I", 8)), (0x8825, 4, 1, struct.pack("<I", 8))], following=8
    )
    assert len(list(exif.entries(loop))) == 2


def test_the_first_whole_numbers_tell_where_the_preview_is() -> None:
    words = [(0x0201, 2, 4, b"text"), (0x0202, 3, 1, struct.pack("<H", 3))]
    numbers = [(0x0201, 4, 1, struct.pack("<I", 90)), (0x0202, 4, 1, struct.pack("<I", 99))]
    listed = directory("<", [*words, *numbers, (0x0201, 4, 1, struct.pack("<I", 8))])
    data = block("<", [], listed + bytes(100), following=14)
    assert exif.thumbnail_span(data) == (90, 3)
    assert told(data)["Thumbnail"] == "3 bytes at 90"


def test_an_earlier_block_does_not_answer_for_a_later_one() -> None:
    turned = [block("<", [(0x0112, 3, 1, bytes((turn, 0)))]) for turn in (3, 6)]
    assert [exif.orientation(data) for data in turned + turned] == [3, 6, 3, 6]


def test_values_outside_the_block_are_left_out() -> None:
    data = block(
        "<", [(0x010F, 2, 0xFFFFFFFF, b"\x10\0\0\0"), (0x0110, 2, 9, b"\xf0\xff\0\0"), (0x0131, 2, 2, b"x\0")]
    )
    assert told(data) == {"Software": "x"}


def test_counts_that_lie_are_bounded() -> None:
    data = b"II*\0\x08\0\0\0\xff\xff" + (b"\x0e\x01\x02\0" + b"\xff\xff\0\0" + b"\x08\0\0\0") * 65535
    started = time.process_time()
    assert len(list(exif.tags(data))) <= exif.MOST_ENTRIES
    assert time.process_time() - started < 3


def test_not_exif_says_so() -> None:
    (tag,) = exif.tags(b"CANARY")
    assert (tag.name, tag.reveals) == ("malformed", Reveal.UNKNOWN)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header(data: bytes) -> None:
    for head in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        for tag in exif.tags(head + data):
            assert len(tag.value) <= 1000
        assert exif.orientation(head + data) in {None, *range(1, 9)}
        exif.thumbnail(head + data)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300))
def test_the_library_never_gets_out_of_hand(data: bytes) -> None:
    for tag in makernote.every(b"II*\0\x08\0\0\0" + data):
        assert len(tag.value) <= 1000


def test_directories_without_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert makernote.MOST_READS <= 100_000
    monkeypatch.setattr(makernote, "MOST_READS", 100)
    (tag,) = makernote.every(b"II*\0\x08\0\0\0\xff\xff" + bytes(9000))
    assert (tag.name, tag.reveals) == ("malformed", Reveal.UNKNOWN)


def test_every_tag_with_the_help_of_a_library() -> None:
    found = {tag.name: tag for tag in makernote.every(fx.exif())}
    assert found["BodySerialNumber"].reveals is Reveal.SERIAL
    assert found["GPSLatitude"].reveals is Reveal.LOCATION
    assert found["Model"].value == "CANARY 1"
    assert found["Orientation"].reveals is None


def test_an_upright_picture_needs_no_block() -> None:
    assert lone_exif.write(lone_exif.kept(fx.exif(1), Policy())) == b""
    assert lone_exif.write(lone_exif.kept(b"", TIMED)) == b""


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_lone_block_says_one_thing(orientation: int) -> None:
    written = lone_exif.write(lone_exif.kept(fx.exif(orientation), Policy()))
    assert len(written) <= 60
    assert [(e.directory, e.tag) for e in exif.entries(written)] == [("IFD0", 0x0112)]
    assert exif.orientation(written) == orientation
    assert lone_exif.write(lone_exif.kept(written, Policy())) == written


def test_a_time_that_is_a_sentence_is_not_kept() -> None:
    data = piexif.dump({"Exif": {0x9003: b"2024:03:09 CANARY!!", 0x9011: b"CANARY"}})[6:]
    assert lone_exif.kept(data, TIMED) == lone_exif.Kept()
    longer = piexif.dump({"Exif": {0x9003: b"2024:03:09 13:37:11 CANARY"}})[6:]
    assert b"CANARY" not in lone_exif.write(lone_exif.kept(longer, TIMED))


@pytest.mark.parametrize(
    ("words", "reveals"),
    [
        (b"a CANARY\nSteps: 20, Sampler: Euler a, Seed: 1", Reveal.PROMPT),
        (b"a CANARY --ar 16:9 --v 6 Job ID: 01234567-89ab", Reveal.PROMPT),
        (b"two steps from home", Reveal.COMMENT),
    ],
)
def test_what_was_asked_of_a_generator(words: bytes, reveals: Reveal) -> None:
    data = piexif.dump({"Exif": {piexif.ExifIFD.UserComment: b"ASCII\0\0\0" + words}})[6:]
    (tag,) = (tag for tag in exif.tags(data) if tag.name == "UserComment")
    assert tag.reveals is reveals


PLACE = Policy(frozenset({Keep.LOCATION}))


def placed(**changed: object) -> bytes:
    values = {
        "GPSLatitudeRef": b"N",
        "GPSLatitude": ((48, 1), (514998, 10000), (0, 0)),
        "GPSLongitudeRef": b"W",
        "GPSLongitude": ((2, 1), (21, 1), (0, 1)),
        **changed,
    }
    return piexif.dump({"GPS": {getattr(piexif.GPSIFD, name): value for name, value in values.items()}})[6:]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ["48.858330, -2.350000"]),
        ({"GPSLatitude": ((48858331, 1000000), (0, 7), (0, 9))}, ["48.858331, -2.350000"]),
        ({"GPSAltitude": (12345678, 10000)}, ["48.858330, -2.350000", "1234.6 m"]),
        ({"GPSAltitude": (4281, 10), "GPSAltitudeRef": 1}, ["48.858330, -2.350000", "-428.1 m"]),
        ({"GPSAltitude": (1, 0)}, ["48.858330, -2.350000"]),
        ({"GPSAltitude": (0x43414E41, 0x52590000)}, ["48.858330, -2.350000", "0.8 m"]),
        ({"GPSAltitude": (0x43414E41, 1)}, ["48.858330, -2.350000"]),
        ({"GPSSatellites": b"CANARY", "GPSMapDatum": b"CANARY"}, ["48.858330, -2.350000"]),
        ({"GPSLatitude": ((91, 1), (0, 1), (0, 1))}, []),
        ({"GPSLongitude": ((180, 1), (0, 1), (1, 1))}, []),
        ({"GPSLongitude": ((2, 0), (0, 1), (1, 1))}, []),
        ({"GPSLongitude": ((2, 1), (1, 0), (1, 1))}, []),
        ({"GPSLatitudeRef": b"CANARY"}, []),
        ({"GPSLatitude": ((0, 1),) * 3, "GPSLongitude": ((0, 1),) * 3}, []),
        ({"GPSLongitude": ((2, 1), (21, 1))}, []),
    ],
)
def test_a_place_is_written_anew_or_not_at_all(changed: dict[str, object], told: list[str]) -> None:
    lone = lone_exif.write(lone_exif.kept(placed(**changed), PLACE))
    assert [tag.value for tag in exif.tags(lone) if tag.reveals is Reveal.LOCATION] == told
    assert lone_exif.write(lone_exif.kept(lone, PLACE)) == lone
    assert b"CANARY" not in lone


def test_the_same_place_is_always_written_the_same_way() -> None:
    ways = (((48, 1), (30, 1), (0, 1)), ((97, 2), (0, 1), (0, 0)), ((48, 1), (29, 1), (60, 1)))
    assert len({lone_exif.write(lone_exif.kept(placed(GPSLatitude=way), PLACE)) for way in ways}) == 1


def test_utf_8_of_exif_3() -> None:
    words = "Zoë CANARY".encode()
    data = block("<", [(0x013B, 129, len(words), struct.pack("<I", 26))], words)
    assert told(data) == {"Artist": "Zoë CANARY"}
