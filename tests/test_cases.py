from __future__ import annotations

import pytest

from audit.cases import CaseError, cases_of, tried
from audit.registry import load

RULE = next(each for each in load() if each.name == "camera/site-grants")
GRANT = "{browser: B, profile: P, user: alice, site: S, device: camera, settings: ~/x}"
FAIL = f"- name: one\n  seen:\n    site-grant:\n    - {GRANT}\n"


@pytest.fixture
def problems(tmp_path):
    def of(text):
        (tmp_path / "rule.cases.yaml").write_text(text)
        loaded = type(RULE)(RULE.name, RULE.rule, tmp_path / "rule", RULE.origin)
        return [problem for outcome in tried(loaded) for problem in outcome.problems]

    return of


def test_a_case_that_holds(problems):
    assert (
        problems(
            FAIL + "  expect: fail\n  findings: [{subject: B/P/S, severity: medium, params: {site: S}}]\n"
        )
        == []
    )


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("expect: pass", "expected pass, got fail"),
        ("expect: fail", "expected 0 findings, got 1: B/P/S"),
        ("expect: fail\n  findings: [{subject: other}]", "subject is 'B/P/S', expected 'other'"),
        ("expect: fail\n  findings: [{severity: high}]", "severity is 'medium'"),
        ("expect: fail\n  findings: [{params: {site: T}}]", "expected {'site': 'T'}"),
        ("expect: fail\n  findings: [{params: {none: T}}]", "{'none': None}"),
        ("expect: fail\n  findings: [{question: x}]", "expected 'x'"),
        ("expect: fail\n  findings: [{}, {}]", "expected 2 findings, got 1"),
    ],
)
def test_a_case_that_does_not_hold(problems, claim, says):
    assert any(says in problem for problem in problems(FAIL + f"  {claim}\n"))


@pytest.mark.parametrize(
    "text",
    ["3", "[3]", "- {name: x}", "- {name: x, expect: pass, seen: {nothing: []}}", "- [", "- {expect: pass}",
     "- {name: x, expect: pass, platform: amiga}", "- {name: x, expect: fail, findings: 3}"],
)  # fmt: skip
def test_a_broken_file_is_said(problems, text):
    with pytest.raises(CaseError):
        problems(text)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(CaseError, match="No such file"):
        cases_of(tmp_path / "rule")
