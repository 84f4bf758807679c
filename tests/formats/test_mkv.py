"""Matroska and WebM: what stays is at its old place, what goes is Void. Files are built by hand in `mkv_builder`."""

from __future__ import annotations

import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

from audit import photos
from audit.formats import mkv, mkv_names, mkv_private
from audit.formats.base import Copy, FormatError, Policy, Reveal, Role, UnsupportedError
from audit.formats.mkv_ebml import fitted, void
from audit.formats.mkv_tags import meaning
from audit.formats.pieces import apply
from tests.contracts.walker import BARE, LOCATED, TIMED, WalkerContract, reveals, scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats import movies as m
from tests.formats.fixtures import CANARY, reader
from tests.formats.mkv_builder import (
    CLUSTER,
    CLUSTERS,
    CRC,
    PICTURES,
    SIZE,
    SOUNDS,
    TRACK_LIST,
    TRACKS,
    VOID,
    cluster,
    cues,
    el,
    flat,
    header,
    info,
    movie,
    num,
    picture,
    real,
    segment,
    simple,
    sound,
    tree,
)

if TYPE_CHECKING:
    from pathlib import Path
from tests.formats.mkv_samples import (
    AV1,
    AVC,
    BROKEN,
    COVER,
    ENCODED,
    HEVC,
    NONE,
    ODD,
    OPAQUE,
    OPUS,
    PLAIN,
    SAMPLES,
    SEEING,
    STREAM,
    WORDS,
    added,
    attached,
    coded,
    comment,
    everything,
    flac,
    grouped,
    live,
    played,
    tag,
    theora,
    vorbis,
    with_cluster,
    with_info,
    with_track,
)


class TestMkv(WalkerContract):
    """No picture decoder stands beside the tests: each frame is where it was, byte for byte."""

    walker = mkv.WALKER
    plain = PLAIN
    turned = movie(tag(b"LOCATION", b"+48.8577+002.2950/"), attached(COVER, b"cover.jpg", b"image/jpeg"))
    samples = SAMPLES
    odd = ODD
    broken = BROKEN

    def test_same_picture(self) -> None:
        for name, data in self.every().items():
            found = played(data)
            assert found[:-1] == played(scrubbed(self.walker, data))[:-1], name
            assert min(found[:-1]) > 0, name

    def test_same_colours_unless_told_otherwise(self) -> None:
        assert scrubbed(self.walker, self.plain, BARE) == self.plain

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        turned = with_track(el(0xE0, el(0x7670, num(0x7671, 0), real(0x7675, 90.0))))
        assert scrubbed(self.walker, turned) == turned

    def test_time_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, with_info(el(0x4461, bytes(8)), el(0x7BA9, CANARY)), TIMED)
        told = {tag.name: tag.value for tag in tags(self.walker, clean) if tag.reveals}
        assert told == {"DateUTC": "2001-01-01 00:00:00 UTC"}
        long = scrubbed(self.walker, with_info(el(0x4461, bytes(8) + CANARY)), TIMED)
        assert CANARY not in long

    def test_place_stays_if_asked_for_and_nothing_else(self) -> None:
        """There is no one form for it."""
        assert reveals(self.walker, scrubbed(self.walker, self.turned, LOCATED)) == set()

    def test_size_and_preview(self) -> None:
        source = reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == SIZE
        assert self.walker.size(source, self.walker.header(source)) == SIZE
        assert self.walker.thumbnail(source, segments) == COVER
        assert self.walker.thumbnail(reader(PLAIN), self.walker.segments(reader(PLAIN))) is None


