from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import iptc
from audit.formats.base import Reveal, Tag
from tests.formats import fixtures as fx


def test_records() -> None:
    assert list(iptc.photoshop_tags(fx.PHOTOSHOP)) == [
        Tag("IPTC", "By-line", "Jane CANARY", Reveal.OWNER),
        Tag("IPTC", "City", "Orléans CANARY", Reveal.LOCATION),
        Tag("IPTC", "DateCreated", "20240309", Reveal.TIME),
    ]


def test_latin_1_where_no_character_set_is_named() -> None:
    (tag,) = iptc.tags(b"\x1c\x02\x5a\0\x07" + "Orléans".encode("latin-1"))
    assert tag.value == "Orléans"


def test_extended_lengths() -> None:
    (tag,) = iptc.tags(b"\x1c\x02\x78\x80\x04\0\0\0\6CANARY")
    assert (tag.name, tag.value) == ("Caption-Abstract", "CANARY")


def test_named_resources_and_a_thumbnail() -> None:
    data = (
        b"8BIM\x04\x04\x03abc"
        + (5 + 3).to_bytes(4, "big")
        + b"\x1c\x02\x50\0\x03Ann"
        + fx.resource(
            0x040C,
            bytes(28) + fx.small_jpeg(),
        )
    )
    assert [(tag.name, tag.reveals) for tag in iptc.photoshop_tags(data)] == [
        ("By-line", Reveal.OWNER),
        ("Thumbnail", Reveal.THUMBNAIL),
    ]
    assert iptc.thumbnail(data) == fx.small_jpeg()


def test_exif_and_xmp_inside() -> None:
    data = fx.resource(0x0422, fx.exif()) + fx.resource(0x0424, fx.XMP)
    assert {tag.reveals for tag in iptc.photoshop_tags(data)} >= {Reveal.LOCATION, Reveal.PERSON}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for tag in (*iptc.tags(b"\x1c\x02" + data), *iptc.photoshop_tags(b"8BIM\x04\x04" + data)):
        assert len(tag.value) <= 1000


def test_the_envelope() -> None:
    found = {tag.name: tag.reveals for tag in iptc.tags(b"\x1c\x01\x46\0\x0820240309\x1c\x01\x1e\0\6CANARY")}
    assert found == {"DateSent": Reveal.TIME, "ServiceIdentifier": Reveal.OWNER}
