"""Frames of movies with something in them that goes."""

from __future__ import annotations

import struct

from tests.formats import fixtures as fx
from tests.formats import movies as m
from tests.formats.boxes import box

CANARY = fx.CANARY
SOUND, VIDEO = m.SOUND, m.VIDEO


def changed(track: m.Track = VIDEO, **options: object) -> bytes:
    """A movie with one of its two tracks changed."""
    other = track._replace(**options)
    return m.Movie(tuple(other if one.number == track.number else one for one in (VIDEO, SOUND))).made()


def with_track(track: m.Track, **options: object) -> bytes:
    return m.Movie((VIDEO, SOUND, track), **options).made()


HEVC = box(
    b"hvcC",
    b"\1\1\x60\0\0\0" + bytes(6) + b"\x1e\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f" + b"\2",
    b"\x20\0\1\0\x04\x40\1\0\0",
    b"\x27\0\1" + struct.pack(">H", 26) + b"\x4e\1\5\x16" + bytes(16) + CANARY,
)


def unit(*parts: bytes, width: int = 4) -> bytes:
    body = b"".join(parts)
    return len(body).to_bytes(width, "big") + body


def message(kind: int, body: bytes) -> bytes:
    assert len(body) < 255
    return bytes((kind, len(body))) + body


SETTINGS = message(5, bytes(range(16)) + b"x264 - core 164 options: CANARY")
TOLD = unit(b"\6", SETTINGS, b"\x80")
RECOVERY = message(6, b"\x80\x80")
HEVC_FRAMES = tuple(unit(b"\x28\1" + bytes(range(100, 104 + n))) for n in range(5))
PICTURE = fx.behind_soi(fx.small_jpeg(), fx.marked(0xE1, b"Exif\0\0" + fx.exif(6)))
HEVC_HEAD = HEVC[8:31]
HEVC_SEQUENCE = bytes.fromhex(
    "42010101600000030090000003000003001ea020810596566924caf016808000000300800000030284"
)  # of 64 by 64, as x265 writes it
PLAIN_HEVC = box(b"hvcC", HEVC_HEAD[:22] + b"\1", HEVC[31:40])


def jpegs(*frames: bytes) -> bytes:
    """A video of pictures."""
    return changed(entry=m.video(b"jpeg", box(b"pasp", struct.pack(">II", 1, 1))), samples=frames)


_COMMENT = (
    b"\3vorbis"
    + struct.pack("<II", 0, 1)
    + struct.pack("<I", 18)
    + b"ARTIST=\5vorbisCANARY"[:18]
    + b"CANARY\1"
)
XIPH = (
    b"\2"
    + bytes((30, len(_COMMENT)))
    + b"\1vorbis".ljust(30, b"\1")
    + _COMMENT
    + b"\5vorbis"
    + bytes(range(90))
)


def framed(first: bytes, **options: object) -> bytes:
    return changed(samples=(first + m.FRAMES[0], *m.FRAMES[1:]), **options)


# AV1, 5.5.1: a sequence of 64 by 64.
AV1_HEADER = bytes.fromhex("0000 0002 afff 9b5f 2008")
AV1_HEAD = b"\x81\0\x0c\0"
AV1 = box(b"av1C", AV1_HEAD)


