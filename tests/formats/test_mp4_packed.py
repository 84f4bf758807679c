"""Movies of QuickTime whose header is packed: it is found, told of, cleaned, and written where it can stand."""

from __future__ import annotations

import zlib

import pytest

from audit.formats import mp4
from audit.formats.base import Policy, Reveal, UnsupportedError
from tests.contracts.walker import reveals, scrubbed
from tests.formats import fixtures as fx
from tests.formats import movies as m
from tests.formats.boxes import box
from tests.formats.movie_samples import DRONE
from tests.formats.test_mp4 import QUICKTIME, clip

MOVIE = DRONE._replace(first=QUICKTIME).made()


def packed(movie: bytes, *, how: bytes = b"zlib", size: int = 0, tail: bytes = b"") -> bytes:
    """The same with its header packed, and samples where they were."""
    (_, start, _, stop), *_ = [each for each in m.children(movie, 0, len(movie)) if each[0] == b"moov"]
    header = movie[start:stop]
    body = (size or len(header)).to_bytes(4, "big") + zlib.compress(header, 9) + tail
    small = box(b"moov", box(b"cmov", box(b"dcom", how), box(b"cmvd", body)))
    return movie[:start] + small + box(b"skip", bytes(stop - start - len(small) - 8)) + movie[stop:]


@pytest.mark.parametrize("movie", [MOVIE, clip()], ids=["drone", "clip"])
def test_a_packed_header_is_unpacked(movie: bytes) -> None:
    data = packed(movie)
    clean = scrubbed(mp4.MOV, data)
    assert b"cmov" not in clean
    assert m.samples(clean) == m.samples(scrubbed(mp4.MOV, movie))
    assert len(clean) == len(data) + int.from_bytes(clean[len(data) : len(data) + 4], "big")
    assert clean[len(data) + 4 :][:4] == b"moov"
    assert scrubbed(mp4.MOV, clean) == clean
    assert not reveals(mp4.MOV, clean) - {Reveal.COLOUR}


def test_what_a_packed_header_says_is_told() -> None:
    assert reveals(mp4.MOV, packed(MOVIE)) >= reveals(mp4.MOV, MOVIE)
    source = fx.reader(packed(MOVIE))
    segments = mp4.MOV.segments(source)
    assert mp4.MOV.size(source, segments) == (64, 48)
    assert [each.start for each in segments[1:]] == [each.stop for each in segments[:-1]]
    assert segments[-1].stop == source.size


@pytest.mark.parametrize(
    "data",
    [
        packed(MOVIE, how=b"CANA"),
        packed(MOVIE, size=40),
        packed(MOVIE, size=1 << 31),
        packed(MOVIE).replace(b"\x78\xda", b"\x00\xda"),
        packed(MOVIE) + b"behind",
        packed(MOVIE) + bytes(4) + b"mdat",
        packed(MOVIE) + b"\0\0\1\0mdat",
    ],
    ids=["another way", "too small", "too big", "damaged", "bytes behind", "no length", "cut"],
)
def test_a_header_that_cannot_be_unpacked_is_refused(data: bytes) -> None:
    source = fx.reader(data)
    with pytest.raises(UnsupportedError, match="packed"):
        list(mp4.MOV.plan(source, mp4.MOV.segments(source), Policy()))
