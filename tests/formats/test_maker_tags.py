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


def test_a_number_is_a_serial_number_too() -> None:
    note = directory("<", [(0x0C, 4, 1, struct.pack("<I", 8675309)), (0x28, 1, 16, bytes(16))], AT)
    assert told(block("<", b"Canon", note)) == {"SerialNumber": ("8675309", Reveal.SERIAL)}


def test_bytes_that_are_no_words_are_shown_in_digits() -> None:
    camera = bytes(0x18) + b"\x57\x5b\xbd\xf3" + bytes(20)
    note = directory(">", [(0x1101, 7, len(camera), camera)], AT)
    assert told(block(">", b"Nintendo", note)) == {"InternalSerialNumber": ("575bbdf3", Reveal.SERIAL)}
    note = b"Panasonic\0\0\0" + directory("<", [(0x25, 7, 16, b"\1\2CANARY-0815" + bytes(3))], AT + 12)
    assert told(block("<", b"Panasonic", note))["InternalSerialNumber"][0].startswith("010243414e415259")


def test_what_stands_in_a_directory_of_its_own() -> None:
    head = b"OLYMPUS\0II\3\0"
    inner = directory("<", [words(0x101, b"CANARY-0815\0"), words(0x202, b"CANARY lens\0")], 12 + 18)
    note = head + struct.pack("<HHHII", 1, 0x2010, 13, 1, 12 + 18) + bytes(4) + inner
    found = told(block("<", b"OLYMPUS", note))
    assert found == {
        "SerialNumber": ("CANARY-0815", Reveal.SERIAL),
        "LensSerialNumber": ("CANARY lens", Reveal.SERIAL),
    }


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
