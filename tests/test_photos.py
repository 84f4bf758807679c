from __future__ import annotations

import errno
import io
import os
import sys
import time

import pytest

from audit import mounts, photo_survey, photos, workers
from audit.formats.base import Reveal
from audit.media import Why
from audit.mounts import Remote
from audit.photo_survey import summarise
from audit.photos import Trouble, listed, read
from audit.previews import Preview
from tests.pictures import album, drawing, photo, plain, png_with_words, unread_head


def by_name(survey):
    return {os.path.basename(folder.path): folder for folder in survey.folders}


def test_one_photo(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo())
    found = read(str(tmp_path / "a.jpg"))
    assert found.format == "JPEG"
    wanted = {Reveal.LOCATION, Reveal.TIME, Reveal.DEVICE, Reveal.SERIAL, Reveal.OWNER, Reveal.THUMBNAIL}
    assert wanted <= set(found.reveals)
    assert ("GPSPosition", "48.858333, 2.294444") in [(tag.name, tag.value) for tag in found.tags]
    assert (found.preview, found.trouble) == (Preview.SAME, None)


def test_folder_by_folder(tmp_path):
    folder = album(tmp_path / "photos", 5)
    (folder / "b.png").write_bytes(png_with_words())
    (folder / "c.jp2").write_bytes(unread_head())
    (folder / "notes.txt").write_bytes(b"words")
    survey = by_name(summarise([str(folder)]))
    assert (survey["photos"].pictures, survey["deep"].pictures) == (5, 1)
    assert survey["photos"].unread == {"JPEG 2000": 1}
    assert survey["photos"].reveals[Reveal.SERIAL] == 4
    assert survey["photos"].reveals[Reveal.OWNER] == 5
    assert [os.path.basename(path) for path in survey["photos"].examples[Reveal.SERIAL]] == [
        "IMG_1.jpg",
        "IMG_2.jpg",
        "IMG_3.jpg",
    ]


def test_nested_and_repeated_folders_are_walked_once(tmp_path):
    folder = album(tmp_path / "photos", 4)
    for order in ([folder, folder / "deep", folder], [folder / "deep", folder]):
        survey = summarise([str(path) for path in order])
        assert sum(each.pictures for each in survey.folders) == 4


def test_what_is_to_be_left_out_is_left_out(tmp_path):
    folder = album(tmp_path / "photos", 4)
    survey = photo_survey.count(listed([str(folder)], [str(folder / "deep")]))
    assert sum(each.pictures for each in survey.folders) == 3


def test_a_preview_that_differs_is_counted(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo(preview=drawing(seed=5)))
    (tmp_path / "b.jpg").write_bytes(photo())
    (survey,) = summarise([str(tmp_path)]).folders
    assert (survey.previews_differ, survey.previews_not_compared) == (1, 0)
    assert survey.differing == [str(tmp_path / "a.jpg")]


def test_beyond_the_budget_previews_are_said_not_to_be_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(photos, "COMPARE_BYTES", 2 * photos.LEAST_COST)
    for name in "abcd":
        (tmp_path / f"{name}.jpg").write_bytes(photo(preview=drawing(seed=5)))
    (survey,) = summarise([str(tmp_path)]).folders
    assert (survey.previews_differ, survey.previews_not_compared) == (2, 2)


def test_where_not_all_previews_can_be_compared_only_a_few_are(tmp_path, monkeypatch):
    monkeypatch.setattr(photos, "COMPARE_BYTES", 3 * photos.LEAST_COST)
    monkeypatch.setattr(photos, "FEW_BYTES", photos.LEAST_COST)
    for name in "abc":
        (tmp_path / f"{name}.jpg").write_bytes(photo())
    (survey,) = summarise([str(tmp_path)]).folders
    assert survey.previews_not_compared == 0
    for name in "de":
        (tmp_path / f"{name}.jpg").write_bytes(photo())
    (survey,) = summarise([str(tmp_path)]).folders
    assert survey.previews_not_compared == 4


def test_beyond_the_budget_ends_are_said_not_to_be_seen(tmp_path, monkeypatch):
    hidden = photo() + b"\xff\xd8\xff\xe0\0\x10JFIF hidden \xff\xd9"
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes(hidden)
    (survey,) = summarise([str(tmp_path)]).folders
    assert (survey.reveals[Reveal.TRAILER] + survey.reveals[Reveal.PICTURE], survey.ends_not_seen) == (2, 0)
    monkeypatch.setattr(photos, "END_BYTES", photos.LEAST_COST)
    (survey,) = summarise([str(tmp_path)]).folders
    assert (survey.reveals[Reveal.TRAILER] + survey.reveals[Reveal.PICTURE], survey.ends_not_seen) == (1, 1)


def test_troubles_are_counted_and_the_rest_goes_on(tmp_path):
    (tmp_path / "good.jpg").write_bytes(photo())
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "cut.jpg").write_bytes(photo()[:4500])
    (tmp_path / "words.jpg").write_bytes(b"words")
    (tmp_path / "head.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "virtual.jpg.owncloud").write_bytes(b" ")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop").symlink_to(tmp_path)
    survey = summarise([str(tmp_path)])
    found = {os.path.basename(path): trouble for path, trouble in survey.unreadable}
    assert found == {
        "cut.jpg": Trouble.MALFORMED,
        "empty.jpg": Trouble.EMPTY,
        "head.png": Trouble.MALFORMED,
        "virtual.jpg.owncloud": Trouble.PLACEHOLDER,
        "words.jpg": Trouble.NO_MEDIUM,
    }
    (folder,) = survey.folders
    assert folder.left == {Why.SPECIAL: 1, Why.LINK: 1}
    assert folder.reveals[Reveal.SERIAL] >= 1


