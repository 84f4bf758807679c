"""What every walker promises, whatever its format. A test class for a walker inherits this and names its samples."""

from __future__ import annotations

import io
import random
import time
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from audit.formats import identify
from audit.formats.base import Copy, FormatError, Keep, Policy, Reveal, Role
from audit.formats.pieces import apply
from tests.formats.fixtures import CANARY, Memory, reader

if TYPE_CHECKING:
    from audit.formats.base import Segment, Tag, Walker

BARE = Policy(frozenset())
TIMED = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.TIME}))
LOCATED = Policy(frozenset({Keep.ICC, Keep.ORIENTATION, Keep.LOCATION}))


def scrubbed(walker: Walker, data: bytes, policy: Policy | None = None) -> bytes:
    source = reader(data)
    return apply(source, walker.plan(source, walker.segments(source), policy or Policy()))


def tags(walker: Walker, data: bytes) -> list[Tag]:
    source = reader(data)
    return [tag for segment in walker.segments(source) for tag in walker.tags(source, segment)]


def reveals(walker: Walker, data: bytes) -> set[Reveal]:
    return {tag.reveals for tag in tags(walker, data) if tag.reveals}


CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4
)  # where, and what stands there


def assert_survived(
    walker: Walker, data: bytes, changes: list[tuple[float, int]], policy: Policy | None = None
) -> None:
    """A file with other bytes in some places is refused, or what becomes of it is clean."""
    changed = bytearray(data)
    for where, value in changes:
        changed[int(where * (len(data) - 1))] = value
    try:
        clean = scrubbed(walker, bytes(changed), policy)
    except FormatError:
        return
    assert scrubbed(walker, clean, policy) == clean
    assert all(segment.role is not Role.ORPHAN for segment in walker.segments(reader(clean)))


def assert_tiled(segments: list[Segment], size: int) -> None:
    assert segments[0].start == 0
    assert segments[-1].stop == size
    assert all(s.start < s.stop for s in segments)
    assert all(a.stop == b.start for a, b in pairwise(segments))


def assert_silent(walker: Walker, clean: bytes) -> None:
    """No byte of unknown meaning, and nothing told but by the colour profile, which stays as it is."""
    assert all(segment.role is not Role.ORPHAN for segment in walker.segments(reader(clean)))
    assert [tag for tag in tags(walker, clean) if tag.reveals and tag.group != "ICC"] == []


def shown(data: bytes) -> list[object]:
    """Every frame as decoded, with its time, and the picture as it is turned for the viewer."""
    image = Image.open(io.BytesIO(data))
    frames: list[object] = [image.info.get("loop"), getattr(image, "n_frames", 1)]
    for number in range(getattr(image, "n_frames", 1) if image.format != "MPO" else 1):
        image.seek(number)
        image.load()
        frames.append((image.mode, image.size, image.tobytes(), image.info.get("duration")))
    image.seek(0)
    return [*frames[image.format == "MPO" and 2 :], ImageOps.exif_transpose(image).tobytes()]


def icc_of(data: bytes) -> bytes | None:
    return Image.open(io.BytesIO(data)).info.get("icc_profile")


