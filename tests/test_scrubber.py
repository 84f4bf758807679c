from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys
from functools import cache

import pytest
from PIL import Image

from audit import batch, copying, scrubber
from audit.drafts import is_leftover
from audit.formats import jpeg as jpeg_format
from audit.formats import jpeg_walk
from audit.formats.base import Bytes, Copy, Keep, Policy
from audit.rows import Job, Options, Status
from audit.scrubber import scrub_file
from tests.formats.fixtures import CANARY
from tests.formats.movie_samples import SAMPLES
from tests.formats.test_jpeg_gain import KINDS
from tests.pictures import SERIAL, album, photo, png_with_words, unread_head
from tests.scrubs import CLEAN, DONE, FAILED, SKIPPED, copied, in_place, one, tree

IN_PLACE = Options()


@cache
def large_photo():
    """More than a few blocks of comparing: 1.2 MB and more."""
    noise = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).save(noise, "JPEG", quality=92)
    data = noise.getvalue()
    return data[:2] + b"\xff\xfe\0\x0ccomment..." + data[2:]


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(photo())
    return path


# --- one file


def test_a_copy_without_its_metadata(picture, tmp_path):
    original = picture.read_bytes()
    row = one(picture, tmp_path / "out")
    assert row.status is DONE
    assert row.output == str(tmp_path / "out" / "IMG_1.jpg")
    assert {"location", "time", "device", "serial", "owner", "thumbnail"} <= set(row.removed)
    assert row.kept == ("orientation",)
    assert SERIAL not in (tmp_path / "out" / "IMG_1.jpg").read_bytes()
    assert picture.read_bytes() == original


def test_scrubbing_twice_changes_nothing(picture, tmp_path):
    one(picture, tmp_path / "out")
    row = one(tmp_path / "out" / "IMG_1.jpg", tmp_path / "again")
    assert row.status is CLEAN
    assert row.removed == ()
    assert (tmp_path / "again" / "IMG_1.jpg").read_bytes() == (tmp_path / "out" / "IMG_1.jpg").read_bytes()


def test_the_place_is_kept_if_asked(picture, tmp_path):
    assert one(picture, tmp_path / "out", policy=Policy(frozenset({Keep.LOCATION}))).kept == ("location",)


def test_a_gain_map_is_kept_if_asked_and_there(picture, tmp_path):
    (tmp_path / "ultra.jpg").write_bytes(KINDS["both"])
    policy = Policy(frozenset({Keep.HDR}))
    assert one(tmp_path / "ultra.jpg", tmp_path / "out", policy=policy).kept == ("hdr",)
    assert one(tmp_path / "out" / "ultra.jpg", tmp_path / "again", policy=policy).removed == ()
    assert "picture" in one(tmp_path / "ultra.jpg", tmp_path / "plain").removed
    assert one(picture, tmp_path / "other", policy=policy).kept == ()


def test_time_is_kept_if_asked_and_orientation_dropped(picture, tmp_path):
    policy = Policy(frozenset({Keep.TIME}))
    assert one(picture, tmp_path / "out", policy=policy).kept == ("time",)
    assert b"2025:05:04" in (tmp_path / "out" / "IMG_1.jpg").read_bytes()


def test_format_by_content(tmp_path):
    (tmp_path / "a.jpg").write_bytes(png_with_words())
    assert one(tmp_path / "a.jpg", tmp_path / "out").removed == ("owner", "tEXt")


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.jp2", unread_head(), Status.UNSUPPORTED, "export it as JPEG or PNG"),
        ("a.dng", b"II*\0\x08\0\0\0" + bytes(40), Status.UNSUPPORTED, "raw camera file"),
        ("a.rtf", b"{\\rtf1 words}", Status.UNSUPPORTED, "RTF is not cleaned yet"),
        ("a.pdf", b"%PDF-1.7\n", FAILED, "damaged"),
        ("a.txt", b"words", SKIPPED, None),
        ("a.jpg", b"words", SKIPPED, "its content is not"),
        ("empty.jpg", b"", SKIPPED, "its content is not"),
        ("a.jpg", b"\xff\xd8\xff\xe0", FAILED, "damaged"),
    ],
)
def test_what_is_not_scrubbed_is_not_written(tmp_path, name, content, status, words):
    (tmp_path / name).write_bytes(content)
    row = one(tmp_path / name, tmp_path / "out")
    assert (row.status, row.output) == (status, None)
    assert words in row.error if words else row.error is None
    assert row.blocks == (status is not SKIPPED or (content != b"" and name == "a.jpg"))
    assert not (tmp_path / "out").exists()


