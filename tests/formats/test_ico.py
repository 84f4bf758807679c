from __future__ import annotations

import io
import random
import struct
from typing import ClassVar

import pytest
from PIL import Image

from audit.formats import ico, ico_walk
from audit.formats.base import FormatError, Reveal
from tests.contracts.walker import reveals, scrubbed
from tests.formats import fixtures as fx
from tests.formats.plain_contract import PlainContract

SIDE = 8
CHANCE = random.Random(4)


def info(bits: int, kind: int = 0, image: int = 0, colours: int = 0) -> bytes:
    return struct.pack("<IiiHHIIiiII", 40, SIDE, 2 * SIDE, 1, bits, kind, image, 0, 0, colours, 0)


MASK = b"".join(bytes((CHANCE.randrange(256), 0, 0, 0)) for _ in range(SIDE))
CLEAR = bytes(len(MASK))
DEEP = bytes(CHANCE.randrange(1, 256) for _ in range(4 * SIDE * SIDE))
FLAT = bytes(0 if n % 4 == 3 else value for n, value in enumerate(DEEP))
RGB = bytes(CHANCE.randrange(256) for _ in range(3 * SIDE * SIDE))
TABLE = b"\1\2\3\0\4\5\6\0\7\x08\x09\0"
EIGHT = bytes(CHANCE.randrange(3) for _ in range(SIDE * SIDE))

SMOOTH = info(32) + DEEP + CLEAR
CUT_OUT = info(24) + RGB + MASK
INDEXED = info(8) + TABLE + bytes(253 * 4) + EIGHT + MASK
PNG = fx.saved(fx.picture("RGBA", (SIDE, SIDE)), "PNG")
LONG = fx.png_with(PNG, (b"tEXt", b"Author\0CANARY"))


def entry(
    size: int, start: int, bits: int = 32, side: int = SIDE, reserved: int = 0, planes: int = 1
) -> bytes:
    return struct.pack("<BBBBHHII", side, side, 0, reserved, planes, bits, size, start)


def made(*pictures: bytes, kind: int = 1, behind: bytes = b"", gap: bytes = b"", **more: int) -> bytes:
    at = 6 + 16 * len(pictures) + len(gap)
    directory = b""
    for picture in pictures:
        bits = 32 if picture[:1] == b"\x89" else picture[14]
        directory += entry(len(picture), at, **{"bits": bits, **more})
        at += len(picture)
    return struct.pack("<HHH", 0, kind, len(pictures)) + directory + gap + b"".join(pictures) + behind


def counted(data: bytes, count: int) -> bytes:
    """With so many colours in the first entry of the directory."""
    return data[:8] + bytes((count,)) + data[9:]


FOUR = info(4, colours=3) + TABLE + bytes(SIDE * 4) + CLEAR
PLAIN = made(PNG, SMOOTH, CUT_OUT, INDEXED)


def frames(data: bytes) -> list[object]:
    """Every picture of an icon as Pillow shows it."""
    image = Image.open(io.BytesIO(data))
    pictures = [image.ico.frame(n) for n in range(len(image.ico.entry))]
    return [(picture.mode, picture.size, picture.tobytes()) for picture in pictures]


