"""Kills `curtain scrub` at random moments, and looks whether anything was lost.

Each round works on a fresh copy of the same pictures, kills the command with or without the processes that it started, and
looks when none of them is left: every original must be there byte for byte (in place: it, or the complete result), every name in the target must lead to a complete result, and the
next run must finish everything and leave no temporary file. In place with `--backup`, the original must be under its own
name or in the folder for originals at every moment.

Run:  .venv/bin/python fuzz/kills.py [--kills 500] [--seed 1] [--formats jpeg png] [--large]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit.drafts import is_leftover
from fuzz.harness import HARNESSES, contract

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

CURTAIN = [sys.executable, "-m", "audit", "scrub"]
MODES = ("to", "in-place", "backup")
FILES = 80
LARGE_FILES = 4
LARGE = 40 << 20  # bytes: such a movie is copied by a process of its own
EXTENSIONS = {"jpeg": ".jpg", "heic": ".heic", "tiff": ".tif"}

Contents = dict[str, bytes]


def pictures(folder: Path, kinds: Collection[str]) -> None:
    """Pictures and videos of some formats, each with something to remove."""
    made = [(kind, contract(kind).turned) for kind in kinds]
    for number in range(FILES):
        kind, data = made[number % len(made)]
        place = folder / f"{number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"IMG_{number:03}{EXTENSIONS.get(kind, f'.{kind}')}").write_bytes(data)


def large_movies(folder: Path) -> None:
    movie = contract("mp4").turned
    noise = random.Random(1).randbytes(LARGE)
    box = (len(noise) + 8).to_bytes(4, "big") + b"free" + noise
    for number in range(LARGE_FILES):
        place = folder / f"{number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"VID_{number}.mp4").write_bytes(movie + box)


def contents(folder: Path) -> Contents:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not is_leftover(path.name)
    }


def leftovers(folder: Path) -> int:
    return sum(is_leftover(path.name) for path in folder.rglob("*"))


class Round:
    """One run that is killed, and the next one that is not."""

    def __init__(self, mode: str, folder: Path, originals: Contents, results: Contents) -> None:
        self.mode = mode
        self.source, self.apart = folder / "photos", folder / "apart"
        self.originals, self.results = originals, results
        for name, data in originals.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def command(self, jobs: int) -> list[str]:
        where = {
            "to": ["--to", str(self.apart)],
            "in-place": ["--in-place", "--yes"],
            "backup": ["--in-place", "--yes", "--backup", str(self.apart)],
        }
        return [*CURTAIN, str(self.source), *where[self.mode], "--jobs", str(jobs)]

    def killed(self, jobs: int, after: float, *, alone: bool) -> bool:
        """Run it, and kill it after so many seconds, `alone` or with its processes; whether that came before its end."""
        run = subprocess.Popen(
            self.command(jobs), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(after)
        try:
            (os.kill if alone else os.killpg)(run.pid, signal.SIGKILL)
        except ProcessLookupError:
            run.wait()
            return False
        landed = run.wait() == -signal.SIGKILL
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.killpg(run.pid, 0)
                time.sleep(0.01)
        return landed

    def losses(self, *, finished: bool) -> Iterator[str]:
        """What is not as it must be."""
        here, apart = contents(self.source), contents(self.apart / "photos")
        for name, original in self.originals.items():
            good = {self.results[name]} if finished else {original, self.results[name]}
            if here.get(name) not in ({original} if self.mode == "to" else good):
                yield f"original lost: {name}"
            if self.mode == "backup" and original not in (here.get(name), apart.get(name)):
                yield f"original not kept: {name}"
        for name, data in apart.items():
            if data != (self.originals if self.mode == "backup" else self.results).get(name):
                yield f"broken file: {name}"
        if finished and self.mode == "to" and apart != self.results:
            yield "not finished by the next run"
        if finished and leftovers(self.source.parent):
            yield "a temporary file was left"


def measured(work: Path, originals: Contents) -> tuple[Contents, float]:
    """The results of an undisturbed run, and how long it takes."""
    undisturbed = Round("to", work / "undisturbed", originals, {})
    began = time.monotonic()
    subprocess.run(undisturbed.command(2), check=True, stdout=subprocess.DEVNULL)
    return contents(undisturbed.apart / "photos"), time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--kills", type=int, default=500, help="that land before the command's end, for each mode"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where to work")
    parser.add_argument("--formats", nargs="*", choices=[*HARNESSES], help="only these")
    parser.add_argument("--large", action="store_true", help="a few large movies instead")
    asked = parser.parse_args()
    rng, lost = random.Random(asked.seed), 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        work = Path(folder)
        if asked.large:
            large_movies(work / "seeds")
        else:
            pictures(work / "seeds", asked.formats or HARNESSES)
        originals = contents(work / "seeds")
        results, seconds = measured(work, originals)
        print(f"{len(originals)} files, {seconds:.2f} s undisturbed")
        for mode in MODES:
            counts: Counter[str] = Counter()
            while counts["kills"] < asked.kills:
                one = Round(mode, work / "round", originals, results)
                alone = rng.random() < 0.5
                landed = one.killed(rng.choice((1, 2)), rng.uniform(0.1, 1) * seconds, alone=alone)
                found = list(one.losses(finished=not landed))
                if landed:
                    counts["kills"] += 1
                    counts["with work half done"] += contents(one.source) != originals or one.apart.exists()
                    counts["temporary files after the kill"] += leftovers(work / "round")
                    subprocess.run(one.command(2), check=True, stdout=subprocess.DEVNULL)
                    found += one.losses(finished=True)
                counts["losses"] += len(found)
                print(*found, sep="\n", end="\n" if found else "")
                shutil.rmtree(work / "round")
            lost += counts["losses"]
            print(f"{mode}: " + ", ".join(f"{count} {what}" for what, count in counts.items()), flush=True)
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
