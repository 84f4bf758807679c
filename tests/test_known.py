from __future__ import annotations

import contextlib
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.answers import Answers, settle
from audit.checklist import make
from audit.known import KnownError, entry, mark, parse
from audit.model import Acceptance, Question, Severity, Unmet, UnmetWhy
from audit.reports.base import view
from audit.reports.json import load
from tests.machines import NOTICED, SAFE, UNREAD, host, made, match, rendered, report
from tests.reports.test_json import VALIDATOR

DAY = date(2026, 11, 21)
MINE = Acceptance(Severity.MEDIUM, DAY, "my own phone")
RULES = [made()]
A, B = (found.key for found in report(RULES, host(["a", "b"])).results[0].findings)


def marked(on, accepted, rules=RULES, names=("test/thing",)):
    return mark(report(rules, on), accepted, names)


def shown(found, rules, known_file="", answers=SAFE):
    return view(found, {each.name: each for each in rules}, answers, known_file)


def flat(*arguments, **more):
    return " ".join(rendered(shown(*arguments, **more)).split())


def test_a_file():
    text = f'{A}:\n  severity: medium\n  since: 2026-11-21\n  reason: my own phone\n{B}: {{severity: low, since: 2026-01-02, reason: "no"}}\n'
    assert parse(text) == {A: MINE, B: Acceptance(Severity.LOW, date(2026, 1, 2), "no")}


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_nothing(text):
    assert parse(text) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "line 1"),
        ("a: 1\nb: [", "line 2"),
        ("[" * 5000, "line 1"),
        ("? [a]\n: b", "line 1"),
        ("a:\n  severity: low\n  since: 2026-01-01\n  reason: one: two", "needs quotes"),
        ("- a", "by their keys"),
        ("words", "by their keys"),
        ("k: words", "three lines"),
        ("k: {severity: low, since: 2026-01-01}", "k needs three lines"),
        ("k: {severity: low, since: 2026-01-01, reason: x, more: y}", "three lines"),
        ("k: {severity: low, since: 2026-01-01, reason: [x]}", "three lines"),
        ("k: {severity: bad, since: 2026-01-01, reason: x}", "info, low, medium, high, critical"),
        ("k: {severity: low, since: 2026-13-45, reason: x}", "like this: 2026-11-21"),
        ("k: {severity: low, since: today, reason: x}", "like this: 2026-11-21"),
        ('k: {severity: low, since: 2026-01-01, reason: ""}', "its reason is empty"),
    ],
)
def test_mistakes_are_told_in_a_sentence(text, says):
    with pytest.raises(KnownError, match=says) as caught:
        parse(text)
    assert str(caught.value).endswith(".")


@given(st.text())
def test_any_text_is_a_file_or_a_mistake(text):
    with contextlib.suppress(KnownError):
        assert isinstance(parse(text), dict)


def test_what_is_offered_is_read_once_the_reason_is_written():
    (finding,) = report(RULES, host(["a"])).results[0].findings
    lines = "\n".join(entry(finding, DAY))
    with pytest.raises(KnownError, match="reason is empty"):
        parse(lines)
    assert parse(lines.replace('""', '"my own phone"')) == {A: MINE}


def test_what_is_known_asks_for_no_step_and_does_not_count(tmp_path):
    rules = [made(folder=tmp_path, cautions=NOTICED)]
    found = marked(host(["a"]), {A: MINE}, rules)
    assert make(found, {}, SAFE) == ()
    assert not found.reaches(Severity.LOW)
    half = marked(host(["a", "b"]), {A: MINE}, rules)
    assert {each.key for step in make(half, {}, SAFE) for each in step.because} == {B}
    assert half.reaches(Severity.MEDIUM)


def test_it_is_listed_apart_with_reason_and_day(tmp_path):
    rules = [made(folder=tmp_path)]
    out = flat(marked(host(["a", "b"]), {A: MINE}, rules), rules)
    steps, apart = out.split("YOU SAID THAT YOU KNOW ABOUT THESE (1)")
    assert "a is in ~/a place. 21 November 2026: my own phone" in apart
    assert "b is in ~/a place." in steps
    assert "a is in ~/a place." not in steps
    assert "YOU SAID" not in flat(marked(host(["a"]), {}, rules), rules)


