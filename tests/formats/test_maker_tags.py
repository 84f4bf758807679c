from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import exif, maker_tags
from audit.formats.base import Reveal

Value = tuple[int, int, int, bytes]  # tag, kind, how many, bytes
AT = 8 + 2 + 3 * 12 + 4 + 32  # where the note stands in `block`


def words(tag: int, text: bytes) -> Value:
    return tag, 2, len(text), text


def directory(order: str, values: list[Value], behind: int) -> bytes:
    """A directory whose longer values begin `behind` bytes from what its offsets count from."""
    head, tail = struct.pack(order + "H", len(values)), b""
    behind += 2 + 12 * len(values) + 4
    for tag, kind, many, value in values:
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack(order + "I", behind + len(tail))
            tail += value
        head += struct.pack(order + "HHI", tag, kind, many) + place
    return head + bytes(4) + tail


def block(order: str, make: bytes, note: bytes) -> bytes:
    """An Exif block whose first directory holds the make and the note."""
    at_make = 8 + 2 + 3 * 12 + 4
    first = struct.pack(order + "HHHII", 3, 0x010F, 2, len(make), at_make)
    first += struct.pack(order + "HHII", 0x8769, 4, 1, AT + len(note))
    first += struct.pack(order + "HHIHH", 0x0112, 3, 1, 1, 0) + bytes(4)
    second = struct.pack(order + "HHHII", 1, 0x927C, 7, len(note), AT) + bytes(4)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    return head + first + make.ljust(32, b"\0") + note + second


def told(data: bytes) -> dict[str, tuple[str, Reveal | None]]:
    return {tag.name: (tag.value, tag.reveals) for tag in exif.tags(data) if tag.group == "MakerNote"}


SERIAL = [words(0x1D, b"CANARY-0815\0")]


