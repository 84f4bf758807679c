"""Pixels compared: what is the same, what differs, and what nobody can tell."""

from __future__ import annotations

import io
import os
import sys

import pytest
from PIL import Image

from audit import decoding
from audit.decoding import Pixels, compare
from audit.scrubber import Check
from tests.pictures import drawing, photo
from tests.scrubs import DONE, FAILED, one


def saved(kind, *images, **options):
    out = io.BytesIO()
    images[0].save(out, kind, save_all=len(images) > 1, append_images=images[1:], **options)
    return out.getvalue()


def opened(tmp_path, data):
    path = tmp_path / str(len(os.listdir(tmp_path)))
    path.write_bytes(data)
    return os.open(path, os.O_RDONLY)


FRAMES = [drawing(seed=seed) for seed in (1, 2, 3)]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((0,), (0,), Pixels.SAME),
        ((0,), (1,), Pixels.DIFFER),
        ((0, 1, 2), (0, 1, 2), Pixels.SAME),
        ((0, 1, 2), (0, 2), Pixels.SAME),
        ((0, 1, 2), (0, 2, 1), Pixels.DIFFER),
        ((0, 1), (1,), Pixels.DIFFER),
        ((0, 1), (0, 1, 2), Pixels.DIFFER),
    ],
)
def test_pages(tmp_path, before, after, found):
    one_file, other = (
        opened(tmp_path, saved("TIFF", *(FRAMES[number] for number in numbers)))
        for numbers in (before, after)
    )
    assert compare("TIFF", one_file, other) is found


def test_one_pixel(tmp_path):
    changed = FRAMES[0].copy()
    changed.putpixel((5, 5), (1, 2, 3))
    before, after = opened(tmp_path, saved("PNG", FRAMES[0])), opened(tmp_path, saved("PNG", changed))
    assert compare("PNG", before, after) is Pixels.DIFFER


def test_a_result_that_no_decoder_opens_differs(tmp_path):
    assert compare("PNG", opened(tmp_path, saved("PNG", FRAMES[0])), opened(tmp_path, b"x")) is Pixels.DIFFER


def test_an_original_that_no_decoder_opens_is_not_compared(tmp_path):
    assert compare("PNG", opened(tmp_path, b"x"), opened(tmp_path, b"x")) is Pixels.NOT_COMPARED


def test_too_many_pixels_are_not_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100)
    fd = opened(tmp_path, saved("PNG", FRAMES[0]))
    assert compare("PNG", fd, fd) is Pixels.NOT_COMPARED


def heic(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x010F] = "BenchCam"
    pillow_heif.from_pillow(FRAMES[0]).save(tmp_path / "a.heic", exif=exif.tobytes())
    return tmp_path / "a.heic"


def test_a_heic_is_compared(tmp_path):
    row = one(heic(tmp_path), tmp_path / "out")
    assert (row.status, row.check) == (DONE, Check.DECODED)


def test_without_a_decoder_that_is_said(tmp_path, monkeypatch):
    path = heic(tmp_path)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert one(path, tmp_path / "out").check is Check.NO_DECODER


def test_a_tiff_that_was_built_wrong_is_not_kept(tmp_path, monkeypatch):
    image = FRAMES[0]
    (tmp_path / "a.tif").write_bytes(saved("TIFF", image, description="Jane Roe"))
    assert one(tmp_path / "a.tif", tmp_path / "out").check is Check.DECODED
    monkeypatch.setattr(decoding, "_digest", lambda samples, count=iter(range(9)): next(count))
    row = one(tmp_path / "a.tif", tmp_path / "again")
    assert row.status is FAILED
    assert "would look different" in row.error
    assert not (tmp_path / "again" / "a.tif").exists()
    assert one(tmp_path / "a.tif", tmp_path / "again", decode=False).check is Check.STRUCTURE


def test_jpeg_is_decoded_only_if_asked(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo())
    assert one(tmp_path / "a.jpg", tmp_path / "out").check is Check.STRUCTURE
    assert one(tmp_path / "a.jpg", tmp_path / "b", decode=True).check is Check.DECODED
