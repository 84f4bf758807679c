from __future__ import annotations

import pytest

from audit import engine
from audit.host import Seen
from audit.model import Confidence, Exposure, Gap, GapKind, Platform, Severity, Status
from tests.machines import FACTS, UNREAD, Thing, every_thing, host, made, match, report


def test_findings_fail():
    result = engine.run_rule(made(), host(["a", "b"]))
    assert result.status is Status.FAIL
    assert [each.subject for each in result.findings] == ["a", "b"]
    assert result.findings[0].rule == "test/thing"
    assert result.family == "test"


def test_nothing_found_and_all_seen_passes():
    result = engine.run_rule(made(), host())
    assert (result.status, result.findings, result.gaps) == (Status.PASS, (), ())


def test_nothing_found_and_something_unseen_is_not_checked():
    result = engine.run_rule(made(), host([], [UNREAD]))
    assert (result.status, result.gaps) == (Status.NOT_CHECKED, (UNREAD,))
    assert result.reason


def test_a_fail_with_gaps_says_both():
    result = engine.run_rule(made(), host(["a"], [UNREAD, UNREAD]))
    assert (result.status, result.gaps) == (Status.FAIL, (UNREAD,))


def test_what_was_not_recorded_is_not_checked():
    result = engine.run_rule(made(), host(seen={}))
    assert result.status is Status.NOT_CHECKED
    assert result.gaps[0].kind is GapKind.NOT_RECORDED


def test_gaps_in_what_only_enriches_do_not_matter():
    rule = made(needs=[], may_use=[Thing])
    assert engine.run_rule(rule, host([], [UNREAD])).status is Status.PASS


def test_another_platform():
    rule = made(platforms=[Platform.WINDOWS], check=lambda _: pytest.fail("was run"))
    result = engine.run_rule(rule, host(["a"]))
    assert result.status is Status.NOT_APPLICABLE
    assert result.reason
    assert report([rule], host(["a"])).coverage == ()


def _raising(error):
    def check(shown):
        yield match("seen before it broke")
        raise error

    return check


@pytest.mark.parametrize(
    "error",
    [ValueError("odd\x1b[2J"), KeyError(), RecursionError(), MemoryError(), AssertionError()],
    ids=repr,
)
def test_a_broken_rule_is_an_error_and_the_others_go_on(error):
    found = report([made("test/a", _raising(error)), made("test/b")], host(["x"]))
    assert [result.status for result in found.results] == [Status.ERROR, Status.FAIL]
    assert found.results[0].reason.startswith(type(error).__name__)
    assert not found.results[0].findings


@pytest.mark.parametrize(
    "yielded",
    [
        "no match at all",
        None,
        match(params={"thing": 3}),
        match(params={"thing": None}),
        match(3),
    ],
    ids=repr,
)
def test_what_is_no_match_is_the_rules_own_error(yielded):
    found = report([made("test/a", lambda _: [yielded]), made("test/b")], host(["x"]))
    assert [result.status for result in found.results] == [Status.ERROR, Status.FAIL]


class Stubborn:
    """A host that cannot be asked for one kind at all."""

    platform = Platform.LINUX

    def see(self, kind):
        raise LookupError("two kinds that ask for each other")


def test_a_kind_that_cannot_be_asked_for_is_a_gap():
    found = engine.run([made()], Stubborn(), FACTS)
    assert found.results[0].status is Status.ERROR
    assert found.coverage[0].gaps[0].kind is GapKind.CRASHED


def test_a_match_replaces_what_the_rule_declares():
    def check(_):
        yield match("a")
        yield match("b", severity=Severity.LOW, confidence=Confidence.NAME, exposure=Exposure.LEAVES)

    declared, replaced = engine.run_rule(made(check=check, severity=Severity.HIGH), host()).findings
    assert (declared.severity, declared.confidence, declared.exposure) == ("high", "seen", "here")
    assert (replaced.severity, replaced.confidence, replaced.exposure) == ("low", "name", "leaves")


def test_one_subject_is_one_finding():
    found = engine.run_rule(
        made(check=lambda _: [match("a", params={"n": "1"}), match("a")]), host()
    ).findings
    assert len(found) == 1
    assert found[0].params["n"] == "1"


def test_keys_last_from_scan_to_scan():
    """These very keys stand in people's answers files."""
    assert engine.key_of("sync/shared-folders", "Syncthing/DEVICE") == "sync/shared-folders:d38a823c8ab0"
    assert engine.key_of("a/b", "\udce9") != engine.key_of("a/b", "\ufffd")


def test_coverage_counts_records_and_gaps_once_for_each_family():
    rules = [made("one/a"), made("one/b"), made("two/c")]
    found = report(rules, host(["x", "y"], [UNREAD]))
    assert [(each.family, each.seen, each.gaps) for each in found.coverage] == [
        ("one", 2, (UNREAD,)),
        ("two", 2, (UNREAD,)),
    ]


def test_a_rule_cannot_write_coverage():
    """What is handed to a rule is a value: neither its gaps nor its records can be changed."""

    def check(shown):
        seen = shown.see(Thing)
        seen.gaps = ()
        yield from every_thing(shown)

    found = report([made(check=check)], host([], [UNREAD]))
    assert found.results[0].status is Status.ERROR
    assert found.coverage[0].gaps == (UNREAD,)
    assert isinstance(Seen(gaps=(UNREAD,)).gaps, tuple)


def test_the_report_names_rules_times_and_device():
    told = []
    on = host()
    found = engine.run([made()], on, on.facts, told.append)
    assert told == ["test/thing"]
    assert found.rules[0].rule == "test/thing"
    assert found.host == FACTS
    assert found.started <= found.ended


def test_reaching_a_severity():
    found = report([made(severity=Severity.MEDIUM)], host(["a"]))
    assert found.reaches(Severity.LOW)
    assert found.reaches(Severity.MEDIUM)
    assert not found.reaches(Severity.HIGH)
    broken = report([made("test/a", _raising(ValueError()), severity=Severity.CRITICAL)], host())
    assert not broken.reaches(Severity.LOW)


def test_gaps_are_equal_by_value():
    assert Gap(GapKind.UNREADABLE, {"path": "~/.config/thing"}) == UNREAD
