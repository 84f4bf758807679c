"""Many frames at once: whether each of them is looked into is what it would be if it were alone."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest

from audit.formats import frames, mp4_frames
from audit.formats.pieces import Held
from tests.formats import movies as m


@pytest.mark.parametrize(
    "form", [frames.Form(kind, width) for kind in ("avc", "hevc") for width in (1, 2, 4)]
)
def test_many_frames_are_told_apart_as_each_of_them(form) -> None:
    """Sizes that are right and wrong, each kind of unit, and frames that the file ends in."""
    heads, sizes = [], []
    for kind in range(256):
        for more in (0, 0, 1, -1):
            size = 7 + kind % 5
            heads.append((size - form.width + more).to_bytes(form.width, "big") + bytes((kind,)))
            sizes.append(size)
    data = b"".join(head.ljust(size, b"\x80") for head, size in zip(heads, sizes, strict=True))
    starts = list(accumulate(sizes, initial=0))
    spans = [*pairwise(starts)]
    for cut in (0, 3, sizes[-1] + 5):
        source = Held(data[: len(data) - cut])
        found = list(frames.doubtful(form, source, starts[:-1], sizes))
        assert found == [
            (start, stop)
            for start, stop in spans
            if not frames.one_unit(form, source.read(start, form.width + 1), stop - start)
        ]
        assert 0 < len(found) < len(spans)


def test_names_of_encoders_are_found_where_they_begin_a_frame() -> None:
    sound = bytes(range(200)) * 400
    starts = list(range(0, 80_000, 100))
    named = bytearray(sound)
    for place in (300, 501, 744, 799, 60_040, 79_944, 79_990):
        named[place : place + 4] = (
            frames.ENCODER
        )  # 744 and 79,944: as far as it is looked; 799: in two frames
    sizes = [100] * len(starts)
    for cut, last in ((0, [79_900]), (58, [])):
        source = Held(bytes(named[: len(named) - cut]))
        found = [start for start, _ in frames.doubtful(frames.AAC, source, starts, sizes)]
        assert found == [300, 500, 700, 60_000, *last]


def test_runs_of_sound_are_told_frame_by_frame_where_a_name_is_in_them(monkeypatch) -> None:
    sound = bytearray(100_000)
    for place in (10, 1_150, 30_090):
        sound[place : place + 4] = frames.ENCODER
    sizes = [100] * 20 + [500] * 196
    starts = list(accumulate(sizes, initial=0))[:-1]
    source = Held(bytes(sound))
    assert frames.doubtful_runs(source, starts, sizes) == [0, 11, starts.index(30_000)]
    monkeypatch.setattr(frames, "_RUN", 499)
    assert frames.doubtful_runs(source, starts, sizes) == list(range(len(starts)))


def test_what_is_told_frame_by_frame_counts_once(monkeypatch) -> None:
    """Of 1,000 bytes it looks into 1,000, whether it is told of them at once or one by one."""
    told = []
    monkeypatch.setattr(frames, "doubtful", lambda _form, _reader, starts, _sizes: told.append(starts) or ())
    sound = bytearray(1000)
    sound[300:304] = frames.ENCODER
    look = mp4_frames.Look(Held(bytes(sound)), m.Track(1, b"soun", b"", ()), frames.AAC, whole=True)
    assert look.runs([0, 250, 500], [250, 250, 500]) == [1]
    look([250, 300], [50, 200])
    assert told == [[250, 300]]
    assert look.runs([0], [1]) is None
    look([0], [1])
    assert told == [[250, 300]]


@pytest.mark.parametrize(("whole", "looked"), [(True, 10), (False, 10)])
def test_frames_that_lie_on_one_another_are_not_looked_into_again_and_again(
    monkeypatch, whole, looked
) -> None:
    told = []
    monkeypatch.setattr(
        frames, "doubtful", lambda _form, _reader, starts, _sizes: told.append(len(starts)) or ()
    )
    look = mp4_frames.Look(Held(bytes(1000)), m.Track(1, b"vide", b"", ()), frames.JPEG, whole=whole)
    for _ in range(100):
        if look.more:
            look([0], [100])
    assert told == [1] * looked
    assert not look.more


def test_only_the_first_frames_are_looked_into_where_not_all_are(monkeypatch) -> None:
    told = []
    monkeypatch.setattr(
        frames, "doubtful", lambda _form, _reader, starts, _sizes: told.append(len(starts)) or ()
    )
    look = mp4_frames.Look(Held(bytes(1000)), m.Track(1, b"vide", b"", ()), frames.JPEG, whole=False)
    look(range(10), [1] * 10)
    look(range(10), [1] * 10)
    look(range(10), [1] * 10)
    assert told == [10, 6]
