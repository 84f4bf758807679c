"""What the person has said to know about: listed apart, with the reason and the day, and what of it was not met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from audit import known, text
from audit.model import Finding, Severity, UnmetWhy
from audit.reports.lines import heading, wrapped
from audit.text import gettext as _
from audit.text import ngettext, noted, printable

if TYPE_CHECKING:
    from audit.reports.base import View

MOST_ENTRIES = 7  # ready to copy, before "and N more"
INDENT = "    "
WHY = {
    UnmetWhy.GONE: noted("not found any more: you can take it out of the file"),
    UnmetWhy.UNSEEN: noted("not found, but its check could not see everything this time"),
    UnmetWhy.UNKNOWN: noted("no check is called that: perhaps a letter is wrong"),
}


def known_lines(shown: View, width: int) -> Iterator[Text]:
    """The findings that the person knows about, and entries for those that nothing was found for."""
    findings = [each for result in shown.report.results for each in result.findings if each.accepted]
    if findings:
        words = _("YOU SAID THAT YOU KNOW ABOUT THESE")
        yield from heading(f"{words} ({len(findings)})")
        for finding in findings:
            yield from wrapped(shown.sentence(finding), width, " ·  ")
            yield from wrapped(_since(finding), width, INDENT, style="dim")
    if shown.report.unmet:
        yield from heading(_("IN YOUR FILE, BUT NOT FOUND"))
        for each in shown.report.unmet:
            yield from wrapped(f"{printable(each.key)}: {_(WHY[each.why])}", width, " ·  ")


def risen(finding: Finding) -> str:
    """What to say of a finding that is more serious than what was accepted; otherwise nothing."""
    if finding.known is None or finding.accepted:
        return ""
    said = _("You said that you know about this ({since}). It is more serious now than it was then.")
    return said.format(since=_since(finding))


def entry_lines(shown: View, width: int) -> Iterator[Text]:
    """Lines to copy into the file of what the person knows, where they gave one."""
    findings = [each for each in shown.report.open if each.severity is not Severity.INFO]
    if not shown.known_file or not findings:
        return
    yield from heading(_("IF YOU KNOW ABOUT SOMETHING HERE"))
    said = _("Add its lines to {path}, with your reason between the quotes. It is then listed apart.")
    yield from wrapped(said.format(path=printable(shown.known_file)), width)
    for finding in findings[:MOST_ENTRIES]:
        yield Text()
        yield from wrapped(shown.sentence(finding), width, "# ", "# ", style="dim")
        yield from map(Text, known.entry(finding, shown.report.ended.astimezone().date()))
    if (more := len(findings) - MOST_ENTRIES) > 0:
        said = ngettext("and {n} more, listed by:", "and {n} more, listed by:", more)
        yield Text(f"{INDENT}{said.format(n=more)}  curtain scan --format json")


def _since(finding: Finding) -> str:
    if finding.known is None:
        return ""
    return f"{text.day(finding.known.since)}: {printable(finding.known.reason)}"
