"""How samples of video and sound are described (ISO/IEC 14496-12, 12.1.3 and 12.2.3; QuickTime file format, sample descriptions)."""

# ruff: noqa: SIM905 - a list of two hundred names reads better as words

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.formats import heif_props
from audit.formats.base import FormatError
from audit.formats.bmff import Fields
from audit.formats.mp4_config import CONFIGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.formats.base import Policy

_VORBIS: Final = b"\xdd"  # mp4ra.org, object types: FFmpeg's and others' name for Vorbis
_FASTEST: Final = 1_000_000_000  # bits in a second
MOST: Final = 1 << 16  # bytes of a description that are taken as they are

# mp4ra.org and ExifTool's and FFmpeg's tables of what movies hold.
VIDEO: Final = frozenset(
    "avc1 avc2 avc3 avc4 hvc1 hev1 hvc2 hev2 lhv1 lhe1 dvh1 dvhe dva1 dvav dav1 vvc1 vvi1 evc1 av01 vp08 vp09 mp4v "
    "s263 h263 H263 U263 M263 jpeg mjpg mjpa mjpb AVDJ AVRn dmb1 mjp2 mjp1 j2ki png SVQ1 SVQ3 svq1 svq3 cvid rpza smc "
    "IV31 IV32 IV41 IV50 8BPS WRLE gif tiff raw yuv2 2vuy 2Vuy yuvs YUY2 v210 v308 v408 v410 v216 r210 R10g R10k b64a "
    "uncv I420 i420 yv12 DVOO apcn apch apcs apco ap4h ap4x aprn aprh AVdn AVdv AV1x AVup CFHD icod dvc dvcp dvp dvpp "
    "dv5n dv5p dvh2 dvh3 dvh4 dvh5 dvh6 dvhp dvhq AVd1 AVdh mpeg mp1v m1v m1v1 m2v1 mp2v mpg2 hdv1 hdv2 hdv3 hdv4 hdv5 "
    "hdv6 hdv7 hdv8 hdv9 hdva xdv1 xdv2 xdv3 xdv4 xdv5 xdv6 xdv7 xdv8 xdv9 xdva xdvb xdvc xdvd xdve xdvf xd51 xd54 xd55 "
    "xd59 xd5a xd5b xd5c xd5d xd5e xd5f xd50 xd53 xd56 mx5n mx5p mx4n mx4p mx3n mx3p ai5p ai5q ai52 ai53 ai55 ai56 ai1p "
    "ai1q ai12 ai13 ai15 ai16 aivx vc-1 ovc1 wmv3 WMV3 VP30 VP31 VP60 VP6F FLV1 XVID DIVX 3IV2 3IVD DX50 FMP4 theo FFV1 "
    "drac BBCD Hap1 Hap5 HapY HapA HapM Hapa Hap7 HapH magy m8ra LAGS qdrw qdgx mrle rle SheV pRaw ncdv shev DXD3 DXDI "
    "apv1 L555 L565 B565 24BG BGRA RGBA ABGR b16g b48r bxbg bxrg bxyv NO16 R420 R411 AVUI AVrp SUDS bxy2 Y41P yuv4 Y216 svqi "
    "3IVD dvlp dvl dvh1 AVin rv64 xalg avlg xdhd xdh2 AVmp tga MNG avs2 avs3 sgi dpx exr rle1 QkBk WRAW HFYU FFVH cfhd "
    "ULRG ULRA ULY0 ULY2 ULY4 ULH0 ULH2 ULH4 UQY0 UQY2 UQRG UQRA UMRG UMRA UMY2 UMY4 UMH2 UMH4".split()
) | {"raw ", "png ", "rle ", "smc ", "gif ", "dvc ", "dvp ", "m1v ", "ap4c", "sev2", "vvcN"}
SOUND: Final = frozenset(
    "mp4a ac-3 ec-3 ac-4 alac samr sawb sawp sevc sqcp qclp Qclp Opus fLaC twos sowt in24 42ni in32 23ni fl32 23lf fl64 "
    "46lf lpcm ipcm fpcm ulaw alaw ima4 MAC3 MAC6 dvca dvaa agsm QDM2 QDMC Qclq dtsc dtsh dtsl dtse dtsx dts+ mlpa saob mha1 mha2 "
    "mhm1 mhm2 apac iamf spex vorb NONE XMA2 GSM1 sac3 SAMR".split()
) | {"raw ", ".mp3", ".mp1", ".mp2", "DTS ", "ms\0\x02", "ms\0\x11", "ms\0\x31", "ms\0\x50", "ms\0\x55"}
PROTECTED: Final = frozenset({"encv", "enca", "drmi", "drms", "p608", "resv", "resa"})

