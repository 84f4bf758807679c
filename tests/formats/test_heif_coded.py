"""Coded pictures taken apart: what their decoders need, and what only carries words."""

from __future__ import annotations

import struct

import pytest

from audit.formats import (
    heif,
    heif_av1,
    heif_avc,
    heif_bits,
    heif_coded,
    heif_hevc,
    heif_props,
    heif_sei,
)
from audit.formats.base import FormatError, Keep, Policy
from audit.formats.heif_nal import Asked
from tests.contracts.walker import scrubbed
from tests.formats import fixtures as fx
from tests.formats.boxes import Heif, Item, box, heic, hevc_units, one

CANARY = fx.CANARY


def needed(codec: heif_coded.Codec, data: bytes) -> bytes:
    """What a decoder needs of `data`, which stands in two parts of a file."""
    source, half = fx.reader(b"??" + data[:5] + b"???" + data[5:]), 2 + min(5, len(data))
    spans = [(2, half), (half + 3, len(data) + 5)]
    return b"".join(source.read(a, b - a) for a, b in heif_coded.Coded(source).needed(codec, spans).spans)


def unit(*parts: bytes) -> bytes:
    return struct.pack(">H", sum(map(len, parts))) + b"".join(parts)


JPEG2000 = b"\xff\x4f\xff\x51\0\x04ab" + b"\xff\x64\0\x0a\0\1CANARY" + b"\xff\x52\0\x03c"


@pytest.mark.parametrize(
    ("codec", "data", "gone"),
    [
        (("avc1", 2), unit(b"\x65abc"), unit(b"\x06\x05\x06CANARY\x80")),
        (("avc1", 2), unit(b"\x06\x93\x01\x08\x80") + unit(b"\x65abc"), unit(b"\x0cCANARY")),
        (("avc1", 2), unit(b"\x65abc"), unit(b"\x0aCANARY")),
        (("vvc1", 2), unit(b"\0\x39abc"), unit(b"\0\xb9\x05\x06CANARY\x80")),
        (("vvc1", 2), unit(b"\0\x39abc") + unit(b"\0\xb9\x93\x01\x08\x80"), unit(b"\0\xa1CANARY")),
        (("hvc1", 2), unit(b"\x26\1abc"), unit(b"")),
        (("jpeg", 4), fx.jpeg(), CANARY),
        (("j2k1", 4), JPEG2000[:8] + JPEG2000[-5:] + b"\xff\x90tile", b""),
        (("unci", 4), b"as it is", b""),
        (("iovl", 2), bytes(10 + 4 * 3), CANARY),
        (("iovl", 1), b"\0\1" + bytes(8 + 8 * 2), CANARY),
        (("grid", 4), b"\0\1" + bytes(10), CANARY),
    ],
)
def test_what_a_decoder_needs(codec: tuple[str, int], data: bytes, gone: bytes) -> None:
    assert needed(heif_coded.Codec(*codec), data + gone) == data


def test_the_comment_of_a_jpeg2000() -> None:
    tile = b"\xff\x90tile"
    assert needed(heif_coded.Codec("j2k1"), JPEG2000 + tile) == JPEG2000[:8] + JPEG2000[-5:] + tile


