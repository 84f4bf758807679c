from __future__ import annotations

import io
import random
import struct
from typing import ClassVar

import pytest
from PIL import Image

from audit.formats import bmp, bmp_pixels
from audit.formats.base import Bytes, Copy, FormatError, Policy, Reveal, Zero
from tests.contracts.walker import reveals, scrubbed, shown
from tests.formats import fixtures as fx
from tests.formats.plain_contract import PlainContract

WIDE, HIGH = 5, 3
CHANCE = random.Random(11)
LINKED = b"C:\\Users\\Jane CANARY\\canary.icm\0"
MASKS = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)
ALPHA = struct.pack("<I", 0xFF000000)


def info(
    bits: int = 24,
    kind: int = 0,
    size: int = 40,
    high: int = HIGH,
    image: int = 0,
    colours: int = 0,
    density: int = 2835,
    important: int = 0,
) -> bytes:
    return struct.pack(
        "<IiiHHIIiiII", size, WIDE, high, 1, bits, kind, image, density, density, colours, important
    )


def core(bits: int) -> bytes:
    return struct.pack("<IHHHH", 12, WIDE, HIGH, 1, bits)


def v5(space: bytes = b"BGRs", profile: tuple[int, int] = (0, 0), **more: int) -> bytes:
    head = info(size=124, **more)
    masks = MASKS + ALPHA if more.get("kind") == 3 else bytes(16)
    return head + masks + space + bytes(48) + struct.pack("<IIII", 4, *profile, 0)


def made(header: bytes, middle: bytes, pixels: bytes, behind: bytes = b"", gap: bytes = b"") -> bytes:
    start = 14 + len(header) + len(middle) + len(gap)
    total = start + len(pixels) + len(behind)
    return b"BM" + struct.pack("<IHHI", total, 0, 0, start) + header + middle + gap + pixels + behind


def rows(bits: int, fill: bytes = b"\0", values: int = 256, high: int = HIGH) -> bytes:
    size = (WIDE * bits + 7) // 8
    data = b""
    for _ in range(high):
        row = bytes(CHANCE.randrange(values) for _ in range(size))
        if bits < 8 and WIDE * bits % 8:
            row = row[:-1] + bytes((row[-1] & (0xFF00 >> WIDE * bits % 8) & 0xFF,))
        data += row + (fill * 4)[: -size % 4]
    return data


def table(count: int, entry: int = 4) -> bytes:
    """Colours that are not greys."""
    return b"".join(bytes((n, 255 - n, 77, 0))[:entry] for n in range(count))


RGB = rows(24)
PLAIN = made(info(), b"", RGB)
SIXTEEN = struct.unpack(f"<{WIDE * HIGH + HIGH}H", rows(16))
XRGB = bytes(0 if n % 4 == 3 else CHANCE.randrange(256) for n in range(4 * WIDE * HIGH))
OPAQUE = bytes(255 if n % 4 == 3 else v for n, v in enumerate(XRGB))
SPARSE = bytes(n % 3 if n % 8 < WIDE else 0 for n in range(8 * HIGH))
EIGHT = made(info(8), table(3) + bytes(253 * 4), SPARSE)
RUN8 = b"\5\1\0\0" + b"\0\5\1\2\1\2\0\0\0\0" + b"\2\2\3\1\0\0\0\1"
RUN4 = b"\5\x12\0\0" + b"\0\5\x12\x12\x10\0\0\0" + b"\2\x21\3\x01\0\0\0\1"
DRAWN8 = made(info(8, 1, image=len(RUN8)), table(3) + bytes(253 * 4), RUN8)
DRAWN4 = made(info(4, 2, image=len(RUN4)), table(3) + bytes(13 * 4), RUN4)


def run8(data: bytes) -> bytes:
    return made(info(8, 1, image=len(data)), table(3) + bytes(253 * 4), data)


