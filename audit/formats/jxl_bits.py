"""Bits of the headers of a JPEG XL codestream (ISO/IEC 18181-1, annex B), read, and written without words."""

from __future__ import annotations

from typing import Final

from audit.formats.base import FormatError

_NAME: Final = ((0, 0), (0, 4), (16, 5), (48, 10))


class Bits:
    """The fields of annex B, lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0  # in bits
        self.words: list[tuple[str, bytes]] = []  # what goes, and what it says
        self._edits: list[tuple[int, int, int, int]] = []

    def u(self, count: int) -> int:
        stop = self.at + count
        if stop > 8 * len(self._data):
            raise FormatError(len(self._data), "the headers of a frame are cut off")
        chunk = int.from_bytes(self._data[self.at >> 3 : (stop + 7) >> 3], "little")
        value = chunk >> (self.at & 7) & (1 << count) - 1
        self.at = stop
        return value

    def flag(self) -> bool:
        return bool(self.u(1))

    def u32(self, *ranges: tuple[int, int]) -> int:
        """B.2.2: two bits choose one of four, each an offset and the bits that are added to it."""
        offset, count = ranges[self.u(2)]
        return offset + self.u(count)

    def u64(self) -> int:
        """B.2.4."""
        chosen = self.u(2)
        if chosen < 3:
            return (0, 1, 17)[chosen] + self.u((0, 4, 8)[chosen])
        value, shift = self.u(12), 12
        while self.flag():
            if shift == 60:
                return value | self.u(4) << 60
            value, shift = value | self.u(8) << shift, shift + 8
        return value

    def enum(self) -> int:
        return self.u32((0, 0), (1, 0), (2, 4), (18, 6))

    def skip(self, count: int) -> None:
        self.at += count

    def extensions(self) -> None:
        """B.2.9: how long each is, then they. No decoder knows one."""
        start = self.at
        told = self.u64()
        self.skip(sum([self.u64() for bit in range(64) if told >> bit & 1]))
        if told:
            self.words.append(("Extension", self.taken(start)))
            self.instead(start, 0, 2)

    def name(self) -> None:
        """F.2, D.3.6: of a frame (a layer) or a channel, in UTF-8."""
        start = self.at
        length = self.u32(*_NAME)
        self.skip(8 * length)
        if length:
            self.words.append(("Name", self.taken(self.at - 8 * length)))
            self.instead(start, 0, 2)

    def taken(self, start: int) -> bytes:
        """The bits from `start` up to here, lowest first."""
        whole = int.from_bytes(self._data[start >> 3 : (self.at + 7) >> 3], "little") >> (start & 7)
        count = max(min(self.at, 8 * len(self._data)) - start, 0)
        return (whole & (1 << count) - 1).to_bytes((count + 7) // 8, "little")

    def instead(self, start: int, value: int = 0, count: int = 0) -> None:
        """What was taken from `start` on is written anew as `count` bits, or not at all."""
        self._edits.append((start, self.at, value, count))

    @property
    def edited(self) -> bool:
        return bool(self._edits)

    def written(self) -> bytes:
        """All that was taken, as it is to be, up to a whole byte."""
        whole = int.from_bytes(self._data[: (self.at + 7) // 8], "little")
        found = size = at = 0
        for start, stop, value, count in (*self._edits, (self.at, self.at, 0, 0)):
            found |= (whole >> at & (1 << start - at) - 1) << size
            size += start - at
            found |= value << size
            size, at = size + count, stop
        return found.to_bytes((size + 7) // 8, "little")

    def aligned(self) -> int:
        """The next byte; the bits before it must be zero."""
        if self.u(-self.at % 8):
            raise FormatError(self.at // 8, "bits that should be zero")
        return self.at // 8
