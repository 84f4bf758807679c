"""The mutants themselves run in CI (`make mutants`); here: that they are complete and still apply."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.mutants.run import ROOT, mutants

MUTANTS = mutants()


def test_every_invariant_has_a_mutant():
    assert {int(each.name[:2]) for each in MUTANTS} >= set(range(1, 13))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_it_names_a_test_that_exists(mutant):
    path, *names = re.sub(r"\[.*", "", mutant.test).split("::")
    source = (ROOT / path).read_text(encoding="utf-8")
    if path.startswith("tests/formats/"):
        source += (ROOT / "tests/contracts/walker.py").read_text(encoding="utf-8")
    if path.startswith("tests/reports/"):
        source += (ROOT / "tests/contracts/report.py").read_text(encoding="utf-8")
    for name in names:
        assert f"def {name}(" in source or f"class {name}(" in source
    assert mutant.breaks.startswith(f"{int(mutant.name[:2])}. ")


@pytest.mark.skipif(not shutil.which("git"), reason="git applies the patches")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.name)
def test_it_still_applies(mutant):
    checked = subprocess.run(
        ["git", "apply", "--check", str(mutant.patch)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
