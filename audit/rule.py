"""What a rule is: a decorated generator function. It has no state; the decorator holds every fact about it.

Its one identity is its place, `family/name`. Its words stand in the Markdown page beside it, its examples
in the cases file beside that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from audit.artifacts.base import Artifact
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Exposure, Match, Platform, Severity

Check = Callable[[Host], Iterator[Match]]


@dataclass(frozen=True, slots=True)
class Rule:
    """The facts of a rule. `severity`, `confidence` and `exposure` hold unless a match says otherwise.

    `needs` are the kinds of artifact it reads: a gap in any of them keeps the rule from passing.
    `may_use` are kinds that only add to a finding: a gap there does not matter to the verdict.
    """

    check: Check
    severity: Severity
    confidence: Confidence
    exposure: Exposure
    effort: Effort
    reversible: bool
    cautions: Sequence[Caution]
    platforms: Sequence[Platform]
    needs: Sequence[type[Artifact]]
    may_use: Sequence[type[Artifact]]


def rule(  # noqa: PLR0913 - one keyword for each fact
    *,
    severity: Severity,
    confidence: Confidence,
    exposure: Exposure,
    effort: Effort,
    reversible: bool,
    needs: Iterable[type[Artifact]],
    may_use: Iterable[type[Artifact]] = (),
    cautions: Iterable[Caution] = (),
    platforms: Iterable[Platform] = tuple(Platform),
) -> Callable[[Check], Rule]:
    """Make a generator function a rule. The function must be called `check`."""

    def wrap(check: Check) -> Rule:
        return Rule(
            check=check,
            severity=severity,
            confidence=confidence,
            exposure=exposure,
            effort=effort,
            reversible=reversible,
            cautions=tuple(cautions),
            platforms=tuple(platforms),
            needs=tuple(needs),
            may_use=tuple(may_use),
        )

    return wrap
