"""A scan of a planted device finds each thing planted; of its innocent twin it says nothing above low."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from audit import engine, registry
from audit.hosts import CollectingHost
from audit.model import Finding, Report, Severity
from audit.scan import _survey
from audit.sources.tree import source_of
from tests.planted.base import Fact, Tree, new_tree
from tests.planted.topics import topics

TOPICS = topics()
FACTS = [fact for _, topic in TOPICS for fact in topic.FACTS]
RULES = registry.load()


def scanner(root: Path) -> CollectingHost:
    return CollectingHost(source_of(root), _survey(1))


def scanned(host: CollectingHost, without: str = "") -> Report:
    return engine.run([each for each in RULES if each.name != without], host, host.facts)


def findings(report: Report) -> Sequence[Finding]:
    return [each for result in report.results for each in result.findings]


def names(found: Sequence[Finding]) -> set[tuple[str, str]]:
    return {(each.rule, each.subject) for each in found}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    tree = new_tree(tmp_path_factory.mktemp("device"))
    for _, topic in TOPICS:
        topic.plant(tree)
    return tree


@pytest.fixture(scope="module")
def host(tree: Tree) -> CollectingHost:
    return scanner(tree.root)


@pytest.fixture(scope="module")
def found(host: CollectingHost) -> Sequence[Finding]:
    return findings(scanned(host))


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Finding]:
    tree = new_tree(tmp_path_factory.mktemp("twin"))
    for _, topic in TOPICS:
        topic.clean(tree)
    return findings(scanned(scanner(tree.root)))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.rule}: {fact.what}")
def test_what_was_planted_is_found(tree: Tree, found: Sequence[Finding], fact: Fact) -> None:
    if not tree.has(fact.program):
        pytest.skip(f"{fact.program} is not installed")
    of_rule = sorted(each.subject for each in found if each.rule == fact.rule)
    assert fact.subject in of_rule, f"{fact.what}; {fact.rule} found {of_rule}"


def test_nothing_above_low_is_said_that_was_not_planted(found: Sequence[Finding]) -> None:
    planted = {(each.rule, each.subject) for each in FACTS}
    assert names([each for each in found if each.severity.rank > Severity.LOW.rank]) - planted == set()


@pytest.mark.parametrize("rule", sorted({fact.rule for fact in FACTS}))
def test_without_a_rule_exactly_its_facts_are_lost(
    host: CollectingHost, found: Sequence[Finding], rule: str
) -> None:
    left = names(findings(scanned(host, without=rule)))
    assert left == {each for each in names(found) if each[0] != rule}
    assert left < names(found)


def test_of_the_innocent_twin_nothing_above_low_is_said(twin: Sequence[Finding]) -> None:
    loud = [each for each in twin if each.severity.rank > Severity.LOW.rank]
    assert [(each.rule, each.subject, each.severity.value) for each in loud] == []


def test_nothing_was_left_open_by_planting(tree: Tree) -> None:
    """No program started for planting is still running in the tree."""
    root = str(tree.root)
    held = []
    for pid in (name for name in os.listdir("/proc") if name.isdigit()):
        try:
            held += [pid] if os.readlink(f"/proc/{pid}/cwd").startswith(root) else []
        except OSError:
            continue
    assert held == []