class TestIco(PlainContract):
    walker = ico.WALKER
    plain = PLAIN
    turned = made(
        fx.saved(fx.picture("RGBA", (SIDE, SIDE)), "PNG", icc_profile=fx.profile(), exif=fx.exif()), SMOOTH
    )
    told: ClassVar = {
        Reveal.LOCATION,
        Reveal.TIME,
        Reveal.DEVICE,
        Reveal.SERIAL,
        Reveal.OWNER,
        Reveal.THUMBNAIL,
        Reveal.SOFTWARE,
        Reveal.COMMENT,
        Reveal.UNKNOWN,
    }

    def profile_of(self, data: bytes) -> bytes:
        return Image.open(io.BytesIO(data)).ico.frame(0).info.get("icc_profile") or b""

    def test_reading_tells_place_time_camera_and_person(self) -> None:
        assert reveals(self.walker, self.turned) >= self.told - {Reveal.UNKNOWN, Reveal.COMMENT}

    def test_time_stays_if_asked_for_and_nothing_else(self) -> None:
        """As in any PNG: the icon's pictures are cleaned by its walker."""
        super(PlainContract, self).test_time_stays_if_asked_for_and_nothing_else()

    def test_place_stays_if_asked_for_and_nothing_else(self) -> None:
        super(PlainContract, self).test_place_stays_if_asked_for_and_nothing_else()

    samples: ClassVar = {
        "text in a PNG": made(LONG),
        "text in a PNG that says it is shorter": made(LONG).replace(entry(len(LONG), 22), entry(50, 22)),
        "behind a PNG": made(PNG + b"CANARY", SMOOTH),
        "behind": PLAIN + b"CANARY",
        "gap": made(SMOOTH, gap=b"CANARY"),
        "gap between": made(SMOOTH, PNG + bytes(6))
        .replace(PNG + bytes(6), b"CANARY" + PNG)
        .replace(entry(len(PNG) + 6, 38 + len(SMOOTH)), entry(len(PNG), 44 + len(SMOOTH))),
        "behind a mask": made(SMOOTH + b"CANARY"),
        "behind a short mask": made(info(24) + RGB + bytes(2 * SIDE)) + b"CANARY",
        "too long a palette": made(
            info(8, colours=258) + TABLE + bytes(253 * 4) + b"CANARYXX" + EIGHT + MASK
        ),
        "unused colours": made(info(8) + TABLE + b"CANARY\0\0" + bytes(251 * 4) + EIGHT + MASK),
        "behind a second mask": made(INDEXED, SMOOTH + b"CANARY"),
    }
    odd: ClassVar = {
        "mask nobody looks at": made(info(32) + DEEP + MASK),
        "padding of a mask": made(info(24) + RGB + b"\xf0CAN" * SIDE),
        "reserved": made(SMOOTH, reserved=67),
        "planes": made(SMOOTH, planes=0x4143),
        "important": made(SMOOTH[:36] + b"CANA" + SMOOTH[40:]),
        "first colour": made(info(8) + b"CAN\0" + TABLE[4:] + bytes(253 * 4) + b"\1" * (SIDE * SIDE) + MASK),
        "density": made(SMOOTH[:24] + b"CA\0\0NA\0\0" + SMOOTH[32:]),
        "number of colours": counted(made(PNG, SMOOTH), 67),
        "number of colours of a palette": counted(made(FOUR), 67),
        "image size": made(info(32, image=0x41414141) + DEEP + CLEAR),
    }
    broken: ClassVar = {
        "header only": PLAIN[:4],
        "no pictures": made(),
        "cut directory": PLAIN[:20],
        "cut": PLAIN[:-30],
        "cut PNG": made(PNG[:-40]),
        "cut bitmap": made(SMOOTH[:90]),
        "cut mask": made(CUT_OUT[:-4]),
        "no mask": made(info(24) + RGB),
        "no bitmap": made(b"\x29\0\0\0" + bytes(60)),
        "runs": made(info(8, 1) + TABLE + bytes(253 * 4) + EIGHT + MASK),
        "in the directory": made(SMOOTH).replace(entry(len(SMOOTH), 22), entry(len(SMOOTH), 20)),
        "behind the end": made(SMOOTH).replace(entry(len(SMOOTH), 22), entry(9, 9999)),
        "nothing": made(SMOOTH).replace(entry(len(SMOOTH), 22), entry(0, 22)),
    }

    def test_told_by_its_content(self) -> None:
        super().test_told_by_its_content()
        assert not ico.WALKER.sniff(self.broken["nothing"])
        assert not ico.WALKER.sniff(b"\0\0\1\0")

    def test_same_picture(self) -> None:
        for name, data in self.every().items():
            if name not in {"behind a mask", "too long a palette", "behind", "behind a second mask"}:
                assert frames(scrubbed(ico.WALKER, data)) == frames(data), name


@pytest.mark.parametrize(
    "data",
    [
        made(SMOOTH),
        made(CUT_OUT),
        made(INDEXED),
        made(info(32) + FLAT + MASK),
        made(info(32) + DEEP),
        made(info(32, image=len(DEEP)) + DEEP + CLEAR),
        made(info(32, image=len(DEEP + CLEAR)) + DEEP + CLEAR),
        made(info(32, 3) + struct.pack("<III", 0xFF0000, 0xFF00, 0xFF) + FLAT + MASK),
        made(info(1) + b"\1\2\3\0\4\5\6\0" + MASK + MASK),
        made(SMOOTH, kind=2, bits=3, planes=7),
        made(SMOOTH, bits=0),
        made(info(32) + DEEP + MASK, bits=0),
        made(info(32) + DEEP + MASK, bits=24),
    ],
)
def test_every_kind_stays_as_it_is(data: bytes) -> None:
    assert scrubbed(ico.WALKER, data) == data


@pytest.mark.parametrize("form", ["png", "bmp"])
def test_pillows_own(form: str) -> None:
    data = fx.saved(
        fx.picture("RGBA", (64, 64)), "ICO", bitmap_format=form, sizes=[(16, 16), (48, 48), (33, 33)]
    )
    assert frames(scrubbed(ico.WALKER, data)) == frames(data)
    assert len(frames(data)) == 3


