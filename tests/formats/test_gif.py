from __future__ import annotations

import io
import random
from itertools import accumulate, pairwise
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audit.formats import gif, gif_lzw, gif_walk
from audit.formats.base import Copy, FormatError, Policy, Reveal
from tests.contracts.walker import reveals, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.plain_contract import PlainContract

SIZE = 13, 5
COLOURS = 4


def blocked(data: bytes, size: int = 255) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def cut(data: bytes, *sizes: int) -> bytes:
    """In sub-blocks of these lengths, and one of what is left."""
    ends = [*accumulate(sizes), len(data)]
    parts = [data[start:stop] for start, stop in pairwise((0, *ends))]
    return b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def bits(codes: list[tuple[int, int]]) -> bytes:
    """Codes and their widths, the first in the lowest bits."""
    value = place = 0
    for code, width in codes:
        value |= code << place
        place += width
    return value.to_bytes((place + 7) // 8, "little")


def literal(pixels: list[int], *, minimum: int = 2, end: bool = True) -> list[tuple[int, int]]:
    """Each pixel as a code of its own, with a clear code so often that their width never changes."""
    clear, width = 1 << minimum, minimum + 1
    room = (1 << minimum) - 2
    codes = []
    for number, pixel in enumerate(pixels):
        if number % room == 0:
            codes.append((clear, width))
        codes.append((pixel, width))
    return codes + ([(clear + 1, width)] if end else [])


PIXELS = random.Random(3).choices(range(3), k=SIZE[0] * SIZE[1])
CODES = literal(PIXELS)
GREEN, RED = b"\0\x90\0", b"\x90\0\0"
TABLE = RED + GREEN + b"\x10\x20\x30" + b"\0\0\0"
SCREEN = SIZE[0].to_bytes(2, "little") + SIZE[1].to_bytes(2, "little") + b"\xf1\0\0"
SIZED = bytes(4) + SCREEN[:4]


def image(data: bytes = bits(CODES), flags: int = 0, table: bytes = b"", size: int = 255) -> bytes:
    return b"," + SIZED + bytes((flags,)) + table + b"\2" + blocked(data, size)


def control(flags: int = 4, time: int = 7, index: int = 0) -> bytes:
    return b"!\xf9\4" + bytes((flags,)) + time.to_bytes(2, "little") + bytes((index, 0))


def application(name: bytes, data: bytes) -> bytes:
    return b"!\xff\x0b" + name + data


def made(*blocks: bytes, screen: bytes = SCREEN, table: bytes = TABLE, end: bytes = b";") -> bytes:
    return b"GIF89a" + screen + table + b"".join(blocks) + end


LOOP = application(b"NETSCAPE2.0", b"\3\1\5\0\0")
COMMENT = b"!\xfe" + blocked(b"CANARY")
PROFILE = application(b"ICCRGBG1012", blocked(fx.profile()))
XMP = application(b"XMP DataXMP", fx.XMP + b"\1" + bytes(range(255, -1, -1)) + b"\0")
PLAIN = made(image())
MOVING = made(LOOP, control(), image(), control(8, 9), image())


def spare(codes: list[tuple[int, int]], *more: tuple[int, int]) -> bytes:
    return bits(codes + list(more))


class TestGif(PlainContract):
    walker = gif.WALKER
    plain = PLAIN
    turned = made(PROFILE, COMMENT, image())
    told: ClassVar = {Reveal.COMMENT}

    def profile_of(self, data: bytes) -> bytes:
        source = fx.reader(data)
        found = [s for s in gif_walk.segments(source) if s.name == gif_walk.PROFILE]
        return b"".join(b"".join(gif_walk.data(source, s.start + 14, s.stop)) for s in found)

    samples: ClassVar = {
        "comment": made(COMMENT, image()),
        "comment before the end": made(image(), COMMENT),
        "comment between control and image": made(control(), COMMENT, image()),
        "plain text": made(b"!\x01\x0c" + bytes(12) + blocked(b"CANARY"), image()),
        "xmp": made(XMP, image()),
        "xmp in sub-blocks": made(application(b"XMP DataXMP", blocked(fx.XMP)), image()),
        "iptc": made(application(b"MGK8BIM0000", blocked(fx.PHOTOSHOP)), image()),
        "c2pa": made(application(b"C2PA_GIF\1\0\0", blocked(b"CANARY")), image()),
        "unknown application": made(application(b"CANARY 1.0\0", blocked(b"CANARY")), image()),
        "unknown extension": made(b"!\xce" + blocked(b"CANARY"), image()),
        "odd application": made(b"!\xff\5CANAR" + blocked(b"CANARY"), image()),
        "control with more": made(b"!\xf9\x0a\4\7\0\0CANARY\0", image()),
        "control with a second sub-block": made(b"!\xf9\4\4\7\0\0\6CANARY\0", image()),
        "lone control": made(image(), b"!\xf9\4CANA\0"),
        "two controls": made(b"!\xf9\4\0ANA\0", control(), image()),
        "short control": made(b"!\xf9\3CAN\0", image()),
        "loop with more": made(application(b"NETSCAPE2.0", b"\x09\1\5\0CANARY\6CANARY\0"), image()),
        "loop that is none": made(application(b"NETSCAPE2.0", b"\6CANARY\0"), image()),
        "profile that is none": made(application(b"ICCRGBG1012", blocked(b"CANARY" * 30)), image()),
        "second profile": made(PROFILE, application(b"ICCRGBG1012", blocked(b"CANARY" * 30)), image()),
        "behind the end code": made(image(bits(CODES) + b"CANARY")),
        "sub-block behind the end code": made(image(bits(CODES))[:-1] + b"\6CANARY\0"),
        "codes behind the last pixel": made(image(spare(CODES[:-1]) + b"CANARY")),
        "behind": PLAIN + b"CANARY",
        "another behind": PLAIN + made(COMMENT, image()),
        "junk between": made(image(), b"CANARY", image()),
        "cut comment": made(image(), b"!\xfe\x40CANARY", end=b""),
        "unused colour": made(image(), screen=SCREEN[:4] + b"\xf2\0\0", table=TABLE + b"CANARY" + bytes(6)),
        "unused table": made(image(flags=0x81, table=TABLE), table=b"CANARYCANARY"),
        "unused local colour": made(image(flags=0x82, table=TABLE + b"CANARY" + bytes(6))),
    }
    odd: ClassVar = {
        "loop with buffering": made(application(b"NETSCAPE2.0", b"\3\1\5\0\5\2CANA\0"), image()),
        "no end": made(image(), end=b""),
        "no terminator": made(image()[:-1], end=b""),
        "no end code": made(image(bits(CODES[:-1]))),
        "dirty bits": made(image(spare(CODES, (1, 2)))),
        "reserved bits": made(control(0xE4), image(flags=0x18)),
        "meaningless index": made(control(4, 7, 99), image()),
        "table bits without a table": made(image(flags=0x27)),
        "two loops": made(LOOP, application(b"NETSCAPE2.0", b"\3\1\6\0\0"), image()),
        "background that nobody sees": made(image(), screen=SCREEN[:5] + b"\3\0"),
        "colour of a background that nobody sees": made(
            image(), screen=SCREEN[:5] + b"\3\0", table=TABLE[:9] + b"CAN"
        ),
        "transparent colour of no pixel": made(control(5, 7, 67), image()),
        "resolution and order of colours": made(
            image(flags=0xA1, table=TABLE), screen=SCREEN[:4] + b"\xc9\0\0"
        ),
        "waiting for a key": made(control(6), image()),
        "disposal that is none": made(control(0x14), image()),
        "lengths of sub-blocks": made(image()[:11] + cut(bits(CODES), 6, 7, 5)),
        "cut behind the picture": made(image(), b"!\xce\5ab", end=b""),
    }
    refused = frozenset({"short control"})
    broken: ClassVar = {
        "header only": b"GIF89a",
        "no picture": made(),
        "cut table": b"GIF89a" + SCREEN + b"abc",
        "cut descriptor": made(image(), b",abc", end=b""),
        "cut codes": made(b"," + SIZED + b"\0\2\x40abc", end=b""),
        "no codes": made(b"," + SIZED + b"\0", end=b""),
        "cut later": made(image(), image()[:-8], end=b""),
        "impossible code size": made(b"," + SIZED + b"\0\x0c\1\0\0"),
        "unknown code": made(image(bits([(4, 3), (7, 3)]))),
        "unknown code later": made(image(bits([(4, 3), (0, 3), (7, 3)]))),
    }


def test_a_moving_picture_stays_as_it_is() -> None:
    assert scrubbed(gif.WALKER, MOVING) == MOVING
    assert shown(MOVING)[:2] == [5, 2]


@pytest.mark.parametrize("mode", ["P", "L", "1", "RGB"])
def test_pillows_own(mode: str) -> None:
    data = fx.saved(fx.picture(mode, (61, 47)), "GIF")
    assert shown(scrubbed(gif.WALKER, data)) == shown(data)


def test_pillows_own_moving() -> None:
    frames = [fx.picture("P", seed=n) for n in range(2, 9)]
    data = fx.saved(
        frames[0],
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[10 * n for n in range(1, 8)],
        loop=3,
        disposal=2,
        transparency=0,
    )
    assert shown(scrubbed(gif.WALKER, data)) == shown(data)


def test_a_greyscale_without_all_its_greys_stays_one() -> None:
    grey = Image.frombytes("L", (16, 4), bytes(range(0, 128, 2)))
    data = fx.saved(grey, "GIF", optimize=False)
    full = b"GIF89a" + data[6:10] + b"\xf7\0\0" + bytes(n // 3 for n in range(768)) + data[13 + 768 :]
    clean = scrubbed(gif.WALKER, full)
    assert Image.open(io.BytesIO(clean)).mode == "L"
    assert shown(clean) == shown(full)


SEEN: dict[str, tuple[bytes, ...]] = {
    "beside": (b"," + b"\1" + image()[2:],),
    "below": (b"," + bytes(2) + b"\1" + image()[4:],),
    "left": (b"," + SIZED[:4] + b"\x0c" + SIZED[5:] + b"\0\2" + blocked(bits(literal(PIXELS[:60]))),),
    "through": (control(5, 7, 1), image()),
    "disposed": (control(8), image(), image()),
    "put back": (control(12), image(), image()),
}


@pytest.mark.parametrize("how", SEEN)
def test_a_background_that_is_seen_keeps_its_colour(how: str) -> None:
    table = TABLE[:9] + b"abcdef" + bytes(9)
    data = made(*SEEN[how], screen=SCREEN[:4] + b"\xf2\3\0", table=table)
    clean = scrubbed(gif.WALKER, data)
    assert clean[11] == 3
    assert b"abc\0\0\0" in clean
    assert shown(clean) == shown(data)


def test_a_transparent_colour_that_pixels_have_stays() -> None:
    data = made(control(5, 7, 2), image())
    assert scrubbed(gif.WALKER, data) == data
    wide, table = SCREEN[:4] + b"\xf2\0\0", TABLE + bytes(12)
    spare = made(control(5, 7, 6), image(), screen=wide, table=table)
    assert scrubbed(gif.WALKER, spare) == made(control(5, 7, 3), image(), screen=wide, table=table)
    assert scrubbed(gif.WALKER, made(control(5, 7, 99), image())) == made(control(5, 7, 255), image())


def test_a_screen_without_colours_says_nothing_of_them() -> None:
    data = made(image(flags=0x81, table=TABLE), screen=SCREEN[:4] + b"\x7f\x43\0", table=b"")
    assert scrubbed(gif.WALKER, data)[10:13] == b"\x70\0\0"


@pytest.mark.parametrize("size", [1, 2, 5, 254])
def test_sub_blocks_stay_as_they_are(size: int) -> None:
    data = made(image(size=size))
    assert scrubbed(gif.WALKER, data) == data


@pytest.mark.parametrize("size", [1, 2, 5, 254])
@pytest.mark.parametrize("more", [0, 1, 300])
def test_codes_end_with_the_end_code(size: int, more: int) -> None:
    data = made(image(bits(CODES[:-1]) + b"\xaa" * more, size=size))
    clean = scrubbed(gif.WALKER, data)
    assert shown(clean) == shown(data)
    assert scrubbed(gif.WALKER, clean) == clean
    assert b"\xaa" not in clean


def test_a_picture_with_too_few_pixels_stays_one() -> None:
    data = made(image(bits(CODES[:20])))
    clean = scrubbed(gif.WALKER, data)
    assert scrubbed(gif.WALKER, clean) == clean
    source = fx.reader(clean)
    place = next(s for s in gif_walk.segments(source) if s.name == "image data")
    assert clean[place.start + 2 :].startswith(bits(CODES[:20])[:7])


def test_an_image_without_pixels_has_no_room() -> None:
    data = made(image(), b"," + bytes(8) + b"\0\2" + blocked(b"CANARY"))
    clean = made(image(), b"," + bytes(8) + b"\0\2\1\5\0")
    assert scrubbed(gif.WALKER, data) == clean
    for place in (b"CANA\0\0RY", b"CANARY\0\0"):
        there = made(image(), b"," + place + b"\0\2" + blocked(b"CANARY"))
        assert scrubbed(gif.WALKER, there) == clean


def test_a_profile_is_cut_into_sub_blocks_of_one_length() -> None:
    cut = fx.profile()[:100], fx.profile()[100:300], fx.profile()[300:]
    data = b"".join(blocked(part)[:-1] for part in cut) + b"\0"
    assert scrubbed(gif.WALKER, made(application(b"ICCRGBG1012", data), image())) == made(PROFILE, image())


def test_what_cannot_be_a_block_at_the_end_goes() -> None:
    assert scrubbed(gif.WALKER, made(image(), b"!", end=b"")) == PLAIN


def test_a_full_sub_block_takes_its_end_code_into_the_next() -> None:
    pixels = [n % 3 for n in range(680 // 4 * 3)]
    codes = literal(pixels, end=False)
    while len(codes) * 3 < 255 * 8:
        pixels.append(1)
        codes = literal(pixels, end=False)
    width = len(pixels)
    screen = width.to_bytes(2, "little") + b"\1\0" + SCREEN[4:]
    data = made(
        b"," + bytes(4) + screen[:4] + b"\0\2" + blocked(bits(codes)[:255]),
        screen=screen,
    )
    clean = scrubbed(gif.WALKER, data)
    assert b"\xff" + bits(codes)[:254] in clean
    assert scrubbed(gif.WALKER, clean) == clean


def test_a_loop_behind_the_first_image_stays_if_it_is_the_only_one() -> None:
    late = made(image(), LOOP, image())
    assert scrubbed(gif.WALKER, late) == late
    assert scrubbed(gif.WALKER, made(LOOP, image(), LOOP, image())) == made(LOOP, image(), image())


def test_both_kinds_of_loop_stay() -> None:
    other = application(b"ANIMEXTS1.0", b"\3\1\0\0\0")
    data = made(LOOP, other, image())
    assert scrubbed(gif.WALKER, data) == data


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("comment", Reveal.COMMENT),
        ("plain text", Reveal.COMMENT),
        ("xmp", Reveal.PERSON),
        ("xmp in sub-blocks", Reveal.LOCATION),
        ("iptc", Reveal.OWNER),
        ("c2pa", Reveal.PROVENANCE),
        ("unknown application", Reveal.UNKNOWN),
        ("lone control", Reveal.UNKNOWN),
        ("junk between", Reveal.UNKNOWN),
        ("another behind", Reveal.TRAILER),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(gif.WALKER, TestGif.samples[sample])


def test_names_of_applications_are_words() -> None:
    data = made(application(b"\x1b[2Jabcdefg", b"\0"), image())
    assert "application/unknown" in {s.name for s in gif_walk.segments(fx.reader(data))}


def test_a_comment_is_read() -> None:
    assert ("Comment", "CANARY") in {(t.name, t.value) for t in tags(gif.WALKER, made(COMMENT, image()))}


def test_many_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gif_walk, "MOST_BLOCKS", 9)
    with pytest.raises(FormatError, match="too many"):
        gif.WALKER.segments(fx.reader(made(*[image()] * 9)))


def test_clear_codes_in_all_images_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some writers never compress: each pixel is a code, with a clear code so often that the width stays."""
    data = made(image(), image())
    monkeypatch.setattr(gif_lzw, "MOST_CLEARED", 2 * sum(code == 4 for code, _ in CODES))
    assert scrubbed(gif.WALKER, data) == data
    monkeypatch.setattr(gif_lzw, "MOST_CLEARED", 2 * sum(code == 4 for code, _ in CODES) - 1)
    with pytest.raises(FormatError, match="cannot be unpacked"):
        scrubbed(gif.WALKER, data)


def test_not_a_gif() -> None:
    with pytest.raises(FormatError):
        gif.WALKER.segments(fx.reader(b"GIF88a"))


@settings(max_examples=300, deadline=None)
@given(
    data=st.binary(min_size=1, max_size=3000),
    colours=st.sampled_from([2, 4, 16, 256]),
    cut=st.integers(1, 40),
)
def test_lzw_of_pillow_is_followed_to_its_end(data: bytes, colours: int, cut: int) -> None:
    """However the codes are cut into parts, they end where the picture does, with the colours that it has."""
    pixels = bytes(value % colours for value in data)
    picture = Image.frombytes("L", (len(pixels), 1), pixels)
    encoded = fx.saved(picture, "GIF", optimize=False)
    source = fx.reader(encoded)
    place = next(s for s in gif_walk.segments(source) if s.name == "image data")
    codes = b"".join(gif_walk.data(source, place.start + 1, place.stop))
    parts = (codes[at : at + cut] for at in range(0, len(codes), cut))
    end = gif_lzw.scan(parts, encoded[place.start], len(pixels), 0)
    assert end.whole
    assert (end.bits + end.width + 7) // 8 == len(codes)
    assert end.used == sum(1 << value for value in set(pixels))


def test_long_pictures_are_followed() -> None:
    """A table that is full, clear codes, sub-blocks in their thousands."""
    noise = random.Random(5).randbytes(640 * 480)
    data = bytearray(fx.saved(Image.frombytes("L", (640, 480), noise), "GIF"))
    data[10] |= 0x70
    source = fx.reader(bytes(data))
    assert list(gif.WALKER.plan(source, gif.WALKER.segments(source), Policy())) == [Copy(0, len(data))]


@pytest.mark.parametrize("disposal", range(8))
def test_a_reserved_disposal_says_nothing_of_the_background(disposal: int) -> None:
    """Found by fuzzing: it became none in the result, where the colour of the background is then seen nowhere."""
    screen = "0d000500f10000" + "900000001090000000000000"
    image = f"21f904{disposal << 2:02x}07000000" + "2c000000000d000500000201290000"
    clean = scrubbed(gif.WALKER, bytes.fromhex("474946383961" + screen + image + "3b"))
    assert scrubbed(gif.WALKER, clean) == clean
