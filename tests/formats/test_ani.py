"""Animated cursors: what stands beside their icons goes, and the icons are cleaned as they would be by themselves."""

from __future__ import annotations

import io
import struct
from typing import ClassVar

import pytest
from PIL import Image

from audit.formats import ani, ico
from audit.formats.base import FormatError, Policy, Reveal
from tests.contracts.walker import reveals, scrubbed, tags
from tests.formats import fixtures as fx
from tests.formats.fixtures import CANARY
from tests.formats.plain_contract import PlainContract
from tests.formats.test_ico import CUT_OUT, DEEP, INDEXED, MASK, PNG, SIDE, SMOOTH, frames, info, made


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def anih(
    count: int, steps: int = 0, *, rate: int = 10, flags: int = 1, size: int = 36, more: bytes = bytes(16)
) -> bytes:
    body = struct.pack("<III", size, count, steps or count) + more + struct.pack("<II", rate, flags)
    return chunk(b"anih", body)


ICONS = (made(SMOOTH, kind=2), made(CUT_OUT, PNG, kind=2), made(INDEXED))


def listed(*icons: bytes) -> bytes:
    return chunk(b"LIST", b"fram" + b"".join(chunk(b"icon", icon) for icon in icons))


def cursor(*parts: bytes) -> bytes:
    return chunk(b"RIFF", b"ACON" + b"".join(parts))


def said(kind: bytes, *numbers: int) -> bytes:
    return chunk(kind, struct.pack(f"<{len(numbers)}I", *numbers))


def words(**told: bytes) -> bytes:
    return chunk(b"LIST", b"INFO" + b"".join(chunk(name.encode(), text) for name, text in told.items()))


FRAMES = listed(*ICONS)
ORDER = said(b"seq ", 0, 1, 2, 1)
RATES = said(b"rate", 10, 20, 10, 30)
PLAIN = cursor(anih(3, 4, flags=3), RATES, ORDER, FRAMES)
NAMES = words(INAM=b"a cursor\0", IART=b"Jane CANARY\0", ISFT=b"CANARY Studio\0", IODD=b"CANARY")
PROFILED = fx.saved(fx.picture("RGBA", (SIDE, SIDE)), "PNG", icc_profile=fx.profile())


def icons(data: bytes) -> list[bytes]:
    """Those of a cursor, found with as little of the walker as possible."""
    found, at = [], data.index(b"fram") + 4
    while (kind := data[at : at + 4]) in {b"icon", b"what"}:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found += [data[at + 8 : at + 8 + size]] * (kind == b"icon")
        at += 8 + size + size % 2
    return found