def test_dry_run_writes_nothing(picture, tmp_path):
    before = tree(tmp_path), picture.read_bytes()
    assert "serial" in one(picture, tmp_path / "out", dry_run=True).removed
    assert "serial" in in_place(picture, dry_run=True)[0].removed
    assert (tree(tmp_path), picture.read_bytes()) == before


def test_a_plan_that_leaves_something_is_not_written(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(jpeg_format.Jpeg, "plan", lambda _self, reader, *_: iter([Copy(0, reader.size)]))
    monkeypatch.setattr(scrubber, "gone", lambda *_: ())
    row = one(picture, tmp_path / "out")
    assert row.status is FAILED
    assert "would still" in row.error
    assert tree(tmp_path) == {"IMG_1.jpg"}


def test_a_plan_that_changes_the_picture_is_not_written(picture, tmp_path, monkeypatch):
    whole = jpeg_format.Jpeg.plan

    def spoiled(self, reader, segments, policy):
        pieces = list(whole(self, reader, segments, policy))
        return iter(
            [*pieces[:-1], Copy(pieces[-1].start, pieces[-1].stop - 2), Bytes(b"\xff\xd9\xff", "EOI")]
        )

    monkeypatch.setattr(jpeg_format.Jpeg, "plan", spoiled)
    assert one(picture, tmp_path / "out").status is FAILED
    assert tree(tmp_path) == {"IMG_1.jpg"}


def test_what_was_written_wrong_is_not_kept(picture, tmp_path, monkeypatch):
    write = copying.write

    def spoiled(reader, pieces, fd, **how):
        write(reader, pieces, fd, **how)
        os.pwrite(fd, b"\0", 400)

    monkeypatch.setattr(copying, "write", spoiled)
    row = one(picture, tmp_path / "out")
    assert row.status is FAILED
    assert tree(tmp_path) == {"IMG_1.jpg"}


@pytest.mark.parametrize("when", ["soon", "late"])  # compared block by block, and at the end what was not
@pytest.mark.parametrize("held", [0, 8 << 20])
@pytest.mark.parametrize("at", [200, 300_000, 1_000_000, -40])
def test_one_wrong_byte_anywhere_in_a_large_picture_is_seen(tmp_path, monkeypatch, held, at, when):
    path = tmp_path / "large.jpg"
    path.write_bytes(large_photo())
    monkeypatch.setattr(scrubber, "WHOLE", held)
    assert one(path, tmp_path / "out").status is DONE
    place = at % (tmp_path / "out" / "large.jpg").stat().st_size
    write, put = copying.write, copying._Out.put

    def soon(out, parts):
        before = os.fstat(out.fd).st_size
        put(out, parts)
        if before <= place < os.fstat(out.fd).st_size:
            spoil(out.fd)

    def late(reader, pieces, fd, **_):
        write(reader, pieces, fd)
        spoil(fd)

    def spoil(fd):
        os.pwrite(fd, bytes((os.pread(fd, 1, place)[0] ^ 1,)), place)

    if when == "late":
        monkeypatch.setattr(copying, "write", late)
    else:
        monkeypatch.setattr(copying._Out, "put", soon)
    row = one(path, tmp_path / "again")
    assert (row.status, tree(tmp_path)) == (FAILED, {"large.jpg", "out/large.jpg"})
    assert "differs from the original" in row.error


def test_picture_data_is_searched_once(tmp_path, monkeypatch):
    (tmp_path / "large.jpg").write_bytes(large_photo())
    searched = []
    scan_end = jpeg_walk.scan_end
    monkeypatch.setattr(
        jpeg_walk,
        "scan_end",
        lambda reader, start, **more: searched.append(start) or scan_end(reader, start, **more),
    )
    assert one(tmp_path / "large.jpg", tmp_path / "out").status is DONE
    assert len(searched) == 1


@pytest.mark.parametrize("held", [0, 8 << 20])
def test_large_files_are_copied_by_the_kernel_and_small_ones_from_memory(
    picture, tmp_path, monkeypatch, held
):
    expected = tmp_path / "expected"
    scrub_file(Job(str(picture), str(expected), "x"), IN_PLACE)
    monkeypatch.setattr(scrubber, "WHOLE", held)
    assert one(picture, tmp_path / "out").status is DONE
    assert (tmp_path / "out" / "IMG_1.jpg").read_bytes() == expected.read_bytes()


def test_without_a_kernel_copy(picture, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EXDEV, "no")

    monkeypatch.setattr(scrubber, "WHOLE", 0)
    monkeypatch.setattr(os, "copy_file_range", refused)
    assert one(picture, tmp_path / "out").status is DONE


@pytest.fixture
def sharing(monkeypatch):
    """A file system that can share blocks between files, as far as can be seen."""
    fcntl = pytest.importorskip("fcntl")
    asked = []

    def ioctl(fd, request, source):
        asked.append(request)
        os.pwrite(fd, os.pread(source, os.fstat(source).st_size, 0), 0)
        return 0

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    monkeypatch.setattr(copying, "_WORTH_CLONING", 0)
    return asked


def test_blocks_are_shared_where_nothing_moves(tmp_path, monkeypatch, sharing):
    path = tmp_path / "a.mp4"
    path.write_bytes(SAMPLES["long free"] + b"words behind")
    assert one(path, tmp_path / "out").status is DONE
    assert sharing == [0x40049409]
    shared = (tmp_path / "out" / "a.mp4").read_bytes()
    monkeypatch.setattr(copying, "_WORTH_CLONING", 1 << 60)
    assert one(path, tmp_path / "copied").status is DONE
    assert (tmp_path / "copied" / "a.mp4").read_bytes() == shared
    assert CANARY not in shared
    (row,) = in_place(path)
    assert row.status is DONE
    assert path.read_bytes() == shared


def test_blocks_are_not_shared_where_something_moves(picture, tmp_path, sharing):
    assert one(picture, tmp_path / "out").status is DONE
    assert sharing == []


def test_a_clone_of_another_length_is_none(tmp_path, monkeypatch, sharing):
    import fcntl

    path = tmp_path / "a.mp4"
    path.write_bytes(SAMPLES["free"])
    monkeypatch.setattr(fcntl, "ioctl", lambda fd, request, source: os.pwrite(fd, b"short", 0))
    assert one(path, tmp_path / "out").status is DONE
    assert CANARY not in (tmp_path / "out" / "a.mp4").read_bytes()


# --- in place


def test_in_place_keeps_the_mode_and_leaves_nothing_beside(picture, tmp_path):
    picture.chmod(0o640)
    (row,) = in_place(picture)
    assert (row.status, row.output, row.note) == (DONE, str(picture), None)
    assert stat.S_IMODE(picture.stat().st_mode) == 0o640
    assert SERIAL not in picture.read_bytes()
    assert tree(tmp_path) == {"IMG_1.jpg"}
    inode = picture.stat().st_ino
    assert in_place(picture)[0].status is CLEAN
    assert picture.stat().st_ino == inode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_in_place_keeps_the_owner(picture):
    os.chown(picture, 12345, 23456)
    assert in_place(picture)[0].status is DONE
    assert (picture.stat().st_uid, picture.stat().st_gid) == (12345, 23456)


def test_in_place_the_bytes_are_on_the_disk_before_the_name_leads_to_them(picture, monkeypatch):
    done = []

    def noted(name, function):
        return lambda *arguments, **named: (done.append(name), function(*arguments, **named))[1]

    monkeypatch.setattr(os, "fsync", noted("file", os.fsync))
    monkeypatch.setattr(os, "replace", noted("name", os.replace))
    monkeypatch.setattr(batch, "_sync", noted("disk", batch._sync))
    assert in_place(picture)[0].status is DONE
    assert done == ["file", "name", "disk"]


def test_copies_are_never_executable(picture, tmp_path):
    picture.chmod(0o4777)
    one(picture, tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out" / "IMG_1.jpg").stat().st_mode) & 0o7111 == 0


def test_another_name_of_the_file_is_spoken_of(picture, tmp_path):
    os.link(picture, tmp_path / "other")
    (row,) = in_place(picture)
    assert row.status is DONE
    assert "hard link" in row.note
    assert SERIAL in (tmp_path / "other").read_bytes()


def test_both_names_given_both_are_done(picture, tmp_path):
    os.link(picture, tmp_path / "other.jpg")
    assert [row.status for row in in_place(tmp_path)] == [DONE, DONE]
    assert SERIAL not in picture.read_bytes() + (tmp_path / "other.jpg").read_bytes()


def test_a_file_named_twice_is_done_once(picture, tmp_path):
    rows = in_place(picture, tmp_path, picture)
    assert [row.status for row in rows] == [DONE, SKIPPED]


@pytest.mark.parametrize("change", ["longer", "replaced", "touched", "gone"])
def test_a_source_that_changes_meanwhile_is_left_alone(picture, monkeypatch, change):
    verify = scrubber.verify

    def meanwhile(*arguments):
        if change == "longer":
            with picture.open("ab") as file:
                file.write(b"more")
        elif change == "replaced":
            picture.unlink()
            picture.write_bytes(b"other")
        elif change == "touched":
            os.utime(picture, ns=(1, 1))
        else:
            picture.unlink()
        return verify(*arguments)

    monkeypatch.setattr(scrubber, "verify", meanwhile)
    (row,) = in_place(picture)
    assert row.status is FAILED
    assert ("no longer there" if change == "gone" else "changed while") in row.error
    assert change == "gone" or SERIAL in picture.read_bytes() or picture.read_bytes() == b"other"
    assert not any(is_leftover(name) for name in os.listdir(picture.parent))


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EIO, "disk reports an error"), (errno.EROFS, "read-only")],
)
def test_a_disk_that_refuses(picture, tmp_path, monkeypatch, number, words):
    before = picture.read_bytes()

    def refused(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(copying._Out, "put", refused)
    for row in (*in_place(picture), one(picture, tmp_path / "out")):
        assert row.status is FAILED
        assert words in row.error
    assert picture.read_bytes() == before
    assert tree(tmp_path) == {"IMG_1.jpg"}


def test_a_real_limit_on_size(tmp_path):
    """RLIMIT_FSIZE stands in for a full disk: write(2) itself fails, part of the way through."""
    album(tmp_path / "photos")
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "from audit.batch import *;"
        "rows = list(scrub_all(plan([sys.argv[1]], None), Options(), jobs=1));"
        "print({(row.status.value, row.error) for row in rows})"
    )
    before = {path: (tmp_path / "photos" / path).read_bytes() for path in tree(tmp_path / "photos")}
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "photos"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "{('failed', 'the file would be larger than allowed there')}\n"
    assert {path: (tmp_path / "photos" / path).read_bytes() for path in tree(tmp_path / "photos")} == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk(tmp_path):
    album(tmp_path / "photos")
    (tmp_path / "small").mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "none", tmp_path / "small"], check=False
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        rows = copied([tmp_path / "photos"], tmp_path / "small")
        assert {row.error for row in rows if row.status is FAILED} == {"the disk is full"}
        assert not any(is_leftover(os.path.basename(name)) for name in tree(tmp_path / "small"))
    finally:
        subprocess.run(["umount", tmp_path / "small"], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(picture):
    picture.parent.chmod(0o555)
    (row,) = in_place(picture)
    picture.parent.chmod(0o755)
    assert "no permission to write" in row.error
