"""Fuzz the walkers, the rewriters and the parsers of a device, one after the other: `python fuzz/run.py [format …] [--seconds 60] [--jobs 1] [--seed 0] [--keep FOLDER]`.

The samples of the tests are the seeds. An input that is too slow or too large ends its format's run. Prints executions and findings of each format; ends with 1 if there are findings,
and leaves their inputs in a folder that it names. A finding becomes a sample of the format's tests once it is mended.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
BOUNDS = [
    "-timeout=20",
    "-rss_limit_mb=1024",
]  # seconds an input, megabytes in all, Python and its modules included
SHORT = 300  # bytes of an input that are shown
EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)|^#(\d+)\s", re.MULTILINE)


class Outcome(NamedTuple):
    name: str
    executions: int
    findings: list[Path]
    broken: str  # the harness itself did not run to its end: its last words


def prepare(name: str, folder: Path) -> int:
    """Write the seeds; the length of the longest. Not in several threads: the tests' pictures are shared."""
    from fuzz.harness import seeds

    corpus = folder / "seeds"
    corpus.mkdir(parents=True)
    data = seeds(name)
    for number, seed in enumerate(data):
        (corpus / f"{number:03}").write_bytes(seed)
    return max(map(len, data))


def fuzz(name: str, folder: Path, longest: int, seconds: int, seed: int) -> Outcome:
    from fuzz.harness import FINDING

    done = subprocess.run(
        [
            *(sys.executable, "-m", "fuzz.harness", name, str(folder)),
            *(f"-max_total_time={seconds}", f"-max_len={2 * longest}", f"-seed={seed}"),
            *("-print_final_stats=1", *BOUNDS),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    counts = [int(whole or step) for whole, step in EXECUTED.findall(done.stderr)]
    findings = sorted(path for path in folder.glob(FINDING + "*") if path.suffix != ".txt")
    broken = "" if counts and (done.returncode == 0 or findings) else done.stderr[-2000:] or "it said nothing"
    return Outcome(name, max(counts, default=0), findings, broken)


def show(outcome: Outcome) -> None:
    print(
        f"{outcome.name:5} {outcome.executions:>9,} executions {len(outcome.findings):>3} findings",
        flush=True,
    )
    for path in outcome.findings:
        data, why = path.read_bytes(), path.with_name(path.name + ".txt")
        print(f"      {path} ({len(data)} bytes)")
        if len(data) <= SHORT:
            print(f"      {data.hex()}")
        print(
            "      "
            + (why.read_text("utf-8").strip()[-900:] if why.exists() else "too slow, or too large").replace(
                "\n", "\n      "
            )
        )
    if outcome.broken:
        print(f"      the harness did not run:\n{outcome.broken}")


def options(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzz the walkers and rewriters of all formats.")
    parser.add_argument("formats", nargs="*", help=f"all of them if none is named: {', '.join(names)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each format")
    parser.add_argument("--jobs", type=int, default=1, help="formats at the same time")
    parser.add_argument("--seed", type=int, default=0, help="the same inputs in the same order; 0: at random")
    parser.add_argument("--keep", type=Path, help="folder for findings (default: a temporary one)")
    found = parser.parse_args()
    if unknown := set(found.formats) - set(names):
        parser.error(f"no such format: {', '.join(sorted(unknown))}")
    return found


def main() -> int:
    if find_spec("atheris") is None:
        print(
            "Fuzzing is skipped: atheris is not installed (pip install 'drawncurtain[fuzz]'; Linux and macOS only)."
        )
        return 0
    sys.path.insert(0, str(ROOT))
    from fuzz.harness import ALL

    told = options(list(ALL))
    if told.keep:
        told.keep.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="curtain-fuzz-", dir=told.keep))
    longest = {name: prepare(name, folder / name) for name in told.formats or ALL}
    with ThreadPoolExecutor(told.jobs) as pool:
        runs = [
            pool.submit(fuzz, name, folder / name, most, told.seconds, told.seed)
            for name, most in longest.items()
        ]
        outcomes = []
        for run in runs:
            outcomes.append(run.result())
            show(outcomes[-1])
    for outcome in outcomes:
        shutil.rmtree(folder / outcome.name / "seeds")
    if not any(outcome.findings for outcome in outcomes):
        shutil.rmtree(folder)
    return int(any(outcome.findings or outcome.broken for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
