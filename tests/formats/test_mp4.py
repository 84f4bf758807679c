"""Movies keep their layout: a test compares samples by the tables that a player reads."""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING, ClassVar

import pytest

from audit.formats import identify, mp4
from audit.formats.base import Copy, Policy, Reveal, UnsupportedError
from audit.formats.pieces import apply
from tests.contracts.walker import BARE, LOCATED, TIMED, reveals, scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats import movies as m
from tests.formats.boxes import box, full
from tests.formats.movie_frames import IN_FRAMES, SOUND, VIDEO, with_track
from tests.formats.movie_samples import (
    BROKEN,
    CAMM,
    CHAPTERED,
    CHAPTERS,
    CLEAN,
    DRONE,
    FACES,
    GOPRO,
    KEYS,
    PLACE,
    SAMPLES,
    SUBTITLES,
    USER_DATA,
    datum,
    gpmf,
    klv,
    metadata,
    user,
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

    def test_the_version_of_a_decoder_is_nobodys(self) -> None:
        clean = scrubbed(self.walker, SAMPLES["version of a decoder"])
        assert box(b"damr", bytes(5), b"\x81\xff\0\1") in clean


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
    ("key", "kind", "before"),
    [(b"GLPI", b"?", struct.pack(">I", 9)), (b"GPRI", b"?", struct.pack(">Q", 9)), (b"GPS9", b"l", b"")],
)
def test_places_of_a_camera_that_flies_are_read(key: bytes, kind: bytes, before: bytes) -> None:
    scale = [10_000_000, 10_000_000, 1000] if not before else [1000, 10_000_000, 10_000_000, 1000]
    place = before + struct.pack(">3i", 488583000, 23500000, 35500)
    sample = gpmf(
        klv(b"SCAL", b"l", 4, struct.pack(f">{len(scale)}i", *scale)), klv(key, kind, len(place), place)
    )
    found = told(with_track(GOPRO._replace(samples=(sample, sample))))
    assert found["gpmd GPSTrack"] == "48.858300, 2.350000; 2 samples"


def test_serial_numbers_of_a_track_of_gopros() -> None:
    said = b"GPRO".ljust(0x17, b"\0") + b"CANARY-0815".ljust(0x40, b"\0") + b"CANARY-0816\0".ljust(32, b"\0")
    track = m.Track(3, b"meta", m.plain_entry(b"fdsc"), (said,))
    found = told(with_track(track))
    assert found["fdsc LensSerialNumber"] == "CANARY-0815"
    assert found["fdsc CameraSerialNumber"] == "CANARY-0816"
    assert not any(key.startswith("fdsc") for key in told(with_track(track._replace(samples=(said[1:],)))))


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
