"""Claims of origin, thermal cameras and data of no known kind."""

from __future__ import annotations

import io
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import flir_tags, jpeg, jumbf_tags, loose_tags, mp4
from audit.formats.base import Reveal, Tag
from tests.formats import fixtures as fx
from tests.formats import movies
from tests.formats.boxes import box
from tests.formats.movie_samples import C2PA_ID


def told(data: bytes) -> set[tuple[str, str, Reveal | None]]:
    reader = fx.reader(data)
    return {tag[1:] for segment in jpeg.WALKER.segments(reader) for tag in jpeg.WALKER.tags(reader, segment)}


AUTHOR = ("author", "Jane CANARY", Reveal.OWNER)


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (b'{"author":[{"name":"Jane CANARY","@type":"Person"}]}', AUTHOR),
        (b'{"author":[{"@type":"Organization","name":"Jane CANARY"}]}', AUTHOR),
        (b'{"x": {"@type": "Person", "name": "Jane CANARY"}}', AUTHOR),
        (b'{"copyright": "Jane CANARY"}', ("copyright", "Jane CANARY", Reveal.OWNER)),
        (b'{"location": "CANARY, Oregon"}', ("location", "CANARY, Oregon", Reveal.LOCATION)),
        (b"hdateTimew1985-04-12T23:20:50.52Zr", ("DateTime", "1985-04-12T23:20:50.52Z", Reveal.TIME)),
        (b"dwhen\xc0t2024-05-06T07:08:09Zf", ("DateTime", "2024-05-06T07:08:09Z", Reveal.TIME)),
        (b'"dateTime": "2024-05-06T07:08:09Z"', ("DateTime", "2024-05-06T07:08:09Z", Reveal.TIME)),
        (b"jumd\0c2pa.thumbnail.ingredient__1.jpeg\0", ("Thumbnail", "ingredient", Reveal.THUMBNAIL)),
        (b"msoftwareAgent\xa1dnamejCANARY/1.0", ("ClaimGenerator", "CANARY/1.0", Reveal.SOFTWARE)),
        (b"oclaim_generatorjCANARY/1.0calg", ("ClaimGenerator", "CANARY/1.0", Reveal.SOFTWARE)),
        (
            b"tclaim_generator_info\xa2dnamejCANARY/1.0",
            ("ClaimGenerator", "CANARY/1.0", Reveal.SOFTWARE),
        ),
        (
            b"tclaim_generator_info\x81\xa1dnamejCANARY/1.0",
            ("ClaimGenerator", "CANARY/1.0", Reveal.SOFTWARE),
        ),
        (b"hdc:titlejCANARY.jpg", ("Title", "CANARY.jpg", Reveal.COMMENT)),
        (b'"dc:title": "CANARY.jpg"', ("Title", "CANARY.jpg", Reveal.COMMENT)),
        (
            b"msoftwareAgentx\x18CANARY pictures of words",
            ("ClaimGenerator", "CANARY pictures of words", Reveal.SOFTWARE),
        ),
        (
            b"qdigitalSourceTypex\x46http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMediak",
            ("DigitalSourceType", "trainedAlgorithmicMedia", Reveal.PROVENANCE),
        ),
    ],
)
def test_what_a_claim_says(claim: bytes, found: tuple[str, str, Reveal]) -> None:
    assert found in {tag[1:] for tag in jumbf_tags.tags(b"\0\0jumb" + claim + b"\0\xa1", 99)}


def test_a_claim_in_several_segments() -> None:
    """The words may lie across two of them."""
    whole = b'{"author":[{"name":"Jane CANARY","@type":"Person"}]}'
    parts = [
        fx.marked(0xEB, b"JP\0\1" + struct.pack(">I", number) + b"\0\0\0\x40jumb" + part)
        for number, part in enumerate((whole[:24], whole[24:]), 1)
    ]
    assert AUTHOR in told(fx.behind_soi(fx.jpeg(), *parts))


def test_a_claim_of_a_movie() -> None:
    claim = box(b"uuid", C2PA_ID, b'jumb{"author":[{"name":"Jane CANARY","@type":"Person"}]}')
    reader = fx.reader(movies.Movie(between=claim).made())
    found = {tag[1:] for part in mp4.WALKER.segments(reader) for tag in mp4.WALKER.tags(reader, part)}
    assert AUTHOR in found
    assert Reveal.PROVENANCE in {reveals for *_, reveals in found}


def flir(*records: tuple[int, bytes]) -> bytes:
    head = b"FFF\0" + b"CANARY".ljust(16, b"\0") + struct.pack(">III", 100, 64, len(records))
    places, data = b"", b""
    for kind, record in records:
        at = 64 + 32 * len(records) + len(data)
        places += struct.pack(">HHIIII", kind, 1, 100, 1, at, len(record)) + bytes(12)
        data += record
    return head.ljust(64, b"\0") + places + data


