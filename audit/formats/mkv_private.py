"""CodecPrivate: what a decoder needs before the first frame (draft-ietf-cellar-codec, 5), without comments and names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from audit.formats import mkv_config, mp4_config
from audit.formats.base import FormatError

LONGEST: Final = 1 << 20  # bytes; no honest one comes near it
_WITHOUT: Final = (
    "A_AC3",
    "A_DTS",
    "A_EAC3",
    "A_MLP",
    "A_MPEG/",
    "A_PCM/",
    "A_TRUEHD",
    "V_UNCOMPRESSED",
    "V_VP8",
)
_COMMENTS: Final = {b"\3vorbis", b"\x81theora"}
_MASK: Final = re.compile(rb"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x[0-9A-Fa-f]{1,8}")
_MAKERS: Final = re.compile(rb"(?:DivX|XviD|Lavc|FFmpeg)[0-9.bp]{1,16}")


def needed(codec: str, data: bytes) -> bytes | None:
    """The body that stays, or None if the codec has none. Raises FormatError for one that makes no sense."""
    if codec.startswith(_WITHOUT):
        return None
    form = next((form for start, form in _FORMS.items() if codec.startswith(start)), None)
    return form(data) if form else data


def comments(codec: str, data: bytes) -> list[bytes]:
    """The program that wrote a Vorbis comment, and what it says (Vorbis I, 5.2.1): "NAME=value"."""
    if codec == "A_FLAC" and data[:4] == b"fLaC":
        return [text for kind, block in _blocks(data) if kind == 4 for text in _words(block)]
    if codec in {"A_VORBIS", "V_THEORA"} and (second := laced(data)[1])[:7] in _COMMENTS:
        return _words(second[7:])
    return []


def laced(data: bytes) -> list[bytes]:
    """Three packets, the lengths of the first two before them in bytes of which all but the last are 255."""
    if data[:1] != b"\2":
        raise FormatError(0, "codec settings that make no sense")
    at, sizes = 1, []
    for _ in range(2):
        size = 0
        while data[at : at + 1] == b"\xff":
            size, at = size + 255, at + 1
        sizes.append(size + (data[at] if at < len(data) else 0))
        at += 1
    first, second = at + sizes[0], at + sum(sizes)
    if second >= len(data):
        raise FormatError(0, "codec settings that make no sense")
    return [data[at:first], data[first:second], data[second:]]


def _xiph(identification: int, end: bytes) -> Callable[[bytes], bytes]:
    """Vorbis I, 4.2 and 5.2; Theora, 6.2 and 6.3: identification, a comment without words, setup."""

    def form(data: bytes) -> bytes:
        first, second, third = laced(data)
        if (
            len(first) < identification
            or second[:7] != first[:1].replace(b"\1", b"\3").replace(b"\x80", b"\x81") + first[1:7]
        ):
            raise FormatError(0, "codec settings that make no sense")
        packets = [first[:identification], second[:7] + bytes(8) + end]
        return b"\2" + b"".join(_sizes(len(one)) for one in packets) + b"".join(packets) + third

    return form


def _sizes(length: int) -> bytes:
    return b"\xff" * (length // 255) + bytes((length % 255,))


def _blocks(data: bytes) -> list[tuple[int, bytes]]:
    """RFC 9639, 8.1: a mark, then blocks with a kind and a length of three bytes."""
    found, at = [], 4
    while at + 4 <= len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        found.append((data[at] & 127, data[at + 4 : at + 4 + size]))
        if data[at] & 128:
            break
        at += 4 + size
    return found


def _flac(data: bytes) -> bytes:
    """STREAMINFO, and of the comments the one that says which loudspeaker is which (RFC 9639, 8.2 and 8.6.2)."""
    blocks = _blocks(data)
    if data[:4] != b"fLaC" or not blocks or blocks[0][0] or len(blocks[0][1]) != 34:
        raise FormatError(0, "codec settings that make no sense")
    kept = [(0, blocks[0][1])]
    masks = [text for kind, block in blocks if kind == 4 for text in _words(block) if _MASK.fullmatch(text)]
    if masks:
        words = bytes(4) + (1).to_bytes(4, "little") + len(masks[0]).to_bytes(4, "little") + masks[0]
        kept.append((4, words))
    last = len(kept) - 1
    return b"fLaC" + b"".join(
        bytes((kind | 128 * (at == last),)) + len(block).to_bytes(3, "big") + block
        for at, (kind, block) in enumerate(kept)
    )


def _words(block: bytes) -> list[bytes]:
    """Vorbis I, 5.2.1: the vendor, a number, so many comments, each with its length before it."""
    found: list[bytes] = []
    at, left = 0, 1
    while left and at + 4 <= len(block) and len(found) < 4096:
        size = int.from_bytes(block[at : at + 4], "little")
        found.append(block[at + 4 : at + 4 + size])
        at, left = at + 4 + size, left - 1
        if len(found) == 1:
            left, at = int.from_bytes(block[at : at + 4], "little"), at + 4
    return found


def _opus(data: bytes) -> bytes:
    """RFC 7845, 5.1: 19 bytes; with a mapping family two more and one for each channel."""
    if data[:8] != b"OpusHead" or len(data) < 19:
        raise FormatError(0, "codec settings that make no sense")
    return data[: 21 + data[9]] if data[18] else data[:19]


def _vp9(data: bytes) -> bytes | None:
    """VP9 codec feature metadata (WebM container guidelines): numbers of one byte, each with its name and length."""
    known = all(data[at] in {1, 2, 3, 4} and data[at + 1 : at + 2] == b"\1" for at in range(0, len(data), 3))
    return data if known and len(data) % 3 == 0 and len(data) <= 12 else None


def _mpeg(data: bytes) -> bytes:
    """ISO/IEC 13818-2, 6.2.2.2.2; 14496-2, 6.2.2.1: user data behind 00 00 01 B2; decoders look for some encoders' names."""
    parts = re.split(rb"(?=\x00\x00\x01.)", data, flags=re.DOTALL)
    return b"".join(
        part for part in parts if part[:4] != b"\0\0\1\xb2" or _MAKERS.fullmatch(part[4:].rstrip(b"\0"))
    )


def _config(form: Callable[[bytes], bytes | None]) -> Callable[[bytes], bytes | None]:
    def written(data: bytes) -> bytes | None:
        try:
            return form(data)
        except (FormatError, IndexError) as error:
            raise FormatError(0, "codec settings that make no sense") from error

    return written


_FORMS: Final[dict[str, Callable[[bytes], bytes | None]]] = {
    "A_VORBIS": _xiph(30, b"\1"),
    "V_THEORA": _xiph(42, b""),
    "A_FLAC": _flac,
    "A_OPUS": _opus,
    "A_WAVPACK4": lambda data: data[:2],
    "V_AV1": _config(mp4_config.av1),
    "V_MPEG4/ISO/AVC": _config(mkv_config.avc),
    "V_MPEGH/ISO/HEVC": _config(mkv_config.hevc),
    "V_MPEG1": _mpeg,
    "V_MPEG2": _mpeg,
    "V_MPEG4/ISO/": _mpeg,
    "V_PRORES": lambda data: data[:4],
    "V_VP9": _vp9,
}