def run4(data: bytes) -> bytes:
    return made(info(4, 2, image=len(data)), table(3) + bytes(13 * 4), data)


def with_profile(data: bytes, behind: bytes = b"", gap: bytes = b"") -> bytes:
    return made(v5(b"DEBM", (124, len(data))), b"", RGB, behind, data + gap)


def with_profile_behind(data: bytes, behind: bytes = b"", gap: bytes = b"") -> bytes:
    return made(v5(b"DEBM", (124 + len(RGB) + len(gap), len(data))), b"", RGB, gap + data + behind)


def inner(kind: int, data: bytes, *, size: bool = True) -> bytes:
    return made(info(0, kind, image=len(data) if size else 0), b"", data)


def field(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


JPEG = fx.jpeg()
NOISY = fx.behind_soi(JPEG, fx.marked(0xFE, b"CANARY"))


class TestBmp(PlainContract):
    walker = bmp.WALKER
    plain = PLAIN
    turned = with_profile_behind(fx.profile(), b"CANARY")
    told: ClassVar = {Reveal.TRAILER}

    def profile_of(self, data: bytes) -> bytes:
        start, size = struct.unpack_from("<II", data, 14 + 112)
        return data[14 + start : 14 + start + size] if data[70:74] == b"DEBM" else b""

    samples: ClassVar = {
        "reserved": field(PLAIN, 6, b"CANA"),
        "gap": made(info(), b"", RGB, gap=b"CANARY"),
        "palette nobody needs": made(info(colours=2), b"CANARYXX", RGB),
        "behind": PLAIN + b"CANARY",
        "picture behind": PLAIN + fx.small_jpeg(),
        "size too large": made(info(image=len(RGB) + 6), b"", RGB + b"CANARY"),
        "linked profile": made(v5(b"KNIL", (124 + len(RGB), len(LINKED))), b"", RGB, LINKED),
        "profile that is none": with_profile(b"CANARY"),
        "gap before a profile": with_profile_behind(fx.profile(), gap=b"CANARY"),
        "gap behind a profile": with_profile(fx.profile(), gap=b"CANARY"),
        "unused colours": made(info(8), table(3) + b"CANARY\0\0" + bytes(251 * 4), SPARSE),
        "unused colours of four bits": made(
            info(4), table(3) + b"CANARY\0\0" + bytes(11 * 4), rows(4, values=2)
        ),
        "OS/2 2.x fields": made(info(size=64) + bytes(8) + b"CANARYCANARY" + bytes(4), b"", RGB),
        "masks nobody needs": made(info(size=56) + b"CANARY" + bytes(10), b"", RGB),
        "endpoints nobody needs": field(made(v5(), b"", RGB), 14 + 60, b"CANARY"),
        "endpoints that are none": field(made(v5(bytes(4)), b"", RGB), 14 + 60, b"CANARY\0\0"),
        "colour space nobody knows": field(made(v5(b"CANA"), b"", RGB), 14 + 60, b"CANARY"),
        "profile in a V4 header": made(
            info(size=108) + bytes(16) + b"DEBM" + b"CANARY" + bytes(42), b"", RGB
        ),
        "behind runs": run8(RUN8 + b"CANARY"),
        "run below the picture": run8(RUN8[:-2] + b"\0\6CANARY\0\1"),
        "run behind the last pixel": run8(RUN8[:-4] + b"\0\6CANARY\0\1"),
    }
    odd: ClassVar = {
        "runs beside the picture": run8(b"\5\1\1C\1A\1N" + RUN8[2:]),
        "reserved of V5": field(made(v5(), b"", RGB), 14 + 120, b"CANA"),
        "intent": field(made(v5(), b"", RGB), 14 + 108, b"CANA"),
        "important": field(PLAIN, 14 + 36, b"CANA"),
        "density": field(PLAIN, 14 + 24, b"CANA"),
        "planes": field(PLAIN, 14 + 12, b"CA"),
        "padding": made(info(), b"", rows(24, b"x")),
        "padding of four bits": made(info(4), table(16), rows(4, b"x")),
        "padding of one bit": made(info(1), table(2), b"\xffCAN" * HIGH),
        "fourth bytes": made(info(32), b"", bytes(n % 251 for n in range(4 * WIDE * HIGH))),
        "fourth bytes, masked": made(info(32, 3), MASKS, bytes(n % 251 for n in range(4 * WIDE * HIGH))),
        "sixteenth bits": made(info(16), b"", b"\xff\x80" * (WIDE + 1) * HIGH),
        "reserved of colours": made(info(8), table(3) + bytes(253 * 4), SPARSE).replace(
            table(2), b"".join(table(2)[n : n + 3] + b"C" for n in (0, 4))
        ),
        "no last padding": PLAIN[:-1],
        "size of nothing": field(PLAIN, 2, bytes(4)),
        "no place": field(EIGHT, 10, bytes(4)),
        "place of the palette": field(EIGHT, 10, struct.pack("<I", 54)),
        "padding of runs": run8(RUN8.replace(b"\2\1\2\0\0\0", b"\2\1\2\0x\0")),
        "half a byte of runs": run4(RUN4.replace(b"\x10\0", b"\x1f\0")),
        "half a byte of a run": run4(RUN4[:-8] + b"\1\x21\1\x1f\3\x01\0\0\0\1"),
        "no end of runs": run8(RUN8[:-2]),
        "no end of anything": run8(RUN8[:-4]),
        "lines below the picture": run8(RUN8[:-2] + b"\0\0" * 9 + b"\0\1"),
        "a step out of the picture": run8(RUN8[:14] + b"\0\2\0\7" + b"\5\1\0\1"),
        "long run": run8(b"\xff\1" + RUN8[2:]),
    }
    broken: ClassVar = {
        "cut": PLAIN[:-20],
        "header only": PLAIN[:14],
        "cut header": PLAIN[:40],
        "unknown header": field(PLAIN, 14, b"\x29"),
        "no width": field(PLAIN, 18, bytes(4)),
        "negative width": field(PLAIN, 18, b"\xff" * 4),
        "no height": field(PLAIN, 22, bytes(4)),
        "bits": field(PLAIN, 28, b"\7"),
        "bits of a short header, at its end": bytes.fromhex(
            "424d4206000000000000360000000c0000002800320000250c5259"
        ),
        "compression": field(PLAIN, 30, b"\x0b"),
        "Huffman": made(info(1, 3, 64) + bytes(24), b"", rows(1)),
        "runs of three bytes": made(info(24, 1), b"", RUN8),
        "pixels in the header": field(PLAIN, 10, b"\x20"),
        "pixels behind the end": field(PLAIN, 10, b"\xff\xff"),
        "cut masks": made(info(32, 3), MASKS, b"")[:60],
        "single pixels beyond the row": run8(RUN8[:4] + b"\0\6\1\2\1\2\1\2" + RUN8[-10:]),
        "cut runs": run8(RUN8[:6]),
        "cut run": run8(RUN8[:7]),
        "cut step": run8(b"\5\1\0\2\1"),
        "palette in the pixels": field(made(info(8), table(256), SPARSE), 10, struct.pack("<I", 58)),
        "a wide picture": field(PLAIN, 18, b"\0\0\0\x70"),
        "inner picture cut": inner(4, JPEG, size=True)[:-60],
        "no inner picture": inner(5, b"CANARYCANARY"),
        "damaged inner picture": inner(5, fx.png()[:-40], size=False),
    }


@pytest.mark.parametrize(
    "data",
    [
        made(core(24), b"", RGB),
        made(core(8), table(3, 3) + bytes(253 * 3), SPARSE),
        made(core(8), table(3, 3), SPARSE),
        made(core(1), table(2, 3), rows(1)),
        made(info(size=64) + bytes(24), b"", RGB),
        made(info(size=52) + bytes(12), b"", RGB),
        made(info(size=56, bits=32, kind=3) + MASKS + ALPHA, b"", rows(32)),
        made(info(size=108, bits=32, kind=3) + MASKS + ALPHA + b"BGRs" + bytes(48), b"", rows(32)),
        made(v5(bits=32, kind=3), b"", rows(32)),
        made(v5(b" niW"), b"", RGB),
        made(info(high=-HIGH), b"", RGB),
        made(info(16), b"", b"".join(struct.pack("<H", v & 0x7FFF) for v in SIXTEEN).replace(b"", b"")),
        made(info(16, 3), struct.pack("<III", 0xF800, 0x7E0, 0x1F), rows(16)),
        made(info(32), b"", XRGB),
        made(info(32), b"", OPAQUE),
        made(info(32, 3), bytes(12), rows(32)),
        made(info(8, colours=3), table(3), SPARSE),
        made(info(4), table(2) + bytes(14 * 4), rows(4, values=2)),
        EIGHT,
        DRAWN8,
        DRAWN4,
    ],
)
def test_every_generation_stays_as_it_is(data: bytes) -> None:
    clean = scrubbed(bmp.WALKER, data)
    assert shown(clean) == shown(data)
    if data[28] != 16 or data[30]:
        assert clean == data


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_pillows_own(mode: str) -> None:
    data = fx.saved(fx.picture(mode, (61, 47)), "BMP")
    assert shown(scrubbed(bmp.WALKER, data)) == shown(data)


def test_sixteen_bytes_of_header() -> None:
    header = struct.pack("<IiiHH", 16, WIDE, HIGH, 7, 24)
    clean = scrubbed(bmp.WALKER, made(header, b"", RGB))
    assert clean == made(header[:12] + b"\1\0" + header[14:], b"", RGB)


def test_calibrated_colours_stay() -> None:
    space = struct.pack("<9i3i", *[1 << 29] * 9, *[0x23333] * 3)
    data = field(made(v5(bytes(4)), b"", RGB), 14 + 60, space)
    assert scrubbed(bmp.WALKER, data) == data


def test_a_linked_profile_gives_way_to_srgb() -> None:
    clean = scrubbed(bmp.WALKER, TestBmp.samples["linked profile"])
    assert clean == made(v5(), b"", RGB)


@pytest.mark.parametrize("more", [b"", b"\0"])
def test_a_profile_before_the_pixels_moves_behind_them(more: bytes) -> None:
    """ImageMagick refuses one before them, and Pillow counts the padding of runs from the start of the file."""
    profile = fx.profile() + more
    assert scrubbed(bmp.WALKER, with_profile(profile)) == with_profile_behind(profile)


def test_a_profile_inside_the_pixels_is_none() -> None:
    data = made(v5(b"DEBM", (124, 44)), b"", RGB)
    assert scrubbed(bmp.WALKER, data) == made(v5(), b"", RGB)


@pytest.mark.parametrize("size", [True, False])
def test_a_jpeg_inside_is_scrubbed(size: bool) -> None:
    data = inner(4, NOISY, size=size)
    assert Reveal.COMMENT in reveals(bmp.WALKER, data)
    assert scrubbed(bmp.WALKER, data) == inner(4, JPEG)


def test_a_png_inside_is_scrubbed() -> None:
    noisy = fx.png_with(fx.png(), (b"tEXt", b"Author\0CANARY"))
    assert Reveal.OWNER in reveals(bmp.WALKER, inner(5, noisy))
    assert scrubbed(bmp.WALKER, inner(5, noisy)) == inner(5, fx.png())
    assert reveals(bmp.WALKER, inner(5, b"CANARYCANARY")) == {Reveal.UNKNOWN}


def test_a_palette_has_no_more_colours_than_pixels_can_have() -> None:
    data = made(info(8, colours=258), table(3) + bytes(253 * 4) + b"CANARYXX", SPARSE)
    assert scrubbed(bmp.WALKER, data) == made(info(8, colours=256), table(3) + bytes(253 * 4), SPARSE)


def test_a_greyscale_with_unused_greys_stays_one() -> None:
    grey = b"".join(bytes((n, n, n, 0)) for n in range(256))
    data = made(info(8), grey, SPARSE)
    assert scrubbed(bmp.WALKER, data) == data
    assert Image.open(io.BytesIO(data)).mode == "L"
    black = made(info(1), b"\0\0\0\0\xff\xff\xff\0", bytes(4 * HIGH))
    assert scrubbed(bmp.WALKER, black) == black


def test_dirty_padding_of_a_large_picture_is_not_held() -> None:
    """Rows are copied, the padding alone is written."""
    wide = 501
    row = bytes(n % 256 for n in range(wide * 3))
    clean = field(made(info(), b"", (row + b"\0") * 8), 18, struct.pack("<ii", wide, 8))
    data = field(made(info(), b"", (row + b"x") * 3 + (row + b"\0") * 5), 18, struct.pack("<ii", wide, 8))
    source = fx.reader(data)
    pieces = list(bmp.WALKER.plan(source, bmp.WALKER.segments(source), Policy()))
    assert scrubbed(bmp.WALKER, data) == clean
    assert [piece for piece in pieces if not isinstance(piece, Copy)] == [Zero(1)] * 3


def test_dirty_rows_of_a_large_picture() -> None:
    wide = 401
    row = bytes(n % 251 for n in range(wide * 4))
    data = field(made(info(32), b"", row * 2), 18, struct.pack("<ii", wide, 2))
    clean = scrubbed(bmp.WALKER, data)
    assert shown(clean) == shown(data)
    assert not any(clean[54 + 3 :: 4])


def test_windows_join(monkeypatch: pytest.MonkeyPatch) -> None:
    data = fx.saved(fx.picture("RGB", (61, 47)), "BMP")
    dirty = bytearray(data)
    dirty[54 + 183] = dirty[-1] = 7
    monkeypatch.setattr(bmp_pixels, "_WINDOW", 400)
    assert scrubbed(bmp.WALKER, bytes(dirty)) == scrubbed(bmp.WALKER, data)


def test_long_runs_are_followed() -> None:
    width, height = 200, 700
    lines = b"".join(
        b"".join(bytes((2, (x + y) % 3)) for x in range(width // 2)) + b"\0\0" for y in range(height)
    )
    data = field(run8(lines + b"\0\1CANARY"), 18, struct.pack("<ii", width, height))
    clean = scrubbed(bmp.WALKER, data)
    assert clean == field(run8(lines + b"\0\1"), 18, struct.pack("<ii", width, height))
    assert len(lines) > 1 << 17


def test_a_plan_rewrites_no_more_than_it_must() -> None:
    source = fx.reader(TestBmp.samples["behind"])
    pieces = list(bmp.WALKER.plan(source, bmp.WALKER.segments(source), Policy()))
    assert not [p for p in pieces if isinstance(p, Bytes) and p.name == "pixels"]


def test_not_a_bmp() -> None:
    with pytest.raises(FormatError):
        bmp.WALKER.segments(fx.reader(b"BA" + bytes(40)))
    with pytest.raises(FormatError):
        bmp.WALKER.segments(fx.reader(b"BM"))


def test_size_of_what_has_none() -> None:
    source = fx.reader(TestBmp.broken["unknown header"])
    assert bmp.WALKER.size(source, []) is None


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("reserved", Reveal.UNKNOWN),
        ("gap", Reveal.UNKNOWN),
        ("behind", Reveal.TRAILER),
        ("picture behind", Reveal.PICTURE),
        ("linked profile", Reveal.OWNER),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(bmp.WALKER, TestBmp.samples[sample])
