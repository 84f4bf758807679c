"""What is seen of a GIF beside its first image."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from audit.formats import gif
from tests.contracts.walker import scrubbed
from tests.formats.test_gif import CODES, SIZE, TABLE, bits, control, image, made


@pytest.mark.parametrize("index", [None, 0, 6, 99])
@pytest.mark.parametrize("at", [bytes(2), b"\1\0"])
def test_what_the_first_image_leaves_free_looks_as_before(index: int | None, at: bytes) -> None:
    """Pillow fills it with the transparent colour, or with number 0; here no pixel has either."""
    screen = bytes((SIZE[0] + 2, 0, SIZE[1], 0)) + b"\xf2\3\0"
    table = b"bgr" + TABLE[3:9] + b"abcdefghijklxyz"
    codes = bits([(code or 1, width) for code, width in CODES])
    flags = b"" if index is None else control(5, 7, index)
    data = made(flags, image(codes).replace(bytes(4), at + bytes(2), 1), screen=screen, table=table)
    clean = scrubbed(gif.WALKER, data)
    assert coloured(clean) == coloured(data)
    assert scrubbed(gif.WALKER, clean) == clean


def coloured(data: bytes) -> bytes:
    """With the colours of transparent pixels."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGBA").tobytes()
