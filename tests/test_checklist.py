from __future__ import annotations

import pytest

from audit import checklist, pages
from audit.answers import Answers, Gate
from audit.model import Caution, Confidence, Effort, Exposure, Lane, Question, Severity, Urgency
from tests.machines import NOTICED, SAFE, host, made, match, report

SERIOUS = {"severity": Severity.HIGH, "exposure": Exposure.LEAVES}


def steps(rules, answers=Answers(), on=None):
    return checklist.make(report(rules, on or host(["a"])), {each.name: each for each in rules}, answers)


def ids(*arguments):
    return [step.id for step in steps(*arguments)]


def test_lanes_come_in_order():
    rules = [made(cautions=[*NOTICED, Caution.DESTROYS_EVIDENCE, Caution.LOCKS_OUT_OWNER], **SERIOUS)]
    answers = Answers({Gate.WATCHED: True, Gate.DANGER: True, Gate.MINOR: True})
    found = steps(rules, answers)
    assert [step.lane for step in found] == sorted((step.lane for step in found), key=lambda lane: lane.rank)
    assert [step.id for step in found] == [
        "safety/emergency",
        "safety/talk-first",
        "document/keep-a-way-in",
        "document/write-down",
        "help/take-it-down",
        "help/support",
        "harden/test/thing",
    ]


def test_evidence_comes_before_what_destroys_it():
    found = ids([made(cautions=[Caution.DESTROYS_EVIDENCE])])
    assert found.index("document/write-down") < found.index("harden/test/thing")


def test_a_way_in_comes_before_locks():
    found = ids([made(cautions=[Caution.LOCKS_OUT_OWNER])])
    assert found.index("document/keep-a-way-in") < found.index("harden/test/thing")


def test_help_for_what_is_serious_and_noticed():
    assert "help/support" in ids([made(cautions=NOTICED, **SERIOUS)])
    assert "help/support" not in ids([made(cautions=NOTICED)])
    assert "safety/talk-first" in ids([made(cautions=NOTICED)])
    assert "safety/talk-first" not in ids([made(cautions=NOTICED, severity=Severity.LOW)])


def test_harmless_findings_ask_for_no_preparation():
    assert ids([made()]) == ["harden/test/thing"]


def test_info_never_enters():
    assert ids([made(severity=Severity.INFO, cautions=list(Caution))]) == []


def test_order_within_a_lane():
    rules = [
        made("t/later", severity=Severity.LOW),
        made("t/soon-long", severity=Severity.MEDIUM, exposure=Exposure.SHARED, effort=Effort.HOUR),
        made("t/soon-short", severity=Severity.MEDIUM, exposure=Exposure.SHARED),
        made("t/soon-worse", severity=Severity.MEDIUM, exposure=Exposure.LEAVES, effort=Effort.LONGER),
        made("t/now", severity=Severity.CRITICAL),
    ]
    assert ids(rules) == [
        f"harden/t/{name}" for name in ("now", "soon-worse", "soon-short", "soon-long", "later")
    ]


@pytest.mark.parametrize(
    ("gates", "held"),
    [
        ({}, {Gate.WATCHED, Gate.DANGER}),
        ({Gate.WATCHED: False}, {Gate.DANGER}),
        ({Gate.DANGER: False}, {Gate.WATCHED}),
        ({Gate.WATCHED: False, Gate.DANGER: True}, {Gate.DANGER}),
        ({Gate.WATCHED: True, Gate.DANGER: False}, set()),
        ({Gate.WATCHED: False, Gate.DANGER: False}, set()),
    ],
)
def test_what_others_may_notice_waits(gates, held):
    (own,) = [step for step in steps([made(cautions=NOTICED)], Answers(gates)) if step.lane is Lane.HARDEN]
    assert set(own.held) == held


def test_what_nobody_notices_does_not_wait():
    assert steps([made()])[0].held == ()


def test_pictures_of_children_are_for_specialists():
    rule = made("photos/location")
    assert steps([rule], SAFE)[0].held == ()
    found = {step.id: step for step in steps([rule], Answers({Gate.MINOR: True}))}
    assert found["harden/photos/location"].held == (Gate.MINOR,)
    assert found["help/take-it-down"].urgency is Urgency.NOW


def test_danger_comes_first_even_where_nothing_was_found():
    assert ids([], Answers({Gate.DANGER: True})) == ["safety/emergency"]
    assert ids([], Answers({Gate.WATCHED: True})) == ["safety/talk-first"]


@pytest.mark.parametrize(
    ("facts", "quick"),
    [
        ({}, True),
        ({"reversible": False}, False),
        ({"effort": Effort.QUARTER_HOUR}, False),
        ({"cautions": NOTICED}, False),
    ],
)
def test_quick_wins(facts, quick):
    (own,) = [step for step in steps([made(**facts)]) if step.lane is Lane.HARDEN]
    assert own.quick_win is quick


def test_one_step_for_each_rule_with_the_worst_first():
    def check(_):
        yield match("small", severity=Severity.LOW)
        yield match("big", severity=Severity.HIGH, exposure=Exposure.LEAVES)
        yield match("unsure", severity=Severity.HIGH, exposure=Exposure.LEAVES, confidence=Confidence.NAME)

    (own,) = steps([made(check=check)])
    assert [finding.subject for finding in own.because] == ["big", "unsure", "small"]
    assert own.urgency is Urgency.NOW


def test_an_open_question_does_not_hold_anything():
    rule = made(check=lambda _: [match(question=Question("device", Severity.HIGH))])
    assert steps([rule])[0].held == ()


def test_a_rule_that_is_not_installed_is_treated_with_care():
    found = checklist.make(report([made()], host(["a"])), {}, Answers())
    own = next(step for step in found if step.lane is Lane.HARDEN)
    assert set(own.cautions) == set(Caution)
    assert set(own.held) == {Gate.WATCHED, Gate.DANGER}
    assert not own.quick_win
    assert checklist.page_stem(own.id, {}) is None


def test_every_shared_step_has_its_page():
    shared = (
        checklist.EMERGENCY,
        checklist.TALK_FIRST,
        checklist.WRITE_DOWN,
        checklist.KEEP_A_WAY_IN,
        checklist.SUPPORT,
        checklist.TAKE_IT_DOWN,
    )
    for each in shared:
        page = pages.page_of(checklist.page_stem(each.id, {}))
        assert page.title
        assert pages.items(page.section(pages.DO))
