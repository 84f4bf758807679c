"""Rows below a JPEG's picture: coded, but not told of in its header."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from audit.formats import jpeg
from tests.contracts.walker import scrubbed
from tests.formats import fixtures as fx
from tests.formats.fixtures import behind_soi, marked

SIZE = (160, 128)
LOWER = 64  # rows that are shown


def picture(**options: object) -> bytes:
    return fx.saved(fx.picture(size=SIZE), "JPEG", **{"quality": 70, **options})


def lowered(data: bytes) -> bytes:
    """T.81, B.2.2: the number of lines stands behind the precision."""
    at = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2")) + 5
    return data[:at] + LOWER.to_bytes(2, "big") + data[at + 2 :]


def sized(order: str, kind: int, width: int, height: int) -> bytes:
    """An Exif block that tells of a size."""
    form = f"{order}HHI" + ("H2x" if kind == 3 else "I")
    values = (struct.pack(form, 0xA002 + n, kind, 1, value) for n, value in enumerate((width, height)))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IHHHII", 8, 1, 0x8769, 4, 1, 26)
    return head + bytes(4) + struct.pack(f"{order}H", 2) + b"".join(values) + bytes(4)


def told(data: bytes, *size: int, order: str = "<", kind: int = 4) -> bytes:
    return behind_soi(data, marked(0xE1, b"Exif\0\0" + sized(order, kind, *size)))


def shown(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def less(data: bytes) -> bool:
    """Whether a good part of it is gone, and nothing of what it shows."""
    clean = scrubbed(jpeg.WALKER, data)
    assert shown(clean) == shown(data)
    assert scrubbed(jpeg.WALKER, clean) == clean
    return len(clean) < 3 * len(data) // 4


@pytest.mark.parametrize("kind", [3, 4])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 99}])
def test_rows_that_the_header_does_not_tell_of_go(options: dict[str, object], order: str, kind: int) -> None:
    """Exif 2.32, 4.6.5: PixelXDimension and PixelYDimension."""
    data = lowered(picture(**options))
    assert less(told(data, *SIZE, order=order, kind=kind))
    assert not less(told(data, SIZE[0], LOWER, order=order, kind=kind))
    assert not less(told(data, SIZE[0] * 2, SIZE[1], order=order, kind=kind))


def test_rows_behind_the_last_restart_that_should_be_there_go() -> None:
    assert less(lowered(picture(restart_marker_rows=1)))
    assert less(lowered(fx.saved(fx.picture("L", SIZE), "JPEG", restart_marker_blocks=7)))
    assert not less(picture(restart_marker_rows=1))
    assert not less(picture(restart_marker_blocks=7))
    assert not less(picture(restart_marker_rows=100))
