from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.formats import icc
from audit.formats.base import Reveal
from tests.formats import fixtures as fx


def profile(signature: bytes, value: bytes) -> bytes:
    table = struct.pack(">I4sII", 1, signature, 144, len(value))
    return struct.pack(">I", 144 + len(value)) + bytes(32) + b"acsp" + bytes(88) + table + value


def words(text: str) -> bytes:
    coded = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(coded), 28) + coded


@pytest.mark.parametrize(
    ("signature", "value", "text", "reveal"),
    [
        (b"desc", b"desc" + bytes(4) + b"\0\0\0\x10Jane's DELL 0815", "Jane's DELL 0815", Reveal.COLOUR),
        (b"desc", words("Jane's DELL 0815"), "Jane's DELL 0815", Reveal.COLOUR),
        (b"desc", words("sRGB IEC61966-2.1"), "sRGB IEC61966-2.1", None),
        (b"cprt", b"text" + bytes(4) + b"(c) Jane Roe", "(c) Jane Roe", Reveal.COLOUR),
        (b"targ", b"text" + bytes(4) + b"Jane's CANARY", "Jane's CANARY", Reveal.COLOUR),
        (b"0815", b"text" + bytes(4) + b"Jane's CANARY", "Jane's CANARY", Reveal.COLOUR),
        (b"mmod", b"mmod" + bytes(36), "40 bytes", Reveal.COLOUR),
        (b"meta", b"dict" + bytes(12), "16 bytes", Reveal.COLOUR),
        (b"dmdd", words("DELL U2723QE"), "DELL U2723QE", Reveal.COLOUR),
    ],
)
def test_words_that_may_name_somebody(
    signature: bytes, value: bytes, text: str, reveal: Reveal | None
) -> None:
    (tag,) = icc.tags(profile(signature, value))
    assert (tag.value, tag.reveals) == (text, reveal)


def test_the_usual_profile_reveals_nothing() -> None:
    assert [tag.reveals for tag in icc.tags(fx.profile()) if tag.reveals] == []


def test_bytes_behind_the_profile_are_noticed() -> None:
    assert Reveal.UNKNOWN in {tag.reveals for tag in icc.tags(fx.profile() + b"CANARY")}


def untold(data: bytes) -> list[str]:
    return [tag.value.split()[0] for tag in icc.tags(data) if tag.name == "unclaimed"]


def test_bytes_that_belong_to_no_part_are_told() -> None:
    plain = fx.profile()
    count = int.from_bytes(plain[128:132], "big")
    behind = struct.pack(">I", len(plain) + 8) + plain[4:] + b"\0\0CANARY"
    shared = plain[:136] + struct.pack(">I", len(plain) + 4) + plain[140:]
    assert untold(plain) == []
    assert untold(struct.pack(">I", len(plain) + 8) + plain[4:] + bytes(8)) == []
    assert untold(behind) == ["6"]
    assert untold(plain[:100] + b"CANARY" + plain[106:]) == ["6"]
    assert untold(shared) != []
    assert untold(plain[:128] + struct.pack(">I", count - 1) + plain[132:]) != []


def test_no_profile_says_so() -> None:
    (tag,) = icc.tags(b"CANARY")
    assert tag.reveals is Reveal.UNKNOWN


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    for tag in icc.tags(bytes(36) + b"acsp" + data):
        assert len(tag.value) <= 1000
