from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import asking, pages, registry, text
from audit.answers import Answers, Gate
from audit.asking import Asking, Reply, reply_of
from audit.known import mark
from audit.model import Acceptance, Question, Severity
from audit.reports.base import view
from tests import words
from tests.contracts.report import HOSTILE, UNSAFE
from tests.machines import host, made, match, report, viewed
from tests.test_known import DAY

RULES = [each for each in registry.load() if each.name in {"camera/not-covered", "access/known-passcode"}]


@pytest.fixture(autouse=True)
def _english():
    text.choose("en")
    yield
    text.choose("en")


class Talk:
    """A session whose keyboard is a list of lines."""

    def __init__(self, *typed: str, width: int = 80) -> None:
        self.keyboard = io.StringIO("".join(f"{each}\n" for each in typed))
        self.screen = io.StringIO()
        self.asking = Asking(self.keyboard, self.screen, width)

    @property
    def said(self) -> str:
        return " ".join(self.screen.getvalue().split())


def asks(subject, severity=Severity.LOW):
    return match(subject, severity=severity, question=Question("device", Severity.HIGH))


def test_gates_then_what_only_the_person_knows():
    talk = Talk("no", "n", "no", "y", "NO")
    answers = talk.asking.first(Answers(), RULES)
    assert answers.gates == dict.fromkeys(Gate, False)
    assert answers.device == {"only-you-unlock": True, "camera-covered": False}
    assert talk.said.index("somebody else see") < talk.said.index("danger") < talk.said.index("under 18")
    assert talk.said.index("under 18") < talk.said.index("5 of 5 · Is the camera of this device covered")
    assert talk.said.count("Why this is asked: ") == 5


def test_any_question_can_be_left_out():
    talk = Talk("", "no", "?", "", "yes")
    assert talk.asking.first(Answers(), RULES) == Answers(
        {Gate.DANGER: False}, device={"camera-covered": True}
    )


@pytest.mark.parametrize("typed", [["no", "q"], ["no"]], ids=["q", "end of input"])
def test_it_can_be_stopped_and_then_asks_nothing_more(tmp_path, typed):
    talk = Talk(*typed)
    answers = talk.asking.first(Answers(), RULES)
    assert answers == Answers({Gate.WATCHED: False})
    before = talk.screen.getvalue()
    rules = [made(check=lambda _: [asks("a")], folder=tmp_path)]
    assert talk.asking.about(viewed(rules, host(), answers)) == answers
    assert talk.screen.getvalue().strip() == before.strip()


def test_what_is_not_understood_is_asked_again():
    talk = Talk("perhaps", "yes and no", "yes", "q")
    assert talk.asking.first(Answers(), []).gates == {Gate.WATCHED: True}
    assert talk.said.count("Please type yes, no, q") == 2


def test_in_danger_nothing_more_is_asked():
    talk = Talk("no", "yes", "no", "no")
    answers = talk.asking.first(Answers(), RULES)
    assert answers == Answers({Gate.WATCHED: False, Gate.DANGER: True})
    assert "get to a safe place before anything on this list" in talk.said
    assert "• Call your local emergency number" in talk.said
    assert "under 18" not in talk.said


def test_what_is_answered_already_is_not_asked():
    given = Answers(dict.fromkeys(Gate, False), device={"camera-covered": True, "only-you-unlock": True})
    talk = Talk()
    assert talk.asking.first(given, RULES) == given
    assert talk.said == ""


def test_findings_ask_the_most_serious_first(tmp_path):
    rules = [
        made(check=lambda _: [asks("small"), asks("big", Severity.MEDIUM), match("other")], folder=tmp_path)
    ]
    shown = viewed(rules, host())
    talk = Talk("no", "yes")
    big, small = (
        next(each.key for each in shown.report.open if each.subject == name) for name in ("big", "small")
    )
    assert talk.asking.about(shown).findings == {big: False, small: True}
    assert talk.said.index("big is in ~/a place. 1 of 2 · Do you know big?") < talk.said.index(
        "Do you know small?"
    )
    assert "Why this is asked: It matters." in talk.said
    assert "other" not in talk.said


def test_findings_answered_or_known_already_are_not_asked(tmp_path):
    rules = [made(check=lambda _: [asks("a"), asks("b")], folder=tmp_path)]
    a, b = (each.key for each in report(rules, host()).open)
    found = mark(report(rules, host()), {b: Acceptance(Severity.LOW, DAY, "mine")}, ["test/thing"])
    shown = view(found, {each.name: each for each in rules}, Answers({}, {a: True}))
    talk = Talk()
    assert talk.asking.about(shown) == shown.answers
    assert talk.said == ""


def test_a_rule_that_is_not_installed_is_asked_about_all_the_same():
    talk = Talk("no")
    shown = view(report([made(check=lambda _: [asks("a")])], host()), {}, Answers())
    assert list(talk.asking.about(shown).findings.values()) == [False]
    assert "a 1 of 1 · Is this as it should be?" in talk.said


def test_letters_that_are_no_text_are_not_understood():
    raw = io.BytesIO(b"\xff\xfe\nyes\n")
    screen = io.StringIO()
    asking = Asking(io.TextIOWrapper(raw, "utf-8", line_buffering=True), screen, 80)
    assert asking.first(Answers(), []).gates.get(Gate.WATCHED) in {True, None}
    assert "Please type yes, no, q" in " ".join(screen.getvalue().split())


@pytest.mark.parametrize("said", [said for said in HOSTILE if said], ids=lambda said: ascii(said)[:20])
def test_text_from_a_device_stays_text(tmp_path, said):
    def check(_):
        yield match(said, params={"thing": said, "place": said}, question=Question("d", Severity.HIGH))

    talk = Talk("yes")
    talk.asking.about(viewed([made(check=check, folder=tmp_path)], host()))
    assert not [character for character in UNSAFE if character in talk.screen.getvalue()]


@pytest.mark.parametrize("language", text.languages())
def test_what_is_asked_is_calm(language):
    text.choose(language)
    talk = Talk("perhaps", "no", "no", "no", "no", "no", width=60)
    talk.asking.first(Answers(), RULES)
    assert list(words.said(talk.said)) == []
    lines = talk.screen.getvalue().replace(": ", ":\n").splitlines()  # the keys that end a line are not on it
    assert all(len(line) <= 60 for line in lines)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (" YES \n", Reply.YES),
        ("sí", Reply.YES),
        ("S", Reply.YES),
        ("n\n", Reply.NO),
        ("\n", Reply.NOTHING),
        ("?", Reply.NOTHING),
        ("Q\n", Reply.STOP),
        ("nope", None),
        ("yess", None),
    ],
)
def test_replies(line, reply):
    assert reply_of(line) is reply


@given(st.text())
def test_any_line_is_a_reply_or_none(line):
    assert reply_of(line) in {None, *Reply}


def test_a_reason_says_more_than_what_a_thing_is():
    page = pages.Page({pages.WHY: "SSH is a way in.\nWhoever holds the key gets in. A third is too long."})
    assert asking._reason(page) == "SSH is a way in. Whoever holds the key gets in."
