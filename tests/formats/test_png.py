from __future__ import annotations

import io
import struct
import zlib
from typing import ClassVar

import pytest
from PIL import Image

from audit.formats import png, png_rows
from audit.formats.base import FormatError, Policy, Reveal
from audit.formats.png_stream import WINDOW
from tests.contracts.walker import WalkerContract, reveals, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.fixtures import chunk, chunks, png_of, png_with
from tests.formats.png_builder import (
    COLOUR,
    EXIF,
    MOVING,
    PLAIN,
    changed,
    headed,
    indexed,
    itxt,
    more_frames,
    raw_profile,
    split,
    split_frame,
    spoilt,
    wrong_crc,
)


class TestPng(WalkerContract):
    walker = png.WALKER
    plain = PLAIN
    turned = png_with(fx.png(icc_profile=fx.profile()), EXIF)
    samples: ClassVar = {
        "exif": png_with(PLAIN, EXIF),
        "exif behind": png_with(PLAIN, EXIF, before=b"IEND"),
        "exif twice": png_with(PLAIN, EXIF, EXIF),
        "words for a profile": png_with(
            PLAIN, (b"iCCP", b"icc\0\0" + zlib.compress(b"CANARY" + bytes(60), 0))
        ),
        "prompt": png_with(PLAIN, (b"tEXt", b"parameters\0CANARY on a horse, Steps: 20")),
        "workflow": png_with(PLAIN, itxt(b"workflow", b'{"nodes": "CANARY"}', packed=True)),
        "packed text": png_with(PLAIN, (b"zTXt", b"Comment\0\0" + zlib.compress(b"CANARY"))),
        "xmp": png_with(PLAIN, itxt(b"XML:com.adobe.xmp", fx.XMP)),
        "raw exif": png_with(
            PLAIN, (b"tEXt", b"Raw profile type exif\0" + raw_profile("exif", b"Exif\0\0" + fx.exif(1)))
        ),
        "raw iptc": png_with(
            PLAIN, (b"tEXt", b"Raw profile type iptc\0" + raw_profile("iptc", fx.PHOTOSHOP))
        ),
        "time": png_with(PLAIN, (b"tIME", b"\x07\xe8\x03\x09\x0d\x25\x0b")),
        "c2pa": png_with(PLAIN, (b"caBX", b"CANARY")),
        "private": png_with(PLAIN, (b"prVt", b"CANARY")),
        "calibration": png_with(PLAIN, (b"pCAL", b"CANARY\0" + bytes(8) + b"\0\2\0")),
        "palette name": png_with(PLAIN, (b"sPLT", b"CANARY\0\x08")),
        "scale": png_with(PLAIN, (b"sCAL", b"\x01CANARY\x001")),
        "behind the picture": png_with(PLAIN, (b"tEXt", b"Author\0CANARY"), before=b"IEND"),
        "between frames": png_with(MOVING, (b"tEXt", b"Author\0CANARY"), before=b"fdAT"),
        "behind the end": PLAIN + fx.ZIP,
        "video behind the end": PLAIN + fx.MP4,
        "behind the stream": changed(PLAIN, b"IDAT", b"CANARY"),
        "behind a frame's stream": changed(MOVING, b"fdAT", b"CANARY"),
        "picture data behind the stream": png_with(PLAIN, (b"IDAT", b"CANARY"), before=b"IEND"),
        "frame data behind the stream": png_with(MOVING, (b"fdAT", b"\0\0\0\5CANARY"), before=b"IEND"),
        "frame data in a still picture": png_with(PLAIN, (b"fdAT", b"\0\0\0\0CANARY"), before=b"IEND"),
        "in the profile's name": png_with(PLAIN, (b"iCCP", b"CANARY\0\0" + zlib.compress(fx.profile()))),
        "behind the profile": png_with(PLAIN, (b"iCCP", b"x\0\0" + zlib.compress(fx.profile()) + b"CANARY")),
        "no profile": png_with(PLAIN, (b"iCCP", b"x\0\0CANARY")),
        "long gamma": png_with(PLAIN, (b"gAMA", b"\0\0\xb1\x8fCANARY")),
        "suggested palette": png_with(PLAIN, (b"PLTE", b"CANARYCANARY")),
        "long transparency": png_with(
            png_of(
                [
                    (b"IHDR", chunks(fx.png("L"))[0][1][:9] + b"\3\0\0\0"),
                    (b"PLTE", bytes(768)),
                    *chunks(fx.png("L"))[1:],
                ]
            ),
            (b"tRNS", b"\xff" * 256 + b"CANARY"),
        ),
        "unused colours": indexed(),
        "opacity of unused colours": png_with(indexed(), (b"tRNS", b"\xff\x80\0CANA")),
        "histogram": png_with(PLAIN, (b"hIST", b"CANARY")),
        "impossible chromaticities": png_with(PLAIN, (b"cHRM", b"CANARYCA" * 4)),
        "impossible display": png_with(PLAIN, (b"mDCV", b"CANARYCA" * 3)),
        "impossible light": png_with(PLAIN, (b"cLLI", b"CANARYCA")),
        "impossible density": png_with(PLAIN, (b"pHYs", b"CANARYCA\1")),
        "background of too many bits": png_with(fx.png("RGBA"), (b"bKGD", b"CANARY")),
        "shape of pixels": png_with(PLAIN, (b"pHYs", b"\0\0CANARY\0")),
        "transparent colour of too many bits": png_with(PLAIN, (b"tRNS", b"CANARY")),
        "long end": PLAIN[:-12] + chunk(b"IEND", b"CANARY"),
        "reordering": png_with(PLAIN, (b"iDOT", b"CANARY")),
    }
    odd: ClassVar = {
        "second gamma": png_with(PLAIN, (b"gAMA", b"\0\0\xb1\x8f"), (b"gAMA", b"CANA")),
        "no end": PLAIN[:-12],
        "filler bits": indexed(1, many=2, filler=0x55),
        "filler bits of four": indexed(4, filler=3),
        "filler bits, interlaced": indexed(2, interlaced=True, filler=21),
        "wrong checksum of the stream": spoilt(PLAIN),
        "empty chunks": png_with(PLAIN, (b"IDAT", b""), (b"IDAT", b"")),
        "compression method": headed(PLAIN, 10, 67),
        "impossible gamma": png_with(PLAIN, (b"gAMA", b"CANA")),
        "impossible intent": png_with(PLAIN, (b"sRGB", b"C")),
        "impossible codes": png_with(PLAIN, (b"cICP", b"CANA")),
        "impossible significant bits": png_with(PLAIN, (b"sBIT", b"CAN")),
        "background beyond the palette": png_with(indexed(), (b"tRNS", b"\0"), (b"bKGD", b"C")),
        "background of an opaque picture": png_with(PLAIN, (b"bKGD", b"\0C\0A\0N")),
        "background of an opaque palette": png_with(indexed(), (b"bKGD", b"\3")),
        "shape of pixels that is square": png_with(PLAIN, (b"pHYs", b"\0\0CA\0\0CA\0")),
        "order of chunks": png_with(PLAIN, *reversed(COLOUR[:3])),
        "order of chunks behind a palette": png_with(indexed(), (b"bKGD", b"\1"), (b"tRNS", b"\0")),
        "order of chunks before a frame": png_with(MOVING, (b"gAMA", b"\0\0\xb1\x8f")),
        "lengths of data chunks": split(PLAIN, 67, 65, 78),
        "lengths of a frame's data chunks": split_frame(MOVING, 67),
        "cut behind the picture": PLAIN[:-12] + chunk(b"tEXt", b"Author\0CANARY")[:-9],
    }
    refused = frozenset(
        {"frame data in a still picture", "cut behind the picture", "wrong checksum of the stream"}
    )
    broken: ClassVar = {
        "cut": PLAIN[: len(PLAIN) // 2],
        "no data": PLAIN[:33] + PLAIN[-12:],
        "signature only": PLAIN[:8],
        "wrong crc in the header": PLAIN[:29] + bytes(4) + PLAIN[33:],
        "wrong crc in the data": PLAIN[:-16] + bytes(4) + PLAIN[-12:],
        "not a stream": png_of([chunks(PLAIN)[0], (b"IDAT", b"CANARY"), (b"IEND", b"")]),
        "long header": changed(PLAIN, b"IHDR", b"CANARY"),
        "colour type 5": png_of([(b"IHDR", chunks(PLAIN)[0][1][:9] + b"\5\0\0\0"), *chunks(PLAIN)[1:]]),
        "no data in any chunk": png_of([chunks(PLAIN)[0], (b"IDAT", b""), (b"IEND", b"")]),
        "67 bits": headed(PLAIN, 8, 67),
        "filter method": headed(PLAIN, 11, 67),
        "interlace method": headed(PLAIN, 12, 67),
        "no width": headed(headed(PLAIN, 3, 0), 2, 0),
        "not a chunk": PLAIN[:33] + b"\0\0\0\0\1\2\3\4" + PLAIN[33:],
    }


def test_a_chunk_with_a_wrong_checksum_is_dropped() -> None:
    at = PLAIN.index(b"IDAT") - 4
    assert scrubbed(png.WALKER, PLAIN[:at] + wrong_crc(b"gAMA", b"\0\0\xb1\x8f") + PLAIN[at:]) == PLAIN


@pytest.mark.parametrize("part", COLOUR, ids=[kind.decode() for kind, _ in COLOUR])
def test_what_tells_colours_stays(part: tuple[bytes, bytes]) -> None:
    data = png_with(fx.png("RGBA") if part[0] == b"bKGD" else PLAIN, part)
    assert scrubbed(png.WALKER, data) == data


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_colour_type_stays(mode: str) -> None:
    data = fx.png(mode) if mode != "I;16" else fx.saved(Image.new("I;16", (4, 4), 700), "PNG")
    assert scrubbed(png.WALKER, data) == data


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_stream_in_many_chunks(size: int) -> None:
    data = split(PLAIN, size)
    assert scrubbed(png.WALKER, data) == data
    assert scrubbed(png.WALKER, changed(data, b"IDAT", b"CANARY", -1)) == data


def test_frames_beyond_the_number_that_is_said_are_dropped() -> None:
    clean = scrubbed(png.WALKER, more_frames())
    assert [kind for kind, _ in chunks(clean)].count(b"fcTL") == 2
    assert Image.open(io.BytesIO(clean)).n_frames == 2


def test_sequence_numbers_close_up() -> None:
    parts = chunks(MOVING)
    at = next(n for n, (kind, _) in enumerate(parts) if kind == b"fdAT")
    parts.insert(at + 1, (b"fdAT", b"\0\0\0\0CANARY"))
    numbered = []
    for kind, body in parts:
        count = sum(k in {b"fcTL", b"fdAT"} for k, _ in numbered).to_bytes(4, "big")
        numbered.append((kind, count + body[4:] if kind in {b"fcTL", b"fdAT"} else body))
    clean = scrubbed(png.WALKER, png_of(numbered))
    assert clean == MOVING
    assert shown(clean) == shown(MOVING)


@pytest.mark.parametrize("depth", [2, 4, 8])
@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("interlaced", [False, True])
def test_colours_are_found_behind_every_filter(depth: int, kind: int, interlaced: bool) -> None:
    data = indexed(depth, kind, interlaced=interlaced, filler=9)
    clean = scrubbed(png.WALKER, data)
    assert shown(clean) == shown(data)
    palettes = [dict(chunks(found))[b"PLTE"] for found in (data, clean)]
    assert palettes[1] == palettes[0][:9] + bytes(12)
    assert scrubbed(png.WALKER, clean) == clean


@pytest.mark.parametrize("data", [b"", bytes(26), b"\xff" * 26])
def test_frames_of_no_animation_keep_no_colours(data: bytes) -> None:
    assert scrubbed(png.WALKER, png_with(indexed(), (b"fcTL", data), before=b"IEND")) == scrubbed(
        png.WALKER, indexed()
    )


def test_a_large_picture_under_slow_filters_keeps_its_palette(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_rows, "MOST_WORK", 9 * (8 + 13))
    assert b"CANARY" not in scrubbed(png.WALKER, indexed(kind=4))
    monkeypatch.setattr(png_rows, "MOST_WORK", 9 * (8 + 13) - 1)
    assert scrubbed(png.WALKER, indexed(kind=4)) == indexed(kind=4)
    assert b"CANARY" not in scrubbed(png.WALKER, indexed(kind=2))


def test_an_unknown_filter_is_not_looked_behind() -> None:
    data = png_of([(k, zlib.compress(b"\5" * 14 * 9) if k == b"IDAT" else v) for k, v in chunks(indexed())])
    assert scrubbed(png.WALKER, data) == data


def test_colours_of_every_frame_stay() -> None:
    """The palette is one for all frames."""
    parts = chunks(indexed(many=5))
    control = struct.pack(">IIIIIHHBB", 0, 13, 9, 0, 0, 1, 9, 0, 0)
    second = chunks(indexed(many=6))[2][1]
    moving = [
        *parts[:2],
        (b"acTL", struct.pack(">II", 2, 0)),
        (b"fcTL", control),
        parts[2],
        (b"fcTL", b"\0\0\0\1" + control[4:]),
        (b"fdAT", b"\0\0\0\2" + second),
        parts[3],
    ]
    six = b"".join(bytes((9 * n + 1, 255 - n, 77)) for n in range(6))
    moving[1] = (b"PLTE", six + b"CANARY")
    clean = scrubbed(png.WALKER, png_of(moving))
    assert dict(chunks(clean))[b"PLTE"] == six + bytes(6)
    assert shown(clean) == shown(png_of(moving))


def test_a_background_keeps_its_colour() -> None:
    clean = scrubbed(png.WALKER, png_with(indexed(), (b"tRNS", b"\0"), (b"bKGD", b"\3")))
    assert dict(chunks(clean))[b"PLTE"][9:] == b"CAN" + bytes(9)


def test_a_background_behind_a_transparency_that_is_none_goes() -> None:
    assert scrubbed(png.WALKER, png_with(PLAIN, (b"tRNS", b"C"), (b"bKGD", b"\0C\0A\0N"))) == PLAIN
    late = png_with(indexed(), (b"tRNS", b"\0"), (b"bKGD", b"\3"), before=b"PLTE")
    assert scrubbed(png.WALKER, late) == scrubbed(png.WALKER, indexed())


def test_frames_that_are_not_there_are_not_counted() -> None:
    assert scrubbed(png.WALKER, png_with(PLAIN, (b"acTL", b"CANARYCA"))) == PLAIN
    parts = [(k, struct.pack(">II", 67, 2) if k == b"acTL" else v) for k, v in chunks(MOVING)]
    assert scrubbed(png.WALKER, png_of(parts)) == MOVING


def test_a_frame_before_the_animation_begins_is_not_counted() -> None:
    parts = chunks(MOVING)
    frame = next(part for part in parts if part[0] == b"fcTL")
    said = [(kind, struct.pack(">II", 9, 0) if kind == b"acTL" else body) for kind, body in parts]
    clean = scrubbed(png.WALKER, png_of([said[0], frame, *said[1:]]))
    assert dict(chunks(clean))[b"acTL"][:4] == dict(chunks(MOVING))[b"acTL"][:4]
    assert scrubbed(png.WALKER, clean) == clean


def test_unknown_ways_to_dispose_of_a_frame_are_none() -> None:
    parts = [(k, v[:24] + b"CA" if k == b"fcTL" else v) for k, v in chunks(MOVING)]
    clean = chunks(scrubbed(png.WALKER, png_of(parts)))
    assert {v[24:] for k, v in clean if k == b"fcTL"} == {b"\0\0"}


def test_many_chunks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "MOST_CHUNKS", 9)
    with pytest.raises(FormatError, match="far too many"):
        png.WALKER.segments(fx.reader(split(PLAIN, 100)))


