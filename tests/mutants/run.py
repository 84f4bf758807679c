"""Break each promise on purpose, in a copy, and see the test that holds it fail.

A mutant is a patch beside this file. Its first lines say what it breaks and name the test:

    # breaks: 2. what was refused would pass unsaid
    # test: tests/invariants/test_02_not_seen_is_never_clean.py::test_a_gap_keeps_a_rule_from_passing

`python tests/mutants/run.py [NAME…]`. Ends with 1 if a patch no longer applies, if its test passes all the same, or if it
fails without the patch.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "dist", "build")
TESTS_FAILED = 1  # pytest's exit status; 2 to 5 mean that it could not even try


class Mutant(NamedTuple):
    name: str
    patch: Path
    breaks: str
    test: str


def mutants() -> list[Mutant]:
    found = []
    for patch in sorted(HERE.glob("*.patch")):
        head = dict(re.findall(r"^# (breaks|test): (.*)$", patch.read_text(encoding="utf-8"), re.MULTILINE))
        found.append(Mutant(patch.stem, patch, head["breaks"], head["test"]))
    return found


def applied(patch: Path, tree: Path) -> str:
    """Apply a patch below `tree`; what went wrong, or nothing."""
    env = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    done = subprocess.run(
        ["git", "apply", str(patch)], cwd=tree, env=env, capture_output=True, text=True, check=False
    )
    return done.stderr.strip()


def tested(tests: Iterable[str], tree: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    start = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(start, cwd=tree, env=env, capture_output=True, text=True, check=False, timeout=300)


def verdict(mutant: Mutant, base: Path) -> str:
    """Nothing if the test found the mutant, else what is wrong."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        tree = Path(place) / "tree"
        shutil.copytree(base, tree, symlinks=True)
        if problem := applied(mutant.patch, tree):
            return f"the patch does not apply: {problem}"
        ended = tested([mutant.test], tree)
    if ended.returncode == TESTS_FAILED:
        return ""
    if ended.returncode == 0:
        closing = ended.stdout.strip().splitlines()[-1:]
        return f"the test passes all the same: {mutant.test} ({closing})"
    return f"the test could not run: {mutant.test}\n{ended.stdout[-2000:]}{ended.stderr[-500:]}"


def main(names: list[str]) -> int:
    chosen = [each for each in mutants() if not names or each.name in names]
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        base = Path(place) / "tree"
        shutil.copytree(ROOT, base, symlinks=True, ignore=LEFT_OUT)
        whole = tested(sorted({each.test for each in chosen}), base)
        if whole.returncode:
            print(f"the tests do not pass without a mutant:\n{whole.stdout[-3000:]}{whole.stderr[-500:]}")  # noqa: T201
            return 1
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            problems = list(pool.map(lambda each: verdict(each, base), chosen))
    for mutant, problem in zip(chosen, problems, strict=True):
        print(f"{'✗' if problem else '✓'} {mutant.name}: {problem or mutant.breaks}")  # noqa: T201
    print(f"{len(chosen)} mutants, {sum(map(bool, problems))} not found")  # noqa: T201
    return int(any(problems) or not chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
