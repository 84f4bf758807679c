from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.artifacts.browser import SiteGrant
from audit.artifacts.sync import SyncFolder
from audit.host import Seen
from audit.hosts import Recording
from audit.model import Gap, GapKind, HostFacts, Platform
from audit.recording import SCHEMA, RecordingError, case, dump, load

FACTS = HostFacts(Platform.LINUX, "snapshot", datetime(2026, 1, 1, 12, tzinfo=UTC), "alice", True)
HEAD = json.dumps(
    {
        "schema": SCHEMA,
        "platform": "linux",
        "kind": "live",
        "taken_at": "2026-01-01T12:00:00Z",
        "user": "alice",
        "elevated": True,
    }
)
GAPS = st.builds(Gap, st.sampled_from(GapKind), st.dictionaries(st.text(), st.text(), max_size=2))
TIMES = st.datetimes(timezones=st.just(UTC))
GRANTS = st.builds(
    SiteGrant,
    *[st.text(st.characters()) for _ in range(6)],
    granted=st.none() | TIMES,
    expires=st.none() | TIMES,
)


@given(st.lists(GRANTS, max_size=3), st.lists(GAPS, max_size=3), st.none() | st.integers(0, 9))
def test_what_is_written_is_read_back(grants, gaps, total):
    recording = Recording(FACTS, {SiteGrant: Seen(tuple(grants), tuple(gaps), total), SyncFolder: Seen()})
    lines = list(dump(recording))
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    assert "".join(lines).isascii()
    assert load(lines) == recording


def test_a_snapshot_says_that_it_is_one():
    assert load([HEAD]).facts.kind == "snapshot"


def test_a_snapshot_holds_no_rule_and_no_finding():
    text = "".join(dump(Recording(FACTS, {SiteGrant: Seen(gaps=(Gap(GapKind.NOT_HELD, {"what": "x"}),))})))
    assert "camera/site-grants" not in text
    assert "severity" not in text


def test_kinds_of_a_later_version_are_left_out():
    assert load([HEAD, '{"kind": "of-tomorrow", "record": {"x": 1}}']).seen == {}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["[]"],
        ["nonsense"],
        ['{"schema": "drawncurtain.report/1"}'],
        [HEAD.replace("linux", "amiga")],
        [HEAD.replace("true", 'true, "more": 1')],
        [HEAD.replace("2026-01-01T12:00:00Z", "yesterday")],
        ["[" * 100_000],
    ],
)
def test_what_is_no_snapshot(lines):
    with pytest.raises(RecordingError, match="line 1: this is not a snapshot"):
        load(lines)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[]",
        '{"kind": []}',
        '{"kind": "site-grant"}',
        '{"kind": "site-grant", "record": {"browser": "x"}}',
        '{"kind": "site-grant", "record": []}',
        '{"kind": "site-grant", "gaps": [{"kind": "novel", "params": {}}], "total": null}',
        '{"kind": "site-grant", "gaps": 3, "total": null}',
        "[" * 100_000,
    ],
)
def test_a_broken_line_is_named(line):
    with pytest.raises(RecordingError, match="line 2: "):
        load([HEAD, line])


@pytest.mark.parametrize(
    "value",
    [
        {"seen": {"no-such-kind": []}},
        {"seen": {"site-grant": [{"browser": "x"}]}},
        {"seen": {"site-grant": [{"unknown": "x"}]}},
        {"gaps": {"site-grant": [{"kind": "novel"}]}},
        {"platform": "amiga"},
        {"taken_at": "yesterday"},
        {"seen": [3]},
        {"seen": {"site-grant": 3}},
    ],
)
def test_a_case_that_is_wrong_is_said(value):
    with pytest.raises(RecordingError):
        case(value)


def test_a_case_is_for_a_usual_machine():
    found = case({"seen": {"site-grant": None}})
    assert (found.facts.platform, found.facts.user) == (Platform.LINUX, "alice")
    assert found.seen == {SiteGrant: Seen()}
    assert case({"taken_at": datetime(2026, 1, 1)}).facts.taken_at == datetime(2026, 1, 1, tzinfo=UTC)