class WalkerContract:
    walker: ClassVar[Walker]
    plain: ClassVar[bytes]  # a picture with nothing to hide, as its plan leaves it
    samples: ClassVar[dict[str, bytes]]  # pictures that each hide CANARY somewhere, or reveal something
    turned: ClassVar[bytes]  # a picture that carries all of `fixtures.exif(6)` and a colour profile
    odd: ClassVar[dict[str, bytes]] = {}  # pictures that need something removed which says nothing
    refused: ClassVar[frozenset[str]] = (
        frozenset()
    )  # those of them that Pillow opens only after they are scrubbed
    broken: ClassVar[dict[str, bytes]]  # files that cannot be scrubbed

    def every(self) -> dict[str, bytes]:
        return {"plain": self.plain, "turned": self.turned, **self.samples, **self.odd}

    def test_told_by_its_content(self) -> None:
        for name, data in self.every().items():
            assert identify(data[:64]) is self.walker, name
        assert not self.walker.sniff(b"")
        assert not self.walker.sniff(bytes(64))

    def test_every_byte_in_one_segment(self) -> None:
        for data in (*self.every().values(), *self.broken.values()):
            source = reader(data)
            assert_tiled(list(self.walker.segments(source)), len(data))
            assert_tiled(list(self.walker.header(source)), len(data))

    def test_a_clean_file_is_its_own_plan(self) -> None:
        for name, data in self.every().items():
            for policy in (Policy(), BARE, TIMED, LOCATED, Policy(frozenset(Keep))):
                clean = scrubbed(self.walker, data, policy)
                source = reader(clean)
                plan = list(self.walker.plan(source, self.walker.segments(source), policy))
                assert plan == [Copy(0, len(clean))], name

    def test_nothing_is_revealed_afterwards(self) -> None:
        for name, data in {**self.samples, "turned": self.turned}.items():
            assert reveals(self.walker, data) or CANARY in data, name
            clean = scrubbed(self.walker, data)
            assert_silent(self.walker, clean)
            assert CANARY not in clean, name

    def test_every_sample_changes(self) -> None:
        assert scrubbed(self.walker, self.plain) == self.plain
        for name, data in {**self.samples, **self.odd}.items():
            assert scrubbed(self.walker, data) != data, name

    def test_same_picture(self) -> None:
        for name, data in self.every().items():
            clean = shown(scrubbed(self.walker, data))
            if name in self.refused:
                with pytest.raises((OSError, SyntaxError)):
                    shown(data)
            else:
                assert clean == shown(data), name

    def test_same_colours_unless_told_otherwise(self) -> None:
        before = icc_of(self.turned)
        assert before
        assert icc_of(scrubbed(self.walker, self.turned)) == before
        assert not icc_of(scrubbed(self.walker, self.turned, BARE))

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        kept = Image.open(io.BytesIO(scrubbed(self.walker, self.turned))).getexif()
        assert dict(kept) == {0x0112: 6}
        assert not dict(Image.open(io.BytesIO(scrubbed(self.walker, self.turned, BARE))).getexif())

    def test_time_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, TIMED)
        told = {tag.name: tag.value for tag in tags(self.walker, clean) if tag.reveals}
        assert told == {"DateTimeOriginal": "2024:03:09 13:37:11", "OffsetTimeOriginal": "+01:00"}

    def test_place_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, LOCATED)
        told = {tag.name: tag.value for tag in tags(self.walker, clean) if tag.reveals}
        assert told == {"GPSPosition": "-48.858331, 2.350000", "GPSAltitude": "35.5 m"}
        assert CANARY not in clean

    def test_reading_tells_place_time_camera_and_person(self) -> None:
        told = reveals(self.walker, self.turned)
        assert told >= {
            Reveal.LOCATION,
            Reveal.TIME,
            Reveal.DEVICE,
            Reveal.SERIAL,
            Reveal.OWNER,
            Reveal.THUMBNAIL,
        }

    def test_size_and_preview(self) -> None:
        source = reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == Image.open(io.BytesIO(self.turned)).size
        assert self.walker.size(source, self.walker.header(source)) == self.walker.size(source, segments)
        preview = self.walker.thumbnail(source, segments)
        assert preview is not None
        assert Image.open(io.BytesIO(preview)).size == (16, 8)
        assert self.walker.thumbnail(reader(self.plain), self.walker.segments(reader(self.plain))) is None

    def test_broken_files_are_refused_with_a_place(self) -> None:
        for name, data in self.broken.items():
            with pytest.raises(FormatError) as caught:
                scrubbed(self.walker, data)
            assert 0 <= caught.value.offset <= len(data), name
            assert caught.value.why, name

    def survives(self, data: bytes) -> None:
        """Whatever the bytes: a FormatError, or a tiling whose tags can be read and whose plan, if any, is clean."""
        started = time.process_time()
        source = Memory(data)
        try:
            segments = list(self.walker.segments(source))
        except FormatError:
            return
        assert_tiled(segments, len(data))
        for segment in segments:
            for tag in self.walker.tags(source, segment):
                assert len(tag.value) <= 1000
        self.walker.size(source, segments)
        self.walker.thumbnail(source, segments)
        try:
            clean = apply(source, self.walker.plan(source, segments, Policy()))
        except FormatError as error:
            assert 0 <= error.offset <= len(data)  # noqa: PT017
        else:
            assert scrubbed(self.walker, clean) == clean
            assert_silent(self.walker, clean)
        assert time.process_time() - started < 5
        assert source.largest <= 17 << 20

    def test_cut_anywhere(self) -> None:
        for data in (self.turned, *list(self.samples.values())[:3]):
            for size in {*range(80), *range(80, len(data), 1 + len(data) // 150)}:
                self.survives(data[:size])

    @settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        seed=st.integers(0, 1 << 32),
        change=st.sampled_from(["flip", "splice", "length", "drop"]),
        many=st.integers(1, 8),
    )
    def test_mutated(self, seed: int, change: str, many: int) -> None:
        chance = random.Random(seed)
        files = list(self.every().values())
        data = bytearray(chance.choice(files))
        for _ in range(many):
            at = (
                chance.randrange(len(data))
                if chance.random() < 0.5
                else chance.randrange(min(400, len(data)))
            )
            if change == "flip":
                data[at] = chance.randrange(256)
            elif change == "length":
                data[at : at + 4] = chance.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), b"\0\0\0\1"))
            elif change == "drop":
                del data[at : at + chance.randrange(1, 40)]
                data = data or bytearray(b"\0")
            else:
                other = chance.choice(files)
                start = chance.randrange(len(other))
                data[at:at] = other[start : start + chance.randrange(1, 200)]
        self.survives(bytes(data))
