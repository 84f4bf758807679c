"""Second pictures that stay if asked for: what makes bright parts brighter (a gain map), and what is how far away (depth)."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from audit.formats import exif
from audit.formats.base import FormatError, Keep
from audit.formats.bmff import Fields
from audit.formats.heif_bits import Bits, few, plain

if TYPE_CHECKING:
    from audit.formats.base import Policy

# developer.apple.com, "Applying Apple HDR effect to your photos".
APPLE_GAIN: Final = b"urn:com:apple:photo:2020:aux:hdrgainmap"
# ISO/IEC 23008-12, B.2.2.2; ISO/IEC 23091-2.
DEPTHS: Final = frozenset({b"urn:mpeg:hevc:2015:auxid:2", b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth"})
_DEPTH_MESSAGE: Final = 177
_NUMBER: Final = rb"[\s=\"'>]{1,8}(\d{1,9}(?:\.\d{1,9})?)[\"'<\s]"
_VERSION: Final = re.compile(rb"HDRGainMap:HDRGainMapVersion" + _NUMBER)
_HEADROOM: Final = re.compile(rb"HDRGainMap:HDRGainMapHeadroom" + _NUMBER)
_LATER: Final = 131072  # 2.0, which says its headroom itself


def of_policy(policy: Policy) -> frozenset[bytes]:
    """What auxiliary pictures may be that stay, beside opacity."""
    gains = {APPLE_GAIN} if Keep.HDR in policy.keep else set()
    return frozenset(gains | (DEPTHS if Keep.DEPTH in policy.keep else set()))


def tone_map(data: bytes) -> bytes:
    """ISO 21496-1, C.2, behind a version (ISO/IEC 23008-12, 6.6.2.4): flags, headrooms, then five numbers for one or three channels."""
    fields = Fields(data)
    if fields.number(1):
        raise FormatError(0, "a derived picture of an unknown form")
    fields.take(4)
    flags = fields.number(1)
    channels = 3 if flags & 0x80 else 1
    short = 12 + 20 * channels
    size = 6 + (short if flags & 8 else 16 + 40 * channels)
    return Fields(data).take(size)


def packet(xmp: bytes, block: bytes) -> bytes:
    """What Apple's viewers need to know of a gain map, as XMP: how much brighter. Nothing if nobody says it.

    The first version of gain maps left it to the maker's note of the photo, from which it is computed as Apple says.
    """
    version, told = _VERSION.search(xmp), _HEADROOM.search(xmp)
    if version and told:
        number, headroom = version[1], told[1]
    else:
        number, headroom = b"%d" % _LATER, _computed(block)
    if not headroom:
        return b""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" '
        b'HDRGainMap:HDRGainMapVersion="' + number + b'" HDRGainMap:HDRGainMapHeadroom="' + headroom + b'"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )


def _computed(block: bytes) -> bytes:
    """From the numbers 33 and 48 of Apple's note, by the formula of the page named above."""
    note = exif.raw_values(block, {("Exif", 0x927C)}).get(("Exif", 0x927C), b"")
    found = _ratios(note) if note[:10] == b"Apple iOS\0" else {}
    if not found.keys() >= {33, 48}:
        return b""
    first, second = found[33], found[48]
    if first < 1:
        stops = 1.8 - 20 * second if second <= 0.01 else 1.601 - 0.101 * second
    else:
        stops = 3 - 70 * second if second <= 0.01 else 2.303 - 0.303 * second
    return b"%.6f" % 2 ** min(max(stops, 0.0), 8.0)


def _ratios(note: bytes) -> dict[int, float]:
    """The note is a directory of its own behind fourteen bytes, with offsets from its beginning."""
    order = "<" if note[12:14] == b"II" else ">"
    found: dict[int, float] = {}
    for at in range(16, len(note) - 11, 12)[
        : int.from_bytes(note[14:16], "little" if order == "<" else "big")
    ]:
        tag, kind, many, where = struct.unpack_from(order + "HHII", note, at)
        if kind == 10 and many == 1 and where + 8 <= len(note):
            top, bottom = struct.unpack_from(order + "ii", note, where)
            found.setdefault(tag, top / bottom if bottom else 0.0)
    return found


def depth_message(data: bytes) -> bytes:
    """What stands behind the type of a depth picture: a message with its range (H.265, G.14.2.3), or nothing if it is none."""
    size = int.from_bytes(data[:4], "big")
    unit = data[4 : 4 + size]
    body = plain(unit)
    if len(unit) != size or len(body) < 5 or body[0] >> 1 & 63 != 39 or body[2] != _DEPTH_MESSAGE:
        return b""
    payload = body[4 : 4 + body[3]]
    if body[4 + body[3] :] not in {b"", b"\x80"} or not _ranges(payload):
        return b""
    return data[: 4 + size]


def _ranges(payload: bytes) -> bool:
    bits = Bits(payload)
    try:
        told = [bits.flag() for _ in range(4)]
        kind = bits.ue()
        if told[2] or told[3]:
            bits.ue()
        for _ in range(sum(told)):
            bits.u(8)
            bits.u(1 + bits.u(5))
        if kind == 3:
            bits.each_ue(2 + few(bits.ue(), 62))
    except FormatError:
        return False
    return payload == (bits.ended() if bits.at % 8 else payload[: bits.at // 8])
