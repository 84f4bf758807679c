"""A large result is compared while a thread writes it: nothing may be taken for written that is not."""

from __future__ import annotations

import errno
import os
import threading
import time

import pytest

from audit import copying, scrubber
from audit.formats.base import Bytes, Copy, Zero
from audit.media import open_medium
from audit.verify import VerificationError, _compare
from audit.writing import Writing
from tests.pictures import photo
from tests.scrubs import DONE, FAILED, in_place, one, tree

DATA = os.urandom(9 << 20)
PIECES = [
    Bytes(b"head", "head"),
    Copy(1000, 6 << 20),
    Zero(300_000),
    Copy(7 << 20, len(DATA)),
    Bytes(b"end", "end"),
]
RESULT = b"head" + DATA[1000 : 6 << 20] + bytes(300_000) + DATA[7 << 20 :] + b"end"


@pytest.fixture
def source(tmp_path):
    (tmp_path / "source").write_bytes(DATA)
    with open_medium(str(tmp_path / "source")) as reader:
        yield reader


@pytest.fixture
def fd(tmp_path):
    with (tmp_path / "result").open("w+b") as file:
        yield file.fileno()


@pytest.mark.parametrize("lasting", [True, False])
def test_it_is_compared_while_it_is_written(source, fd, lasting, monkeypatch):
    monkeypatch.setattr("audit.writing._LASTING", 1 << 20)
    with Writing(source, PIECES, fd, lasting=lasting) as writing:
        _compare(source, PIECES, writing.result(), writing.until)
    assert os.pread(fd, 20 << 20, 0) == RESULT


def test_what_is_slow_is_waited_for(source, fd, monkeypatch):
    write = copying.write

    def slow(reader, pieces, to, told):
        write(reader, pieces, to, lambda done: (time.sleep(0.01), told(done)))

    monkeypatch.setattr(copying, "write", slow)
    with Writing(source, PIECES, fd, lasting=False) as writing:
        _compare(source, PIECES, writing.result(), writing.until)


def test_what_goes_wrong_in_writing_is_told_where_it_is_waited_for(source, fd, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(copying, "write", full)
    with Writing(source, PIECES, fd, lasting=False) as writing, pytest.raises(OSError, match="full"):
        writing.until(1)


def test_a_result_that_ends_too_early_is_seen(source, fd, monkeypatch):
    monkeypatch.setattr(copying, "write", lambda _source, _pieces, to, _told: os.write(to, RESULT[:5000]))
    with Writing(source, PIECES, fd, lasting=False) as writing, pytest.raises(VerificationError):
        _compare(source, PIECES, writing.result(), writing.until)


def test_one_that_nobody_waits_for_any_more_is_left(source, fd, monkeypatch):
    monkeypatch.setattr(copying, "_STEP", 1 << 16)
    went_on = threading.Event()
    fdatasync = os.fdatasync
    monkeypatch.setattr("audit.writing._LASTING", 1)
    monkeypatch.setattr(os, "fdatasync", lambda to: (went_on.wait(5), fdatasync(to)))
    with Writing(source, PIECES, fd, lasting=True) as writing:
        writing._stopped = True
        went_on.set()
    assert os.fstat(fd).st_size < len(RESULT)


@pytest.mark.parametrize("where", ["copy", "in place"])
def test_a_file_on_a_full_disk_stays_as_it_is(tmp_path, monkeypatch, where):
    monkeypatch.setattr(scrubber, "_WORTH_A_THREAD", 0)
    path = tmp_path / "IMG.jpg"
    path.write_bytes(photo())
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        patched.setattr(os, "copy_file_range", full)
        row = done(path, tmp_path, where)
    assert row.status is FAILED
    assert path.read_bytes() == before
    assert tree(tmp_path) == {"IMG.jpg"}
    assert done(path, tmp_path, where).status is DONE


def done(path, folder, where):
    return in_place(path)[0] if where == "in place" else one(path, folder / "out")
