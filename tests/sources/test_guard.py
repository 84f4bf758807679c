from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from audit.model import Platform
from audit.sources.base import Entry, Home, NotHeldError, Query, SlowError, Stat
from audit.sources.guard import GuardedSource
from tests.contracts.source import SourceContract
from tests.sources.test_tree import source_of


class TestGuardedTree(SourceContract):
    def source_of(self, home, folder):
        (folder / "etc").mkdir()
        self.guarded.append(GuardedSource(source_of(folder)))
        return self.guarded[0]

    @pytest.fixture(autouse=True)
    def _closed(self):
        self.guarded = []
        yield
        for each in self.guarded:
            each.close()

    def test_nothing_stays_open(self):
        pytest.skip("its child opens")

    def test_what_it_may_not_read_says_so(self):
        pytest.skip("its child has the rights of when it was started")


class Hostile:
    """A device on which some places hang, kill their reader or break it."""

    platform = Platform.LINUX
    kind = "tree"
    taken_at = datetime(2026, 1, 1, tzinfo=UTC)
    homes = (Home("alice", "/home/alice"),)
    elevated = False

    def read(self, path, start, size):
        if "slow" in path:
            time.sleep(60)
        if "deadly" in path:
            os.kill(os.getpid(), signal.SIGKILL)
        if "broken" in path:
            raise ValueError("a bug")
        if "refused" in path:
            raise PermissionError(errno.EACCES, "refused", path)
        return path.encode()

    stat = readlink = local = lambda self, path: self.read(path, 0, 1)

    def scan(self, folder):
        self.read(folder, 0, 1)
        return [Entry("x", is_dir=False, is_file=True, is_link=False)]

    def query(self, name):
        raise NotHeldError(errno.ENOSYS, "not here", name)

    def own(self, path, home):
        return path

    show = stat


@pytest.fixture
def guarded():
    with GuardedSource(Hostile(), seconds=0.3, query_seconds=0.3) as guarded:
        yield guarded


@pytest.mark.parametrize("ask", ["read", "stat", "scan", "readlink", "local"])
def test_what_hangs_is_left_behind_and_not_asked_again(guarded, ask):
    began = time.monotonic()
    arguments = (0, 1) if ask == "read" else ()
    with pytest.raises(SlowError) as caught:
        getattr(guarded, ask)("/mnt/slow", *arguments)
    assert caught.value.filename == "/mnt/slow"
    assert time.monotonic() - began < 2
    began = time.monotonic()
    for path in ("/mnt/slow", "/mnt/slow/inside"):
        with pytest.raises(SlowError):
            guarded.stat(path)
    assert time.monotonic() - began < 0.2
    assert guarded.read("/mnt/other", 0, 1) == b"/mnt/other"
    assert guarded.read("/mnt/slower", 0, 1) if ask == "never" else True


def test_two_slow_places_make_a_slow_folder(guarded):
    for name in ("slow-1", "slow-2"):
        with pytest.raises(SlowError):
            guarded.read(f"/mnt/{name}", 0, 1)
    began = time.monotonic()
    with pytest.raises(SlowError):
        guarded.read("/mnt/other", 0, 1)
    assert time.monotonic() - began < 0.2
    assert guarded.read("/home/other", 0, 1) == b"/home/other"


def test_a_reader_that_dies_is_replaced(guarded):
    for _ in range(2):
        with pytest.raises(OSError) as caught:
            guarded.read("/deadly", 0, 1)
        assert caught.value.errno == errno.EIO
    assert guarded.read("/other", 0, 1) == b"/other"


def test_a_reader_killed_between_two_questions_is_replaced(guarded):
    assert guarded.read("/one", 0, 1) == b"/one"
    os.kill(guarded._child.pid, signal.SIGKILL)
    guarded._child.join()
    with pytest.raises(OSError):
        guarded.read("/two", 0, 1)
    assert guarded.read("/three", 0, 1) == b"/three"


def test_errors_arrive_as_they_are(guarded):
    with pytest.raises(PermissionError) as caught:
        guarded.read("/refused", 0, 1)
    assert caught.value.filename == "/refused"
    with pytest.raises(NotHeldError):
        guarded.query(Query.PROCESSES)
    with pytest.raises(RuntimeError, match="ValueError: a bug"):
        guarded.read("/broken", 0, 1)


def test_an_interruption_is_not_the_readers(guarded):
    os.kill(guarded._child.pid, signal.SIGINT)
    assert guarded.read("/one", 0, 1) == b"/one"


def test_it_ends_with_its_parent(tmp_path):
    script = (
        "from tests.sources.test_guard import *\n"
        "guarded = GuardedSource(Hostile()); print(guarded._child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    with parent:
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not _alive(child):
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the reader outlived its parent")


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as facts:
            return facts.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_facts_need_no_child(guarded):
    guarded._child.kill()
    assert guarded.kind == "tree"
    assert guarded.homes[0].user == "alice"
    assert guarded.own("/x", guarded.homes[0]) == "/x"
    assert isinstance(Stat(0, 0, 0, 0, 0.0), Stat)
