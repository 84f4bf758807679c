"""Finds which tags of a TIFF could hold anything: each tag that may stay is brought into each page with values of every type.

In a TIFF every offset is told from the beginning, so that `units`, which puts bytes between others, breaks nearly every file. Here a changed
directory is written behind the file, and what leads to it is pointed there. What cleaning leaves in place without changing what is shown is room
to hide something: each finding is a question, not a fault.

Run:  .venv/bin/python fuzz/tags.py tiff [FILE …] [--seconds 10]
"""

from __future__ import annotations

import random
import struct
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit.formats.base import FormatError
from audit.formats.tiff_pages import KEPT, POINTERS
from audit.formats.tiff_read import SIZES
from fuzz.free import asked, bounded
from tests.contracts.walker import scrubbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.formats.base import Walker

MANY: Final = (1, 3, 6, 768)
TRIED, FEW = 4, 2
TYPES: Final = (1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12)


class Room(NamedTuple):
    """In how many ways a page was left, of those in which values were brought in with a tag."""

    tag: int
    kind: int
    many: int
    ways: int


class Page(NamedTuple):
    """A directory of a TIFF that is no BigTIFF, and where the offset stands that leads to it."""

    pointer: int
    entries: dict[int, bytes]  # twelve bytes each, by their tags
    following: bytes


def pages(data: bytes) -> Iterator[Page]:
    order = "<" if data[:2] == b"II" else ">"
    pointer = 4
    while at := struct.unpack_from(order + "I", data, pointer)[0]:
        many = struct.unpack_from(order + "H", data, at)[0]
        rows = [data[at + 2 + 12 * row : at + 14 + 12 * row] for row in range(many)]
        end = at + 2 + 12 * many
        yield Page(
            pointer, {struct.unpack(order + "H", row[:2])[0]: row for row in rows}, data[end : end + 4]
        )
        pointer = end


def with_tag(data: bytes, page: Page, tag: int, kind: int, value: bytes) -> bytes:
    order = "<" if data[:2] == b"II" else ">"
    data += bytes(len(data) % 2)
    start = len(data)
    entries = {**page.entries, tag: b""}
    place = struct.pack(order + "I", start + 6 + 12 * len(entries))
    head = struct.pack(order + "HHI", tag, kind, len(value) // SIZES[kind])
    entries[tag] = head + (value.ljust(4, b"\0") if len(value) <= len(place) else place)
    table = struct.pack(order + "H", len(entries)) + b"".join(entries[each] for each in sorted(entries))
    changed = data[: page.pointer] + struct.pack(order + "I", start) + data[page.pointer + 4 :]
    return changed + table + page.following + value


def rooms(walker: Walker, show: Callable[[bytes], object], data: bytes) -> Iterator[Room | None]:
    """None after each tag and type where nothing is free. Raises what the decoder raises that does not open it."""
    wanted = show(data)
    chance = random.Random(0)
    for page in pages(data):
        for tag in sorted(KEPT.keys() - POINTERS):
            for kind in TYPES:
                for many in MANY:
                    made = {
                        _clean(walker, show, with_tag(data, page, tag, kind, value), wanted)
                        for value in _values(chance, kind, many)
                    }
                    made.discard(None)
                    # One is what is left where the value goes, another what becomes of all that are allowed.
                    yield Room(tag, kind, many, len(made)) if len(made) > FEW else None


def _values(chance: random.Random, kind: int, many: int) -> Iterator[bytes]:
    """Any numbers, and small ones, of which more are allowed."""
    size = SIZES[kind]
    for _ in range(TRIED):
        yield chance.randbytes(many * size)
        yield b"".join(chance.randrange(5).to_bytes(size, "little") for _ in range(many))


def _clean(walker: Walker, show: Callable[[bytes], object], changed: bytes, wanted: object) -> bytes | None:
    """None for a file that is refused, or looks different."""
    try:
        clean = scrubbed(walker, changed)
        return clean if show(clean) == wanted else None
    except FormatError:
        return None
    except Exception:  # noqa: BLE001 (a decoder may raise anything: then it looks different)
        return None


def main() -> int:
    walker, show, files, seconds = asked("Find tags of a TIFF that could hold anything.")
    found: Counter[tuple[int, int, int]] = Counter()
    most: Counter[tuple[int, int, int]] = Counter()
    for name, data in files.items():
        try:
            for tag, kind, many, ways in bounded(rooms(walker, show, data), seconds):
                found[tag, kind, many] += 1
                most[tag, kind, many] = max(ways, most[tag, kind, many])
        except Exception as error:  # noqa: BLE001 (a decoder may raise anything)
            print(f"not shown: {name} ({error})")
    for tag in sorted({each[0] for each in found}):
        rows = [(ways, kind, many) for (one, kind, many), ways in most.items() if one == tag]
        kinds = sorted({kind for _, kind, _ in rows})
        print(
            f"tag {tag:#06x}: {max(rows)[0]} of {2 * TRIED} values stay  types {kinds}  up to {max(each[2] for each in rows)} values"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