# Names of encoders by which a decoder tells what the samples are (FFmpeg, mov.c).
_FIRST: Final = b"\0\1"  # the reference to this file; one frame in each sample
_PACKED: Final = frozenset((b"\xff\xff", b"\xff\xfe"))  # QuickTime, "Sound sample description": compressed
_DENSITY: Final = b"\0\x48\0\0" * 2  # 12.1.3: 72 dots in an inch
_MEANT: Final = (b"Planar Y'CbCr 8-bit 4:2:0", b"Sorenson H263")

# How long bodies are that always have the same length; where it stands: the box's own specification.
_FIXED: Final = {
    "fiel": 2,  # QuickTime
    "gama": 4,
    "hfov": 4,
    "vpcC": 12,  # VP codec in ISO base media
    "SmDm": 28,
    "CoLL": 8,
    "cclv": 36,
    "ACLR": 16,
    "st3d": 5,  # Spherical video V2
    "prhd": 16,
    "equi": 20,
    "cbmp": 12,
    "stri": 5,  # Apple's stereo video
    "hero": 5,
    "blin": 8,
    "dadj": 8,
    "prji": 8,
    "pkin": 8,
    "dac3": 3,  # ETSI TS 102 366, F
    "dmlp": 10,
    "ddts": 20,  # ETSI TS 102 114, E
    "pcmC": 6,  # ISO/IEC 23003-5
    "frma": 4,  # QuickTime, sound
    "enda": 2,
    "mp4a": 4,
}
# Described elsewhere, or of many forms: as they are, up to MOST bytes.
_WHOLE: Final = frozenset(
    "lhvC vvcC evcC apvC dvc1 glbl cmpd uncC dec3 dac4 mhaC iacb chnl udts QDCA QDCP SA3D bitr dapa devc "
    "dqcp dsmv dawp jp2h APRG ARES strf".split()
) | {"SMI "}
_VERSIONS: Final = frozenset({b"\0\0", b"\0\1", b"\0\2"})  # of what describes sound
_STREAMS: Final = frozenset({4, 5})  # ISO/IEC 14496-1, table 6: of video, of sound
_OLD_COLOURS: Final = 10  # bytes: without a range, as QuickTime has them
# Those that have a configuration of their own, beside which FFmpeg's general one (glbl) says nothing.
CONFIGURED: Final = frozenset(
    "avc1 avc2 avc3 avc4 hvc1 hev1 dvh1 dvhe dva1 dvav av01 vp08 vp09 mp4v mp4a".split()
)
_PICTURE: Final = frozenset({"colr", "pasp", "clap", "clli", "mdcv", "amve"})
NESTED: Final = frozenset({"wave", "vexu", "eyes", "cams", "cmfy", "proj", "pack", "sv3d"})


def head_size(handler: str, head: bytes, table_version: int, *, quicktime: bool) -> int:
    """How many bytes stand before the boxes of a description whose body begins with `head`."""
    if handler == "vide":
        return 78 + _colours(head)
    version = int.from_bytes(head[8:10], "big")
    more = {1: 16, 2: 36}.get(version, 0)  # QuickTime; ISO/IEC 14496-12, 12.2.3 has a version 1 of its own
    return 28 + (more if quicktime or table_version == 0 else 0)


def _colours(head: bytes) -> int:
    """QuickTime: a table of colours stands in the description if its number is 0 and pixels are that small."""
    if head[76:78] != b"\0\0" or head[75] & 31 not in {1, 2, 4, 8} or len(head) < 86:
        return 0
    return 8 + 8 * (1 + min(int.from_bytes(head[84:86], "big"), 255))


def written_head(handler: str, head: bytes) -> bytes:
    """The fields of a description without who made it."""
    if handler == "soun":
        packed = head[20:22] if head[20:22] in _PACKED else bytes(2)
        version = head[8:10] if head[8:10] in _VERSIONS else bytes(2)
        return bytes(6) + _FIRST + version + bytes(6) + head[16:20] + packed + bytes(2) + head[24:]
    name = head[42:74]
    if not name[1:].startswith(_MEANT):
        name = bytes(32)
    table = head[76:78] if head[76:78] == b"\0\0" else b"\xff\xff"
    depth = b"\0" + head[75:76]
    return (
        bytes(6)
        + _FIRST
        + bytes(16)
        + head[24:28]
        + _DENSITY
        + bytes(4)
        + _FIRST
        + name
        + depth
        + table
        + head[78:]
    )