def test_a_mask_is_where_the_colours_end() -> None:
    """Pillow looks for it at the end of the picture."""
    assert scrubbed(ico.WALKER, TestIco.samples["behind a mask"]) == made(SMOOTH)
    assert scrubbed(ico.WALKER, made(CUT_OUT + b"CANARY")) == made(CUT_OUT)


@pytest.mark.parametrize("behind", [b"", b"CANARY"])
def test_a_mask_of_rows_that_are_not_padded_stays_as_short_as_it_is(behind: bytes) -> None:
    """FFmpeg, netpbm and Pillow write it so; nothing of it is set, and viewers look for it where it ends."""
    short = made(info(24) + RGB + bytes(2 * SIDE), SMOOTH)
    assert scrubbed(ico.WALKER, short + behind) == short


def test_a_picture_that_two_entries_share_stays_shared() -> None:
    one = made(SMOOTH)
    data = struct.pack("<HHH", 0, 1, 2) + entry(len(SMOOTH), 44, reserved=9) + entry(len(SMOOTH), 44, side=9)
    data += b"CANARY" + SMOOTH
    clean = struct.pack("<HHH", 0, 1, 2) + entry(len(SMOOTH), 38) + entry(len(SMOOTH), 38, side=9) + SMOOTH
    assert scrubbed(ico.WALKER, data) == clean
    assert len(clean) == len(one) + 16


@pytest.mark.parametrize("more", [1, 9, 1 << 30])
def test_a_picture_that_says_it_is_longer(more: int) -> None:
    """It ends with the file, or where the next one begins."""
    for size, start in ((len(PNG), 6 + 16 * 2), (len(SMOOTH), 6 + 16 * 2 + len(PNG))):
        data = made(PNG, SMOOTH).replace(entry(size, start), entry(size + more, start))
        assert scrubbed(ico.WALKER, data) == made(PNG, SMOOTH)


@pytest.mark.parametrize("less", [1, 12, 40, len(PNG) - 9])
def test_a_png_that_says_it_is_shorter(less: int) -> None:
    """Viewers read on up to its last chunk; what stands behind that goes."""
    start = 6 + 16 * 2
    for behind in (b"", b"CANARY"):
        data = made(PNG + behind, SMOOTH).replace(
            entry(len(PNG + behind), start), entry(len(PNG) - less, start)
        )
        assert frames(data) == frames(made(PNG, SMOOTH))
        assert scrubbed(ico.WALKER, data) == made(PNG, SMOOTH)
        assert (Reveal.UNKNOWN in reveals(ico.WALKER, data)) is bool(behind)


def test_the_mask_of_a_cursor_with_opacity_goes() -> None:
    assert scrubbed(ico.WALKER, made(info(32) + DEEP + MASK, kind=2, bits=3)) == made(SMOOTH, kind=2, bits=3)


def test_a_cursor_keeps_its_hot_spot() -> None:
    data = made(SMOOTH, kind=2, bits=3, planes=7, behind=b"CANARY")
    assert scrubbed(ico.WALKER, data)[10:14] == b"\7\0\3\0"


def test_impossible_bits_are_not_told() -> None:
    assert scrubbed(ico.WALKER, made(SMOOTH, bits=0x4143))[12:14] == b"\0\0"


def test_a_png_in_an_icon_is_read() -> None:
    assert Reveal.OWNER in reveals(ico.WALKER, TestIco.samples["text in a PNG"])
    assert Reveal.TRAILER in reveals(ico.WALKER, TestIco.samples["behind a PNG"])


def test_size_is_that_of_the_largest() -> None:
    big = fx.saved(fx.picture("RGBA", (64, 64)), "ICO", sizes=[(16, 16), (64, 64)])
    assert ico.WALKER.size(fx.reader(big), []) == (64, 64)
    assert ico.WALKER.size(fx.reader(made(PNG, side=0)), []) == (256, 256)
    assert ico.WALKER.size(fx.reader(TestIco.broken["no pictures"]), []) is None


def test_many_pictures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ico_walk, "MOST_PICTURES", 3)
    assert scrubbed(ico.WALKER, made(SMOOTH, SMOOTH, SMOOTH))
    with pytest.raises(FormatError, match="far too many"):
        scrubbed(ico.WALKER, made(SMOOTH, SMOOTH, SMOOTH, SMOOTH))


def test_not_an_icon() -> None:
    with pytest.raises(FormatError):
        ico.WALKER.segments(fx.reader(b"\0\0\3\0"))


@pytest.mark.parametrize("count", [0, 3, 16])
def test_a_number_of_colours_that_is_one_stays(count: int) -> None:
    data = counted(made(FOUR), count)
    assert scrubbed(ico.WALKER, data)[8] == count
    assert scrubbed(ico.WALKER, counted(data, 99))[8] == 16