@pytest.mark.parametrize(
    ("make", "head", "order", "base", "values", "name"),
    [
        (b"NIKON CORPORATION", b"Nikon\0\2\x10\0\0MM\0*\0\0\0\x08", ">", 8, SERIAL, "SerialNumber"),
        (b"NIKON", b"", "<", None, SERIAL, "SerialNumber"),
        (b"Canon", b"", "<", None, [words(0x09, b"Jane CANARY\0")], "OwnerName"),
        (b"Canon", b"", ">", None, [words(0x96, b"CANARY-0815\0")], "InternalSerialNumber"),
        (b"Apple", b"Apple iOS\0\0\1MM", ">", 14, [words(0x11, b"CANARY-0815\0")], "ContentIdentifier"),
        (
            b"FUJIFILM",
            b"FUJIFILM\x0c\0\0\0",
            "<",
            12,
            [words(0x10, b"CANARY-0815\0")],
            "InternalSerialNumber",
        ),
        (b"OLYMPUS", b"OLYMPUS\0II\3\0", "<", 12, [words(0x404, b"CANARY-0815\0")], "SerialNumber"),
        (b"OLYMPUS", b"OLYMP\0\1\0", ">", None, [words(0x101A, b"CANARY-0815\0")], "SerialNumber"),
        (b"Panasonic", b"Panasonic\0\0\0", "<", None, [words(0x66, b"CANARY junior\0")], "BabyName"),
        (b"Panasonic", b"Panasonic\0\0\0", "<", None, [words(0x6D, b"CANARY\0")], "City"),
        (b"PENTAX", b"PENTAX \0MM", ">", 10, [words(0x229, b"CANARY-0815\0")], "SerialNumber"),
        (b"PENTAX", b"AOC\0MM", ">", None, [words(0x229, b"CANARY-0815\0")], "SerialNumber"),
        (b"RICOH", b"Ricoh\0\0\0", "<", None, [(0x05, 7, 11, b"CANARY-0815")], "SerialNumber"),
        (b"PENTAX RICOH IMAGING", b"Ricoh\0\0\0", "<", None, [(0x05, 7, 11, b"CANARY-0815")], "SerialNumber"),
        (b"RICOH", b"RICOH\0II", "<", 8, [words(0x229, b"CANARY-0815\0")], "SerialNumber"),
        (b"PENTAX", b"PENTAX \0MM", ">", 10, [words(0x22E, b"Jane CANARY\0")], "Artist"),
        (b"PENTAX", b"PENTAX \0MM", ">", 10, [words(0x22F, b"Jane CANARY\0")], "Copyright"),
        (b"CASIO COMPUTER CO.,LTD", b"QVC\0\0\0", ">", None, [words(0x3006, b"CANARY\0")], "HometownCity"),
        (b"SONY", b"SONY DSC \0\0\0", "<", None, [words(0x2031, b"CANARY-0815\0")], "SerialNumber"),
        (b"SONY CORP", b"", "<", None, [words(0x2031, b"CANARY-0815\0")], "SerialNumber"),
        (
            b"LEICA CAMERA AG",
            b"LEICA\0\1\0",
            "<",
            8,
            [(0x500, 7, 11, b"CANARY-0815")],
            "InternalSerialNumber",
        ),
        (b"LEICA CAMERA AG", b"LEICA\0\x09\0", "<", None, [words(0x305, b"CANARY-1\0")], "SerialNumber"),
        (b"Leica Camera AG", b"LEICA\0\0\0", "<", 0, [words(0x303, b"CANARY-1\0")], "SerialNumber"),
        (b"LEICA", b"LEICA\0\0\0", "<", None, [words(0x66, b"CANARY junior\0")], "BabyName"),
        (
            b"Panasonic",
            b"Panasonic\0\0\0",
            "<",
            None,
            [words(0x54, b"CANARY-0815\0")],
            "AccessorySerialNumber",
        ),
        (b"Panasonic", b"Panasonic\0\0\0", "<", None, [words(0x80, b"CANARY\0")], "City2"),
        (b"SAMSUNG", b"", "<", 0, [words(0x31, b"CANARY\0")], "LocationName"),
        (b"SAMSUNG", b"", "<", 0, [words(0x123, b"Jane CANARY\0")], "FaceName"),
        (b"SIGMA", b"SIGMA\0\0\0\1\0", "<", None, [words(0x02, b"CANARY-0815\0")], "SerialNumber"),
        (b"SAMSUNG", b"", "<", 0, [words(0xA002, b"CANARY-0815\0")], "SerialNumber"),
        (b"motorola", b"MOT\0\1MM\0", ">", 8, [words(0x5501, b"CANARY-0815\0")], "SerialNumber"),
    ],
)
def test_what_each_maker_writes(
    make: bytes, head: bytes, order: str, base: int | None, values: list[Value], name: str
) -> None:
    """`base`: how far before the directory its offsets begin to count; None for the Exif block."""
    note = head + directory(order, values, AT + len(head) if base is None else base)
    for outer in "<>":
        found = told(block(outer, make, note))
        assert "CANARY" in found[name][0]
        assert found[name][1] is not None


def test_pentax_tells_cities_by_their_numbers() -> None:
    values = [(0x23, 3, 1, b"\0\x0f"), (0x24, 3, 1, b"\0\x63")]
    assert told(block(">", b"PENTAX", b"AOC\0MM" + directory(">", values, AT + 6))) == {
        "HometownCity": ("Halifax", Reveal.TIME),
        "DestinationCity": ("number 99", Reveal.TIME),
    }


def test_a_number_is_a_serial_number_too() -> None:
    note = directory("<", [(0x0C, 4, 1, struct.pack("<I", 8675309)), (0x28, 1, 16, bytes(16))], AT)
    assert told(block("<", b"Canon", note)) == {"SerialNumber": ("8675309", Reveal.SERIAL)}


def test_bytes_that_are_no_words_are_shown_in_digits() -> None:
    camera = bytes(0x18) + b"\x57\x5b\xbd\xf3" + bytes(20)
    note = directory(">", [(0x1101, 7, len(camera), camera)], AT)
    assert told(block(">", b"Nintendo", note)) == {"InternalSerialNumber": ("575bbdf3", Reveal.SERIAL)}
    note = b"Panasonic\0\0\0" + directory("<", [(0x25, 7, 16, b"\1\2CANARY-0815" + bytes(3))], AT + 12)
    assert told(block("<", b"Panasonic", note))["InternalSerialNumber"][0].startswith("010243414e415259")


def faces() -> bytes:
    """Panasonic's table of two recognised faces."""
    face = b"Jane CANARY".ljust(28, b"\0") + b"9999:99:99".ljust(20, b"\0")
    return struct.pack("<HH", 2, 0) + face + b"Baby CANARY".ljust(48, b"\0") + b"not there".ljust(48, b"\0")


