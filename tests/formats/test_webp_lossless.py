from __future__ import annotations

import io
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from audit.formats import webp, webp_lossless, webp_tail
from tests.formats import fixtures as fx
from tests.formats.fixtures import riff_chunks


def drawn(seed: int, kind: str, width: int, height: int) -> Image.Image:
    """A picture of noise, of few colours, of one colour, of a slope, or of all of them in blocks."""
    chance = random.Random(seed)
    image = Image.new("RGBA", (width, height), (chance.randrange(256), 7, 9, 255))
    if kind == "plain":
        return image
    few = [tuple(chance.randrange(256) for _ in range(4)) for _ in range(chance.choice((2, 3, 5, 17, 200)))]
    for y in range(height):
        for x in range(width):
            block = kind if kind != "blocks" else ("noise", "few", "slope")[(x // 16 + y // 16) % 3]
            if block == "noise":
                image.putpixel((x, y), tuple(chance.randrange(256) for _ in range(4)))
            elif block == "few":
                image.putpixel((x, y), chance.choice(few))
            else:
                image.putpixel((x, y), (x * 3 & 255, y * 5 & 255, x + y & 255, 255 - x & 255))
    return image


PICTURES = {
    "seed": st.integers(0, 1 << 32),
    "kind": st.sampled_from(["plain", "noise", "few", "slope", "blocks"]),
    "width": st.integers(1, 90),
    "height": st.integers(1, 90),
    "quality": st.integers(0, 100),
    "method": st.integers(0, 6),
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(**PICTURES, exact=st.booleans())
def test_every_byte_of_a_lossless_picture_is_needed(
    seed: int, kind: str, width: int, height: int, quality: int, method: int, exact: bool
) -> None:
    data = fx.saved(
        drawn(seed, kind, width, height), "WEBP", lossless=True, quality=quality, method=method, exact=exact
    )
    (codes,) = (body for name, body in riff_chunks(data) if name == b"VP8L")
    assert webp_lossless.end(codes) == len(codes)
    assert webp_lossless.end(codes + b"CANARY") == len(codes)
    assert webp_lossless.end(codes[:-1]) is None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(**PICTURES, opacity=st.integers(0, 100))
def test_every_byte_of_packed_opacity_is_needed(
    seed: int, kind: str, width: int, height: int, quality: int, method: int, opacity: int
) -> None:
    data = fx.saved(
        drawn(seed, kind, width, height), "WEBP", quality=quality, method=method, alpha_quality=opacity
    )
    for name, body in riff_chunks(data):
        if name == b"ALPH" and body[0] & 3:
            assert webp_lossless.stream_end(body[1:] + b"CANARY", width, height) == len(body) - 1


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 1 << 32), many=st.integers(1, 5))
def test_broken_codes_do_no_harm(seed: int, many: int) -> None:
    chance = random.Random(seed)
    data = bytearray(riff_chunks(fx.webp("RGBA", lossless=True))[0][1])
    for _ in range(many):
        data[chance.randrange(1, min(60, len(data)))] = chance.randrange(256)
    found = webp_lossless.end(bytes(data))
    assert found is None or found <= len(data)


def test_codes_that_run_out_are_not_followed_further() -> None:
    """Each pixel is one bit, of its red: without bytes it ends at once, however large it is said to be."""
    one, two = "1000", "1100" + "10000000"
    told = "000" + one + two + one + one + one
    head = int(told[::-1], 2).to_bytes(4, "little")
    started = time.process_time()
    assert webp_lossless.stream_end(head, 4080, 4080) is None
    assert time.process_time() - started < 2
    assert webp_lossless.stream_end(head + bytes(9), 5, 5) == (len(told) + 25 + 7) // 8


def test_a_large_picture_is_not_followed() -> None:
    wide = fx.saved(Image.new("RGB", (5000, 5000)), "WEBP", lossless=True, method=0)
    assert webp_lossless.end(riff_chunks(wide)[0][1]) is None


def test_places_nearby_stand_in_the_order_of_the_specification() -> None:
    """RFC 9649, 3.6.2.2.1: the first and the last of its table."""
    first = [(0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2), (2, 1), (-2, 1), (2, 2)]
    assert webp_lossless._NEARBY[:11] == first
    assert webp_lossless._NEARBY[-3:] == [(-7, 7), (8, 6), (8, 7)]
    assert len(webp_lossless._NEARBY) == 120


@pytest.mark.parametrize(
    "tail",
    [b"a sentence that says it", bytes(12), b"\xff" * 12, b"PK\5\6", b"IEND", b"\xff\xd8\xff", b"Exif"],
)
def test_what_does_not_look_like_codes(tail: bytes) -> None:
    codes = random.Random(3).randbytes(3000)
    assert not webp_tail.suspected(codes)
    assert webp_tail.suspected(codes + tail)
    assert webp_tail.suspected(tail + codes)


@pytest.mark.parametrize(
    "hidden",
    [
        fx.saved(fx.picture("RGB"), "JPEG"),
        fx.saved(drawn(1, "noise", 90, 90), "PNG"),
        fx.saved(drawn(1, "noise", 90, 90).convert("RGB"), "JPEG", quality=95),
        fx.saved(fx.picture("RGB"), "TIFF"),
        fx.ZIP,
        fx.exif(),
    ],
    ids=["jpeg", "png", "large jpeg", "tiff", "zip", "exif"],
)
def test_files_do_not_look_like_codes(hidden: bytes) -> None:
    assert webp_tail.suspected((random.Random(4).randbytes(5000) + hidden)[-4096:])


def test_filling_of_a_few_zero_bytes_stays() -> None:
    """Some writers of opacity leave two."""
    codes = riff_chunks(fx.webp("RGBA", lossless=True))[0][1]
    for more, name in ((bytes(2), "VP8L"), (bytes(40), "behind VP8L")):
        source = fx.reader(fx.riff((b"VP8L", codes + more)))
        assert webp.WALKER.segments(source)[-1].name == name
    assert Image.open(io.BytesIO(fx.riff((b"VP8L", codes)))).size == (40, 24)
