"""No encoder of JPEG XL is installed with the tests: headers are written bit by bit, after ISO/IEC 18181-1."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import identify, jxl
from audit.formats.base import Copy, FormatError, Policy, Reveal, Role
from audit.formats.pieces import apply
from tests.contracts.walker import BARE, LOCATED, TIMED, WalkerContract, assert_tiled, reveals, scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats.boxes import box
from tests.formats.jxl_samples import (
    BROKEN,
    CANARY,
    CLEAN,
    PLAIN,
    SAMPLES,
    SIMPLE,
    codestream,
    with_boxes,
)


class TestJxl(WalkerContract):
    """No decoder stands beside the tests: the picture is its codestream, byte for byte. Colour and turn are inside it."""

    walker = jxl.WALKER
    plain = PLAIN
    turned = with_boxes(box(b"Exif", bytes(4) + fx.exif(6)))
    samples = SAMPLES
    broken = BROKEN

    def test_same_picture(self) -> None:
        for name, data in self.every().items():
            assert codestream(scrubbed(self.walker, data)) == SIMPLE, name

    def test_same_colours_unless_told_otherwise(self) -> None:
        assert scrubbed(self.walker, self.turned) == scrubbed(self.walker, self.turned, BARE) == PLAIN

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        """The Exif one is not honoured by viewers (ISO/IEC 18181-2), and goes."""
        assert reveals(self.walker, scrubbed(self.walker, self.turned)) == set()

    def test_time_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, TIMED)
        assert [tag for tag in tags(self.walker, clean) if tag.reveals] == []

    def test_place_stays_if_asked_for_and_nothing_else(self) -> None:
        clean = scrubbed(self.walker, self.turned, LOCATED)
        assert [tag for tag in tags(self.walker, clean) if tag.reveals] == []

    def test_size_and_preview(self) -> None:
        source = fx.reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == (40, 24)
        assert self.walker.thumbnail(source, segments) is not None
        assert self.walker.thumbnail(fx.reader(PLAIN), self.walker.segments(fx.reader(PLAIN))) is None


@pytest.mark.parametrize("name", [*SAMPLES, *CLEAN])
def test_told_and_tiled(name: str) -> None:
    data = {**SAMPLES, **CLEAN}[name]
    assert identify(data[:64]) is jxl.WALKER
    source = fx.reader(data)
    assert_tiled(list(jxl.WALKER.segments(source)), len(data))
    assert jxl.WALKER.header(source) == jxl.WALKER.segments(source)
    assert jxl.WALKER.size(source, jxl.WALKER.segments(source)) == (40, 24)


@pytest.mark.parametrize("name", list(SAMPLES))
def test_nothing_is_left(name: str) -> None:
    data = SAMPLES[name]
    assert reveals(jxl.WALKER, data), name
    for policy in (Policy(), BARE, TIMED):
        clean = scrubbed(jxl.WALKER, data, policy)
        assert CANARY not in clean
        assert reveals(jxl.WALKER, clean) == set()
        assert SIMPLE in clean or SIMPLE[10:] in clean
        assert len(clean) < len(data)
        source = fx.reader(clean)
        assert list(jxl.WALKER.plan(source, jxl.WALKER.segments(source), policy)) == [Copy(0, len(clean))]
        assert {s.role for s in jxl.WALKER.segments(source)} <= {Role.STRUCTURE, Role.PAYLOAD}


@pytest.mark.parametrize("name", list(CLEAN))
def test_what_is_clean_stays(name: str) -> None:
    clean = scrubbed(jxl.WALKER, CLEAN[name])
    assert clean == CLEAN[name] or (name == "long box" and clean == PLAIN)


@pytest.mark.parametrize("name", list(BROKEN))
def test_broken_files_are_refused(name: str) -> None:
    with pytest.raises(FormatError) as caught:
        scrubbed(jxl.WALKER, BROKEN[name])
    assert 0 <= caught.value.offset <= len(BROKEN[name])


@pytest.mark.parametrize(
    ("name", "reveal"),
    [
        ("exif", Reveal.LOCATION),
        ("exif", Reveal.THUMBNAIL),
        ("xml", Reveal.PERSON),
        ("packed", Reveal.UNKNOWN),
        ("claim", Reveal.PROVENANCE),
        ("reconstruction", Reveal.EDIT),
        ("gain map", Reveal.PICTURE),
        ("video behind", Reveal.VIDEO),
        ("picture behind a bare one", Reveal.PICTURE),
        ("behind the codestream", Reveal.UNKNOWN),
        ("second codestream", Reveal.UNKNOWN),
    ],
)
def test_what_a_hiding_place_is_called(name: str, reveal: Reveal) -> None:
    assert reveal in reveals(jxl.WALKER, SAMPLES[name])


def test_preview() -> None:
    source = fx.reader(SAMPLES["exif"])
    preview = jxl.WALKER.thumbnail(source, jxl.WALKER.segments(source))
    assert preview is not None
    assert preview[:2] == b"\xff\xd8"
    assert jxl.WALKER.thumbnail(fx.reader(PLAIN), jxl.WALKER.segments(fx.reader(PLAIN))) is None


def test_not_a_jpeg_xl() -> None:
    with pytest.raises(FormatError):
        jxl.WALKER.segments(fx.reader(b"1234"))


def test_packed_with_the_module_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Brotli:
        error = ValueError

        class Decompressor:
            def process(self, data: bytes, output_buffer_limit: int) -> bytes:
                if data == CANARY:
                    raise ValueError
                return bytes(4) + fx.exif()

    monkeypatch.setitem(__import__("sys").modules, "brotli", Brotli)
    assert Reveal.SERIAL in reveals(jxl.WALKER, with_boxes(box(b"brob", b"Exif", b"packed")))
    assert [t.name for t in tags(jxl.WALKER, SAMPLES["packed"])] == ["Packed"]


def test_exif_without_its_offset_is_read() -> None:
    """As pillow-jxl writes it."""
    assert Reveal.SERIAL in reveals(jxl.WALKER, with_boxes(box(b"Exif", fx.exif())))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*SAMPLES.values(), *CLEAN.values(), *BROKEN.values()]),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=5)), max_size=4),
    st.integers(0, 5000),
)
def test_mutated(data: bytes, changes: list[tuple[int, bytes]], cut: int) -> None:
    for place, new in changes:
        at = place % len(data)
        data = data[:at] + new + data[at + len(new) :]
    data = data[: cut or None]
    source = fx.Memory(data)
    try:
        segments = list(jxl.WALKER.segments(source))
    except FormatError:
        return
    assert_tiled(segments, len(data))
    for segment in segments:
        assert all(len(tag.value) <= 1000 for tag in jxl.WALKER.tags(source, segment))
    jxl.WALKER.size(source, segments)
    jxl.WALKER.thumbnail(source, segments)
    try:
        clean = apply(source, jxl.WALKER.plan(source, segments, Policy()))
    except FormatError as error:
        assert 0 <= error.offset <= len(data)  # noqa: PT017
    else:
        assert scrubbed(jxl.WALKER, clean) == clean
        assert reveals(jxl.WALKER, clean) == set()