def entry(order: str) -> bytes:
    """Fujifilm's list of one recognised face, with its birthday."""
    said = bytearray(62)
    struct.pack_into(order + "II", said, 30, 11, 8 + 62)
    struct.pack_into(order + "II", said, 54, 8, 8 + 62 + 11)
    return struct.pack(order + "II", 8, 62) + said + b"Jane CANARY19990101"


@pytest.mark.parametrize(
    ("make", "head", "order", "tag", "value", "expected"),
    [
        (
            b"Panasonic",
            b"Panasonic\0\0\0",
            "<",
            0x61,
            faces(),
            [("Jane CANARY", Reveal.PERSON), ("9999:99:99", Reveal.PERSON), ("Baby CANARY", Reveal.PERSON)],
        ),
        (
            b"FUJIFILM",
            b"FUJIFILM\x0c\0\0\0",
            "<",
            0x4282,
            entry("<"),
            [("Jane CANARY", Reveal.PERSON), ("19990101", Reveal.PERSON)],
        ),
        (
            b"NIKON",
            b"Nikon\0\2\x10\0\0MM\0*\0\0\0\x08",
            ">",
            0x39,
            b"0100\1ESP\0" + b"CANARY Street".ljust(70, b"\0"),
            [("ESP", Reveal.LOCATION), ("CANARY Street", Reveal.LOCATION)],
        ),
        (
            b"NIKON",
            b"Nikon\0\2\x10\0\0MM\0*\0\0\0\x08",
            ">",
            0x39,
            b"0100\2\0\0\0\0" + "CANARY Š".encode("utf-16-be").ljust(70, b"\0"),
            [("CANARY Š", Reveal.LOCATION)],
        ),
        (
            b"Canon",
            b"",
            "<",
            0x4019,
            bytes.fromhex("0012345678") + bytes(25),
            [("0012345678", Reveal.SERIAL)],
        ),
        (b"Canon", b"", "<", 0x4019, bytes(4) + b"\1" + bytes(25), []),
    ],
)
def test_values_that_hold_several_things(
    make: bytes, head: bytes, order: str, tag: int, value: bytes, expected: list[tuple[str, Reveal]]
) -> None:
    count_from = {b"FUJIFILM": 12, b"NIKON": 8}.get(make, AT + len(head))
    note = head + directory(order, [(tag, 7, len(value), value)], count_from)
    found = [each for each in exif.tags(block("<", make, note)) if each.group == "MakerNote"]
    assert [(each.value, each.reveals) for each in found] == expected


