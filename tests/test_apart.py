"""Large movies are copied by another process while they are walked, and compared by a third: nothing may get lost between them."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from audit import apart, copying, drafts, scrubber
from audit.copying import ChangedError
from audit.formats import mp4
from audit.media import open_medium
from fuzz.harness import contract
from tests.scrubs import CLEAN, DONE, FAILED, SKIPPED, in_place, one, tree

KINDS = {"mp4": ".mp4", "mov": ".mov", "mkv": ".mkv"}


@pytest.fixture
def processes(monkeypatch):
    """Every movie is large enough for them."""
    monkeypatch.setattr(scrubber, "_WORTH_A_PROCESS", 0)


@pytest.fixture(autouse=True)
def no_process_is_left():
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.fixture
def movie(tmp_path):
    path = tmp_path / "IMG_1.mp4"
    path.write_bytes(contract("mp4").turned)
    return path


def cleaned(path, folder, where):
    return in_place(path)[0] if where == "in place" else one(path, folder / "out")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["copy", "in place"])
def test_the_result_is_the_same(tmp_path, monkeypatch, kind, where):
    path = tmp_path / f"IMG_1{KINDS[kind]}"
    path.write_bytes(contract(kind).turned)
    expected = one(path, tmp_path / "expected")
    asked = []
    monkeypatch.setattr(scrubber, "_WORTH_A_PROCESS", 0)
    for name in ("copied", "compared"):
        work = getattr(apart, name)
        monkeypatch.setattr(apart, name, lambda *a, work=work, **k: asked.append(work) or work(*a, **k))
    row = cleaned(path, tmp_path, where)
    assert len(asked) == 2
    assert (row.status, row.removed, row.kept) == (DONE, expected.removed, expected.kept)
    assert Path(row.output).read_bytes() == Path(expected.output).read_bytes()
    assert len(tree(tmp_path)) == (2 if where == "in place" else 3)
    assert cleaned(Path(row.output), tmp_path / "again", where).status is CLEAN


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("name", ["write", "patch"])
@pytest.mark.parametrize("where", ["copy", "in place"])
@pytest.mark.parametrize("at", [30, 0.5, -3])
def test_one_wrong_byte_anywhere_is_seen(movie, tmp_path, monkeypatch, name, where, at):
    before = movie.read_bytes()
    clean = Path(one(movie, tmp_path / "clean").output).read_bytes()
    place = (int(at * len(before)) if isinstance(at, float) else at) % len(clean)
    place += next(n for n in range(len(clean)) if clean[place + n :][:1] == before[place + n :][:1])
    work = getattr(copying, name)

    def spoiled(*arguments):
        work(*arguments)
        fd = next(each for each in arguments if isinstance(each, int))
        os.pwrite(fd, bytes((clean[place] ^ 1,)), place)

    monkeypatch.setattr(copying, name, spoiled)
    row = cleaned(movie, tmp_path, where)
    assert (row.status, movie.read_bytes()) == (FAILED, before)
    assert tree(tmp_path) == {"IMG_1.mp4", "clean/IMG_1.mp4"}


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("where", ["copy", "in place"])
def test_a_full_disk(movie, tmp_path, monkeypatch, where):
    before = movie.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "copy_file_range", full)
        patched.setattr(copying, "_SMALL_PIECE", 0)
        row = cleaned(movie, tmp_path, where)
    assert (row.status, row.error) == (FAILED, "the disk is full")
    assert (tree(tmp_path), movie.read_bytes()) == ({"IMG_1.mp4"}, before)
    assert cleaned(movie, tmp_path, where).status is DONE


@pytest.mark.usefixtures("processes")
def test_a_broken_movie_leaves_nothing(movie, tmp_path):
    movie.write_bytes(movie.read_bytes()[:700])
    assert one(movie, tmp_path / "out").status is FAILED
    assert tree(tmp_path) == {"IMG_1.mp4"}


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("force", [False, True])
def test_what_appears_at_the_target_meanwhile(movie, tmp_path, monkeypatch, force):
    segments = mp4.Mp4.segments
    target = tmp_path / "out" / movie.name

    def slow(self, reader):
        if not target.exists():
            target.write_bytes(b"mine")
        return segments(self, reader)

    monkeypatch.setattr(mp4.Mp4, "segments", slow)
    row = one(movie, tmp_path / "out", force=force)
    assert row.status is (DONE if force else SKIPPED)
    assert (target.read_bytes() == b"mine") is not force
    assert tree(tmp_path) == {"IMG_1.mp4", "out/IMG_1.mp4"}


@pytest.mark.usefixtures("processes")
def test_a_plan_that_moves_what_stays_is_written_from_the_beginning(movie, tmp_path, monkeypatch):
    expected = Path(one(movie, tmp_path / "expected").output).read_bytes()
    monkeypatch.setattr(copying, "keeps_layout", lambda _: False)
    row = one(movie, tmp_path / "out")
    assert (row.status, Path(row.output).read_bytes()) == (DONE, expected)


@pytest.mark.usefixtures("processes")
def test_a_process_that_dies_is_told_of(movie, tmp_path, monkeypatch):
    monkeypatch.setattr(copying, "write", lambda *_: os._exit(3))
    row = one(movie, tmp_path / "out")
    assert (row.status, tree(tmp_path)) == (FAILED, {"IMG_1.mp4"})
    assert "our own reader failed" in row.error


@pytest.mark.usefixtures("processes")
def test_what_goes_is_never_written_to_another_disk(movie, tmp_path, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as other:
        if os.stat(other).st_dev == movie.stat().st_dev:
            pytest.skip("there is no other disk")
        monkeypatch.setattr(apart, "copied", None)
        assert one(movie, Path(other, "out")).status is DONE


@pytest.mark.usefixtures("processes")
def test_what_goes_never_stands_under_a_name_in_the_folder_for_copies(movie, tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "copied", None)
    monkeypatch.setattr(drafts, "_nameless", lambda _: None)
    assert one(movie, tmp_path / "out").status is DONE
    monkeypatch.undo()
    (tmp_path / "out" / movie.name).write_bytes(b"mine")
    monkeypatch.setattr(scrubber, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(apart, "copied", None)
    assert one(movie, tmp_path / "out", force=True).status is DONE
    assert tree(tmp_path) == {"IMG_1.mp4", "out/IMG_1.mp4"}


def test_an_original_that_becomes_shorter(movie, tmp_path):
    with open_medium(str(movie)) as source, (tmp_path / "result").open("w+b") as result:
        os.truncate(movie, 100)
        copy = apart.copied(source, result.fileno(), lasting=False)
        with pytest.raises(ChangedError):
            copy.done()
        copy.close()


def test_a_copy_that_must_last_is_sent_to_the_disk_little_by_little(monkeypatch):
    sent = []
    monkeypatch.setattr(os, "fdatasync", sent.append)
    monkeypatch.setattr(os, "getppid", os.getpid)
    for lasting in (False, True):
        told = apart._Told(7, lasting=lasting)
        for done in (1, apart._LASTING, apart._LASTING + 1, 2 * apart._LASTING):
            told(done)
    assert sent == [7, 7]


def test_nobody_copies_for_a_process_that_is_gone():
    with pytest.raises(SystemExit):
        apart._Told(7, lasting=False)(1)  # this process is not the child of itself
