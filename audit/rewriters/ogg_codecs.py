"""What stands before the sound or video of each codec in Ogg, and what of it stays.

The first packet of a stream says what it is; the second holds comments in the form of Vorbis I, 5.2; what follows are settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from audit.formats.base import FormatError, UnsupportedError
from audit.rewriters.flac import channel_mask, comment
from audit.rewriters.opus import unfilled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FASTEST: Final = 4_000_000  # bits in a second
_USUAL: Final = 48_000
_RATES: Final = frozenset(
    (0, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 176400, 192000)
)
_EMPTY: Final = bytes(8)  # no vendor, no comments
_LAST: Final = 0x84  # FLAC: the last block before the frames, which holds comments


class Codec(NamedTuple):
    least: int  # bytes of the first packet
    complete: Callable[
        [bytes, Sequence[bytes]], bool
    ]  # whether the first, and these behind it, are all before sound
    comments: Callable[[bytes], bool]  # whether a second packet is one of comments
    first: Callable[[bytes], bytes]  # the first packet, written anew
    others: Callable[[Sequence[bytes]], list[bytes]]  # those behind the first, written anew
    header: Callable[[int], bool] | None = (
        None  # whether a packet that begins with this byte is one of headers
    )
    packet: Callable[[bytes, bytes], bytes] | None = None  # one of sound, by the first, as long as it was
    skipped: Callable[[int], bool] | None = None  # whether decoders skip one that begins with this byte


def _vorbis_first(head: bytes) -> bytes:
    """Vorbis I, 4.2.2: three rates, of which some are estimates of the encoder."""
    return head[:16] + b"".join(_estimate(head[at : at + 4]) for at in (16, 20, 24)) + head[28:30]


def _opus_first(head: bytes) -> bytes:
    """RFC 7845, 5.1: nineteen bytes, and a table of the channels unless they are one or two; the rate before packing."""
    rate = int.from_bytes(head[12:16], "little")
    size = 19 if head[18:19] == b"\0" else 21 + int.from_bytes(head[9:10], "big")
    return head[:12] + (rate if rate in _RATES else _USUAL).to_bytes(4, "little") + head[16:size]


def _theora_first(head: bytes) -> bytes:
    """Theora, 6.2: 42 bytes; bits in a second at 37, in three bytes, 0 for what is not known. The last three bits mean nothing."""
    rate = int.from_bytes(head[37:40], "big") // 1000 * 1000
    tail = int.from_bytes(head[40:42], "big") & 0xFFF8
    return head[:37] + rate.to_bytes(3, "big") + tail.to_bytes(2, "big")


def _speex_first(head: bytes) -> bytes:
    """Speex manual, A.1: 80 bytes. The program's version in words; how long this is; bits in a second; reserved."""
    if any(head[68:72]):
        raise UnsupportedError(0, "a codec that is not known")  # more headers, which nobody has defined
    rate = _estimate(head[52:56])
    fixed = (80).to_bytes(4, "little")
    return head[:8] + bytes(20) + head[28:32] + fixed + head[36:52] + rate + head[56:68] + bytes(12)


def _flac_first(head: bytes) -> bytes:
    """FLAC to Ogg mapping: one more header follows; then the mark and the stream information of a FLAC file."""
    return head[:7] + b"\0\1fLaC\0" + head[14:51]


def _estimate(data: bytes) -> bytes:
    """Bits in a second, none or less for what is not known."""
    rate = int.from_bytes(data, "little", signed=True)
    if rate == -1 or not data:
        return data
    return (rate // 1000 * 1000 if 0 < rate < _FASTEST else 0).to_bytes(4, "little", signed=True)


def _flac_complete(_: bytes, packets: Sequence[bytes]) -> bool:
    """A block says whether it is the last one (RFC 9639, 8.1), and how long it is."""
    head = packets[-1][:4]
    if int.from_bytes(head[1:], "big") + 4 != len(packets[-1]):
        raise FormatError(0, "a format that makes no sense")
    return head >= b"\x80"


def _flac_others(packets: Sequence[bytes]) -> list[bytes]:
    mask = next((mask for each in packets if (mask := _mask(each))), b"")
    body = comment(mask) if mask else _EMPTY
    return [bytes((_LAST,)) + len(body).to_bytes(3, "big") + body]


def _mask(block: bytes) -> bytes:
    return channel_mask(block[4:]) if block[:1] in {b"\4", b"\x84"} else b""


def _counted(count: int) -> Callable[[bytes, Sequence[bytes]], bool]:
    return lambda _, packets: len(packets) == count


CODECS: Final = {
    b"\x01vorbis": Codec(
        30,
        _counted(2),
        lambda packet: packet.startswith(b"\3vorbis"),
        _vorbis_first,
        lambda packets: [b"\3vorbis" + _EMPTY + b"\1", packets[1]],
        skipped=lambda byte: bool(byte & 1),  # Vorbis I, 4.3.1: it is no packet of sound
    ),
    b"OpusHead": Codec(
        19,
        _counted(1),
        lambda packet: packet.startswith(b"OpusTags"),
        _opus_first,
        lambda _: [b"OpusTags" + _EMPTY],
        packet=unfilled,
    ),
    b"\x80theora": Codec(
        42,
        _counted(2),
        lambda packet: packet.startswith(b"\x81theora"),
        _theora_first,
        lambda packets: [b"\x81theora" + _EMPTY, packets[1]],
        lambda byte: byte >= 0x80,
    ),
    b"OVP80\1": Codec(  # VP8 in Ogg, as FFmpeg writes it
        26,
        _counted(1),
        lambda packet: packet.startswith(b"OVP80\2 "),
        lambda head: head[:26],
        lambda _: [b"OVP80\2 " + _EMPTY],
    ),
    b"Speex   ": Codec(80, _counted(1), lambda packet: len(packet) >= 8, _speex_first, lambda _: [_EMPTY]),
    b"\x7fFLAC\1": Codec(
        51,
        _flac_complete,
        lambda packet: packet[:1] in {b"\4", b"\x84"},
        _flac_first,
        _flac_others,
        lambda byte: byte < 0xFF,
    ),
}
# Streams that go: where frames are and what they are called (Skeleton), words (CMML, Kate, OGM's text).
DROPPED: Final = {
    b"fishead\0": "skeleton",
    b"Annodex\0": "skeleton",
    b"CMML\0\0\0\0": "subtitles",
    b"\x80kate\0\0\0": "subtitles",
    b"\1text\0\0\0": "subtitles",
}
