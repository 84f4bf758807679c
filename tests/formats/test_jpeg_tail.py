"""What hides behind the last coded block of a scan, and that nothing else is taken for it."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audit.formats import jpeg, jpeg_tail
from audit.formats.base import FormatError, Role
from audit.formats.jpeg_walk import BEHIND
from audit.rows import Check, Job, Options, Status
from audit.scrubber import scrub_file
from tests.contracts.walker import scrubbed, shown
from tests.formats import fixtures as fx
from tests.formats.fixtures import CANARY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from audit.formats.base import Segment

TEXT = b"a name and a street"
LARGE = fx.saved(fx.picture(size=(300, 200)), "JPEG")


def walked(data: bytes) -> list[Segment]:
    return list(jpeg.WALKER.segments(fx.reader(data)))


def behind_each_scan(data: bytes, tail: bytes) -> bytes:
    out = b""
    for segment in walked(data):
        out += data[segment.start : segment.stop] + tail * (segment.name == "scan")
    return out


def painted(mode: str, size: tuple[int, int], content: str) -> Image.Image:
    """Noise, one colour, a gradient, or a black picture with a few points in it."""
    if content == "noise":
        return fx.picture(mode, size)
    if content == "gradient":
        return Image.linear_gradient("L").resize(size).convert(mode)
    image = Image.new("RGB", size, "teal" if content == "even" else "black")
    if content == "points":
        for n in range(0, size[0] * size[1], 97):
            image.putpixel((n % size[0], n // size[0]), (n % 256, 255, n % 7))
    return image.convert(mode)


@st.composite
def pictures(draw: st.DrawFn) -> bytes:
    size = draw(st.tuples(st.integers(1, 90), st.integers(1, 90)))
    mode = draw(st.sampled_from(["L", "RGB", "CMYK"]))
    image = painted(mode, size, draw(st.sampled_from(["noise", "even", "gradient", "points"])))
    options = {
        "quality": draw(st.integers(1, 100)),
        "progressive": draw(st.booleans()),
        "optimize": draw(st.booleans()),
        "restart_marker_blocks": draw(st.integers(0, 9)),
    }
    if mode == "RGB":
        options["subsampling"] = draw(st.integers(0, 2))
    return fx.saved(image, "JPEG", **options)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scan is followed, whatever its size."""
    monkeypatch.setattr(jpeg_tail, "FEW", 1 << 30)
    monkeypatch.setattr(jpeg_tail, "SMALL", 1 << 30)


@pytest.mark.usefixtures("followed")
class TestFollowed:
    @given(pictures(), st.binary(min_size=1, max_size=9).filter(lambda tail: b"\xff" not in tail))
    @settings(max_examples=150)
    def test_every_scan_ends_where_its_encoder_ended_it(self, data: bytes, tail: bytes) -> None:
        assert all(segment.role is not Role.ORPHAN for segment in walked(data))
        changed = behind_each_scan(data, tail)
        found = [changed[s.start : s.stop] for s in walked(changed) if s.name == BEHIND]
        assert found == [tail] * changed.count(b"\xff\xda")
        assert scrubbed(jpeg.WALKER, changed) == scrubbed(jpeg.WALKER, data)

    @given(pictures(), st.integers(0), st.integers(0, 254))
    def test_the_same_picture_where_codes_are_broken(self, data: bytes, place: int, byte: int) -> None:
        coded = [
            n
            for s in walked(data)
            if s.name == "scan"
            for n in range(s.start, s.stop)
            if data[n - 1] < 0xFF > data[n]
        ]
        at = coded[place % len(coded)]
        changed = behind_each_scan(data[:at] + bytes((byte,)) + data[at + 1 :], TEXT)
        clean = scrubbed(jpeg.WALKER, changed)
        assert shown(clean) == shown(changed)
        assert scrubbed(jpeg.WALKER, clean) == clean

    def test_all_samplings(self) -> None:
        """Those that Pillow does not write: the second component in half and quarter, by hand in grey pictures."""
        for both in (0x11, 0x12, 0x21, 0x22, 0x41, 0x44):
            data = fx.saved(fx.picture("L", (60, 44)), "JPEG")
            at = data.index(b"\xff\xc0")
            data = data[: at + 11] + bytes((both,)) + data[at + 12 :]  # means nothing where there is one
            assert walked(behind_each_scan(data, TEXT))[-2].name == BEHIND


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize(
    "hidden",
    [
        TEXT,
        "a name and a street".encode("utf-16-le"),
        "a name and a street".encode("utf-16-be"),
        bytes(20),
        TEXT + random.Random(1).randbytes(900).replace(b"\xff", b""),
        fx.ZIP,
        b"Mallory",
    ],
)
def test_what_looks_like_no_code_is_found_in_large_pictures(
    hidden: bytes, options: dict[str, object]
) -> None:
    data = fx.saved(fx.picture(size=(300, 200)), "JPEG", **options)
    assert hidden not in data
    changed = data[:-2] + hidden + data[-2:]
    assert scrubbed(jpeg.WALKER, changed) == data
    assert shown(changed) == shown(data)


