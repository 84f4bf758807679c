from __future__ import annotations

import struct
from contextlib import suppress
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.base import ParseError
from audit.stores import gvdb
from tests.stores.gvdb_files import database

TRUE = b"\x01\0b"


def test_values_and_tables_are_read() -> None:
    found = gvdb.read(database({"main": {"camera": TRUE}, "apps": {}}))
    main = found["main"]
    assert isinstance(main, dict)
    assert bytes(main["camera"]) == TRUE  # type: ignore[arg-type]
    assert found["apps"] == {}


def test_a_key_is_put_together_from_its_parents() -> None:
    """dconf stores /org/gnome/ once, and what is below it as children of that item."""
    names = b"/org/gnome/enable"
    data = bytearray(24) + names
    data += b"\0" * (-len(data) % 8)
    value = len(data)
    data += TRUE
    data += b"\0" * (-len(data) % 4)
    start = len(data)
    data += struct.pack("<II", 0, 0)
    data += struct.pack("<IIIHcxII", 0, 0xFFFFFFFF, 24, 11, b"L", 0, 0)
    data += struct.pack("<IIIHcxII", 0, 0, 35, 6, b"v", value, value + 3)
    data[:24] = struct.pack("<8sIIII", b"GVariant", 0, 0, start, len(data))
    assert list(gvdb.read(bytes(data))) == ["/org/gnome/enable"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GVariant",
        b"raVGtnai" + bytes(64),
        struct.pack("<8sIIII", b"GVariant", 0, 0, 24, 4_000_000_000),
        struct.pack("<8sIIII", b"GVariant", 0, 0, 20, 8),
        struct.pack("<8sIIIIII", b"GVariant", 0, 0, 24, 32, 0x07FFFFFF, 0),
        struct.pack("<8sIIIIII", b"GVariant", 0, 0, 24, 32, 0, 0xFFFFFFFF),
    ],
)
def test_what_is_no_database_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        gvdb.read(data)


def test_a_table_inside_itself_ends() -> None:
    row = struct.pack("<IIIHcxII", 0, 0xFFFFFFFF, 24, 0, b"H", 24, 24 + 8 + 24 * 200)
    data = (
        struct.pack("<8sIIII", b"GVariant", 0, 0, 24, 24 + 8 + 24 * 200)
        + struct.pack("<II", 0, 0)
        + row * 200
    )
    before = monotonic()
    with pytest.raises(ParseError):
        gvdb.read(data)
    assert monotonic() - before < 2


@pytest.mark.parametrize("parent", [0, 1, 77])
def test_a_key_that_is_its_own_parent_ends(parent: int) -> None:
    rows = struct.pack("<IIIHcxII", 0, 1, 24, 1, b"v", 24, 24) + struct.pack(
        "<IIIHcxII", 0, parent, 24, 1, b"v", 24, 24
    )
    data = struct.pack("<8sIIII", b"GVariant", 0, 0, 24, 24 + 8 + 48) + struct.pack("<II", 0, 0) + rows
    with pytest.raises(ParseError):
        gvdb.read(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tail: bytes) -> None:
    with suppress(ParseError):
        gvdb.read(b"GVariant" + tail)


@given(st.data())
def test_a_damaged_database_is_read_or_refused(data: st.DataObject) -> None:
    image = bytearray(database({"main": {"camera": TRUE, "microphone": TRUE}, "apps": {"org.example": TRUE}}))
    for _ in range(data.draw(st.integers(1, 6))):
        image[data.draw(st.integers(8, len(image) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ParseError):
        gvdb.read(bytes(image))
