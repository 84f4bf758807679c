from __future__ import annotations

import dataclasses

import pytest

from audit.model import Confidence, Effort, Exposure, Finding, Severity, Urgency


def finding(severity, exposure, confidence):
    return Finding("k", "a/b", "s", Severity(severity), Confidence(confidence), Exposure(exposure), (), {})


@pytest.mark.parametrize(
    ("severity", "exposure", "confidence", "score", "urgency"),
    [
        ("high", "leaves", "seen", 9, "now"),  # a photo with GPS in a synced folder
        ("high", "leaves", "name", 4.5, "soon"),  # a stalkerware name alone
        ("low", "shared", "seen", 2, "later"),  # a device named after its owner
        ("critical", "here", "seen", 4, "now"),
        ("critical", "here", "sign", 2.8, "later"),
        ("critical", "shared", "seen", 8, "now"),
        ("medium", "shared", "seen", 4, "soon"),
        ("low", "leaves", "seen", 3, "later"),
        ("high", "leaves", "sign", 6.3, "soon"),
        ("info", "leaves", "seen", 0, "later"),
    ],
)
def test_scores_and_urgency_as_practised(severity, exposure, confidence, score, urgency):
    found = finding(severity, exposure, confidence)
    assert found.score == pytest.approx(score)
    assert found.urgency is Urgency(urgency)


def test_orders():
    assert Severity.HIGH.at_least(Severity.MEDIUM)
    assert Severity.HIGH.at_least(Severity.HIGH)
    assert not Severity.INFO.at_least(Severity.LOW)
    assert [each.minutes for each in Effort] == sorted(each.minutes for each in Effort)


def test_values_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding("low", "here", "seen").severity = Severity.INFO
