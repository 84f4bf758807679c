"""The nouns of an audit. Values only: nothing here reads, judges or prints.

Outcome words are XCCDF 1.2's (NIST IR 7275, section 6.6.4.2), without the space or underline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self


class Platform(StrEnum):
    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


class Ranked(StrEnum):
    """Words with an order: the one declared first is the least."""

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)

    def at_least(self, other: Self) -> bool:
        return self.rank >= other.rank


class Severity(Ranked):
    """How much harm it could do. `INFO` never enters the checklist."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def weight(self) -> int:
        """0 for info, then 1 to 4."""
        return self.rank


class Confidence(Ranked):
    """How sure: a name matches, a strong sign, seen directly."""

    NAME = "name"
    SIGN = "sign"
    SEEN = "seen"

    @property
    def weight(self) -> float:
        return (0.5, 0.7, 1.0)[self.rank]


class Exposure(Ranked):
    """Who it reaches: only this account, others on this machine, somebody elsewhere.

    Whatever lets another person watch or control is `LEAVES`.
    """

    HERE = "here"
    SHARED = "shared"
    LEAVES = "leaves"

    @property
    def weight(self) -> int:
        """1 to 3."""
        return self.rank + 1


class Effort(Ranked):
    """How long a step takes somebody who does it for the first time."""

    MINUTES = "minutes"
    QUARTER_HOUR = "quarter-hour"
    HOUR = "hour"
    LONGER = "longer"

    @property
    def minutes(self) -> int:
        """At most about so many minutes."""
        return (5, 15, 60, 240)[self.rank]


class Caution(StrEnum):
    """Why not to act in haste."""

    ALERTS_OPERATOR = "alerts-operator"  # whoever watches may notice
    DESTROYS_EVIDENCE = "destroys-evidence"
    LOCKS_OUT_OWNER = "locks-out-owner"


class Lane(Ranked):
    """The parts of the checklist, in the order in which they are done."""

    SAFETY = "safety"
    DOCUMENT = "document"
    HELP = "help"
    HARDEN = "harden"


class Urgency(Ranked):
    LATER = "later"
    SOON = "soon"
    NOW = "now"


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "notapplicable"
    NOT_CHECKED = "notchecked"
    ERROR = "error"