@pytest.mark.parametrize(
    ("codec", "data"),
    [
        (("avc1", 2), b"\0\x09\x65abc"),
        (("avc1", 4), b"\0\0\0\2\x06\x05\0"),
        (("j2k1", 4), b"\xff\x4fjunk and more"),
        (("iovl", 9), bytes(20)),
        (("av01", 4), b"\x0a\x20abcdefgh"),
        (("av01", 4), b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        (("jpeg", 4), b"no picture here"),
    ],
)
def test_a_broken_picture_is_refused(codec: tuple[str, int], data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        needed(heif_coded.Codec(*codec), data)
    assert 0 <= caught.value.offset <= len(data) + 5


def test_far_too_many_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heif_coded, "MOST_UNITS", 100)
    with pytest.raises(FormatError):
        needed(heif_coded.Codec("hvc1", 2), unit(b"\x26\1abc") * 200)


# As x264 writes them.
AVC_SETS = bytes.fromhex("6764000aacd9447b011000000300100000030320f1225960"), bytes.fromhex("68ebe3cb22c0")


def avc_config(*sets: bytes, more: bytes = b"\xfd\xf8\xf8\0") -> bytes:
    return (
        b"\1\x64\0\x0a\xff\xe1"
        + unit(sets[0])
        + bytes((len(sets) - 1,))
        + b"".join(map(unit, sets[1:]))
        + more
    )


def vvc_config(*arrays: bytes, head: bytes = b"\xfe") -> bytes:
    return bytes(4) + head + bytes((len(arrays),)) + b"".join(arrays)


def test_configurations() -> None:
    written = heif_props.written
    high = avc_config(*AVC_SETS)
    assert written("avcC", high + CANARY, Policy()) == high
    assert written("avcC", avc_config(AVC_SETS[0] + CANARY, AVC_SETS[1] + CANARY), Policy()) == high
    assert written("avcC", avc_config(*AVC_SETS, b"\x68" + CANARY), Policy()) == high
    assert written("avcC", high[:-4], Policy()) == high[:-4]
    assert (
        written("avcC", high, Policy(), Asked(pictures=frozenset({7})))
        == b"\1\x64\0\x0a\xff\xe0\0\xfd\xf8\xf8\0"
    )
    assert written("colr", b"nclc\0\1\0\1\0\1" + CANARY, Policy()) == b"nclc\0\1\0\1\0\1"
    assert written("a1lx", b"\1" + bytes(12) + CANARY, Policy()) == b"\1" + bytes(12)
    assert written("pixi", b"\0\0\0\1\3" + CANARY, Policy()) is None
    assert heif_props.nal_width("hvc1", None) == 4
    assert heif_props.nal_width("hvc1", bytes(21) + b"\xfd") == 2
    assert heif_props.nal_width("vvc1", bytes(4) + b"\x02") == 2


def test_the_configuration_of_vvc() -> None:
    picture, sequence = b"\0\x81\x04\x40rest", b"\0\x79\x10rest"  # numbers 1 and 1, number 1
    plain = vvc_config(b"\x8f\0\1" + unit(sequence), b"\x90\0\1" + unit(picture))
    words = vvc_config(
        b"\x8f\0\1" + unit(sequence),
        b"\x97\0\1" + unit(b"\0\xb9\x05\x06CANARY\x80"),
        b"\x0d" + unit(b"\0\x69CANARY"),
        b"\x90\0\2" + unit(b"\0\x81\x08\x40CANARY") + unit(picture),
    )
    used = Asked(pictures=frozenset({1}))
    assert heif_props.written("vvcC", words + CANARY, Policy(), used) == plain
    assert heif_props.written("vvcC", plain, Policy(), used) == plain
    profile = b"\xff\0\x20\x5f" + b"\1\2\3\0" + b"\x80\x33" + b"\0" + b"\0\x40\0\x30\0\0"
    told = vvc_config(b"\x8f\0\1" + unit(sequence), head=profile)
    assert heif_props.written("vvcC", told, Policy()) == told
    for broken in (b"\xff", b"\1" + plain[1:], plain[:-3]):
        with pytest.raises(FormatError):
            heif_props.written("vvcC", broken, Policy())


def test_the_configuration_of_layers() -> None:
    video, *_ = hevc_units(one(heic(), b"heic", b"hvc1"))
    other = b"\x42\x09CANARY of another layer"
    array = b"\x20\0\1" + unit(video)
    data = b"\1\xf0\0\xfc\xcb" + b"\2" + array + b"\x21\0\1" + unit(other)
    assert heif_props.written("lhvC", data + CANARY, Policy()) == data
    message = b"\x27\0\1" + unit(b"\x4e\1\5\6CANARY\x80")
    assert (
        heif_props.written("lhvC", data[:5] + b"\2" + array + message, Policy()) == data[:5] + b"\1" + array
    )


UNCOMPRESSED = bytes(4) + b"rgb3" + b"\0\0\0\1" + b"\0\0\7\0\0" + bytes(24)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("uncC", UNCOMPRESSED),
        ("uncC", b"\1\0\0\0rgb3"),
        ("cmpd", b"\0\0\0\2\0\4\0\5"),
        ("cmpC", bytes(4) + b"zlib\0"),
        ("icef", bytes(4) + b"\0" + b"\0\0\0\2\5\6"),
        ("icef", bytes(4) + b"\x2c" + b"\0\0\0\1\0\5\0\0\0\6"),
        ("cpat", bytes(4) + b"\0\1\0\2" + bytes(16)),
        ("tols", bytes(4) + b"\0\1"),
        (
            "oinf",
            bytes(4)
            + b"\0\2\1"
            + bytes(12)
            + b"\0\1\0\0\0\1\0\0"
            + bytes(8)
            + b"\3"
            + bytes(11)
            + b"\1\1\1\0\7",
        ),
        ("j2kH", struct.pack(">I", 14) + b"cdef" + bytes(6)),
    ],
)
def test_rare_properties_end_where_their_meaning_does(kind: str, data: bytes) -> None:
    more = struct.pack(">I", 14) + b"CANR" + CANARY if kind == "j2kH" else CANARY
    assert heif_props.written(kind, data, Policy()) == data
    assert heif_props.written(kind, data + more, Policy()) == data
    with pytest.raises(FormatError):
        heif_props.written(kind, data[:-1], Policy())


