"""Invariant 2: what was not seen never reads as clean, and the first screen says how much that was."""

from __future__ import annotations

import pytest

from audit import text
from audit.engine import run_rule
from audit.hosts import SourceLook
from audit.model import Gap, GapKind, Status
from tests.machines import SAFE, UNREAD, host, made, rendered, report, viewed
from tests.test_hosts import Fake


def test_a_gap_keeps_a_rule_from_passing():
    assert run_rule(made(), host([], [UNREAD])).status is Status.NOT_CHECKED


@pytest.mark.parametrize(
    "error", [PermissionError(13, "no"), OSError(5, "disk"), OSError(40, "loop")], ids=repr
)
@pytest.mark.parametrize("ask", ["read", "stat", "scan", "readlink"])
def test_what_a_source_refuses_becomes_a_gap(ask, error):
    class On:
        source = Fake(**{ask: error})

    look = SourceLook(On())
    getattr(look, ask)("/x")
    assert look.gaps


@pytest.mark.parametrize("language", text.languages())
def test_the_first_screen_says_how_much_was_not_seen(language):
    text.choose(language)
    gaps = [Gap(GapKind.UNREADABLE, {"path": f"~/{number}"}) for number in range(17)]
    first = rendered(viewed([made()], host([], gaps), SAFE)).splitlines()[:10]
    text.choose("en")
    assert any("17 " in line for line in first)


def test_what_broke_off_was_not_seen():
    first = rendered(viewed([made("test/broken", lambda _: 1 / 0)], host(), SAFE)).splitlines()[:10]
    assert any("1 thing could not be seen" in line for line in first)


def test_coverage_is_counted_by_the_source():
    """Not by the rule: one that never looks at what it needs changes nothing."""
    blind = report([made(check=lambda _: [])], host(["x"], [UNREAD]))
    assert [(each.seen, each.gaps) for each in blind.coverage] == [(1, (UNREAD,))]