class GapKind(StrEnum):
    """Why something was not seen. The words for each stand in `audit.text`."""

    UNREADABLE = "unreadable"  # path: the system refused
    OTHER_USERS = "other-users"  # unseen, total: running programs of other users
    HIDDEN_PROCESSES = "hidden-processes"  # the system hides other users' programs altogether
    MALFORMED = "malformed"  # path, detail: could not be understood
    TOO_BIG = "too-big"  # path, size
    REST = "rest"  # path, size: only its first bytes, so many, were looked at
    TIMEOUT = "timeout"  # path: did not answer in time
    ELSEWHERE = (
        "elsewhere"  # path, through: lies on another machine or in the cloud; opening would download it
    )
    NOT_HELD = "not-held"  # what: a copied disk or home does not hold it
    NOT_RECORDED = "not-recorded"  # what: the snapshot does not hold it
    NOT_READ_YET = "not-read-yet"  # formats: pictures and other media, by format, that are not read yet
    PREVIEWS = "previews"  # count: previews that were not compared with their picture
    ENDS = "ends"  # count: pictures that were not read to their end
    PICTURES = "pictures"  # count, path: pictures that could not be read
    SKIPPED = "skipped"  # what: left out, as asked
    ENCRYPTED = "encrypted"  # path: has a password of its own
    NOT_VISIBLE = "not-visible"  # path, what: it is not written down there
    NOT_LOOKED = "not-looked"  # what: this version does not look there on this kind of system
    NOT_ASKED = "not-asked"  # only the person knows it, and has not been asked or gave no answer
    NOT_RUNNING = "not-running"  # what: nothing that could be asked runs for this person now
    BOUNDED = "bounded"  # what, most: there was more than one scan looks at
    CRASHED = "crashed"  # what, detail: our own reader failed


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not seen, and the facts that its sentence needs."""

    kind: GapKind
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen. `locator` is the device's own path (`~/Pictures`), never a mount point's."""

    artifact: str
    locator: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the person knows. "yes" means that it is as it should be.

    `topic` names the question on the rule's page; until it is answered with "no", the finding keeps the
    severity the rule gave it, and then takes `otherwise`. "yes" settles it: the finding goes.
    """

    topic: str
    otherwise: Severity


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule yields: something seen, with the values its page's sentences ask for.

    `subject` is short and stable from scan to scan: it makes the finding's key. The last four replace what the
    rule declares, where they depend on what was seen.
    """

    subject: str
    evidence: Sequence[Evidence]
    params: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    confidence: Confidence | None = None
    exposure: Exposure | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the person said about a finding that they know about, and how serious it was then."""

    severity: Severity
    since: date
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A match of one rule. `key` is stable from scan to scan. No sentences: those are on the rule's page."""

    key: str
    rule: str
    subject: str
    severity: Severity
    confidence: Confidence
    exposure: Exposure
    evidence: Sequence[Evidence]
    params: Mapping[str, str]
    question: Question | None = None
    known: Acceptance | None = None

    @property
    def accepted(self) -> bool:
        """Whether the person knows about it, and it is no more serious than when they said so."""
        return self.known is not None and self.known.severity.at_least(self.severity)

    @property
    def score(self) -> float:
        """Severity x exposure x confidence: 0 to 12."""
        return self.severity.weight * self.exposure.weight * self.confidence.weight

    @property
    def urgency(self) -> Urgency:
        if self.severity is Severity.CRITICAL and self.confidence is Confidence.SEEN:
            return Urgency.NOW
        if self.score >= 8:
            return Urgency.NOW
        return Urgency.SOON if self.score >= 4 else Urgency.LATER


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What became of one rule. `reason` is a short English clause (a message id) where the status needs one.

    `settled` are the findings that the person's answers took away.
    """

    rule: str
    status: Status
    findings: Sequence[Finding] = ()
    gaps: Sequence[Gap] = ()
    reason: str = ""
    settled: Sequence[Finding] = ()

    @property
    def family(self) -> str:
        return self.rule.partition("/")[0]

    @property
    def looked(self) -> bool:
        """Whether the rule saw all that it needs: only then does "not found" say something."""
        return self.status in {Status.PASS, Status.FAIL} and not self.gaps


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what a family of rules asks for was seen. `seen` counts records read."""

    family: str
    seen: int
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class Step:
    """One act, with all findings that call for it. Where its sentences stand: the page `id`."""

    id: str
    lane: Lane
    urgency: Urgency
    cautions: Sequence[Caution]
    effort: Effort
    quick_win: bool
    held: Sequence[str]  # the gates that it waits for; empty: not held
    because: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class RuleOrigin:
    """Which rule looked: where it came from (distribution and version, or folder) and the digest of its source."""

    rule: str
    origin: str
    sha256: str


@dataclass(frozen=True, slots=True)
class HostFacts:
    platform: Platform
    kind: str  # live, tree, snapshot
    taken_at: datetime
    user: str
    elevated: bool


class UnmetWhy(StrEnum):
    """Why nothing was found for something that the person accepted."""

    GONE = "gone"
    UNSEEN = "unseen"  # its rule could not see all that it needs, or did not run
    UNKNOWN = "unknown"  # no rule has that name


@dataclass(frozen=True, slots=True)
class Unmet:
    """A finding that the person accepted by its key, and that was not found."""

    key: str
    why: UnmetWhy
    acceptance: Acceptance


@dataclass(frozen=True, slots=True)
class Report:
    """One scan: what was looked at, with which rules, and what became of each. The checklist follows from it."""

    rules: Sequence[RuleOrigin]
    host: HostFacts
    started: datetime
    ended: datetime
    results: Sequence[RuleResult]
    coverage: Sequence[Coverage]
    unmet: Sequence[Unmet] = ()

    @property
    def open(self) -> Sequence[Finding]:
        """All findings that the person has not accepted."""
        return [found for result in self.results for found in result.findings if not found.accepted]

    def reaches(self, severity: Severity) -> bool:
        """Whether an open finding is of this severity or more. A rule that broke off does not count."""
        return any(found.severity.at_least(severity) for found in self.open)