class TestAni(PlainContract):
    walker = ani.WALKER
    plain = PLAIN
    turned = cursor(NAMES, anih(1), listed(made(fx.png_with(PROFILED, (b"tEXt", b"Author\0CANARY")))))
    told: ClassVar = {Reveal.OWNER, Reveal.SOFTWARE, Reveal.COMMENT}
    samples: ClassVar = {
        "names": cursor(NAMES, anih(3), FRAMES),
        "names behind": cursor(anih(3), FRAMES, NAMES),
        "what is shown in its place": cursor(chunk(b"DISP", b"\1\0\0\0CANARY"), anih(3), FRAMES),
        "unknown": cursor(anih(3), chunk(b"what", CANARY), FRAMES),
        "unknown list": cursor(anih(3), chunk(b"LIST", b"what" + CANARY), FRAMES),
        "unknown among frames": cursor(
            anih(1), chunk(b"LIST", b"fram" + chunk(b"what", CANARY) + chunk(b"icon", ICONS[0]))
        ),
        "behind": PLAIN + CANARY,
        "behind the header": cursor(chunk(b"anih", anih(3)[8:] + CANARY), FRAMES),
        "behind the rates": cursor(anih(3), chunk(b"rate", RATES[8:20] + CANARY), FRAMES),
        "behind the sequence": cursor(anih(3, 4, flags=3), chunk(b"seq ", ORDER[8:] + CANARY), FRAMES),
        "reserved": cursor(anih(3, more=b"a CANARY".ljust(16, b"\0")), FRAMES),
        "frame that is not shown": cursor(anih(1), listed(ICONS[0], made(SMOOTH + CANARY))),
        "behind a frame": cursor(anih(1), listed(ICONS[0] + CANARY)),
        "text in a frame": cursor(anih(1), listed(made(fx.png_with(PNG, (b"tEXt", b"Author\0CANARY"))))),
        "cut behind the frames": cursor(anih(3), FRAMES, b"LIST\xff\0\0\0INFO" + CANARY),
    }
    odd: ClassVar = {
        "padding": cursor(anih(1), b"LIST\x05\0\0\0what\0C", FRAMES),
        "size of the header": cursor(anih(3, size=67), FRAMES),
        "flags": cursor(anih(3, flags=0x43414E01), FRAMES),
        "steps without a sequence": cursor(anih(3, 67), FRAMES),
        "impossible rate": cursor(anih(3, rate=0x414E4143), FRAMES),
        "impossible rates": cursor(anih(3), said(b"rate", 9, 0x414E4143, 9), FRAMES),
        "more steps than there are": cursor(anih(3, 67, flags=3), ORDER, FRAMES),
        "more frames than there are": cursor(anih(67), FRAMES),
        "sequence behind the frames": cursor(anih(3, 4, flags=3), FRAMES, ORDER),
        "mask nobody looks at": cursor(anih(1), listed(made(info(32) + DEEP + MASK))),
        "length of nothing": PLAIN[:4] + b"\xff\xff\xff\xff" + PLAIN[8:],
    }
    broken: ClassVar = {
        "header only": PLAIN[:12],
        "short": b"RIFF\1\0\0\0ACON",
        "no header": cursor(FRAMES),
        "two headers": cursor(anih(3), anih(3), FRAMES),
        "short header": cursor(chunk(b"anih", bytes(8)), FRAMES),
        "no frames": cursor(anih(3)),
        "no icons": cursor(anih(3), listed()),
        "two lists": cursor(anih(3), FRAMES, FRAMES),
        "raw pictures": cursor(anih(3, flags=0), FRAMES),
        "no icon": cursor(anih(1), listed(b"no icon at all")),
        "cut": PLAIN[:-40],
        "cut in a frame": cursor(anih(3), chunk(b"LIST", FRAMES[8:-40])),
        "step of no frame": cursor(anih(3, 4, flags=3), said(b"seq ", 0, 1, 2, 3), FRAMES),
        "cut icon": cursor(anih(1), listed(ICONS[2][:-9])),
    }

    def profile_of(self, data: bytes) -> bytes:
        return Image.open(io.BytesIO(icons(data)[0])).ico.frame(0).info.get("icc_profile") or b""

    def test_same_picture(self) -> None:
        """Pillow opens no cursors as it opens icons."""
        for name, data in self.every().items():
            before, after = icons(data), icons(scrubbed(self.walker, data))
            assert after == [scrubbed(ico.WALKER, icon) for icon in before[: len(after)]], name
            for was, now in zip(before, after, strict=False):
                assert frames(b"\0\0\1" + now[3:]) == frames(b"\0\0\1" + was[3:]), name

    def test_size_and_preview(self) -> None:
        source = fx.reader(self.turned)
        found = self.walker.segments(source)
        assert (
            self.walker.size(source, found) == self.walker.size(source, self.walker.header(source)) == (8, 8)
        )
        assert self.walker.thumbnail(source, found) is None
        assert self.walker.size(fx.reader(PLAIN[:12]), self.walker.segments(fx.reader(PLAIN[:12]))) is None

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        assert scrubbed(self.walker, self.plain, Policy(frozenset())) == self.plain


def test_the_place_of_what_is_wrong_in_a_frame() -> None:
    with pytest.raises(FormatError) as caught:
        scrubbed(ani.WALKER, cursor(anih(2), listed(ICONS[0], b"no icon at all")))
    assert caught.value.offset == 12 + 44 + 12 + 8 + len(ICONS[0]) + 8


def test_what_it_says() -> None:
    told = {tag.name: tag for tag in tags(ani.WALKER, cursor(NAMES, anih(3), FRAMES))}
    assert told["IART"].value == "Jane CANARY"
    assert told["IART"].reveals is Reveal.OWNER
    assert told["INAM"].value == "a cursor"
    inside = cursor(anih(1), listed(made(fx.png_with(PNG, (b"tEXt", b"Author\0CANARY")))))
    assert reveals(ani.WALKER, inside) == reveals(ico.WALKER, icons(inside)[0])


@pytest.mark.parametrize(("told", "expected"), [((10, 20), (10, 20, 7)), ((1, 2, 3, 4), (1, 2, 3)), ((), ())])
def test_there_are_as_many_rates_as_steps(told: tuple[int, ...], expected: tuple[int, ...]) -> None:
    rates = said(b"rate", *told) if told else b""
    after = said(b"rate", *expected) if expected else b""
    clean = cursor(anih(3, rate=7), after, FRAMES)
    assert scrubbed(ani.WALKER, cursor(anih(3, rate=7), rates, FRAMES)) == clean
