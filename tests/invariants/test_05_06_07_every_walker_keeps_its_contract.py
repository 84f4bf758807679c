"""Invariants 5 (an allow-list), 6 (every byte in one segment) and 7 (a malformed file is refused with its place).

They are held for each format by `tests.contracts.walker`; here: that no walker goes without.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from audit.formats import WALKERS
from tests.contracts.walker import WalkerContract

FOLDER = Path(__file__).parents[1] / "formats"
HELD = {
    "test_nothing_is_revealed_afterwards",  # 5
    "test_every_byte_in_one_segment",  # 6
    "test_broken_files_are_refused_with_a_place",  # 7
}


def contracts():
    for path in sorted(FOLDER.glob("test_*.py")):
        module = importlib.import_module(f"tests.formats.{path.stem}")
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, WalkerContract) and each is not WalkerContract:
                yield each


@pytest.mark.parametrize("walker", WALKERS, ids=lambda walker: walker.name)
def test_every_walker_is_held_to_the_contract(walker):
    classes = [each for each in contracts() if getattr(each, "walker", None) is walker]
    assert classes
    for each in classes:
        assert each.__name__.startswith("Test")
        assert each.samples
        assert each.broken
        assert not [name for name in HELD if getattr(each, name) is not getattr(WalkerContract, name)]
