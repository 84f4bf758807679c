from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from audit import workers
from audit.workers import Lost, Task, run


def lost(item, why, detail):
    return (item, why.value, detail)


def test_results_come_in_order_whatever_takes_long():
    def work(item):
        time.sleep(0.02 if item % 7 == 0 else 0)
        return item * 2

    items = range(200)
    assert list(run(Task(work, lost), items, jobs=3)) == [item * 2 for item in items]


def test_a_small_batch_needs_no_process():
    assert set(run(Task(lambda _: os.getpid(), lost), range(5), jobs=4)) == {os.getpid()}
    assert os.getpid() not in set(run(Task(lambda _: os.getpid(), lost), range(5), jobs=4, apart=True))


def test_one_that_hangs_is_ended_and_the_others_are_done():
    def work(item):
        if item == 5:
            time.sleep(60)
        return item

    began = time.monotonic()
    found = list(run(Task(work, lost), range(40), jobs=2, limit_seconds=0.5))
    assert time.monotonic() - began < 10
    assert found == [*range(5), (5, "timeout", ""), *range(6, 40)]


def test_a_heartbeat_keeps_a_slow_one_alive():
    def work(item):
        for _ in range(10):
            time.sleep(0.1)
            workers.beat()
        return item

    assert list(run(Task(work, lost), [1], jobs=1, limit_seconds=0.5, apart=True)) == [1]


def test_time_in_which_we_are_stopped_ourselves_does_not_count(monkeypatch):
    """Ctrl-Z stops the workers as well, and the clock goes on."""
    clock, later = time.monotonic, [0.0]
    monkeypatch.setattr(workers.time, "monotonic", lambda: clock() + later[0])

    def work(item):
        time.sleep(0.8)
        return item

    threading.Timer(0.3, lambda: later.append(later.pop() + 1000)).start()
    assert list(run(Task(work, lost), [1], jobs=1, limit_seconds=30, apart=True)) == [1]
    assert later == [1000]


def test_a_process_that_dies_loses_one_item():
    def work(item):
        if item == 30:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    assert list(run(Task(work, lost), range(60), jobs=2))[28:32] == [28, 29, (30, "died", ""), 31]


def test_a_process_that_dies_between_items_loses_none(tmp_path):
    def settle(results):
        if not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return results

    assert list(run(Task(lambda item: item, lost, settle), range(60), jobs=2)) == [*range(60)]


def test_what_always_goes_wrong_between_items_comes_to_an_end():
    def settle(results):
        if 30 in results:
            os.kill(os.getpid(), signal.SIGKILL)
        return results

    assert list(run(Task(lambda item: item, lost, settle), range(60), jobs=2))[30] == (30, "died", "")


@pytest.mark.parametrize("count", [3, 100])
def test_an_error_nobody_expected_is_one_item(count):
    found = list(run(Task(lambda item: 1 // item, lost), range(count), jobs=2))
    item, why, detail = found[0]
    assert (item, why) == (0, Lost.CRASHED.value)
    assert detail.startswith("ZeroDivisionError test_workers.py:")
    assert found[1] == 1
    assert len(found) == count


@pytest.mark.parametrize("count", [10, 200])
def test_ctrl_c_hands_over_what_was_done(count):
    def work(item):
        time.sleep(0.05)
        return item

    timer = threading.Timer(0.25, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    found = []
    with pytest.raises(workers.Interrupted):
        for each in run(Task(work, lost), range(count), jobs=2):
            found.append(each)  # noqa: PERF402 - kept although it raises
    assert 0 < len(found) < count
    assert found == sorted(found)


def test_workers_go_when_their_parent_is_killed(tmp_path):
    parent = os.fork()
    if parent == 0:

        def work(item):
            (tmp_path / str(os.getpid())).touch()
            time.sleep(0.1)

        list(run(Task(work, lost), range(1000), jobs=2))
        os._exit(0)
    time.sleep(1)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    children = [int(name) for name in os.listdir(tmp_path)]
    assert len(children) == 2
    deadline = time.monotonic() + 5
    while any(map(_lives, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_lives, children))


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except OSError:
        return False