def test_streams_of_an_iphone_have_no_header() -> None:
    parts = chunks(PLAIN)
    raw = zlib.compressobj(wbits=-15)
    rows = zlib.decompress(parts[1][1])
    stream = raw.compress(rows) + raw.flush()
    data = png_of([(b"CgBI", b"\x50\0\x20\2"), parts[0], (b"IDAT", stream), (b"IEND", b"")])
    assert scrubbed(png.WALKER, data) == data
    turned = scrubbed(png.WALKER, png_with(data, EXIF))
    assert [kind for kind, _ in chunks(turned)] == [b"CgBI", b"IHDR", b"eXIf", b"IDAT", b"IEND"]
    assert b"CANARY" not in scrubbed(png.WALKER, changed(data, b"IDAT", b"CANARY"))


INTERLACED = png_of(
    [
        (b"IHDR", struct.pack(">II5B", 5, 3, 8, 2, 0, 0, 1)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + bytes(range(3 * n)) for n in (1, 1, 1, 3, 2, 2, 5)))),
        (b"IEND", b""),
    ],
)


def with_more_rows(data: bytes, kind: bytes, skip: int) -> bytes:
    parts = chunks(data)
    at = next(n for n, part in enumerate(parts) if part[0] == kind)
    body = parts[at][1]
    parts[at] = (kind, body[:skip] + zlib.compress(zlib.decompress(body[skip:]) + b"CANARY" * 50_000))
    return png_of(parts)


