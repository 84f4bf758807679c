"""Invariant 9: a step whose rule has a caution comes with the page's 'Before you act', on every output, in every language."""

from __future__ import annotations

import json
import re

import pytest

from audit import cases, pages, registry, reports, text
from audit.hosts import RecordedHost
from audit.model import Severity, Status
from tests.machines import SAFE, rendered, viewed

CAREFUL = [each for each in registry.load() if each.rule.cautions]


@pytest.fixture(autouse=True)
def _english():
    yield
    text.choose("en")


@pytest.mark.parametrize("language", text.languages())
@pytest.mark.parametrize("name", reports.NAMES)
@pytest.mark.parametrize("loaded", CAREFUL, ids=lambda each: each.name)
def test_every_rule_with_a_caution(loaded, name, language):
    text.choose(language)
    before = pages.page_of(loaded.page, language).paragraph(pages.BEFORE)
    failing = [
        each.case.host
        for each in cases.tried(loaded)
        if each.result.status is Status.FAIL
        and any(f.severity is not Severity.INFO for f in each.result.findings)
    ]
    assert failing
    for host in failing:
        assert isinstance(host, RecordedHost)
        shown = viewed([loaded], host, SAFE)
        out = rendered(shown, name)
        told = json.loads(out)["checklist"][-1]["cautions"] if name == "json" else [out]
        for words in re.split(r"\{[a-z_]+\}", before):  # between what a finding names
            assert any(_flat(words) in _flat(each) for each in told)


def _flat(words: str) -> str:
    return " ".join(words.replace("`", "").split())


def test_there_are_such_rules():
    assert len(CAREFUL) >= 8
    assert {each.family for each in CAREFUL} >= {"camera", "stalkerware", "sync"}
