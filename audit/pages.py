"""A rule's words: the Markdown page beside it, under fixed headings.

A translation is the same page beside it (`name.es.md`), with the same English headings; it falls back to the
English page heading by heading. Sentences hold `{placeholders}` that a finding's parameters fill.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.model import Platform
from audit.text import ENGLISH

TITLE = "title"
FINDING = "Finding"
WHY = "Why it matters"
BEFORE = "Before you act"
FIX = "How to fix"
FINE = "When this is fine"
UNSEEN = "What it cannot see"
QUESTION = "Question"
REFERENCES = "References"
DO = "What to do"  # on the pages of steps that rules share
HEADINGS = (FINDING, WHY, BEFORE, FIX, FINE, UNSEEN, QUESTION, REFERENCES)
OPTIONAL = frozenset({UNSEEN, QUESTION})
PLATFORM_HEADINGS = {Platform.LINUX: "Linux", Platform.MACOS: "macOS", Platform.WINDOWS: "Windows"}

_ITEM = re.compile(r"^(?:\d+\.|[-*]) +(.*)$")


@dataclass(frozen=True, slots=True)
class Page:
    """The sections of a page: heading → text, without surrounding blank lines. `title` is the act, in a few words."""

    sections: Mapping[str, str]

    @property
    def title(self) -> str:
        return self.sections.get(TITLE, "")

    def section(self, heading: str) -> str:
        return self.sections.get(heading, "")

    def paragraph(self, heading: str) -> str:
        """A section as running text, its lines joined."""
        return " ".join(self.section(heading).split())

    def steps(self, platform: Platform) -> Sequence[str]:
        """What to do on a platform, item by item."""
        return items(self.section(f"{FIX}/{PLATFORM_HEADINGS[platform]}"))


def parse(text: str) -> Page:
    """Read a page. Unknown headings are kept too; the contract test refuses them."""
    sections: dict[str, list[str]] = {}
    heading = ""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            sections[TITLE] = [line[2:]]
        elif line.startswith("## "):
            heading = line[3:].strip()
            lines = sections.setdefault(heading, [])
        elif line.startswith("### "):
            lines = sections.setdefault(f"{heading}/{line[4:].strip()}", [])
        elif heading:
            lines.append(line)
    return Page({name: "\n".join(each).strip() for name, each in sections.items()})


def items(section: str) -> list[str]:
    """The items of a list, each with its continuation lines joined."""
    found: list[str] = []
    for line in section.splitlines():
        if match := _ITEM.match(line):
            found.append(match.group(1).strip())
        elif found and line.strip():
            found[-1] += " " + line.strip()
    return found


def path_of(stem: Path, language: str) -> Path:
    return stem.with_name(stem.name + (".md" if language == ENGLISH else f".{language}.md"))


def page_of(stem: Path, language: str = ENGLISH) -> Page:
    """The page of a rule in a language, heading by heading. A page that cannot be read is empty."""
    sections: dict[str, str] = {}
    for each in dict.fromkeys((ENGLISH, language)):
        try:
            sections |= parse(path_of(stem, each).read_text(encoding="utf-8")).sections
        except (OSError, UnicodeDecodeError):
            continue
    return Page(sections)
