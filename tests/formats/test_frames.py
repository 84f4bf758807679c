"""What stands inside frames: messages of H.264 and H.265, segments of Motion JPEG. Whatever the bytes, lengths stay."""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import frame_jpeg, frame_sei, frames, mkv, mp4
from audit.formats.base import Reveal
from audit.formats.heif_bits import escaped, plain
from tests.contracts.walker import scrubbed, shown, tags
from tests.formats import fixtures as fx

if TYPE_CHECKING:
    from pathlib import Path

CANARY = fx.CANARY
X264 = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")


def message(kind: int, body: bytes) -> bytes:
    return frame_sei.Message(kind, body).written()


def unit(*parts: bytes, head: bytes = b"\6") -> bytes:
    return head + escaped(b"".join(parts) + b"\x80")


def kept(data: bytes, codec: str = "avc") -> list[tuple[int, bytes]]:
    """The messages of a cleaned unit but for fillers."""
    clean = frames.cleaned(codec, data)
    assert len(clean) == len(data)
    assert frames.cleaned(codec, clean) == clean
    found = list(frame_sei.messages(clean[2 if codec == "hevc" else 1 :]))
    assert None not in found
    return [tuple(one) for one in found if one and one.kind != 3]


RECOVERY = message(6, b"\x80\x80")
TIMING = message(1, b"\0\0\0\0\1")
CAPTIONS = message(4, b"\xb5\0\x31GA94\3\xc1\xff\xfc\x80\x80\xff")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (unit(RECOVERY, TIMING, CAPTIONS), [6, 1, 4]),
        (unit(RECOVERY, message(5, bytes(16) + CANARY)), [6]),
        (unit(message(5, bytes(40)), TIMING), [1]),
        (unit(message(5, bytes(16) + CANARY * 99), RECOVERY), [6]),
        (unit(message(4, b"\xb5\0\x39" + CANARY)), []),
        (unit(message(300, CANARY), RECOVERY), [6]),
        (unit(message(202, CANARY)), []),
        (unit(message(3, CANARY)), []),
        (unit(message(1, bytes(5000)), RECOVERY), [6]),
        (unit(RECOVERY, b"\5\xff\xff\xff"), [6]),
        (unit(RECOVERY) + CANARY, [6]),
        (b"\6", []),
    ],
)
def test_messages_that_stay(data: bytes, expected: list[int]) -> None:
    assert [kind for kind, _ in kept(data)] == expected


def test_a_unit_with_nothing_to_remove_stays_as_it_is() -> None:
    for data in (unit(RECOVERY, TIMING), unit(message(3, b"\xff" * 300)), unit(RECOVERY) + b"\0\0"):
        assert frames.cleaned("avc", data) == data


def test_the_time_of_day_goes_from_hevc_only() -> None:
    """In H.264, 136 is reserved for a message of numbers."""
    assert kept(unit(message(136, b"\x60"), head=b"\x4e\1"), "hevc") == []
    assert kept(unit(message(137, bytes(24)), head=b"\x4e\1"), "hevc") == [(137, bytes(24))]
    assert [kind for kind, _ in kept(unit(message(136, b"\x60")))] == [136]


@pytest.mark.parametrize(
    ("build", "codec", "stays"),
    [
        (164, "avc", False),
        (44, "avc", True),
        (45, "avc", False),
        (150, "avc444", True),
        (151, "avc444", False),
    ],
)
def test_the_number_of_an_old_encoder_by_which_decoders_tell(build: int, codec: str, stays: bool) -> None:
    words = b"x264 - core %d r1 - options: CANARY" % build
    found = kept(unit(message(5, X264 + words)), codec)
    assert found == ([(5, X264 + b"x264 - core %d" % build)] if stays else [])


@pytest.mark.parametrize("size", [*range(2, 40), *range(240, 280), *range(500, 530), 65_000, 70_000, 999_999])
def test_a_filler_of_any_length(size: int) -> None:
    data = frame_sei.filled(b"\6", b"", size)
    assert len(data) == size
    assert all(one and one.kind == 3 and not one.body.strip(b"\xff") for one in frame_sei.messages(data[1:]))


