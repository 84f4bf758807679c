from __future__ import annotations

import errno
import fcntl
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from audit import batch, scrubber
from audit.batch import BatchError, plan, scrub_all
from audit.copying import NEUTRAL_TIME
from audit.drafts import is_leftover
from audit.naming import Names
from audit.rows import Job, Options
from audit.scrubber import scrub_file
from audit.verify import VerificationError
from tests.formats.test_mp4 import TestMov as Mov
from tests.pictures import SERIAL, album, photo, plain, unread_head
from tests.scrubs import CLEAN, DONE, FAILED, SKIPPED, copied, in_place, one, tree


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(photo())
    return path


# --- targets


def test_a_tree_is_kept_below_its_own_name(tmp_path):
    album(tmp_path / "photos")
    rows = copied([tmp_path / "photos"], tmp_path / "out")
    assert [row.status for row in rows] == [DONE] * 3
    assert tree(tmp_path / "out") == {"photos/deep/IMG_0.jpg", "photos/IMG_1.jpg", "photos/IMG_2.jpg"}


def test_dots_become_a_real_name(tmp_path, monkeypatch):
    album(tmp_path / "photos", 1)
    monkeypatch.chdir(tmp_path / "photos" / "deep")
    copied(["."], tmp_path / "a")
    copied([".."], tmp_path / "b")
    assert tree(tmp_path / "a") == {"deep/IMG_0.jpg"}
    assert tree(tmp_path / "b") == {"photos/deep/IMG_0.jpg"}


def test_collisions_are_settled_by_the_order_of_the_arguments(tmp_path):
    for k, name in enumerate(["a/x.jpg", "b/x.jpg", "c/X.JPG"]):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(photo(seed=k))
    rows = copied([tmp_path / name for name in ("b/x.jpg", "a/x.jpg", "c/X.JPG")], tmp_path / "out")
    assert [os.path.basename(row.output) for row in rows] == ["x.jpg", "x-2.jpg", "X-3.JPG"]


