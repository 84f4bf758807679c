from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.formats import webp_lossy
from tests.formats import fixtures as fx
from tests.formats.fixtures import riff_chunks
from tests.formats.test_webp_lossless import PICTURES, drawn


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(**PICTURES)
def test_every_byte_of_a_lossy_picture_stays(
    seed: int, kind: str, width: int, height: int, quality: int, method: int
) -> None:
    data = fx.saved(drawn(seed, kind, width, height), "WEBP", quality=quality, method=method)
    (codes,) = (body for name, body in riff_chunks(data) if name == b"VP8 ")
    found = webp_lossy.ends(codes)
    assert found == [(webp_lossy.modes_end(codes),) * 2, (len(codes),) * 2]
    _, (end, stop) = webp_lossy.ends(codes + b"CANARY")
    assert 0 <= end - len(codes) <= 1
    assert stop == len(codes) + 6


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 1 << 32), many=st.integers(1, 5))
def test_broken_codes_do_no_harm(seed: int, many: int) -> None:
    chance = random.Random(seed)
    data = bytearray(riff_chunks(fx.webp("RGB", quality=50))[0][1])
    for _ in range(many):
        data[chance.randrange(min(90, len(data)))] = chance.randrange(256)
    assert all(end <= stop <= len(data) for end, stop in webp_lossy.ends(bytes(data)))


def test_what_is_cut_off_is_not_followed() -> None:
    codes = riff_chunks(fx.webp("RGB", quality=50))[0][1]
    assert not any(webp_lossy.ends(codes[:size]) for size in (0, 9, 10, 11, 40, len(codes) // 2))


# 20 x 60 pixels in four partitions, as libwebp writes them when its `partitions` is 2, its `method` 0.
FOUR = bytes.fromhex(
    "d001009d012a14003c000fc2fe259c0004c237fc546e00000900000800000b0000fedfe7b0b2bf2e0000fc08eaf185028000fee7eece813428be480000000000"
)


def test_words_behind_any_of_several_partitions_are_found() -> None:
    stop = webp_lossy.modes_end(FOUR)
    sizes = [int.from_bytes(FOUR[at : at + 3], "little") for at in range(stop, stop + 9, 3)]
    assert all(end == last for end, last in webp_lossy.ends(FOUR))
    for which in range(3):
        told = b"".join((size + 6 * (n == which)).to_bytes(3, "little") for n, size in enumerate(sizes))
        place = stop + 9 + sum(sizes[: which + 1])
        found = webp_lossy.ends(FOUR[:stop] + told + FOUR[stop + 9 : place] + b"CANARY" + FOUR[place:])
        assert [n for n, (end, last) in enumerate(found, -1) if last - end > 3] == [which]
