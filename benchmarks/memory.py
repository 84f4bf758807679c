"""The memory that `curtain photos` and `curtain scrub --to` need for 100,000 pictures, of each process and of all together.

The pictures are hard links to a few small ones with Exif, in folders of a hundred: what grows is what is kept for each
file. The copies that scrubbing writes take about 400 MB. Memory is read from /proc ten times a second: the peak of each
process (VmHWM, shared pages counted in each), and the sum of what they take without counting shared pages twice (PSS).

Run:  .venv/bin/python benchmarks/memory.py [--files 100000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import io
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from batch import exif
from PIL import Image

CURTAIN = str(Path(sysconfig.get_path("scripts")) / "curtain")
PER_FOLDER = 100
DIFFERENT = 50
EVERY_SECONDS = 0.1


def make(folder: Path, count: int) -> None:
    """Pictures of 80 by 60 pixels, each linked as often as a file system allows without asking too much of it."""
    rng = random.Random(5)
    sources = folder.parent / "sources"
    sources.mkdir()
    for number in range(DIFFERENT):
        image, out = Image.effect_noise((80, 60), 20 + number), io.BytesIO()
        image.save(out, "JPEG")
        data = out.getvalue()
        (sources / f"{number}.jpg").write_bytes(data[:2] + exif(number, data, rng) + data[2:])
    for index in range(count):
        place = folder / f"{index // PER_FOLDER:04}"
        if index % PER_FOLDER == 0:
            place.mkdir(parents=True)
        os.link(sources / f"{index % DIFFERENT}.jpg", place / f"IMG_{index:06}.jpg")


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    found = [pid]
    for each in found:
        try:
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
        except OSError:
            continue
    return found


def kilobytes(path: str, word: str) -> int:
    try:
        line = next(line for line in Path(path).read_text().splitlines() if line.startswith(word))
    except (OSError, StopIteration):
        return 0
    return int(line.split()[1])


def measured(command: list[str]) -> tuple[float, int, int]:
    """Seconds, the peak of the largest process, the largest sum, in kB."""
    start, largest, together = time.perf_counter(), 0, 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            pids = family(process.pid)
            largest = max(largest, *(kilobytes(f"/proc/{pid}/status", "VmHWM:") for pid in pids))
            together = max(together, sum(kilobytes(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in pids))
            time.sleep(EVERY_SECONDS)
    if process.returncode:
        sys.exit(f"{' '.join(command[:2])} … failed")
    return time.perf_counter() - start, largest, together


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument(
        "--folder", help="where to work; the system's folder for temporary files if not given"
    )
    asked, _others = parser.parse_known_args()  # `make bench` gives every file the same ones
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        source = Path(folder) / "pictures"
        make(source, asked.files)
        print(f"\n{asked.files} pictures in {-(-asked.files // PER_FOLDER)} folders\n")
        print("| | seconds | largest process | all together |\n|---|---|---|---|")
        for name, command in {
            "curtain photos": ["photos", str(source)],
            "curtain photos --format json": ["photos", str(source), "--format", "json"],
            "curtain scrub --to": ["scrub", str(source), "--to", str(Path(folder) / "clean")],
        }.items():
            took, largest, together = measured([CURTAIN, *command])
            print(f"| {name} | {took:.0f} | {largest / 1024:.0f} MB | {together / 1024:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
