"""Movies whose header is packed (QuickTime file format, "Compressed movie resources": `cmov` in `moov`).

Where samples are is told as places in the file as it stands, so the header is looked at as if it stood unpacked behind the last
box: every other byte keeps its place.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, Copy
from audit.formats.mp4_parts import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.formats.base import Piece, Reader
    from audit.formats.bmff import Box
    from audit.formats.mp4_movie import Movie

NAME: Final = "packed header"
_MOST: Final = 64 << 20  # bytes of a header


class Unpacked:
    """A file with its header behind it; where it was packed stands a box that nothing needs."""

    def __init__(self, reader: Reader, packed: Box, header: bytes) -> None:
        self._reader: Final = reader
        self._kind: Final = packed.start + 4
        self._header: Final = header
        self.packed: Final = packed
        self.before: Final = reader.size  # bytes of the file itself
        self.size: Final = reader.size + len(header)

    def read(self, start: int, size: int) -> bytes:
        data = bytearray(self._reader.read(start, size)) if start < self.before else bytearray()
        for at, byte in enumerate(b"free", self._kind - start):
            if 0 <= at < len(data):
                data[at] = byte
        at = start + len(data)
        if at >= self.before:
            data += self._header[at - self.before : max(start + size - self.before, 0)]
        return bytes(data)

    def pieces(self, planned: Iterable[Piece]) -> Iterator[Piece]:
        """What is copied from behind the file is written."""
        for piece in planned:
            if not isinstance(piece, Copy) or piece.stop <= self.before:
                yield piece
                continue
            if piece.start < self.before:
                yield Copy(piece.start, self.before)
            start = max(piece.start, self.before)
            yield Bytes(self.read(start, piece.stop - start), "moov")


def unpacked(reader: Reader, movie: Movie) -> Unpacked | None:
    """None where the header is not packed with zlib, or where nothing can stand behind the last box."""
    last = movie.outer[-1]
    if movie.box is None or last.cut or last.stop != reader.size or not _long(reader, last):
        return None
    for box in inside(reader, movie.box.body, movie.box.stop):
        if box.kind == "cmov":
            header = _header(reader, box)
            return Unpacked(reader, movie.box, header) if header else None
    return None


def _long(reader: Reader, box: Box) -> bool:
    """Whether it says its length: one that does not goes on to the end."""
    return any(reader.read(box.start, 4))


def _header(reader: Reader, packed: Box) -> bytes | None:
    """The one `moov` inside."""
    parts = {box.kind: box for box in inside(reader, packed.body, packed.stop)}
    if "dcom" not in parts or "cmvd" not in parts or reader.read(parts["dcom"].body, 4) != b"zlib":
        return None
    told = parts["cmvd"]
    size = int.from_bytes(reader.read(told.body, 4), "big")
    if not 8 < size <= _MOST or told.stop - told.body > _MOST:
        return None
    try:
        header = zlib.decompressobj().decompress(reader.read(told.body + 4, told.stop - told.body - 4), size)
    except zlib.error:
        return None
    return header if header[:4] == len(header).to_bytes(4, "big") and header[4:8] == b"moov" else None
