"""`curtain --help` beside the smallest click program's `--help`, in the same environment: medians of many runs in one go.

Run:  .venv/bin/python benchmarks/start_up.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

RUNS = 40
SMALLEST = """import sys
import click

@click.command()
def main():
    pass

if __name__ == "__main__":
    sys.exit(main())
"""


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    ours = [str(Path(sysconfig.get_path("scripts")) / "curtain"), "--help"]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "smallest.py"
        program.write_text(SMALLEST, encoding="utf-8")
        theirs = [sys.executable, str(program), "--help"]
        for command in (ours, theirs):
            seconds(command)
        pairs = [(seconds(ours), seconds(theirs)) for _ in range(RUNS)]
    mine, smallest = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"curtain --help {mine * 1000:.0f} ms · smallest click program {smallest * 1000:.0f} ms · ratio {mine / smallest:.2f}"
    )


if __name__ == "__main__":
    main()
