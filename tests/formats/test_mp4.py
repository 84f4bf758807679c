"""Movies keep their layout: a test compares samples by the tables that a player reads."""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING, ClassVar

import pytest

from audit.formats import heif_bits, identify, mp4, mp4_config
from audit.formats.base import Copy, FormatError, Policy, Reveal, UnsupportedError
from audit.formats.mp4_spans import Spans
from audit.formats.pieces import apply
from tests.contracts.walker import BARE, LOCATED, TIMED, reveals, scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats import movies as m
from tests.formats.boxes import box, full
from tests.formats.movie_samples import (
    BROKEN,
    CAMM,
    CHAPTERED,
    CHAPTERS,
    CLEAN,
    DRONE,
    FACES,
    GOPRO,
    IN_FRAMES,
    KEYS,
    PLACE,
    SAMPLES,
    SOUND,
    SUBTITLES,
    USER_DATA,
    VIDEO,
    changed,
    datum,
    metadata,
    patched,
    user,
    with_track,
)
from tests.formats.plain_contract import PlainContract

if TYPE_CHECKING:
    from pathlib import Path


CANARY = fx.CANARY


class MovieContract(PlainContract):
    """What is shown are the samples, by what the tables of the result say."""

    def profile_of(self, data: bytes) -> bytes:
        at = data.find(b"colrprof")
        return data[at + 8 : at - 4 + int.from_bytes(data[at - 4 : at], "big")] if at >= 0 else b""

    def test_same_picture(self) -> None:
        for name, data in self.every().items():
            clean = scrubbed(self.walker, data)
            assert m.pictures(clean) == m.pictures(data), name
            before, after = m.samples(data), m.samples(clean)
            assert [[*map(len, each)] for each in after.values()] == [
                [*map(len, each)] for each in before.values()
            ], name
            if name not in IN_FRAMES:
                assert after == before, name
            assert len(clean) <= len(data), name

    def test_nothing_moves(self) -> None:
        """Whatever stays is where it was: offsets that nobody here knows of stay true."""
        for name, data in self.every().items():
            source = fx.reader(data)
            at = 0
            for piece in self.walker.plan(source, self.walker.segments(source), Policy()):
                assert not isinstance(piece, Copy) or piece.start == at, name
                at += piece.stop - piece.start if isinstance(piece, Copy) else len(apply(source, [piece]))

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        assert m.TURNED in scrubbed(self.walker, self.turned)
        upright = scrubbed(self.walker, self.turned, BARE)
        assert m.TURNED not in upright
        assert upright.count(m.UNITY) > self.turned.count(m.UNITY) - 1

    def test_time_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, TIMED)
        told = {tag.name: tag.value for tag in tags(self.walker, clean) if tag.reveals and tag.group != "ICC"}
        assert told == {"CreateDate": "2024:03:11 11:06:40 UTC"}

    def test_place_stays_if_asked_for_and_nothing_else(self) -> None:
        """There is no place for one: it goes with all else."""
        assert scrubbed(self.walker, self.turned, LOCATED) == scrubbed(self.walker, self.turned)

    def test_size_and_preview(self) -> None:
        source = fx.reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == (64, 48)
        assert self.walker.size(source, self.walker.header(source)) == (64, 48)
        assert self.walker.thumbnail(source, segments) is None


class TestMp4(MovieContract):
    walker = mp4.WALKER
    plain = m.Movie().made()
    turned = DRONE.made()
    samples = SAMPLES
    broken = BROKEN
    told: ClassVar = {
        Reveal.LOCATION,
        Reveal.TIME,
        Reveal.DEVICE,
        Reveal.SERIAL,
        Reveal.OWNER,
        Reveal.SOFTWARE,
        Reveal.COMMENT,
        Reveal.UNKNOWN,
    }

    def test_reading_tells_place_time_camera_and_person(self) -> None:
        assert reveals(self.walker, self.turned) - {Reveal.COLOUR} == self.told