# What must stay as it is, byte for byte.
CLEAN = {
    "plain": PLAIN,
    "WebM": movie(kind=b"webm"),
    "live": live(),
    "void": movie(el(VOID), el(VOID, bytes(7)), el(VOID, bytes(200), wide=8)),
    "zero between": movie(b"\0"),
    "laced": with_cluster(
        *(simple(2, 200, *SOUNDS[:3], lacing=lacing) for lacing in (1, 2, 3)), grouped(num(0x9B, 40))
    ),
    "long laces": with_cluster(simple(1, 200, PICTURES[0], PICTURES[1][:300], SOUNDS[0], lacing=1)),
    "groups": with_cluster(
        grouped(num(0x9B, 40), num(0xFA, 1), el(0xFB, b"\xd8"), el(0xFB, b"\x28"), el(0x75A2, b"\0\1"))
    ),
    "opacity": with_cluster(grouped(added(b"\x86opacity"), num(0x9B, 40)), tracks=SEEING + sound()),
    "opacity that is not told": with_cluster(grouped(added(b"\x86opacity")), tracks=OPAQUE + sound()),
    "opacity of VP8": with_cluster(
        grouped(added(b"\0\0\0\x9d\1\x2a")) + grouped(added(b"\1")), tracks=picture(codec=b"V_VP8") + sound()
    ),
    "lossless sound": with_cluster(
        grouped(added(b"rest"), track=2), tracks=picture() + sound(codec=b"A_WAVPACK4")
    ),
    "opacity with its number": with_cluster(grouped(added(b"\x86op", num(0xEE, 1))), tracks=SEEING + sound()),
    "stripped headers": with_track(ENCODED),
    "flags and colours": with_track(
        num(0x88, 1),
        num(0x55AA, 0),
        num(0x23E383, 40_000_000),
        el(0x22B59D, b"pt-BR"),
        el(0xE0, num(0x54B0, 16), el(0x55B0, num(0x55B1, 9), el(0x55D0, real(0x55D1, 0.7)))),
        el(0x41E4, num(0x41E7, 0x64766343), el(0x41ED, b"\1\0\x0a\x45\x10" + bytes(19))),
    ),
    "planes": with_track(el(0xE2, el(0xE3, el(0xE4, num(0xE5, 1), num(0xE6, 0))))),
    "tracks behind": header() + segment(info(), CLUSTERS, el(TRACKS, TRACK_LIST), cues(len(info()))),
    "vorbis": coded(b"A_VORBIS", vorbis(b"")),
    "theora": coded(b"V_THEORA", theora(b"")),
    "flac": coded(b"A_FLAC", flac(STREAM)),
    "flac with loudspeakers": coded(
        b"A_FLAC", flac(STREAM, (4, comment(b"", b"", b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x3F")))
    ),
    "opus": coded(b"A_OPUS", OPUS),
    "opus with a mapping": coded(b"A_OPUS", OPUS[:9] + b"\3" + OPUS[10:18] + b"\1\2\1\0\2\1"),
    "avc": coded(b"V_MPEG4/ISO/AVC", AVC),
    "hevc": coded(b"V_MPEGH/ISO/HEVC", HEVC),
    "av1": coded(b"V_AV1", AV1),
    "vp9": coded(b"V_VP9", b"\1\1\0\2\1\x0a"),
    "mpeg 4": coded(b"V_MPEG4/ISO/ASP", b"\0\0\1\xb0\1\0\0\1\xb2XviD0050"),
    "aac": coded(b"A_AAC", b"\x12\x10"),
}


def test_slices_stay_where_they_are() -> None:
    for name in ("message in a frame", "message in a group", "message, live"):
        data = SAMPLES[name]
        assert data.count(m.FRAMES[0]) == 1
        assert scrubbed(mkv.WALKER, data).find(m.FRAMES[0]) == data.find(m.FRAMES[0])
        assert any("x264" in tag.value for tag in tags(mkv.WALKER, data))
        told = [tag for one in mkv.WALKER.header(reader(data)) for tag in mkv.WALKER.tags(reader(data), one)]
        assert any("x264" in tag.value for tag in told)


def test_a_short_duration_stays_exact() -> None:
    """Ticks may be seconds: then few of them are told, with a fraction."""
    for kind in (">f", ">d"):
        assert mkv_names.ticks(struct.pack(kind, 10.5)) == struct.pack(kind, 10.5)
        assert mkv_names.ticks(struct.pack(kind, 10_400.25)) == struct.pack(kind, 10_400)
    assert mkv_names.ticks(struct.pack(">d", 10.4)) == struct.pack(
        ">d", struct.unpack(">f", struct.pack(">f", 10.4))[0]
    )
    assert mkv_names.ticks(b"") == b""
    assert mkv_names.ticks(b"\x7f\xf8" + bytes(6)) is None


def test_rates_are_whole_numbers() -> None:
    for kind in (">f", ">d"):
        assert mkv_names.hertz(struct.pack(kind, 44100.25)) == struct.pack(kind, 44100)
        assert mkv_names.hertz(struct.pack(kind, 44100)) == struct.pack(kind, 44100)
        assert mkv_names.hertz(struct.pack(kind, -1)) is None
        assert mkv_names.hertz(struct.pack(kind, float("nan"))) is None
    assert mkv_names.hertz(b"") == b""
    assert mkv_names.hertz(b"abc") is None


@pytest.mark.parametrize("name", list(CLEAN))
def test_what_is_needed_stays(name: str) -> None:
    data = CLEAN[name]
    assert scrubbed(mkv.WALKER, data) == data
    assert reveals(mkv.WALKER, data) == set()
    assert {one.role for one in mkv.WALKER.segments(reader(data))} <= {Role.STRUCTURE, Role.PAYLOAD}


WELL_FORMED = sorted(
    SAMPLES.keys() - {name for name in SAMPLES if "junk" in name or "cut" in name or "live" in name}
)


@pytest.mark.parametrize(
    "name",
    [
        each
        for each in WELL_FORMED
        if not each.startswith(("before", "behind", "film", "message", "metadata", "exif"))
    ],
)
def test_what_stays_is_where_it_was(name: str) -> None:
    """Every element of the clean file stood there before, and its numbers and blocks are the same."""
    data = SAMPLES[name]
    clean = scrubbed(mkv.WALKER, data)
    assert len(clean) == len(data)
    before = {(kind, at): body for kind, at, body in everything(data)}
    for kind, at, body in everything(clean):
        assert (kind, at) in before
        same = {0x4D80, 0x5741, 0x63A2, 0x86, 0x22B59D, 0x73C5, 0x4282, CRC}
        assert body == before[kind, at] or kind in same or kind in {0x6D80, 0x41E4, 0x7670}, f"{kind:x}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("title", ("Title", "CANARY", Reveal.COMMENT)),
        ("programs", ("MuxingApp", "CANARY 1.0.00", Reveal.SOFTWARE)),
        ("date", ("DateUTC", "2024-02-19 01:46:40 UTC", Reveal.TIME)),
        ("names of segments", ("SegmentUUID", "43414e41525900000000000000000000", Reveal.EDIT)),
        ("names of files", ("SegmentFilename", "CANARY.mkv", Reveal.COMMENT)),
        ("tags", ("ARTIST", "CANARY", Reveal.PERSON)),
        ("tags behind", ("LOCATION", "+48.8577+002.2950/CANARY", Reveal.LOCATION)),
        ("tags in tags", ("EMAIL", "CANARY", Reveal.PERSON)),
        ("attachment", ("Attachment", "note.txt (text/plain, 6 bytes)", Reveal.COMMENT)),
        ("attached picture", ("Model", "CANARY 1", Reveal.DEVICE)),
        ("chapters", ("ChapString", "CANARY", Reveal.COMMENT)),
        ("unknown", ("unknown", "11 bytes, begins with 'CANARY'", Reveal.UNKNOWN)),
        ("void", ("Void", "17 bytes, begins with 'CANARY'", Reveal.UNKNOWN)),
        ("junk", ("junk", "7 bytes, begins with 'CANARY'", Reveal.UNKNOWN)),
        ("film behind", ("Matroska", "", Reveal.TRAILER)),
        ("track name", ("Name", "CANARY", Reveal.COMMENT)),
        ("subtitles", ("Track", "subtitles und S_TEXT/UTF8 CANARY words", Reveal.COMMENT)),
        ("vorbis", ("CodecPrivate vendor", "CANARY codec", Reveal.SOFTWARE)),
        ("theora", ("LOCATION", "CANARY", Reveal.LOCATION)),
        ("flac", ("ARTIST", "CANARY", Reveal.PERSON)),
        ("hevc", ("CodecPrivate", "49 bytes", Reveal.UNKNOWN)),
    ],
)
def test_what_is_told(name: str, told: tuple[str, str, Reveal]) -> None:
    found = {tag.name: tag for tag in tags(mkv.WALKER, SAMPLES[name])}
    assert told[0] in found
    assert found[told[0]].reveals == told[2]
    assert told[1] in found[told[0]].value


@pytest.mark.parametrize(
    ("name", "reveal"),
    [
        ("com.apple.quicktime.location.ISO6709", Reveal.LOCATION),
        ("DATE_RECORDED", Reveal.TIME),
        ("CREATION_TIME", Reveal.TIME),
        ("com.android.model", Reveal.DEVICE),
        ("ENCODER", Reveal.SOFTWARE),
        ("COPYRIGHT", Reveal.OWNER),
        ("DIRECTOR", Reveal.PERSON),
        ("SYNOPSIS", Reveal.COMMENT),
        ("DURATION", None),
        ("BPS-eng", None),
    ],
)
def test_what_names_of_tags_mean(name: str, reveal: Reveal | None) -> None:
    assert meaning(name) is reveal


@pytest.mark.parametrize("name", list(NONE))
def test_what_is_not_followed(name: str) -> None:
    with pytest.raises(FormatError):
        mkv.WALKER.segments(reader(NONE[name]))


@pytest.mark.parametrize("name", ["a codec that nobody knows", "encrypted", "packed settings"])
def test_what_is_not_broken_but_not_cleaned(name: str) -> None:
    with pytest.raises(UnsupportedError):
        scrubbed(mkv.WALKER, BROKEN[name])


def test_programs_stay_as_elements_without_words() -> None:
    """Both are mandatory (RFC 9559, 5.1.2.13 and 5.1.2.14)."""
    clean = scrubbed(mkv.WALKER, SAMPLES["programs"])
    assert [(kind, body) for kind, _, body in everything(clean) if kind in {0x4D80, 0x5741}] == [
        (0x4D80, bytes(13)),
        (0x5741, bytes(13)),
    ]


def test_references_follow_the_number_of_a_track() -> None:
    operation = el(0xE2, el(0xE3, el(0xE4, num(0xE5, 777 << 32), num(0xE6, 0))))
    clean = scrubbed(mkv.WALKER, movie(tracks=picture(operation, uid=777 << 32) + sound()))
    assert [body for kind, _, body in flat(tree(clean)) if kind == 0x73C5] == [
        bytes(7) + b"\1",
        bytes(7) + b"\2",
    ]
    assert num(0xE5, 1, 6) in clean


def test_what_leads_to_subtitles_goes_and_the_rest_stays() -> None:
    both = el(0xBB, num(0xB3, 9), el(0xB7, num(0xF7, 1), num(0xF1, 8)), el(0xB7, num(0xF7, 3), num(0xF1, 8)))
    data = movie(tracks=TRACK_LIST + WORDS, points=both)
    clean = scrubbed(mkv.WALKER, data)
    assert [body for kind, _, body in flat(tree(clean)) if kind == 0xF7] == [b"\1", b"\1"]
    assert clean[-3:] == bytes(3)


def test_a_file_that_breaks_off_in_a_block_loses_that_block_only() -> None:
    data = live()[:-9]
    clean = scrubbed(mkv.WALKER, data)
    assert clean == data[: data.find(simple(2, 200, SOUNDS[5])[:6])]
    assert mkv.WALKER.segments(reader(data))[-1].name == "truncated"


def test_a_header_is_read_without_the_clusters() -> None:
    starts: set[int] = set()

    class Counting(fx.Memory):
        def read(self, start: int, size: int) -> bytes:
            starts.add(start)
            return super().read(start, size)

    assert mkv.WALKER.header(Counting(PLAIN)) == mkv.WALKER.segments(fx.Memory(PLAIN))
    at = PLAIN.find(CLUSTERS)
    assert len([each for each in starts if at < each < at + len(CLUSTERS)]) < 3


def test_many_clusters_are_one_part_each_way() -> None:
    many = cluster(0) + b"".join(
        el(CLUSTER, num(0xE7, each), simple(2, 0, SOUNDS[0])) for each in range(5000)
    )
    source = fx.Memory(movie(clusters=many + cluster(3)))
    segments = mkv.WALKER.segments(source)
    assert len(segments) < 12
    assert list(mkv.WALKER.plan(source, segments, Policy())) == [Copy(0, source.size)]


def test_more_places_than_any_film_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from audit.formats import mkv_walk

    monkeypatch.setattr(mkv_walk, "MOST_PARTS", 50)
    with pytest.raises(FormatError, match="far too many parts"):
        mkv.WALKER.segments(reader(with_cluster(*[el(0x5AAA, CANARY)] * 60)))


@pytest.mark.parametrize("size", [*range(2, 300), 16384, 16385, 16386, 16387, 16388, 1 << 21])
def test_a_void_is_as_long_as_what_it_stands_for(size: int) -> None:
    made = apply(reader(b""), void(size))
    assert len(made) == size
    assert tree(made) == [(VOID, 0, bytes(size - len(made) + len(tree(made)[0][2])))]


@pytest.mark.parametrize("shorter", range(140))
def test_a_shorter_element_takes_the_same_room(shorter: int) -> None:
    old = el(0x63A2, bytes(140))
    made = fitted(old, len(old) - 140, b"x" * (140 - shorter))
    assert made is not None
    assert len(made) == len(old)
    found = tree(made)
    assert found[0][2] == b"x" * (140 - shorter)
    assert not any(any(body) for _, _, body in found[1:] if isinstance(body, bytes))


def test_settings_that_are_read_only_in_part() -> None:
    assert mkv_private.needed("A_OPUS", OPUS + b"1") == OPUS
    assert mkv_private.needed("A_PCM/INT/LIT", b"1") is None
    assert mkv_private.needed("V_QUICKTIME", b"as it is") == b"as it is"
    assert mkv_private.comments("A_AAC", b"") == []


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg")
@pytest.mark.parametrize(
    "name", ["title", "subtitles", "tags in a cluster", "live", "film behind", "checksum"]
)
def test_a_player_shows_the_same(name: str, tmp_path: Path) -> None:
    def shown(data: bytes) -> list[str]:
        path = tmp_path / "film.mkv"
        path.write_bytes(data)
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-nostdin",
            "-i",
            str(path),
            "-map",
            "0:v",
            "-map",
            "0:a",
            "-f",
            "framemd5",
            "-",
        ]
        out = subprocess.run(command, capture_output=True, check=False, text=True).stdout
        return [line for line in out.splitlines() if not line.startswith("#")]

    before = shown(SAMPLES[name])
    assert len(before) >= 12
    assert shown(scrubbed(mkv.WALKER, SAMPLES[name]))[:12] == before[:12]


def test_a_sound_without_a_picture_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "sound.mka"
    path.write_bytes(movie(tracks=sound()))
    assert photos.read(str(path)).trouble is None
    path.write_bytes(movie(about=info(el(0x7BA9, CANARY)), tracks=sound())[:-500])
    assert photos.read(str(path)).trouble is photos.Trouble.MALFORMED
