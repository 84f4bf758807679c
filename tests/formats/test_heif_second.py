"""Gain maps and depth: second pictures in a HEIF, which go unless they are asked for."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import piexif
import pillow_heif
import pytest

from audit.cli.main import run
from audit.formats import heif, heif_second
from audit.formats.base import Copy, FormatError, Keep, Policy, Reveal
from tests.contracts.walker import reveals, scrubbed, shown
from tests.formats import fixtures as fx
from tests.formats.boxes import Heif, Item, avif, box, find, full, heic, one

if TYPE_CHECKING:
    from pathlib import Path

CANARY = fx.CANARY
HEIC = one(heic(), b"heic", b"hvc1")
AVIF = one(avif(), b"avif", b"av01")
SECOND = one(heic("L", (64, 64)), b"heic", b"hvc1")
HDR = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.HDR}))
DEPTH = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.DEPTH}))
BOTH = Policy(frozenset(Keep))
XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description rdf:about='' xmlns:HDRGainMap='http://ns.apple.com/HDRGainMap/1.0/'>"
    b"<HDRGainMap:HDRGainMapVersion>131072</HDRGainMap:HDRGainMapVersion>"
    b"<HDRGainMap:HDRGainMapHeadroom>2.67</HDRGainMap:HDRGainMapHeadroom>"
    b"<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>Jane CANARY</dc:creator>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def with_second(urn: bytes, *more: Item, subtype: bytes = b"", base: Heif = HEIC) -> Heif:
    """With a grey picture as an auxiliary one, and what else is said of it."""
    properties = (*base.properties, *SECOND.properties, full(b"auxC", 0, 0, urn, b"\0", subtype))
    first = len(base.properties)
    uses = (*(use + first for use in SECOND.items[0].uses), len(properties))
    second = SECOND.items[0]._replace(number=2, uses=uses, hidden=True, name=CANARY)
    links = ((b"auxl", 2, (1,)), *((b"cdsc", item.number, (2,)) for item in more))
    return base._replace(items=(*base.items, second, *more), properties=properties, links=links)


def gain_map(xmp: bytes = XMP) -> bytes:
    told = Item(3, b"mime", xmp, content=b"application/rdf+xml", hidden=True)
    return with_second(heif_second.APPLE_GAIN, told).made()


def tone_map(more: bytes = b"", flags: int = 0) -> bytes:
    channels = 3 if flags & 0x80 else 1
    numbers = struct.pack(">4I", 1, 1, 3, 1) + struct.pack(">10I", *[1] * 10) * channels
    payload = b"\0\0\0\0\0" + bytes((flags,)) + numbers
    small = one(avif("L", (20, 12)), b"avif", b"av01")
    shift = len(AVIF.properties)
    gain = Item(
        2, b"av01", small.items[0].data, tuple(use + shift for use in small.items[0].uses), hidden=True
    )
    size = next(n for n, p in enumerate(AVIF.properties, 1) if p[4:8] == b"ispe")
    tone = Item(3, b"tmap", payload + more, (size,), method=1)
    return AVIF._replace(
        items=(*AVIF.items, gain, tone),
        properties=(*AVIF.properties, *small.properties),
        links=((b"dimg", 3, (1, 2)),),
        brands=b"mif1miaftmap",
        more_meta=box(b"grpl", full(b"altr", 0, 0, struct.pack(">IIII", 9, 2, 3, 1))),
    ).made()


def message(more: bytes = b"") -> bytes:
    """H.265, G.14.2.3: from the nearest to the farthest, of a simple kind."""
    bits = "1100" + "1" + "0" + "0000111" + "00011" + "1010" + "0" + "0001000" + "00011" + "0101"
    body = int(bits + "1" + "0" * (-(len(bits) + 1) % 8), 2).to_bytes((len(bits) + 8) // 8, "big") + more
    unit = b"\x4e\1\xb1" + bytes((len(body),)) + body + b"\x80"
    return struct.pack(">I", len(unit)) + unit


def auxiliaries(data: bytes) -> dict[str, list[bytes]]:
    image = pillow_heif.open_heif(io.BytesIO(data))
    found = {
        urn: [image.get_aux_image(n).data.tobytes() for n in ids] for urn, ids in image.info["aux"].items()
    }
    return found | {"depth": [one.data.tobytes() for one in image.info["depth_images"]]}


def unchanged(data: bytes, policy: Policy) -> None:
    source = fx.reader(data)
    assert list(heif.WALKER.plan(source, heif.WALKER.segments(source), policy)) == [Copy(0, len(data))]


def test_a_gain_map_stays_if_asked_for_with_how_bright_it_is() -> None:
    data = gain_map()
    clean = scrubbed(heif.WALKER, data, HDR)
    assert auxiliaries(data)[heif_second.APPLE_GAIN.decode()]
    assert auxiliaries(clean) == auxiliaries(data)
    assert shown(clean) == shown(data)
    assert CANARY not in clean
    assert b'HDRGainMapVersion="131072" HDRGainMap:HDRGainMapHeadroom="2.67"' in clean
    assert reveals(heif.WALKER, clean) == {Reveal.PICTURE}
    unchanged(clean, HDR)


@pytest.mark.parametrize("policy", [Policy(), DEPTH])
def test_a_gain_map_goes_with_what_is_said_of_it(policy: Policy) -> None:
    clean = scrubbed(heif.WALKER, gain_map(), policy)
    assert b"hdrgainmap" not in clean
    assert b"HDRGainMap" not in clean
    assert shown(clean) == shown(gain_map())


def note(*numbers: tuple[int, int, int]) -> bytes:
    """Apple's note, with fractions."""
    rows = b"".join(
        struct.pack(">HHII", tag, 10, 1, 18 + 12 * len(numbers) + 8 * n)
        for n, (tag, *_) in enumerate(numbers)
    )
    values = b"".join(struct.pack(">ii", top, bottom) for _, top, bottom in numbers)
    return b"Apple iOS\0\0\1MM" + struct.pack(">H", len(numbers)) + rows + bytes(2) + values


