"""The elements of Matroska (RFC 9559, section 5) that playing needs, and what each may hold. All others go."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Final

EBML: Final = 0x1A45DFA3
SEGMENT: Final = 0x18538067
SEEK_HEAD: Final = 0x114D9B74
INFO: Final = 0x1549A966
TRACKS: Final = 0x1654AE6B
CLUSTER: Final = 0x1F43B675
CUES: Final = 0x1C53BB6B
CHAPTERS: Final = 0x1043A770
TAGS: Final = 0x1254C367
ATTACHMENTS: Final = 0x1941A469
TOP: Final = {
    SEEK_HEAD: "SeekHead",
    INFO: "Info",
    TRACKS: "Tracks",
    CLUSTER: "Cluster",
    CUES: "Cues",
    CHAPTERS: "Chapters",
    TAGS: "Tags",
    ATTACHMENTS: "Attachments",
}

SEEK, SEEK_ID, SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
ENTRY, NUMBER, UID, TYPE, CODEC, PRIVATE = 0xAE, 0xD7, 0x73C5, 0x83, 0x86, 0x63A2
VIDEO, ALPHA, WIDTH, HEIGHT = 0xE0, 0x53C0, 0xB0, 0xBA
ENCODINGS, ENCODING, SCOPE, COMPRESSION, ALGORITHM, SETTINGS, ENCRYPTION = (
    0x6D80,
    0x6240,
    0x5032,
    0x5034,
    0x4254,
    0x4255,
    0x5035,
)
MAPPING, MAPPING_TYPE, MAPPING_DATA = 0x41E4, 0x41E7, 0x41ED
CUE, CUE_PLACE, CUE_TRACK = 0xBB, 0xB7, 0xF7
SIMPLE, GROUP, BLOCK, ADDITIONS, MORE, ADDITIONAL, ADDITION_ID = 0xA3, 0xA0, 0xA1, 0x75A1, 0xA6, 0xA5, 0xEE
DATE: Final = 0x4461
DOCUMENTS: Final = frozenset({b"matroska", b"webm"})

# What may stand in an element: its body as it stays, of the same length or shorter, or None if it goes.
Form = Callable[[bytes], bytes | None]


def unsigned(most: int) -> Form:
    def form(body: bytes) -> bytes | None:
        return body if len(body) <= 8 and int.from_bytes(body, "big") <= most else None

    return form


def signed(body: bytes) -> bytes | None:
    return body if len(body) <= 8 and abs(int.from_bytes(body, "big", signed=True)) < 1 << 46 else None


def real(body: bytes) -> bytes | None:
    """RFC 8794, 7.3: none, four or eight bytes. No rate or angle, and no length in nanoseconds, is larger than a day's."""
    if len(body) not in {0, 4, 8}:
        return None
    value = struct.unpack(">f" if len(body) == 4 else ">d", body)[0] if body else 0.0
    return body if abs(value) < 1e14 else None  # not a number fails too


def ticks(body: bytes) -> bytes | None:
    """A length as a whole number of ticks, which last a millisecond in nearly all files; few of them as exact as four bytes are."""
    if real(body) is None or not body:
        return real(body)
    kind = ">f" if len(body) == 4 else ">d"
    value = abs(struct.unpack(kind, body)[0])
    told = round(value) if value >= _MANY else struct.unpack(">f", struct.pack(">f", value))[0]
    return struct.pack(kind, told)


def version(most: int) -> Form:
    """RFC 8794, 11.2: of which version it is; what nobody has defined becomes the last that is."""

    def form(body: bytes) -> bytes | None:
        if not 0 < len(body) <= 8:
            return None
        return body if 0 < int.from_bytes(body, "big") <= most else most.to_bytes(len(body), "big")

    return form


def hertz(body: bytes) -> bytes | None:
    """A whole number of samples in a second."""
    if real(body) is None or not body:
        return real(body)
    kind = ">f" if len(body) == 4 else ">d"
    value = round(struct.unpack(kind, body)[0])
    return struct.pack(kind, float(value)) if 0 <= value < 1 << 24 else None


