from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.answers import SETTLED, Answers, AnswersError, Gate, parse, settle
from audit.model import Question, Severity, Status
from tests.machines import UNREAD, host, made, match, report

ASKING = made(check=lambda _: [match(severity=Severity.LOW, question=Question("device", Severity.HIGH))])


def test_a_file_of_answers():
    found = parse("watched: no\ndanger: yes # now\nanswers:\n  sync/x:0123456789ab: yes\n")
    assert found == Answers({Gate.WATCHED: False, Gate.DANGER: True}, {"sync/x:0123456789ab": True})


def test_questions_about_the_device():
    found = parse("camera-covered: no\nonly-you-unlock: sí\nyour-own-device: unknown\n")
    assert found == Answers(device={"camera-covered": False, "only-you-unlock": True})


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "watched:\n", "watched: unknown\n", "answers:\n", "answers: {}"]
)
def test_unanswered(text):
    assert parse(text) == Answers()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("watched: perhaps", "'perhaps'"),
        ("watched: 1", "yes, no or unknown"),
        ("watchd: no", "'watchd'"),
        ("watched: [", "line"),
        ("- watched", "a line each"),
        ("just words", "a line each"),
        ("answers: [a]", "answers:"),
        ("answers: {k: maybe}", "'maybe'"),
        ("watched: no\nwatched: !!python/object/apply:os.system [id]", "line 2"),
        ("[" * 5000, "not written as"),
        ("? [a, b]\n: no", "line 1"),
        ("3: no", "There is no question called 3"),
        ("watched: 2026-13-45", "line 1"),
        ("watched: !!timestamp no", "line 1"),
    ],
)
def test_mistakes_are_told_in_a_sentence(text, says):
    with pytest.raises(AnswersError, match=says) as caught:
        parse(text)
    assert str(caught.value).endswith(".")


@given(st.text())
def test_any_text_is_answers_or_a_mistake(text):
    with contextlib.suppress(AnswersError):
        assert isinstance(parse(text), Answers)


def test_yes_settles_a_finding():
    before = report([ASKING], host())
    key = before.results[0].findings[0].key
    after = settle(before, Answers({}, {key: True}))
    assert (after.results[0].status, after.results[0].findings) == (Status.PASS, ())
    assert after.results[0].reason == SETTLED


def test_yes_does_not_hide_what_was_not_seen():
    before = report([ASKING], host([], [UNREAD]))
    after = settle(before, Answers({}, {before.results[0].findings[0].key: True}))
    assert (after.results[0].status, after.results[0].gaps) == (Status.NOT_CHECKED, (UNREAD,))


def test_no_makes_it_as_serious_as_it_is():
    before = report([ASKING], host())
    after = settle(before, Answers({}, {before.results[0].findings[0].key: False}))
    assert after.results[0].findings[0].severity is Severity.HIGH
    assert after.results[0].findings[0].question is None


def test_what_asks_nothing_cannot_be_answered_away():
    before = report([made()], host(["a"]))
    key = before.results[0].findings[0].key
    assert settle(before, Answers({}, {key: True})) == before


def test_unanswered_stays():
    before = report([ASKING], host())
    assert settle(before, Answers()) == before