@pytest.mark.parametrize(
    ("first", "second", "headroom"),
    [
        ((1, 2), (0, 1), 2**1.8),
        ((1, 2), (1, 1), 2**1.5),
        ((1, 1), (0, 1), 8.0),
        ((3, 2), (1, 1), 4.0),
        ((1, 2), (100, 1), 1.0),
        ((1, 0), (0, 0), 2**1.8),
    ],
)
def test_the_first_kind_of_gain_map_leaves_it_to_the_note_of_the_camera(
    first: tuple[int, int], second: tuple[int, int], headroom: float
) -> None:
    block = piexif.dump({"Exif": {0x927C: note((33, *first), (48, *second), (1, 7, 7))}})[6:]
    early = XMP.replace(b"131072", b"65536").replace(b"HDRGainMapHeadroom", b"SomethingElse")
    assert b'HDRGainMapHeadroom="%.6f"' % headroom in heif_second.packet(early, block)
    assert heif_second.packet(early, b"") == b""
    assert heif_second.packet(early, piexif.dump({"Exif": {0x927C: note((33, *first))}})[6:]) == b""
    exif = Item(4, b"Exif", bytes(4) + block)
    told = Item(3, b"mime", early, content=b"application/rdf+xml", hidden=True)
    clean = scrubbed(heif.WALKER, with_second(heif_second.APPLE_GAIN, told, exif).made(), HDR)
    assert b'HDRGainMapVersion="131072"' in clean
    assert b"Apple iOS" not in clean
    unchanged(clean, HDR)


def test_a_tone_map_stays_with_its_gain_map_and_its_brand() -> None:
    for flags in (0, 0x80):
        plain, data = tone_map(flags=flags), tone_map(CANARY, flags)
        clean = scrubbed(heif.AVIF, data, HDR)
        assert CANARY not in clean
        assert shown(clean) == shown(plain)
        assert clean[: find(clean, b"ftyp")[1]].count(b"tmap") == 1
        assert b"altr" in clean
        small = one(avif("L", (20, 12)), b"avif", b"av01").items[0].data
        assert small in clean
        assert {name.split("/")[-1] for name in names(clean)} >= {"tmap", "gain map"}
        unchanged(clean, HDR)
        gone = scrubbed(heif.AVIF, data)
        assert b"tmap" not in gone
        assert small not in gone


def test_a_tone_map_with_one_denominator() -> None:
    short = b"\0\0\0\0\0\x08" + bytes(12 + 20)
    assert heif_second.tone_map(short + CANARY) == short
    for broken in (b"\1" + short[1:], short[:-1]):
        with pytest.raises(FormatError):
            heif_second.tone_map(broken)


def names(data: bytes) -> set[str]:
    return {segment.name for segment in heif.WALKER.segments(fx.reader(data))}


@pytest.mark.parametrize("urn", sorted(heif_second.DEPTHS))
def test_depth_stays_if_asked_for(urn: bytes) -> None:
    told = Item(3, b"mime", fx.XMP, content=b"application/rdf+xml", hidden=True)
    data = with_second(urn, told, subtype=message()).made()
    clean = scrubbed(heif.WALKER, data, DEPTH)
    assert auxiliaries(data)["depth"]
    assert auxiliaries(clean) == auxiliaries(data)
    assert shown(clean) == shown(data)
    assert CANARY not in clean
    assert message() in clean
    assert "depth map" in names(clean)
    unchanged(clean, DEPTH)
    for policy in (Policy(), HDR):
        assert auxiliaries(scrubbed(heif.WALKER, data, policy))["depth"] == []


@pytest.mark.parametrize("words", [CANARY, message(CANARY), struct.pack(">I", 6) + CANARY, b"\0\0\0\1\0"])
def test_words_behind_the_type_of_a_depth_picture_go(words: bytes) -> None:
    data = with_second(min(heif_second.DEPTHS), subtype=words).made()
    clean = scrubbed(heif.WALKER, data, DEPTH)
    assert clean == scrubbed(heif.WALKER, with_second(min(heif_second.DEPTHS)).made(), DEPTH)
    assert CANARY not in clean


@pytest.mark.parametrize(
    ("data", "keep"),
    [(gain_map(), "hdr"), (tone_map(), "hdr"), (with_second(min(heif_second.DEPTHS)).made(), "depth")],
)
def test_the_second_look_knows_what_was_asked_for(data: bytes, keep: str, tmp_path: Path) -> None:
    (tmp_path / "one.heic").write_bytes(data)
    assert run(["scrub", str(tmp_path / "one.heic"), "--to", str(tmp_path / "clean"), "--keep", keep]) == 0
    assert len((tmp_path / "clean" / "one.heic").read_bytes()) < len(data)


def test_mattes_go_whatever_is_asked_for() -> None:
    data = with_second(b"urn:com:apple:photo:2018:aux:portraiteffectsmatte").made()
    assert b"portraiteffectsmatte" not in scrubbed(heif.WALKER, data, BOTH)
