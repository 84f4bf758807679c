"""Originals that are kept while their files are cleaned in place."""

from __future__ import annotations

import errno
import os

import pytest

from audit import backups
from audit.batch import plan, scrub_all
from audit.rows import Options
from tests.pictures import album, photo, plain
from tests.scrubs import CLEAN, DONE, FAILED, tree


def cleaned(folder, backup, **options):
    return list(scrub_all(plan([str(folder)], None, backup=str(backup)), Options(**options), jobs=1))


def contents(folder):
    return {name: (folder / name).read_bytes() for name in tree(folder)}


@pytest.fixture(params=["link", "copy"])
def way(request, monkeypatch):
    if request.param == "copy":

        def refused(*_arguments, **_named):
            raise OSError(errno.EXDEV, "another disk")

        monkeypatch.setattr(os, "link", refused)
    return request.param


def test_every_original_is_kept_with_its_time(tmp_path, way):
    folder = album(tmp_path / "photos")
    before = contents(folder)
    os.utime(folder / "IMG_1.jpg", (1_000_000, 1_000_000))
    assert {row.status for row in cleaned(folder, tmp_path / "old")} == {DONE}
    assert contents(tmp_path / "old" / "photos") == before
    assert (tmp_path / "old/photos/IMG_1.jpg").stat().st_mtime == 1_000_000
    assert all(data != before[name] for name, data in contents(folder).items())


def test_what_was_clean_is_not_kept(tmp_path, way):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(plain())
    cleaned(tmp_path / "photos", tmp_path / "old")
    assert tree(tmp_path / "old") == set()


def test_an_interrupted_run_goes_on(tmp_path, way):
    folder = album(tmp_path / "photos")
    (tmp_path / "old" / "photos").mkdir(parents=True)
    (tmp_path / "old" / "photos" / "IMG_1.jpg").write_bytes((folder / "IMG_1.jpg").read_bytes())
    assert {row.status for row in cleaned(folder, tmp_path / "old")} == {DONE}
    assert {row.status for row in cleaned(folder, tmp_path / "old")} == {CLEAN}


def test_another_file_in_the_folder_for_originals_is_not_replaced(tmp_path, way):
    folder = album(tmp_path / "photos")
    before = contents(folder)
    (tmp_path / "old" / "photos").mkdir(parents=True)
    (tmp_path / "old" / "photos" / "IMG_1.jpg").write_bytes(b"other")
    rows = {os.path.basename(row.source): row for row in cleaned(folder, tmp_path / "old")}
    assert rows["IMG_1.jpg"].status is FAILED
    assert "choose an empty one" in rows["IMG_1.jpg"].error
    assert (folder / "IMG_1.jpg").read_bytes() == before["IMG_1.jpg"]
    assert (tmp_path / "old" / "photos" / "IMG_1.jpg").read_bytes() == b"other"
    assert rows["IMG_2.jpg"].status is DONE


def test_a_folder_for_originals_inside_is_not_cleaned(tmp_path, way):
    folder = album(tmp_path / "photos")
    before = contents(folder)
    (folder / "old").mkdir()
    for _ in range(2):
        cleaned(folder, folder / "old")
    assert contents(folder / "old" / "photos") == before


def test_a_disk_without_room_changes_nothing(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos")
    before = contents(folder)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backups, "make_folders", full)
    rows = cleaned(folder, tmp_path / "old")
    assert {(row.status, row.error) for row in rows} == {(FAILED, "the disk is full")}
    assert contents(folder) == before


def test_a_picture_that_was_exchanged_meanwhile_is_not_taken_for_the_original(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos", 1)
    (folder / "a.jpg").write_bytes(photo())
    link = os.link

    def late(source, *arguments, **named):
        os.replace(folder / "deep" / "IMG_0.jpg", source)
        link(source, *arguments, **named)

    monkeypatch.setattr(os, "link", late)
    rows = list(
        scrub_all(plan([str(folder / "a.jpg")], None, backup=str(tmp_path / "old")), Options(), jobs=1)
    )
    assert rows[0].status is FAILED
    assert tree(tmp_path / "old") == set()
