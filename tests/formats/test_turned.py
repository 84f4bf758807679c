"""Which side is up, where only the XMP of a picture says it."""

from __future__ import annotations

import pytest

from audit.formats import exif, jpeg, png, webp
from audit.formats.base import Copy, Keep, Policy
from tests.formats import fixtures as fx

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{}"/>'
    "</rdf:RDF></x:xmpmeta>"
)


def jpeg_of(packet: bytes, block: bytes) -> bytes:
    own = [fx.marked(0xE1, b"Exif\0\0" + block)] if block else []
    return fx.behind_soi(fx.jpeg(), *own, fx.marked(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet))


def png_of(packet: bytes, block: bytes) -> bytes:
    own = [(b"eXIf", block)] if block else []
    return fx.png_with(fx.png(), *own, (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))


def webp_of(packet: bytes, block: bytes) -> bytes:
    return fx.webp(xmp=packet, exif=block) if block else fx.webp(xmp=packet)


FORMATS = [(jpeg.Jpeg(), jpeg_of), (png.Png(), png_of), (webp.Webp(), webp_of)]


def lone(walker, data: bytes, policy: Policy = Policy()) -> int | None:
    """The orientation that the scrubbed file says."""
    reader = fx.reader(data)
    pieces = list(walker.plan(reader, walker.segments(reader), policy))
    written = b"".join(data[p.start : p.stop] if isinstance(p, Copy) else p.data for p in pieces)
    at = max(written.find(b"II*\0"), written.find(b"MM\0*"))
    return exif.orientation(written[at:]) if at >= 0 else None


@pytest.mark.parametrize(("walker", "made"), FORMATS, ids=["JPEG", "PNG", "WebP"])
def test_xmp_turns_a_picture_where_exif_says_nothing(walker, made) -> None:
    packet = _XMP.format(6).encode()
    assert lone(walker, made(packet, b"")) == 6
    assert lone(walker, made(packet, b""), Policy(frozenset({Keep.ICC}))) is None


@pytest.mark.parametrize(("walker", "made"), FORMATS, ids=["JPEG", "PNG", "WebP"])
def test_exif_has_the_last_word(walker, made) -> None:
    packet = _XMP.format(6).encode()
    assert lone(walker, made(packet, fx.exif(3))) == 3
    assert lone(walker, made(packet, fx.exif(1))) is None


@pytest.mark.parametrize("said", ["0", "9", "66", "left", ""])
@pytest.mark.parametrize(("walker", "made"), FORMATS, ids=["JPEG", "PNG", "WebP"])
def test_nonsense_turns_nothing(walker, made, said: str) -> None:
    assert lone(walker, made(_XMP.format(said).encode(), b"")) is None
