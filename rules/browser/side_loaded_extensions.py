"""Extensions that came past the browser's store: from a folder, by another program, or without a signature."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.extension import Extension
from audit.artifacts.extension_known import KNOWN, RIGHT_WORDS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule

WAYS = {
    "unpacked": (Severity.HIGH, "loaded from a folder"),
    "command-line": (Severity.HIGH, "loaded by a command that started the browser"),
    "external": (Severity.HIGH, "put in by another program"),
    "unsigned": (Severity.HIGH, "without the signature that Firefox asks for"),
    "elsewhere": (Severity.MEDIUM, "installed from a file or another site"),
    "external-from-store": (Severity.MEDIUM, "put in by another program, though a store has it too"),
    "signed-elsewhere": (Severity.LOW, "signed by Mozilla, but installed from another site"),
}
PACKED = frozenset({"external", "elsewhere", "external-from-store"})
LESS = {Severity.HIGH: Severity.MEDIUM, Severity.MEDIUM: Severity.LOW, Severity.LOW: Severity.LOW}


@rule(
    severity=Severity.HIGH,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.QUARTER_HOUR,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR, Caution.DESTROYS_EVIDENCE],
    needs=[Extension],
)
def check(host: Host) -> Iterator[Match]:
    for extension in host.see(Extension):
        if extension.origin in WAYS and (extension.every_site or extension.rights):
            yield match(extension)


def severity_of(extension: Extension) -> Severity:
    """A package's identifier follows from its maker's key, and cannot be claimed by others; a folder's can."""
    if not extension.enabled or (extension.id in KNOWN and extension.origin in PACKED):
        return Severity.LOW
    most = WAYS[extension.origin][0]
    return most if extension.every_site and extension.rights else LESS[most]


def match(extension: Extension) -> Match:
    since = {"installed": extension.installed.date().isoformat()} if extension.installed else {}
    facts = {"name": extension.name, "from": extension.path, "rights": " ".join(extension.rights), **since}
    reach = ["every site"] if extension.every_site else []
    return Match(
        subject=extension.place,
        evidence=[Evidence(Extension.KIND, extension.settings, facts)],
        params={
            "name": extension.name,
            "id": extension.id,
            "browser": extension.browser,
            "profile": extension.profile,
            "way": WAYS[extension.origin][1],
            "state": "switched on" if extension.enabled else "switched off",
            "reach": " + ".join([*reach, *(RIGHT_WORDS[right] for right in extension.rights)]),
        },
        severity=severity_of(extension),
        question=Question("extension", Severity.HIGH),
    )
