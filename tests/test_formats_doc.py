"""docs/formats.md is held by tests: each row names what holds it, each hiding place in the tests has its row."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from audit import rewriters
from audit.formats import WALKERS

if TYPE_CHECKING:
    from types import ModuleType

    from tests.contracts.rewriter import RewriterContract
    from tests.contracts.walker import WalkerContract

PAGE = (Path(__file__).parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")
HELD = re.compile(r"^Held by `tests/(formats|rewriters)/(\w+)\.py`, `(\w+)`\.$", re.MULTILINE)


class Table(NamedTuple):
    title: str
    folder: str
    module: str
    contract: str
    rows: list[list[str]]  # cells


def tables() -> list[Table]:
    """Of every section that says what holds it, in the order of the page."""
    found = []
    for section in PAGE.split("\n## ")[1:]:
        if held := HELD.search(section):
            lines = [line for line in section.splitlines() if line.startswith("|")]
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
            found.append(Table(section.splitlines()[0], held[1], held[2], held[3], rows))
    return found


TABLES = tables()


def contract(table: Table) -> WalkerContract | RewriterContract:
    return getattr(import_module(f"tests.{table.folder}.{table.module}"), table.contract)()


def modules_of(table: Table) -> list[ModuleType]:
    """The module of the contract, and those that are called after it."""
    paths = (Path(__file__).parent / table.folder).glob(f"{table.module}*.py")
    stems = (path.stem for path in paths)
    return [
        import_module(f"tests.{table.folder}.{stem}")
        for stem in stems
        if stem == table.module or stem.startswith(f"{table.module}_")
    ]


def names(row: list[str]) -> list[str]:
    return re.findall(r"`([^`]+)`", row[-1])


@pytest.mark.parametrize("table", TABLES, ids=[table.title for table in TABLES])
def test_every_row_is_held_by_a_test(table: Table) -> None:
    held, modules = contract(table), modules_of(table)
    samples = {**held.samples, **held.odd, **held.broken}
    for row in table.rows:
        assert len(row) == 3, row
        assert names(row), row
        for name in names(row):
            named = any(callable(getattr(module, name, None)) for module in modules)
            holds = named if name.startswith("test_") else name in samples
            assert holds, f"{table.title}: {row[0]}: nothing called {name!r} in {table.module}"


@pytest.mark.parametrize("table", TABLES, ids=[table.title for table in TABLES])
def test_every_hiding_place_has_a_row(table: Table) -> None:
    held = contract(table)
    named = [name for row in table.rows for name in names(row)]
    assert sorted({**held.samples, **held.odd}.keys() - set(named)) == []
    assert sorted(name for name in set(named) if named.count(name) > 1) == []


@pytest.mark.parametrize("table", TABLES, ids=[table.title for table in TABLES])
def test_a_row_says_what_happens_to_what_would_be_refused(table: Table) -> None:
    """A broken file is not cleaned: its row must not say that something goes."""
    broken = contract(table).broken.keys() - {*contract(table).samples, *contract(table).odd}
    for row in table.rows:
        assert broken.isdisjoint(names(row)) or row[1].startswith("refused"), row


def test_every_walker_has_a_table() -> None:
    found = [contract(table).walker.name for table in TABLES if table.folder == "formats"]
    assert sorted(found) == sorted(walker.name for walker in WALKERS)


def test_every_rewriter_has_a_table() -> None:
    found = [contract(table).rewriter.name for table in TABLES if table.folder == "rewriters"]
    assert sorted(found) == sorted(rewriters.NAMES)


def test_what_is_around_the_file_is_held_by_tests() -> None:
    section = PAGE.split("\n## Around the file")[1].split("\n## ")[0]
    modules = [
        import_module(f"tests.{name}")
        for name in ("test_batch", "test_backups", "cli.test_scrub", "test_scrubber")
    ]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "hiding place" not in line]
    assert len(rows) == 8
    for row in rows:
        for name in re.findall(r"`(test_\w+)`", row.rsplit("|", 2)[1]):
            assert any(hasattr(module, name) for module in modules), name