def blank(body: bytes) -> bytes | None:
    """RFC 8794, 7.4: a string ends at its first zero."""
    return bytes(len(body))


def string(pattern: str, instead: bytes = b"") -> Form:
    """Up to its first zero it must match; what follows that means nothing."""
    expected = re.compile(pattern.encode())

    def form(body: bytes) -> bytes | None:
        said = body.partition(b"\0")[0]
        if not expected.fullmatch(said):
            said = instead
        return said.ljust(len(body), b"\0") if said and len(said) <= len(body) else None

    return form


def private_projection(body: bytes) -> bytes | None:
    """Spherical Video V2: nothing, the bounds of an equirectangular picture, the layout of a cube map, or a mesh."""
    return body if len(body) in {0, 4, 12, 20} or body[8:12] in {b"raw ", b"dfl8"} else None


def _same(body: bytes) -> bytes:
    return body


_MANY: Final = 1000
FLAG: Final = unsigned(1)
SMALL: Final = unsigned(255)
MEDIUM: Final = unsigned((1 << 32) - 1)
LARGE: Final = unsigned((1 << 46) - 1)  # nanoseconds of nineteen hours, bytes of seventy terabytes

Table = dict[int, "Form | Table"]

HEADER_TYPE: Final = string("matroska|webm")
LANGUAGE: Final = string(r"[A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?", b"und")
# RFC 5646, 2.1: language, script, region; no variants, extensions or private words.
LANGUAGE_TAG: Final = string(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{3})?(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?", b"und"
)

HEADER: Final[Table] = {
    **dict.fromkeys((0x4286, 0x42F7), version(1)),
    0x42F2: version(4),
    0x42F3: version(8),
    **dict.fromkeys((0x4287, 0x4285), version(4)),  # RFC 9559, 4.3
    0x4282: HEADER_TYPE,
}
INFORMATION: Final[Table] = {
    0x2AD7B1: LARGE,
    0x4489: ticks,
    0x4D80: blank,
    0x5741: blank,
    DATE: lambda body: None,  # noqa: ARG005 - unless it is asked for: see `mkv_plan`
}
_MASTERING: Final[Table] = dict.fromkeys(range(0x55D1, 0x55DB), real)
_COLOUR: Final[Table] = {**dict.fromkeys(range(0x55B1, 0x55BE), MEDIUM), 0x55D0: _MASTERING}
_PROJECTION: Final[Table] = {
    0x7671: SMALL,
    0x7672: private_projection,
    **dict.fromkeys((0x7673, 0x7674, 0x7675), real),
}
_VIDEO: Final[Table] = {
    **dict.fromkeys((0x9A, 0x9D, 0x53B8, ALPHA, 0x53B9, 0x54B2, 0x54B3), SMALL),
    **dict.fromkeys((WIDTH, HEIGHT, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA), MEDIUM),
    **dict.fromkeys((0x2FB523, 0x2383E3), real),
    0x2EB524: lambda body: body if len(body) == 4 else None,
    0x55B0: _COLOUR,
    0x7670: _PROJECTION,
}
_AUDIO: Final[Table] = {
    0xB5: hertz,
    0x78B5: hertz,
    **dict.fromkeys((0x9F, 0x6264, 0x52F1), MEDIUM),
}
_COMPRESSION: Final[Table] = {ALGORITHM: SMALL, SETTINGS: lambda body: body if len(body) <= 64 else None}
_ENCODINGS: Final[Table] = {
    ENCODING: {0x5031: MEDIUM, SCOPE: SMALL, 0x5033: SMALL, COMPRESSION: _COMPRESSION}
}
_UID: Final = unsigned((1 << 64) - 1)
_OPERATION: Final[Table] = {0xE3: {0xE4: {0xE5: _UID, 0xE6: SMALL}}, 0xE9: {0xED: _UID}}
UIDS: Final = frozenset({UID, 0xE5, 0xED})
TRACK: Final[Table] = {
    **dict.fromkeys((0xB9, 0x88, 0x55AA, 0x55AB, 0x55AC, 0x55AD, 0x55AE, 0x55AF, 0x9C, 0xAA), FLAG),
    **dict.fromkeys((TYPE, 0x55EE), SMALL),
    **dict.fromkeys((NUMBER, 0x6DE7, 0x6DF8), MEDIUM),
    **dict.fromkeys((0x23E383, 0x234E7A, 0x56AA, 0x56BB), LARGE),
    0x23314F: real,
    0x537F: signed,
    UID: _UID,
    0x22B59C: LANGUAGE,
    0x22B59D: LANGUAGE_TAG,
    CODEC: _same,  # see `mkv_leaf`
    PRIVATE: _same,
    VIDEO: _VIDEO,
    0xE1: _AUDIO,
    0xE2: _OPERATION,
    ENCODINGS: _ENCODINGS,
    MAPPING: {0x41F0: SMALL, MAPPING_TYPE: MEDIUM, MAPPING_DATA: _same},
}
_PLACE: Final[Table] = {
    CUE_TRACK: MEDIUM,
    **dict.fromkeys((0xF1, 0xF0, 0xB2, 0x5378), LARGE),
    0xEA: SMALL,
}
POINT: Final[Table] = {0xB3: LARGE, CUE_PLACE: _PLACE}
BESIDE: Final[dict[int, Form]] = {0x9B: LARGE, 0xFA: SMALL, 0xFB: signed, 0x75A2: signed}
IN_CLUSTER: Final[dict[int, Form]] = {0xE7: LARGE, 0xA7: LARGE, 0xAB: LARGE}