def test_more_serious_than_it_was_is_shown_again(tmp_path):
    rules = [made(folder=tmp_path, severity=Severity.HIGH)]
    found = marked(host(["a"]), {A: MINE}, rules)
    assert found.reaches(Severity.HIGH)
    out = flat(found, rules)
    assert "YOU SAID" not in out
    assert (
        "a is in ~/a place. You said that you know about this (21 November 2026: my own phone). It is more serious now"
        in out
    )
    careful = [made(folder=tmp_path, severity=Severity.HIGH, cautions=NOTICED)]
    held = flat(marked(host(["a"]), {A: MINE}, careful), careful, answers=Answers())
    assert "HELD BACK" in held
    assert "It is more serious now" in held


def test_less_serious_than_it_was_stays_known():
    assert marked(host(["a"]), {A: MINE}, [made(severity=Severity.LOW)]).results[0].findings[0].accepted


def test_an_answer_may_make_it_more_serious():
    rule = made(check=lambda _: [match("a", severity=Severity.LOW, question=Question("d", Severity.HIGH))])
    accepted = {A: Acceptance(Severity.LOW, DAY, "x")}
    told = settle(report([rule], host()), Answers({}, {A: False}))
    assert mark(told, accepted, ["test/thing"]).open
    assert not mark(report([rule], host()), accepted, ["test/thing"]).open
    gone = mark(settle(report([rule], host()), Answers({}, {A: True})), accepted, ["test/thing"])
    assert gone.unmet == ()


@pytest.mark.parametrize(
    ("on", "names", "why", "says"),
    [
        (host(["b"]), ["test/thing"], UnmetWhy.GONE, "not found any more"),
        (host([], [UNREAD]), ["test/thing"], UnmetWhy.UNSEEN, "could not see everything"),
        (host(["b"], [UNREAD]), ["test/thing"], UnmetWhy.UNSEEN, "could not see everything"),
        (host(), ["test/other"], UnmetWhy.UNKNOWN, "no check is called that"),
    ],
)
def test_what_is_not_met_is_said(on, names, why, says):
    found = marked(on, {A: MINE}, names=names)
    assert found.unmet == (Unmet(A, why, MINE),)
    assert f"{A}: " in flat(found, RULES)
    assert says in flat(found, RULES)


def test_a_check_that_did_not_run_says_nothing_about_it():
    assert mark(report([], host()), {A: MINE}, ["test/thing"]).unmet[0].why is UnmetWhy.UNSEEN


def test_json_keeps_it_marked_and_reads_it_back(tmp_path):
    rules = [made(folder=tmp_path)]
    before = marked(host(["a"]), {A: MINE, B: MINE, "nonsense": MINE}, rules)
    value = json.loads(rendered(shown(before, rules), "json"))
    VALIDATOR.validate(value)
    (finding,) = value["results"][0]["findings"]
    assert finding["known"] == {
        "severity": "medium",
        "since": "2026-11-21",
        "reason": "my own phone",
        "holds": True,
    }
    assert [(row["key"], row["why"]) for row in value["unmet"]] == [(B, "gone"), ("nonsense", "unknown")]
    after = load(json.dumps(value))
    assert (after.results, after.unmet) == (before.results, before.unmet)


def test_lines_to_copy_are_offered_only_with_a_file(tmp_path):
    rules = [made(folder=tmp_path)]
    found = marked(host(["a", "b"]), {A: MINE}, rules)
    assert "IF YOU KNOW" not in flat(found, rules)
    out = rendered(shown(found, rules, "known.yaml"))
    offered = out.split("IF YOU KNOW ABOUT SOMETHING HERE")[1].split("NOT SEEN")[0]
    assert "Add its lines to known.yaml" in offered
    assert list(parse(offered.partition("\n\n")[2].replace('""', "x"))) == [B]


def test_a_hostile_name_stays_in_its_comment(tmp_path):
    rules = [
        made(
            folder=tmp_path,
            check=lambda _: [match("a", params={"thing": "x\nevil:\n  reason: y " + "long " * 60})],
        )
    ]
    out = rendered(shown(marked(host(), {}, rules), rules, "known.yaml"))
    offered = out.split("IF YOU KNOW ABOUT SOMETHING HERE")[1].split("NOT SEEN")[0]
    assert list(parse(offered.partition("\n\n")[2].replace('""', "x"))) == [A]
