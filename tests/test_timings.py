from __future__ import annotations

import time

import pytest

from audit import engine, text
from audit.model import Status
from audit.timings import Timings, since_start
from tests.machines import Thing, host, made, match, report


class Slow:
    """A host that takes its time to look."""

    def __init__(self, on, seconds, meanwhile=lambda: None):
        self.on, self.seconds, self.meanwhile = on, seconds, meanwhile
        self.platform, self.taken_at, self.facts = on.platform, on.taken_at, on.facts

    def see(self, kind):
        time.sleep(self.seconds)
        self.meanwhile()
        return self.on.see(kind)


@pytest.fixture(autouse=True)
def _english():
    text.choose("en")


def slow(on):
    time.sleep(0.03)
    yield from (match(each.name) for each in on.see(Thing))


def test_a_rule_is_apart_from_what_it_made_us_read():
    timings = Timings()
    rules = timings.timed([made("test/slow", slow, needs=[]), made("test/quick")])
    results = engine.run(rules, timings.host(Slow(host(["a"]), 0.4)), host().facts).results
    assert [result.status for result in results] == [Status.FAIL, Status.FAIL]
    assert 0.03 <= timings.rules["test/slow"] < 0.3
    assert timings.rules["test/quick"] < 0.3
    assert timings.seeing >= 0.8


def test_pictures_are_apart_from_the_rest_of_the_reading():
    timings = Timings()
    survey = timings.survey(lambda _: time.sleep(0.4))
    timings.host(Slow(host(), 0.02, lambda: survey([]))).see(Thing)
    assert timings.pictures >= 0.4
    assert 0.02 <= timings.seeing - timings.pictures < 0.3


def test_timing_changes_nothing():
    rules = [made(), made("test/broken", lambda _: 1 / 0), made("test/half", broken)]
    timings = Timings()
    timed = engine.run(timings.timed(rules), timings.host(host(["a"])), host().facts)
    assert timed.results == report(rules, host(["a"])).results
    assert set(timings.rules) == {"test/thing", "test/broken", "test/half"}


def broken(_):
    yield match("seen before it broke")
    raise ValueError("x")


def test_lines():
    timings = Timings(start=0.25, seeing=1.5, pictures=0.5, rules={"b/quick": 0.001, "a/slow": 0.004})
    assert [line.split() for line in timings.lines()] == [
        ["start-up", "250.0", "ms"],
        ["reading", "the", "device", "1000.0", "ms"],
        ["pictures", "500.0", "ms"],
        ["all", "checks", "together", "5.0", "ms"],
        ["a/slow", "4.0", "ms"],
        ["b/quick", "1.0", "ms"],
    ]
    assert len({len(line) for line in timings.lines()}) == 1


def test_the_process_began_before_now(monkeypatch):
    first = since_start()
    time.sleep(0.02)
    assert first > 0
    assert 0.01 <= since_start() - first < 5
    monkeypatch.delattr(time, "clock_gettime")
    assert since_start() > 0