def written(kind: str, fields: Fields, policy: Policy) -> bytes | None:
    """The body that stays of a box in a description, or None if it goes. Raises FormatError for one that is broken."""
    if kind in _FIXED:
        return fields.take(_FIXED[kind])
    if kind == "colr" and fields.left == _OLD_COLOURS:
        data = fields.rest()
        return data if data[:4] in {b"nclx", b"nclc"} else None
    if kind in _PICTURE:
        return heif_props.written(kind, fields.rest(), policy)
    if kind in CONFIGS:
        return CONFIGS[kind](fields.rest())
    if kind in _WHOLE:
        return fields.rest()
    known = _FORMS.get(kind)
    return known(fields) if known else None


def _vendor(size: int, version: int = 0) -> Callable[[Fields], bytes]:
    """3GPP TS 26.244, 6: four bytes for who made the decoder, and one for its version; then settings."""

    def form(fields: Fields) -> bytes:
        fields.take(4 + version)
        return bytes(4 + version) + fields.take(size - 4 - version)

    return form


def _lossless(fields: Fields) -> bytes:
    """Apple Lossless, "Magic Cookie Description": a version that is always 0, a length of runs that is always 255, an estimated rate."""
    fields.take(4)
    data = bytearray(fields.take(24))
    data[4:5], data[10:12] = b"\0", b"\0\xff"
    rate = int.from_bytes(data[16:20], "big")
    data[16:20] = (rate // 1000 * 1000 if rate < _FASTEST else 0).to_bytes(4, "big")
    return bytes(4) + data


def _dolby(fields: Fields) -> bytes:
    """Dolby Vision streams within ISO base media, 2.2: two versions, profile, level and what there is; the rest is reserved."""
    head = fields.take(24)
    return head[:4] + bytes((head[4] & 0xFC,)) + bytes(19)


def _opus(fields: Fields) -> bytes:
    """Opus in ISO base media, 4.3.2."""
    head = fields.take(11)
    return head + fields.take(2 + head[1] if head[10] else 0)


def _flac(fields: Fields) -> bytes:
    """FLAC in ISO base media, 3.3.2: of the blocks of metadata only the first, which is the header."""
    head = fields.take(8)
    if head[4] & 127 or head[5:] != b"\0\0\x22":
        raise FormatError(fields.at, "a track without its tables")
    return head[:4] + b"\x80\0\0\x22" + fields.take(34)


def _channels(fields: Fields) -> bytes:
    """QuickTime, "chan": a layout of channels, perhaps each described."""
    head = fields.take(16)
    return head + fields.take(20 * int.from_bytes(head[12:], "big"))


def _wave_format(fields: Fields) -> bytes:
    """Microsoft's WAVEFORMATEX, whose last field is how much follows."""
    if fields.left < 18:
        return fields.take(min(fields.left, 16))
    head = fields.take(18)
    return head + fields.take(min(int.from_bytes(head[16:], "little"), fields.left))


def _source(fields: Fields) -> bytes:  # noqa: ARG001 - a form
    """Spherical video V2, svhd: the name of the program, which becomes empty."""
    return bytes(5)


_MUST: Final = frozenset({b"eyes", b"stri", b"hero", b"proj", b"prji", b"pack", b"pkin", b"cams", b"cmfy"})


def _must(fields: Fields) -> bytes | None:
    fields.take(4)
    names = fields.rest()
    told = [names[at : at + 4] for at in range(0, len(names), 4)]
    return bytes(4) + names if _MUST.issuperset(told) else None


def elementary(fields: Fields) -> bytes:
    """ISO/IEC 14496-1, 7.2.6.5: descriptors in descriptors; those that decoding needs, the others with zeros in them."""
    fields.take(4)
    data = bytearray(fields.rest())
    _descriptors(data, 0, len(data), frozenset({3, 4}), once=True)
    return bytes(4) + data


def _descriptors(data: bytearray, at: int, stop: int, known: frozenset[int], *, once: bool = False) -> None:
    """Clean those that stand from `at` to `stop`; what is not of a `known` kind becomes zero, and what is no descriptor."""
    while at < stop:
        tag, begin, end = _descriptor(data, at, stop)
        _said(data, at + 1, begin, end - begin)
        if tag not in known:
            data[begin:end] = bytes(end - begin)
        elif tag == 3:
            _descriptors(data, _stream_head(data, begin, end), end, frozenset({4, 6}))
        elif tag == 4:
            _rates(data, begin, end)
            _descriptors(data, min(begin + 13, end), end, frozenset({5}))
            if data[begin : begin + 1] == _VORBIS and end - begin > 13:
                _without_comments(data, begin, end)
        elif tag == 6:
            data[begin + 1 : end] = bytes(max(0, end - begin - 1))
        at = end
        if once:
            data[at:stop] = bytes(stop - at)
            return


def object_type(data: bytes) -> int:
    """What an `esds` box, whose body this is, says of its samples (7.2.6.6.2); 0 where that cannot be told."""
    found = bytearray(data)
    _, begin, stop = _descriptor(found, min(4, len(found) - 1), len(found))
    at = _stream_head(found, begin, stop)
    if at + 2 < stop and found[at] == 4:
        at = _descriptor(found, at, stop)[1]
        return found[at] if at < stop else 0
    return 0


def _without_comments(data: bytearray, begin: int, end: int) -> None:
    """Vorbis I, 5.2: three packets, of which the second becomes one without words, as long as it was."""
    at = data.find(b"\3vorbis", begin, end)
    stop = data.rfind(b"\5vorbis", begin, end)
    if at < 0 or stop < at + 16:
        raise FormatError(0, "codec settings that make no sense")
    data[at + 7 : stop] = bytes(8) + b"\1" + bytes(stop - at - 16)


def _said(data: bytearray, at: int, begin: int, size: int) -> None:
    """The length of a descriptor as it is, in as many bytes as before."""
    for place in range(begin - 1, at - 1, -1):
        data[place] = size & 127 | (0 if place == begin - 1 else 128)
        size >>= 7


def _rates(data: bytearray, begin: int, end: int) -> None:
    """7.2.6.6: the size of a buffer becomes zero; rates are whole kilobits, since they are estimates."""
    if end - begin < 13:
        return
    if data[begin + 1] >> 2 in _STREAMS:
        data[begin + 1] = (
            data[begin + 1] & 0xFC | 1
        )  # a bit for streams that go up, and one that is always set
    data[begin + 2 : begin + 5] = bytes(3)
    for at in (begin + 5, begin + 9):
        rate = int.from_bytes(data[at : at + 4], "big")
        step = 1000 if rate < 1_000_000 else 100_000
        rate = rate // step * step if rate < _FASTEST else 0
        data[at : at + 4] = rate.to_bytes(4, "big")


def _descriptor(data: bytearray, at: int, stop: int) -> tuple[int, int, int]:
    """8.3.3: its kind, where its body begins and ends."""
    tag, size = data[at], 0
    at += 1
    for _ in range(4):
        if at >= stop:
            break
        at += 1
        size = size << 7 | data[at - 1] & 127
        if data[at - 1] < 128:
            break
    return tag, at, min(at + size, stop)


def _stream_head(data: bytearray, at: int, stop: int) -> int:
    """A number and flags, and what the flags announce; an address becomes zero."""
    flags = data[at + 2] & 0xE0 if at + 2 < stop else 0
    if at + 2 < stop:
        data[at : at + 3] = bytes((0, 0, flags))  # ISO/IEC 14496-14, 3.1.2: the number is that of the track
    at += 3 + (2 if flags & 128 else 0)
    if flags & 64 and at < stop:
        end = min(at + 1 + data[at], stop)
        data[at + 1 : end] = bytes(max(0, end - at - 1))
        at = end
    return min(at + (2 if flags & 32 else 0), stop)


_FORMS: Final[dict[str, Callable[[Fields], bytes | None]]] = {
    "esds": elementary,
    "alac": _lossless,
    "d263": _vendor(7, version=1),
    "damr": _vendor(9, version=1),
    "dOps": _opus,
    **dict.fromkeys(("dvcC", "dvvC", "dvwC"), _dolby),
    "dfLa": _flac,
    "chan": _channels,
    "ms\0\x02": _wave_format,
    "ms\0\x11": _wave_format,
    "ms\0\x31": _wave_format,
    "ms\0\x50": _wave_format,
    "ms\0\x55": _wave_format,
    "svhd": _source,
    "must": _must,
}
