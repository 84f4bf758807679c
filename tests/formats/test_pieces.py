from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats.base import Bytes, Copy, Role, Segment, Zero
from audit.formats.pieces import Window, apply, joined, settle
from tests.formats.fixtures import Memory

DATA = b"abcdefgh"


def test_what_stands_there_already_is_copied() -> None:
    pieces = [Copy(0, 2), Bytes(b"cd", "x"), Copy(4, 8)]
    assert list(settle(Memory(DATA), pieces)) == [Copy(0, 8)]


def test_what_differs_is_kept_apart() -> None:
    pieces = [Copy(0, 2), Bytes(b"CD", "x"), Copy(4, 6), Zero(2)]
    assert list(settle(Memory(DATA), pieces)) == pieces


def test_nothing_is_copied_from_behind_the_end() -> None:
    assert list(settle(Memory(DATA), [Copy(0, 8), Bytes(b"", "x"), Bytes(b"i", "x")])) == [
        Copy(0, 8),
        Bytes(b"i", "x"),
    ]


PIECES = st.one_of(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda pair: Copy(min(pair), max(pair))),
    st.text("abcdefgh", max_size=3).map(lambda text: Bytes(text.encode(), "x")),
    st.integers(0, 3).map(Zero),
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=8))
def test_settling_changes_no_byte(pieces: list[Copy | Bytes | Zero]) -> None:
    settled = list(settle(Memory(DATA), pieces))
    assert apply(Memory(DATA), settled) == apply(Memory(DATA), pieces)
    assert len(settled) <= len(pieces)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=10), st.integers(1, 50))
def test_a_window_reads_what_the_file_holds(reads: list[tuple[int, int]], span: int) -> None:
    data = bytes(range(256))
    window = Window(Memory(data), span)
    for start, size in reads:
        assert window.get(start, size) == data[start : start + size]


def test_what_follows_one_another_is_one_piece() -> None:
    spans = [(2, 3), (3, 5), (6, 7), (7, 8)]
    assert joined([Segment(*span, "x", Role.STRUCTURE) for span in spans]) == [Copy(2, 5), Copy(6, 8)]
    assert joined([]) == []
