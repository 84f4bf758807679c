"""Pictures with depth: nothing of it stays by default; its picture and its numbers if asked for."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import md5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audit.formats import jpeg, jpeg_depth, png, xmp
from audit.formats.base import Copy, FormatError, Keep, Policy, Reveal, Role
from audit.formats.jpeg_gain import XMP
from audit.formats.jpeg_tags import EXTENSION
from tests.contracts.walker import CHANGES, assert_survived, reveals, scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats.fixtures import behind_soi, marked
from tests.formats.test_jpeg_gain import FIRST, TOLD, pixels, ultra

DEPTH = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.DEPTH}))
EVERYTHING = Policy(frozenset(Keep))
SPACES = (
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" '
    b'xmlns:GImage="http://ns.google.com/photos/1.0/image/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
)
NUMBERS = b'GDepth:Format="RangeInverse" GDepth:Near="10.917767524719238" GDepth:Far="+38.5" GDepth:Mime="image/CANARY" '
WORDS = (
    b'GDepth:Units="m" GDepth:Software="CANARY" GDepth:MeasureType="OpticalAxis" GImage:Mime="image/jpeg" '
)
EXIF = marked(0xE1, b"Exif\0\0" + fx.exif())


def png_map() -> bytes:
    return fx.png_with(fx.png("L"), (b"tEXt", b"Author\0CANARY"))


def jpeg_map() -> bytes:
    return behind_soi(fx.saved(fx.picture("L", size=(20, 12), seed=5), "JPEG", comment=b"CANARY"), EXIF)


def packet(attributes: bytes, inside: bytes = b"") -> bytes:
    creator = b"<dc:creator>Jane CANARY</dc:creator>"
    about = b"<rdf:Description " + SPACES + b" " + attributes + b">"
    return b"<rdf:RDF " + SPACES + b">" + about + inside + creator + b"</rdf:Description></rdf:RDF>"


def extended(data: bytes, size: int = 400) -> list[bytes]:
    head = EXTENSION + md5(data).hexdigest().upper().encode() + len(data).to_bytes(4, "big")
    places = range(0, len(data), size)
    return [marked(0xE1, head + at.to_bytes(4, "big") + data[at : at + size]) for at in places]


def told(data: bytes) -> bytes:
    return b'GDepth:Data="' + b64encode(data) + b'" GImage:Data="' + b64encode(fx.jpeg()) + b'"'


def with_depth(data: bytes, numbers: bytes = NUMBERS + WORDS) -> bytes:
    return behind_soi(fx.jpeg(), EXIF, marked(0xE1, XMP + packet(numbers)), *extended(packet(told(data))))


def in_elements(data: bytes) -> bytes:
    inside = b"<GDepth:Near>10.917767524719238</GDepth:Near><GDepth:Far>38.5</GDepth:Far><GDepth:Units>m</GDepth:Units>"
    inside += (
        b"<GDepth:Format>RangeInverse</GDepth:Format><GDepth:MeasureType>OpticalAxis</GDepth:MeasureType>"
    )
    more = b"<GDepth:Data>\n" + b64encode(data)[:76] + b"\n" + b64encode(data)[76:] + b"</GDepth:Data>"
    return behind_soi(fx.jpeg(), marked(0xE1, XMP + packet(b"", inside)), *extended(packet(b"", more)))


def elsewhere(*words: bytes) -> bytes:
    return fx.jpeg() + behind_soi(fx.small_jpeg(), marked(0xE1, XMP + packet(b"", b"".join(words))))


KINDS = {
    "png": with_depth(png_map()),
    "jpeg": with_depth(jpeg_map()),
    "elements": in_elements(png_map()),
    "one packet": behind_soi(fx.jpeg(), marked(0xE1, XMP + packet(NUMBERS + WORDS + told(png_map())))),
    "out of order": behind_soi(
        fx.jpeg(), marked(0xE1, XMP + packet(NUMBERS + WORDS)), *reversed(extended(packet(told(png_map()))))
    ),
}


def properties(data: bytes) -> dict[str, str]:
    source = fx.reader(data)
    found = {}
    for segment in jpeg.WALKER.segments(source):
        for tag in jpeg.WALKER.tags(source, segment) if segment.name.startswith("APP1") else ():
            found[tag.name] = tag.value
    return found


def depth_map(data: bytes) -> bytes:
    """The picture, as exact as the packet holds it."""
    source = fx.reader(data)
    parts = [s for s in jpeg.WALKER.segments(source) if s.name == "APP1/XMP-ext"]
    whole = b"".join(data[s.start + 4 + len(EXTENSION) + 40 : s.stop] for s in parts)
    digest = data[parts[0].start + 4 + len(EXTENSION) :][:32]
    assert md5(whole).hexdigest().upper().encode() == digest
    assert b'HasExtendedXMP="' + digest + b'"' in data
    return b64decode(whole.split(b'GDepth:Data="')[1].split(b'"')[0])


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_it_stays_by_default(kind: str) -> None:
    assert reveals(jpeg.WALKER, KINDS[kind]) & {Reveal.PICTURE, Reveal.OWNER}
    assert scrubbed(jpeg.WALKER, KINDS[kind]) in {
        scrubbed(jpeg.WALKER, fx.jpeg()),
        scrubbed(jpeg.WALKER, behind_soi(fx.jpeg(), EXIF)),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", [DEPTH, EVERYTHING])
def test_its_picture_and_its_numbers_stay_if_asked_for(kind: str, policy: Policy) -> None:
    data = KINDS[kind]
    clean = scrubbed(jpeg.WALKER, data, policy)
    assert b"CANARY" not in clean
    assert b"GImage" not in clean
    source = fx.reader(clean)
    assert all(s.role is not Role.ORPHAN for s in jpeg.WALKER.segments(source))
    assert list(jpeg.WALKER.plan(source, jpeg.WALKER.segments(source), policy)) == [Copy(0, len(clean))]
    assert scrubbed(jpeg.WALKER, clean) == scrubbed(jpeg.WALKER, data)
    found = depth_map(clean)
    assert b"CANARY" not in found
    assert pixels(found) == pixels(jpeg_map() if kind == "jpeg" else png_map())
    said = {k.removeprefix("GDepth:"): v for k, v in properties(clean).items() if k.startswith("GDepth:")}
    del said["Data"]
    assert said == {
        "Format": "RangeInverse",
        "Near": "10.91777",
        "Far": "38.5",
        "Units": "m",
        "MeasureType": "OpticalAxis",
        "Mime": "image/jpeg" if kind == "jpeg" else "image/png",
    }


def test_many_pieces() -> None:
    noise = fx.saved(Image.effect_noise((300, 300), 90), "PNG")
    clean = scrubbed(jpeg.WALKER, with_depth(noise), DEPTH)
    names = [s.name for s in jpeg.WALKER.segments(fx.reader(clean))]
    assert names.count("APP1/XMP-ext") > 1
    assert depth_map(clean) == scrubbed_map(noise)


def scrubbed_map(data: bytes) -> bytes:
    return scrubbed(png.WALKER, data)


def test_depth_and_a_gain_map_stay_together() -> None:
    said = packet(NUMBERS + WORDS + told(png_map()))
    first = FIRST[4 + len(XMP) :].replace(b"</rdf:RDF>", said[said.index(b"<rdf:Description") :])
    data = ultra(TOLD, first=(marked(0xE1, XMP + first),))
    clean = scrubbed(jpeg.WALKER, data, EVERYTHING)
    assert b"CANARY" not in clean
    assert depth_map(clean) == scrubbed_map(png_map())
    assert properties(clean)["Item:Semantic"] == "GainMap"
    assert scrubbed(jpeg.WALKER, clean, EVERYTHING) == clean
    assert scrubbed(jpeg.WALKER, clean, DEPTH) == scrubbed(jpeg.WALKER, data, DEPTH)


UNKEPT = {
    "no picture": with_depth(b"CANARY"),
    "broken picture": with_depth(png_map()[:60]),
    "no base64": with_depth(png_map()).replace(b'GDepth:Data="', b'GDepth:Data="*'),
    "no format": with_depth(png_map(), NUMBERS.replace(b"RangeInverse", b"CANARY")),
    "no range": with_depth(png_map(), b'GDepth:Format="RangeInverse" GDepth:Near="nan" GDepth:Far="CANARY"'),
    "dynamic depth": behind_soi(
        fx.jpeg(), marked(0xE1, XMP + packet(b'xmlns:D="http://a/" D:DepthMap="" ', b"<!-- DepthMap: -->"))
    ),
    "container": behind_soi(fx.jpeg(), marked(0xE1, XMP + b'<CANARY Item:Semantic="Depth"'))
    + fx.small_jpeg(),
    "apple": elsewhere(b"<dc:title>urn:com:apple:photo:2020:aux:disparity</dc:title>"),
    "apple beside a gain map": ultra(TOLD)[: -len(fx.MP4)]
    + behind_soi(fx.small_jpeg(), marked(0xE1, XMP + packet(b"", b"<dc:title>aux:depth</dc:title>"))),
}


@pytest.mark.parametrize("kind", UNKEPT)
def test_depth_that_cannot_be_kept_is_refused_if_asked_for(kind: str) -> None:
    with pytest.raises(FormatError, match="cannot be kept"):
        scrubbed(jpeg.WALKER, UNKEPT[kind], DEPTH)
    assert b"CANARY" not in scrubbed(jpeg.WALKER, UNKEPT[kind])


def test_a_depth_that_is_too_large_to_be_read_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_depth, "LARGEST", 100)
    assert xmp.LARGEST > 100
    with pytest.raises(FormatError, match="cannot be kept"):
        scrubbed(jpeg.WALKER, KINDS["png"], DEPTH)


@pytest.mark.parametrize("data", [fx.jpeg(), behind_soi(fx.jpeg(), EXIF), ultra(TOLD)])
def test_a_picture_without_depth_is_as_it_would_be(data: bytes) -> None:
    assert scrubbed(jpeg.WALKER, data, DEPTH) == scrubbed(jpeg.WALKER, data)


def test_it_is_told() -> None:
    found = {(tag.name, tag.reveals) for tag in tags(jpeg.WALKER, scrubbed(jpeg.WALKER, KINDS["png"], DEPTH))}
    assert ("GDepth:Data", Reveal.PICTURE) in found


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(KINDS)), CHANGES)
def test_any_change_is_survived(kind: str, changes: list[tuple[float, int]]) -> None:
    assert_survived(jpeg.WALKER, KINDS[kind], changes, DEPTH)
