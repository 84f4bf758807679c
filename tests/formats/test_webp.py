from __future__ import annotations

import time
from typing import ClassVar

import pytest

from audit.formats import webp
from audit.formats.base import FormatError, Policy, Reveal
from audit.verify import Planned, rebuilt
from tests.contracts.walker import WalkerContract, reveals, scrubbed
from tests.formats import fixtures as fx
from tests.formats.fixtures import riff, riff_chunks

SIMPLE = fx.webp("RGB", quality=50)
LOSSLESS = fx.webp("RGBA", lossless=True)
MOVING = fx.moving_webp()
# 40 x 24 pixels; the flags are those of RFC 9649, 2.7.1.
CANVAS = b"\0\0\0" + b"\x27\0\0" + b"\x17\0\0"


def extended(flags: int, *parts: tuple[bytes, bytes]) -> bytes:
    return riff((b"VP8X", bytes((flags,)) + CANVAS), *parts)


IMAGE = riff_chunks(SIMPLE)[0]


def in_frame(part: bytes) -> bytes:
    """The animation with a chunk more in its second frame."""
    parts = riff_chunks(MOVING)
    at = [n for n, (kind, _) in enumerate(parts) if kind == b"ANMF"][1]
    parts[at] = (b"ANMF", parts[at][1] + part)
    return riff(*parts)


WORDS = b"CANARY, behind the last code"


def behind(data: bytes, kind: bytes) -> bytes:
    """The picture with words at the end of its first chunk of this kind."""
    parts = riff_chunks(data)
    if any(each == b"ANMF" for each, _ in parts):
        at = next(n for n, (each, _) in enumerate(parts) if each == b"ANMF")
        head, inner = parts[at][1][:16], riff_chunks(b"RIFF....WEBP" + parts[at][1][16:])
        longer = [(each, body + WORDS * (each == kind)) for each, body in inner]
        parts[at] = (b"ANMF", head + riff(*longer)[12:])
        return riff(*parts)
    return riff(*((each, body + WORDS * (each == kind)) for each, body in parts))


def behind_modes(codes: bytes) -> bytes:
    """RFC 6386, 9.1: the size of the first partition stands in the upper 19 of the first 24 bits."""
    tag = int.from_bytes(codes[:3], "little")
    stop = 10 + (tag >> 5)
    longer = tag + (len(WORDS) << 5)
    return riff((b"VP8 ", longer.to_bytes(3, "little") + codes[3:stop] + WORDS + codes[stop:]))


def with_opacity(data: bytes) -> bytes:
    """An animation of one lossy frame with this opacity."""
    size = b"\x27\0\0\x17\0\0"
    inner = riff((b"ALPH", data), IMAGE)[12:]
    return extended(0x12, (b"ANIM", bytes(6)), (b"ANMF", bytes(6) + size + bytes(4) + inner))


def opaque(background: bytes, first: bytes = bytes(15) + b"\2", flags: int = 2) -> bytes:
    """An animation of two lossy frames. `first` has place, size but the canvas', time and flags of the first."""
    size = b"\x27\0\0\x17\0\0"
    frame = (b"ANMF", first[:6] + size + first[12:] + riff(IMAGE)[12:])
    second = (b"ANMF", bytes(6) + size + bytes(4) + riff(IMAGE)[12:])
    return extended(flags, (b"ANIM", background + bytes(2)), frame, second)


def dirty_padding() -> bytes:
    data = riff(IMAGE if len(IMAGE[1]) % 2 else (b"VP8 ", IMAGE[1] + b"\0"))
    assert data[-1] == 0
    return data[:-1] + b"x"


