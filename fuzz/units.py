"""Finds what can be done to whole parts of a clean file so that it is still called clean, and shows the same.

Parts are doubled, left out, exchanged, or put in from another file of the format. What of that cleaning leaves in place is room to
hide something, or tells programs apart: each finding is a question, not a fault. For formats that Pillow opens; see `free`.

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
from fuzz.free import asked, bounded, seen
from fuzz.harness import with_checksums
from tests.contracts.walker import scrubbed
from tests.formats.fixtures import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.formats.base import Segment, Walker

MOST: Final = 60  # parts of a file that are tried


class Edit(NamedTuple):
    """What was done, to which part, and how many bytes more the file has once it was cleaned again."""

    what: str
    part: str
    grown: int


class Trial:
    def __init__(self, walker: Walker, data: bytes, others: Mapping[str, bytes]) -> None:
        self._walker = walker
        self._data = data
        self._wanted = seen(data)
        self._others = others
        self._segments = list(walker.segments(Memory(data)))[:MOST]

    def stays(self, changed: bytes) -> int | None:
        """How much longer the file is, if cleaning leaves something of the change in place and it looks the same."""
        if self._walker.name == "PNG":
            changed = with_checksums(changed)
        try:
            clean = scrubbed(self._walker, changed)
            same = clean == self._data or seen(clean) != self._wanted
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

    def found(self) -> Iterator[Edit]:
        for what, part, changed in self._edits():
            if (grown := self.stays(changed)) is not None:
                yield Edit(what, part, grown)


def parts(walker: Walker, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """One part of each kind, of all files together."""
    found: dict[str, bytes] = {}
    for data in files.values():
        for one in walker.segments(Memory(data)):
            found.setdefault(one.name, data[one.start : one.stop])
    return found


def main() -> int:
    walker, files, seconds = asked("Find parts of clean files that could be there more than once.")
    others = parts(walker, files)
    found: Counter[tuple[str, str]] = Counter()
    most: Counter[tuple[str, str]] = Counter()
    for data in files.values():
        try:
            trial = Trial(walker, data, others)
        except Exception:  # noqa: BLE001, S112 (Pillow opens some samples only in other formats)
            continue
        for what, part, grown in bounded(trial.found(), seconds):
            found[what, part] += 1
            most[what, part] = max(most[what, part], grown)
    for (what, part), many in found.most_common():
        print(f"{what:14} {part:50} {many:5} files, up to {most[what, part]} bytes more")
    return 0


if __name__ == "__main__":
    sys.exit(main())