@settings(max_examples=400, deadline=None)
@given(
    data=st.binary(max_size=600),
    codec=st.sampled_from(["avc", "avc444", "hevc", "av1"]),
    head=st.integers(0, 255),
)
def test_any_unit(data: bytes, codec: str, head: int) -> None:
    for first in (bytes((head,)), b"\6", b"\x4e\1"):
        whole = first + data
        clean = frames.cleaned(codec, whole)
        assert len(clean) == len(whole)
        assert frames.cleaned(codec, clean) == clean
        list(frames.tags(codec, whole))


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(
        st.tuples(st.integers(0, 300), st.binary(max_size=40) | st.just(bytes(8)) | st.just(b"\0\0\1")),
        max_size=6,
    )
)
def test_any_messages(parts: list[tuple[int, bytes]]) -> None:
    data = unit(*(message(*one) for one in parts))
    assert [tuple(one or ()) for one in frame_sei.messages(data[1:])] == parts
    here = {kind for kind, _ in kept(data)}
    assert here <= {kind for kind, _ in parts} - {3}
    assert here.isdisjoint({201, 202, *range(206, 301)})


@settings(max_examples=400, deadline=None)
@given(
    data=st.binary(max_size=400),
    width=st.sampled_from([1, 2, 4]),
    codec=st.sampled_from(["avc", "hevc", "jpeg"]),
)
def test_any_frame(data: bytes, width: int, codec: str) -> None:
    form = frames.Form(codec, width)
    for whole in (data, b"\xff\xd8" + data, b"\xff\xd8\xff\xe1\0\x08" + data):
        clean = bytearray(whole)
        for one in frames.changes(form, fx.reader(whole), 0, len(whole)):
            assert 0 <= one.start <= one.start + len(one.new) <= len(whole)
            clean[one.start : one.start + len(one.new)] = one.new
        assert list(frames.changes(form, fx.reader(bytes(clean)), 0, len(clean))) == []


HIDDEN = b"a name and a street"


def without_words(frame: bytes) -> bytes:
    clean = bytearray(frame)
    for at, new in frame_jpeg.changes(frame):
        clean[at : at + len(new)] = new
    assert len(clean) == len(frame)
    assert frame_jpeg.changes(bytes(clean)) == []
    return bytes(clean)


@pytest.mark.parametrize("end", [b"\xff\xd9", b"", b"\xff\xd9\0\0\0\0"])
@pytest.mark.parametrize("more", [b"", bytes(30), b"\xff" * 9, b"\xff\0\xff\0"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_words_behind_the_last_block_of_a_frame(options: dict[str, object], more: bytes, end: bytes) -> None:
    """They become what fills up before a marker, and the frame shows what it showed."""
    picture = fx.saved(fx.picture(), "JPEG", **options)
    frame = picture[:-2] + HIDDEN + more + end
    clean = without_words(frame)
    assert clean == picture[:-2] + b"\xff" * len(HIDDEN + more) + end
    assert shown(clean.removesuffix(end) + b"\xff\xd9") == shown(picture)


def test_a_scan_longer_than_its_blocks() -> None:
    noise = random.Random(1).randbytes(1 << 13).replace(b"\xff", b"")
    picture = fx.small_jpeg()
    clean = without_words(picture[:-2] + noise + picture[-2:])
    assert clean == picture[:-2] + b"\xff" * len(noise) + picture[-2:]


def test_a_frame_that_is_filled_up_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_jpeg.jpeg_tail, "cut", None)
    even = b"DETDETDETDETKVDDUDDUDDYR"  # as codes of even parts look
    for filled in (b"", bytes(500), b"\xff" * 500, b"dN'SUTN'SUY,", even[:12], even[:15]):
        assert frame_jpeg.changes(fx.jpeg()[:-2] + filled + b"\xff\xd9") == []


def test_units_that_are_not_where_they_say_stay_as_they_are() -> None:
    told = unit(message(5, bytes(16) + CANARY))
    whole = len(told).to_bytes(4, "big") + told + b"\0\0\0\xff\x65"
    assert list(frames.changes(frames.Form("avc"), fx.reader(whole), 0, len(whole))) == []


def segment(kind: int, body: bytes) -> bytes:
    return fx.marked(kind, body)


def test_segments_of_a_frame() -> None:
    for same in (
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        segment(0xE0, b"AVI1\1\0" + bytes(8)),
        segment(0xE1, bytes(4) + b"mjpg" + bytes(range(34))),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1"),
        segment(0xE2, b"ICC_PROFILE\0\1\1abc"),
        segment(0xDB, bytes(65)),
    ):
        assert frame_jpeg.cleaned(same) == same
    for other in (
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + CANARY),
        segment(0xE0, b"AVI1\1\0" + CANARY),
        segment(0xE1, b"Exif\0\0" + fx.exif(6)),
        segment(0xE1, b"Exif\0\0" + CANARY),
        segment(0xE5, CANARY),
        segment(0xFE, CANARY),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + CANARY),
    ):
        clean = frame_jpeg.cleaned(other)
        assert len(clean) == len(other)
        assert CANARY not in clean
        assert frame_jpeg.cleaned(clean) == clean