class TestWebp(WalkerContract):
    walker = webp.WALKER
    plain = SIMPLE
    turned = fx.webp("RGB", quality=50, exif=fx.exif(), icc_profile=fx.profile())
    samples: ClassVar = {
        "exif": fx.webp("RGB", exif=fx.exif()),
        "exif with a prefix": extended(0x08, IMAGE, (b"EXIF", b"Exif\0\0" + fx.exif())),
        "xmp": fx.webp("RGBA", xmp=fx.XMP),
        "xmp as ImageMagick wrote it": fx.webp("RGBA", xmp=fx.XMP).replace(b"XMP ", b"XMP\0"),
        "words for a profile": extended(0x20, (b"ICCP", b"CANARY" + bytes(60)), IMAGE),
        "everything, moving": fx.saved(
            fx.picture("RGBA"),
            "WEBP",
            save_all=True,
            append_images=[fx.picture("RGBA", seed=2)],
            exif=fx.exif(),
            xmp=fx.XMP,
        ),
        "unknown": extended(0, IMAGE, (b"CANR", b"CANARY")),
        "unknown in a simple file": riff(IMAGE, (b"CANR", b"CANARY")),
        "unknown in a frame": in_frame(b"CANR\x06\0\0\0CANARY"),
        "c2pa": riff(IMAGE, (b"C2PA", b"CANARY")),
        "behind": SIMPLE + b"CANARY",
        "zip behind": SIMPLE + fx.ZIP,
        "second picture": extended(0, IMAGE, (b"VP8 ", b"CANARY")),
        "second profile": extended(0x20, (b"ICCP", fx.profile()), IMAGE, (b"ICCP", b"CANARY")),
        "frame in a still picture": extended(0, IMAGE, (b"ANMF", bytes(16) + b"CANR\x06\0\0\0CANARY")),
        "long loop": riff(*((k, v + b"CANARY" if k == b"ANIM" else v) for k, v in riff_chunks(MOVING))),
        "behind raw opacity": extended(0x10, (b"ALPH", bytes(1 + 40 * 24) + b"CANARY"), IMAGE),
        "behind raw opacity in a frame": with_opacity(bytes(1 + 40 * 24) + b"CANARY"),
        "behind lossy codes": behind(SIMPLE, b"VP8 "),
        "behind lossy codes with opacity": behind(fx.webp("RGBA", quality=50), b"VP8 "),
        "behind the modes of lossy codes": behind_modes(IMAGE[1]),
        "behind lossless codes": behind(LOSSLESS, b"VP8L"),
        "behind packed opacity": behind(fx.webp("RGBA", quality=50), b"ALPH"),
        "behind lossless codes in a frame": behind(MOVING, b"VP8L"),
        "behind packed opacity in a frame": behind(
            fx.saved(fx.picture("RGBA"), "WEBP", save_all=True, append_images=[fx.picture("RGBA", seed=2)]),
            b"ALPH",
        ),
        "behind a frame's picture": in_frame(b"VP8L\x06\0\0\0CANARY"),
    }
    odd: ClassVar = {
        "padding": dirty_padding(),
        "no padding": dirty_padding()[:-1],
        "flags without chunks": extended(0x2C, IMAGE),
        "reserved bits": riff((b"VP8X", b"\xc1\1\2\3" + CANVAS[3:]), IMAGE),
        "reserved bits of opacity": extended(0x10, (b"ALPH", b"\xc0" + bytes(40 * 24)), IMAGE),
        "asked to be shown larger": riff(
            (b"VP8 ", IMAGE[1][:7] + b"\x40" + IMAGE[1][8:9] + b"\xc0" + IMAGE[1][10:])
        ),
        "background that nobody sees": opaque(b"CANA"),
        "long size": b"RIFF" + (len(SIMPLE) + 90).to_bytes(4, "little") + SIMPLE[8:],
    }
    refused = frozenset(
        {
            "second picture",
            "frame in a still picture",
            "behind a frame's picture",
            "no padding",
            "reserved bits",
            "reserved bits of opacity",
            "long size",
        },
    )
    broken: ClassVar = {
        "cut": SIMPLE[:-40],
        "moving, cut": MOVING[:-400],
        "header only": SIMPLE[:12],
        "no picture": extended(0, (b"EXIF", fx.exif())),
        "moving without a frame": extended(2, (b"ANIM", bytes(6)), IMAGE),
        "picture behind metadata": riff((b"EXIF", fx.exif()), IMAGE),
        "short VP8X": riff((b"VP8X", b"\0\0"), IMAGE),
        "frames only": extended(0, (b"ANMF", bytes(16) + b"VP8L\4\0\0\0abcd")),
        "empty frame": extended(2, (b"ANIM", bytes(6)), (b"ANMF", bytes(16)), IMAGE),
        "opacity without anything": extended(0x10, (b"ALPH", b""), IMAGE),
        "short loop": extended(2, (b"ANIM", b"\0"), (b"ANMF", bytes(16) + b"VP8L\4\0\0\0abcd")),
    }


