"""`curtain scrub` and `curtain photos` on whole folders, beside `cp -r`, a copy with fsync, exiftool and mat2.

The pictures are made here: camera-like JPEGs with Exif, a position, a serial number, an owner and a thumbnail. Every
round runs every program once; medians of seconds and of the ratios within a round are printed. Folders that were
written are removed after each round, and then a while goes by: ext4 takes long to reuse what was removed just now.

Run:  .venv/bin/python benchmarks/batch.py [--rounds 5] [--large 100] [--small 5000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CURTAIN = str(Path(sysconfig.get_path("scripts")) / "curtain")
SIZES = {"large": (4032, 3024, 96), "small": (640, 480, 88)}
PER_FOLDER = 100
MAT2_FILES = {"large": 3, "small": 20}
SETTLE_SECONDS = 6
SCRUB_WITH_EXIFTOOL = "exiftool -q -q -r -all= -tagsfromfile @ -icc_profile -orientation".split()  # noqa: SIM905


class Measure(NamedTuple):
    """One row. `run` gives seconds; `beside` is the row that it is compared with; `program` must be installed."""

    name: str
    run: Callable[[], float]
    beside: str = ""
    program: str = ""


# --- pictures


def directory(entries: dict[int, tuple[int, int, bytes]], at: int, following: int = 0) -> bytes:
    """An Exif directory that stands at `at` (TIFF 6.0, section 2), with its values behind it."""
    head, values = struct.pack("<H", len(entries)), b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, (kind, many, value) in sorted(entries.items()):
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack("<I", behind + len(values))
            values += value + b"\0" * (len(value) % 2)
        head += struct.pack("<HHI", tag, kind, many) + place
    return head + struct.pack("<I", following) + values


def words(text: str) -> tuple[int, int, bytes]:
    return 2, len(text) + 1, text.encode() + b"\0"


def number(value: int) -> tuple[int, int, bytes]:
    return 4, 1, struct.pack("<I", value)


def degrees(whole: int, minutes: int, seconds: int) -> tuple[int, int, bytes]:
    return 5, 3, struct.pack("<6I", whole, 1, minutes, 1, seconds, 10000)


def exif(index: int, preview: bytes, rng: random.Random) -> bytes:
    """The APP1 segment of one picture."""
    minute, when = index % 60, f"2025:05:04 10:{index % 60:02}:{index % 59:02}"
    first = {0x010F: words("BenchCam"), 0x0110: words(f"Model {index % 9}"), 0x0132: words(when)}
    first |= {0x0112: (3, 1, struct.pack("<H", rng.choice((1, 1, 1, 6, 8)))), 0x013B: words("Jane Roe")}
    second = {0x9003: words(when), 0xA430: words("Jane Roe"), 0xA431: words(f"SN{index:06}")}
    place = {1: words("N"), 2: degrees(48, minute, rng.randrange(600000))}
    place |= {3: words("E"), 4: degrees(2, minute, rng.randrange(600000))}
    links = {0x8769: number(0), 0x8825: number(0)}
    at_second = 8 + len(directory(first | links, 8))
    at_place = at_second + len(directory(second, at_second))
    at_third = at_place + len(directory(place, at_place))
    third = {0x0103: (3, 1, b"\6\0"), 0x0201: number(0), 0x0202: number(len(preview))}
    third[0x0201] = number(at_third + len(directory(third, at_third)))
    links = {0x8769: number(at_second), 0x8825: number(at_place)}
    block = b"II*\0\x08\0\0\0" + directory(first | links, 8, at_third) + directory(second, at_second)
    payload = b"Exif\0\0" + block + directory(place, at_place) + directory(third, at_third) + preview
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def drawings(size: str) -> Iterator[tuple[bytes, bytes]]:
    """Six pictures, each with its preview."""
    width, height, quality = SIZES[size]
    for seed in range(6):
        noise = Image.effect_noise((width, height), 30 + 4 * seed).convert("RGB")
        ramp = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        image = Image.blend(noise.filter(ImageFilter.GaussianBlur(1.2)), ramp, 0.5)
        whole, small = io.BytesIO(), io.BytesIO()
        image.save(whole, "JPEG", quality=quality)
        image.thumbnail((160, 120))
        image.save(small, "JPEG")
        yield whole.getvalue(), small.getvalue()


def make(folder: Path, count: int, size: str) -> None:
    rng, drawn = random.Random(5), list(drawings(size))
    for index in range(count):
        place = folder / f"{index // PER_FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        picture, preview = drawn[index % len(drawn)]
        data = picture[:2] + exif(index, preview, rng) + picture[2:]
        (place / f"IMG_{index:05}.jpg").write_bytes(data)


# --- what is measured


def seconds(command: list[str], cwd: Path | None = None) -> float:
    os.sync()
    start = time.perf_counter()
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=cwd)
    took = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])} … failed: {done.stderr.decode(errors='replace')[-500:]}")
    return took


def copy_with_fsync(source: Path, target: Path) -> float:
    return seconds([sys.executable, __file__, "--copy-with-fsync", str(source), str(target)])


def fsync_copy(source: Path, target: Path) -> None:
    for at, _, names in os.walk(source):
        folder = target / Path(at).relative_to(source)
        folder.mkdir(parents=True)
        for name in names:
            with open(Path(at, name), "rb") as old, open(folder / name, "wb") as new:
                left = os.fstat(old.fileno()).st_size
                while left:
                    left -= os.copy_file_range(old.fileno(), new.fileno(), left)
                os.fsync(new.fileno())


def in_place(source: Path, target: Path) -> float:
    shutil.copytree(source, target)
    return seconds([CURTAIN, "scrub", str(target), "--in-place", "--yes"])


def removal(source: Path, target: Path) -> float:
    """What cleaning in place does as well: the blocks of the old files are given back."""
    shutil.copytree(source, target)
    return seconds(["rm", "-r", str(target)])


def mat2(source: Path, target: Path, few: int) -> float:
    """A few files, extrapolated: the whole batch would take too long."""
    target.mkdir()
    files = sorted(source.rglob("*.jpg"))
    for path in files[:few]:
        shutil.copy(path, target)
    return seconds(["mat2", *map(str, sorted(target.iterdir()))]) / few * len(files)


def measures(source: Path, size: str, fresh: Callable[[], Path]) -> list[Measure]:
    def to(command: list[str]) -> float:
        return seconds([*command, str(fresh())])

    def exiftool() -> float:
        return seconds([*SCRUB_WITH_EXIFTOOL, "-o", f"{fresh()}/%d%f.%e", source.name], source.parent)

    name = str(source)
    few = MAT2_FILES[size]
    return [
        Measure("cp -r", partial(to, ["cp", "-r", name])),
        Measure("curtain scrub --to", partial(to, [CURTAIN, "scrub", name, "--to"]), "cp -r"),
        Measure("copy, fsync each", lambda: copy_with_fsync(source, fresh())),
        Measure("curtain scrub --in-place", lambda: in_place(source, fresh()), "copy, fsync each"),
        Measure("rm -r of a copy that is on the disk", lambda: removal(source, fresh())),
        Measure("exiftool -all= …, one process", exiftool, "curtain scrub --to", "exiftool"),
        Measure(
            f"mat2, {few} files, extrapolated",
            lambda: mat2(source, fresh(), few),
            "curtain scrub --to",
            "mat2",
        ),
        Measure("curtain photos", lambda: seconds([CURTAIN, "photos", name])),
        Measure(
            "exiftool -fast2 -r",
            lambda: seconds(["exiftool", "-fast2", "-r", name]),
            "curtain photos",
            "exiftool",
        ),
    ]


def measured(source: Path, size: str, rounds: int) -> None:
    results = source.parent / f"results-{size}"

    def fresh() -> Path:
        results.mkdir(exist_ok=True)
        return results / str(time.monotonic_ns())

    rows = measures(source, size, fresh)
    there = [row for row in rows if not row.program or shutil.which(row.program)]
    times: dict[str, list[float]] = {row.name: [] for row in there}
    for turn in range(rounds + 1):
        for row in there:
            took = row.run()
            if turn:  # the first fills the cache
                times[row.name].append(took)
        shutil.rmtree(results)
        os.sync()
        time.sleep(SETTLE_SECONDS)
    show(rows, times)


def show(rows: list[Measure], times: dict[str, list[float]]) -> None:
    for row in rows:
        if row.name not in times:
            print(f"| {row.name} | not installed | |")
            continue
        ratio = ""
        if row.beside:
            pairs = zip(times[row.name], times[row.beside], strict=True)
            ratio = f"{statistics.median(mine / other for mine, other in pairs):.2f}× {row.beside}"  # noqa: RUF001
        print(f"| {row.name} | {statistics.median(times[row.name]):.2f} s | {ratio} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=100, help="files of about 3 MB")
    parser.add_argument("--small", type=int, default=5000, help="files of about 50 KB")
    parser.add_argument(
        "--folder", help="where to work; the system's folder for temporary files if not given"
    )
    parser.add_argument("--copy-with-fsync", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.copy_with_fsync:
        fsync_copy(*asked.copy_with_fsync)
        return
    for size, count in (("large", asked.large), ("small", asked.small)):
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            source = Path(folder) / size
            make(source, count, size)
            total = sum(path.stat().st_size for path in source.rglob("*.jpg"))
            print(f"\n{count} {size} files, {total / count / 1000:.0f} KB each, {asked.rounds} rounds\n")
            print("| | median | ratio |\n|---|---|---|")
            measured(source, size, asked.rounds)


if __name__ == "__main__":
    main()
