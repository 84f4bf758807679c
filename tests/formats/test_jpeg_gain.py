"""Pictures with a gain map: nothing of it stays by default, its picture and its numbers if asked for."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, MpoImagePlugin

from audit.formats import jpeg, jpeg_gain
from audit.formats.base import Copy, Keep, Policy, Reveal, Role
from tests.contracts.walker import CHANGES, assert_survived, reveals, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.fixtures import behind_soi, marked

HDR = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.HDR}))
EVERYTHING = Policy(frozenset(Keep))
SPACES = (
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:Container="http://ns.google.com/photos/1.0/container/" '
    b'xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
)
NUMBERS = b'hdrgm:GainMapMin="-0.50" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="+3.5000000001"'
CHANNELS = b"<hdrgm:GainMapMax><rdf:Seq><rdf:li> 3.5</rdf:li><rdf:li>36e-1</rdf:li><rdf:li>3.7</rdf:li></rdf:Seq></hdrgm:GainMapMax>"
DIRECTORY = (
    b'<Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" '
    b'Item:Mime="image/CANARY" Item:Length="1"/></rdf:li></rdf:Seq></Container:Directory>'
)
RATIONALS = [(0, 7), (7, 2), (-1, 3), (7, 2), (1, 1), (1, 64), (1, 64)]


def xmp(attributes: bytes, inside: bytes = b"") -> bytes:
    creator = b"<dc:creator>Jane CANARY</dc:creator>"
    about = b"<rdf:Description " + SPACES + b' dc:title="CANARY" ' + attributes + b">"
    packet = b"<rdf:RDF " + SPACES + b">" + about + inside + creator + b"</rdf:Description></rdf:RDF>"
    return marked(0xE1, jpeg_gain.XMP + packet + b" " * 30)


def iso(*, common: bool = False, flags: int = 0x40, rationals: list[tuple[int, int]] = RATIONALS) -> bytes:
    if common:
        parts = struct.pack(">I7i", 64, *(64 * top // bottom for top, bottom in rationals))
    else:
        parts = b"".join(struct.pack(">iI", *rational) for rational in rationals)
    return marked(0xE2, jpeg_gain.ISO + b"\0\0CA" + bytes((flags | 8 * common,)) + parts + b"CANARY")


def small() -> bytes:
    return fx.saved(fx.picture("L", size=(20, 12), seed=5), "JPEG", comment=b"CANARY")


TOLD = xmp(b'hdrgm:Version="1.0" ' + NUMBERS, CHANNELS)
FIRST = xmp(b'hdrgm:Version="1.0"', DIRECTORY)


def ultra(
    *told: bytes, first: tuple[bytes, ...] = (FIRST,), second: bytes | None = None, **options: object
) -> bytes:
    """A picture, a gain map that says `told`, and a video behind both."""
    exif = marked(0xE1, b"Exif\0\0" + fx.exif())
    behind = behind_soi(second or small(), *told, exif)
    return behind_soi(fx.jpeg(**options), *first, exif) + behind + fx.MP4


def parts(data: bytes) -> tuple[bytes, bytes]:
    """Both pictures by what the MPF index says."""
    with MpoImagePlugin.MpoImageFile(io.BytesIO(data)) as image:
        assert image.n_frames == 2
        image.seek(1)
        start = image.offset
    return data[:start], data[start:]


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def names(data: bytes) -> list[str]:
    return [segment.name for segment in jpeg.WALKER.segments(fx.reader(data))]


def numbers(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in tags(jpeg.WALKER, data):
        if tag.name.startswith("hdrgm:"):
            found.setdefault(tag.name.removeprefix("hdrgm:"), []).append(tag.value)
    return found


KINDS = {
    "xmp": ultra(TOLD),
    "iso": ultra(iso(), first=(FIRST, marked(0xE2, jpeg_gain.ISO + b"\0\0CA"))),
    "both": ultra(TOLD, iso()),
    "profile": ultra(TOLD, marked(0xE2, b"ICC_PROFILE\0\1\1" + fx.profile()), icc_profile=fx.profile()),
    "padded": ultra(TOLD).replace(b"\xff\xd9\xff\xd8", b"\xff\xd9" + bytes(40) + b"\xff\xd8"),
    "progressive": ultra(TOLD, progressive=True),
    "behind its scan": ultra(TOLD, second=small()[:-2] + b"CANARY" + small()[-2:]),
    "another before it": fx.jpeg()[:2] + FIRST + fx.jpeg()[2:] + small() + behind_soi(small(), TOLD),
    "without end": behind_soi(fx.jpeg(), FIRST)[:-2] + behind_soi(small(), TOLD),
}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_it_stays_by_default(kind: str) -> None:
    data = KINDS[kind]
    assert Reveal.PICTURE in reveals(jpeg.WALKER, data)
    clean = scrubbed(jpeg.WALKER, data)
    assert b"CANARY" not in clean
    assert b"hdr" not in clean
    assert names(clean)[-1] == "EOI"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", [HDR, EVERYTHING])
def test_its_picture_and_its_numbers_stay_if_asked_for(kind: str, policy: Policy) -> None:
    data = KINDS[kind]
    clean = scrubbed(jpeg.WALKER, data, policy)
    first, second = parts(clean)
    assert shown(second) == shown(small())
    assert pixels(first) == pixels(scrubbed(jpeg.WALKER, data))
    assert b"CANARY" not in clean
    assert all(s.role is not Role.ORPHAN for s in jpeg.WALKER.segments(fx.reader(clean)))
    source = fx.reader(clean)
    assert list(jpeg.WALKER.plan(source, jpeg.WALKER.segments(source), policy)) == [Copy(0, len(clean))]
    assert scrubbed(jpeg.WALKER, clean) == scrubbed(jpeg.WALKER, data)
    if kind != "iso":
        assert f'Item:Length="{len(second)}"'.encode() in first


def test_numbers_are_written_anew() -> None:
    assert numbers(scrubbed(jpeg.WALKER, KINDS["xmp"], HDR)) == {
        "Version": ["1.0", "1.0"],
        "BaseRenditionIsHDR": ["False"],
        "GainMapMin": ["-0.5"],
        "GainMapMax": ["3.5", "3.6", "3.7"],
        "HDRCapacityMin": ["0"],
        "HDRCapacityMax": ["3.5"],
    }


@pytest.mark.parametrize("common", [False, True])
def test_fractions_are_written_anew(*, common: bool) -> None:
    clean = scrubbed(jpeg.WALKER, ultra(iso(common=common)), HDR)
    at = clean.rindex(jpeg_gain.ISO) + len(jpeg_gain.ISO)
    third = -(22 / 64) if common else -1 / 3
    wanted = [0, 3_500_000, round(1e6 * third), 3_500_000, 1_000_000, 15_625, 15_625]
    assert clean[at : at + 5] == b"\0\0\0\0\x40"
    assert struct.unpack_from(">14i", clean, at + 5) == tuple(n for top in wanted for n in (top, 1_000_000))


def test_three_channels() -> None:
    data = ultra(iso(flags=0xC4 | 0x33, rationals=RATIONALS + RATIONALS[2:] * 2))
    clean = scrubbed(jpeg.WALKER, data, HDR)
    assert clean[clean.rindex(jpeg_gain.ISO) :][len(jpeg_gain.ISO) + 4] == 0xC4


@pytest.mark.parametrize(
    "told",
    [
        (),
        (xmp(b'hdrgm:Version="CANARY" ' + NUMBERS, CHANNELS),),
        (xmp(b'hdrgm:Version="1.0" ' + NUMBERS),),
        (xmp(b'hdrgm:Version="1.0" hdrgm:HDRCapacityMax="3" hdrgm:GainMapMax="CANARY"'),),
        (xmp(b'hdrgm:Version="1.0" hdrgm:HDRCapacityMax="3" hdrgm:GainMapMax="1e99"'),),
        (xmp(b'hdrgm:Version="1.0" hdrgm:HDRCapacityMax="3" hdrgm:GainMapMax="nan"'),),
        (marked(0xE1, jpeg_gain.XMP + b'<a hdrgm:Version="1.0" CANARY'),),
        (iso(rationals=[(0, 0)] * 7),),
        (iso(rationals=[(0x43414E41, 1)] * 7),),
        (marked(0xE2, jpeg_gain.ISO + b"\0\1\0\0CANARY"),),
        (marked(0xE2, jpeg_gain.ISO + bytes(5) + b"CANARY"),),
    ],
)
def test_a_second_picture_without_proper_numbers_goes(told: tuple[bytes, ...]) -> None:
    data = ultra(*told)
    assert scrubbed(jpeg.WALKER, data, HDR) == scrubbed(jpeg.WALKER, data)


def test_a_second_picture_that_the_first_does_not_tell_of_goes() -> None:
    data = ultra(TOLD, first=())
    assert scrubbed(jpeg.WALKER, data, HDR) == scrubbed(jpeg.WALKER, data)


@pytest.mark.parametrize("cut", [3, 60, 400])
def test_a_gain_map_that_is_cut_off_goes(cut: int) -> None:
    data = ultra(TOLD).removesuffix(fx.MP4)[:-cut]
    assert scrubbed(jpeg.WALKER, data, HDR) == scrubbed(jpeg.WALKER, data)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(KINDS)), CHANGES)
def test_any_change_is_survived(kind: str, changes: list[tuple[float, int]]) -> None:
    assert_survived(jpeg.WALKER, KINDS[kind], changes, HDR)


def test_the_numbers_are_read_by_others() -> None:
    """Pillow tells that such a file is an Ultra HDR one by leaving it a JPEG."""
    assert Image.open(io.BytesIO(scrubbed(jpeg.WALKER, KINDS["xmp"], HDR))).format == "JPEG"