def test_older_forms_of_rare_properties() -> None:
    draft = bytes(4) + b"rgb3" + b"\0\1" + b"\0\0\7\0\0" + bytes(21)
    assert heif_props.written("uncC", draft, Policy()) == draft
    assert heif_props.written("cmpd", b"\0\0\0\1\x80\1CANARY\0", Policy()) == b"\0\0\0\1\x80\1\0"
    for kind, data in (("cmpd", b"\xff" * 4), ("icef", bytes(4) + b"\xff" * 5)):
        with pytest.raises(FormatError):
            heif_props.written(kind, data, Policy())


@pytest.mark.parametrize(
    ("codec", "message"),
    [
        ("hevc", b"\x89\x18" + bytes(24)),
        ("hevc", b"\x2f\3\x08\0\x18"),
        ("hevc", b"\x2f\1\xc0"),
        ("avc", b"\x2f\3\x08\0\x14"),
        ("vvc", b"\x2f\1\x08"),
        ("hevc", b"\x2d\6\x81\x81\0\0\0\0"),
        ("hevc", b"\x95\x05\x08" + bytes(4)),
        ("hevc", b"\xa5\4\x10\0\x7f\x90"),
    ],
)
def test_messages_that_tell_how_to_show_a_picture(codec: str, message: bytes) -> None:
    assert heif_sei.shown(message + b"\x80", codec) == {message[0]}
    longer = bytes((message[0], message[1] + len(CANARY))) + message[2:] + CANARY
    assert not heif_sei.shown(longer + b"\x80", codec)
    assert not heif_sei.shown(message[:1] + b"\0\x80", codec)
    assert not heif_sei.shown(message + message + b"\x80", codec)


# As x265 and x264 write them: 4:4:4 and 4:2:2, grey, more bits, scaling lists, layers in time, models of buffers, ratios of their own.
HEVC_SETS = (
    "40010c01ffff0408000003009e0800000300003c959809",
    "4201010408000003009e0800000300003c90041062cb2b35c9caf0168080000003008000000cb00a4b2f0007a12000f42440",
    "4401c17318310890",
    "40010c02ffff0408000003009d0800000300001e00009598acc048",
    "4201020408000003009d0800000300001e0000b0208313659598acd7265780b4040000030004000003006420",
    "4401c173d089",
    "40010c01ffff0408000003009fc800000300001e959809",
    "4201010408000003009fc800000300001ec0820c596566b930bc0698100000030010000003019080",
    "4401c177d889",
    "40010c01ffff01600000030090000003000003003c959809",
    "42010101600000030090000003000003003ca02083165959ae4caf016808000003000800000300cb00a4b2f0007a12000f4244",
    "4401c173d009",
)
HIGH_AVC_SETS = (
    "67f4000c919b288f602200000300020000030064c08001e848003d09498600f1429960",
    "68ebe3c44c000440",
    "677a0015b6c7204444fc4e0220000003002000000643e285308c",
    "68f8428f2c8b",
    "6764000af36511effc000c001ed9000003000100000300320f122596",
    "68ebe3cb22c0",
    "67f4000a91d6411ec044000003000400000300c83c489920",
    "68ebc06bcb",
)


