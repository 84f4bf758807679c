"""TIFF files built from their parts, independently of the walker: directories first, then the picture data."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 11: 4, 12: 8, 13: 4, 16: 8}
CODES = {3: "H", 4: "I", 5: "I", 9: "i", 13: "I", 16: "Q"}
STRIPS, TILES = (273, 279), (324, 325)


@dataclass
class Directory:
    values: dict[int, tuple[int, object]]  # tag: kind and bytes or numbers
    strips: list[bytes] = field(default_factory=list)
    where: tuple[int, int] = STRIPS
    inner: dict[int, list[Directory]] = field(default_factory=dict)
    pointing: dict[int, tuple[int, int]] = field(default_factory=dict)  # tag: strip number, bytes into it
    repeated: list[tuple[int, int, bytes]] = field(default_factory=list)


def encoded(order: str, kind: int, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    numbers = value if isinstance(value, list | tuple) else [value]
    return struct.pack(f"{order}{len(numbers)}{CODES[kind]}", *numbers)


class _Layout:
    """Where everything stands, found by writing it twice."""

    def __init__(self, pages: tuple[Directory, ...], order: str, big: bool, last: int, filler: bytes) -> None:
        self.order, self.last, self.filler = order, last, filler
        self.chained = len(pages)
        self.word, self.kind, self.code = (8, 16, "Q") if big else (4, 4, "I")
        self.lead = "Q" if big else "H"
        self.flat = list(pages)
        for page in self.flat:
            self.flat += [child for children in page.inner.values() for child in children]
        self.places = {id(page): 0 for page in self.flat}
        self.data = {id(page): [0] * len(page.strips) for page in self.flat}

    def written(self, gap: int) -> bytes:
        at, out = 16 if self.word == 8 else 8, b""
        for number, page in enumerate(self.flat):
            self.places[id(page)] = at
            block = self._directory(page, at, self._following(number))
            out, at = out + block, at + len(block)
        at += gap
        for page in self.flat:
            for index, strip in enumerate(page.strips):
                self.data[id(page)][index] = at
                at += len(strip)
        return out

    def _following(self, number: int) -> int:
        if number + 1 < self.chained:
            return self.places[id(self.flat[number + 1])]
        return self.last if number < self.chained else 0

    def _offsets(self, tag: int, numbers: list[int]) -> tuple[int, int, bytes]:
        return tag, self.kind, encoded(self.order, self.kind, numbers)

    def _rows(self, page: Directory) -> list[tuple[int, int, bytes]]:
        found = [(tag, kind, encoded(self.order, kind, value)) for tag, (kind, value) in page.values.items()]
        data = self.data[id(page)]
        if page.strips:
            found.append(self._offsets(page.where[0], data))
            found.append(self._offsets(page.where[1], [len(strip) for strip in page.strips]))
        for tag, children in page.inner.items():
            found.append(self._offsets(tag, [self.places[id(child)] for child in children]))
        for tag, (strip, inside) in page.pointing.items():
            found.append(self._offsets(tag, [data[strip] + inside]))
        return sorted([*found, *page.repeated])

    def _directory(self, page: Directory, at: int, following: int) -> bytes:
        found = self._rows(page)
        table = struct.pack(self.order + self.lead, len(found))
        behind = at + len(table) + len(found) * (4 + 2 * self.word) + self.word
        rest = b""
        for tag, kind, value in found:
            table += struct.pack(f"{self.order}HH{self.code}", tag, kind, len(value) // SIZES.get(kind, 1))
            if len(value) <= self.word:
                table += value.ljust(self.word, self.filler)
            else:
                table += struct.pack(self.order + self.code, behind + len(rest))
                rest += value + self.filler[: len(value) % 2]
        return table + struct.pack(self.order + self.code, following) + rest


def build(
    *pages: Directory,
    order: str = "<",
    big: bool = False,
    gap: bytes = b"",
    behind: bytes = b"",
    last: int = 0,
    filler: bytes = b"\0",
) -> bytes:
    """`gap` stands before the data, `behind` after them; `last` is where the chain goes on; `filler` pads what has room."""
    layout = _Layout(pages, order, big, last, filler)
    layout.written(len(gap))
    out = layout.written(len(gap))
    mark = b"II" if order == "<" else b"MM"
    head = mark + (struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8))
    return head + out + gap + b"".join(strip for page in layout.flat for strip in page.strips) + behind


def page(width: int = 40, height: int = 24, rows: int = 8, **more: object) -> Directory:
    """An RGB picture of noise, uncompressed, in strips."""
    import random

    noise = random.Random(5).randbytes(width * height * 3)
    strips = [noise[at * width * 3 : (at + rows) * width * 3] for at in range(0, height, rows)]
    return Directory(
        {
            256: (3, width),
            257: (3, height),
            258: (3, [8, 8, 8]),
            259: (3, 1),
            262: (3, 2),
            277: (3, 3),
            278: (3, rows),
            **more.pop("values", {}),  # type: ignore[dict-item]
        },
        strips,
        **more,  # type: ignore[arg-type]
    )