QUICKTIME = box(b"ftyp", b"qt  ", bytes(4), b"qt  ")
ALIAS = full(b"alis", 0, 1)
NAMED = VIDEO._replace(source=ALIAS, maker=b"mhlr" + bytes(12), name=bytes(9))
WAVE = box(
    b"wave",
    box(b"frma", b"mp4a"),
    box(b"mp4a", bytes(4)),
    m.ESDS,
    box(b"\0\0\0\0"),
)
COMPRESSED = m.sound(b"mp4a", WAVE, version=1, more=struct.pack(">IIII", 1024, 0, 0, 2))


def clip(
    *, video: m.Track = NAMED, sound: m.Track = SOUND._replace(entry=COMPRESSED), **options: object
) -> bytes:
    return m.Movie((video, sound), QUICKTIME, **options).made()


class TestMov(MovieContract):
    walker = mp4.MOV
    plain = clip()
    turned = DRONE._replace(first=QUICKTIME).made()
    told = TestMp4.told
    broken: ClassVar = {
        "no moov": QUICKTIME + box(b"wide"),
        "part of a stream": box(b"styp", b"msdh", bytes(4), b"msdh") + box(b"moof", bytes(20)) + box(b"mdat"),
        "compressed header": QUICKTIME + box(b"moov", box(b"cmov", bytes(40))) + box(b"mdat", bytes(9)),
    }
    samples: ClassVar = {
        "without a file type": m.Movie((NAMED, SOUND), box(b"wide"), more=USER_DATA).made(),
        "keys": clip(more=KEYS),
        "handler": clip(video=NAMED._replace(name=b"\x06CANARY")),
        "data handler": clip(
            video=NAMED._replace(more_info=full(b"hdlr", 0, 0, b"dhlralisCANA", bytes(8), b"\x06CANARY"))
        ),
        "unknown data handler": clip(
            video=NAMED._replace(more_info=full(b"hdlr", 0, 0, b"dhlrCANACANA", bytes(8), b"\x06CANARY"))
        ),
        "alias": clip(video=NAMED._replace(source=full(b"alis", 0, 1, b"Macintosh HD:CANARY"))),
        "alias of a kind of its own": clip(video=NAMED._replace(source=full(b"CANA", 0, 1, CANARY))),
        "sound's box": clip(
            sound=SOUND._replace(
                entry=m.sound(
                    b"mp4a",
                    box(b"wave", box(b"frma", b"mp4a"), m.ESDS, box(b"CANA", CANARY)),
                    version=1,
                    more=bytes(16),
                )
            )
        ),
        "behind a layout of channels": clip(
            sound=SOUND._replace(entry=m.sound(b"sowt", full(b"chan", 0, 0, bytes(12), CANARY)))
        ),
        "colours behind a palette": clip(
            video=NAMED._replace(
                entry=m.video(b"rle ", bytes(4) + b"\0\0\0\0" + bytes(8) + b"CANARY", tail=b"\0\x08\0\0")
            )
        ),
        "preload": clip(video=NAMED._replace(more=box(b"load", CANARY.ljust(16)))),
        "matte": clip(video=NAMED._replace(more=box(b"matt", CANARY))),
        "apertures": clip(video=NAMED._replace(more=box(b"tapt", full(b"clef", 0, 0, bytes(8), CANARY)))),
        "wide": clip(before=box(b"wide", CANARY)),
        "chapters": CHAPTERED._replace(first=QUICKTIME).made(),
        "faces": m.Movie((NAMED, SOUND, FACES), QUICKTIME).made(),
    }

    def test_reading_tells_place_time_camera_and_person(self) -> None:
        assert reveals(self.walker, self.turned) - {Reveal.COLOUR} == self.told


SONG = box(b"ftyp", b"M4A ", bytes(4), b"M4A mp42isom")


def song(**options: object) -> bytes:
    return m.Movie((SOUND,), SONG, **options).made()


