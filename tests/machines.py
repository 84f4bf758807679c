"""Rules, hosts and reports made up for tests of what stands around them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from audit import answers as _answers
from audit import engine
from audit.artifacts.base import Artifact
from audit.host import Host, Seen
from audit.hosts import RecordedHost, Recording
from audit.model import (
    Caution,
    Confidence,
    Effort,
    Evidence,
    Exposure,
    Gap,
    GapKind,
    HostFacts,
    Match,
    Platform,
    Report,
    RuleOrigin,
    Severity,
)
from audit.registry import LoadedRule
from audit.reports import format_of
from audit.reports.base import View, view
from audit.rule import rule

TAKEN_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAGE = """# Look at {kind} things

## Finding
{thing} is in {place}.

## Why it matters
It matters.

## Before you act
Speak with somebody you trust about {thing} first.

## How to fix

### Linux
1. Look at {thing}:
   `less {place}`

### macOS
1. Look.

### Windows
1. Look.

## When this is fine
You put it there.

## Question
Do you know {thing}?

## References
- [Somewhere](https://example.org)
"""


@dataclass(frozen=True, slots=True)
class Thing(Artifact):
    KIND: ClassVar[str] = "test-thing"
    name: str


FACTS = HostFacts(Platform.LINUX, "live", TAKEN_AT, "alice", False)
UNREAD = Gap(GapKind.UNREADABLE, {"path": "~/.config/thing"})


def match(subject: str = "thing", **more: Any) -> Match:
    params = {"thing": subject, "place": "~/a place", "kind": "odd", **more.pop("params", {})}
    return Match(subject, [Evidence("test-thing", "~/a place", {"name": subject})], params, **more)


def every_thing(host: Host) -> Iterator[Match]:
    for thing in host.see(Thing):
        yield match(thing.name)


def made(
    name: str = "test/thing",
    check: Callable[[Host], Iterable[Match]] = every_thing,
    folder: Path | None = None,
    page: str | None = PAGE,
    **facts: Any,
) -> LoadedRule:
    """A rule; its page is written below `folder`, where one is given."""
    defaults: dict[str, Any] = {
        "severity": Severity.MEDIUM,
        "confidence": Confidence.SEEN,
        "exposure": Exposure.HERE,
        "effort": Effort.MINUTES,
        "reversible": True,
        "needs": [Thing],
        "cautions": [],
    }
    stem = (folder or Path("/nowhere")) / name.replace("-", "_")
    if folder and page is not None:
        stem.parent.mkdir(parents=True, exist_ok=True)
        stem.with_name(stem.name + ".md").write_text(page, encoding="utf-8")
    built = rule(**(defaults | facts))(check)  # type: ignore[arg-type]
    return LoadedRule(name, built, stem, RuleOrigin(name, "tests", "0" * 64))


def host(
    names: Iterable[str] = (),
    gaps: Sequence[Gap] = (),
    seen: Mapping[type[Artifact], Seen[Artifact]] | None = None,
    facts: HostFacts = FACTS,
) -> RecordedHost:
    shown = {Thing: Seen(tuple(map(Thing, names)), tuple(gaps))} if seen is None else seen
    return RecordedHost(Recording(facts, shown))


def report(rules: Sequence[LoadedRule], on: RecordedHost) -> Report:
    return engine.run(rules, on, on.facts)


def viewed(
    rules: Sequence[LoadedRule], on: RecordedHost, answers: _answers.Answers = _answers.Answers()
) -> View:
    settled = _answers.settle(report(rules, on), answers)
    return view(settled, {each.name: each for each in rules}, answers)


def rendered(shown: View, name: str = "terminal", width: int = 80) -> str:
    out = io.StringIO()
    format_of(name).render(shown, out, width)
    return out.getvalue()


SAFE = _answers.Answers(
    {_answers.Gate.WATCHED: False, _answers.Gate.DANGER: False, _answers.Gate.MINOR: False}
)
NOTICED = [Caution.ALERTS_OPERATOR]
