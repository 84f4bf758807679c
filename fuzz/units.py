"""Finds what can be done to whole parts of a clean file so that it is still called clean, and shows the same.

Parts are doubled, left out, exchanged, or put in from another file of the format. What of that cleaning leaves in place is room to
hide something, or tells programs apart: each finding is a question, not a fault. See `free` and `shows`.

Run:  .venv/bin/python fuzz/units.py png [FILE …] [--seconds 10]
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit.formats.base import FormatError
from fuzz.free import asked, bounded
from fuzz.shows import mended, parts
from tests.contracts.walker import scrubbed
from tests.formats.fixtures import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.formats.base import Segment, Walker

MOST: Final = 60  # parts of a file that are tried


class Edit(NamedTuple):
    """What was done, to which part, and how many bytes more the file has once it was cleaned again."""

    what: str
    part: str
    grown: int


class Trial:
    def __init__(
        self, walker: Walker, show: Callable[[bytes], object], data: bytes, others: Mapping[str, bytes]
    ) -> None:
        """Raises what the decoder raises that does not open it."""
        self._walker = walker
        self._show = show
        self._data = data
        self._wanted = show(data)
        self._others = others
        self._segments = list(parts(walker, data, walker.segments(Memory(data))))[:MOST]

    def stays(self, changed: bytes) -> int | None:
        """How much longer the file is, if cleaning leaves something of the change in place and it looks the same."""
        changed = mended(self._walker.name, changed)
        try:
            clean = scrubbed(self._walker, changed)
            same = clean == self._data or self._show(clean) != self._wanted
        except FormatError:
            return None
        except Exception:  # noqa: BLE001 (a decoder may raise anything: then it looks different)
            return None
        return None if same else len(clean) - len(self._data)

    def _bytes(self, segment: Segment) -> bytes:
        return self._data[segment.start : segment.stop]

    def _edits(self) -> Iterator[tuple[str, str, bytes]]:
        data = self._data
        for one in self._segments:
            yield "left out", one.name, data[: one.start] + data[one.stop :]
            for many in (1, 20):
                yield f"{many} more", one.name, data[: one.stop] + self._bytes(one) * many + data[one.stop :]
            for name, other in self._others.items():
                yield (
                    "from another",
                    f"{name} before {one.name}",
                    data[: one.start] + other + data[one.start :],
                )
        for one, two in pairwise(self._segments):
            swapped = self._bytes(two) + self._bytes(one)
            yield "exchanged", f"{one.name}, {two.name}", data[: one.start] + swapped + data[two.stop :]

    def found(self) -> Iterator[Edit | None]:
        """None after each edit that was no finding, so that somebody may stop."""
        for what, part, changed in self._edits():
            grown = self.stays(changed)
            yield None if grown is None else Edit(what, part, grown)


def of_each_kind(walker: Walker, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """One part of each kind, of all files together."""
    found: dict[str, bytes] = {}
    for data in files.values():
        for one in parts(walker, data, walker.segments(Memory(data))):
            found.setdefault(one.name, data[one.start : one.stop])
    return found


def main() -> int:
    walker, show, files, seconds = asked("Find parts of clean files that could be there more than once.")
    others = of_each_kind(walker, files)
    found: Counter[tuple[str, str]] = Counter()
    most: Counter[tuple[str, str]] = Counter()
    for name, data in files.items():
        try:
            trial = Trial(walker, show, data, others)
        except Exception:  # noqa: BLE001 (a decoder may raise anything)
            print(f"not shown: {name}")
            continue
        for what, part, grown in bounded(trial.found(), seconds):
            found[what, part] += 1
            most[what, part] = max(most[what, part], grown)
    for (what, part), many in found.most_common():
        print(f"{what:14} {part:50} {many:5} files, up to {most[what, part]} bytes more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
