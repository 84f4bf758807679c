"""Movies with something to hide in every place that they offer."""

from __future__ import annotations

import struct

from tests.formats import fixtures as fx
from tests.formats import movies as m
from tests.formats.boxes import box, full
from tests.formats.movie_frames import (
    CANARY,
    HEVC,
    HEVC_FRAMES,
    IN_FRAMES,
    SOUND,
    VIDEO,
    XIPH,
    changed,
    unit,
    with_track,
)

XMP_ID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
C2PA_ID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def datum(kind: int, data: bytes) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), data)


def metadata(*parts: bytes) -> bytes:
    return full(b"meta", 0, 0, full(b"hdlr", 0, 0, bytes(4), b"mdir", bytes(13)), *parts)


def keys(**values: bytes) -> bytes:
    """QuickTime's: no version before the boxes in it."""
    names = [name.replace("_", ".").encode() for name in values]
    listed = full(b"keys", 0, 0, struct.pack(">I", len(names)), *(box(b"mdta", name) for name in names))
    items = [box(struct.pack(">I", n), datum(1, value)) for n, value in enumerate(values.values(), 1)]
    return box(b"meta", full(b"hdlr", 0, 0, bytes(4), b"mdta", bytes(13)), listed, box(b"ilst", *items))


def user(kind: bytes, text: bytes) -> bytes:
    return box(kind, struct.pack(">HH", len(text), 0), text)


PLACE = b"+48.8583+002.3500+035.5/"
USER_DATA = box(
    b"udta",
    user(b"\xa9xyz", PLACE),
    user(b"\xa9mak", b"CANARY Cameras"),
    user(b"\xa9nam", b"CANARY"),
    bytes(4),
)
KEYS = keys(
    com_apple_quicktime_location_ISO6709=PLACE,
    com_apple_quicktime_make=b"CANARY",
    com_apple_quicktime_creationdate=b"2024-03-09T13:37:11+0100",
    com_apple_quicktime_content_identifier=b"CANARY-1",
    com_apple_quicktime_author=b"Jane CANARY",
)


