"""Finds bits that nobody would miss: with another value there a clean file is still called clean, and shows the same.

Each is room to hide something, or tells which program wrote the file. Takes what scrubbing leaves of the samples of the tests, or
of files that are named; turns every bit of headers and tables and a sample of those in picture data, and puts bytes between
parts. What Pillow shows is compared: pixels, timing, and all that it says of colours and size. A bit that another decoder looks at
is found too, so each finding is a question, not a fault. For formats that Pillow opens.

Run:  .venv/bin/python fuzz/free.py png [FILE …] [--seconds 10]
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image, ImageOps

from audit.formats.base import Copy, FormatError, Policy, Role
from fuzz.harness import HARNESSES, contract, with_checksums
from tests.contracts.walker import scrubbed
from tests.formats.fixtures import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from audit.formats.base import Segment, Walker

SHOWN: Final = ("jpeg", "png", "webp", "gif", "bmp", "ico", "tiff")
MOST: Final = {Role.PAYLOAD: 100}  # bytes of a segment that are tried; of others:
MOST_OF_STRUCTURE: Final = 1000
EDGE: Final = 32  # bytes at each end of a segment that are tried in any case
INSERTED: Final = (1, 4, 64)


class Free(NamedTuple):
    """A place in a segment, and the bits of the byte there that are free; 0 if bytes can be put before it."""

    segment: str
    offset: int
    bits: int
    share: float  # how many bytes of the segment stand for each that was tried


def seen(data: bytes) -> list[object]:
    """What Pillow shows and says. Raises what it raises."""
    image = Image.open(io.BytesIO(data))
    found: list[object] = [image.format]
    for number in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
        image.seek(number)
        image.load()
        shown = image.convert("RGBA") if image.mode in {"P", "PA"} else image
        said = sorted(
            (key, repr(value)) for key, value in image.info.items() if key not in {"exif", "background"}
        )
        found.append((image.mode, image.size, shown.tobytes(), said))
    if image.format == "ICO":
        found += [(size, image.ico.getimage(size).tobytes()) for size in sorted(image.ico.sizes())]
    image.seek(0)
    return [*found, ImageOps.exif_transpose(image).tobytes()]


class Trial:
    """A clean file, and what became of it."""

    def __init__(self, walker: Walker, data: bytes) -> None:
        self._walker = walker
        self.data = data
        self._wanted = seen(data)
        source = Memory(data)
        self.segments: Sequence[Segment] = walker.segments(source)

    def passes(self, changed: bytes) -> bool:
        """Whether it is called clean, and looks the same."""
        if self._walker.name == "PNG":
            changed = with_checksums(changed)
        source = Memory(changed)
        try:
            plan = list(self._walker.plan(source, self._walker.segments(source), Policy()))
            return changed != self.data and plan == [Copy(0, len(changed))] and seen(changed) == self._wanted
        except FormatError:
            return False
        except Exception:  # noqa: BLE001 (a decoder may raise anything: then it looks different)
            return False

    def free(self, chance: random.Random) -> Iterator[Free]:
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
                if bits:
                    yield Free(segment.name, at - segment.start, bits, size / len(tried))

    def _turned(self, at: int, bit: int) -> bytes:
        return self.data[:at] + bytes((self.data[at] ^ 1 << bit,)) + self.data[at + 1 :]


def bounded(found: Iterable[Free], seconds: float) -> Iterator[Free]:
    started = time.monotonic()
    for each in found:
        yield each
        if time.monotonic() - started > seconds:
            return


def clean_samples(name: str) -> dict[str, bytes]:
    """What is left of each sample, the same only once."""
    made = contract(name)
    found = {scrubbed(made.walker, data): each for each, data in made.every().items()}
    return {each: data for data, each in found.items()}


def asked(description: str) -> tuple[Walker, dict[str, bytes], float]:
    """The walker that the command line names, the clean files by their names, and the seconds for each."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("format", choices=[name for name in HARNESSES if name in SHOWN])
    parser.add_argument("files", nargs="*", type=Path, help="default: the samples of the tests")
    parser.add_argument("--seconds", type=float, default=10, help="for each file")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    walker = contract(told.format).walker
    files = {str(each): scrubbed(walker, each.read_bytes()) for each in told.files} or clean_samples(
        told.format
    )
    return walker, files, told.seconds


def main() -> int:
    walker, files, seconds = asked("Find bits of clean files that nobody would miss.")
    total: Counter[str] = Counter()
    where: dict[str, Counter[str]] = defaultdict(Counter)
    for name, data in files.items():
        try:
            trial = Trial(walker, data)
        except (OSError, SyntaxError, ValueError):
            print(f"not shown by Pillow: {name}")
            continue
        for free in bounded(trial.free(random.Random(0)), seconds):
            total[free.segment] += round(free.bits.bit_count() * free.share)
            where[free.segment][f"{free.offset}:{free.bits:02x}" if free.bits else "before it"] += 1
    for segment, bits in total.most_common():
        places = "  ".join(f"{place} ({count})" for place, count in where[segment].most_common(12))
        print(f"{segment:24} {bits:>7} bits in {len(files)} files   {places}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
