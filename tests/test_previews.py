from __future__ import annotations

import io

import pytest
from PIL import Image

from audit import photos, previews
from audit.previews import Preview, jpeg_size, suspicious
from tests.pictures import drawing, jpeg, photo


def seen(tmp_path, data, *, compared=True):
    (tmp_path / "a.jpg").write_bytes(data)
    return photos.read(str(tmp_path / "a.jpg"), photos.Depth(preview=compared)).preview


def test_a_preview_of_the_picture_itself(tmp_path):
    assert seen(tmp_path, photo(size=(640, 480))) is Preview.SAME


def test_a_preview_of_another_picture(tmp_path):
    assert seen(tmp_path, photo(preview=drawing(seed=5))) is Preview.DIFFERS


def test_what_was_covered_in_the_picture_but_not_in_its_preview(tmp_path):
    before = drawing(640, 480)
    after = before.copy()
    after.paste((0, 0, 0), (250, 180, 380, 300))
    small = before.copy()
    small.thumbnail((160, 120))
    assert _compared(tmp_path, after, small) is Preview.DIFFERS
    assert _compared(tmp_path, before, small) is Preview.SAME


@pytest.mark.parametrize("quality", [30, 95])
def test_bars_and_losses_are_no_difference(tmp_path, quality):
    wide = drawing(640, 360)
    small = Image.new("RGB", (160, 120))
    small.paste(wide.resize((160, 90)), (0, 15))
    assert _compared(tmp_path, wide, small, quality) is Preview.SAME


def test_a_picture_turned_without_its_preview_is_no_difference(tmp_path):
    turned = drawing(640, 480).transpose(Image.Transpose.ROTATE_90)
    assert _compared(tmp_path, turned, drawing(640, 480).resize((160, 120))) is Preview.SAME


def test_without_a_sign_and_without_a_budget_it_is_not_compared(tmp_path):
    assert seen(tmp_path, photo(preview=drawing(seed=5)), compared=False) is Preview.NOT_COMPARED
    cropped = photo(preview=drawing(100, 200, seed=5))
    assert seen(tmp_path, cropped, compared=False) is Preview.DIFFERS


def test_a_huge_picture_is_not_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(previews, "MOST_PIXELS", 1000)
    assert seen(tmp_path, photo()) is Preview.NOT_COMPARED


def test_no_preview(tmp_path):
    assert seen(tmp_path, jpeg(drawing())) is None


def test_sizes_that_suggest_a_difference():
    assert not suspicious((4000, 3000), (160, 120), (4000, 3000))
    assert not suspicious((4000, 3000), (160, 120), (3000, 4000))
    assert not suspicious((4000, 2250), (160, 120), None)  # bars may make up for it
    assert not suspicious(None, (160, 120), (4000, 3000))
    assert not suspicious((2000, 3000), (160, 107), None)  # turned
    assert suspicious((3000, 3000), (160, 107), None)
    assert suspicious((1500, 1500), (160, 120), (4000, 3000))


def test_the_size_of_a_jpeg():
    assert jpeg_size(jpeg(drawing(123, 45))) == (123, 45)
    assert jpeg_size(b"\xff\xd8") is None


def _compared(tmp_path, picture, small, quality=90):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    (tmp_path / "a.jpg").write_bytes(out.getvalue())
    with photos.open_medium(str(tmp_path / "a.jpg")) as reader:
        return previews.compare(reader, jpeg(small, quality=quality))
