from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.formats.base import FormatError
from audit.formats.bmff import Fields, Spans, box, boxes, full, header, whole
from tests.formats.fixtures import reader


def test_boxes_of_every_length() -> None:
    data = box("abcd", b"12") + b"\0\0\0\1efgh" + struct.pack(">Q", 18) + b"34" + b"\0\0\0\0ijkl567"
    assert [(b.kind, b.start, b.body, b.stop, b.cut) for b in boxes(reader(data))] == [
        ("abcd", 0, 8, 10, False),
        ("efgh", 10, 26, 28, False),
        ("ijkl", 28, 36, 39, False),
    ]


@pytest.mark.parametrize(
    "tail", [b"", b"1234567", b"\0\0\0\7abcd", b"\0\0\0\1abcd1234", b"\0\0\0\1abcd" + bytes(8)]
)
def test_the_walk_ends_where_no_box_is(tail: bytes) -> None:
    assert [b.kind for b in boxes(reader(box("abcd") + tail))] == ["abcd"]


def test_a_box_that_is_cut_off() -> None:
    source = reader(b"\0\0\1\0mdat1234")
    (found,) = boxes(source)
    assert found == ("mdat", 0, 8, 12, True)
    with pytest.raises(FormatError):
        whole(source, found)


def test_fields() -> None:
    fields = Fields(b"\1\0\0\2abc\0\x12\x34tail" + box("abcd", b"x"), 100)
    assert fields.full() == (1, 2)
    assert fields.text() == b"abc"
    assert fields.number(2) == 0x1234
    assert fields.word() == "tail"
    assert fields.at == 114
    (inner,) = fields.boxes()
    assert (inner.kind, inner.start, inner.stop, inner.fields.at, inner.fields.rest()) == (
        "abcd",
        114,
        123,
        122,
        b"x",
    )
    with pytest.raises(FormatError) as caught:
        fields.take(1)
    assert caught.value.offset == 123
    assert Fields(b"no end").text() == b"no end"


def test_boxes_inside_must_fit() -> None:
    with pytest.raises(FormatError):
        list(Fields(b"\0\0\0\x0cabcd").boxes())
    assert list(Fields(b"\0\0\0").boxes()) == []


def test_written() -> None:
    assert full("abcd", 1, 2, b"x") == b"\0\0\0\x0dabcd\1\0\0\2x"
    assert header("mdat", 5) == b"\0\0\0\x0dmdat"
    assert header("mdat", 1 << 32) == b"\0\0\0\1mdat\0\0\0\1\0\0\0\x10"


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda s: (s[0], sum(s))), max_size=8)


@given(SPANS, st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda s: (s[0], sum(s))))
def test_spans_are_sets_of_bytes(spans: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    kept = sorted({n for start, stop in spans for n in range(start, stop)})
    found = Spans(spans)
    assert [n for start, stop in found.spans for n in range(start, stop)] == kept
    assert found.size == len(kept)
    assert found.place(asked[0]) == sum(n < asked[0] for n in kept)
    assert found.covers(asked) == set(range(*asked)).issubset(kept)
    moved = [kept.index(n) for n in range(*asked) if n in kept]
    assert [n for start, stop in found.moved([asked]) for n in range(start, stop)] == moved


def test_what_follows_is_joined() -> None:
    assert Spans([(0, 10), (20, 30)]).moved([(0, 10), (20, 25), (5, 5), (0, 2)]) == [(0, 15), (0, 2)]
