"""Whether cleaned videos play: the first and the last frame, and one in the middle that is sought, decoded by ffmpeg.

Each is compared with that of the original. Prints how many there were, how many were the same, and names the others.

Run:  .venv/bin/python benchmarks/plays.py ORIGINALS CLEANED
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

ENDINGS = {".mp4", ".m4v", ".mov", ".3gp", ".m4a", ".mkv", ".webm"}


def output(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    return done.stdout if done.returncode == 0 else ""


def seconds(path: Path) -> float:
    said = output("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", str(path))
    try:
        return float(json.loads(said or "{}")["format"]["duration"])
    except (KeyError, ValueError):
        return 0.0


def frame(path: Path, *seek: str, last: bool = False) -> str:
    """The digest of one frame (or of one packet of sound); empty if there is none."""
    number = [] if last else ["-frames:v", "1", "-frames:a", "1"]
    lines = output(
        *("ffmpeg", "-v", "error", "-nostdin", *seek, "-i", str(path), "-map", "0:v:0?", "-map", "0:a:0?"),
        *(*number, "-f", "framemd5", "-"),
    ).splitlines()
    told = [line.rsplit(",", 1)[-1].strip() for line in lines if line and line[0] != "#"]
    return " ".join(told[-2:] if last else told[:2])


def look(path: Path) -> dict[str, str]:
    length = seconds(path)
    return {
        "first": frame(path),
        "middle": frame(path, "-ss", f"{length / 2:.3f}"),
        "last": frame(path, "-ss", f"{max(0.0, length - 1):.3f}", last=True),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("originals", type=Path, nargs="?")
    parser.add_argument("cleaned", type=Path, nargs="?")
    asked, _ = parser.parse_known_args()
    if not shutil.which("ffmpeg") or asked.cleaned is None:
        print("no ffmpeg, or no two folders named: left out")
        return
    counts: Counter[str] = Counter()
    for path in sorted(asked.originals.rglob("*")):
        other = asked.cleaned / path.relative_to(asked.originals)
        if path.suffix.lower() not in ENDINGS or not other.is_file():
            continue
        before, after = look(path), look(other)
        counts["videos"] += 1
        counts["not decoded before either"] += not before["first"]
        for which, digest in before.items():
            same = bool(digest) and after[which] == digest
            counts[f"{which}: the same"] += same
            if digest and not same:
                print(f"{path}: {which} frame differs")
    for what, count in counts.items():
        print(f"{what}: {count}")


if __name__ == "__main__":
    main()
