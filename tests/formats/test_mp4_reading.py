"""What user data and metadata of movies say, in every form that they have; and descriptions of rarer codecs."""

from __future__ import annotations

import struct

import pytest

from audit.formats import mp4_codecs, mp4_meta
from audit.formats.base import FormatError, Policy, Reveal
from audit.formats.bmff import Fields
from tests.formats import fixtures as fx
from tests.formats.boxes import box, full
from tests.formats.movie_samples import datum, metadata

CANARY = fx.CANARY


def told(data: bytes, *, user: bool = False) -> dict[str, tuple[str, Reveal | None]]:
    found = mp4_meta.user_data(data) if user else mp4_meta.metadata(data)
    return {tag.name: (tag.value, tag.reveals) for tag in found}


def items(*parts: bytes) -> bytes:
    return metadata(box(b"ilst", *parts))[8:]


def test_values_of_every_kind() -> None:
    found = told(
        items(
            box(b"\xa9nam", datum(2, "Jané".encode("utf-16-be"))),
            box(b"tmpo", datum(21, b"\xff\xfe")),
            box(b"cpil", datum(75, b"\2")),
            box(b"covr", datum(14, b"\x89PNG")),
            box(b"\xa9cmt", datum(1, b"\0\1\2\3")),
        )
    )
    assert {value for value, _ in found.values()} == {"Jané", "-2", "2", "4 bytes"}


def test_metadata_that_is_xml() -> None:
    assert told(metadata(full(b"xml ", 0, 0, fx.XMP))[8:])
    found = told(metadata(full(b"xml ", 0, 0, b"<nrt>CANARY</nrt>"), box(b"\xff\xfe\0\1", b"12"))[8:])
    assert ("<nrt>CANARY</nrt>", Reveal.UNKNOWN) in found.values()
    assert any(value == "2 bytes" for value, _ in found.values())


def test_user_data_of_every_kind() -> None:
    found = told(
        box(b"meta", metadata()[8:])
        + box(b"XMP_", fx.XMP)
        + box(b"CNTH", b"\xff\xd8")
        + box(b"titl", bytes(6) + b"CANARY")
        + box(b"free", bytes(4))
        + b"\0\0\0\3",
        user=True,
    )
    assert found["CanonThumbnail"] == ("2 bytes", Reveal.THUMBNAIL)
    assert any(value == "CANARY" for value, _ in found.values())
    assert "malformed" in found


def test_very_many_are_not_all_told() -> None:
    found = list(mp4_meta.user_data(box(b"CANA", b"1") * 600))
    assert len(found) == mp4_meta.MOST_TAGS + 1
    assert found[-1].name == "more"


def test_a_list_that_breaks_off_says_so() -> None:
    assert "malformed" in told(
        metadata(full(b"keys", 0, 0, b"\0\0\0\1" + struct.pack(">I", 99) + b"mdta"))[8:]
    )


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("dOps", bytes((0, 2)) + bytes(9) + CANARY, bytes((0, 2)) + bytes(9)),
        ("dOps", bytes((0, 2)) + bytes(8) + b"\1\2\1\0\1" + CANARY, bytes((0, 2)) + bytes(8) + b"\1\2\1\0\1"),
        (
            "chan",
            struct.pack(">4I", 0, 1, 2, 1) + bytes(20) + CANARY,
            struct.pack(">4I", 0, 1, 2, 1) + bytes(20),
        ),
        ("d263", b"CANA\1\2\3CANARY", bytes(5) + b"\2\3"),
        ("svhd", CANARY, bytes(5)),
        ("must", bytes(4) + b"eyesproj", bytes(4) + b"eyesproj"),
        ("must", bytes(4) + b"eyesCANA", None),
        ("ms\0\x02", bytes(16) + struct.pack("<H", 2) + b"ab" + CANARY, bytes(16) + b"\2\0ab"),
        ("ms\0\x11", bytes(17), bytes(16)),
        ("colr", b"nclc" + bytes(6), b"nclc" + bytes(6)),
        ("colr", b"CANARY1234", None),
        ("fiel", b"\1\2CANARY", b"\1\2"),
        ("glbl", b"abc", b"abc"),
        ("CANA", CANARY, None),
    ],
)
def test_boxes_of_descriptions(kind: str, body: bytes, expected: bytes | None) -> None:
    assert mp4_codecs.written(kind, Fields(body), Policy()) == expected


@pytest.mark.parametrize(
    ("kind", "body"), [("dfLa", bytes(4) + b"\1\0\0\x22" + bytes(34)), ("chan", bytes(15)), ("dvcC", b"1")]
)
def test_boxes_of_descriptions_that_are_broken(kind: str, body: bytes) -> None:
    with pytest.raises(FormatError):
        mp4_codecs.written(kind, Fields(body), Policy())


def test_descriptors_that_are_not_where_they_say() -> None:
    stream = b"\0\1\xe0\0\2\4http\0\1"
    data = bytes(4) + b"\3" + bytes((len(stream) + 3,)) + stream + b"\6\1\2" + CANARY
    clean = mp4_codecs.elementary(Fields(data))
    assert len(clean) == len(data)
    assert b"http" not in clean
    assert CANARY not in clean
    assert mp4_codecs.elementary(Fields(bytes(4))) == bytes(4)
    assert len(mp4_codecs.elementary(Fields(bytes(4) + b"\3\xff\xff\xff\xff"))) == 9


def test_names_of_encoders_by_which_decoders_tell() -> None:
    name = b"\x0bSorenson H263".ljust(32, b"\0")
    head = bytes(42) + name + bytes(4)
    assert name in mp4_codecs.written_head("vide", head)