def test_folders_of_one_name_and_names_that_differ_in_case(tmp_path):
    for name in ("a/p/x.jpg", "b/p/x.jpg", "a/p/X.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(plain())
    copied([tmp_path / "a/p", tmp_path / "b/p"], tmp_path / "out")
    assert tree(tmp_path / "out") == {"p/X.jpg", "p/x-2.jpg", "p-2/x.jpg"}


def test_suffixes_fit_into_a_name():
    names = Names()
    long = "ä" * 125 + ".jpg"
    assert names.take(long) == long
    second = names.take(long)
    assert second.endswith("-2.jpg")
    assert len(os.fsencode(second)) <= 255


def test_accents_coded_in_two_ways_collide():
    names = Names()
    assert names.take("é.jpg") == "é.jpg"
    assert names.take("e\u0301.jpg") == "e\u0301-2.jpg"


def test_a_second_run_finds_everything_done(tmp_path):
    album(tmp_path / "photos")
    copied([tmp_path / "photos"], tmp_path / "out")
    before = {path: (tmp_path / "out" / path).stat().st_ino for path in tree(tmp_path / "out")}
    rows = copied([tmp_path / "photos"], tmp_path / "out")
    assert [row.status for row in rows] == [CLEAN] * 3
    assert {path: (tmp_path / "out" / path).stat().st_ino for path in before} == before


def test_another_file_at_the_target_stays_unless_forced(picture, tmp_path):
    (tmp_path / "out").mkdir()
    there = tmp_path / "out" / "IMG_1.jpg"
    there.write_bytes(plain(seed=9))  # clean, but of another picture
    row = one(picture, tmp_path / "out")
    assert (row.status, row.blocks) == (SKIPPED, True)
    assert there.read_bytes() == plain(seed=9)
    assert one(picture, tmp_path / "out", force=True).status is DONE
    assert there.read_bytes() != plain(seed=9)


def test_a_link_at_the_target_is_replaced_not_followed(picture, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "precious").write_bytes(b"mine")
    (tmp_path / "out" / "IMG_1.jpg").symlink_to(tmp_path / "precious")
    assert one(picture, tmp_path / "out").status is SKIPPED
    assert one(picture, tmp_path / "out", force=True).status is DONE
    assert (tmp_path / "precious").read_bytes() == b"mine"


def test_a_target_inside_the_source_is_not_walked_into(tmp_path):
    album(tmp_path / "photos")
    copied([tmp_path / "photos"], tmp_path / "photos" / "clean")
    rows = copied([tmp_path / "photos"], tmp_path / "photos" / "clean")
    assert [row.status for row in rows] == [CLEAN] * 3


def test_copies_never_land_on_originals(tmp_path):
    album(tmp_path / "photos")
    for paths, to in (
        ([tmp_path / "photos"], tmp_path),
        ([tmp_path / "photos"], tmp_path / "photos"),
        ([tmp_path / "photos" / "IMG_1.jpg"], tmp_path / "photos"),
    ):
        with pytest.raises(BatchError):
            plan([str(path) for path in paths], str(to))
    (tmp_path / "linked").mkdir()
    os.link(tmp_path / "photos" / "IMG_1.jpg", tmp_path / "linked" / "other.jpg")
    (tmp_path / "photos" / "IMG_2.jpg").unlink()
    job = Job(str(tmp_path / "photos" / "IMG_1.jpg"), str(tmp_path / "linked" / "other.jpg"), "x")
    assert "replace the original" in scrub_file(job, Options(force=True)).error


def test_what_is_missing_is_said_before_anything_is_written(picture, tmp_path):
    with pytest.raises(BatchError, match="no file or folder"):
        copied([picture, tmp_path / "no.jpg"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- what a tree can hold


def test_links_pipes_and_loops_are_named_and_left_alone(tmp_path):
    folder = album(tmp_path / "photos", 1)
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(photo())
    (folder / "link.jpg").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "photo.jpg")
    rows = {os.path.basename(row.source): row for row in in_place(folder)}
    assert "link" in rows["link.jpg"].error
    assert "link" in rows["loop"].error
    assert rows["photo.jpg"].error == "no ordinary file"
    assert all(
        rows[name].status is SKIPPED and not rows[name].blocks for name in ("link.jpg", "loop", "photo.jpg")
    )
    assert rows["IMG_0.jpg"].status is DONE
    assert SERIAL in outside.read_bytes()


def test_a_link_that_is_named_is_followed(picture, tmp_path):
    (tmp_path / "here.jpg").symlink_to(picture)
    (row,) = in_place(tmp_path / "here.jpg")
    assert row.status is DONE
    assert (tmp_path / "here.jpg").is_symlink()
    assert SERIAL not in picture.read_bytes()


@pytest.mark.parametrize(
    "name", [b"-rf", b"a\nb.jpg", b"\xff\xfe.jpg", b"[red]x.jpg", b"x" * 251 + b".jpg", b"\x1b[2J.jpg", b" "]
)
def test_names(tmp_path, name):
    folder = tmp_path / "photos"
    folder.mkdir()
    path = os.fsencode(folder) + b"/" + name
    with open(path, "wb") as file:
        file.write(photo())
    assert one(folder, tmp_path / "out").status is DONE
    assert os.listdir(os.fsencode(tmp_path / "out" / "photos")) == [name]
    assert in_place(folder)[0].status is DONE


def test_a_placeholder_of_the_cloud_is_not_opened(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg.nextcloud").write_bytes(b" ")
    with (folder / "b.jpg").open("wb") as file:
        file.truncate(1 << 20)
    rows = in_place(folder)
    assert ["in the cloud" in row.error and row.blocks for row in rows] == [True, True]


def test_a_folder_that_cannot_be_read_is_a_row(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos")
    scandir = os.scandir

    def refused(path):
        if str(path).endswith("deep"):
            raise PermissionError(errno.EACCES, "no", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    rows = in_place(folder)
    assert [(row.status, os.path.basename(row.source)) for row in rows if row.error] == [(FAILED, "deep")]
    assert sum(row.status is DONE for row in rows) == 2


# --- the batch


def test_a_reader_that_hangs_is_given_up(tmp_path, monkeypatch):
    folder = album(tmp_path / "photos", 40)
    identify = scrubber.identify

    def hanging(reader, path):
        if path.endswith("IMG_7.jpg"):
            time.sleep(60)
        return identify(reader, path)

    monkeypatch.setattr(scrubber, "identify", hanging)
    rows = list(scrub_all(plan([str(folder)], None), Options(), jobs=2, limit_seconds=0.5))
    assert {os.path.basename(row.source): row.error for row in rows if row.error}.keys() == {"IMG_7.jpg"}
    assert sum(row.status is DONE for row in rows) == 39


KILLED = (
    "import sys; from audit.batch import *;"
    "list(scrub_all(plan([sys.argv[1]], sys.argv[2] or None), Options(), jobs=int(sys.argv[3])))"
)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("place", ["copy", "in-place"])
def test_killed_at_any_time_nothing_is_lost(tmp_path, place, jobs):
    """Each file is the original or the complete result; what the killed run left goes with the next one."""
    folder, to = album(tmp_path / "photos", 60), tmp_path / "out" if place == "copy" else ""
    originals = {name: (folder / name).read_bytes() for name in tree(folder)}
    copied([folder], tmp_path / "expected")
    results = {name: (tmp_path / "expected" / "photos" / name).read_bytes() for name in originals}
    rng, unfinished = random.Random(7), 0
    for _ in range(6):
        run = subprocess.Popen([sys.executable, "-c", KILLED, folder, to, str(jobs)], start_new_session=True)
        _wait_for_work(folder, to)
        time.sleep(rng.random() * 0.03)
        os.killpg(run.pid, signal.SIGKILL)
        unfinished += run.wait() == -signal.SIGKILL
        for name in tree(folder):
            if not is_leftover(os.path.basename(name)):
                good = [originals[name]] if to else [originals[name], results[name]]
                assert (folder / name).read_bytes() in good
        for name in tree(tmp_path / "out"):
            if not is_leftover(os.path.basename(name)):
                assert (tmp_path / "out" / name).read_bytes() == results[os.path.relpath(name, "photos")]
        for name, content in originals.items() if not to else ():
            (folder / name).write_bytes(content)
        if to:
            subprocess.run(["rm", "-rf", to / "photos" / "IMG_9.jpg"], check=True)
    assert unfinished
    rows = copied([folder], to) if to else in_place(folder)
    assert len(rows) == 60
    assert not any(is_leftover(os.path.basename(name)) for name in tree(tmp_path))
    assert all(row.status in (DONE, CLEAN) for row in rows)


def _wait_for_work(folder, to):
    """Until the first file has been written, or a moment has passed."""
    marks = {os.stat(folder / name).st_ino for name in os.listdir(folder)}
    until = time.monotonic() + 3
    while time.monotonic() < until:
        if to and os.path.exists(os.path.join(to, "photos", "IMG_9.jpg")):
            return
        if not to:
            try:
                if {os.stat(folder / name).st_ino for name in os.listdir(folder)} != marks:
                    return
            except OSError:
                return


DYING = """
import os, signal, sys
from audit import drafts, workers
from audit.batch import *
def dying(cls, name, wanted):
    before = getattr(cls, name)
    def once(self, *rest, **named):
        if wanted(rest):
            found = before(self, *rest, **named) if name == "publish" else None
            try:
                os.mkdir(sys.argv[3])
            except FileExistsError:
                return found or before(self, *rest, **named)
            os.kill(os.getpid(), signal.SIGKILL)
        return before(self, *rest, **named)
    setattr(cls, name, once)
if sys.argv[4] == "before it tells":
    dying(workers._Pool, "_settled", lambda rest: True)
else:
    dying(drafts.Draft, "publish", lambda rest: rest[0] == "IMG_7.jpg")
for row in scrub_all(plan([sys.argv[1]], sys.argv[2]), Options(), jobs=2):
    print(row.status.value, *row.removed, row.error or "")
"""


@pytest.mark.parametrize("when", ["before it tells", "behind the last step"])
def test_what_stood_when_its_worker_died_is_told_as_what_it_is(tmp_path, when):
    folder, to, died = album(tmp_path / "photos", 40), tmp_path / "out", tmp_path / "died"
    run = subprocess.run(
        [sys.executable, "-c", DYING, folder, to, died, when], capture_output=True, text=True, check=True
    )
    expected = copied([folder], tmp_path / "expected")
    assert died.exists()
    assert run.stdout.splitlines() == [f"{row.status.value} {' '.join(row.removed)} " for row in expected]


@pytest.mark.parametrize("count", [1, 40])
def test_folders_for_copies_that_none_got_go(tmp_path, monkeypatch, count):
    folder = album(tmp_path / "photos", count)
    (tmp_path / "there").mkdir()

    def failing(*_):
        raise VerificationError("no")

    monkeypatch.setattr(scrubber, "verify", failing)
    for to in ("there", "new/out"):
        rows = copied([folder], tmp_path / to)
        assert {row.status for row in rows} == {FAILED}
    assert sorted(os.listdir(tmp_path)) == ["photos", "there"]
    assert not os.listdir(tmp_path / "there")


def test_leftovers_of_a_killed_run_go(tmp_path):
    folder = album(tmp_path / "photos")
    for place in (folder, folder / "deep"):
        (place / ".curtain-0123456789abcdef.tmp").write_bytes(photo())
    rows = in_place(folder)
    assert tree(folder) == {"deep/IMG_0.jpg", "IMG_1.jpg", "IMG_2.jpg"}
    assert len(rows) == 3


def test_totals_count_what_the_rows_say(tmp_path):
    folder = album(tmp_path / "photos")
    (folder / "a.jp2").write_bytes(unread_head())
    totals = batch.Totals()
    for row in in_place(folder):
        totals.add(row)
    assert (totals.statuses["scrubbed"], totals.statuses["unsupported"], totals.blocked) == (3, 1, 1)
    assert (totals.removed["serial"], totals.kept["orientation"]) == (3, 3)


# --- beside the bytes


def test_clean_files_have_a_date_that_says_nothing_unless_it_is_kept(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo())
    (tmp_path / "clean.jpg").write_bytes(plain())
    for path in tmp_path.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    copied([tmp_path / "a.jpg", tmp_path / "clean.jpg"], tmp_path / "out")
    copied([tmp_path / "a.jpg", tmp_path / "clean.jpg"], tmp_path / "kept", keep_time=True)
    assert {path.stat().st_mtime for path in (tmp_path / "out").iterdir()} == {NEUTRAL_TIME}
    assert {path.stat().st_mtime for path in (tmp_path / "kept").iterdir()} == {1_700_000_000}
    rows = in_place(tmp_path / "clean.jpg")
    assert (rows[0].status, rows[0].removed) == (DONE, ("file time",))
    assert (tmp_path / "clean.jpg").stat().st_mtime == NEUTRAL_TIME
    assert in_place(tmp_path / "clean.jpg")[0].status is CLEAN


@pytest.mark.parametrize("content", [photo, plain])
def test_attributes_go(tmp_path, content):
    path = tmp_path / "a.jpg"
    path.write_bytes(content())
    try:
        os.setxattr(path, "user.xdg.origin.url", b"https://example.org/marc")
    except OSError:
        pytest.skip("no attributes on this file system")
    copied([path], tmp_path / "out")
    assert os.listxattr(tmp_path / "out" / "a.jpg") == []
    assert in_place(path)[0].status is DONE
    assert os.listxattr(path) == []
    assert in_place(path)[0].status is CLEAN


def test_names_that_say_nothing(tmp_path):
    folder = album(tmp_path / "2024-03 Lyon with Marc")
    os.rename(folder / "IMG_1.jpg", folder / "IMG_20240309_133711.JPG")
    items = plan([str(folder), str(folder / "IMG_2.jpg")], str(tmp_path / "out"), rename=True)
    rows = list(scrub_all(items, Options(), jobs=1))
    assert tree(tmp_path / "out") == {
        "folder-01/0001.jpg",
        "folder-01/0002.jpg",
        "folder-01/folder-01/0001.jpg",
        "0001.jpg",
    }
    assert {row.status for row in rows} == {DONE}
    again = plan([str(folder), str(folder / "IMG_2.jpg")], str(tmp_path / "out"), rename=True)
    assert {row.status for row in scrub_all(again, Options(), jobs=1)} == {CLEAN}


@pytest.mark.parametrize(("to", "words"), [("out", "was not copied"), (None, "stays as it is")])
def test_sidecars_and_moving_parts_are_named(tmp_path, to, words):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "IMG_1.jpg").write_bytes(photo())
    (folder / "IMG_1.xmp").write_bytes(b"<x:xmpmeta/>")
    (folder / "IMG_1.mov").write_bytes(b"RIFF\x10\0\0\0AVI LIST")
    rows = {
        os.path.basename(row.source): row
        for row in scrub_all(plan([str(folder)], to and str(tmp_path / to)), Options(), jobs=1)
    }
    assert rows["IMG_1.xmp"].status is SKIPPED
    assert "belongs to IMG_1.jpg" in rows["IMG_1.xmp"].error
    assert words in rows["IMG_1.xmp"].error
    assert "the moving part of IMG_1.jpg" in rows["IMG_1.mov"].error
    assert rows["IMG_1.mov"].blocks


def test_a_live_photo_is_cleaned_as_a_pair(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "IMG_1.jpg").write_bytes(photo())
    (folder / "IMG_1.MOV").write_bytes(Mov.turned)
    rows = list(scrub_all(plan([str(folder)], str(tmp_path / "out"), rename=True), Options(), jobs=1))
    assert {row.status for row in rows} == {DONE}
    assert tree(tmp_path / "out") == {"folder-01/0001.jpg", "folder-01/0001.mov"}
    assert b"CANARY" not in (tmp_path / "out" / "folder-01" / "0001.mov").read_bytes()


def test_an_empty_file_that_a_power_cut_left_is_replaced(picture, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "IMG_1.jpg").touch()
    assert one(picture, tmp_path / "out").status is DONE


def test_only_another_disk_is_waited_for(picture, tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(batch, "_sync", synced.append)
    copied([picture], tmp_path / "out")
    assert synced == []
    monkeypatch.setattr(
        batch, "_disks", lambda paths: {2 if str(path).endswith("stick") else 1: path for path in paths}
    )
    copied([picture], tmp_path / "stick")
    assert synced == [str(tmp_path / "stick")]


def test_a_leftover_that_is_still_held_goes_at_the_end(tmp_path):
    """A process that was killed a moment ago may hold its lock while the next run looks."""
    folder = album(tmp_path / "photos")
    leftover = folder / ".curtain-0123456789abcdef.tmp"
    leftover.touch()
    with open(leftover, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        items = plan([str(folder)], None)
        assert leftover.exists()
    list(scrub_all(items, Options(), jobs=1))
    assert not leftover.exists()