AGAIN: Final = frozenset({0xED, 0xFB})  # leaves that may stand more than once in one master

# What is known, and not needed to play, or not as it is.
DESCRIBED: Final = {
    0xBF: "CRC-32",
    0x7BA9: "Title",
    0x4D80: "MuxingApp",
    0x5741: "WritingApp",
    DATE: "DateUTC",
    0x73A4: "SegmentUUID",
    0x7384: "SegmentFilename",
    0x3CB923: "PrevUUID",
    0x3C83AB: "PrevFilename",
    0x3EB923: "NextUUID",
    0x3E83BB: "NextFilename",
    0x4444: "SegmentFamily",
    0x6924: "ChapterTranslate",
    0x4282: "DocType",
    0x4281: "DocTypeExtension",
    0x536E: "Name",
    0x258688: "CodecName",
    0x3A9697: "CodecSettings",
    0x3B4040: "CodecInfoURL",
    0x26B240: "CodecDownloadURL",
    0x7446: "AttachmentLink",
    0x6624: "TrackTranslate",
    0x6FAB: "TrackOverlay",
    UID: "TrackUID",
    0xE5: "TrackPlaneUID",
    0xED: "TrackJoinUID",
    0x22B59C: "Language",
    0x22B59D: "LanguageBCP47",
    0xB5: "SamplingFrequency",
    0x78B5: "OutputSamplingFrequency",
    CODEC: "CodecID",
    PRIVATE: "CodecPrivate",
    MAPPING: "BlockAdditionMapping",
    ADDITIONS: "BlockAdditions",
    MORE: "BlockMore",
    0xA4: "CodecState",
    0xAF: "EncryptedBlock",
    0xA2: "BlockVirtual",
    0x5854: "SilentTracks",
    0x8E: "Slices",
    SEEK: "Seek",
    CUE: "CuePoint",
    CUE_PLACE: "CueTrackPositions",
}

# Those that become something else in their place, by the first level that they stand in.
REWRITTEN: Final[dict[int, Form]] = {
    0x4282: HEADER_TYPE,
    0x4D80: blank,
    0x5741: blank,
    0xB5: hertz,
    0x78B5: hertz,
    0x22B59C: LANGUAGE,
    0x22B59D: LANGUAGE_TAG,
    **dict.fromkeys((UID, 0xE5, 0xED), _UID),
    **dict.fromkeys((CODEC, PRIVATE), _same),
    DATE: lambda body: None,  # noqa: ARG005
}
