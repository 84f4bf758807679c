"""What no page of ours ever says, in English and in Spanish (PRACTICE.md, "Never")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

_DEVICE = r"(?:device|computer|machine|system|phone|laptop|disk|account|dispositivo|equipo|ordenador|sistema|teléfono|cuenta)"
NEVER = {
    "blames": r"\byou should(?: not|n't)? have\b|\byour (?:own )?fault\b|\bdeber[ií]as? haber|\bdebiste\b|\btu culpa\b",
    "names images after the one who abuses them": r"\brevenge porn|\bporno\w* de venganza|\bvenganza\b",
    "gives a verdict": rf"\b(?:{_DEVICE}|you|everything|it) (?:is|are) (?:now |then )?(?:safe|clean|secure)\b"
    rf"|\b{_DEVICE} (?:est[áa]|es|queda) (?:ya |ahora )?(?:limpi[oa]|segur[oa])\b|\best[áa]s a salvo\b",
    "raises its voice": r"[!¡]",
    "promises": r"\b100 ?%|\bguarantee|\bgarantiza|\bgarantía\b|\bundetectable|\bindetectable",
    "hurries": r"\b(?:immediately|right away|hurry|inmediatamente|de inmediato|date prisa)\b",
    "frightens": r"\b(?:warning|danger|alarm)[!:]|\bhacked\b|\bADVERTENCIA\b|\bWARNING\b",
}
_NEGATED = re.compile(r"\b(?:never|no|not|nothing|nobody|cannot|nunca|nada|ning[uú]n|sin)\b", re.IGNORECASE)
_MAY_BE_DENIED = frozenset({"gives a verdict", "promises", "hurries"})
_NOT_WORDS = re.compile(r"```.*?```|`[^`]*`|^ {4,}.*$|\]\([^)]*\)|!\[", re.DOTALL | re.MULTILINE)

# What somebody who watches would notice. Never what a page about spying tells to do first.
CHANGES = re.compile(
    r"\b(?:remove|uninstall|disable|delete|erase|kill|stop|block|quit|end|turn (?:it )?off|switch (?:it )?off|"
    r"elimin\w+|desinstal\w+|desactiv\w+|borr\w+|quit[ae]\w*|apag\w+|deten\w*|bloque\w+)\b",
    re.IGNORECASE,
)


def said(text: str) -> Iterator[str]:
    """What a page says that it must not, sentence by sentence."""
    for sentence in re.split(r"(?<=[.:;?])\s+|\n\s*\n|\n(?=[-*#\d])", _NOT_WORDS.sub(" ", text)):
        for what, pattern in NEVER.items():
            if what in _MAY_BE_DENIED and _NEGATED.search(sentence):
                continue
            if re.search(pattern, sentence, re.IGNORECASE if what != "frightens" else 0):
                yield f"{what}: {' '.join(sentence.split())}"


def pages() -> list[Path]:
    """Every page that people read."""
    places = ("rules/**/*.md", "audit/steps/*.md", "audit/templates/*.md*", "docs/*.md", "*.md")
    return sorted(path for place in places for path in ROOT.glob(place))
