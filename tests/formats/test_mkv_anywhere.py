"""Words in every element of Matroska, in every master that stays: none is left, and no frame moves."""

from __future__ import annotations

import pytest

from audit.formats import mkv
from audit.formats.base import FormatError
from tests.contracts.walker import scrubbed
from tests.formats.fixtures import CANARY
from tests.formats.mkv_builder import MASTERS, el, num, parts, picture, real, sound
from tests.formats.mkv_samples import ENCODED, added, grouped, played, with_cluster

# Masters that playing needs, by what stands in them; CuePoint and Seek are looked into as wholes.
FULL = with_cluster(
    grouped(added(b"\x86opacity", num(0xEE, 1)), num(0x9B, 40)),
    tracks=picture(
        ENCODED,
        el(0xE2, el(0xE3, el(0xE4, num(0xE5, 1), num(0xE6, 0))), el(0xE9, num(0xED, 1))),
        el(0x41E4, num(0x41E7, 0x64766343), el(0x41ED, b"\1\0\x0a\x45\x10" + bytes(19))),
        codec=b"V_VP9",
        video=el(
            0xE0,
            num(0xB0, 16),
            num(0xBA, 16),
            num(0x53C0, 1),
            el(0x55B0, num(0x55B1, 9), el(0x55D0, real(0x55D1, 0.7))),
            el(0x7670, num(0x7671, 1), el(0x7672, bytes(20))),
        ),
    )
    + sound(),
)
# Every element of RFC 9559 and its annex, RFC 8794, and one that nobody knows.
KNOWN = """1A45DFA3 4286 42F7 42F2 42F3 4282 4287 4285 4281 4283 4284 EC BF 1B538667 18538067 114D9B74 4DBB 53AB 53AC 1549A966 73A4
7384 3CB923 3C83AB 3EB923 3E83BB 4444 6924 69FC 69BF 69A5 2AD7B1 4489 4461 7BA9 4D80 5741 1F43B675 E7 5854 58D7 A7 AB A3 A0 A1
A2 75A1 A6 A5 EE 9B FA FB FD A4 75A2 8E E8 CC CD CB CE CF C8 C9 CA AF 1654AE6B AE D7 73C5 83 B9 88 55AA 55AB 55AC 55AD 55AE 55AF 9C
6DE7 6DF8 23E383 234E7A 23314F 537F 55EE 41E4 41F0 41A4 41E7 41ED 536E 22B59C 22B59D 86 63A2 258688 7446 3A9697 3B4040 26B240
AA 6FAB 56AA 56BB 6624 66FC 66BF 66A5 E0 9A 9D 53B8 53C0 53B9 B0 BA 54AA 54BB 54CC 54DD 54B0 54BA 54B2 54B3 2EB524 2FB523
2383E3 55B0 55B1 55B2 55B3 55B4 55B5 55B6 55B7 55B8 55B9 55BA 55BB 55BC 55BD 55D0 55D1 55D5 55DA 7670 7671 7672 7673 7674 7675
E1 B5 78B5 9F 7D7B 6264 52F1 E2 E3 E4 E5 E6 E9 ED C0 C1 C6 C7 C4 6D80 6240 5031 5032 5033 5034 4254 4255 5035 47E1 47E2 47E7 47E8
47E3 47E4 47E5 47E6 1C53BB6B BB B3 B7 F7 F1 F0 B2 5378 EA DB 96 97 535F EB 1941A469 61A7 467E 466E 4660 465C 46AE 4675 4661
4662 1043A770 45B9 45BC B6 1254C367 7373 63C0 67C8 45A3 4487 4485 5AAA"""
INSIDE = MASTERS | {0x55B0, 0x55D0, 0x7670, 0xE2, 0xE3, 0xE4, 0xE9, 0x6D80, 0x6240, 0x5034, 0x41E4}
# What belongs to the pictures themselves, and is only allowed where FULL has it already: opacity, what frames share.
SHARED = {(0x5034, 0x4255), (0xA6, 0xA5), (0xA0, 0xA1)}


def put(data: bytes, into: int, more: bytes, *, first: bool) -> bytes:
    """`data` with `more` behind all else in each master of that kind, and also before it. Places are not told anew."""

    def made(some: list[tuple[int, bytes]]) -> bytes:
        return b"".join(one(kind, body) for kind, body in some)

    def one(kind: int, body: bytes) -> bytes:
        if kind not in INSIDE:
            return el(kind, body)
        inner = made(parts(body))
        return el(kind, (more if first else b"") + inner + more if kind == into else inner)

    return made(parts(data))


@pytest.mark.parametrize("into", sorted(INSIDE - {0x4DBB, 0xBB, 0xB7}), ids=hex)
def test_words_in_any_element_anywhere(into: int) -> None:
    assert scrubbed(mkv.WALKER, FULL) == FULL
    for kind in (int(each, 16) for each in KNOWN.split()):
        data = put(FULL, into, el(kind, CANARY * 3), first=(into, kind) not in SHARED)
        assert CANARY in data
        try:
            clean = scrubbed(mkv.WALKER, data)
        except FormatError:
            continue
        assert CANARY not in clean, f"{kind:x} in {into:x}"
        assert played(clean) == played(data) or kind in {0x86, 0xD7, 0x83}, f"{kind:x} in {into:x}"
        assert scrubbed(mkv.WALKER, clean) == clean
