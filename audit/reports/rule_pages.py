"""Rules for reading: a list of them, and one page."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from audit import pages, text
from audit.registry import LoadedRule
from audit.text import gettext as _
from audit.text import noted

HEADINGS = {
    pages.FINDING: noted("Finding"),
    pages.WHY: noted("Why it matters"),
    pages.BEFORE: noted("Before you act"),
    pages.FIX: noted("How to fix"),
    pages.FINE: noted("When this is fine"),
    pages.UNSEEN: noted("What it cannot see"),
    pages.QUESTION: noted("Question"),
    pages.REFERENCES: noted("References"),
}


def listing(rules: Sequence[LoadedRule]) -> Iterator[str]:
    """A line for each rule: name, severity, origin, and what its page asks for."""
    width = max((len(each.name) for each in rules), default=0)
    for each in rules:
        title = pages.page_of(each.page, text.language()).title
        origin = text.printable(each.origin.origin)
        yield f"{each.name:<{width}}  {_(each.rule.severity.value):<8}  {title}  ({origin})"


def print_page(loaded: LoadedRule) -> None:
    """A rule's page in the terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    page = pages.page_of(loaded.page, text.language())
    console = Console(width=min(80, Console().width), emoji=False, highlight=False, file=sys.stdout)
    console.print(Markdown(as_markdown(page, loaded), hyperlinks=False))


def as_markdown(page: pages.Page, loaded: LoadedRule) -> str:
    """The page with its headings in the chosen language, and where the rule comes from."""
    parts = [f"# {page.title or loaded.name}"]
    for heading, words in HEADINGS.items():
        body = [f"## {_(words)}"] if page.section(heading) or heading == pages.FIX else []
        if heading == pages.FIX:
            for platform in pages.PLATFORM_HEADINGS.values():
                if section := page.section(f"{heading}/{platform}"):
                    body += [f"### {platform}", section]
        parts += [*body, page.section(heading)]
    origin = _("This check: {rule}, from {origin}.").format(
        rule=loaded.name, origin=text.printable(loaded.origin.origin)
    )
    return "\n\n".join(part for part in [*parts, origin] if part)