@pytest.mark.parametrize("told", HEVC_SETS)
def test_where_parameter_sets_of_hevc_end(told: str) -> None:
    unit = bytes.fromhex(told)
    for more in (b"", b"\0", CANARY):
        assert heif_hevc.read(unit + more).unit == unit
    with pytest.raises(FormatError):
        heif_hevc.read(unit[:3])


@pytest.mark.parametrize("told", HEVC_SETS)
def test_what_players_of_video_ask_for_goes_from_parameter_sets(told: str) -> None:
    unit = bytes.fromhex(told)
    bare = heif_hevc.read(unit, bare=True).unit
    assert len(bare) <= len(unit)
    assert heif_hevc.read(bare).unit == heif_hevc.read(bare, bare=True).unit == bare
    assert heif_hevc.read(bare)[:4] == heif_hevc.read(unit)[:4]


@pytest.mark.parametrize("told", [told for told in HEVC_SETS if told.startswith("42")])
def test_a_set_for_the_video_repeats_that_of_a_sequence(told: str) -> None:
    unit = bytes.fromhex(told)
    bare = heif_hevc.read(unit, bare=True).unit
    rates = len(heif_bits.plain(unit)) - len(heif_bits.plain(bare))
    assert rates >= 4  # a tick and what there are of them in a second, at least
    one = heif_hevc.summary(bare)
    assert heif_hevc.read(one.video, bare=True).unit == one.video
    assert heif_hevc.read(one.video).number == heif_hevc.read(bare).parent
    assert one.level[:1] == heif_bits.plain(bare)[3:4]


def test_reserved_bits_of_a_profile_are_zero() -> None:
    """H.265, 7.3.3: of a main profile 43 bits mean nothing, of a further one 33, and of one that nobody knows none is known."""
    told = heif_bits.plain(bytes.fromhex(HEVC_SETS[10]))
    for profile, left in ((1, "f00000000000"), (2, "f01000000000"), (4, "fffc00000000"), (12, "ff" * 6)):
        said = told[:3] + bytes((profile,)) + b"\x40\0\1\xff" + b"\xff" * 6 + told[14:]
        bare = heif_bits.plain(heif_hevc.read(heif_bits.escaped(said), bare=True).unit)
        assert bare[4:8].hex() == "40000000"
        assert bare[8:14].hex() == left


@pytest.mark.parametrize("told", HIGH_AVC_SETS)
def test_where_parameter_sets_of_avc_end(told: str) -> None:
    unit = bytes.fromhex(told)
    found = {
        heif_avc.read(unit + more, by_four=four).unit for more in (b"", CANARY) for four in (False, True)
    }
    assert unit in found
    with pytest.raises(FormatError):
        heif_avc.read(unit[:1])