def test_a_broken_picture_still_tells_what_stands_before_the_break(tmp_path):
    (tmp_path / "cut.jpg").write_bytes(photo()[:4500])
    found = read(str(tmp_path / "cut.jpg"))
    assert found.trouble is Trouble.MALFORMED
    assert Reveal.SERIAL in found.reveals


def test_folders_that_cannot_be_read_are_said(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos", 3)
    scandir = os.scandir

    def refused(path):
        if str(path).endswith("deep"):
            raise PermissionError(errno.EACCES, "no", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    survey = summarise([str(folder), str(tmp_path / "no")])
    assert survey.unreadable_folders == [
        (str(folder / "deep"), Trouble.PERMISSION),
        (str(tmp_path / "no"), Trouble.UNREADABLE),
    ]


def test_a_remote_place_is_never_touched(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos", 3)
    monkeypatch.setattr(photos, "remote_mounts", lambda: (Remote(str(folder / "deep"), "nfs4"),))
    touched = []
    opened = photos.open_medium
    monkeypatch.setattr(photos, "open_medium", lambda path: touched.append(path) or opened(path))
    survey = summarise([str(folder)])
    assert by_name(survey)["photos"].left == {Why.REMOTE: 1}
    assert not any("deep" in path for path in touched)
    assert len(touched) == 2
    assert summarise([str(folder / "deep")]).unreadable_folders == [(str(folder / "deep"), Trouble.REMOTE)]


def test_a_reader_that_hangs_is_given_up(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos", 40)
    identify = photos.identify

    def hanging(reader, path):
        if path.endswith("IMG_7.jpg"):
            time.sleep(60)
        return identify(reader, path)

    monkeypatch.setattr(photos, "identify", hanging)
    survey = summarise([str(folder)], jobs=2, limit_seconds=0.5)
    assert survey.unreadable == [(str(folder / "IMG_7.jpg"), Trouble.TIMEOUT)]
    assert sum(each.pictures for each in survey.folders) == 39


def test_several_processes_find_the_same(tmp_path):
    folder = album(tmp_path / "photos", 60)
    assert summarise([str(folder)], jobs=1).folders == summarise([str(folder)], jobs=3).folders


def test_a_quick_look_finds_what_the_file_says_itself(tmp_path):
    """Only what lies behind a picture, and whether its preview is of it, is left out."""
    folder = album(tmp_path / "photos", 3)
    (folder / "b.png").write_bytes(png_with_words())
    found = listed([str(folder)])
    looks = {look: list(photos.photos(found, look)) for look in photos.Look}
    for look, read_photos in looks.items():
        for quick, whole in zip(read_photos, looks[photos.Look.TAGS], strict=True):
            assert (quick.path, quick.reveals, quick.trouble) == (whole.path, whole.reveals, whole.trouble)
            assert quick.facts == (photos.NOTHING if look is photos.Look.COUNTED else whole.facts)
            assert bool(quick.tags) == (look is photos.Look.TAGS)
    assert {each.preview for each in looks[photos.Look.QUICK]} == {Preview.NOT_COMPARED, None}
    assert {each.preview for each in looks[photos.Look.THOROUGH]} == {Preview.SAME, None}


def test_reading_leaves_the_access_time_alone(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(photo())
    os.utime(path, ns=(1_000_000_000, path.stat().st_mtime_ns))
    read(str(path))
    assert path.stat().st_atime_ns == 1_000_000_000


def test_a_file_that_only_its_owner_may_leave_untouched(tmp_path, monkeypatch):
    path = tmp_path / "a.jpg"
    path.write_bytes(photo())
    real = os.open

    def strict(name, flags, *rest, **named):
        if flags & os.O_NOATIME:
            raise PermissionError(errno.EPERM, "no", name)
        return real(name, flags, *rest, **named)

    monkeypatch.setattr(os, "open", strict)
    assert read(str(path)).format == "JPEG"


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path):
    """The tags of one survey are never held: its size is that of its folders."""
    import tracemalloc

    for name, count in (("few", 50), ("many", 400)):
        (tmp_path / name).mkdir()
        for k in range(count):
            (tmp_path / name / f"{k}.jpg").write_bytes(plain() if k % 2 else photo())
    sizes = []
    summarise([str(tmp_path / "few")], jobs=1)
    for name in ("few", "many"):
        tracemalloc.start()
        survey = summarise([str(tmp_path / name)], jobs=1)
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert survey.folders[0].pictures > 0
    assert sizes[1] - sizes[0] < 350 * 600  # bytes: a path and little more for each


def test_progress_counts_every_file(tmp_path):
    folder, calls = album(tmp_path / "photos", 5), []
    photo_survey.count(listed([str(folder)]), progress=lambda: calls.append(1))
    assert len(calls) == len(listed([str(folder)]).paths) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="file system types of Linux")
def test_which_file_systems_are_remote():
    from audit.mounts import is_remote

    assert all(
        map(is_remote, ["nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "autofs"])
    )
    assert not any(map(is_remote, ["ext4", "fuseblk", "fuse.gocryptfs", "overlay", "tmpfs"]))


def test_an_interruption_is_passed_on(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos", 5)

    def interrupted(*_, **__):
        raise workers.Interrupted
        yield

    monkeypatch.setattr(workers, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        summarise([str(folder)])


def test_places_on_other_machines_with_blanks_in_their_names(monkeypatch):
    table = b"host:/x /mnt/my\\040files\\134 nfs4 rw 0 0\n/dev/sda1 / ext4 rw 0 0\n"
    monkeypatch.setattr("builtins.open", lambda *_, **__: io.BytesIO(table))
    assert mounts.remote_mounts() == (Remote("/mnt/my files\\", "nfs4"),)