def test_more_than_the_blocks_can_have_is_found() -> None:
    data = fx.saved(painted("L", (200, 200), "even"), "JPEG")
    noise = random.Random(1).randbytes(1 << 17).replace(b"\xff", b"")
    assert scrubbed(jpeg.WALKER, data[:-2] + noise + data[-2:]) == data


def test_data_that_runs_out_stays() -> None:
    data = fx.jpeg()
    at = walked(data)[-2].start
    cut = data[: at + 200] + data[-2:]
    assert scrubbed(jpeg.WALKER, cut) == cut


class TestUnlikeAnyPicture:
    """What the codes were followed with before is of another size than what they are followed with now."""

    PICTURE = fx.saved(fx.picture(size=(33, 17)), "JPEG", progressive=True, subsampling=2)
    BAND = re.compile(
        rb"\xff\xda\x00\x08\x01(..)(?=[\x01-\x3f])", re.DOTALL
    )  # a header of a scan of other than DC values

    def test_a_band_of_two_components(self, followed: None) -> None:
        def with_another(found: re.Match[bytes]) -> bytes:
            return b"\xff\xda\0\x0a\2" + found[1] + b"\2\1"

        changed = self.BAND.sub(with_another, self.PICTURE, count=1)
        walked(behind_each_scan(changed, TEXT))
        twice = self.BAND.search(self.PICTURE)
        assert twice
        walked(self.PICTURE[: twice.start()] + with_another(twice) + self.PICTURE[twice.start() :])

    @pytest.mark.parametrize("size", [(8, 8), (90, 70)])
    def test_a_second_frame(self, followed: None, size: tuple[int, int]) -> None:
        other = fx.saved(fx.picture(size=size), "JPEG", progressive=True)
        at = other.index(b"\xff\xc2")
        second = other[at : at + 2 + int.from_bytes(other[at + 2 : at + 4], "big")]
        for scan in self.BAND.finditer(self.PICTURE):
            changed = self.PICTURE[: scan.start()] + second + self.PICTURE[scan.start() :]
            walked(changed)
            with pytest.raises(FormatError, match="second frame"):
                scrubbed(jpeg.WALKER, changed)


def test_behind_what_was_put_between_restarts() -> None:
    """Without the marker that is none the data is in one piece, and ends where it ended."""
    data = fx.jpeg(restart_marker_blocks=1)
    changed = data.replace(b"\xff\xd3", b"\xff\x42CANARY\xff\xd3", 1)[:-2] + CANARY + data[-2:]
    assert scrubbed(jpeg.WALKER, changed) == data


@pytest.mark.parametrize("header", [b"\xff\xc0\0\2", b"\xff\xc2\0\4\x08\0", b"\xff\xc0\0\5\x08\0\1"])
def test_a_frame_header_that_breaks_off(header: bytes) -> None:
    assert walked(b"\xff\xd8" + header)
    with pytest.raises(FormatError):
        scrubbed(jpeg.WALKER, b"\xff\xd8" + header)


def test_restarts_behind_the_last_one() -> None:
    data = fx.jpeg(restart_marker_blocks=2)
    assert scrubbed(jpeg.WALKER, data[:-2] + b"\xff\xd7CANARY\xff\xd0CANARY" + data[-2:]) == data


def test_a_picture_without_end_gets_one_where_something_hid() -> None:
    data = fx.jpeg()
    assert scrubbed(jpeg.WALKER, data[:-2] + CANARY) == data


def test_an_ordinary_picture_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_tail, "_Followed", None)
    assert scrubbed(jpeg.WALKER, LARGE) == LARGE


def test_scans_that_are_proven_are_not_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    source = fx.reader(fx.jpeg())
    found = jpeg.WALKER.segments(source)
    monkeypatch.setattr(jpeg_tail, "_Followed", None)
    assert jpeg.WALKER.rewalk(source, [s for s in found if s.role is Role.PAYLOAD]) == found
    with pytest.raises(TypeError):
        jpeg.WALKER.rewalk(source, [])


def test_many_scans_are_not_followed_for_ever() -> None:
    data = fx.saved(painted("L", (2000, 2000), "even"), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    started = time.process_time()
    walked(data[:at] + (data[at:-2] + TEXT) * 500 + data[-2:])
    assert time.process_time() - started < 5


def test_pixels_are_compared_where_a_scan_was_cut(tmp_path: Path) -> None:
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    source.write_bytes(LARGE[:-2] + TEXT + LARGE[-2:])
    row = scrub_file(Job(str(source), str(target), "a.jpg"), Options())
    assert (row.status, row.check) == (Status.SCRUBBED, Check.DECODED)
    assert BEHIND in row.removed
    assert target.read_bytes() == LARGE