@pytest.mark.parametrize(
    "data",
    [LOSSLESS, MOVING, fx.webp("RGBA", quality=50), fx.webp("RGB", icc_profile=fx.profile())],
    ids=["lossless", "moving", "alpha", "profile"],
)
def test_every_kind_stays_as_it_is(data: bytes) -> None:
    assert scrubbed(webp.WALKER, data) == data


@pytest.mark.parametrize("data", [SIMPLE, LOSSLESS, fx.webp("RGBA", quality=50), MOVING])
def test_size(data: bytes) -> None:
    source = fx.reader(data)
    assert webp.WALKER.size(source, webp.WALKER.segments(source)) == (40, 24)


def test_the_flags_say_what_is_there() -> None:
    assert scrubbed(webp.WALKER, TestWebp.turned)[20] == 0x28
    assert scrubbed(webp.WALKER, fx.webp("RGBA", xmp=fx.XMP))[20] == 0x10
    assert scrubbed(webp.WALKER, TestWebp.odd["flags without chunks"])[20] == 0


def test_reserved_bits_are_zero() -> None:
    assert scrubbed(webp.WALKER, TestWebp.odd["reserved bits"])[20:24] == bytes(4)


def test_sizes_follow_what_is_left_out() -> None:
    assert scrubbed(webp.WALKER, in_frame(b"CANR\x05\0\0\0CANAR\0")) == MOVING


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("xmp", Reveal.PERSON),
        ("xmp as ImageMagick wrote it", Reveal.PERSON),
        ("unknown in a frame", Reveal.UNKNOWN),
        ("c2pa", Reveal.PROVENANCE),
        ("zip behind", Reveal.TRAILER),
        ("exif with a prefix", Reveal.SERIAL),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(webp.WALKER, TestWebp.samples[sample])


def test_many_chunks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webp, "MOST_CHUNKS", 9)
    assert webp.WALKER.segments(fx.reader(riff(IMAGE, *[(b"CANR", b"")] * 7)))
    with pytest.raises(FormatError, match="far too many"):
        webp.WALKER.segments(fx.reader(riff(IMAGE, *[(b"CANR", b"")] * 9)))


def test_a_frame_is_looked_for_no_further_than_the_next() -> None:
    """A hundred thousand frames take no longer than their bytes do."""
    size = b"\x27\0\0\x17\0\0"
    tiny = (b"ANMF", bytes(6) + size + bytes(4) + riff((b"VP8L", b"abcd"))[12:])
    source = fx.reader(extended(2, (b"ANIM", bytes(6)), *[tiny] * 50_000))
    started = time.process_time()
    list(webp.WALKER.plan(source, webp.WALKER.segments(source), Policy()))
    assert time.process_time() - started < 5


def test_not_a_webp() -> None:
    with pytest.raises(FormatError):
        webp.WALKER.segments(fx.reader(b"RIFF\0\0\0\0WAVE"))


@pytest.mark.parametrize(
    "seen",
    [
        opaque(b"abcd", flags=0x12),
        opaque(b"abcd", first=b"\1" + bytes(15)),
        opaque(b"abcd", first=bytes(15) + b"\1"),
        opaque(b"abcd", first=bytes(15) + b"\3"),
    ],
    ids=["through", "beside", "disposed", "disposed and not blended"],
)
def test_a_background_that_is_seen_stays(seen: bytes) -> None:
    assert riff_chunks(scrubbed(webp.WALKER, seen))[1] == (b"ANIM", b"abcd\0\0")


def test_zero_stands_where_words_stood_behind_modes() -> None:
    """What follows them stays where it is. It is compared pixel by pixel, for not all of the codes are copied."""
    data = TestWebp.samples["behind the modes of lossy codes"]
    clean = scrubbed(webp.WALKER, data)  # a byte may have been read ahead
    assert clean in [data.replace(WORDS, WORDS[:n] + bytes(len(WORDS) - n)) for n in range(2)]
    source = fx.reader(data)
    segments = webp.WALKER.segments(source)
    pieces = list(webp.WALKER.plan(source, segments, Policy()))
    assert rebuilt(Planned(webp.WALKER, source, segments, pieces))  # type: ignore[arg-type]
    assert [segment.name for segment in segments[1:]] == ["VP8 ", "behind VP8 ", "more VP8 "]
