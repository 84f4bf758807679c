from __future__ import annotations

import os
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import copying, verify
from audit.copying import CACHED
from audit.formats.base import Bytes, Copy, Role, Segment, Zero
from audit.media import FileReader, open_medium

SIZE = 4 * CACHED + 1000
DATA = bytes(range(256)) * (SIZE // 256) + bytes(SIZE % 256)
PIECES = [Bytes(b"new", "head"), Copy(50, 2 * CACHED + 7), Zero(9), Copy(2 * CACHED + 7, SIZE)]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("verify") / "original"
    path.write_bytes(DATA)
    return path


def written(original, window, check):
    fd = os.open(original.parent, os.O_RDWR | os.O_TMPFILE, 0o600)
    with open_medium(str(original), window) as reader:
        back = verify.ReadBack(fd)
        copying.write(reader, PIECES, fd, check=back if check else None)
    return fd, back.same


def differs(original, fd, known):
    with open_medium(str(original)) as reader:
        try:
            verify.compare(reader, PIECES, FileReader(fd, os.fstat(fd)), known)
        except verify.VerificationError:
            return True
    return False


@pytest.mark.parametrize("window", [1 << 16, 8 << 20])
def test_every_block_of_a_copy_is_read_back(original, window):
    fd, same = written(original, window, check=True)
    first, second = 3, 3 + 2 * CACHED + 7 - 50 + 9
    assert same == {first: second - 9, second: SIZE - 50 + 12}
    assert not differs(original, fd, same)
    os.close(fd)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(place=st.integers(0, SIZE - 39), known=st.integers(0, SIZE), whole=st.booleans())
def test_only_what_was_read_back_is_not_compared_again(original, place, known, whole):
    fd, same = written(original, 8 << 20, check=True)
    if not whole:
        same = {3: min(known, same[3])} if known > 3 else {}
    os.pwrite(fd, bytes((os.pread(fd, 1, place)[0] ^ 1,)), place)
    covered = any(start <= place < stop for start, stop in same.items())
    assert differs(original, fd, same) is not covered
    os.close(fd)


def test_a_block_that_stands_wrong_stops_the_writing(original, monkeypatch):
    put = copying._Out.put

    def wrong(out, parts):
        put(out, [bytes(parts[0]).replace(b"\x07", b"\x08")])

    monkeypatch.setattr(copying._Out, "put", wrong)
    with pytest.raises(verify.VerificationError):
        written(original, 8 << 20, check=True)


def segments(*sizes):
    stops = list(accumulate(sizes))
    roles = [Role.PAYLOAD if n == 1 else Role.METADATA for n in range(len(sizes))]
    return [
        Segment(a, b, f"s{n}", role)
        for n, (a, b, role) in enumerate(zip([0, *stops], stops, roles, strict=False))
    ]


@given(
    sizes=st.lists(st.integers(0, 4), min_size=1, max_size=8),
    copies=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6),
)
def test_what_no_single_piece_copies_whole_is_told(sizes, copies):
    listed = segments(*sizes)
    pieces = [Copy(min(pair), max(pair)) for pair in copies]
    lost = [
        each.name
        for each in listed
        if each.role is not Role.PAYLOAD
        and each.stop > each.start
        and not any(piece.start <= each.start and each.stop <= piece.stop for piece in pieces)
    ]
    assert verify.gone(verify.Planned(Mute(), None, listed, pieces)) == (tuple(lost) or ("unknown",))


class Mute:
    """A walker that says nothing."""

    def tags(self, *_):
        return iter(())
