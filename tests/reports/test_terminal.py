from __future__ import annotations

import pytest

from audit import text
from audit.answers import Answers, Gate
from audit.model import Caution, Gap, GapKind, HostFacts, Lane, Platform, Question, Severity
from audit.reports.terminal import LANES
from tests.contracts.report import ReportContract
from tests.machines import NOTICED, SAFE, TAKEN_AT, UNREAD, host, made, match, rendered, viewed


class TestTerminal(ReportContract):
    name = "terminal"


@pytest.fixture(autouse=True)
def _english():
    text.choose("en")
    yield
    text.choose("en")


def lines(rules, on, answers=SAFE, width=80):
    return rendered(viewed(rules, on, answers), width=width).splitlines()


def flat(*arguments, **more):
    return " ".join(" ".join(lines(*arguments, **more)).split())


@pytest.mark.parametrize("count", [1, 2, 13])
def test_the_first_screen_says_how_much_was_not_seen(tmp_path, count):
    gaps = [Gap(GapKind.UNREADABLE, {"path": f"~/{number}"}) for number in range(count)]
    first = lines([made(folder=tmp_path)], host([], gaps))[:8]
    assert any(f"{count} thing" in line for line in first)
    assert "does not mean fine" in " ".join(first)


def test_a_broken_check_was_not_seen_either(tmp_path):
    first = lines([made("test/broken", lambda _: 1 / 0, tmp_path)], host())[:8]
    assert any("1 thing could not be seen" in line for line in first)


def test_all_seen_says_nothing_of_the_sort(tmp_path):
    assert "could not be seen" not in flat([made(folder=tmp_path)], host())


def test_no_verdict(tmp_path):
    out = flat([made(folder=tmp_path)], host())
    assert "Nothing found does not mean that nothing is there" in out
    for word in (" safe", "clean", "!", "score"):
        assert word not in out


def test_many_gaps_are_counted():
    gaps = [Gap(GapKind.UNREADABLE, {"path": f"~/{number}"}) for number in range(20)]
    assert "and 8 more, listed by:" in flat([made()], host([], gaps))


def test_gates_come_before_any_step(tmp_path):
    out = flat([made(folder=tmp_path, cautions=NOTICED)], host(["x"]), Answers())
    assert (
        out.index("watched") < out.index(text.gettext(LANES[Lane.SAFETY])) < out.index("x is in ~/a place.")
    )
    assert "1 step that others could notice is held back" in out
    assert "Some questions" not in flat([made(folder=tmp_path)], host(["x"]))


def test_a_held_step_does_not_say_what_to_do(tmp_path):
    held = flat([made(folder=tmp_path, cautions=NOTICED)], host(["x"]), Answers())
    assert "HELD BACK UNTIL" in held
    assert "x is in ~/a place." in held
    assert "less ~/'a place'" not in held
    told = flat([made(folder=tmp_path, cautions=NOTICED)], host(["x"]))
    assert "HELD BACK" not in told
    assert "less ~/'a place'" in told


def test_danger_holds_what_others_notice(tmp_path):
    out = flat(
        [made(folder=tmp_path, cautions=NOTICED)],
        host(["x"]),
        Answers({Gate.WATCHED: False, Gate.DANGER: True}),
    )
    assert "get to a safe place before anything" in out
    assert "less ~/'a place'" not in out


def test_reasons_are_words(tmp_path):
    out = flat([made(folder=tmp_path)], host(["x"]))
    assert (
        "when you can · medium · only on this account · seen directly · 5 minutes · can be undone, and is not noticed"
        in out
    )
    out = flat([made(folder=tmp_path, cautions=NOTICED)], host(["x"]))
    assert "5 minutes · others may notice" in out


def test_seven_steps_and_more(tmp_path):
    rules = [made(f"test/rule-{number}", folder=tmp_path) for number in range(10)]
    out = flat(rules, host(["x"]))
    assert "and 3 more:" in out
    assert out.count("More about this:") == 7


def test_three_findings_and_more(tmp_path):
    out = flat([made(folder=tmp_path)], host(["a", "b", "c", "d", "e"]))
    assert sum(f" {name} is in ~/a place." in out for name in "abcde") == 3
    assert "and 2 more" in out


def test_a_question_says_how_to_answer(tmp_path):
    rule = made(check=lambda _: [match("a", question=Question("d", Severity.HIGH))], folder=tmp_path)
    shown = viewed([rule], host())
    key = shown.report.results[0].findings[0].key
    out = rendered(shown)
    assert "Do you know a?" in out
    assert f"{key}: yes" in out


def test_a_command_stays_on_one_line(tmp_path):
    name = "~/" + "a long folder name " * 8
    rule = made(check=lambda _: [match("x", params={"place": name})], folder=tmp_path)
    command = f"less {text.quoted(name)}"
    for width in (80, 40):
        assert any(command in line for line in lines([rule], host(), width=width))


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_the_terminal(tmp_path, width):
    rules = [made(folder=tmp_path, cautions=list(Caution)), made("test/b", lambda _: 1 / 0)]
    for answers in (SAFE, Answers()):
        for line in lines(rules, host(["x"], [UNREAD]), answers, width):
            assert len(line) <= min(width, 80) or " " not in line.strip(" ·→•"), line


@pytest.mark.parametrize("kind", ["live", "tree", "snapshot"])
def test_what_was_looked_at(kind):
    facts = HostFacts(Platform.LINUX, kind, TAKEN_AT, "alice", False)
    first = lines([], host(facts=facts))[0]
    assert first.endswith((".", "again."))
    assert "2026" in first
    assert ("running system can hide" in flat([], host(facts=facts))) is (kind == "live")


def test_no_colours_in_a_file(tmp_path):
    assert "\x1b" not in rendered(viewed([made(folder=tmp_path)], host(["x"])))
