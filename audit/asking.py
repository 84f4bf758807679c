"""Questions asked one at a time in a terminal. Each says why it is asked; any of them can be left out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TextIO

from audit import checklist, pages, text
from audit.answers import QUESTIONS, WHY_ASKED, Answers, Gate
from audit.artifacts.answer import Answer
from audit.model import Finding
from audit.registry import LoadedRule
from audit.reports.base import View
from audit.text import gettext as _

YES = frozenset({"y", "yes", "s", "si", "sí"})
NO = frozenset({"n", "no"})
NOTHING = frozenset({"", "?"})
STOP = frozenset({"q", "quit"})
INDENT = "  "


class Reply(Enum):
    YES = auto()
    NO = auto()
    NOTHING = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `about` says what was seen, where it is about that."""

    words: str
    why: str
    about: str = ""


class Asking:
    """One session of questions. Once it is stopped, whatever else would be asked stays unanswered."""

    def __init__(self, keyboard: TextIO, screen: TextIO, width: int) -> None:
        self._keyboard = keyboard
        self._screen = screen
        self._width = min(width, 80)
        self._stopped = False

    def first(self, answers: Answers, rules: Sequence[LoadedRule]) -> Answers:
        """Ask what comes before looking: the gates, then what only the person knows about the device."""
        gates = [gate for gate in Gate if gate not in answers.gates]
        device = {name: each for name, each in _about_the_device(rules).items() if name not in answers.device}
        if gates or device:
            self._introduce()
        given, said = dict(answers.gates), dict(answers.device)
        total = len(gates) + len(device)
        for number, gate in enumerate(gates, 1):
            question = Question(_(QUESTIONS[gate]), _(WHY_ASKED[gate]))
            if (holds := self._ask(question, number, total)) is not None:
                given[gate] = holds
            if gate is Gate.DANGER and holds:
                self._leave_it_there()
        for number, (name, question) in enumerate(device.items(), len(gates) + 1):
            if (holds := self._ask(question, number, total)) is not None:
                said[name] = holds
        return replace(answers, gates=given, device=said)

    def about(self, shown: View) -> Answers:
        """Ask what the findings leave open, the most serious first."""
        answers = shown.answers
        asking = [each for each in shown.report.open if each.question and each.key not in answers.findings]
        if asking and not self._stopped:
            self._say("")
            self._say(
                _(
                    "Now what was found, the most serious first. “Yes” means that it is as it should be. "
                    "Leave out what you do not know; q goes on to the list at any time."
                )
            )
        given = dict(answers.findings)
        asking.sort(key=lambda each: (-each.score, each.key))
        for number, finding in enumerate(asking, 1):
            if (holds := self._ask(_about(finding, shown), number, len(asking))) is not None:
                given[finding.key] = holds
        self._say("")
        return replace(answers, findings=given)

    def _introduce(self) -> None:
        self._say(
            _(
                "Some questions come first, one at a time. Enter alone leaves one out, q ends them. "
                "What you type stays on this screen until you close it. It is not stored: only a report that you "
                "save keeps what you say about the device and about what is found."
            )
        )

    def _leave_it_there(self) -> None:
        """In danger, nothing more is asked: what helps now is said at once."""
        self._stopped = True
        stem = checklist.page_stem(checklist.EMERGENCY.id, {})
        page = pages.page_of(stem, text.language()) if stem else pages.Page({})
        self._say("")
        self._say(page.title)
        for item in pages.items(page.section(pages.DO)):
            self._say(item, "• ")

    def _ask(self, question: Question, number: int, total: int) -> bool | None:
        """What the person answers; None where they leave it out, or have stopped."""
        if self._stopped:
            return None
        self._say("")
        if question.about:
            self._say(question.about)
        counted = _("{n} of {total}").format(n=number, total=total)
        self._say(f"{counted} · {question.words}")
        self._say(_("Why this is asked: {why}").format(why=question.why), INDENT)
        reply = self._reply()
        self._stopped = reply is Reply.STOP
        return {Reply.YES: True, Reply.NO: False}.get(reply)

    def _reply(self) -> Reply:
        while True:
            self._screen.write(INDENT + _("yes, no, Enter to leave it out, q to stop:") + " ")
            self._screen.flush()
            try:
                line = self._keyboard.readline()
            except UnicodeDecodeError:
                line = "not understood"
            if not line:
                self._screen.write("\n")
                return Reply.STOP
            if (reply := reply_of(line)) is not None:
                return reply
            self._say(_("Please type yes, no, q to end the questions, or only Enter."), INDENT)

    def _say(self, words: str, first: str = "") -> None:
        rest = " " * len(first)
        wrapped = textwrap.wrap(
            words, self._width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
        self._screen.write("\n".join(wrapped) + "\n")


def reply_of(line: str) -> Reply | None:
    """What a typed line means, in English or Spanish; None where that is not clear."""
    word = line.strip().casefold()
    for words, reply in ((YES, Reply.YES), (NO, Reply.NO), (NOTHING, Reply.NOTHING), (STOP, Reply.STOP)):
        if word in words:
            return reply
    return None


def _about_the_device(rules: Sequence[LoadedRule]) -> dict[str, Question]:
    """The questions that rules need an answer to, by name; their words stand on the pages of those rules."""
    return {name: question for rule in rules for name, question in _of_rule(rule)}


def _of_rule(rule: LoadedRule) -> Iterator[tuple[str, Question]]:
    page = pages.page_of(rule.page, text.language())
    for kind in rule.rule.needs:
        if issubclass(kind, Answer) and page.section(pages.QUESTION):
            yield kind.KIND, Question(page.paragraph(pages.QUESTION), _reason(page))


def _about(finding: Finding, shown: View) -> Question:
    page = shown.rule_page(finding.rule)
    words = text.fill(page.paragraph(pages.QUESTION), finding.params)
    fallback = _("Is this as it should be?")
    why = text.fill(_reason(page), finding.params)
    return Question(words or fallback, why or _("only you can tell"), shown.sentence(finding))


def _reason(page: pages.Page) -> str:
    """Two sentences: many pages say what a thing is before they say why it matters."""
    return " ".join(re.split(r"(?<=\.)\s", page.paragraph(pages.WHY))[:2])
