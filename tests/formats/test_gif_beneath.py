"""What is seen of a GIF beside its first image."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageSequence

from audit.formats import gif
from tests.contracts.walker import scrubbed
from tests.formats.test_gif import CODES, SCREEN, SIZE, TABLE, bits, blocked, control, image, literal, made

COLOURED = b"bgr" + TABLE[3:9] + b"abcdefghijklxyz"  # eight colours
NO_ZERO = bits([(code or 1, width) for code, width in CODES])  # pixels of 1 and 2 only


@pytest.mark.parametrize("index", [None, 0, 6, 99])
@pytest.mark.parametrize("at", [bytes(2), b"\1\0"])
def test_what_the_first_image_leaves_free_looks_as_before(index: int | None, at: bytes) -> None:
    """Pillow fills it with the transparent colour, or with number 0; here no pixel has either."""
    screen = bytes((SIZE[0] + 2, 0, SIZE[1], 0)) + b"\xf2\3\0"
    flags = b"" if index is None else control(5, 7, index)
    data = made(flags, image(NO_ZERO).replace(bytes(4), at + bytes(2), 1), screen=screen, table=COLOURED)
    clean = scrubbed(gif.WALKER, data)
    assert coloured(clean) == coloured(data)
    assert scrubbed(gif.WALKER, clean) == clean


@pytest.mark.parametrize("index", [0, 2, 6, 99])
@pytest.mark.parametrize("first", [5, 8, 9])
@pytest.mark.parametrize("second", [0, 1, 9])
def test_what_an_image_leaves_behind_when_it_goes_looks_as_before(
    index: int, first: int, second: int
) -> None:
    small = b"," + bytes(4) + b"\2\0\2\0\0\2" + blocked(bits(literal([1, 1, 2, 2])))
    blocks = control(first, 9, index), image(NO_ZERO), control(second, 9, index), small, small
    data = made(*blocks, screen=SCREEN[:4] + b"\xf2\3\0", table=COLOURED)
    clean = scrubbed(gif.WALKER, data)
    assert coloured(clean) == coloured(data)
    assert scrubbed(gif.WALKER, clean) == clean


def coloured(data: bytes) -> list[bytes]:
    """Every frame, with the colours of transparent pixels."""
    with Image.open(io.BytesIO(data)) as picture:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(picture)]
