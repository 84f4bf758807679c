"""Results that wait for the disk together."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from audit import workers
from audit.batch import plan, scrub_all
from audit.drafts import is_leftover
from audit.rows import Job, Options
from audit.scrubber import new_outbox, scrub_into
from tests.pictures import SERIAL, album, photo
from tests.scrubs import DONE, FAILED, tree


@pytest.fixture
def pictures(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(photo(seed=number))
    return [str(tmp_path / f"{number}.jpg") for number in range(3)]


def scrubbed(outbox, paths):
    return [scrub_into(outbox, Job(path, path, path), Options()) for path in paths]


def test_nothing_is_replaced_before_all_of_it_is_on_the_disk(pictures, monkeypatch):
    order = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("disk"), fsync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda *old, **new: (order.append("name"), replace(*old, **new))[1])
    outbox = new_outbox()
    rows = scrubbed(outbox, pictures)
    assert order == []
    assert [row.status for row in outbox.settle(rows)] == [DONE] * 3
    assert order == ["disk"] * 3 + ["name"] * 3
    outbox.close()


def test_what_was_not_settled_leaves_the_originals(pictures, tmp_path):
    before = [Path(path).read_bytes() for path in pictures]
    outbox = new_outbox()
    scrubbed(outbox, pictures)
    assert len(tree(tmp_path)) == 6
    outbox.close()
    assert len(tree(tmp_path)) == 3
    assert [Path(path).read_bytes() for path in pictures] == before


def test_one_that_changed_meanwhile_is_left_alone_and_the_others_are_done(pictures, tmp_path):
    outbox = new_outbox()
    rows = scrubbed(outbox, pictures)
    with open(pictures[1], "ab") as file:
        file.write(b"more")
    rows = outbox.settle(rows)
    assert [row.status for row in rows] == [DONE, FAILED, DONE]
    assert "changed while" in rows[1].error
    with open(pictures[1], "rb") as file:
        assert SERIAL in file.read()
    assert len(tree(tmp_path)) == 3


def test_a_disk_that_fails_at_the_last_moment(pictures, tmp_path, monkeypatch):
    fsync, count = os.fsync, iter(range(9))

    def failing(fd):
        if next(count) == 1:
            raise OSError(errno.EIO, "no")
        fsync(fd)

    monkeypatch.setattr(os, "fsync", failing)
    outbox = new_outbox()
    rows = outbox.settle(scrubbed(outbox, pictures))
    assert [row.status for row in rows] == [DONE, FAILED, DONE]
    assert "disk reports an error" in rows[1].error
    assert len(tree(tmp_path)) == 3


def test_many_folders_are_not_all_kept_open(tmp_path):
    for number in range(40):
        album(tmp_path / f"{number}", 2)
    before = len(os.listdir("/proc/self/fd"))
    items = plan([str(tmp_path)], None)
    rows = list(scrub_all(items, Options(), jobs=2))
    assert {row.status for row in rows} == {DONE}
    assert len(os.listdir("/proc/self/fd")) == before
    assert not any(is_leftover(os.path.basename(name)) for name in tree(tmp_path))


@pytest.mark.parametrize("count", [5, 60])
def test_results_are_handed_over_as_they_were_settled(count):
    def settle(results):
        return [-result for result in results]

    def lost(item, _why, _detail):
        return item

    task = workers.Task(lambda item: 60 // (item - 3) and item, lost, settle)
    found = list(workers.run(task, range(count), jobs=2))
    assert [abs(each) for each in found] == list(range(count))
    assert found[5:] == [-item for item in range(5, count)]
