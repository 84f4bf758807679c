"""Matroska and WebM files with something hidden in them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.formats import fixtures as fx
from tests.formats import movie_frames as mf
from tests.formats import movies as m
from tests.formats.fixtures import CANARY
from tests.formats.mkv_builder import (
    ATTACHMENTS,
    CHAPTERS,
    CLUSTER,
    CLUSTERS,
    CRC,
    EBML,
    INFO,
    PICTURES,
    SEGMENT,
    SIZE,
    SOUNDS,
    TAGS,
    TRACK_LIST,
    TRACKS,
    VIDEO,
    VOID,
    block,
    cluster,
    el,
    entry,
    flat,
    header,
    info,
    movie,
    num,
    picture,
    real,
    seek,
    segment,
    shot,
    simple,
    sound,
    tree,
    unknown,
)

if TYPE_CHECKING:
    pass


PLAIN = movie()


WORDS = entry(3, 17, b"S_TEXT/UTF8", el(0x536E, b"CANARY words"))


SAID = el(0xA3, block(3, 0, CANARY))


SAID_LONGER = el(0xA0, el(0xA1, block(3, 0, CANARY, flags=0)), num(0x9B, 1000))


def tag(name: bytes, value: bytes, *more: bytes) -> bytes:
    return el(TAGS, el(0x7373, el(0x63C0), el(0x67C8, el(0x45A3, name), el(0x4487, value), *more)))


def attached(data: bytes, name: bytes = b"note.txt", kind: bytes = b"text/plain") -> bytes:
    file = el(0x61A7, el(0x466E, name), el(0x4660, kind), num(0x46AE, 77), el(0x465C, data))
    return el(ATTACHMENTS, file)


def chapters(text: bytes) -> bytes:
    shown = el(0x80, el(0x85, text), el(0x437C, b"eng"))
    return el(CHAPTERS, el(0x45B9, el(0xB6, num(0x73C4, 5), num(0x91, 0), shown)))


def comment(kind: bytes, *words: bytes) -> bytes:
    """Vorbis I, 5.2.1."""
    texts = b"".join(struct.pack("<I", len(each)) + each for each in words[1:])
    return kind + struct.pack("<I", len(words[0])) + words[0] + struct.pack("<I", len(words) - 1) + texts


def xiph(*packets: bytes) -> bytes:
    sizes = b"".join(b"\xff" * (len(one) // 255) + bytes((len(one) % 255,)) for one in packets[:-1])
    return bytes((len(packets) - 1,)) + sizes + b"".join(packets)


def vorbis(*words: bytes, identification: bytes = b"\1vorbis" + bytes(22) + b"\1") -> bytes:
    return xiph(identification, comment(b"\3vorbis", *words) + b"\1", b"\5vorbis" + bytes(range(200)) * 2)


def theora(*words: bytes) -> bytes:
    return xiph(b"\x80theora" + bytes(35), comment(b"\x81theora", *words), b"\x82theora" + bytes(300))


def flac(*blocks: tuple[int, bytes]) -> bytes:
    last = len(blocks) - 1
    return b"fLaC" + b"".join(
        bytes((kind | 128 * (at == last),)) + len(body).to_bytes(3, "big") + body
        for at, (kind, body) in enumerate(blocks)
    )


STREAM = 0, bytes(range(34))


OPUS = b"OpusHead\1\2" + struct.pack("<HIhB", 312, 48000, 0, 0)


AVC = bytes((1, 66, 0, 30, 0xFF, 0xE1, 0, 4)) + b"\x67\x42\0\x1e" + bytes((1, 0, 3)) + b"\x68de"


HEVC = bytes((1, *range(1, 22), 1, 0xA0, 0, 1, 0, 4)) + b"\x40\1xy"


SEI = bytes((0x27, 0, 1, 0, 12)) + b"\x4e\1\5\x08" + CANARY + b"\x80\x80"


HEVC_TOLD = HEVC[:22] + bytes((2,)) + HEVC[23:] + SEI


AV1 = mf.AV1_HEAD + mf.unit_of_av1(1, mf.AV1_HEADER)


def coded(codec: bytes, private: bytes) -> bytes:
    """A film whose sound or picture needs `private`."""
    more = el(0x63A2, private)
    tracks = (
        picture() + sound(more, codec=codec) if codec[:1] == b"A" else picture(more, codec=codec) + sound()
    )
    return movie(tracks=tracks)


def grouped(*more: bytes, track: int = 1) -> bytes:
    return el(0xA0, el(0xA1, block(track, 120, PICTURES[5], flags=0)), *more)


def added(data: bytes, *more: bytes) -> bytes:
    return el(0x75A1, el(0xA6, el(0xA5, data), *more))


def with_cluster(*more: bytes, tracks: bytes = TRACK_LIST) -> bytes:
    return movie(clusters=cluster(0, *more) + cluster(3), tracks=tracks)


OPAQUE = picture(codec=b"V_VP9")


SEEING = picture(codec=b"V_VP9", video=el(0xE0, num(0xB0, SIZE[0]), num(0xBA, SIZE[1]), num(0x53C0, 1)))


def with_info(*more: bytes, app: bytes = bytes(13)) -> bytes:
    return movie(about=info(*more, app=app))


def with_track(*more: bytes) -> bytes:
    return movie(tracks=picture(*more) + sound())


def live(*more: bytes, tracks: bytes = TRACK_LIST) -> bytes:
    """Neither the segment nor its clusters say how long they are."""
    return header(kind=b"webm") + unknown(
        SEGMENT,
        info(),
        el(TRACKS, tracks),
        unknown(CLUSTER, num(0xE7, 0), shot(0), shot(1), shot(2)),
        unknown(CLUSTER, num(0xE7, 0), shot(3), shot(4), shot(5), *more),
    )


AVC_TRACKS = picture(el(0x63A2, AVC[:4] + b"\xff" + AVC[5:]), codec=b"V_MPEG4/ISO/AVC") + sound()


ENCODED = el(0x6D80, el(0x6240, num(0x5033, 0), el(0x5034, num(0x4254, 3), el(0x4255, b"\0\0\1"))))


COVER = fx.behind_soi(fx.small_jpeg(), fx.marked(0xE1, b"Exif\0\0" + fx.exif(6)))


SAMPLES = {
    # Info
    "title": with_info(el(0x7BA9, CANARY)),
    "programs": with_info(app=b"CANARY 1.0.00"),
    "date": with_info(el(0x4461, (730_000_000 * 10**9).to_bytes(8, "big"))),
    "names of segments": with_info(el(0x73A4, CANARY + bytes(10)), el(0x3CB923, CANARY + bytes(10))),
    "names of files": with_info(el(0x7384, b"CANARY.mkv"), el(0x3C83AB, CANARY), el(0x3E83BB, CANARY)),
    "family": with_info(el(0x4444, CANARY + bytes(10))),
    "chapters of a disc": with_info(el(0x6924, el(0x69A5, CANARY), num(0x69BF, 1))),
    "unknown in info": with_info(el(0x5AAA, CANARY)),
    "a length that is words": movie(about=info().replace(real(0x4489, 240.0), el(0x4489, b"CANARY!!"))),
    "a second length": with_info(el(0x4489, b"CANAR\0\0\0") + el(VOID, CANARY)),
    "long number": movie(about=info(scale=el(0x2AD7B1, CANARY + bytes(9)))),
    "number that is words": movie(about=info(scale=el(0x2AD7B1, CANARY))),
    "second info": movie(info(el(0x7BA9, CANARY))),
    # the first level
    "tags": movie(tag(b"ARTIST", CANARY)),
    "tags behind": movie(clusters=CLUSTERS + tag(b"LOCATION", b"+48.8577+002.2950/CANARY")),
    "tags in tags": movie(tag(b"ARTIST", b"x", el(0x67C8, el(0x45A3, b"EMAIL"), el(0x4487, CANARY)))),
    "attachment": movie(attached(CANARY)),
    "attached picture": movie(attached(COVER, b"cover.jpg", b"image/jpeg")),
    "chapters": movie(chapters(CANARY)),
    "unknown": movie(el(0x1ABCDEF0, CANARY)),
    "void": movie(el(VOID, bytes(9) + CANARY)),
    "void in a cluster": with_cluster(el(VOID, CANARY)),
    "junk": movie(b"\0" + CANARY),
    "junk between clusters": movie(clusters=cluster(0) + b"\0CANARY" + cluster(3)),
    "before the segment": header() + el(VOID, CANARY) + b"\0" + CANARY + PLAIN[len(header()) :],
    "behind": PLAIN + CANARY,
    "film behind": PLAIN + movie(el(VOID, CANARY)),
    "cut tags": header() + unknown(SEGMENT, info(), el(TRACKS, TRACK_LIST), CLUSTERS, tag(b"A", CANARY)[:-2]),
    "checksum": movie(about=el(INFO, el(CRC, b"CANA"), el(0x7BA9, CANARY))),
    "seek": movie(seeks=el(0x4DBB, el(0x53AB, CANARY), num(0x53AC, 7))),
    "long seek": movie(seeks=el(0x4DBB, el(0x53AB, b"\x15\x49\xa9\x66"), el(0x53AC, bytes(8) + CANARY))),
    "unknown in the index": movie(points=el(0x5AAA, CANARY)),
    "document type": movie(head=header(kind=b"matroska\0CANARY")),
    "extension": movie(head=header(el(0x4281, el(0x4283, CANARY), num(0x4284, 1)))),
    # tracks
    "track name": with_track(el(0x536E, CANARY)),
    "names of the codec": with_track(el(0x258688, CANARY), el(0x3A9697, CANARY)),
    "addresses of the codec": with_track(el(0x3B4040, CANARY), el(0x26B240, CANARY)),
    "unknown in a track": with_track(el(0x5AAA, CANARY)),
    "number of a track": movie(tracks=picture(uid=int.from_bytes(b"CANARY!!", "big")) + sound()),
    "language": with_track(el(0x22B59D, b"en-x-CANARY")),
    "behind the language": with_track(el(0x22B59D, b"en-US\0CANARY")),
    "behind the codec": movie(tracks=picture(codec=b"V_UNCOMPRESSED\0CANARY") + sound()),
    "codec with words": movie(tracks=picture(codec=b"V_UNCOMPRESSED/CANARY") + sound()),
    "colour space": movie(tracks=picture(video=VIDEO + el(0xE0, el(0x2EB524, CANARY))) + sound()),
    "projection": with_track(el(0xE0, el(0x7670, num(0x7671, 0), el(0x7672, CANARY)))),
    "mapping": with_track(el(0x41E4, num(0x41F0, 4), el(0x41A4, CANARY))),
    "reserved in a mapping": with_track(
        el(0x41E4, num(0x41E7, 0x64766343), el(0x41ED, bytes(5) + CANARY + bytes(13)))
    ),
    "settings that nobody needs": with_track(
        el(0x6D80, el(0x6240, el(0x5034, num(0x4254, 0), el(0x4255, CANARY))))
    ),
    "twice the same": with_track(
        ENCODED, el(0x6D80, el(0x6240, el(0x5034, num(0x4254, 3), el(0x4255, b"\0"), el(0x4255, CANARY))))
    ),
    "subtitles": with_cluster(SAID, SAID_LONGER, tracks=TRACK_LIST + WORDS),
    "buttons": with_cluster(SAID, tracks=TRACK_LIST + entry(3, 18, b"B_VOBBTN")),
    "track without a kind": with_cluster(SAID, tracks=TRACK_LIST + entry(3, 33, b"M_CANARY")),
    "second track of a number": with_cluster(tracks=TRACK_LIST + entry(1, 1, b"V_VP9", el(0x536E, CANARY))),
    "second list of tracks": movie(el(TRACKS, TRACK_LIST), clusters=CLUSTERS + el(TRACKS, WORDS)),
    # clusters
    "block of no track": with_cluster(el(0xA3, block(9, 0, CANARY))),
    "laces that do not fit": with_cluster(el(0xA3, b"\x81\0\0\x82\2\xff\xff\xff" + CANARY)),
    "laces of one size that do not fit": with_cluster(el(0xA3, b"\x81\0\0\x84\3" + CANARY)),
    "laces without an end": with_cluster(el(0xA3, b"\x81\0\0\x86\3\x43\xff" + CANARY)),
    "encrypted block": with_cluster(el(0xAF, CANARY)),
    "silent tracks": with_cluster(el(0x5854, el(0x58D7, CANARY))),
    "unknown in a cluster": with_cluster(el(0x5AAA, CANARY)),
    "second time of a cluster": with_cluster(el(0xE7, CANARY)),
    "tags in a cluster": with_cluster(tag(b"ARTIST", CANARY)),
    "junk in a cluster": with_cluster(b"\0CANARY"),
    "group without a block": with_cluster(el(0xA0, el(0x5AAA, CANARY))),
    "second block of a group": with_cluster(grouped(el(0xA1, block(1, 0, CANARY)))),
    "state of a codec": with_cluster(grouped(el(0xA4, CANARY))),
    "slices": with_cluster(grouped(el(0x8E, el(0xE8, el(0xCC, CANARY))))),
    "junk in a group": with_cluster(grouped(b"\0CANARY")),
    "beside a block": with_cluster(grouped(added(CANARY)), tracks=OPAQUE + sound()),
    "beside a block of another codec": with_cluster(grouped(added(CANARY))),
    "beside a block of VP8": with_cluster(
        grouped(added(b"\0" + CANARY)), tracks=picture(codec=b"V_VP8") + sound()
    ),
    "beside a block, with another number": with_cluster(
        grouped(added(CANARY, num(0xEE, 4))), tracks=SEEING + sound()
    ),
    "unknown beside opacity": with_cluster(
        grouped(added(b"\x86opacity", el(0x5AAA, CANARY))), tracks=SEEING + sound()
    ),
    "live": live(tag(b"ARTIST", CANARY)),
    "subtitles, live": live(SAID, tracks=TRACK_LIST + WORDS),
    "film behind a live one": live(movie(el(VOID, CANARY))),
    "junk, live": live(b"\0" + CANARY),
    # codecs
    "vorbis": coded(b"A_VORBIS", vorbis(b"CANARY codec", b"ARTIST=CANARY")),
    "theora": coded(b"V_THEORA", theora(b"CANARY codec", b"LOCATION=CANARY")),
    "flac": coded(b"A_FLAC", flac(STREAM, (4, comment(b"", b"CANARY", b"ARTIST=CANARY")), (6, CANARY))),
    "opus": coded(b"A_OPUS", OPUS + CANARY),
    "avc": coded(b"V_MPEG4/ISO/AVC", AVC + CANARY),
    "behind a parameter set": coded(
        b"V_MPEG4/ISO/AVC", AVC[:6] + struct.pack(">H", len(m.SPS) + 6) + m.SPS + CANARY + AVC[12:]
    ),
    "hevc": coded(b"V_MPEGH/ISO/HEVC", HEVC_TOLD),
    "av1": coded(b"V_AV1", AV1 + b"\x2a\x07\4CANARY"),
    "behind a header of AV1": coded(b"V_AV1", mf.AV1_HEAD + mf.unit_of_av1(1, mf.AV1_HEADER, CANARY)),
    "vp9": coded(b"V_VP9", CANARY),
    "vp8": coded(b"V_VP8", CANARY),
    "mpeg": coded(b"V_MPEG2", b"\0\0\1\xb3head\0\0\1\xb2CANARY"),
    "mpeg 4": coded(b"V_MPEG4/ISO/ASP", b"\0\0\1\xb0\1\0\0\1\xb2CANARY\0\0\1\xb2XviD0050"),
    "pcm": movie(tracks=picture() + sound(el(0x63A2, CANARY))),
    # frames
    "message in a frame": with_cluster(simple(1, 200, mf.TOLD + m.FRAMES[0]), tracks=AVC_TRACKS),
    **{
        f"message in laced frames ({lacing})": with_cluster(
            simple(
                1, 200, m.FRAMES[0] + mf.TOLD, mf.TOLD + m.FRAMES[0], m.FRAMES[0] + mf.TOLD, lacing=lacing
            ),
            tracks=AVC_TRACKS,
        )
        for lacing in (1, 2, 3)
    },
    "message in a group": with_cluster(
        el(0xA0, el(0xA1, block(1, 200, m.FRAMES[0] + mf.TOLD, flags=0))), tracks=AVC_TRACKS
    ),
    "message of HEVC": with_cluster(
        simple(1, 200, mf.unit(b"\x4e\1", mf.SETTINGS, b"\x80") + mf.HEVC_FRAMES[0]),
        tracks=picture(el(0x63A2, HEVC[:21] + b"\3" + HEVC[22:]), codec=b"V_MPEGH/ISO/HEVC") + sound(),
    ),
    "metadata of AV1": with_cluster(
        simple(1, 200, b"\x2a\x08\6CANARY\x80" + m.AV1_FRAME), tracks=picture(AV1, codec=b"V_AV1") + sound()
    ),
    "message, live": live(simple(1, 200, mf.TOLD * 12 + m.FRAMES[0]), tracks=AVC_TRACKS),
    "exif of a frame": with_cluster(simple(1, 200, mf.PICTURE), tracks=picture(codec=b"V_MJPEG") + sound()),
}

LENGTHENED = movie().replace(SEGMENT.to_bytes(4, "big") + b"\1\0\0", SEGMENT.to_bytes(4, "big") + b"\1CA", 1)
VERSIONS = el(
    EBML, num(0x4286, 67), num(0x42F7, 65), num(0x42F2, 4), num(0x42F3, 8), el(0x4282, b"matroska"),
    num(0x4287, 78), num(0x4285, 65),
) + movie()[len(header()):]  # fmt: skip

ODD = {
    "reserved bits of a block": with_cluster(
        el(0xA3, block(1, 200, m.FRAMES[0], flags=0xF0)), el(0xA0, el(0xA1, block(2, 200, b"n", flags=0x71)))
    ),
    "length of the whole": LENGTHENED,
    "length that is no number of ticks": movie(
        about=el(INFO, num(0x2AD7B1, 1_000_000), real(0x4489, 2400.25))
    ),
    "versions that there are none of": VERSIONS,
    "block of nothing": with_cluster(el(0xA3, b"\x83CA")),
    "checksums": movie(about=el(INFO, el(CRC, bytes(4)), num(0x2AD7B1, 1_000_000), el(0x4D80), el(0x5741))),
    "checksum of a cluster": movie(
        clusters=el(CLUSTER, el(CRC, b"1234"), num(0xE7, 0), *map(shot, range(6)))
    ),
    "one byte between": movie(b"\1"),
    "seek to what goes": movie(seeks=seek(TAGS, 7)),
    "point to nothing": movie(points=el(0xBB, num(0xB3, 5))),
    "points of subtitles": movie(points=el(0xBB, num(0xB3, 5), el(0xB7, num(0xF7, 3), num(0xF1, 0)))),
    "cut in a block": live()[:-9],
}


NONE = {
    "another document": header(kind=b"other") + PLAIN[len(header()) :],
    "no segment": header() + bytes(30),
    "wide names": movie(head=header().replace(num(0x42F2, 4), num(0x42F2, 8))),
    "cut": header()[:-2],
}


BROKEN = {
    "no tracks": header() + segment(info(), CLUSTERS),
    "no picture and no sound": movie(tracks=WORDS),
    "a codec that nobody knows": movie(tracks=picture(codec=b"V_CANARY")),
    "encrypted": with_track(el(0x6D80, el(0x6240, num(0x5033, 1), el(0x5035, num(0x47E1, 5))))),
    "packed settings": with_track(el(0x63A2, CANARY), el(0x6D80, el(0x6240, num(0x5032, 3), el(0x5034)))),
    "broken vorbis": coded(b"A_VORBIS", b"\2\x1e\xff"),
    "broken flac": coded(b"A_FLAC", b"fLaC"),
    "broken opus": coded(b"A_OPUS", b"Opus"),
    "broken avc": coded(b"V_MPEG4/ISO/AVC", AVC[:9]),
}


def played(data: bytes) -> list[int]:
    """Where each frame stands, with what its block says before it; found without the walker."""
    return [data.find(frame) for frame in (*PICTURES, *SOUNDS)]


def everything(data: bytes) -> list[tuple[int, int, object]]:
    """What a well-formed file consists of, but for Void, and where."""
    return [
        (kind, at, None if isinstance(body, list) else body)
        for kind, at, body in flat(tree(data))
        if kind != VOID
    ]