class TestM4a(MovieContract):
    walker = mp4.M4A
    plain = song()
    turned = DRONE._replace(first=SONG).made()
    told = TestMp4.told
    broken: ClassVar = {
        "no sound": m.Movie((CHAPTERS,), SONG).made(),
        "bought": m.Movie((SOUND._replace(entry=m.sound(b"drms", m.ESDS)),), SONG).made(),
    }
    samples: ClassVar = {
        "who bought it": song(
            more=box(b"udta", metadata(box(b"ilst", box(b"apID", datum(1, b"jane@CANARY")))))
        ),
        "gapless": song(
            more=box(
                b"udta",
                metadata(
                    box(
                        b"ilst",
                        box(
                            b"----",
                            full(b"mean", 0, 0, b"com.apple.iTunes"),
                            full(b"name", 0, 0, b"iTunSMPB"),
                            datum(1, CANARY),
                        ),
                    )
                ),
            )
        ),
        "cover": song(
            more=box(b"udta", metadata(box(b"ilst", box(b"covr", datum(13, fx.small_jpeg() + CANARY)))))
        ),
        "chapters": m.Movie(
            (SOUND._replace(links=box(b"chap", struct.pack(">I", 3))), CHAPTERS), SONG
        ).made(),
        "chapter list": song(more=box(b"udta", full(b"chpl", 1, 0, bytes(5), CANARY))),
        "voice memo": song(
            header=m.movie_header((m.WHEN, m.WHEN)), more=box(b"udta", user(b"\xa9nam", b"CANARY street"))
        ),
        "padding": song(between=box(b"free", CANARY)),
    }

    def test_reading_tells_place_time_camera_and_person(self) -> None:
        assert reveals(self.walker, self.turned) - {Reveal.COLOUR} == self.told


def told(data: bytes) -> dict[str, str]:
    walker = identify(data[:64])
    assert walker
    return {f"{tag.group} {tag.name}": tag.value for tag in tags(walker, data)}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_files_stay_as_they_are(name: str) -> None:
    source = fx.reader(CLEAN[name])
    plan = list(mp4.WALKER.plan(source, mp4.WALKER.segments(source), Policy()))
    assert plan == [Copy(0, source.size)]


def test_what_is_read() -> None:
    found = told(with_track(GOPRO))
    assert found["gpmd GPSTrack"] == "48.858300, 2.350000; 3 samples"
    assert found["gpmd GPSPosition"] == "48.858300, 2.350000"
    assert found["gpmd DeviceName"] == "CANARY Black"
    assert found["gpmd GPSDateTime"] == "240309133711.000"
    assert told(with_track(CAMM))["camm GPSTrack"] == "48.858300, 2.350000; 1 samples"
    faces = told(with_track(FACES))
    assert faces["mebx Key"] == "com.apple.quicktime.detected-face.CANARY"
    assert faces["mebx DetectedFace"] == "somebody's face"
    assert faces["mebx GPSCoordinates"] == PLACE.decode()
    assert faces["mebx GPSPosition"] == "48.858300, 2.350000"
    assert told(with_track(SUBTITLES))["Text Text"] == "GPS(2.35, 48.85, 35) CANARY"
    assert told(SAMPLES["3gp location"])["UserData LocationInformation"].startswith(
        "48.85849, 2.35001 CANARY"
    )
    assert told(SAMPLES["keys"])["Keys com.apple.quicktime.location.ISO6709"] == PLACE.decode()
    assert told(SAMPLES["keys"])["Keys GPSPosition"] == "48.858300, 2.350000"
    assert told(SAMPLES["user data"])["UserData GPSPosition"] == "48.858300, 2.350000"
    assert told(SAMPLES["own names"])["ItemList serial"] == "CANARY"
    assert told(SAMPLES["cover"])["ItemList CoverArt"].endswith("bytes")


@pytest.mark.parametrize(
    ("name", "reveal"),
    [
        ("user data", Reveal.LOCATION),
        ("keys", Reveal.SERIAL),
        ("cover", Reveal.PICTURE),
        ("claim", Reveal.PROVENANCE),
        ("subtitles", Reveal.LOCATION),
        ("chapters", Reveal.COMMENT),
        ("mebx", Reveal.PERSON),
        ("gpmd", Reveal.LOCATION),
        ("time code", Reveal.TIME),
        ("handler", Reveal.SOFTWARE),
        ("brands", Reveal.SOFTWARE),
        ("reference time", Reveal.TIME),
        ("gap in mdat", Reveal.UNKNOWN),
    ],
)
def test_what_it_reveals(name: str, reveal: Reveal) -> None:
    assert reveal in reveals(mp4.WALKER, SAMPLES[name])


