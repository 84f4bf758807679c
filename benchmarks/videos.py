"""How fast a large video is cleaned, and with how much memory: beside `cp`, exiftool, ffmpeg and mat2.

A minute of moving test picture with sound is coded once by ffmpeg and joined to itself until the file is large enough; it
is given a title, and its samples are as many and as small as those of a real one. Medians of the rounds, and the largest process.

Run:  .venv/bin/python benchmarks/videos.py [--gigabytes 3] [--rounds 3] [--rate 3M] [--folder DIR] [--matroska]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path

CURTAIN = str(Path(sysconfig.get_path("scripts")) / "curtain")
SECONDS = 60


def made(folder: Path, gigabytes: float, rate: str, ending: str) -> Path:
    """Frames of which none is alike, so that they are not too small."""
    one = folder / "one.mp4"
    sources = (
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s=1280x720:r=30:d={SECONDS}",
        "-f",
        "lavfi",
        "-i",
        f"sine=d={SECONDS}",
    )
    coded = (
        "-vf",
        "noise=alls=20:allf=t",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-b:v",
        rate,
        "-c:a",
        "aac",
    )
    ffmpeg(*sources, *coded, str(one))
    times = max(1, int(gigabytes * 1e9 / one.stat().st_size))
    (folder / "list.txt").write_text(f"file '{one}'\n" * times)
    place = folder / "in" / f"long{ending}"
    place.parent.mkdir()
    ffmpeg(
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        str(folder / "list.txt"),
        "-c",
        "copy",
        "-metadata",
        "title=Jane Roe",
        str(place),
    )
    return place


def ffmpeg(*options: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *options], check=True)


def run(command: list[str]) -> tuple[float, float]:
    """Seconds, and megabytes of the largest process."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(child.pid, 0)
    child.returncode = 0
    return time.monotonic() - began, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--gigabytes", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", default="3M")
    parser.add_argument("--folder")
    parser.add_argument("--matroska", action="store_true")
    asked, _ = parser.parse_known_args()
    if not shutil.which("ffmpeg"):
        print("ffmpeg is not installed: left out")
        return
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        work = Path(folder)
        ending = ".mkv" if asked.matroska else ".mp4"
        source = made(work, asked.gigabytes, asked.rate, ending)
        out = work / "out"
        target = str(out / source.name)
        programs = {
            "cp": ["cp", str(source), target],
            "curtain scrub --to": [CURTAIN, "scrub", str(source), "--to", str(out), "--jobs", "1"],
            "curtain photos": [CURTAIN, "photos", str(source)],
            "exiftool -all=": ["exiftool", "-q", "-all=", "-api", "largefilesupport=1", "-o", target, str(source)],
            "ffmpeg -c copy": ["ffmpeg", "-v", "error", "-nostdin", "-i", str(source), "-map_metadata", "-1", "-c", "copy", target],
            "mat2": ["mat2", str(source)],
        }  # fmt: skip
        print(f"{source.stat().st_size / 1e9:.2f} GB\n\n| | median | beside cp | memory |\n|---|---|---|---|")
        first = 0.0
        for name, command in programs.items():
            if not shutil.which(command[0]):
                print(f"| {name} | not installed | | |")
                continue
            times, sizes = [], []
            for _ in range(asked.rounds):
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir()
                os.sync()
                taken, size = run(command)
                times.append(taken)
                sizes.append(size)
            median = statistics.median(times)
            first = first or median
            print(
                f"| {name} | {median:.2f} s | {median / first:.2f} times | {max(sizes):.0f} MB |", flush=True
            )
            for extra in source.parent.glob("*.cleaned.*"):
                extra.unlink()


if __name__ == "__main__":
    main()