@pytest.mark.parametrize(
    ("data", "kind", "skip"),
    [(PLAIN, b"IDAT", 0), (MOVING, b"fdAT", 4), (fx.png("1"), b"IDAT", 0), (INTERLACED, b"IDAT", 0)],
)
def test_rows_below_the_picture_are_packed_away(data: bytes, kind: bytes, skip: int) -> None:
    assert scrubbed(png.WALKER, data) == data
    more = with_more_rows(data, kind, skip)
    clean = scrubbed(png.WALKER, more)
    rows = [body[skip:] for name, body in chunks(clean) if name == kind]
    before = [body[skip:] for name, body in chunks(data) if name == kind]
    assert zlib.decompress(rows[0]) == zlib.decompress(before[0])
    assert shown(clean) == shown(more) == shown(data)
    assert scrubbed(png.WALKER, clean) == clean


def test_memory_does_not_grow_with_the_picture() -> None:
    image = Image.new("RGB", (4000, 4000))
    source = fx.Memory(fx.saved(image, "PNG", compress_level=0))
    assert source.size > 40 << 20
    list(png.WALKER.plan(source, png.WALKER.segments(source), Policy()))
    assert source.largest <= WINDOW


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("prompt", Reveal.PROMPT),
        ("workflow", Reveal.PROMPT),
        ("xmp", Reveal.PERSON),
        ("raw exif", Reveal.SERIAL),
        ("raw iptc", Reveal.OWNER),
        ("time", Reveal.TIME),
        ("c2pa", Reveal.PROVENANCE),
        ("private", Reveal.UNKNOWN),
        ("in the profile's name", Reveal.COLOUR),
        ("calibration", Reveal.COMMENT),
        ("video behind the end", Reveal.VIDEO),
        ("behind the end", Reveal.TRAILER),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(png.WALKER, TestPng.samples[sample])


def test_text_that_unpacks_to_much_more() -> None:
    bomb = (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50 << 20)))
    (tag,) = tags(png.WALKER, png_with(PLAIN, bomb))
    assert len(tag.value) <= 1000


def test_not_a_png() -> None:
    with pytest.raises(FormatError):
        png.WALKER.segments(fx.reader(b"GIF89a"))
