"""FLAC (RFC 9639): the stream information, the seek points and the frames stay.

Comments, pictures, cue sheets, application blocks and padding go, as do tags before the beginning and bytes behind the last frame.
The last frame ends where its checksum says so (9.3): no length is written anywhere.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.rewriters.checks import crc8_smbus, crc16_buypass_ends
from audit.rewriters.sound import Layout, Sound, id3_size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audit.formats.base import Reader

_MOST: Final = 10_000  # metadata blocks
_NAMES: Final = {
    1: ("padding", Reveal.UNKNOWN),
    2: ("application", Reveal.UNKNOWN),
    4: ("comments", Reveal.COMMENT),
    5: ("cue sheet", Reveal.COMMENT),
    6: ("picture", Reveal.PICTURE),
}
_FARTHEST: Final = 32 << 20  # bytes behind the last frame that are searched for it
_TRIES: Final = 200
_LONGEST: Final = 4 << 20  # bytes of a frame that does not say its bound


class _Block(NamedTuple):
    kind: int
    at: int
    size: int


def layout(reader: Reader) -> Layout:
    found = Layout("FLAC")
    start = _begin(reader, found)
    at, channels = start + 4, b""
    blocks: list[tuple[int, bytes]] = []
    for _ in range(_MOST):
        head = reader.read(at, 4)
        if len(head) < 4:
            raise FormatError(min(at, reader.size), "no sound in it")
        kind, size = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if at + 4 + size > reader.size:
            raise FormatError(at, "the file ends too early")
        data = (
            _kept(reader, _Block(kind, at + 4, size), found)
            if blocks
            else _information(reader, _Block(kind, at + 4, size))
        )
        if data:
            blocks.append((kind, data))
        elif kind == 4:
            channels = channels or channel_mask(reader.read(at + 4, min(size, 1 << 20)))
        at += 4 + size
        if head[0] & 0x80:
            break
    else:
        raise UnsupportedError(at, "far too many parts")
    if channels:
        blocks.append((4, comment(channels)))
    last = [
        (kind | (0x80 if number == len(blocks) - 1 else 0), data)
        for number, (kind, data) in enumerate(blocks)
    ]
    found.write(
        b"fLaC" + b"".join(bytes((kind,)) + len(data).to_bytes(3, "big") + data for kind, data in last),
        "fLaC",
    )
    stop = _end(reader, at, blocks[0][1])
    found.keep(at, stop)
    found.drop("trailer", reader.size - stop, Reveal.TRAILER)
    return found


def _begin(reader: Reader, found: Layout) -> int:
    """Where the stream begins; some programs put ID3 tags before it."""
    at = 0
    while size := id3_size(reader, at):
        found.drop("ID3v2", size, Reveal.COMMENT)
        at += size
    if reader.read(at, 4) != b"fLaC":
        raise FormatError(at, "not a FLAC")
    return at


def _information(reader: Reader, block: _Block) -> bytes:
    """The first block (8.2)."""
    if block.kind or block.size != 34:
        raise FormatError(block.at, "a format that makes no sense")
    return reader.read(block.at, block.size)


def _kept(reader: Reader, block: _Block, found: Layout) -> bytes:
    """The bytes of a block that stays; seek points that are placeholders have nothing to say (8.5)."""
    kind, at, size = block
    if kind == 3 and size % 18 == 0:
        data = reader.read(at, size)
        points = [data[n : n + 18] for n in range(0, size, 18)]
        real = b"".join(point for point in points if point[:8] != b"\xff" * 8)
        found.drop("seek points", size - len(real))
        return real
    mask = channel_mask(reader.read(at, min(size, 1 << 20))) if kind == 4 else b""
    if not mask or reader.read(at, size) != comment(mask):
        found.drop(*_named(kind, size))
    return b""


def comment(text: bytes) -> bytes:
    """A block of comments with this one, and no vendor."""
    return bytes(4) + struct.pack("<II", 1, len(text)) + text


def _named(kind: int, size: int) -> tuple[str, int, Reveal]:
    name, reveals = _NAMES.get(kind, ("unknown block", Reveal.UNKNOWN))
    return name, size + 4, reveals


def channel_mask(comments: bytes) -> bytes:
    """Which loudspeakers the channels are for stands in a comment (8.6.2); only a number is taken."""
    at = comments.upper().find(b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0X")
    if at < 4:
        return b""
    size = int.from_bytes(comments[at - 4 : at], "little")
    value = comments[at : at + size][36:]
    if not 1 <= len(value) <= 8 or value.strip(b"0123456789abcdefABCDEF"):
        return b""
    return b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x%X" % int(value, 16)


def _end(reader: Reader, start: int, info: bytes) -> int:
    """Where the last frame ends. Raises UnsupportedError where that cannot be told."""
    bound = int.from_bytes(info[7:10], "big") or _LONGEST
    first = reader.read(start, 4)
    if len(first) < 4 or first[0] != 0xFF or first[1] & 0xFE != 0xF8:
        raise FormatError(start, "no sound in it")
    stop = reader.size
    window = reader.read(max(start, stop - _FARTHEST), min(stop - start, _FARTHEST))
    base, at = stop - len(window), len(window)
    for _ in range(_TRIES):
        at = window.rfind(first[:2], 0, at + 1 if at < len(window) else at)
        if at < 0:
            break
        if crc8_smbus(window[at : at + _header_length(window[at : at + 16])]) == 0:
            ends = crc16_buypass_ends(window[at : at + bound])
            if ends:
                return _without_a_tag(reader, start, base + at + ends[-1])
        at -= 1
    raise UnsupportedError(start, "its true end cannot be found: convert it to another format first")


def _without_a_tag(reader: Reader, start: int, stop: int) -> int:
    """A tag that a crafted frame runs through: players look for ID3v1 in the last 128 bytes, whatever those are."""
    if b"TAG" in reader.read(max(start, stop - 128), min(128, stop - start)):
        raise UnsupportedError(start, "its true end cannot be found: convert it to another format first")
    return stop


def _header_length(head: bytes) -> int:
    """With its checksum (9.1): four bytes, the number as in UTF-8, then sizes and rates as their codes ask."""
    if len(head) < 16:
        head = head + bytes(16 - len(head))
    lead = head[4]
    coded = 1 if lead < 0x80 else 8 - (lead ^ 0xFF).bit_length()
    size, rate = head[2] >> 4, head[2] & 15
    return 4 + coded + {6: 1, 7: 2}.get(size, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0) + 1


def _readers(_: Reader) -> Sequence[Callable[[Any], Any]]:
    from mutagen.flac import FLAC
    from mutagen.id3 import ID3

    return FLAC, ID3


REWRITER: Final = Sound("FLAC", (".flac",), layout, _readers)