def test_a_sample_that_a_track_that_goes_has_too() -> None:
    """Bytes that two tracks share stay, because one of them is shown."""
    data = bytearray(with_track(SUBTITLES._replace(samples=(m.FRAMES[0],), chunk=1)))
    (place, _) = m.inside(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco")[2]
    (first, _) = m.inside(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco")[0]
    data[place + 8 : place + 12] = data[first + 8 : first + 12]
    assert m.samples(scrubbed(mp4.WALKER, bytes(data))) == m.samples(bytes(data))


def test_the_settings_of_an_encoder_are_told() -> None:
    data = SAMPLES["message in a frame"]
    assert "x264 - core 164" in told(data)["Stream UserData"]
    assert "Stream UserData" not in told(scrubbed(mp4.WALKER, data))


def test_frames_that_lie_on_one_another_stay_as_they_are() -> None:
    """What would be words in the one may be a picture in the other."""
    data = bytearray(SAMPLES["message in a frame"])
    (place, _) = m.inside(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco")[0]
    data[place + 12 : place + 16] = (
        number := int.from_bytes(data[place + 8 : place + 12], "big") + 3
    ).to_bytes(4, "big")
    assert number
    assert m.samples(scrubbed(mp4.WALKER, bytes(data))) == m.samples(bytes(data))


def test_compact_sizes() -> None:
    sizes = full(b"stz2", 0, 0, struct.pack(">II", 8, 5), bytes(map(len, m.FRAMES)))
    odd = full(b"stz2", 0, 0, b"CAN\x08", struct.pack(">I", 5), bytes(map(len, m.FRAMES)))
    clean = scrubbed(mp4.WALKER, changed(sizes=odd))
    assert clean == changed(sizes=sizes)
    for frame in m.FRAMES:
        assert frame in clean
    quarter = full(b"stz2", 0, 0, struct.pack(">II", 4, 5), b"\x9a\xbc\xd0")
    assert scrubbed(mp4.WALKER, changed(sizes=quarter)) == changed(sizes=quarter)


@pytest.mark.parametrize(
    ("entry", "size"),
    [
        (m.sound(b"sowt"), 4),
        (m.sound(b"twos", bits=8), 2),
        (m.sound(b"ulaw"), 2),
        (m.sound(b"ima4"), 68 / 64),
        (m.sound(b"ms\0\2", version=1, more=struct.pack(">IIII", 100, 50, 50, 2)), 0.5),
        (m.sound(b"lpcm", version=2, more=bytes(28) + struct.pack(">II", 6, 1)), 6),
    ],
)
def test_sound_whose_table_of_sizes_is_too_small(entry: bytes, size: float) -> None:
    """QuickTime counts values, and says 1 for the size of each: the description tells how many bytes they take."""
    body = bytes(range(1, 256)) * 26
    many = 6400
    count = int(many * size)
    data = (body * 7)[:count]
    sizes = full(b"stsz", 0, 0, struct.pack(">II", 1, many))
    sound = SOUND._replace(entry=entry, samples=(data,), sizes=sizes)
    made = bytearray(m.Movie((sound,), more=USER_DATA).made())
    (times, _), (runs, _) = (
        m.inside(bytes(made), b"moov", b"trak", b"mdia", b"minf", b"stbl", kind)[0]
        for kind in (b"stts", b"stsc")
    )
    made[times + 8 : times + 16] = struct.pack(">II", many, 1)
    made[runs + 12 : runs + 16] = struct.pack(">I", many)
    clean = scrubbed(mp4.WALKER, bytes(made))
    assert data in clean
    assert CANARY not in clean


@pytest.mark.parametrize("name", ["protected", "in another file", "unknown codec"])
def test_what_is_not_cleaned_at_all(name: str) -> None:
    with pytest.raises(UnsupportedError):
        scrubbed(mp4.WALKER, BROKEN[name])


def test_a_track_that_goes_may_be_anywhere_and_of_any_kind() -> None:
    odd = GOPRO._replace(
        sizes=full(b"stsz", 0, 0, struct.pack(">III", 0, 900, 1)),
        source=full(b"url ", 0, 0, b"file:///CANARY\0"),
    )
    assert CANARY not in scrubbed(mp4.WALKER, with_track(odd))


@pytest.mark.parametrize(
    ("kind", "at", "new"),
    [
        (b"mvhd", 96, b"CANA"),  # the number of the next track
        (b"mvhd", 44, b"CANA"),
        (b"esds", 1, b"CAN"),
        (b"tkhd", 34, b"\0\x63"),  # a group in which no other track is
        (b"tkhd", 48, b"CANA"),  # what a matrix has beside turning and scaling
        (b"tkhd", 1, b"\xca\0"),
        (b"mdhd", 20, b"\xd5"),
        (b"vmhd", 0, b"CANA\0\x63"),
        (b"smhd", 4, b"CA"),
        (b"dref", 0, b"CANA"),
        (b"stsd", 0, b"\x43"),
        (b"avc1", 6, b"CANA"),
        (b"avc1", 40, b"CA"),
        (b"avc1", 74, b"C"),
        (b"mp4a", 6, b"CA"),
        (b"mp4a", 20, b"CANA"),
        (b"avcC", 1, b"CAN"),
        (b"esds", 9, b"CA\x1f"),
        (b"esds", 5, b"\xc3\xc1"),
        (b"stbl", -8, b"\0\xca"),  # lengths that lead out of the box around
        (b"stco", -8, b"\xca\0"),
        (b"url ", -8, b"\0\0\xca"),
    ],
)
def test_numbers_that_mean_nothing_are_written_anew(kind: bytes, at: int, new: bytes) -> None:
    assert scrubbed(mp4.WALKER, patched(kind, at, new)) == m.Movie().made()


def test_rows_for_no_sample_go_and_those_behind_them_close_up() -> None:
    five, none = struct.pack(">Ii", 5, 7), bytes(4) + b"CANA"
    for kind, head in ((b"ctts", b""), (b"sbgp", b"roll")):
        table = full(kind, 0, 0, head, struct.pack(">I", 4), none, five, none, none)
        clean = scrubbed(mp4.WALKER, changed(more_table=table))
        assert full(kind, 0, 0, head, struct.pack(">I", 1), five, bytes(24)) in clean


def test_a_run_ends_with_the_last_sample() -> None:
    runs = struct.pack(">IIiIiIi", 3, 2, 1, 9, 4, 1, 6)
    clean = scrubbed(mp4.WALKER, changed(more_table=full(b"ctts", 0, 0, runs)))
    assert full(b"ctts", 0, 0, struct.pack(">IIiIi", 2, 2, 1, 3, 4), bytes(8)) in clean


def test_sound_alone_is_not_turned() -> None:
    plain = m.Movie((SOUND,)).made()
    turned = m.Movie((SOUND._replace(matrix=m.TURNED),), header=m.movie_header(matrix=m.TURNED)).made()
    assert scrubbed(mp4.WALKER, turned) == scrubbed(mp4.WALKER, plain)


def test_numbers_that_mean_something_stay() -> None:
    second = VIDEO._replace(number=3)
    data = bytearray(m.Movie((VIDEO, SOUND, second)).made())
    for start in (data.index(b"tkhd"), data.rindex(b"tkhd")):
        data[start + 36 : start + 40] = b"\xff\xff\0\7"  # layer, and a group of two
    data[data.rindex(b"vmhd") + 8 : data.rindex(b"vmhd") + 16] = b"\0\x24\1\2\3\4\5\6"
    data[data.index(b"smhd") + 8 : data.index(b"smhd") + 10] = b"\xff\0"
    data[data.index(b"mvhd") + 100 : data.index(b"mvhd") + 104] = bytes((0, 0, 0, 4))
    assert scrubbed(mp4.WALKER, bytes(data)) == data


def test_what_hevc_says_of_itself_is_taken_from_its_parameter_set() -> None:
    profile = bytes(range(1, 13))
    unit = b"\x42\1\1" + heif_bits.escaped(profile) + b"\x80"
    arrays = b"\1\xe1\0\1" + len(unit).to_bytes(2, "big") + unit
    head = b"CANARY CANARY\xf3\x03\xfc\xfd\xf8\xf8CA\x0f"
    clean = b"\1" + profile + b"\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f"
    assert mp4_config.hevc(head + arrays) == clean + b"\1\xa1" + arrays[2:]


def test_a_video_that_breaks_off_keeps_what_is_there() -> None:
    """Tables before samples, as for streaming; samples behind the end of the file are none."""
    whole = m.Fragmented(before=box(b"free", CANARY)).made()
    clean = scrubbed(mp4.WALKER, whole[:-10])
    assert clean[-40:] == whole[-50:-10]
    assert len(clean) == len(whole) - 10
    assert CANARY not in clean


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    "flags",
    ["faststart", "frag_keyframe+empty_moov", "frag_keyframe+separate_moof+empty_moov+omit_tfhd_offset"],
)
def test_frames_of_a_real_encoder(tmp_path: Path, flags: str) -> None:
    """The first, one in the middle that is sought, the last; and the packets of all."""
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    sources = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=2", "-f", "lavfi", "-i", "sine=d=2")
    ffmpeg(
        *sources,
        "-c:v",
        "mpeg4",
        "-g",
        "5",
        "-c:a",
        "aac",
        "-metadata",
        "title=CANARY",
        "-movflags",
        flags,
        str(before),
    )
    after.write_bytes(scrubbed(mp4.WALKER, before.read_bytes()))
    assert CANARY in before.read_bytes()
    assert CANARY not in after.read_bytes()
    for options in ((), ("-ss", "1.1"), ("-sseof", "-0.3")):
        shown = [ffmpeg(*options, "-i", str(path), "-f", "framemd5", "-") for path in (before, after)]
        assert shown[0] == shown[1]
        assert len(shown[0].splitlines()) > 6


def ffmpeg(*options: str) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *options], check=True, capture_output=True
    ).stdout


