"""Numbers of a movie: those that mean nothing are written anew, and the others stay."""

from __future__ import annotations

import struct

import pytest

from audit.formats import heif_bits, mp4, mp4_config
from audit.formats.base import FormatError
from audit.formats.mp4_spans import Spans
from tests.contracts.walker import scrubbed
from tests.formats import movie_frames as mf
from tests.formats import movies as m
from tests.formats.boxes import box, full
from tests.formats.fixtures import CANARY
from tests.formats.movie_frames import SOUND, VIDEO, changed
from tests.formats.movie_samples import USER_DATA, patched


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


def test_versions_are_those_that_there_are() -> None:
    """Of tables, and of what describes sound; the kind of a stream is told with a bit that is always set."""
    clean = m.Movie().made()
    for kind, at in ((b"stts", 0), (b"stsc", 0), (b"stsz", 0)):
        assert scrubbed(mp4.WALKER, patched(kind, at, b"\1")) == clean, kind
    assert scrubbed(mp4.WALKER, patched(b"mp4a", 8, b"CA")) == clean
    stream = clean.index(b"\x40\x15") + 1
    assert scrubbed(mp4.WALKER, clean[:stream] + b"\x16" + clean[stream + 1 :]) == clean


@pytest.mark.parametrize("rate", [1 << 16, 1 << 15, 2 << 16, -(1 << 16), 0])
def test_speeds_that_people_choose_stay(rate: int) -> None:
    data = patched(b"mvhd", 20, struct.pack(">i", rate))
    assert scrubbed(mp4.WALKER, data) == data


def test_what_apple_lossless_says_of_itself() -> None:
    """The longest run is always 255, the version 0, the rate an estimate."""
    told = struct.pack(">IBBBBBBHIII", 4096, 0, 16, 40, 10, 14, 2, 255, 0, 64_000, 44_100)
    asked = struct.pack(">IBBBBBBHIII", 4096, 67, 16, 40, 10, 14, 2, 0x4341, 0, 64_078, 44_100)
    data = changed(SOUND, entry=m.sound(b"alac", full(b"alac", 0, 0, asked)))
    clean = scrubbed(mp4.WALKER, data)
    assert full(b"alac", 0, 0, told) in clean
    assert scrubbed(mp4.WALKER, clean) == clean


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


def test_what_av1_says_of_itself_is_taken_from_its_header() -> None:
    """Profile and level are the header's; of how early to begin to play stays only what can be."""
    units = mf.unit_of_av1(1, mf.AV1_HEADER)
    for delay, stays in ((b"\xff", b"\x1f"), (b"\xef", b"\0"), (b"\0", b"\0")):
        assert mp4_config.av1(b"CAN" + delay + units) == mf.AV1_HEAD[:3] + stays + units
    assert mp4_config.av1(b"\x91\0\x0c\0\xffCANARY") == b"\x81\0\x0c\0"


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
    sequence = mf.unit_of_av1(1, mf.AV1_HEADER)
    assert mp4_config.av1(b"\x81\0\x0c\0" + sequence + b"\x2a\6" + CANARY) == b"\x81\0\x0c\0" + sequence


@pytest.mark.parametrize(
    ("codec", "config"),
    [(b"hvc1", "hvcC"), (b"hev1", "hvcC"), (b"av01", "av1C"), (b"vp09", "vpcC"), (b"dvh1", "dvvC")],
)
def test_a_configuration_that_is_too_short_is_refused(codec: bytes, config: str) -> None:
    with pytest.raises(FormatError, match="ends too early"):
        scrubbed(mp4.WALKER, changed(entry=m.video(codec, box(config.encode(), b"\1"))))
