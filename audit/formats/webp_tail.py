"""What stands behind the last code of a WebP's picture, inside its chunk.

To find that end takes following every code, far longer than copying the file does. So codes are followed only where the
end of a chunk does not look like codes: they look random, and words, filling and files do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import webp_lossy
from audit.formats.base import Role, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.formats.base import Reader

_LOOKED_AT: Final = 4 << 10  # bytes before the end of a chunk
_TEXT: Final = (
    14  # so many bytes of text in a row are words: of random ones, a chunk in four hundred has them
)
_SAME: Final = 12  # so many equal bytes in a row are no codes
_READABLE: Final = bytes(1 if 32 <= byte < 127 or byte in b"\t\n\r" else 0 for byte in range(256))
_SIGNATURES: Final = (
    b"PK\5\6",
    b"IEND",
    b"\xff\xd8\xff",
    b"Exif",
    b"II*\0",
)  # others come with text or zero bytes
_END_OF_JPEG: Final = b"\xff\xd9"
_FILLED: Final = 8  # so many zero bytes behind the codes say nothing, and some writers leave two
_PICTURES: Final = {"VP8L": 1, "ALPH": 1, "VP8 ": 8}  # and how much longer a byte of each takes to follow
_NEAR: Final = 8  # so far behind opacity its picture is looked for, in segments
_MOST_FOLLOWED: Final = 8 << 20  # bytes of a file, counted so


def divided(reader: Reader, segments: Sequence[Segment]) -> Iterator[Segment]:
    """The same segments; a picture with something behind its codes ends there, and an orphan follows it.

    Codes that go on behind an orphan, for lossy ones have several ends, are a segment of payload again.
    """
    left = _MOST_FOLLOWED
    for number, segment in enumerate(segments):
        kind = segment.name.removeprefix("ANMF/")
        if segment.role is not Role.PAYLOAD or kind not in _PICTURES:
            yield segment
            continue
        start = segment.start + 8
        stop = start + int.from_bytes(reader.read(segment.start + 4, 4), "little")
        cost = (stop - start) * _PICTURES[kind]
        found: Sequence[tuple[int, int]] = []
        if cost <= left and _strange(reader, kind, start, stop):
            left -= cost
            found = _ends(reader, kind, start, stop, segments[number + 1 : number + _NEAR])
        yield from _cut(reader, segment, kind, found)


def _strange(reader: Reader, kind: str, start: int, stop: int) -> bool:
    """Whether the end of a picture does not look like codes, or that of its modes."""
    first = max(start, stop - _LOOKED_AT)
    if suspected(reader.read(first, stop - first)):
        return True
    if kind != "VP8 ":
        return False
    middle = min(start + webp_lossy.modes_end(reader.read(start, 3)), stop)
    first = max(start, middle - _LOOKED_AT)
    return suspected(reader.read(first, middle - first))


def _cut(reader: Reader, segment: Segment, kind: str, ends: Sequence[tuple[int, int]]) -> Iterator[Segment]:
    at, name = segment.start, segment.name
    behind, further = (segment.name.replace(kind, f"{word} {kind}") for word in ("behind", "more"))
    for number, (end, stop) in enumerate(ends, 1):
        last = number == len(ends)
        if not any(reader.read(end, stop - end)) and (not last or stop - end <= _FILLED):
            continue
        yield Segment(at, end, name, segment.role)
        at, name = segment.stop if last else stop, further
        yield Segment(end, at, behind, Role.ORPHAN)
    if at < segment.stop:
        yield Segment(at, segment.stop, name, segment.role)


def suspected(tail: bytes) -> bool:
    """Whether the last bytes of a chunk hold what codes seldom do: text, many equal bytes, a known signature, an end."""
    if b"\1" * _TEXT in tail.translate(_READABLE) or any(word in tail for word in _SIGNATURES):
        return True
    if tail.endswith(_END_OF_JPEG):
        return True
    number = int.from_bytes(tail, "little")
    return bytes(_SAME - 1) in (number ^ number >> 8).to_bytes(len(tail), "little")[:-1]


def _ends(
    reader: Reader, kind: str, start: int, stop: int, following: Sequence[Segment]
) -> Sequence[tuple[int, int]]:
    """Where codes of the chunk's data, from `start` to `stop`, end, and where what is behind them does."""
    from audit.formats import webp_lossless

    data = reader.read(start, stop - start)
    if kind == "VP8 ":
        return [(start + end, start + last) for end, last in webp_lossy.ends(data)]
    if kind == "VP8L":
        found = webp_lossless.end(data)
        return [] if found is None else [(start + found, stop)]
    image = next((each for each in following if each.name.endswith("VP8 ")), None)
    if image is None or not data or data[0] & 3 != 1:
        return []
    size = reader.read(image.start + 14, 4)
    width, height = (int.from_bytes(size[at : at + 2], "little") & 0x3FFF for at in (0, 2))
    found = webp_lossless.stream_end(data[1:], width, height)
    return [] if found is None else [(start + 1 + found, stop)]