def test_chunks_in_any_order() -> None:
    """The second half of a track may stand before its first."""
    data = bytearray(m.Movie(gap=CANARY).made())
    (place, _) = m.inside(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco")[1]
    first, second = data[place + 8 : place + 12], data[place + 12 : place + 16]
    data[place + 8 : place + 16] = second + first
    clean = scrubbed(mp4.WALKER, bytes(data))
    assert m.samples(clean) == m.samples(bytes(data))
    assert CANARY not in clean
    assert list(Spans([([20, 0, 25], [30, 10, 40]), ([5], [12])])) == [(0, 12), (20, 40)]
    assert list(Spans([([1], [5 << 30])])) == [(1, 5 << 30)]


def test_configurations() -> None:
    """Parameter sets and what tells how bright a video is stay; words and what stands behind go."""
    avc = m.AVCC[8:]
    assert mp4_config.avc(avc + CANARY) == avc
    light = b"\x4e\1\x90\4\3\xe8\1\x90\x80"
    head = b"\1\1\x60\0\0\0" + bytes(6) + b"\x1e\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f"
    sets = b"\x20\0\1\0\4\x40\1\0\0"
    words = b"\x4e\1\5\6" + CANARY + b"\x80"
    units = b"".join(struct.pack(">H", len(unit)) + unit for unit in (light, words))
    told = struct.pack(">BHH", 39, 1, len(light)) + light
    assert mp4_config.hevc(head + b"\2" + sets + b"\x27\0\2" + units) == head + b"\2" + sets + told
    assert mp4_config.hevc(head + b"\2" + sets + b"\x40\0\1\0\6" + CANARY) == head + b"\1" + sets
    sequence = b"\x0a\3\1\2\3"
    assert mp4_config.av1(b"\x81\0\x0c\0" + sequence + b"\x2a\6" + CANARY) == b"\x81\0\x0c\0" + sequence


@pytest.mark.parametrize(
    ("codec", "config"),
    [(b"hvc1", "hvcC"), (b"hev1", "hvcC"), (b"av01", "av1C"), (b"vp09", "vpcC"), (b"dvh1", "dvvC")],
)
def test_a_configuration_that_is_too_short_is_refused(codec: bytes, config: str) -> None:
    with pytest.raises(FormatError, match="ends too early"):
        scrubbed(mp4.WALKER, changed(entry=m.video(codec, box(config.encode(), b"\1"))))
