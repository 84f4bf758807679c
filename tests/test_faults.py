"""Disks and files that fail in the middle: nothing is lost, nothing half done is called clean, and the row says why."""

from __future__ import annotations

import errno
import os
import stat
import subprocess

import pytest

from audit import media
from audit.drafts import is_leftover
from tests.pictures import SERIAL, album, jpeg, photo
from tests.pictures import drawing as picture_of
from tests.scrubs import DONE, FAILED, SKIPPED, copied, in_place, one, tree

ROOT = os.geteuid() == 0


@pytest.fixture
def mounted(tmp_path):
    """Mounts a small file system, and takes it away again."""
    places = []

    def mount(options):
        place = tmp_path / "mounted"
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], check=False).returncode:
            pytest.skip("mounting is not allowed here")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("where", ["copy", "in-place"])
def test_a_disk_that_cannot_be_read_any_more(tmp_path, monkeypatch, after, where):
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(photo())
    before, preadv, pread, count = path.read_bytes(), os.preadv, os.pread, iter(range(99))

    def failing(read):
        def reading(*arguments):
            if next(count) >= after:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return read(*arguments)

        return reading

    monkeypatch.setattr(media.os, "preadv", failing(preadv))
    monkeypatch.setattr(media.os, "pread", failing(pread))
    row = one(path, tmp_path / "out") if where == "copy" else in_place(path)[0]
    monkeypatch.undo()
    assert row.status is FAILED
    assert "disk reports an error" in row.error
    assert path.read_bytes() == before
    assert {name for name in tree(tmp_path) if not name.startswith("out")} == {"IMG_1.jpg"}
    assert not any(is_leftover(os.path.basename(name)) for name in tree(tmp_path))


@pytest.mark.skipif(not ROOT, reason="only root can mount")
def test_a_target_that_is_read_only(tmp_path, mounted):
    album(tmp_path / "photos")
    place = mounted("ro,size=1m")
    rows = copied([tmp_path / "photos"], place / "out")
    assert {row.error for row in rows} == {"the disk is read-only"}
    assert {row.status for row in rows} == {FAILED}


@pytest.mark.skipif(not ROOT, reason="only root can mount")
def test_originals_on_a_disk_that_is_full(tmp_path, mounted):
    """In place, the clean file needs room beside the original; without it the original stays."""
    place = mounted("size=64k")
    (place / "a.jpg").write_bytes(photo(size=(800, 600)))
    before = (place / "a.jpg").read_bytes()
    with open(place / "filler", "wb") as filler:
        filler.write(bytes(max(0, os.statvfs(place).f_bavail * os.statvfs(place).f_frsize - 4096)))
    row = in_place(place / "a.jpg")[0]
    assert (row.status, row.error) == (FAILED, "the disk is full")
    assert (place / "a.jpg").read_bytes() == before
    assert tree(place) == {"a.jpg", "filler"}


@pytest.mark.skipif(not ROOT, reason="only root can make devices")
def test_devices_are_not_opened(tmp_path):
    try:
        os.mknod(tmp_path / "zero.jpg", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        pytest.skip("devices are not allowed here")
    row = in_place(tmp_path)[0]
    assert (row.status, row.error) == (SKIPPED, "no ordinary file")


@pytest.mark.parametrize("change", [-3000, 5000])
def test_a_file_that_shrinks_or_grows_while_it_is_copied(tmp_path, monkeypatch, change):
    path = tmp_path / "large.jpg"
    path.write_bytes(photo()[:-2] + b"\xff\xd9" if change < 0 else photo(size=(1200, 900)))
    identify = media.identify

    def late(reader, name):
        found = identify(reader, name)
        os.truncate(path, max(100, os.stat(path).st_size + change))
        return found

    monkeypatch.setattr("audit.scrubber.identify", late)
    row = one(path, tmp_path / "out")
    assert row.status is FAILED
    assert not (tmp_path / "out" / "large.jpg").exists()


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe.jpg", b"-rf.jpg", b"a\nb.jpg", b"\xe2\x80\xaegpj.jpg", b"x" * 251 + b".jpg"]
)
def test_odd_names_in_place_and_with_originals_kept(tmp_path, raw):
    folder = tmp_path / "photos"
    folder.mkdir()
    path = os.path.join(os.fsencode(folder), raw)
    with open(path, "wb") as file:
        file.write(photo())
    assert in_place(folder)[0].status is DONE
    with open(path, "rb") as file:
        assert SERIAL not in file.read()
    assert os.listdir(os.fsencode(folder)) == [raw]


def test_a_picture_of_nothing_but_header_is_not_called_clean(tmp_path):
    whole = jpeg(picture_of())
    (tmp_path / "a.jpg").write_bytes(whole[: whole.index(b"\xff\xda")])
    assert in_place(tmp_path / "a.jpg")[0].status is FAILED
