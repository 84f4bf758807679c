from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import media
from audit.media import open_medium

SIZE = 900_000
DATA = random.Random(3).randbytes(SIZE)
PLACES = st.one_of(st.integers(0, SIZE + 100), st.sampled_from([0, SIZE - 1, SIZE, media._SMALL, 65_536]))
LENGTHS = st.one_of(st.integers(0, 300_000), st.sampled_from([0, 1, SIZE, 65_536, 65_537]))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    place = tmp_path_factory.mktemp("media") / "file"
    place.write_bytes(DATA)
    return str(place)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    window=st.sampled_from([4096, 65_536, 300_000, SIZE - 1, SIZE, 8 << 20]),
    wishes=st.lists(
        st.tuples(st.sampled_from(["read", "peek", "view", "parts", "read_into"]), PLACES, LENGTHS),
        max_size=12,
    ),
)
def test_a_reader_gives_the_bytes_of_the_file_in_any_order(path, window, wishes):
    with open_medium(path, window) as reader:
        for wish, start, size in wishes:
            expected = DATA[start : start + size]
            if wish == "view":
                found = reader.view(start, min(start + size, SIZE))
                assert found is None or found == DATA[start : min(start + size, SIZE)]
            elif wish == "parts":
                assert list(reader.parts([start, 0], [size, 3])) == [expected, DATA[:3]]
            elif wish == "read_into":
                block = bytearray(size)
                assert bytes(block[: reader.read_into(start, block)]) == expected
            else:
                assert getattr(reader, wish)(start, size) == expected


def test_what_is_held_is_read_in_steps(path):
    with open_medium(path, 8 << 20) as reader:
        reader.read(0, 10)
        assert len(reader._held) == media._SMALL
        reader.read(media._SMALL, 10)
        assert len(reader._held) == 2 * media._SMALL
        assert reader.read(SIZE - 2, 9) == DATA[-2:]
        assert len(reader._held) == SIZE


def test_a_file_that_became_shorter_gives_fewer_bytes(path, tmp_path):
    place = tmp_path / "short"
    place.write_bytes(DATA)
    with open_medium(str(place), 8 << 20) as reader:
        reader.read(0, 10)
        place.write_bytes(DATA[:300_000])
        assert reader.read(299_990, 100) == DATA[299_990:300_000]
        assert reader.read(500_000, 100) == b""
