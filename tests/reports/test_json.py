from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audit
from audit.model import Confidence, Evidence, Gap, GapKind, Match, Question, Severity
from audit.reports.json import ReportError, load
from tests.contracts.report import HOSTILE, ReportContract
from tests.machines import UNREAD, host, made, match, rendered, report, viewed

SCHEMA = json.loads((Path(audit.__file__).parent / "schemas" / "report-1.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


class TestJson(ReportContract):
    name = "json"

    def shown(self, *arguments, **more):
        out = super().shown(*arguments, **more)
        VALIDATOR.validate(json.loads(out))
        return out

    def hostile(self, folder, said):
        if not said:
            return ""
        value = json.loads(super().hostile(folder, said))
        (finding,) = value["results"][0]["findings"]
        if said.isprintable() and said.isascii():
            assert finding["params"]["thing"] == said
        return value


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.pop("lang"),
        lambda v: v.update(more=1),
        lambda v: v["host"].update(kind="phone"),
        lambda v: v.update(started="2026-01-01T12:00:00+01:00"),
        lambda v: v["results"][0].update(status="pass"),
        lambda v: v["results"][0]["findings"][0].update(severity="HIGH"),
        lambda v: v["results"][0]["findings"][0].update(key="x"),
        lambda v: v["results"][0]["findings"][0]["evidence"].clear(),
        lambda v: v["checklist"][0].update(held=[]),
        lambda v: v["coverage"][0].update(seen=-1),
    ],
)
def test_the_schema_is_strict(tmp_path, change):
    value = json.loads(rendered(viewed([made(folder=tmp_path)], host(["a"])), "json"))
    VALIDATOR.validate(value)
    change(value)
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(value)


def asking(_):
    yield match("a", question=Question("device", Severity.HIGH), confidence=Confidence.SIGN)


def test_a_report_is_read_back():
    rules = [made(check=asking), made("test/b"), made("test/c", lambda _: 1 / 0)]
    before = report(rules, host(["x"], [UNREAD, Gap(GapKind.TIMEOUT, {"path": "/mnt/x"})]))
    shown = viewed(rules, host(["x"], [UNREAD, Gap(GapKind.TIMEOUT, {"path": "/mnt/x"})]))
    after = load(rendered(shown, "json"))
    assert after.results == before.results
    assert after.coverage == before.coverage
    assert (after.host, after.rules) == (before.host, before.rules)


def test_questions_stand_in_words(tmp_path):
    value = json.loads(rendered(viewed([made(check=asking, folder=tmp_path)], host()), "json"))
    question = value["results"][0]["findings"][0]["question"]
    assert question == {"topic": "device", "otherwise": "high", "text": "Do you know a?"}


def test_a_path_that_is_not_utf8_has_its_bytes():
    def check(_):
        yield Match("a", [Evidence("x", "~/caf\udce9", {})])

    value = json.loads(rendered(viewed([made(check=check)], host()), "json"))
    (evidence,) = value["results"][0]["findings"][0]["evidence"]
    assert evidence["locator"] == "~/caf\ufffd"
    assert base64.b64decode(evidence["path_bytes"]) == b"~/caf\xe9"


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "[" * 100_000,
        '{"schema": "drawncurtain.snapshot/1"}',
        '{"schema": "drawncurtain.report/1"}',
    ],
)
def test_what_is_no_report(data):
    with pytest.raises(ReportError, match="This is not a report"):
        load(data)


def paths(value, here=()):
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inside in items:
        yield from paths(inside, (*here, name))


GOOD = json.loads(rendered(viewed([made(check=asking)], host([], [UNREAD])), "json"))


@given(
    st.sampled_from([path for path in paths(GOOD) if path]),
    st.sampled_from([None, 3, "x", [], {}, [[]], {"a": {}}]),
)
def test_a_damaged_report_is_a_report_or_none(path, value):
    damaged = json.loads(json.dumps(GOOD))
    place = damaged
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with contextlib.suppress(ReportError):
        assert load(json.dumps(damaged)).results is not None


def test_hostile_text_is_the_same_after_reading_back():
    for said in HOSTILE[:4]:
        rule = made(check=lambda _, said=said: [match(said)])
        shown = viewed([rule], host())
        assert load(rendered(shown, "json")).results[0].findings[0].subject == said