def test_two_fields_in_one_frame() -> None:
    field = fx.behind_soi(fx.small_jpeg(), segment(0xFE, CANARY))
    whole = field + bytes(7) + field + bytes(3)
    found = list(frame_jpeg.changes(whole))
    assert len(found) == 2
    assert list(frame_jpeg.changes(whole + b"\0" + CANARY))[-1] == (
        len(field) * 2 + 7,
        bytes(4 + len(CANARY)),
    )


def ffmpeg(*options: str) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "warning", "-nostdin", "-y", *options], check=True, capture_output=True
    ).stdout


def encoders() -> bytes:
    return ffmpeg("-hide_banner", "-encoders") if shutil.which("ffmpeg") else b""


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("codec", ["libx264", "libx265", "mjpeg", "aac"])
@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv"])
def test_frames_of_real_encoders(tmp_path: Path, codec: str, kind: str) -> None:
    if codec.encode() not in encoders():
        pytest.skip(f"ffmpeg has no {codec} here")
    before, after = tmp_path / f"before.{kind}", tmp_path / f"after.{kind}"
    quiet = ("-x265-params", "log-level=error") if codec == "libx265" else ()
    format_ = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    given = ("-f", "lavfi", "-i", "sine=d=20" if codec == "aac" else "testsrc=s=64x48:r=10:d=2")
    ffmpeg(
        *(*given, "-c:a" if codec == "aac" else "-c:v", codec, *quiet, "-g", "5"),
        *("-pix_fmt", format_, "-bitexact" if codec == "mjpeg" else "-y", str(before)),
    )
    walker = mkv.WALKER if kind == "mkv" else mp4.WALKER if kind == "mp4" else mp4.MOV
    data = before.read_bytes()
    clean = scrubbed(walker, data)
    after.write_bytes(clean)
    if codec != "mjpeg":
        mark = {"libx264": b"x264 - core", "libx265": b"x265 (build", "aac": b"Lavc"}[codec]
        assert mark in data
        assert mark not in clean
        assert any(mark in tag.value.encode() for tag in tags(walker, data) if tag.reveals is Reveal.SOFTWARE)
    for options in ((), ("-ss", "1.1"), ("-sseof", "-0.3")):
        shown = [ffmpeg(*options, "-i", str(path), "-f", "framemd5", "-") for path in (before, after)]
        assert shown[0] == shown[1]
        assert len(shown[0].splitlines()) > 6
    said = subprocess.run(
        ["ffmpeg", "-v", "warning", "-nostdin", "-i", str(after), "-f", "null", "-"],
        check=True,
        capture_output=True,
    ).stderr
    assert said == b""


def test_plain_and_escaped() -> None:
    assert plain(escaped(bytes(9) + b"\1")) == bytes(9) + b"\1"


@pytest.mark.parametrize(
    ("unit", "stays"),
    [
        (b"\x12\0", True),
        (b"\x2a\6\1abcd\x80", True),
        (b"\x2a\x0a\4\xb5\0\x31GA94\x80", True),
        (b"\x2e\x08\5\3abc\x80", True),
        (b"\x7a\3\0\0\x80", True),
        (b"\x2a\6\5abcd\x80", False),
        (b"\x2a\x0a\4\xb5\x12\x31GA94\x80", False),
        (b"\x7a\0", True),
    ],
)
def test_numbers_for_showing_av1_stay(unit: bytes, stays: bool) -> None:
    clean = frames.cleaned("av1", unit)
    assert len(clean) == len(unit)
    assert (clean == unit) is stays
    assert frames.cleaned("av1", clean) == clean


@pytest.mark.parametrize("data", [b"", b"\xb2\4abcd", b"\x32\x09abcd", b"\x36", b"\x2a\x80\x80"])
def test_a_frame_of_av1_that_is_none_stays_as_it_is(data: bytes) -> None:
    assert list(frames.changes(frames.AV1, fx.reader(data), 0, len(data))) == []
