from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

import audit
from audit import text
from audit.answers import Answers, settle
from audit.compare import compare
from audit.model import Evidence, HostFacts, Match, Platform, Question, Severity
from audit.reports.comparison import Comparing
from tests.contracts.report import HOSTILE, UNSAFE
from tests.machines import TAKEN_AT, UNREAD, host, made, match, report

SCHEMA = json.loads((Path(audit.__file__).parent / "schemas" / "compare-1.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
LATER = HostFacts(Platform.LINUX, "snapshot", TAKEN_AT + timedelta(days=1), "alice", False)


@pytest.fixture(autouse=True)
def _english():
    text.choose("en")
    yield
    text.choose("en")


@pytest.fixture
def rules(tmp_path):
    return [made(folder=tmp_path)]


def lines(old, new, rules, width=80, name="new.json"):
    out = io.StringIO()
    Comparing(compare(old, new), {each.name: each for each in rules}, name).render(out, width)
    return out.getvalue()


def flat(*arguments, **more):
    return " ".join(lines(*arguments, **more).split())


def as_json(old, new, rules):
    out = io.StringIO()
    Comparing(compare(old, new), {each.name: each for each in rules}, "new.json").render_json(out)
    value = json.loads(out.getvalue())
    VALIDATOR.validate(value)
    return value


def test_what_is_said(rules):
    out = flat(report(rules, host(["a", "b"])), report(rules, host(["b", "c"])), rules)
    assert (
        out.index("NEW (1) · c is in ~/a place.")
        < out.index("GONE (1) · a is in")
        < out.index("AS BEFORE (1)")
    )
    assert "b is in" not in out
    assert "What to do about what is new, in safe order: curtain checklist new.json" in out
    assert "may have been taken away by you, by a program, or by somebody else" in out
    assert "may still be there" not in out
    assert "may have been there" not in out


def test_not_visible_is_not_gone(rules):
    out = flat(report(rules, host(["a"])), report(rules, host([], [UNREAD])), rules)
    assert "NO LONGER VISIBLE (1) · a is in ~/a place." in out
    assert "It may still be there: this check saw less this time." in out
    assert "GONE" not in out
    out = flat(report(rules, host([], [UNREAD])), report(rules, host(["a"])), rules)
    assert "NEW (1)" in out
    assert "It may have been there already" in out


def test_what_became_more_serious_is_named(tmp_path):
    rules = [
        made(
            folder=tmp_path,
            check=lambda _: [match(severity=Severity.LOW, question=Question("d", Severity.HIGH))],
        )
    ]
    before = report(rules, host())
    key = before.results[0].findings[0].key
    worse = flat(before, settle(before, Answers({}, {key: False})), rules)
    assert "minor before, serious now" in worse
    assert "only because" not in worse
    again = flat(settle(before, Answers({}, {key: False})), before, rules)
    assert "serious before, minor now · only because its question was not answered this time" in again
    settled = flat(before, settle(before, Answers({}, {key: True})), rules)
    assert "YOU SAID THAT YOU KNOW ABOUT THESE (1)" in settled
    assert "GONE" not in settled


def test_no_verdict(rules):
    out = flat(report(rules, host()), report(rules, host()), rules)
    assert "Neither scan found anything." in out
    assert "Nothing found does not mean that nothing is there" in out
    for word in (" safe", "clean", "!", "score"):
        assert word not in out


def test_order_and_owner_are_said(rules):
    early, late = report(rules, host()), report(rules, host(facts=replace(LATER, user="bob")))
    assert "The first file is the newer one" in flat(late, early, rules)
    assert "different accounts" in flat(late, early, rules)
    same = flat(early, report(rules, host(facts=LATER)), rules)
    assert "newer one" not in same
    assert "different accounts" not in same
    assert as_json(early, late, rules)["same_device"] is False


def test_many_are_counted(rules):
    out = flat(report(rules, host()), report(rules, host([f"thing {number}" for number in range(20)])), rules)
    assert out.count("is in ~/a place.") == 12
    assert "and 8 more, listed by: --format json" in out


def test_the_command_for_more_is_ready_to_copy(rules):
    old = report(rules, host(["a"]))
    assert "curtain checklist 'my report.json'" in lines(old, old, rules, name="my report.json")
    assert "curtain scan --from x.jsonl" in lines(
        old, report(rules, host(["a"], facts=LATER)), rules, name="x.jsonl"
    )


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_the_terminal(rules, width):
    for line in lines(
        report(rules, host(["a"], [UNREAD])), report(rules, host(["c"], [UNREAD])), rules, width
    ).splitlines():
        assert len(line) <= min(width, 80), line


def test_json(rules):
    value = as_json(
        report(rules, host(["a", "b"])), report(rules, host(["b", "c"], [UNREAD], facts=LATER)), rules
    )
    assert value["totals"] == {"new": 1, "gone": 0, "unseen": 1, "settled": 0, "unchanged": 1}
    rows = {row["subject"]: row for row in value["findings"]}
    assert {name: (row["change"], row["sure"], row["severity_before"]) for name, row in rows.items()} == {
        "c": ("new", True, None),
        "a": ("unseen", False, "medium"),
        "b": ("unchanged", True, "medium"),
    }
    assert rows["c"]["text"] == "c is in ~/a place."
    assert value["new"]["taken_at"] == "2026-01-02T12:00:00Z"


@pytest.mark.parametrize(
    "change",
    [lambda v: v.pop("totals"), lambda v: v.update(x=1), lambda v: v["findings"][0].update(change="lost")],
)
def test_the_schema_is_strict(rules, change):
    value = as_json(report(rules, host()), report(rules, host(["a"])), rules)
    change(value)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(value)


@pytest.mark.parametrize("said", [said for said in HOSTILE if said], ids=lambda said: ascii(said)[:20])
def test_text_from_a_device_stays_text(tmp_path, said):
    def check(_):
        yield Match(
            said, [Evidence(said, said, {"name": said})], {"thing": said, "place": said, "kind": said}
        )

    rules = [made(check=check, folder=tmp_path)]
    for old, new in (
        (report(rules, host()), report([], host())),
        (report([], host()), report(rules, host())),
    ):
        out = lines(old, new, rules, name=said)
        assert not [character for character in UNSAFE if character in out]
        out.encode("utf-8")
        json.dumps(as_json(old, new, []), ensure_ascii=False).encode("utf-8")
