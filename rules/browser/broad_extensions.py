"""Extensions from a store that can read and change every site, and have other far-reaching rights."""

from __future__ import annotations

from collections.abc import Iterator

from audit.artifacts.extension import Extension
from audit.artifacts.extension_known import KNOWN, RIGHT_WORDS
from audit.host import Host
from audit.model import Caution, Confidence, Effort, Evidence, Exposure, Match, Question, Severity
from audit.rule import rule


@rule(
    severity=Severity.LOW,
    confidence=Confidence.SEEN,
    exposure=Exposure.LEAVES,
    effort=Effort.MINUTES,
    reversible=True,
    cautions=[Caution.ALERTS_OPERATOR],
    needs=[Extension],
)
def check(host: Host) -> Iterator[Match]:
    """Those that carry the traffic are asked about by browser/vpn-extensions, those past a store by browser/side-loaded-extensions."""
    for extension in host.see(Extension):
        from_store = extension.origin in {"store", "system"}
        if from_store and extension.enabled and is_broad(extension) and extension.id not in KNOWN:
            yield match(extension)


def is_broad(extension: Extension) -> bool:
    return extension.every_site and bool(extension.rights) and "proxy" not in extension.rights


def match(extension: Extension) -> Match:
    since = {"installed": extension.installed.date().isoformat()} if extension.installed else {}
    rights = " ".join(extension.rights)
    facts = {"name": extension.name, "version": extension.version, "rights": rights, **since}
    return Match(
        subject=extension.place,
        evidence=[Evidence(Extension.KIND, extension.settings, facts)],
        params={
            "name": extension.name,
            "id": extension.id,
            "browser": extension.browser,
            "profile": extension.profile,
            "rights": " + ".join(RIGHT_WORDS[right] for right in extension.rights),
        },
        question=Question("extension", Severity.HIGH),
    )
