"""A cleaned movie is walked again with what its original's walk found: only what the same bytes say is taken over."""

from __future__ import annotations

import pytest

from audit.formats import mp4, mp4_samples
from audit.formats.base import FormatError, Policy
from audit.formats.pieces import Held, apply
from fuzz.harness import contract
from tests.formats.movie_samples import SAMPLES


def outcome(reader, before):
    try:
        segments = mp4.WALKER.rewalk(reader, [], before)
        return list(segments), list(mp4.WALKER.plan(reader, segments, Policy()))
    except FormatError as error:
        return str(error)


def planned(data):
    source = Held(data)
    segments = mp4.WALKER.segments(source)
    return segments, apply(source, mp4.WALKER.plan(source, segments, Policy()))


def test_any_other_byte_has_the_walk_find_what_it_finds_alone() -> None:
    before, clean = planned(contract("mp4").turned)
    media = before.walk.movie.media
    assert outcome(Held(clean), before) == outcome(Held(clean), [])
    differ = set()
    for place in range(len(clean)):
        if any(box.body <= place < box.stop for box in media):
            continue
        for mask in (1, 128):
            bad = bytearray(clean)
            bad[place] ^= mask
            found = outcome(Held(bytes(bad)), before)
            assert found == outcome(Held(bytes(bad)), []), place
            differ.add(str(found))
    assert len(differ) > 100
    assert outcome(Held(clean + b"more"), before) == outcome(Held(clean + b"more"), [])


def test_tables_that_are_the_same_are_not_taken_apart_again(monkeypatch) -> None:
    before, clean = planned(contract("mp4").turned)
    expected = outcome(Held(clean), [])
    monkeypatch.setattr(mp4_samples, "of_track", None)
    assert outcome(Held(clean), before) == expected
    with pytest.raises(TypeError):
        outcome(Held(clean), [])


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_sample(name) -> None:
    try:
        before, clean = planned(SAMPLES[name])
    except FormatError:
        pytest.skip("it is refused")
    assert outcome(Held(clean), before) == outcome(Held(clean), [])
