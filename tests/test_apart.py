"""Large movies are copied and compared by another process while they are walked: nothing may get lost between the two."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from audit import apart, copying, drafts, mounts, scrubber
from audit.copying import ChangedError
from audit.formats import mp4
from audit.formats.base import Bytes, Copy, Policy, Zero
from audit.formats.pieces import apply, length
from audit.media import open_medium
from audit.verify import VerificationError
from fuzz.harness import contract
from tests.scrubs import CLEAN, DONE, FAILED, SKIPPED, in_place, one, tree

KINDS = {"mp4": ".mp4", "mov": ".mov", "mkv": ".mkv"}


@pytest.fixture
def processes(monkeypatch):
    """Every movie is large enough for them, and is cut into many shares of many blocks."""
    monkeypatch.setattr(scrubber, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(apart, "_SHARE", 256)
    monkeypatch.setattr(apart, "_BLOCK", 60)
    monkeypatch.setattr(copying, "_TOUCHED", 8)


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
@pytest.mark.parametrize("name", ["to_same_place", "patch"])
@pytest.mark.parametrize("where", ["copy", "in place"])
@pytest.mark.parametrize("at", [30, 0.5, -3])
def test_one_wrong_byte_anywhere_is_seen(movie, tmp_path, monkeypatch, name, where, at):
    before = movie.read_bytes()
    clean = Path(one(movie, tmp_path / "clean").output).read_bytes()
    with open_medium(str(movie)) as source:
        segments = mp4.WALKER.segments(source)
        pieces = [one for one in mp4.WALKER.plan(source, segments, Policy()) if isinstance(one, Copy)]
    kept = [place for piece in pieces for place in range(*piece)]
    place = kept[int(at * len(kept)) if isinstance(at, float) else at]
    work = getattr(copying, name)
    wrong = bytes((clean[place] ^ 1,))

    def copy(source, start, stop, fd):
        work(source, start, stop, fd)
        if start <= place < stop:
            os.pwrite(fd, wrong, place)

    def patch(pieces, fd):
        at, more = 0, []
        for piece in pieces:
            if at <= place < at + length(piece):
                assert isinstance(piece, Copy)
                more += [Copy(at, place), Bytes(wrong, "more"), Copy(place + 1, at + length(piece))]
            else:
                more.append(piece)
            at += length(piece)
        return work(more, fd)

    monkeypatch.setattr(copying, name, copy if name == "to_same_place" else patch)
    row = cleaned(movie, tmp_path, where)
    assert (row.status, movie.read_bytes()) == (FAILED, before)
    assert tree(tmp_path) == {"IMG_1.mp4", "clean/IMG_1.mp4"}


@pytest.mark.usefixtures("processes")
def test_where_room_can_be_asked_for_a_full_disk_is_known_before_anything_is_copied(
    movie, tmp_path, monkeypatch
):
    asked, copied = [], []

    def full(_, start, size):
        asked.append((start, size))
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(mounts, "type_of", lambda _: "ext4")
    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr(copying, "to_same_place", lambda *span: copied.append(span))
    row = one(movie, tmp_path / "out")
    assert (row.status, row.error) == (FAILED, "the disk is full")
    assert set(asked) == {(0, movie.stat().st_size)}
    assert not copied


@pytest.mark.usefixtures("processes")
def test_where_room_would_be_written_it_is_not_asked_for(movie, tmp_path, monkeypatch):
    monkeypatch.setattr(mounts, "type_of", lambda _: "vfat")
    monkeypatch.setattr(os, "posix_fallocate", lambda *_: pytest.fail("asked"))
    assert one(movie, tmp_path / "out").status is DONE


def test_the_type_of_a_file_system_is_that_of_the_mount_table():
    assert mounts.type_of(os.stat("/proc").st_dev) == "proc"
    assert mounts.type_of(os.makedev(4000, 1)) is None


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
    assert os.listdir(tmp_path) == ["IMG_1.mp4"]


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
    monkeypatch.setattr(copying, "to_same_place", lambda *_: os._exit(3))
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


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("where", ["copy", "in place"])
def test_where_no_process_can_be_forked(movie, tmp_path, monkeypatch, where):
    def refused(*_):
        raise OSError(errno.EAGAIN, "too many")

    expected = Path(one(movie, tmp_path / "expected").output).read_bytes()
    monkeypatch.setattr(apart, "Child", refused)
    row = cleaned(movie, tmp_path, where)
    assert (row.status, Path(row.output).read_bytes()) == (DONE, expected)


def test_an_original_that_becomes_shorter(movie, tmp_path):
    with open_medium(str(movie)) as source, (tmp_path / "result").open("w+b") as result:
        os.truncate(movie, 100)
        copy = apart.copied(source, result.fileno(), lasting=False)
        with pytest.raises(ChangedError):
            copy.done()
        copy.close()


def test_a_copy_that_must_last_is_sent_to_the_disk_little_by_little(movie, monkeypatch):
    sent = []
    monkeypatch.setattr(os, "fdatasync", sent.append)
    monkeypatch.setattr(copying, "to_same_place", lambda *_: None)
    monkeypatch.setattr(apart, "_reserve", lambda *_: None)
    monkeypatch.setattr(apart, "_LASTING", 100)
    monkeypatch.setattr(apart, "Shares", lambda _, copy, check: copy)
    with open_medium(str(movie)) as source:
        for lasting in (False, True):
            copy = apart.copied(source, source.fd, lasting=lasting)
            for start in range(0, 1000, 50):
                copy(start, start + 50)
    assert sent == [source.fd] * 10


def test_nobody_copies_for_a_process_that_is_gone(monkeypatch):
    monkeypatch.setattr(apart, "Child", lambda *_: SimpleNamespace(kill=lambda: None))
    shares = apart.Shares(3 * apart._SHARE, None, None)
    with pytest.raises(SystemExit):
        shares._live(None)  # this process is not the child of itself
    shares.close()


@pytest.mark.parametrize("size", [0, 1, 10, 11, 29, 30, 31, 1 << 20])
@pytest.mark.parametrize("when", ["at once", "in the midst", "at last"])
def test_each_byte_is_copied_once_and_then_checked_once(tmp_path, monkeypatch, size, when):
    """Whichever process does it, and whenever this one begins to help."""
    monkeypatch.setattr(apart, "_SHARE", 10)
    monkeypatch.setattr(apart, "_BLOCK", 4 if size < 100 else 1 << 10)
    here, log = os.getpid(), (tmp_path / "log").open("ab", buffering=0)

    def told(what):
        return lambda start, stop: log.write(f"{os.getpid()} {what} {start} {stop}\n".encode()) and None

    def written():
        lines = (line.split() for line in (tmp_path / "log").read_text().splitlines())
        return [(int(who), what, range(int(start), int(stop))) for who, what, start, stop in lines]

    shares = apart.Shares(size, told("copy"), told("check"))
    while when != "at once" and len({place for _, _, span in written() for place in span}) < size / 2:
        pass
    if when == "at last":
        shares._child.join(0.1)
    shares.done()
    shares.close()
    done = written()
    copies = [place for who, what, span in done if what == "copy" for place in span]
    checks = [place for who, what, span in done if what == "check" for place in span]
    assert copies == sorted(checks) == list(range(size))
    seen = set()
    for who, what, span in done:
        assert what == "copy" or span.start in seen
        assert what == "check" or who != here
        seen.add(span.start)
    log.close()


def test_what_was_touched_is_told_by_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(copying, "_TOUCHED", 10)
    pieces = [
        Copy(0, 7),
        Bytes(b"ab", ""),
        Copy(9, 12),
        Zero(19),
        Bytes(b"", ""),
        Copy(31, 55),
        Bytes(b"c", ""),
    ]
    with (tmp_path / "result").open("w+b") as result:
        result.write(b"x" * 60)
        result.flush()
        assert copying.patch(pieces, result.fileno()) == [(0, 40), (50, 60)]
        assert os.pread(result.fileno(), 99, 0) == b"x" * 7 + b"ab" + b"xxx" + bytes(19) + b"x" * 24 + b"c"


@pytest.mark.parametrize("block", [1, 4, 1 << 10])
def test_each_byte_is_compared_where_it_is_asked_for(tmp_path, monkeypatch, block):
    monkeypatch.setattr(apart, "_BLOCK", block)
    pieces = [Copy(0, 3), Bytes(b"abc", ""), Zero(9), Copy(15, 37), Bytes(b"", ""), Zero(1), Copy(38, 40)]
    path = tmp_path / "result"
    (tmp_path / "source").write_bytes(bytes(range(1, 41)))
    with open_medium(str(tmp_path / "source")) as source, path.open("w+b") as result:
        planned = SimpleNamespace(source=source, pieces=pieces)

        def compared(data, *touched):
            path.write_bytes(data)
            apart.compared(planned, result.fileno(), touched)

        good = apply(source, pieces)
        compared(good, (0, 99))
        for wrong in range(len(good)):
            bad = bytearray(good)
            bad[wrong] ^= 1
            compared(bad, (0, wrong), (wrong + 1, 99))
            with pytest.raises(VerificationError):
                compared(bad, (wrong, wrong + 1))
            with pytest.raises(VerificationError):
                compared(bad, (0, 64))
        for other in (good[:-1], good + b"x"):
            with pytest.raises(VerificationError):
                compared(other)
