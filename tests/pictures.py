"""Small pictures made for the tests of reading and scrubbing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import piexif
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path

SERIAL = b"SN-8675309"


def drawing(width: int = 160, height: int = 120, seed: int = 1) -> Image.Image:
    """Shapes that scaling keeps."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for k in range(6):
        x, y = (seed * 37 + k * 53) % width, (seed * 61 + k * 29) % height
        draw.ellipse((x, y, x + width // 4, y + height // 4), fill=(k * 40, 255 - k * 40, (seed * 50) % 255))
    return image


def jpeg(image: Image.Image, *, quality: int = 90) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def photo(*, size: tuple[int, int] = (160, 120), seed: int = 1, preview: Image.Image | None = None) -> bytes:
    """A camera's JPEG: place, time, device, serial number, owner, orientation, and a preview of itself or another."""
    image = drawing(*size, seed)
    small = (preview or image).copy()
    small.thumbnail((80, 60))
    block = piexif.dump(
        {
            "0th": {271: b"BenchCam", 272: b"Model 7", 274: 6, 315: b"Jane Roe", 306: b"2025:05:04 10:11:12"},
            "Exif": {0xA431: SERIAL, 36867: b"2025:05:04 10:11:12"},
            "GPS": {1: b"N", 2: ((48, 1), (51, 1), (30, 1)), 3: b"E", 4: ((2, 1), (17, 1), (40, 1))},
            "1st": {259: 6},
            "thumbnail": jpeg(small),
        }
    )
    out = io.BytesIO()
    piexif.insert(block, jpeg(image), out)
    return out.getvalue()


def plain(seed: int = 1) -> bytes:
    """A JPEG without metadata."""
    return jpeg(drawing(seed=seed))


def png_with_words() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Jane Roe")
    out = io.BytesIO()
    drawing().save(out, "PNG", pnginfo=words)
    return out.getvalue()


def unread_head() -> bytes:
    """The beginning of a JPEG 2000 picture, which is known by name only."""
    return b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(200)


def album(folder: Path, count: int = 3) -> Path:
    """A folder of so many photos, one in a folder of its own."""
    (folder / "deep").mkdir(parents=True)
    for k in range(count):
        (folder / ("deep" if k == 0 else ".") / f"IMG_{k}.jpg").write_bytes(photo(seed=k))
    return folder
