"""A file of boxes cut into parts, each with what becomes of its bytes: they stay, or others of the same number take their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import Bytes, Copy, FormatError, Role, Segment, Zero
from audit.formats.bmff import MOST_BOXES, Box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.formats.base import Piece, Reader

MOST_PARTS: Final = 1 << 19
_BLOCK: Final = 1 << 20
FREE: Final = frozenset({"free", "skip", "wide"})  # ISO/IEC 14496-12, 8.1.2; QuickTime file format, "wide"


class Part(NamedTuple):
    """`new` replaces the bytes: None for none, an empty one for zeros."""

    start: int
    stop: int
    name: str
    role: Role
    new: bytes | None = None


class Parts:
    """The parts of a file, added from its beginning to its end."""

    def __init__(self, reader: Reader) -> None:
        self.reader: Final = reader
        self.parts: Final[list[Part]] = []

    def keep(self, start: int, stop: int, name: str, role: Role = Role.STRUCTURE) -> None:
        """These bytes stay. What joins a part of the same name and role belongs to it."""
        if start >= stop:
            return
        last = self.parts[-1] if self.parts else None
        if last and last.new is None and last.stop == start and (last.name, last.role) == (name, role):
            self.parts[-1] = last._replace(stop=stop)
        else:
            self._add(Part(start, stop, name, role))

    def write(self, start: int, new: bytes, name: str, role: Role = Role.STRUCTURE) -> None:
        """`new` takes the place of as many bytes from `start`."""
        if self.reader.read(start, len(new)) == new:
            self.keep(start, start + len(new), name, role)
        elif new:
            self._add(Part(start, start + len(new), name, role, new))

    def open(self, box: Box, name: str) -> None:
        """The header of a box that stays."""
        self.write(box.start, header(self.reader, box), name)

    def zero(self, start: int, stop: int, name: str, role: Role = Role.ORPHAN) -> None:
        """These bytes become zero; where they are already, they are padding."""
        if is_zero(self.reader, start, stop):
            self.keep(start, stop, "padding")
        else:
            self._add(Part(start, stop, name, role, b""))

    def free(self, box: Box, name: str, role: Role = Role.METADATA) -> None:
        """A box that nothing needs: another name, and zeros in it."""
        clean = is_zero(self.reader, box.body, box.stop)
        if clean and box.kind in FREE and not box.cut:
            self.keep(box.start, box.stop, "free")
            return
        kind = box.kind if box.kind in FREE else "free"
        head = header(self.reader, box)
        new = head[:4] + kind.encode("latin-1") + head[8:]
        size = box.stop - box.start
        if size <= _BLOCK:
            self._add(Part(box.start, box.stop, name, role, new + bytes(size - len(new))))
            return
        self.write(box.start, new, name, role)
        self.zero(box.body, box.stop, name, role)

    def _add(self, part: Part) -> None:
        if len(self.parts) >= MOST_PARTS:
            raise FormatError(part.start, "far too many parts")
        self.parts.append(part)


def header(reader: Reader, box: Box) -> bytes:
    """The length and the kind of a box; if it leads out of the box around it, the length that there is."""
    head = reader.read(box.start, box.body - box.start)
    if not box.cut:
        return head
    size = box.stop - box.start
    return size.to_bytes(4, "big") + head[4:8] if len(head) == 8 else head[:8] + size.to_bytes(8, "big")


def is_zero(reader: Reader, start: int, stop: int) -> bool:
    size = 256  # what is not zero mostly shows at once
    while start < stop:
        if reader.read(start, min(size, stop - start)).strip(b"\0"):
            return False
        start += size
        size = _BLOCK
    return True


def segments(parts: list[Part]) -> list[Segment]:
    return [Segment(part.start, part.stop, part.name, part.role) for part in parts]


def pieces(parts: list[Part], stop: int) -> Iterator[Piece]:
    """The parts up to `stop`, as few pieces as possible."""
    start = at = 0
    for part in parts:
        if part.start >= stop:
            break
        if part.new is not None:
            if start < part.start:
                yield Copy(start, part.start)
            yield Bytes(part.new, part.name) if part.new else Zero(part.stop - part.start)
            start = part.stop
        at = part.stop
    if start < at:
        yield Copy(start, at)


def inside(reader: Reader, start: int, stop: int) -> Iterator[Box]:
    """The boxes in another, up to its end or to the first bytes that are none. One that leads out of it is cut there."""
    for _ in range(MOST_BOXES):
        head = reader.read(start, min(16, stop - start))
        if len(head) < 8:
            return
        length, body = int.from_bytes(head[:4], "big"), start + 8
        if length == 1 and len(head) == 16:
            length, body = int.from_bytes(head[8:], "big"), start + 16
        elif length == 0 and any(head[4:8]):
            length = stop - start
        if length < body - start:
            return
        end = min(start + length, stop)
        yield Box(head[4:8].decode("latin-1"), start, body, end, start + length > stop)
        start = end
    raise FormatError(start, "too many boxes")


def named(kind: str) -> str:
    """The kind of a box as a word that can be shown."""
    return kind if kind.isascii() and kind.isprintable() else kind.encode("latin-1").hex()
