"""Finds bits that nobody would miss: with another value there a clean file is still called clean, and shows the same.

Each is room to hide something, or tells which program wrote the file. Takes what scrubbing leaves of the samples of the tests, or
of files that are named; turns every bit of headers and tables and a sample of those in picture data, and puts bytes between
parts. What is shown is compared (see `shows`): pixels, samples, timing, and all that is said of colours and size. A bit that another
decoder looks at is found too, so each finding is a question, not a fault.

Run:  .venv/bin/python fuzz/free.py png [FILE …] [--seconds 10]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit import rewriting
from audit.formats.base import Copy, FormatError, Policy, Role
from fuzz.harness import either
from fuzz.shows import SHOWS, mended, parts
from tests.contracts.walker import WalkerContract, scrubbed
from tests.formats.fixtures import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from audit.formats.base import Segment, Walker

MOST: Final = {Role.PAYLOAD: 100}  # bytes of a segment that are tried; of others:
MOST_OF_STRUCTURE: Final = 1000
EDGE: Final = 32  # bytes at each end of a segment that are tried in any case
INSERTED: Final = (1, 4, 64)


Found = TypeVar("Found")


class Free(NamedTuple):
    """A place in a segment, and the bits of the byte there that are free; 0 if bytes can be put before it."""

    segment: str
    offset: int
    bits: int
    share: float  # how many bytes of the segment stand for each that was tried


class Trial:
    """A clean file, and what became of it."""

    def __init__(self, walker: Walker, show: Callable[[bytes], object], data: bytes) -> None:
        """Raises what the decoder raises that does not open it."""
        self._walker = walker
        self._show = show
        self.data = data
        self._wanted = show(data)
        self.segments: Sequence[Segment] = list(parts(walker, data, walker.segments(Memory(data))))

    def passes(self, changed: bytes) -> bool:
        """Whether it is called clean, and looks the same."""
        changed = mended(self._walker.name, changed)
        source = Memory(changed)
        try:
            plan = list(self._walker.plan(source, self._walker.segments(source), Policy()))
            return (
                changed != self.data
                and plan == [Copy(0, len(changed))]
                and self._show(changed) == self._wanted
            )
        except FormatError:
            return False
        except Exception:  # noqa: BLE001 (a decoder may raise anything: then it looks different)
            return False

    def free(self, chance: random.Random) -> Iterator[Free | None]:
        """None after each place where nothing was found, so that somebody may stop."""
        for segment in sorted(self.segments, key=lambda each: each.role is Role.PAYLOAD):
            size = segment.stop - segment.start
            most = MOST.get(segment.role, MOST_OF_STRUCTURE)
            places = range(segment.start, segment.stop)
            tried = sorted({*places[:EDGE], *places[-EDGE:], *chance.sample(places, min(most, size))})
            for many in INSERTED:
                if self.passes(
                    self.data[: segment.start] + chance.randbytes(many) + self.data[segment.start :]
                ):
                    yield Free(segment.name, 0, 0, 1)
            for at in tried:
                bits = sum(1 << bit for bit in range(8) if self.passes(self._turned(at, bit)))
                yield Free(segment.name, at - segment.start, bits, size / len(tried)) if bits else None

    def _turned(self, at: int, bit: int) -> bytes:
        return self.data[:at] + bytes((self.data[at] ^ 1 << bit,)) + self.data[at + 1 :]


def bounded(found: Iterable[Found | None], seconds: float) -> Iterator[Found]:
    started = time.monotonic()
    for each in found:
        if each is not None:
            yield each
        if time.monotonic() - started > seconds:
            return


class Asked(NamedTuple):
    """What the command line asks for."""

    walker: Walker
    show: Callable[[bytes], object]
    files: dict[str, bytes]  # clean ones, by their names
    seconds: float  # for each


def asked(description: str) -> Asked:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("format", choices=SHOWS)
    parser.add_argument("files", nargs="*", type=Path, help="default: the samples of the tests")
    parser.add_argument("--seconds", type=float, default=10, help="for each file")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    made = either(told.format)
    walker = made.walker if isinstance(made, WalkerContract) else rewriting.walker(made.rewriter.name)
    files = {str(each): each.read_bytes() for each in told.files} or made.every()
    clean = {scrubbed(walker, data): name for name, data in files.items()}
    return Asked(walker, SHOWS[told.format], {name: data for data, name in clean.items()}, told.seconds)


def main() -> int:
    walker, show, files, seconds = asked("Find bits of clean files that nobody would miss.")
    total: Counter[str] = Counter()
    where: dict[str, Counter[str]] = defaultdict(Counter)
    example: dict[str, str] = {}
    for name, data in files.items():
        try:
            trial = Trial(walker, show, data)
        except Exception:  # noqa: BLE001 (a decoder may raise anything)
            print(f"not shown: {name}")
            continue
        for free in bounded(trial.free(random.Random(0)), seconds):
            total[free.segment] += round(free.bits.bit_count() * free.share)
            example.setdefault(free.segment, Path(name).name)
            where[free.segment][f"{free.offset}:{free.bits:02x}" if free.bits else "before it"] += 1
    for segment, bits in total.most_common():
        places = "  ".join(f"{place} ({count})" for place, count in where[segment].most_common(12))
        print(f"{segment:24} {bits:>7} bits in {len(files)} files   {places}  first in {example[segment]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
