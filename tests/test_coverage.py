"""docs/coverage.md is what the code says, and says something of every rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit import artifacts, coverage, pages, registry
from audit.artifacts.account import Account

ROOT = Path(__file__).parent.parent
RULES = registry.load()


def test_the_document_is_made_from_the_code() -> None:
    written = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    assert written == coverage.page(RULES), "make it anew: python -m audit.coverage > docs/coverage.md"


@pytest.mark.parametrize("loaded", RULES, ids=[each.name for each in RULES])
def test_every_rule_says_what_it_cannot_see(loaded: registry.LoadedRule) -> None:
    for language in ("en", "es"):
        page = pages.parse(pages.path_of(loaded.page, language).read_text(encoding="utf-8"))
        unseen = page.paragraph(pages.UNSEEN)
        assert unseen.endswith("."), language
        assert "|" not in unseen


@pytest.mark.parametrize("kind", artifacts.kinds().values(), ids=lambda kind: kind.KIND)
def test_every_kind_looks_somewhere_asks_somebody_or_is_made_of_others(kind) -> None:
    found = coverage.asked([kind])
    assert found.places or found.queries or issubclass(kind, coverage.Answer)


def test_what_only_root_reads_is_told_apart() -> None:
    found = coverage.Asked(("/etc/passwd", "/etc/shadow", "/root/.ssh", "~/.ssh"), ())
    assert found.kept_by_root == ["/etc/shadow", "/root/.ssh"]
    assert (found.of_the_home, len(found.of_the_system)) == (["~/.ssh"], 3)
    assert "/etc/passwd" in coverage.asked([Account]).places
