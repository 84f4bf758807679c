"""The minimal form of AVIF, written bit by bit as ISO/IEC 23008-12, O.3.2 has it: it becomes the usual form."""

from __future__ import annotations

import io
from typing import NamedTuple

import pytest
from PIL import Image, ImageOps

from audit.formats import heif
from audit.formats.base import Copy, Keep, Policy, Reveal, Role, UnsupportedError
from tests.contracts.walker import BARE, assert_tiled, reveals, scrubbed
from tests.formats import fixtures as fx
from tests.formats.boxes import avif, box, one, parts_of

CANARY = fx.CANARY
PLAIN = one(avif(), b"avif", b"av01")
CONFIG = next(p[8:] for p in PLAIN.properties if p[4:8] == b"av1C")
DATA = PLAIN.items[0].data


class Mini(NamedTuple):
    """The default is a picture of 40 by 24 in 4:2:0."""

    flags: str = "001{}10"  # explicit types, float, full range, alpha, codes, HDR
    orientation: int = 1
    icc: bytes = b""
    alpha: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    packed: int = 0
    behind: bytes = b""
    brand: bytes = b"avif"
    version: int = 0

    def made(self) -> bytes:
        parts = (self.icc, self.exif, self.xmp)
        there = "".join("1" if part else "0" for part in parts)
        flags = self.flags.format(int(bool(self.alpha)))
        bits = f"{self.version:02b}{flags}{there}01{self.orientation - 1:03b}0{39:07b}{23:07b}110"
        bits += "0" if self.alpha else ""
        bits += f"{1:08b}{13:08b}{6:08b}"
        bits += "1" if any(parts) else ""
        bits += "01"
        bits += f"{len(self.icc) - 1:020b}" if self.icc else ""
        bits += f"{len(CONFIG):03b}{len(DATA) - 1:028b}"
        bits += f"{len(self.alpha):028b}000" if self.alpha else ""
        bits += f"{self.packed}" if self.exif or self.xmp else ""
        bits += "".join(f"{len(part) - 1:020b}" for part in (self.exif, self.xmp) if part)
        bits += "0" * (-len(bits) % 8)
        head = int(bits, 2).to_bytes(len(bits) // 8, "big")
        body = head + CONFIG + self.icc + self.alpha + DATA + self.exif + self.xmp + self.behind
        return box(b"ftyp", b"mif3" + self.brand) + box(b"mini", body)


HIDDEN = {
    "exif": Mini(exif=fx.exif()),
    "xmp": Mini(xmp=fx.XMP),
    "packed": Mini(exif=CANARY, packed=1),
    "both": Mini(exif=fx.exif(), xmp=fx.XMP, icc=fx.profile()),
}


def seen(data: bytes) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data)))


def test_it_becomes_the_usual_form() -> None:
    clean = scrubbed(heif.AVIF, Mini().made())
    assert clean[4:24] == b"ftypavif\0\0\0\0avifmiaf"
    assert seen(clean).tobytes() == seen(avif()).tobytes()
    assert b"nclx\0\1\0\x0d\0\6\x80" in clean
    assert scrubbed(heif.AVIF, clean) == clean


@pytest.mark.parametrize("name", list(HIDDEN))
def test_nothing_is_left(name: str) -> None:
    data = HIDDEN[name].made()
    assert heif.AVIF.sniff(data[:64])
    source = fx.reader(data + CANARY)
    segments = list(heif.AVIF.segments(source))
    assert_tiled(segments, len(data + CANARY))
    assert {s.name for s in segments if s.role is Role.PAYLOAD} == {"picture"}
    assert heif.AVIF.size(source, segments) == (40, 24)
    assert reveals(heif.AVIF, data)
    clean = scrubbed(heif.AVIF, data + CANARY)
    plain = scrubbed(heif.AVIF, Mini(icc=HIDDEN[name].icc).made())
    assert clean == plain
    assert not reveals(heif.AVIF, plain) - {Reveal.COLOUR}


def test_what_stays() -> None:
    data = Mini(icc=fx.profile(), exif=fx.exif()).made()
    assert Image.open(io.BytesIO(scrubbed(heif.AVIF, data))).info["icc_profile"] == fx.profile()
    assert scrubbed(heif.AVIF, data, BARE) == scrubbed(heif.AVIF, Mini().made(), BARE)
    timed = scrubbed(heif.AVIF, data, Policy(frozenset({Keep.TIME})))
    assert Reveal.TIME in reveals(heif.AVIF, timed)
    again = fx.reader(timed)
    policy = Policy(frozenset({Keep.TIME}))
    assert list(heif.AVIF.plan(again, heif.AVIF.segments(again), policy)) == [Copy(0, len(timed))]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns(orientation: int) -> None:
    """As Exif turns the same picture."""
    turned = seen(scrubbed(heif.AVIF, Mini(orientation=orientation).made()))
    exif = Image.Exif()
    exif[0x0112] = orientation
    plain = Image.open(io.BytesIO(avif()))
    plain.load()
    plain.getexif()[0x0112] = orientation
    assert turned.tobytes() == ImageOps.exif_transpose(plain).tobytes()


def test_opacity_stays() -> None:
    _, media = parts_of(avif("L"))
    clean = scrubbed(heif.AVIF, Mini(alpha=media, xmp=fx.XMP).made())
    assert seen(clean).mode == "RGBA"
    assert seen(clean).convert("RGB").tobytes() == seen(avif()).tobytes()


@pytest.mark.parametrize(
    "odd",
    [
        Mini(behind=CANARY),
        Mini(brand=b"heic"),
        Mini(version=1),
        Mini(flags="101010"),
        Mini(flags="011010"),
        Mini(flags="001011"),
        Mini(flags="001110"),
    ],
)
def test_other_forms_are_refused(odd: Mini) -> None:
    for data in (odd.made(), odd.made()[:-5], odd.made()[:30]):
        with pytest.raises(UnsupportedError):
            scrubbed(heif.AVIF, data)
        source = fx.reader(data)
        assert_tiled(list(heif.AVIF.segments(source)), len(data))
