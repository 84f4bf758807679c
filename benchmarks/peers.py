"""What is left and what is lost: `curtain scrub` beside exiftool, mat2 and ffmpeg, on real files, judged by an independent check.

The check (`scrub_oracle.py ORIGINALS SCRUBBED`) and the pictures are not part of this project; both are looked for beside it,
or named. Only files of formats that `curtain scrub` cleans are taken, whatever their names say.

Run:  .venv/bin/python benchmarks/peers.py [--corpus DIR] [--oracle FILE] [--keep DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.media import identify, open_medium, rewriting

if TYPE_CHECKING:
    from collections.abc import Callable

CURTAIN = str(Path(sysconfig.get_path("scripts")) / "curtain")
BESIDE = Path(__file__).resolve().parent.parent.parent / "shared"
COLOURS_BACK = ["-all=", "-tagsfromfile", "@", "-icc_profile", "-orientation"]
LOST = ("pixel_mismatch", "icc_lost", "colour_lost", "animation_lost", "orientation_wrong")
COLUMNS = ("missing", "failed", "leaks", "lost", "clean and faithful")
ENDINGS = {
    "JPEG": ".jpg .jpeg .mpo",
    "PNG": ".png .apng",
    "WebP": ".webp",
    "TIFF": ".tif .tiff",
    "HEIC": ".heic .heif .hif",
    "AVIF": ".avif",
    "JPEG XL": ".jxl",
    "GIF": ".gif",
    "BMP": ".bmp",
    "ICO": ".ico",
    "MP4": ".mp4 .m4v .3gp",
    "MOV": ".mov",
    "M4A": ".m4a",
    "Matroska": ".mkv .webm",
    "PDF": ".pdf",
    "SVG": ".svg",
}
VIDEOS = " ".join(ENDINGS[each] for each in ("MP4", "MOV", "M4A", "Matroska")).split()


def taken(corpus: Path, to: Path) -> dict[str, str]:
    """Copies of the pictures that have a walker, and the format of each by its relative name."""
    found = {}
    for path in sorted(corpus.rglob("*")):
        if not path.is_file():
            continue
        with open_medium(str(path)) as reader:
            kind = identify(reader, str(path))
        walker = kind and (kind.walker or rewriting(kind))
        if walker and path.suffix.lower() in ENDINGS.get(walker.name, "").split():
            name = str(path.relative_to(corpus))
            found[name] = walker.name
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / name)
    return found


def quiet(command: list[str], cwd: Path | None = None) -> None:
    subprocess.run(command, check=False, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_curtain(originals: Path, out: Path) -> None:
    quiet([CURTAIN, "scrub", str(originals), "--to", str(out)])


def by_exiftool(originals: Path, out: Path) -> None:
    quiet(["exiftool", "-q", "-q", "-r", *COLOURS_BACK, "-o", f"{out}/originals/%d%f.%e", "."], originals)


def by_mat2(originals: Path, out: Path) -> None:
    """It writes `name.cleaned.jpg` beside each file, so it works on a copy."""
    shutil.copytree(originals, out / "work")
    for path in sorted((out / "work").rglob("*.*")):
        quiet(["mat2", str(path)])
        clean = path.with_name(f"{path.stem}.cleaned{path.suffix}")
        if clean.exists():
            place = out / "originals" / path.relative_to(out / "work")
            place.parent.mkdir(parents=True, exist_ok=True)
            clean.rename(place)
    shutil.rmtree(out / "work")


def by_ffmpeg(originals: Path, out: Path) -> None:
    """Videos only: streams copied, metadata left out."""
    for path in sorted(originals.rglob("*.*")):
        place = out / "originals" / path.relative_to(originals)
        if path.suffix.lower() in VIDEOS:
            place.parent.mkdir(parents=True, exist_ok=True)
            copied = ["-map", "0", "-map_metadata", "-1", "-c", "copy"]
            quiet(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(path), *copied, str(place)])


PROGRAMS: dict[str, Callable[[Path, Path], None]] = {
    "curtain": by_curtain,
    "exiftool": by_exiftool,
    "mat2": by_mat2,
    "ffmpeg": by_ffmpeg,
}


def judged(oracle: Path, originals: Path, out: Path, cache: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(oracle), str(originals), str(out), "-j", "2", "--full"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "ORACLE_CACHE": str(cache)},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def tables(formats: dict[str, str], verdicts: dict[str, dict[str, Any]]) -> None:
    print("| format | files | program | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    for name in (*ENDINGS, "all"):
        files = [each for each, kind in formats.items() if name in (kind, "all")]
        for program, verdict in verdicts.items() if files else ():
            counts: Counter[str] = Counter()
            for each in files:
                told = verdict["detail"].get(each, {})
                counts.update(key for key in ("missing", "failed", "leaks") if told.get(key))
                counts["lost"] += any(told.get(key) for key in LOST)
                counts["clean and faithful"] += not any(
                    told.get(key) for key in ("missing", "failed", "leaks", *LOST)
                )
            cells = " | ".join(str(counts[column]) for column in COLUMNS)
            print(f"| {name} | {len(files)} | {program} | {cells} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--corpus", type=Path, default=BESIDE / "corpus")
    parser.add_argument("--oracle", type=Path, default=BESIDE / "tools" / "scrub_oracle.py")
    parser.add_argument("--videos", action="store_true", help="videos only")
    parser.add_argument("--keep", type=Path, help="keep what was written, and the verdicts, in this folder")
    asked, _ = parser.parse_known_args()
    if not asked.corpus.is_dir() or not asked.oracle.is_file():
        print("no pictures, or no independent check: left out")
        return
    with tempfile.TemporaryDirectory() as folder:
        work = asked.keep or Path(folder)
        originals = work / "originals"
        formats = taken(asked.corpus, originals)
        if asked.videos:
            for each in [each for each in formats if Path(each).suffix.lower() not in VIDEOS]:
                (originals / each).unlink()
                del formats[each]
        verdicts = {}
        for program, scrub in PROGRAMS.items():
            if program != "curtain" and not shutil.which(program):
                print(f"{program}: not installed")
                continue
            scrub(originals, work / program)
            verdicts[program] = judged(
                asked.oracle, originals, work / program / "originals", work / "cache.json"
            )
            if asked.keep:
                (work / f"{program}.json").write_text(json.dumps(verdicts[program], indent=1))
        tables(formats, verdicts)
        for each, told in verdicts["curtain"]["detail"].items():
            wrong = {key: told[key] for key in ("missing", "failed", "leaks", *LOST) if told.get(key)}
            if wrong:
                print(f"curtain: {each}: {wrong}")


if __name__ == "__main__":
    main()
