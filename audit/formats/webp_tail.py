"""What stands behind the last code of a WebP's picture, inside its chunk.

To find that end takes following every code, far longer than copying the file does. So codes are followed only where the
end of a chunk does not look like codes: they look random, and words, filling and files do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
    b"PK\3\4",
    b"PK\5\6",
    b"\x89PNG",
    b"IEND",
    b"\xff\xd8\xff\xe0",
    b"\xff\xd8\xff\xe1",
    b"Exif",
    b"ftyp",
)
_FILLED: Final = 8  # so many zero bytes behind the codes say nothing, and some writers leave two
_PICTURES: Final = {"VP8L": 1, "ALPH": 1, "VP8 ": 8}  # and how much longer a byte of each takes to follow
_MOST_FOLLOWED: Final = 8 << 20  # bytes of a file, counted so


def divided(reader: Reader, segments: Sequence[Segment]) -> Iterator[Segment]:
    """The same segments; a picture behind whose codes something stands ends with them, and an orphan follows it."""
    left = _MOST_FOLLOWED
    for number, segment in enumerate(segments):
        kind = segment.name.removeprefix("ANMF/")
        if segment.role is not Role.PAYLOAD or kind not in _PICTURES:
            yield segment
            continue
        stop = segment.start + 8 + int.from_bytes(reader.read(segment.start + 4, 4), "little")
        first = max(segment.start + 8, stop - _LOOKED_AT)
        end = None
        cost = (stop - segment.start) * _PICTURES[kind]
        if cost <= left and suspected(reader.read(first, stop - first)):
            left -= cost
            end = _end(reader, kind, segment.start + 8, stop, segments[number + 1 :])
        if end is None or (stop - end <= _FILLED and not any(reader.read(end, stop - end))):
            yield segment
        else:
            yield segment._replace(stop=end)
            yield Segment(end, segment.stop, segment.name.replace(kind, f"behind {kind}"), Role.ORPHAN)


def suspected(tail: bytes) -> bool:
    """Whether the last bytes of a chunk hold what codes seldom do: text, many equal bytes, a known signature."""
    if b"\1" * _TEXT in tail.translate(_READABLE) or any(word in tail for word in _SIGNATURES):
        return True
    number = int.from_bytes(tail, "little")
    return bytes(_SAME - 1) in (number ^ number >> 8).to_bytes(len(tail), "little")[:-1]


def _end(reader: Reader, kind: str, start: int, stop: int, following: Sequence[Segment]) -> int | None:
    """Where the codes of the chunk's data, from `start` to `stop`, end; None if that cannot be told."""
    from audit.formats import webp_lossless, webp_lossy

    data = reader.read(start, stop - start)
    if kind != "ALPH":
        found = webp_lossless.end(data) if kind == "VP8L" else webp_lossy.end(data)
        return None if found is None else start + found
    image = next((each for each in following if each.name.endswith("VP8 ")), None)
    if image is None or data[:1] == b"" or data[0] & 3 != 1:
        return None
    size = reader.read(image.start + 14, 4)
    width, height = (int.from_bytes(size[at : at + 2], "little") & 0x3FFF for at in (0, 2))
    found = webp_lossless.stream_end(data[1:], width, height)
    return None if found is None else start + 1 + found
