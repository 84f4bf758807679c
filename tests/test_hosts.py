from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from audit.artifacts import base
from audit.artifacts.base import Artifact, ParseError, collects
from audit.hosts import CollectingHost, CycleError, PhotoChoice, RecordedHost, record
from audit.model import Gap, GapKind, Platform
from audit.sources.base import ElsewhereError, Home, NotHeldError, Query, SlowError
from tests.machines import TAKEN_AT, UNREAD, Thing, host


@dataclass(frozen=True, slots=True)
class Probe(Artifact):
    KIND: ClassVar[str] = "test-probe"
    value: str


@dataclass(frozen=True, slots=True)
class Other(Artifact):
    KIND: ClassVar[str] = "test-other"


@pytest.fixture(autouse=True)
def _forgotten():
    known = dict(base._COLLECTORS)
    yield
    base._COLLECTORS.clear()
    base._COLLECTORS.update(known)


class Fake:
    """A source whose every answer is given by name."""

    platform = Platform.LINUX
    kind = "tree"
    taken_at = TAKEN_AT
    elevated = False

    def __init__(self, **answers):
        self.answers = answers
        self.homes = (Home("alice", "/home/alice"),)

    def _give(self, name):
        answer = self.answers.get(name, FileNotFoundError(errno.ENOENT, "absent"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def read(self, path, start, size):
        return self._give("read")[start : start + size]

    def stat(self, path):
        return self._give("stat")

    def readlink(self, path):
        return self._give("readlink")

    def scan(self, folder):
        return self._give("scan")

    def query(self, name):
        return self._give("query")

    def local(self, path):
        return self._give("local")

    def own(self, path, home):
        return path

    def show(self, path):
        return path.replace("/home/alice", "~")


def looked(act, source=None, photos=PhotoChoice(), survey=None):
    """What a collector that does `act` yields, and the gaps it leaves."""

    @collects(Probe)
    def collect(look) -> Iterator[Probe]:
        yield Probe(repr(act(look)))

    seen = CollectingHost(source or Fake(), survey, photos).see(Probe)
    return seen.items[0].value if seen.items else None, seen


PATH = "/home/alice/x"


@pytest.mark.parametrize(
    ("error", "gap"),
    [
        (PermissionError(errno.EACCES, "no"), Gap(GapKind.UNREADABLE, {"path": "~/x"})),
        (OSError(errno.EIO, "disk"), Gap(GapKind.UNREADABLE, {"path": "~/x"})),
        (OSError(errno.ELOOP, "loop"), Gap(GapKind.UNREADABLE, {"path": "~/x"})),
        (SlowError(errno.ETIMEDOUT, "slow"), Gap(GapKind.TIMEOUT, {"path": "~/x"})),
        (
            ElsewhereError(errno.EREMOTE, "nfs4"),
            Gap(GapKind.ELSEWHERE, {"path": "~/x", "through": "nfs4"}),
        ),
        (
            NotHeldError(errno.ENOENT, "copied"),
            Gap(GapKind.NOT_HELD, {"what": "the system's own files, outside the home folder"}),
        ),
    ],
)
@pytest.mark.parametrize("ask", ["read", "stat", "readlink", "scan"])
def test_every_failure_to_read_is_a_gap(ask, error, gap):
    value, seen = looked(lambda look: getattr(look, ask)(PATH), Fake(**{ask: error}))
    assert value in {"None", "()"}
    assert seen.gaps == (gap,)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENOTDIR])
def test_absent_is_no_gap(number):
    value, seen = looked(lambda look: look.read(PATH), Fake(read=OSError(number, "absent")))
    assert (value, seen.gaps) == ("None", ())


def test_running_programs_are_not_in_a_tree():
    _, seen = looked(lambda look: look.query(Query.PROCESSES), Fake(query=NotHeldError(errno.ENOSYS, "no")))
    assert seen.gaps == (Gap(GapKind.NOT_HELD, {"what": "running programs"}),)


