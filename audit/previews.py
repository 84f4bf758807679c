"""Whether the preview inside a picture shows something else than the picture: what was cropped away, or covered, may still be in it.

First what costs nothing (shapes, and the size that Exif claims), then both pictures decoded small and compared.
Exif's orientation applies to both (Exif 2.32, 4.5.5), so neither is turned.
"""

from __future__ import annotations

import io
import os
import warnings
from enum import StrEnum
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

    from audit.media import FileReader

Size = tuple[int, int]
SIDE = 20  # both are compared as so many by so many grey cells
MOST_PIXELS = 120_000_000  # a larger picture is not decoded
_SHAPE = 0.04  # shapes that differ by more than this share are not the same shape
_LIKE = 0.80  # correlation of two renderings of one picture: measured 0.93 and more on the corpus
_CELL = 48  # grey levels that a cell may differ by, of 255, after evening out brightness and contrast
_CELLS = 6  # so many such cells, and a part of the picture was covered or changed
_DARK = 32  # grey level of the bars around a letterboxed preview, at most
_EDGE = 2  # pixels at a bar's edge that are a mixture


class Preview(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    NOT_COMPARED = "not-compared"


def suspicious(picture: Size | None, preview: Size | None, claimed: Size | None) -> bool:
    """Whether sizes alone suggest a difference. All in pixels; a size that is not known suggests nothing.

    `claimed` is what Exif says of the picture. A preview of 4:3 may hold a wider picture between bars.
    """
    if picture is None:
        return False
    if claimed and sorted(claimed) != sorted(picture):
        return True
    if preview is None or _alike(picture, preview) or _alike(picture, preview[::-1]):
        return False
    return not _alike((4, 3), preview)


def _alike(one: Sequence[int], other: Sequence[int]) -> bool:
    left, right = one[0] * other[1], one[1] * other[0]
    return abs(left - right) <= _SHAPE * max(left, right, 1)


def jpeg_size(data: bytes) -> Size | None:
    """Width and height that a JPEG's frame header gives (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def compare(reader: FileReader, preview: bytes) -> Preview:
    """Decode both small and compare. What cannot be decoded, or is too large to, is not compared."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a decompression bomb is only warned of
            with open(os.dup(reader.fd), "rb") as file:
                file.seek(0)
                picture = _grey(file)
            small = _grey(io.BytesIO(preview))
    except Exception:  # noqa: BLE001 - whatever a stranger's file makes a decoder raise
        return Preview.NOT_COMPARED
    return (
        Preview.SAME if any(_same(picture, each) for each in _views(small, picture.size)) else Preview.DIFFERS
    )


def _grey(file: IO[bytes]) -> Image:
    from PIL import Image

    image = Image.open(file, formats=("JPEG", "PNG", "WEBP"))
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too large to decode")
    image.draft("L", (SIDE * 4, SIDE * 4))
    image.load()
    return image.convert("L")


def _views(small: Image, size: Size) -> Iterator[Image]:
    """The preview as it is, without bars, and turned: some programs turn the picture and forget the preview."""
    from PIL import Image

    yield small
    if not _alike(small.size, size) and (trimmed := _without_bars(small, size)):
        yield trimmed
    if _alike(small.size, size[::-1]):
        yield small.transpose(Image.Transpose.ROTATE_90)
        yield small.transpose(Image.Transpose.ROTATE_270)
    elif _alike(small.size, size):
        yield small.transpose(Image.Transpose.ROTATE_180)


def _without_bars(small: Image, size: Size) -> Image | None:
    """The middle of a letterboxed preview, in the shape of the picture, if what lies outside it is dark."""
    width, height = small.size
    inner_width = min(width, round(height * size[0] / size[1]))
    inner_height = min(height, round(width * size[1] / size[0]))
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    bars = (
        (0, 0, width, top - _EDGE),
        (0, top + inner_height + _EDGE, width, height),
        (0, 0, left - _EDGE, height),
        (left + inner_width + _EDGE, 0, width, height),
    )
    for bar in bars:
        if bar[2] > bar[0] and bar[3] > bar[1] and _bright(small.crop(bar).tobytes()):
            return None
    return small.crop((left, top, left + inner_width, top + inner_height))


def _bright(bar: bytes) -> bool:
    """More than a twentieth brighter than the dark of a bar? Compression leaves some noise in it."""
    return sum(pixel > _DARK for pixel in bar) * 20 > len(bar)


def _same(one: Image, other: Image) -> bool:
    """One picture twice, apart from brightness, contrast and the losses of scaling?"""
    left, right = _cells(one), _cells(other)
    mean_left, mean_right = sum(left) / len(left), sum(right) / len(right)
    spread_left = sum((cell - mean_left) ** 2 for cell in left)
    spread_right = sum((cell - mean_right) ** 2 for cell in right)
    flat = 9 * len(left)  # hardly any contrast: three grey levels around the mean
    if spread_left < flat and spread_right < flat:
        return abs(mean_left - mean_right) <= _CELL
    if min(spread_left, spread_right) < flat:
        return False
    together = sum((a - mean_left) * (b - mean_right) for a, b in zip(left, right, strict=True))
    slope = together / spread_left
    off = sum(abs(b - mean_right - slope * (a - mean_left)) > _CELL for a, b in zip(left, right, strict=True))
    return together / (spread_left * spread_right) ** 0.5 >= _LIKE and off < _CELLS


def _cells(image: Image) -> bytes:
    from PIL import Image

    return image.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