def unit_of_av1(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes((kind << 3 | 2, len(body))) + body


def pictured(unit: bytes) -> bytes:
    """With a unit of AV1 before a picture."""
    return changed(entry=m.video(b"av01", AV1), samples=(unit + m.AV1_FRAME, *[m.AV1_FRAME] * 4))


IN_FRAMES = {
    "message in a frame": framed(TOLD),
    "message in each frame": changed(samples=tuple(TOLD + frame for frame in m.FRAMES * 3)),
    "message among others": framed(unit(b"\6", RECOVERY, SETTINGS, message(1, b"\0\0\3\1"), b"\x80")),
    "message with zeros": framed(unit(b"\6", message(5, b"\0\0\3\0" * 4 + CANARY), b"\x80")),
    "message that breaks off": framed(unit(b"\6", RECOVERY, b"\5\xf0" + CANARY)),
    "message of an unknown kind": framed(unit(b"\6", b"\xff\x20\6" + CANARY, b"\x80")),
    "registered message": framed(unit(b"\6", message(4, b"\xb5\x12\x34" + CANARY), b"\x80")),
    "behind a frame's slices": changed(samples=(m.FRAMES[0] + TOLD, *m.FRAMES[1:])),
    "filler with words": framed(unit(b"\x0c", CANARY)),
    "unit of no meaning": framed(unit(b"\x18", CANARY)),
    "short lengths": changed(
        entry=m.video(b"avc1", m.AVCC[:12] + b"\xfd" + m.AVCC[13:]),
        samples=(TOLD[2:] + m.FRAMES[0][2:], *(frame[2:] for frame in m.FRAMES[1:])),
    ),
    "message of HEVC": changed(
        entry=m.video(b"hvc1", PLAIN_HEVC),
        samples=(unit(b"\x4e\1", SETTINGS, b"\x80") + HEVC_FRAMES[0], *HEVC_FRAMES[1:]),
    ),
    "time code in HEVC": changed(
        entry=m.video(b"hvc1", PLAIN_HEVC),
        samples=(HEVC_FRAMES[0] + unit(b"\x50\1", message(136, CANARY), b"\x80"), *HEVC_FRAMES[1:]),
    ),
    "metadata of AV1": pictured(b"\x2a\x08\x06CANARY\x80"),
    "registered message of AV1": pictured(b"\x2a\x0b\4\xb5\x12\x34CANARY\x80"),
    "light of AV1 with words": pictured(b"\x2a\x0c\1abcdCANARY\x80"),
    "padding of AV1": pictured(b"\x7a\x06CANARY"),
    "reserved unit of AV1": pictured(b"\x4e\x08\x06CANARY"),
    "delimiter of AV1 with words": pictured(b"\x12\x06CANARY"),
    "last unit of AV1": changed(
        entry=m.video(b"av01", AV1), samples=(m.AV1_FRAME + b"\x78CANARY", *[m.AV1_FRAME] * 4)
    ),
    "behind a header of AV1": pictured(unit_of_av1(1, AV1_HEADER, CANARY)),
    "list of tiles of AV1": pictured(unit_of_av1(8, CANARY)),
    "header of AV1 again": changed(
        entry=m.video(b"av01", AV1),
        samples=(m.AV1_FRAME + unit_of_av1(7, CANARY), *[m.AV1_FRAME] * 4),
    ),
    "behind the configuration of AV1": changed(
        entry=m.video(b"av01", box(b"av1C", AV1_HEAD + unit_of_av1(1, AV1_HEADER, CANARY))),
        samples=[m.AV1_FRAME] * 5,
    ),
    "behind a parameter set in a frame": framed(unit(m.SPS, CANARY)),
    "delimiter with words": framed(unit(b"\x09\xf0", CANARY)),
    "end with words": framed(unit(b"\x0a", CANARY)),
    "behind a parameter set of HEVC in a frame": changed(
        entry=m.video(b"hvc1", PLAIN_HEVC),
        samples=(unit(HEVC_SEQUENCE, CANARY) + HEVC_FRAMES[0], *HEVC_FRAMES[1:]),
    ),
    "delimiter of HEVC with words": changed(
        entry=m.video(b"hvc1", PLAIN_HEVC),
        samples=(unit(b"\x46\1\x50", CANARY) + HEVC_FRAMES[0], *HEVC_FRAMES[1:]),
    ),
    "message in a fragment": m.Fragmented(
        runs=(m.Run(1, (TOLD + m.FRAMES[0], m.FRAMES[1])), m.Run(2, m.NOTES[:2]))
    ).made(),
    "encoder's name in sound": changed(
        SOUND, samples=(b"\xde\x02\0Lavc59.37.1008CANARY"[:18] + b"\0\xff", *m.NOTES)
    ),
    "exif of a frame": jpegs(PICTURE, PICTURE),
    "exif of a frame, called MPEG-4": changed(
        entry=m.video(b"mp4v", m.elementary(b"\x6c\x11")), samples=(PICTURE, PICTURE)
    ),
    "comment of a frame": jpegs(fx.behind_soi(fx.small_jpeg(), fx.marked(0xFE, CANARY))),
    "behind a frame": jpegs(fx.small_jpeg() + CANARY, fx.small_jpeg()),
    "behind the scan of a frame": jpegs(
        fx.small_jpeg()[:-2] + b"a name and a CANARY" + b"\xff\xd9", fx.small_jpeg()
    ),
    "behind the scan of a field": jpegs(
        fx.small_jpeg() + fx.small_jpeg()[:-2] + b"a name and a CANARY" + b"\xff\xd9"
    ),
}
