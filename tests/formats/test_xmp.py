from __future__ import annotations

import time

import pytest

from audit.formats import xmp
from audit.formats.base import Reveal
from tests.formats import fixtures as fx


def packet(body: str, **spaces: str) -> bytes:
    names = " ".join(f'xmlns:{key.replace("_", "-")}="{value}"' for key, value in spaces.items())
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {names}>{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def test_properties_and_attributes() -> None:
    found = {tag.name: (tag.value, tag.reveals) for tag in xmp.tags(fx.XMP)}
    assert found == {
        "exif:GPSLatitude": ("48,51.5N", Reveal.LOCATION),
        "xmpMM:DocumentID": ("CANARY-id", Reveal.EDIT),
        "GCamera:MicroVideo": ("1", Reveal.VIDEO),
        "dc:creator": ("Jane CANARY", Reveal.OWNER),
        "mwg-rs:Name": ("Joe CANARY", Reveal.PERSON),
        "mwg-rs:Type": ("Face", None),
    }


MP = {"MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#"}
EXT = {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"}
CORE = {"Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"}
ITEM = {"Item": "http://ns.google.com/photos/1.0/container/item/"}
DJI = {"drone_dji": "http://www.dji.com/drone-dji/1.0/"}
BAG = "<rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag>"

CELL = "http://developer.sonyericsson.com/cell/1.0/"
PDF = "http://ns.adobe.com/pdf/1.3/"
PRESETS = "http://ns.adobe.com/camera-raw-settings/1.0/"
EXIF = "http://cipa.jp/exif/1.0/"
REGIONS = "http://ns.acdsee.com/regions/"


@pytest.mark.parametrize(
    ("body", "spaces", "name", "reveal"),
    [
        (
            "<MPReg:PersonDisplayName>J</MPReg:PersonDisplayName>",
            MP,
            "MPReg:PersonDisplayName",
            Reveal.PERSON,
        ),
        (
            f"<Iptc4xmpExt:PersonInImage>{BAG.format('J')}</Iptc4xmpExt:PersonInImage>",
            EXT,
            "Iptc4xmpExt:PersonInImage",
            Reveal.PERSON,
        ),
        (
            "<Iptc4xmpExt:AIPromptInformation>J</Iptc4xmpExt:AIPromptInformation>",
            EXT,
            "Iptc4xmpExt:AIPromptInformation",
            Reveal.PROMPT,
        ),
        (
            "<Iptc4xmpCore:CiEmailWork>J</Iptc4xmpCore:CiEmailWork>",
            CORE,
            "Iptc4xmpCore:CiEmailWork",
            Reveal.OWNER,
        ),
        ("<Item:Semantic>MotionPhoto</Item:Semantic>", ITEM, "Item:Semantic", Reveal.VIDEO),
        ("<Item:Semantic>GainMap</Item:Semantic>", ITEM, "Item:Semantic", Reveal.PICTURE),
        ("<Item:Semantic>Primary</Item:Semantic>", ITEM, "Item:Semantic", None),
        (
            "<drone-dji:GpsLatitude>48.1</drone-dji:GpsLatitude>",
            DJI,
            "drone-dji:GpsLatitude",
            Reveal.LOCATION,
        ),
        ("<a:SerialNumber>J</a:SerialNumber>", {"a": "urn:unknown"}, "SerialNumber", Reveal.SERIAL),
        ("<a:Whatever>J</a:Whatever>", {"a": "urn:unknown"}, "Whatever", None),
        ("<a:People>J</a:People>", {"a": "urn:unknown"}, "People", Reveal.PERSON),
        ("<a:author>J</a:author>", {"a": "urn:unknown"}, "author", Reveal.OWNER),
        ("<a:shotLocation>J</a:shotLocation>", {"a": "urn:unknown"}, "shotLocation", Reveal.LOCATION),
        ("<a:cameraModel>J</a:cameraModel>", {"a": "urn:unknown"}, "cameraModel", Reveal.DEVICE),
        ("<c:cellid>1</c:cellid>", {"c": CELL}, "cell:cellid", Reveal.LOCATION),
        ("<c:Producer>J</c:Producer>", {"c": PDF}, "pdf:Producer", Reveal.SOFTWARE),
        ("<c:Copyright>J</c:Copyright>", {"c": PRESETS}, "crs:Copyright", None),
        ("<c:Photographer>J</c:Photographer>", {"c": EXIF}, "exifEX:Photographer", Reveal.OWNER),
        ("<c:Name>J</c:Name>", {"c": REGIONS}, "acdsee-rs:Name", Reveal.PERSON),
    ],
)
def test_what_it_reveals(body: str, spaces: dict[str, str], name: str, reveal: Reveal | None) -> None:
    assert {tag.name: tag.reveals for tag in xmp.tags(packet(body, **spaces))} == {name: reveal}


def test_xml_that_is_cut_is_searched() -> None:
    found = {tag.name: tag.value for tag in xmp.tags(fx.XMP[:-60])}
    assert found["malformed"]
    assert found["dc:creator"] == "Jane CANARY"
    assert found["exif:GPSLatitude"] == "48,51.5N"


def test_what_stands_around_a_packet_may_be_broken() -> None:
    """As Foxit's programs write it: two bytes of three of the mark, and no quotation mark behind."""
    broken = b'<?xpacket begin="\xef\xbb? id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    body = packet("<pdf:Producer>Jane CANARY</pdf:Producer>", pdf=PDF)
    whole = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + body + b"</x:xmpmeta>\n<?xpacket end='w'?>"
    assert [(tag.name, tag.value) for tag in xmp.tags(broken + whole)] == [("pdf:Producer", "Jane CANARY")]


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "CANARY"><!ENTITY b "&a;&a;">]>' + packet(
        "<a:Author>&b;</a:Author>", a="urn:x"
    )
    (tag, *rest) = xmp.tags(bomb)
    assert tag.name == "malformed"
    assert all("CANARYCANARY" not in other.value for other in rest)


@pytest.mark.parametrize(
    "unit",
    [b"<", b" a:b", b"<a:b ", b"a", b"\n", b"<a:b> ", b" a:b= ", b"<a:b><a:b>", b"a:a", b"<a:b c:d='"],
)
def test_hostile_text_takes_little_time(unit: bytes) -> None:
    started = time.process_time()
    assert len(list(xmp.tags(unit * (1_500_000 // len(unit))))) <= xmp.MOST_TAGS + 1
    assert time.process_time() - started < 3


def test_deep_nesting() -> None:
    deep = packet("<a:b>" * 3000 + "x" + "</a:b>" * 3000, a="urn:x")
    assert [tag.value for tag in xmp.tags(deep)] == ["x"]


def test_no_more_tags_than_a_reader_can_bear() -> None:
    many = packet("".join(f"<a:b>{n}</a:b>" for n in range(1, xmp.MOST_TAGS + 50)), a="urn:x")
    found = list(xmp.tags(many))
    assert len(found) == xmp.MOST_TAGS + 1
    assert found[-1].name == "more"


def test_an_empty_packet_says_nothing() -> None:
    assert list(xmp.tags(b"\0\0  ")) == []