def test_too_big_is_a_gap():
    value, seen = looked(lambda look: look.read(PATH, 10), Fake(read=b"a" * 11))
    assert value == "None"
    assert seen.gaps[0].kind is GapKind.TOO_BIG
    value, seen = looked(lambda look: look.read(PATH, 11), Fake(read=b"a" * 11))
    assert (value, seen.gaps) == (repr(b"a" * 11), ())


@pytest.mark.parametrize(
    ("error", "detail"),
    [(ParseError("not such a file"), "not such a file"), (ZeroDivisionError("x"), "ZeroDivisionError")],
)
def test_a_parser_that_breaks_loses_one_file_only(error, detail):
    def parser(data):
        raise error

    value, seen = looked(lambda look: look.parse(parser, PATH), Fake(read=b"data"))
    assert value == "None"
    assert seen.gaps == (Gap(GapKind.MALFORMED, {"path": "~/x", "detail": detail}),)


def test_a_collector_that_breaks_keeps_what_it_had():
    @collects(Probe)
    def collect(look):
        yield Probe("first")
        raise ValueError("a bug")

    seen = CollectingHost(Fake(), None).see(Probe)
    assert seen.items == (Probe("first"),)
    assert seen.gaps == (Gap(GapKind.CRASHED, {"what": "test-probe", "detail": "ValueError: a bug"}),)


def test_a_kind_that_nobody_collects_is_a_gap():
    seen = CollectingHost(Fake(), None).see(Other)
    assert (seen.items, seen.gaps[0].kind) == ((), GapKind.CRASHED)


def test_each_kind_is_read_once():
    count = []

    @collects(Probe)
    def collect(look):
        count.append(1)
        look.count(3)
        look.count(4)
        yield from ()

    on = CollectingHost(Fake(), None)
    assert on.see(Probe) is on.see(Probe)
    assert (count, on.see(Probe).total) == ([1], 7)


def test_gaps_of_what_a_collector_asks_for_are_its_own():
    @collects(Other)
    def others(look):
        look.gap(GapKind.UNREADABLE, path="~/other")
        yield from ()

    _, seen = looked(lambda look: len(look.see(Other)))
    assert seen.gaps == (Gap(GapKind.UNREADABLE, {"path": "~/other"}),)


def test_kinds_that_ask_for_each_other_are_a_mistake():
    @collects(Other)
    def others(look):
        look.see(Probe)
        yield from ()

    with pytest.raises(CycleError, match="test-probe → test-other → test-probe"):
        looked(lambda look: look.see(Other))


def test_pictures_that_were_left_out_are_a_gap():
    value, seen = looked(lambda look: look.pictures(["/home/alice/Pictures"]), photos=PhotoChoice(none=True))
    assert value == "()"
    assert seen.gaps[0].kind is GapKind.SKIPPED


def test_chosen_pictures():
    assert looked(lambda look: look.photo_folders)[0] == "None"
    assert looked(lambda look: look.photo_folders, photos=PhotoChoice(("/a",)))[0] == "('/a',)"


def test_no_folder_of_pictures_needs_no_walk():
    """A folder that a setting names need not be there; a tree says where it would be."""
    absent = Fake(local="/mnt/disk/absent")
    value, seen = looked(
        lambda look: look.pictures(["/absent"]), absent, survey=lambda _: pytest.fail("walked")
    )
    assert (value, seen.gaps) == ("()", ())


def test_facts():
    facts = CollectingHost(Fake(), None).facts
    assert (facts.platform, facts.kind, facts.user, facts.elevated) == ("linux", "tree", "alice", False)
    homeless = Fake()
    homeless.homes = ()
    assert CollectingHost(homeless, None).facts.user == ""


def test_a_recording_gives_back_what_was_seen():
    looked(lambda look: "x")
    kept = record(CollectingHost(Fake(), None), [Probe])
    assert RecordedHost(kept).see(Probe).items == (Probe("'x'"),)
    assert RecordedHost(kept).see(Thing).gaps[0].kind is GapKind.NOT_RECORDED


def test_a_recorded_host_is_as_it_was_recorded():
    on = host(["a"], [UNREAD])
    assert on.platform is Platform.LINUX
    assert on.taken_at == TAKEN_AT
    assert list(on.see(Thing)) == [Thing("a")]
    assert len(on.see(Thing)) == 1
