"""Lines for a terminal, and the words for how serious, how far and how sure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.text import Text

from audit.model import Confidence, Exposure, Finding, Severity
from audit.text import gettext as _
from audit.text import noted

SEVERITIES = {
    Severity.INFO: noted("good to know"),
    Severity.LOW: noted("minor"),
    Severity.MEDIUM: noted("medium"),
    Severity.HIGH: noted("serious"),
    Severity.CRITICAL: noted("very serious"),
}
EXPOSURES = {
    Exposure.HERE: noted("only on this account"),
    Exposure.SHARED: noted("others on this machine"),
    Exposure.LEAVES: noted("reaches beyond this machine"),
}
CONFIDENCES = {
    Confidence.SEEN: noted("seen directly"),
    Confidence.SIGN: noted("a strong sign"),
    Confidence.NAME: noted("a name matches, no more"),
}


def wrapped(
    words: str, width: int, first: str = "", then: str | None = None, style: str = ""
) -> Iterator[Text]:
    rest = " " * len(first) if then is None else then
    lines = textwrap.wrap(
        words,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from (Text(line, style) for line in lines or [first.rstrip()])


def heading(words: str) -> Iterator[Text]:
    yield Text()
    yield Text(words, "bold")


def finding_words(finding: Finding) -> str:
    words = (SEVERITIES[finding.severity], EXPOSURES[finding.exposure], CONFIDENCES[finding.confidence])
    return " · ".join(_(each) for each in words)
