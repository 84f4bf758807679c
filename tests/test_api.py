from __future__ import annotations

import subprocess
import sys

import pytest

import audit
from audit.api import BatchError, Keep, Status
from audit.formats.base import Reveal
from tests.pictures import SERIAL, album, photo
from tests.scrubs import tree


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(photo())
    return path


def test_a_picture_and_a_folder(picture, tmp_path):
    (row,) = audit.scrub(picture, to=tmp_path / "out")
    assert row.status is Status.SCRUBBED
    assert "location" in row.removed
    assert SERIAL not in (tmp_path / "out" / "IMG_1.jpg").read_bytes()
    album(tmp_path / "photos")
    rows = audit.scrub(str(tmp_path / "photos"), to=tmp_path / "out", rename=True)
    assert len(rows) == 3
    assert tree(tmp_path / "out") > {"folder-01/0001.jpg"}


def test_in_place_with_the_original_kept(picture, tmp_path):
    before = picture.read_bytes()
    (row,) = audit.scrub(picture, in_place=True, backup=tmp_path / "old", keep=["time"])
    assert row.kept == (Keep.ORIENTATION, Keep.TIME)
    assert (tmp_path / "old" / "IMG_1.jpg").read_bytes() == before


def test_what_a_picture_tells(picture, tmp_path):
    (found,) = audit.reveals(picture)
    assert {Reveal.LOCATION, Reveal.SERIAL} <= set(found.reveals)
    assert len(audit.reveals(tmp_path)) == 1
    with pytest.raises(FileNotFoundError):
        audit.reveals(tmp_path / "none")


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({}, BatchError),
        ({"to": "x", "in_place": True}, BatchError),
        ({"to": "x", "backup": "y"}, BatchError),
        ({"to": "x", "keep": ["nothing"]}, ValueError),
    ],
)
def test_wishes_that_cannot_be_meant(picture, tmp_path, monkeypatch, wish, error):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        audit.scrub(picture, **wish)
    assert tree(tmp_path) == {"IMG_1.jpg"}


def test_nothing_else_is_there():
    with pytest.raises(AttributeError):
        audit.nothing  # noqa: B018


def test_neither_is_imported_with_the_package():
    code = "import audit, sys; assert 'audit.scrubber' not in sys.modules; audit.scrub; assert 'audit.scrubber' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
