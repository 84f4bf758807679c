"""Runs rules. A gap, a crash or a missing record becomes a result, never silence.

The engine decides the status, not the rule: findings → fail; else gaps in what it needed → notchecked; else pass.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit.host import Seen
from audit.model import Coverage, Finding, Gap, GapKind, Match, Report, RuleResult, Status
from audit.text import noted as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from audit.artifacts.base import Artifact
    from audit.host import Host
    from audit.model import HostFacts
    from audit.registry import LoadedRule

OTHER_PLATFORM = _("this check is for another kind of system")
NOT_ALL_SEEN = _("not everything that this check needs could be seen")


def run(
    rules: Sequence[LoadedRule],
    host: Host,
    facts: HostFacts,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Run every rule against a host. `progress` is told each rule's name before it runs."""
    started = datetime.now(UTC)
    results = []
    for each in rules:
        progress(each.name)
        results.append(run_rule(each, host))
    return Report(
        rules=tuple(each.origin for each in rules),
        host=facts,
        started=started,
        ended=datetime.now(UTC),
        results=tuple(results),
        coverage=tuple(coverage(rules, host)),
    )


def run_rule(loaded: LoadedRule, host: Host) -> RuleResult:
    rule = loaded.rule
    if host.platform not in rule.platforms:
        return RuleResult(loaded.name, Status.NOT_APPLICABLE, reason=OTHER_PLATFORM)
    try:
        gaps = _gaps(host, rule.needs)
        findings = _findings(loaded, rule.check(host))
    except Exception as error:  # noqa: BLE001 - one broken rule never stops a scan
        return RuleResult(loaded.name, Status.ERROR, reason=f"{type(error).__name__}: {error}")
    if findings:
        return RuleResult(loaded.name, Status.FAIL, findings, gaps)
    if gaps:
        return RuleResult(loaded.name, Status.NOT_CHECKED, gaps=gaps, reason=NOT_ALL_SEEN)
    return RuleResult(loaded.name, Status.PASS)


def _gaps(host: Host, kinds: Iterable[type[Artifact]]) -> tuple[Gap, ...]:
    return _distinct(gap for kind in kinds for gap in host.see(kind).gaps)


def _distinct(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    return tuple({(gap.kind, *sorted(gap.params.items())): gap for gap in gaps}.values())


def _findings(loaded: LoadedRule, matches: Iterable[Match]) -> tuple[Finding, ...]:
    """One finding for each subject, in the order of the matches; the same subject twice is seen once."""
    by_key: dict[str, Finding] = {}
    for match in matches:
        finding = _finding(loaded, match)
        by_key.setdefault(finding.key, finding)
    return tuple(by_key.values())


def _finding(loaded: LoadedRule, match: Match) -> Finding:
    rule = loaded.rule
    _refuse_other_than_text(match)
    return Finding(
        key=key_of(loaded.name, match.subject),
        rule=loaded.name,
        subject=match.subject,
        severity=match.severity or rule.severity,
        confidence=match.confidence or rule.confidence,
        exposure=match.exposure or rule.exposure,
        evidence=tuple(match.evidence),
        params=dict(match.params),
        question=match.question,
    )


def _refuse_other_than_text(match: Match) -> None:
    """A mistake of a rule must show here, as its error, and not later while printing everybody's findings."""
    shown: list[object] = [match.subject, *match.params.values()]
    for each in match.evidence:
        shown += [each.artifact, each.locator, *each.facts.values()]
    if other := [value for value in shown if not isinstance(value, str)]:
        raise TypeError(f"a match holds {type(other[0]).__name__} where text belongs")


def key_of(rule: str, subject: str) -> str:
    """A finding's key: the rule's name and a digest of the subject, the same from scan to scan."""
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{rule}:{digest[:12]}"


def coverage(rules: Sequence[LoadedRule], host: Host) -> list[Coverage]:
    """What the families' rules asked for: how many records were seen, and what was not."""
    families: dict[str, dict[type[Artifact], None]] = {}
    for each in rules:
        if host.platform in each.rule.platforms:
            families.setdefault(each.family, {}).update(dict.fromkeys(each.rule.needs))
    seen = {kind: _seen(host, kind) for kinds in families.values() for kind in kinds}
    return [
        Coverage(
            family,
            sum(len(seen[kind]) for kind in kinds),
            _distinct(gap for kind in kinds for gap in seen[kind].gaps),
        )
        for family, kinds in families.items()
    ]


def _seen(host: Host, kind: type[Artifact]) -> Seen[Artifact]:
    """What a host shows; a kind that cannot be asked for at all (two that ask for each other) is a gap."""
    try:
        return host.see(kind)
    except Exception as error:  # noqa: BLE001 - one broken kind never stops a scan, and never reads as clean
        gap = Gap(GapKind.CRASHED, {"what": kind.KIND, "detail": f"{type(error).__name__}: {error}"})
        return Seen(gaps=(gap,))