def test_a_thermal_camera() -> None:
    camera = (bytes(0xD4) + b"CANARY E40".ljust(48, b"\0") + b"CANARY-0815").ljust(0x200, b"\0")
    place = struct.pack("<I4s2s2s4xdd", 1, b"\2\2\0\0", b"N", b"E", 48.858, 2.294) + bytes(16)
    data = flir((0x20, camera), (0x2B, place))
    half = len(data) // 2
    parts = [
        fx.marked(0xE1, b"FLIR\0\1" + bytes((number, 1)) + part)
        for number, part in enumerate((data[:half], data[half:]))
    ]
    found = told(fx.behind_soi(fx.jpeg(), *parts))
    assert ("CameraSerialNumber", "CANARY-0815", Reveal.SERIAL) in found
    assert ("CameraModel", "CANARY E40", Reveal.DEVICE) in found
    assert ("GPSPosition", "48.858000, 2.294000", Reveal.LOCATION) in found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"[camera info]\r\nSerial#=#CANARY\r\nID=x", ("serial", "#CANARY", Reveal.SERIAL)),
        (b'{"owner": "Jane CANARY"}', ("owner", "Jane CANARY", Reveal.OWNER)),
        (b"x\0Location: CANARY street\0x", ("place", "CANARY street", Reveal.LOCATION)),
        (b"\x03\x311998.10.24.12.08.57\0", ("moment", "1998.10.24.12.08.57", Reveal.TIME)),
        (b"some \x1c\2\0\0\2\0\2\x1c\2\x50\0\6CANARY", ("By-line", "CANARY", Reveal.OWNER)),
        (b"AXS!" + fx.XMP + b"more", ("dc:creator", "Jane CANARY", Reveal.OWNER)),
        (b"junk Exif\0\0" + fx.exif(), ("BodySerialNumber", "CANARY-0815", Reveal.SERIAL)),
    ],
)
def test_words_in_data_of_no_known_kind(data: bytes, found: tuple[str, str, Reveal]) -> None:
    if data.startswith(b"\x03"):
        data = b"QVCI" + data[2:]
    assert found in told(fx.behind_soi(fx.jpeg(), fx.marked(0xE9, data)))
    assert found in told(fx.jpeg() + b"tail " + data)


def test_a_clock_in_seconds() -> None:
    """As Agfa and Olympus write it into APP12."""
    data = b"AGFA\0\r\n[picture info]\r\nTimeDate=915117440\r\nShutter=6460\r\n"
    found = told(fx.behind_soi(fx.jpeg(), fx.marked(0xEC, data)))
    assert ("moment", "1998:12:31 15:17:20", Reveal.TIME) in found
    assert not any(
        tag.reveals is Reveal.TIME for tag in loose_tags.tags(data.replace(b"TimeDate", b"XTimeDate"))
    )


def test_the_sensors_of_a_camera_for_warmth() -> None:
    """Behind each word stands what the memory happened to hold."""
    words = [b"CANARY"] * 5 + [struct.pack("<f", 1.1)] + [b"CANARY"] * 5
    words[3], words[9] = b"CANARY-0815", b"CANARY-0816"
    data = b"".join((word + b"\0" + b"\x9d\1more").ljust(64, b"\0") for word in words) + bytes(64)
    found = told(fx.behind_soi(fx.jpeg(), fx.marked(0xE9, data)))
    assert {("serial", f"CANARY-081{n}", Reveal.SERIAL) for n in (5, 6)} <= found
    assert not list(loose_tags.tags(data.replace(b"CANARY\0", b"CANAR\1\0")))


def test_a_block_of_gopros() -> None:
    def entry(key: bytes, kind: bytes, size: int, value: bytes) -> bytes:
        head = key + kind + struct.pack(">BH", size, len(value) // size)
        return head + value + bytes(-len(value) % 4)

    inner = entry(b"CASN", b"c", 1, b"CANARY-0815") + entry(b"MUID", b"L", 4, bytes(range(32)))
    data = b"GoPro\0" + entry(b"DEVC", b"\0", 1, inner + entry(b"DVNM", b"c", 1, bytes(8)))
    found = told(fx.behind_soi(fx.jpeg(), fx.marked(0xE6, data)))
    assert ("CameraSerialNumber", "CANARY-0815", Reveal.SERIAL) in found
    assert ("MediaUniqueID", bytes(range(32)).hex(), Reveal.SERIAL) in found
    assert not any(name == "DeviceName" for name, *_ in found)


def test_ordinary_programs_words_are_no_names() -> None:
    assert list(loose_tags.tags(b"Ducky\0\1\0\4\0\0\0\x3c Qualcomm Camera Attributes\1 Q 70 \xff\xee")) == []


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    read = (
        loose_tags.tags(data),
        jumbf_tags.tags(data, 1),
        flir_tags.tags(flir((0x20, data), (0x2B, data))[: len(data)]),
    )
    for tags in read:
        assert all(len(tag.value) <= 1000 for tag in tags)


@pytest.mark.parametrize(
    "word",
    [
        b"Serial=",
        b"TimeDate=915117440 ",
        b'"author":[',
        b"softwareAgent",
        b"2020:01:01 10:10",
        b"digitalSourceType",
    ],
)
def test_time_stays_in_proportion(word: bytes) -> None:
    data = word * ((4 << 20) // len(word))
    start = time.process_time()
    list(loose_tags.tags(data))
    list(jumbf_tags.tags(data, len(data)))
    assert time.process_time() - start < 3


def test_a_private_tag_of_adobes_names_the_owner() -> None:
    from audit.formats import tiff

    out = io.BytesIO()
    fx.picture().save(out, "TIFF", tiffinfo={0xFDE8: "Jane CANARY"})
    reader = fx.reader(out.getvalue())
    tags = [tag for segment in tiff.WALKER.segments(reader) for tag in tiff.WALKER.tags(reader, segment)]
    assert Tag("EXIF", "OwnerName", "Jane CANARY", Reveal.OWNER) in tags
