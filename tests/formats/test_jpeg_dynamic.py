"""Dynamic Depth: items behind the first picture. Nothing of them stays by default; the depth picture and its numbers if asked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import jpeg
from audit.formats.base import Copy, FormatError, Keep, Policy, Reveal, Role
from audit.formats.jpeg_gain import XMP
from audit.formats.jpeg_tags import EXTENSION
from tests.contracts.walker import BARE, CHANGES, assert_survived, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.fixtures import CANARY, behind_soi, marked
from tests.formats.test_jpeg_depth import EXIF, extended, jpeg_map, png_map, scrubbed_map
from tests.formats.test_jpeg_gain import FIRST, TOLD, ultra

DEPTH = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.DEPTH}))
SPACE = "http://ns.google.com/photos/dd/1.0/"
NAMES = "".join(
    f' xmlns:{name}="{SPACE}{name.lower()}/"'
    for name in ("Device", "Container", "Item", "Camera", "DepthMap", "Image", "AppInfo", "Pose")
)
NUMBERS = {
    "ItemSemantic": "Depth",
    "Format": "RangeInverse",
    "Near": "0.5123456789",
    "Far": "+7.5",
    "Units": "meters",
    "DepthURI": "CANARY/depth",
    "ConfidenceURI": "CANARY/confidence",
    "Software": "CANARY",
}


def as_attributes(space: str, told: dict[str, str]) -> str:
    return f"<{space} " + " ".join(f'{space.split(":")[1]}:{k}="{v}"' for k, v in told.items()) + "/>"


def as_elements(space: str, told: dict[str, str]) -> str:
    """As XMP toolkits write a typed node."""
    prefix = space.split(":")[1]
    inner = "".join(f"<{prefix}:{k}>{v}</{prefix}:{k}>" for k, v in told.items())
    if prefix == "Item":
        return f'<rdf:value rdf:parseType="Resource">{inner}</rdf:value><rdf:type>{SPACE}container/:Item</rdf:type>'
    return f'<{space} rdf:parseType="Resource">{inner}</{space}>'


def packet(lengths: dict[str, int], written=as_attributes, *, device: bool = False, **more: str) -> bytes:
    numbers = {name: word for name, word in (NUMBERS | more).items() if word}
    items = "".join(
        '<rdf:li rdf:parseType="Resource">'
        + written("Container:Item", {"Mime": "image/jpeg", "Length": str(length), "DataURI": uri})
        + "</rdf:li>"
        for uri, length in lengths.items()
    )
    inside = (
        f'<Device:Container rdf:parseType="Resource"><Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>'
        f'</Device:Container><Device:Cameras><rdf:Seq><rdf:li rdf:parseType="Resource"><Camera:Trait>CANARY</Camera:Trait>'
        f"{written('Camera:DepthMap', numbers)}</rdf:li></rdf:Seq></Device:Cameras>"
        '<Device:AppInfo AppInfo:Application="CANARY"/><Device:Pose Pose:PositionX="1"/>'
    )
    inside = f"<Device>{inside}</Device>" if device else inside
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    return (
        f'<rdf:RDF {rdf}><rdf:Description rdf:about=""{NAMES}>{inside}</rdf:Description></rdf:RDF>'.encode()
    )


ORIGINAL = behind_soi(fx.jpeg(), EXIF)


def photo(data: bytes, written=as_attributes, *, split: bool = True, between: bytes = b"", **more) -> bytes:
    lengths = {"primary_image": 0, "CANARY/original": len(ORIGINAL), "CANARY/depth": len(data)}
    said = packet(lengths, written, **more)
    parts = extended(said) if split else [marked(0xE1, XMP + said)]
    behind = between + ORIGINAL + data + CANARY
    return behind_soi(fx.jpeg(), EXIF, *parts) + behind


KINDS = {
    "png": photo(png_map()),
    "jpeg": photo(jpeg_map()),
    "elements": photo(png_map(), as_elements),
    "one packet": photo(png_map(), split=False),
    "as Android writes it": photo(jpeg_map(), device=True),
}


def said(clean: bytes) -> bytes:
    """The extended packet, in one piece."""
    at = clean.index(EXTENSION)
    size = int.from_bytes(clean[at - 2 : at], "big") - 2 - len(EXTENSION) - 40
    return clean[at + len(EXTENSION) + 40 :][:size]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_it_stays_by_default(kind: str) -> None:
    assert ("DepthMap", Reveal.PICTURE) in {(tag.name, tag.reveals) for tag in tags(jpeg.WALKER, KINDS[kind])}
    assert scrubbed(jpeg.WALKER, KINDS[kind]) == scrubbed(jpeg.WALKER, behind_soi(fx.jpeg(), EXIF))


@pytest.mark.parametrize("kind", KINDS)
def test_its_picture_and_its_numbers_stay_if_asked_for(kind: str) -> None:
    data = KINDS[kind]
    clean = scrubbed(jpeg.WALKER, data, DEPTH)
    assert CANARY not in clean
    source = fx.reader(clean)
    found = jpeg.WALKER.segments(source)
    assert all(s.role is not Role.ORPHAN for s in found)
    assert list(jpeg.WALKER.plan(source, found, DEPTH)) == [Copy(0, len(clean))]
    assert scrubbed(jpeg.WALKER, clean) == scrubbed(jpeg.WALKER, data)
    assert shown(clean) == shown(data)
    depth = clean[found[-1].start :]
    bare = scrubbed(jpeg.WALKER, jpeg_map(), BARE) if depth[:1] == b"\xff" else scrubbed_map(png_map())
    assert depth == bare
    told = said(clean).decode()
    assert (
        'DepthMap:ItemSemantic="Depth" DepthMap:Format="RangeInverse" DepthMap:Units="Meters" '
        'DepthMap:Near="0.5123457" DepthMap:Far="7.5" DepthMap:DepthURI="android/depthmap"' in told
    )
    assert re.findall('Item:Length="([0-9]+)" Item:DataURI="([a-z_/]+)"', told) == [
        ("0", "primary_image"),
        (str(len(depth)), "android/depthmap"),
    ]
    assert ("<Device>" in told) == (kind == "as Android writes it")
    assert "AppInfo" not in told
    assert "Pose" not in told


UNKEPT = {
    "no picture": photo(b"CANARY" * 40),
    "broken picture": photo(png_map()[:60]),
    "no format": photo(png_map(), Format="CANARY"),
    "no units": photo(png_map(), Units="CANARY"),
    "no range": photo(png_map(), Near="nan"),
    "not where it says": photo(png_map(), between=bytes(9)),
    "beside a gain map": ultra(TOLD, first=(FIRST, *extended(packet({"primary_image": 0})))),
    "not in the list": behind_soi(fx.jpeg(), *extended(packet({"primary_image": 0}))) + png_map(),
    "longer than the file": behind_soi(fx.jpeg(), *extended(packet({"CANARY/depth": 99999}))) + png_map(),
    "a length that is none": behind_soi(
        fx.jpeg(), *extended(packet({"CANARY/depth": 9999}).replace(b'"9999"', b'"CANARY"'))
    ),
}


@pytest.mark.parametrize("kind", UNKEPT)
def test_depth_that_cannot_be_kept_is_refused_if_asked_for(kind: str) -> None:
    with pytest.raises(FormatError, match="cannot be kept"):
        scrubbed(jpeg.WALKER, UNKEPT[kind], DEPTH)
    assert CANARY not in scrubbed(jpeg.WALKER, UNKEPT[kind])


def test_depth_behind_a_gain_map_is_kept_alone() -> None:
    whole = ultra(TOLD)[: -len(fx.MP4)]
    first = len(jpeg_first(whole))
    lengths = {"primary_image": 0, "x": len(whole) - first, "CANARY/depth": len(png_map())}
    parts = b"".join(extended(packet(lengths)))
    data = whole[:2] + parts + whole[2:] + png_map()
    with pytest.raises(FormatError, match="cannot be kept"):
        scrubbed(jpeg.WALKER, data, Policy(frozenset(Keep)))
    clean = scrubbed(jpeg.WALKER, data, DEPTH)
    assert clean.endswith(scrubbed_map(png_map()))
    assert b"GainMap" not in clean


def jpeg_first(data: bytes) -> bytes:
    end = next(s for s in jpeg.WALKER.segments(fx.reader(data)) if s.name == "EOI")
    return data[: end.stop]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(KINDS)), CHANGES)
def test_any_change_is_survived(kind: str, changes: list[tuple[float, int]]) -> None:
    assert_survived(jpeg.WALKER, KINDS[kind], changes, DEPTH)