def klv(key: bytes, kind: bytes, size: int, data: bytes) -> bytes:
    return key + kind + bytes((size,)) + struct.pack(">H", len(data) // size) + data + bytes(-len(data) % 4)


def gpmf(*parts: bytes) -> bytes:
    stream = klv(b"STRM", b"\0", 1, b"".join(parts))
    return klv(b"DEVC", b"\0", 1, klv(b"DVNM", b"c", 1, b"CANARY Black") + stream)


GPS = gpmf(
    klv(b"GPSU", b"U", 16, b"240309133711.000"),
    klv(b"SCAL", b"l", 4, struct.pack(">5i", 10000000, 10000000, 1000, 1000, 100)),
    klv(b"GPS5", b"l", 20, struct.pack(">5i", 488583000, 23500000, 35500, 0, 0)),
)
GOPRO = m.Track(3, b"meta", m.plain_entry(b"gpmd"), (GPS, GPS, GPS), name=b"\tGoPro MET")
CAMM = m.Track(
    3, b"meta", m.plain_entry(b"camm"), (struct.pack("<HHddd", 0, 5, 48.8583, 2.35, 35.5) + CANARY,)
)
FACES = m.Track(
    3,
    b"meta",
    m.plain_entry(
        b"mebx",
        box(b"keys", box(b"\0\0\0\1", box(b"keyd", b"mdta", b"com.apple.quicktime.detected-face.CANARY"))),
    ),
    (box(b"\0\0\0\1", PLACE, CANARY),),
)


def words(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


SUBTITLES = m.Track(
    3, b"sbtl", m.plain_entry(b"tx3g", bytes(30)), (words(b"GPS(2.35, 48.85, 35) CANARY"), words(CANARY))
)
CHAPTERS = m.Track(3, b"text", m.plain_entry(b"text", bytes(43)), (words(b"CANARY I"), words(b"CANARY II")))
PICTURES = m.Track(4, b"vide", m.video(b"jpeg", bytes(0)), (b"\xff\xd8\xff" + CANARY,))
CHAPTERED = m.Movie((VIDEO._replace(links=box(b"chap", struct.pack(">II", 3, 4))), SOUND, CHAPTERS, PICTURES))
NOTED = m.Track(3, b"tmcd", m.plain_entry(b"tmcd", bytes(18)), (CANARY,))
COLOUR = box(b"colr", b"prof", fx.profile())
LONG_TABLE = full(b"stss", 0, 0, struct.pack(">II", 1, 1), CANARY)
DRONE = m.Movie(
    (
        VIDEO._replace(
            times=(m.WHEN, m.WHEN),
            matrix=m.TURNED,
            entry=m.video(b"avc1", m.AVCC, COLOUR),
            name=b"CANARY Media\0",
        ),
        SOUND._replace(times=(m.WHEN, m.WHEN)),
        GOPRO,
    ),
    header=m.movie_header((m.WHEN, m.WHEN + 60)),
    more=USER_DATA + KEYS,
)
ELEMENTARY = full(
    b"esds",
    0,
    0,
    m.descriptor(
        3, b"\0\1\x40", bytes((6,)), CANARY, m.CONFIG, m.descriptor(6, b"\2"), m.descriptor(13, CANARY)
    ),
)
BLOCK = b"\0\0\0\x22" + bytes(34)
SIDX = full(
    b"sidx", 0, 0, struct.pack(">IIIIHH", 1, 1000, 0, 0, 0, 1), struct.pack(">III", 100, 1000, 0x90000000)
)
RANDOM = box(
    b"mfra",
    full(b"tfra", 0, 0, struct.pack(">III", 1, 0, 1), struct.pack(">II", 0, 0), b"\1\1\1"),
    full(b"mfro", 0, 0, struct.pack(">I", 59), CANARY),
)
TEXT_RUN = m.Run(3, (words(CANARY), words(CANARY)))
EMPTY_TEXT = SUBTITLES._replace(samples=())


def three(**options: object) -> m.Fragmented:
    """A fragment whose first track is text."""
    runs = (TEXT_RUN, m.Run(1, m.FRAMES[:2]), m.Run(2, m.NOTES[:2]))
    return m.Fragmented((EMPTY_TEXT, *m.Fragmented().tracks), runs, **options)


AVCC_END = m.AVCC[8 + 8 + len(m.SPS) :]


def patched(kind: bytes, at: int, new: bytes) -> bytes:
    """A movie with other bytes at a place in the body of its first box of a kind."""
    data = bytearray(m.Movie().made())
    start = data.index(kind) + 4 + at
    data[start : start + len(new)] = new
    return bytes(data)


def configured(sequence: bytes) -> bytes:
    """avcC with this sequence parameter set."""
    parts = (
        b"\1\x64\0\x0a\xff\xe1",
        struct.pack(">H", len(sequence)),
        sequence,
        b"\1",
        struct.pack(">H", len(m.PPS)),
    )
    return box(b"avcC", *parts, m.PPS, b"\xfd\xf8\xf8\0")


RATES = m.descriptor(4, b"\x40\x15\0" + CANARY + bytes(4), m.descriptor(5, b"\x12\x10"))
SAMPLES = {
    "layer and loudness of a video": patched(b"tkhd", 32, CANARY),
    "how fast and how loud to play": patched(b"mvhd", 20, CANARY),
    "colour of a graphics mode": patched(b"vmhd", 6, CANARY),
    "dots in an inch": patched(b"avc1", 29, CANARY),
    "buffer and rate": changed(
        SOUND,
        entry=m.sound(b"mp4a", full(b"esds", 0, 0, m.descriptor(3, bytes(3), RATES, m.descriptor(6, b"\2")))),
    ),
    "estimated rates": changed(entry=m.video(b"avc1", m.AVCC, box(b"btrt", CANARY + bytes(6)))),
    "behind a parameter set": changed(entry=m.video(b"avc1", configured(m.SPS + CANARY))),
    **IN_FRAMES,
    "user data": m.Movie(more=USER_DATA).made(),
    "user data of a track": changed(more=USER_DATA),
    "user data of media": changed(more_media=USER_DATA),
    "3gp location": m.Movie(
        more=box(
            b"udta",
            full(b"loci", 0, 0, b"\x55\xc4CANARY\0\0", struct.pack(">iii", 154010, 3201990, 0), b"earth\0\0"),
        )
    ).made(),
    "keys": m.Movie(more=KEYS).made(),
    "keys outside": m.Movie(behind=KEYS).made(),
    "list": m.Movie(
        more=box(b"udta", metadata(box(b"ilst", box(b"\xa9ART", datum(1, b"Jane CANARY")))))
    ).made(),
    "cover": m.Movie(
        more=box(b"udta", metadata(box(b"ilst", box(b"covr", datum(13, fx.small_jpeg() + CANARY)))))
    ).made(),
    "own names": m.Movie(
        more=box(
            b"udta",
            metadata(
                box(
                    b"ilst",
                    box(
                        b"----",
                        full(b"mean", 0, 0, b"com.CANARY"),
                        full(b"name", 0, 0, b"serial"),
                        datum(1, CANARY),
                    ),
                )
            ),
        )
    ).made(),
    "xmp": m.Movie(between=box(b"uuid", XMP_ID, fx.XMP)).made(),
    "xmp in user data": m.Movie(more=box(b"udta", box(b"XMP_", fx.XMP))).made(),
    "claim": m.Movie(between=box(b"uuid", C2PA_ID, CANARY)).made(),
    "uuid in a track": changed(more=box(b"uuid", bytes(16), CANARY)),
    "free": m.Movie(between=box(b"free", CANARY)).made(),
    "skip": m.Movie(between=box(b"skip", CANARY)).made(),
    "wide": m.Movie(before=box(b"wide", CANARY)).made(),
    "free in moov": m.Movie(more=box(b"free", CANARY)).made(),
    "long free": m.Movie(between=box(b"free", bytes(2 << 20), CANARY)).made(),
    "unknown box": m.Movie(behind=box(b"CANA", CANARY)).made(),
    "odd name": m.Movie(more=box(b"\xff\0\1\2", CANARY)).made(),
    "long header": m.Movie(between=b"\0\0\0\1uuid" + struct.pack(">Q", 38) + bytes(16) + CANARY).made(),
    "second moov": m.Movie(behind=m.Movie(more=USER_DATA).made()[16:]).made(),
    "download hints": m.Movie(before=full(b"pdin", 0, 0, CANARY, bytes(2))).made(),
    "movie times": m.Movie(header=m.movie_header((m.WHEN, m.WHEN))).made(),
    "track times": changed(times=(m.WHEN, m.WHEN)),
    "preview times": m.Movie(header=m.movie_header(spare=CANARY.ljust(24))).made(),
    "reserved of a track": changed(spare=b"CANARY!!"),
    "handler": changed(name=b"CANARY Handler\0"),
    "maker": changed(maker=b"mhlrCANARY!!" + bytes(4)),
    "encoder": changed(entry=m.video(name=b"\x06CANARY")),
    "vendor": changed(entry=m.video(name=b"\x06CANARY", vendor=b"CANA")),
    "vendor of sound": changed(SOUND, entry=m.sound(vendor=b"CANA")),
    "brands": m.Movie(first=box(b"ftyp", b"CANA", b"RYRY", b"isomCANA") + box(b"free", CANARY)).made(),
    "text track": with_track(CHAPTERS),
    "chapters": CHAPTERED.made(),
    "subtitles": with_track(SUBTITLES),
    "gpmd": with_track(GOPRO),
    "camm": with_track(CAMM),
    "mebx": with_track(FACES),
    "time code": with_track(NOTED),
    "hint track": with_track(m.Track(3, b"hint", m.plain_entry(b"rtp ", bytes(8)), (CANARY,))),
    "unknown track": with_track(m.Track(3, b"CANA", m.plain_entry(b"CANA"), (CANARY,))),
    "gap in mdat": m.Movie(gap=CANARY).made(),
    "another mdat": m.Movie(behind=box(b"mdat", CANARY)).made(),
    "behind": m.Movie(behind=CANARY).made(),
    "zip behind": m.Movie(behind=b"PK\3\4" + CANARY).made(),
    "movie behind": m.Movie(behind=m.Movie(more=USER_DATA).made()).made(),
    "cut-off box": m.Movie(behind=box(b"uuid", bytes(16), CANARY, bytes(30))[:-30]).made(),
    "long table": changed(more_table=LONG_TABLE),
    "rows for samples that are not there": changed(
        more_table=full(b"ctts", 0, 0, struct.pack(">III8s", 2, 5, 0, b"CANARY"))
    ),
    "keys that are not there": changed(more_table=full(b"stss", 0, 0, struct.pack(">II8s", 3, 1, b"CANARY"))),
    "long header box": m.Movie(header=m.movie_header()[:3] + b"\x72" + m.movie_header()[4:] + CANARY).made(),
    "few bytes in moov": m.Movie(more=b"CANARY").made(),
    "no box in a track": changed(more=b"\0\0\0\3CANARY"),
    "table nobody needs": changed(more_table=full(b"sdtp", 0, 0, CANARY)),
    "sample auxiliaries": changed(more_table=full(b"saiz", 0, 0, CANARY)),
    "initial objects": m.Movie(more=full(b"iods", 0, 0, CANARY)).made(),
    "links": changed(links=box(b"CANA", struct.pack(">I", 2)) + box(b"hint", CANARY)),
    "flags": changed(
        edits=box(b"edts", full(b"elst", 0, 0xCA4A59, struct.pack(">IIII", 1, 5000, 0, 1 << 16))),
        flags=0xCA4A5F,
        name=CANARY,
    ),
    "path to a file": changed(source=full(b"alis", 0, 1, b"Macintosh HD:CANARY")),
    "descriptors": changed(SOUND, entry=m.sound(b"mp4a", ELEMENTARY)),
    "behind descriptors": changed(
        SOUND, entry=m.sound(b"mp4a", m.ESDS[:3] + bytes((m.ESDS[3] + 6,)) + m.ESDS[4:] + CANARY)
    ),
    "configuration": changed(
        entry=m.video(b"avc1", m.AVCC[:3] + bytes((m.AVCC[3] + 6,)) + m.AVCC[4:] + CANARY)
    ),
    "message among parameter sets": changed(
        entry=m.video(
            b"avc1",
            box(
                b"avcC",
                b"\1\x64\0\x0a\xff\xe2",
                unit(m.SPS, width=2),
                unit(b"\6" + CANARY, width=2),
                AVCC_END,
            ),
        )
    ),
    "message in the configuration": changed(entry=m.video(b"hvc1", HEVC), samples=HEVC_FRAMES),
    "box of a description": changed(entry=m.video(b"avc1", m.AVCC, box(b"uuid", CANARY))),
    "second configuration": changed(entry=m.video(b"avc1", m.AVCC, box(b"glbl", CANARY))),
    "words behind a description": changed(entry=m.video(b"avc1", m.AVCC, b"CANARY")),
    "lossless sound's tags": changed(
        SOUND, entry=m.sound(b"fLaC", full(b"dfLa", 0, 0, BLOCK, b"\x84\0\0\6", CANARY))
    ),
    "comments of Vorbis": changed(SOUND, entry=m.sound(b"mp4a", m.elementary(b"\xdd\x15", XIPH))),
    "decoder's maker": changed(
        SOUND, entry=m.sound(b"samr", box(b"damr", b"CANA", b"\0\x81\xff\0\1", b"CANARY"))
    ),
    "version of a decoder": changed(
        SOUND, entry=m.sound(b"samr", box(b"damr", bytes(4), b"R\x81\xff\0\1"), box(b"CANA", CANARY))
    ),
    "behind Dolby's numbers": changed(
        entry=m.video(b"avc1", m.AVCC, box(b"dvcC", b"\1\0\x10\x2d\x13" + CANARY.ljust(19, b"\xff")))
    ),
    "sphere's maker": changed(
        entry=m.video(
            b"avc1",
            m.AVCC,
            box(b"sv3d", full(b"svhd", 0, 0, CANARY), box(b"proj", full(b"prhd", 0, 0, bytes(12)))),
        )
    ),
    "words for a profile": changed(
        entry=m.video(b"avc1", m.AVCC, box(b"colr", b"prof", bytes(36), b"none", CANARY))
    ),
    "language": changed(more_media=full(b"elng", 0, 0, b"CANARY CANARY\0")),
    "fragment's user data": m.Fragmented(more=box(b"uuid", bytes(16), CANARY)).made(),
    "fragment's track data": m.Fragmented(
        runs=(m.Run(1, m.FRAMES[:2], box(b"uuid", bytes(16), CANARY)), m.Run(2, m.NOTES[:2]))
    ).made(),
    "fragments of a text track": m.Fragmented(
        (*m.Fragmented().tracks, EMPTY_TEXT), (*m.Fragmented().runs, TEXT_RUN)
    ).made(),
    "fragments of a text track, first": three().made(),
    "fragments that follow a text track": three(based="chain").made(),
    "fragments placed in the file": three(based="file").made(),
    "fragments of no track": m.Fragmented(runs=(*m.Fragmented().runs, m.Run(9, (CANARY,)))).made(),
    "gap in a fragment": m.Fragmented(gap=CANARY).made(),
    "event": m.Fragmented(before=full(b"emsg", 0, 0, CANARY)).made(),
    "reference time": m.Fragmented(
        before=full(b"prft", 0, 0, struct.pack(">IQI", 1, 3919000000 << 32, 0), CANARY)
    ).made(),
    "segment's brands": m.Fragmented(
        before=box(b"styp", b"CANA", b"RYRY", b"msdhmsix") + box(b"free", CANARY)
    ).made(),
    "index": m.Fragmented(before=SIDX[:3] + bytes((SIDX[3] + 6,)) + SIDX[4:] + CANARY).made(),
    "index of a text track": three(before=SIDX[:15] + b"\3" + SIDX[16:]).made(),
    "random access": m.Fragmented(behind=RANDOM).made(),
    "tracks in fragments": m.Fragmented(more_extends=box(b"udta", CANARY)).made(),
}
CLEAN = {
    "colours without a range": changed(entry=m.video(b"avc1", m.AVCC, box(b"colr", b"nclx\0\1\0\1\0\1"))),
    "two recordings": m.Fragmented().made()
    + m.Movie().first
    + m.fragment(
        len(m.Fragmented().made() + m.Movie().first), (m.Run(1, m.FRAMES[2:4]), m.Run(2, m.NOTES[2:]))
    ),
    "plain": m.Movie().made(),
    "wide offsets": m.Movie((VIDEO._replace(wide=True), SOUND), wide=True).made(),
    "fragments": m.Fragmented().made(),
    "chained fragments": m.Fragmented(based="chain").made(),
    "fragments in the file": m.Fragmented(based="file", before=SIDX).made(),
    "free space": m.Movie(between=box(b"free", bytes(100)), more=box(b"free")).made(),
    "zeros in mdat": m.Movie(gap=bytes(7)).made(),
    "language": changed(language=0x15C7, more_media=full(b"elng", 0, 0, b"en-GB\0")),
    "edits": changed(edits=box(b"edts", full(b"elst", 0, 0, struct.pack(">IIII", 1, 5000, 0, 1 << 16)))),
    "turned": changed(matrix=m.TURNED),
    "colours": changed(
        entry=m.video(
            b"avc1",
            m.AVCC,
            box(b"colr", b"nclx\0\1\0\1\0\1\0"),
            box(b"pasp", struct.pack(">II", 4, 3)),
            full(b"SmDm", 0, 0, bytes(24)),
        )
    ),
    "sync samples": changed(more_table=full(b"stss", 0, 0, struct.pack(">II", 1, 1))),
    "groups": changed(
        SOUND,
        more_table=full(b"sgpd", 1, 0, b"roll", struct.pack(">IIh", 2, 1, -1))
        + full(b"sbgp", 0, 0, b"roll", struct.pack(">III", 1, 4, 1)),
    ),
    "palette": changed(entry=m.video(b"rle ", bytes(4) + b"\0\0\0\1" + bytes(16), tail=b"\0\x08\0\0")),
    "lossless video": changed(entry=m.video(b"ULRG", box(b"glbl", bytes(16)))),
    "no tracks": m.Movie(()).made(),
}
BROKEN = {
    "no moov": m.Movie().first + box(b"mdat", bytes(20)),
    "only text": m.Movie((CHAPTERS,)).made(),
    "no tables": changed(sizes=box(b"free", bytes(12))),
    "tables twice": changed(more_table=full(b"stts", 0, 0, bytes(4))),
    "short table": changed(sizes=full(b"stsz", 0, 0, struct.pack(">III", 0, 900, 1))),
    "odd sizes": changed(sizes=full(b"stz2", 0, 0, struct.pack(">III", 7, 5, 1))),
    "numbers twice": m.Movie((VIDEO, SOUND._replace(number=1))).made(),
    "protected": changed(entry=m.video(b"encv", m.AVCC, box(b"sinf", bytes(8)))),
    "protected sound": changed(SOUND, entry=m.sound(b"mp4a", m.ESDS, box(b"sinf", bytes(8)))),
    "unknown codec": changed(entry=m.video(b"CANA")),
    "in another file": changed(source=full(b"url ", 0, 0, b"file:///CANARY\0")),
    "short description": changed(entry=m.plain_entry(b"avc1", bytes(20))),
    "short configuration": changed(entry=m.video(b"avc1", box(b"avcC", b"\1\x64\0\x0a\xff\xe1\xff\xff"))),
    "samples outside": m.Movie(between=box(b"free", bytes(90))).made().replace(b"mdat", b"free"),
}