def test_references_told_by_the_difference_to_others() -> None:
    """H.265, 7.4.8: one picture before; then that one and the picture itself, both moved by one; then all of them to behind."""
    told = "010111" + "1111" + "00101011" + "1" * 8
    bits = heif_bits.Bits(int(told + "0" * (-len(told) % 8), 2).to_bytes((len(told) + 7) // 8, "big"))
    assert heif_hevc._listed(bits) == [-1]
    assert heif_hevc._derived(bits, [-1]) == [-1, -2]
    assert heif_hevc._derived(bits, [-1, -2]) == [1, 2]


def layered_header(points: str) -> bytes:
    """AV1, 5.5.1: a sequence of 16 by 16, with operating points."""
    count = len(points) // 12 - 1
    told = "".join(points[at : at + 12] + "00000" for at in range(0, len(points), 12))
    bits = "0000000" + f"{count:05b}" + told + "001100111111111100000000011000"
    bits += "00000000"
    return int(bits + "1" + "0" * (-(len(bits) + 1) % 8), 2).to_bytes((len(bits) + 8) // 8, "big")


def obu(kind: int, data: bytes, layer: int | None = None) -> bytes:
    head = bytes((kind << 3 | 2,)) if layer is None else bytes((kind << 3 | 6, layer << 3))
    return head + bytes((len(data),)) + data


@pytest.mark.parametrize(
    ("points", "shown"), [("000100000001", 1), ("001100000001000100000001", 2), ("0" * 12, 3)]
)
def test_layers_that_no_operating_point_has_go(points: str, shown: int) -> None:
    head = layered_header(points)
    assert heif_av1.sequence(head).points[0] == int(points[:12], 2)
    frames = [obu(6, b"\x10frame", layer) for layer in range(3)]
    data = obu(1, head) + b"".join(frames)
    assert needed(heif_coded.Codec("av01"), data) == obu(1, head) + b"".join(frames[:shown])
    tiles = obu(1, head) + obu(3, b"\x10", 0) + obu(4, b"tiles", 0)
    assert needed(heif_coded.Codec("av01"), tiles + obu(3, b"\x10", 3) + obu(4, CANARY, 3)).count(
        b"CANARY"
    ) == (shown == 3)


def test_what_comes_behind_the_picture_that_is_shown() -> None:
    head = obu(1, layered_header("0" * 12))
    shown, hidden = obu(6, b"\x10shown"), obu(6, b"\0hidden")
    assert needed(heif_coded.Codec("av01"), head + hidden + shown + hidden) == head + hidden + shown
    assert needed(heif_coded.Codec("av01", single=False), head + shown + hidden) == head + shown + hidden
    assert needed(heif_coded.Codec("av01"), head + head + shown + head) == head + shown
    with pytest.raises(FormatError):
        needed(heif_coded.Codec("av01"), head + shown + shown)


def jpegs(data: bytes, *, method: int = 0, before: bytes = b"") -> Heif:
    """A JPEG as the picture, perhaps with its beginning apart."""
    base = one(heic(), b"heic", b"hvc1")
    size = next(p for p in base.properties if p[4:8] == b"ispe")
    properties = (size, box(b"jpgC", before)) if before else (size,)
    item = Item(1, b"jpeg", data, tuple(range(1, len(properties) + 1)), method=method)
    return Heif((item,), properties, major=b"jpeg")


@pytest.mark.parametrize("method", [0, 1])
def test_a_jpeg_whose_headers_change_is_written_anew(method: int) -> None:
    plain = fx.jpeg()
    unused = fx.behind_soi(plain, fx.marked(0xDB, b"\3" + CANARY.ljust(64, b"\1")), fx.marked(0xFE, CANARY))
    clean = scrubbed(heif.WALKER, jpegs(unused, method=method).made())
    assert CANARY not in clean
    assert plain in clean
    assert scrubbed(heif.WALKER, clean) == clean
    assert clean == scrubbed(heif.WALKER, jpegs(plain).made())
    timed = jpegs(unused, method=method)
    timed = timed._replace(items=(*timed.items, Item(2, b"Exif", bytes(4) + fx.exif(), hidden=True)))
    kept = scrubbed(heif.WALKER, timed.made(), Policy(frozenset({Keep.TIME})))
    assert b"Exif" in kept
    assert scrubbed(heif.WALKER, kept, Policy(frozenset({Keep.TIME}))) == kept
    assert scrubbed(heif.WALKER, kept) == clean


def test_words_behind_the_scan_of_a_jpeg() -> None:
    plain = fx.jpeg()
    changed = plain[:-2] + CANARY + plain[-2:]
    assert scrubbed(heif.WALKER, jpegs(changed).made()) == scrubbed(heif.WALKER, jpegs(plain).made())


def test_a_jpeg_whose_shared_beginning_would_change_is_refused() -> None:
    plain = fx.behind_soi(fx.jpeg(), fx.marked(0xFE, CANARY))
    at = plain.index(CANARY) + len(CANARY)
    with pytest.raises(FormatError):
        scrubbed(heif.WALKER, jpegs(plain[at:], before=plain[:at]).made())
    rest = fx.jpeg()
    behind = jpegs(rest[20:], before=rest[:20])
    assert rest[20:] in scrubbed(heif.WALKER, behind.made())
