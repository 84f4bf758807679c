from __future__ import annotations

import pytest

from audit.answers import Answers, settle
from audit.compare import Change, CompareError, compare, read
from audit.hosts import Recording
from audit.model import Gap, GapKind, HostFacts, Platform, Question, Severity
from audit.recording import dump
from audit.reports.json import load
from tests.machines import FACTS, TAKEN_AT, UNREAD, host, made, match, rendered, report, viewed

ASKING = made(check=lambda _: [match("a", severity=Severity.LOW, question=Question("d", Severity.HIGH))])
RULES = [made()]


def changes(old, new):
    return [(row.change, row.finding.subject, row.sure) for row in compare(old, new).rows]


def test_new_gone_and_as_before():
    old, new = report(RULES, host(["a", "b"])), report(RULES, host(["b", "c"]))
    assert changes(old, new) == [
        (Change.NEW, "c", True),
        (Change.GONE, "a", True),
        (Change.UNCHANGED, "b", True),
    ]


@pytest.mark.parametrize(
    "new",
    [
        report(RULES, host([], [UNREAD])),
        report(RULES, host(["other"], [UNREAD])),
        report(RULES, host(seen={})),
        report([], host()),
        report([made(check=lambda _: 1 / 0)], host()),
        report([made(platforms=[Platform.WINDOWS])], host()),
    ],
    ids=["notchecked", "partly", "not recorded", "not run", "broke off", "another platform"],
)
def test_what_could_not_be_looked_at_is_not_gone(new):
    assert (Change.UNSEEN, "a", False) in changes(report(RULES, host(["a"])), new)


PROGRAMS = [Gap(GapKind.OTHER_USERS, {"unseen": each, "total": "9"}) for each in ("3", "4")]
CRASHED = Gap(GapKind.CRASHED, {"what": "test-thing", "detail": "x"})


def test_what_was_never_seen_changes_nothing():
    """A place that neither scan could see says nothing about what was found elsewhere."""
    blind = report(RULES, host([], [UNREAD]))
    assert changes(report(RULES, host(["a"], [UNREAD])), blind) == [(Change.GONE, "a", True)]
    assert changes(blind, report(RULES, host(["a"], [UNREAD]))) == [(Change.NEW, "a", True)]
    less = report(RULES, host([], [UNREAD, PROGRAMS[0]]))
    assert changes(report(RULES, host(["a"], [UNREAD])), less) == [(Change.UNSEEN, "a", False)]
    other = report(RULES, host([], [PROGRAMS[0]]))
    assert changes(report(RULES, host(["a"], [UNREAD])), other) == [(Change.UNSEEN, "a", False)]


def test_the_number_of_unseen_programs_is_no_place():
    old, new = (report(RULES, host(each, [gap])) for each, gap in zip((["a"], []), PROGRAMS, strict=True))
    assert changes(old, new) == [(Change.GONE, "a", True)]


def test_the_same_trouble_may_hide_something_else():
    old, new = report(RULES, host(["a"], [CRASHED])), report(RULES, host([], [CRASHED]))
    assert changes(old, new) == [(Change.UNSEEN, "a", False)]


def test_what_could_not_be_looked_at_before_may_not_be_new():
    assert changes(report(RULES, host([], [UNREAD])), report(RULES, host(["a"]))) == [
        (Change.NEW, "a", False)
    ]
    assert changes(report([], host()), report(RULES, host(["a"]))) == [(Change.NEW, "a", False)]


def test_what_a_person_knows_is_not_gone():
    before = report([ASKING], host())
    answers = Answers({}, {before.results[0].findings[0].key: True})
    after = settle(before, answers)
    assert changes(before, after) == [(Change.SETTLED, "a", True)]
    assert changes(after, before) == [(Change.UNCHANGED, "a", True)]
    assert changes(after, settle(after, answers)) == [(Change.UNCHANGED, "a", True)]
    assert changes(after, report([made()], host())) == [(Change.GONE, "a", True)]


def test_settled_findings_are_read_back():
    before = report([ASKING], host())
    answers = Answers({}, {before.results[0].findings[0].key: True})
    saved = load(rendered(viewed([ASKING], host(), answers), "json"))
    assert saved.results == settle(before, answers).results
    assert changes(before, saved) == [(Change.SETTLED, "a", True)]


def test_severities_of_both_are_known():
    before = report([ASKING], host())
    after = settle(before, Answers({}, {before.results[0].findings[0].key: False}))
    (row,) = compare(before, after).rows
    assert (row.change, row.before, row.finding.severity) == (Change.UNCHANGED, Severity.LOW, Severity.HIGH)


def test_the_most_serious_comes_first():
    def check(_):
        yield match("small", severity=Severity.LOW)
        yield match("big", severity=Severity.HIGH)

    assert [
        row.finding.subject for row in compare(report([], host()), report([made(check=check)], host())).rows
    ] == [
        "big",
        "small",
    ]


def test_another_account():
    other = HostFacts(Platform.LINUX, "tree", TAKEN_AT, "bob", False)
    assert compare(report([], host()), report([], host())).same_device
    assert not compare(report([], host()), report([], host(facts=other))).same_device


def test_reports_and_snapshots_are_read(tmp_path):
    (tmp_path / "report").write_text(rendered(viewed(RULES, host(["a"])), "json"))
    (tmp_path / "snapshot").write_text("".join(dump(Recording(FACTS))))
    assert read(tmp_path / "report", []).results == report(RULES, host(["a"])).results
    found = read(tmp_path / "snapshot", RULES)
    assert (found.host.kind, [each.rule for each in found.results]) == ("snapshot", ["test/thing"])


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"3", b"\xff", b"[" * 100_000, b'{"schema": "drawncurtain.scrub/1"}']
)
def test_what_is_neither(tmp_path, data):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(CompareError, match="is neither a report"):
        read(tmp_path / "file", [])


def test_a_damaged_snapshot_says_where(tmp_path):
    (tmp_path / "file").write_text("".join(dump(Recording(FACTS))) + "nonsense\n")
    with pytest.raises(CompareError, match="line 2"):
        read(tmp_path / "file", [])


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(CompareError, match=r"cannot be read: Is a directory\."):
        read(tmp_path, [])