@pytest.mark.parametrize(
    ("model", "place", "digits"),
    [
        (b"ILCE-6000", 0x7C, 8),
        (b"ILCE-7M3", 0x88, 12),
        (b"ILCE-7M4", 0x88, 12),
        (b"ILCE-1", 0x8A, 12),
        (b"ILCE-6700", 0x38, 12),
        (b"SLT-A77V", 0xF0, 10),
        (b"ILCE-9M3", 0, 0),
        (b"NEX-7", 0, 0),
        (b"DSC-RX100", 0, 0),
    ],
)
def test_sony_enciphers_a_serial_number_whose_place_depends_on_the_model(
    model: bytes, place: int, digits: int
) -> None:
    """ExifTool's Sony.pm: each byte below 249 to its third power, modulo 249."""
    plain = bytes(each if each % 2 else 0xF0 for each in range(0x100))
    value = bytes(pow(each, 3, 249) if each < 249 else each for each in plain)
    first = struct.pack("<HHHI", 3, 0x010F, 2, 4) + b"SONY"
    first += (
        struct.pack("<HHII", 0x0110, 2, len(model), 50) + struct.pack("<HHII", 0x8769, 4, 1, 66) + bytes(4)
    )
    head = b"II*\0" + struct.pack("<I", 8) + first + model.ljust(16, b"\0")
    note = directory("<", [(0x9050, 7, len(value), value)], 84)
    second = struct.pack("<HHHII", 1, 0x927C, 7, len(note), 84) + bytes(4)
    expected = [plain[place : place + digits // 2].hex()] if digits else []
    found = [
        each.value for each in exif.tags(head + second.ljust(18, b"\0") + note) if each.group == "MakerNote"
    ]
    assert found == expected


def test_a_number_of_bytes_that_happen_to_be_letters_is_shown_in_digits() -> None:
    raw = b"O'5\xd9\xf8nT&Z\xectv\xab\xf4\xac\xf6"
    note = directory("<", [(0x28, 1, len(raw), raw)], AT)
    assert told(block("<", b"Canon", note)) == {"ImageUniqueID": (raw.hex(), Reveal.SERIAL)}


@pytest.mark.parametrize("by", [-100, 100, 5000])
def test_a_note_that_was_moved_is_read_where_it_is(by: int) -> None:
    values = [words(0x07, b"Firmware 1.00\0"), words(0x09, b"Jane CANARY\0")]
    found = told(block("<", b"Canon", directory("<", values, AT + by)))
    assert found["OwnerName"] == ("Jane CANARY", Reveal.OWNER)


@pytest.mark.parametrize("by", [-24, 24, 100])
def test_a_long_note_that_was_moved_by_little_is_read_where_it_is(by: int) -> None:
    """Casio's have a preview inside, so that what offsets lead to still lies in the note."""
    values = [words(0x3006, b"CANARY\0"), (0x2000, 7, 900, bytes(900))]
    found = told(block(">", b"CASIO", b"QVC\0\0\0" + directory(">", values, AT + 6 + by)))
    assert found == {"HometownCity": ("CANARY", Reveal.TIME)}


@pytest.mark.parametrize("gap", [0, 2, 16])
def test_casios_gaps_before_the_first_value_are_no_move(gap: int) -> None:
    values = [words(0x3006, b"CANARY\0"), (0x2000, 7, 900, bytes(900))]
    made = directory(">", values, AT + 6 - 4 + gap)
    cut = len(made) - 907 - 4
    note = b"QVC\0\0\0" + made[:cut] + bytes(gap) + made[cut + 4 :]
    assert told(block(">", b"CASIO", note)) == {"HometownCity": ("CANARY", Reveal.TIME)}


def test_text_that_is_none_is_not_told() -> None:
    """Programs that move a note leave its offsets as they were: they lead to other bytes."""
    note = b"QVC\0\0\0" + directory(">", [words(0x3006, b"\xff\xd8\xff\xdb\0C\0\1\2\3")], AT + 6)
    assert told(block(">", b"CASIO", note)) == {}


def test_what_stands_in_a_directory_of_its_own() -> None:
    head = b"OLYMPUS\0II\3\0"
    inner = directory("<", [words(0x101, b"CANARY-0815\0"), words(0x202, b"CANARY lens\0")], 12 + 18)
    note = head + struct.pack("<HHHII", 1, 0x2010, 13, 1, 12 + 18) + bytes(4) + inner
    found = told(block("<", b"OLYMPUS", note))
    assert found == {
        "SerialNumber": ("CANARY-0815", Reveal.SERIAL),
        "LensSerialNumber": ("CANARY lens", Reveal.SERIAL),
    }


def test_olympus_keeps_its_clock_among_the_settings() -> None:
    head = b"OLYMPUS\0II\3\0"
    inner = directory("<", [words(0x908, b"2013:11:12 04:54:29\0"), words(0x101, b"not here\0")], 12 + 18)
    note = head + struct.pack("<HHHII", 1, 0x2020, 13, 1, 12 + 18) + bytes(4) + inner
    assert told(block("<", b"OLYMPUS", note)) == {"DateTimeUTC": ("2013:11:12 04:54:29", Reveal.TIME)}


def test_what_nobody_typed_in_is_not_told() -> None:
    note = b"Panasonic\0\0\0" + directory("<", [words(0x6D, b"---\0"), words(0x66, bytes(64))], AT + 12)
    assert told(block("<", b"Panasonic", note)) == {}


@settings(deadline=None)
@given(st.sampled_from([layout[:2] for layout in maker_tags._LAYOUTS]), st.binary(max_size=120))
def test_any_bytes(layout: tuple[bytes, bytes], data: bytes) -> None:
    make, begins = layout
    for tag in exif.tags(block("<", make, begins + data)):
        assert len(tag.value) <= 1000


def test_directories_that_point_at_themselves() -> None:
    head = b"OLYMPUS\0II\3\0"
    note = head + struct.pack("<H", 255) + struct.pack("<HHII", 0x2010, 13, 1, 12) * 255 + bytes(4)
    start = time.perf_counter()
    list(exif.tags(block("<", b"OLYMPUS", note)))
    assert time.perf_counter() - start < 1
