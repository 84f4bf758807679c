from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, ClassVar

import pytest
from PIL import Image, ImageOps

from audit.formats import avif as named_avif
from audit.formats import heif, heif_meta, heif_props, heif_write, identify
from audit.formats.base import Copy, FormatError, Keep, Policy, Reveal, Role
from audit.formats.bmff import Spans
from tests.contracts.walker import BARE, TIMED, WalkerContract, reveals, scrubbed, shown, tags
from tests.formats import fixtures as fx
from tests.formats.boxes import (
    ESSENTIAL,
    Heif,
    Item,
    avif,
    box,
    find,
    full,
    heic,
    hevc_units,
    inserted,
    moving,
    one,
    opened,
    patched,
)

if TYPE_CHECKING:
    pass
from tests.formats.heif_samples import (
    CANARY,
    CODED,
    EXIF,
    EXTENDED,
    HEIC,
    MOVING,
    PICTURE,
    PLAIN,
    PPS,
    RDF,
    SEI,
    SEQUENCE_HEADER,
    SEQUENCES,
    TABLE,
    UNUSED,
    VIDEO,
    VIDEO_SET,
    Overlapping,
    auxiliary,
    config_with,
    configured,
    grid,
    nal,
    obu,
    property_as,
    through,
    thumbnail,
    turned,
    with_data,
    with_items,
    with_property,
)


class TestAvif(WalkerContract):
    walker = heif.AVIF
    plain = scrubbed(heif.AVIF, avif())
    turned = turned(PLAIN)
    samples: ClassVar = {
        "exif": avif(exif=fx.exif(1)),
        "xmp": avif(xmp=fx.XMP),
        "exif in parts": with_items(Item(2, b"Exif", EXIF, pieces=3), spread=CANARY),
        "exif in idat": with_items(Item(2, b"Exif", EXIF, method=1)),
        "exif through another item": through(),
        "exif counted wrong": with_items(Item(2, b"Exif", b"\0\0\0\x99Exif\0\0" + fx.exif())),
        "xmp item": with_items(Item(2, b"mime", fx.XMP, content=RDF, hidden=True)),
        "mime item": with_items(Item(2, b"mime", CANARY, content=b"text/CANARY")),
        "c2pa item": with_items(Item(2, b"mime", CANARY, content=b"application/c2pa")),
        "uri item": with_items(Item(2, b"uri ", CANARY, hidden=True)),
        "unknown item": with_items(Item(2, b"CANR", CANARY, entry=3), version=0),
        "item's name": PLAIN._replace(items=(PICTURE._replace(name=b"CANARY.jpg"),)).made(),
        "handler": PLAIN._replace(handler=b"CANARY\0").made(),
        "thumbnail": thumbnail().made(),
        "depth": auxiliary(b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth").made(),
        "gain map": auxiliary(b"urn:com:apple:photo:2020:aux:hdrgainmap").made(),
        "alpha subtype": auxiliary(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha").made(),
        "hidden picture": with_items(
            Item(2, b"av01", PICTURE.data + obu(15, CANARY), PICTURE.uses, hidden=True)
        ),
        "alternative": with_items(
            Item(2, b"av01", PICTURE.data + obu(15, CANARY), PICTURE.uses),
            more_meta=box(b"grpl", full(b"altr", 0, 0, struct.pack(">IIII", 9, 2, 1, 2))),
        ),
        "tone map": with_items(Item(2, b"tmap", CANARY), links=((b"dimg", 2, (1,)),)),
        "uuid": PLAIN._replace(between=box(b"uuid", bytes(16), CANARY)).made(),
        "uuid of C2PA": PLAIN._replace(
            between=box(b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481"), CANARY)
        ).made(),
        "uuid of XMP": PLAIN._replace(
            between=box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), fx.XMP)
        ).made(),
        "free": PLAIN._replace(between=box(b"free", CANARY)).made(),
        "skip": PLAIN._replace(behind=box(b"skip", CANARY)).made(),
        "unknown box": PLAIN._replace(behind=box(b"CANR", CANARY)).made(),
        "odd name of a box": PLAIN._replace(behind=box(b"\xa9\0\1x", CANARY)).made(),
        "motion video": PLAIN._replace(behind=box(b"mpvd", fx.MP4)).made(),
        "sefd": PLAIN._replace(behind=box(b"sefd", CANARY)).made(),
        "film": PLAIN._replace(behind=box(b"moov", box(b"udta", CANARY))).made(),
        "second meta": PLAIN._replace(behind=full(b"meta", 0, 0, CANARY)).made(),
        "behind": PLAIN._replace(behind=CANARY).made(),
        "video behind": PLAIN._replace(behind=b"\0\0" + fx.samsung()).made(),
        "gap in mdat": PLAIN._replace(gap=CANARY).made(),
        "second mdat": PLAIN._replace(behind=box(b"mdat", CANARY)).made(),
        "free in meta": PLAIN._replace(more_meta=box(b"free", CANARY)).made(),
        "xml in meta": PLAIN._replace(more_meta=full(b"xml ", 0, 0, CANARY)).made(),
        "idat": PLAIN._replace(more_meta=box(b"idat", CANARY)).made(),
        "few bytes in meta": PLAIN._replace(more_meta=b"CANARY").made(),
        "unknown property": with_property(b"CANR", CANARY),
        "description": with_property(b"udes", b"\0\0\0\0en\0CANARY\0CANARY\0\0"),
        "time": with_property(b"crtt", bytes(4) + (3_800_000_000_000_000).to_bytes(8, "big")),
        "changed": with_property(b"mdft", bytes(4) + b"\xff" * 8),
        "unused property": PLAIN._replace(more_ipco=box(b"CANR", CANARY)).made(),
        "colours of a picture that goes": PLAIN._replace(more_ipco=box(b"colr", b"nclxCANARY\x80")).made(),
        "free property": PLAIN._replace(more_ipco=box(b"free", CANARY)).made(),
        "long property": with_property(b"pasp", struct.pack(">II", 1, 1) + CANARY),
        "long pixi": with_property(b"clli", bytes(4) + CANARY),
        "grid": grid(CANARY).made(),
        "grid in mdat": grid(CANARY, method=0).made(),
        "more tiles than a grid has": grid(tiles=2)
        ._replace(
            items=(
                *grid(tiles=2).items,
                Item(9, b"av01", avif(size=(64, 64), seed=9), (1,), hidden=True, name=CANARY),
            ),
            links=((b"dimg", 1, (2, 3)), (b"cdsc", 9, (1,))),
        )
        .made(),
        "padding unit": with_data(PICTURE.data + obu(15, CANARY)),
        "user data unit": with_data(obu(5, b"\4\xb5\0CANARY") + PICTURE.data),
        "time code unit": with_data(obu(5, b"\5CANARY") + PICTURE.data),
        "reserved unit": with_data(PICTURE.data + b"\x48CANARY"),
        "delimiter with words": with_data(obu(2, CANARY) + PICTURE.data),
        "list of tiles": with_data(PICTURE.data + obu(8, CANARY)),
        "layers for streaming": with_data(obu(5, b"\3CANARY\x80") + PICTURE.data),
        "light level with words": with_data(obu(5, b"\1\0\1\0\1\x80CANARY") + PICTURE.data),
        "light level without an end": with_data(obu(5, b"\1\0\1\0\1CANARY") + PICTURE.data),
        "second mastering display": with_data(
            obu(5, b"\2" + bytes(24) + b"\x80") + obu(5, b"\2" + CANARY * 4 + b"\x80") + PICTURE.data
        ),
        "header in the configuration that is none": config_with(PLAIN, b"av1C", obu(1, CANARY)),
        "header in the configuration with words": config_with(
            PLAIN, b"av1C", obu(1, SEQUENCE_HEADER + CANARY)
        ),
        "property of another kind": with_property(b"vvcC", bytes(4) + CANARY),
        "property of uncompressed pictures": with_property(b"cmpd", CANARY),
        "configuration": config_with(PLAIN, b"av1C", obu(5, b"\4CANARY")),
        "header in the configuration of another picture": config_with(
            PLAIN,
            b"av1C",
            obu(1, SEQUENCE_HEADER[:4] + bytes((SEQUENCE_HEADER[4] ^ 1,)) + SEQUENCE_HEADER[5:]),
        )
        + CANARY,
        "layers": with_property(b"a1lx", b"\0\0\1\0\0\0\0CANARY"),
        "brand": PLAIN._replace(brands=b"mif1miafCANARY!!").made(),
        **SEQUENCES,
    }
    odd: ClassVar = {
        "as it was": avif(),
        "zeros": PLAIN._replace(between=box(b"free", bytes(30))).made(),
        "wide numbers": PLAIN._replace(wide=True, sizes=8, version=2).made(),
        "mdat first": MOVING,
        "in parts": PLAIN._replace(items=(PICTURE._replace(pieces=4),), spread=b"\1\2\3").made(),
        "no lengths": PLAIN._replace(version=0).made(),
        "level in the configuration": property_as(PLAIN, b"av1C", lambda body: b"\x81\x1d" + body[2:]),
        "mdat to the end": PLAIN.made()[: find(PLAIN.made(), b"mdat")[0]]
        + bytes(4)
        + PLAIN.made()[find(PLAIN.made(), b"mdat")[0] + 4 :],
    }
    refused = frozenset(
        {
            "exif through another item",
            "few bytes in meta",
            "grid",
            "grid in mdat",
            "meta of a track",
            "not a box at the end",
        }
    )
    broken: ClassVar = {
        "cut": PLAIN.made()[:-40],
        "header only": PLAIN.made()[:28],
        "no primary": PLAIN._replace(primary=5).made(),
        "primary is no picture": with_items(Item(2, b"Exif", EXIF), primary=2),
        "meta cut": PLAIN.made()[:100],
        "no meta": box(b"ftyp", b"avif\0\0\0\0mif1") + box(b"mdat", b"1234"),
        "unknown essential property": with_property(b"CANR", CANARY, mark=ESSENTIAL),
        "two sizes": with_property(b"ispe", bytes(12)),
        "property that is not there": PLAIN._replace(items=(PICTURE._replace(uses=(9,)),)).made(),
        "short property": with_property(b"pasp", b"\0"),
        "grid without tiles": grid(tiles=1).made(),
        "short grid": grid()
        ._replace(items=(grid().items[0]._replace(data=b"\0\0\0\1"), *grid().items[1:]))
        .made(),
        "tile that is not there": grid()._replace(items=grid().items[:2]).made(),
        "item twice": with_items(PICTURE),
        "header with words": with_data(obu(1, SEQUENCE_HEADER + CANARY) + PICTURE.data[13:]),
        "second picture in an item": with_data(PICTURE.data + PICTURE.data[13:]),
        "coded picture cut off": with_data(PICTURE.data[:-1]),
        "bytes that are there twice": Overlapping(
            *PLAIN._replace(items=(PICTURE._replace(kind=b"unci"),), behind=box(b"free", bytes(2000)))
        ).made(),
        "not AV1": with_data(b"\xff" * 40),
        "no units": with_data(obu(15, CANARY)),
        "bytes outside": PLAIN.made()[: find(PLAIN.made(), b"mdat")[0]] + box(b"free", PICTURE.data),
        "audio": PLAIN.made().replace(b"pict", b"soun"),
        "fragments": inserted(MOVING, box(b"mvex"), b"moov"),
        "unknown samples": MOVING.replace(b"av01\0\0\0\0\0\0\0\1", b"encv\0\0\0\0\0\0\0\1"),
        "samples outside": patched(MOVING, 8, b"\x7f\xff\xff\xff", *TABLE, b"stco"),
        "too many samples": patched(MOVING, 4, b"\0\0\xff\xff\x7f\xff\xff\xff", *TABLE, b"stsz"),
        "samples elsewhere": MOVING.replace(b"av01\0\0\0\0\0\0\0\1", b"av01\0\0\0\0\0\0\0\2"),
        "no tables": MOVING.replace(b"stsc", b"CANR"),
        "no sizes": MOVING.replace(b"stsz", b"CANR"),
        "no places": MOVING.replace(b"stco", b"CANR"),
        "another description": patched(MOVING, 16, b"\0\0\0\7", *TABLE, b"stsc"),
        "track without a number": patched(MOVING, 20, bytes(4), b"moov", b"trak", b"tkhd"),
        "minimal": box(b"ftyp", b"mif3avif") + box(b"mini", bytes(40)),
    }

    def test_size_and_preview(self) -> None:
        super().test_size_and_preview()
        source = fx.reader(grid().made())
        assert heif.AVIF.size(source, ()) == (128, 64)
        start, stop = find(MOVING, b"meta")
        bare = fx.reader(MOVING[:start] + MOVING[stop:])
        assert heif.AVIF.size(bare, ()) == (40, 24)
        assert heif.AVIF.size(fx.reader(self.broken["no meta"]), ()) is None


class TestHeic(WalkerContract):
    walker = heif.WALKER
    plain = scrubbed(heif.WALKER, heic())
    turned = turned(HEIC)
    samples: ClassVar = {
        "exif": heic(exif=b"Exif\0\0" + fx.exif()),
        "xmp": heic(xmp=fx.XMP),
        "user data": with_data(nal(39, SEI) + CODED, HEIC),
        "user data behind": with_data(CODED + nal(40, SEI), HEIC),
        "filler": with_data(nal(38, CANARY) + CODED, HEIC),
        "reserved": with_data(CODED + nal(50, CANARY), HEIC),
        "mixed messages": with_data(nal(39, b"\x89\x02ab" + SEI) + CODED, HEIC),
        "long message": with_data(nal(39, b"\xff\xff\0" + CANARY) + CODED, HEIC),
        "delimiter with words": with_data(nal(35, CANARY) + CODED, HEIC),
        "thumbnail": thumbnail(HEIC).made(),
        "behind": HEIC.made() + fx.samsung(),
        "long light level": with_data(nal(39, b"\x90\x0a\0\1\0\1CANARY\x80") + CODED, HEIC),
        "second light level": with_data(
            nal(39, b"\x89\x18" + bytes(24) + b"\x80") + nal(39, b"\x89\x18" + CANARY * 4 + b"\x80") + CODED,
            HEIC,
        ),
        "filler message": with_data(nal(39, b"\3\6CANARY\x80") + CODED, HEIC),
        "checksum": with_data(CODED + nal(40, b"\x84\x31\0" + CANARY * 8 + b"\x80"), HEIC),
        "slice that is none": with_data(CODED + nal(20, b"\0" + CANARY), HEIC),
        "another layer": with_data(CODED + struct.pack(">IBB", 8, 19 << 1, 9) + CANARY, HEIC),
        "unused parameter set": configured(PPS, UNUSED + CANARY),
        "parameter set with more behind it": configured(PPS + CANARY),
        "extension of a parameter set": configured(PPS[:-1] + EXTENDED + CANARY + b"\x80"),
        "earlier parameter set": configured(PPS + CANARY, PPS),
        "unit in an array of others": configured(b"\x4c\1" + CANARY, PPS),
        "head of the configuration": property_as(
            HEIC,
            b"hvcC",
            lambda body: body[:2] + CANARY + body[8:13] + b"\xf3\x41" + body[15:19] + b"CA" + body[21:],
        ),
        "set of the video": property_as(HEIC, b"hvcC", lambda body: VIDEO_SET.join(body.split(VIDEO, 1))),
        "depths": property_as(HEIC, b"pixi", lambda body: body[:4] + b"\6CANARY"),
        "hidden jpeg": with_items(Item(2, b"jpeg", fx.small_jpeg() + CANARY, hidden=True), base=HEIC),
    }
    broken: ClassVar = {
        "cut": HEIC.made()[:-9],
        "second picture in an item": with_data(CODED + CODED, HEIC),
        "parameter set with words in the data": with_data(nal(34, PPS[2:] + CANARY) + CODED, HEIC),
        "length too long": with_data(b"\x7f" + CODED[1:], HEIC),
        "short configuration": HEIC._replace(
            properties=tuple(box(b"hvcC", p[8:20]) if p[4:8] == b"hvcC" else p for p in HEIC.properties)
        ).made(),
        "empty": with_data(b"", HEIC),
    }
    samples["configuration"] = HEIC._replace(
        properties=tuple(
            box(
                b"hvcC",
                p[8:30]
                + bytes((p[30] + 1,))
                + p[31:]
                + b"\x27\0\1"
                + struct.pack(">H", 2 + len(SEI))
                + b"\x4e\1"
                + SEI,
            )
            if p[4:8] == b"hvcC"
            else p
            for p in HEIC.properties
        )
    ).made()

    def test_orientation_stays_unless_told_otherwise(self) -> None:
        """The turn is a property: libheif turns the picture, and there is no Exif to say it again."""
        clean = scrubbed(self.walker, self.turned)
        assert b"irot" in clean
        assert b"Exif" not in clean
        assert b"irot" not in scrubbed(self.walker, self.turned, BARE)

    def test_size_and_preview(self) -> None:
        source = fx.reader(self.turned)
        segments = self.walker.segments(source)
        assert self.walker.size(source, segments) == (64, 64)
        preview = self.walker.thumbnail(source, segments)
        assert preview is not None
        assert preview[:2] == b"\xff\xd8"
        assert self.walker.thumbnail(fx.reader(self.plain), ()) is None


@pytest.mark.parametrize(
    ("walker", "data", "same"),
    [
        (heif.AVIF, with_data(PICTURE.data + obu(7, CANARY)), PLAIN),
        (heif.AVIF, with_data(obu(1, CANARY) + PICTURE.data), PLAIN),
        (heif.WALKER, with_data(nal(33, CANARY) + CODED, HEIC), HEIC),
    ],
    ids=["copy of a header", "header that is none", "parameter set that is none"],
)
def test_headers_that_are_none_go(walker: heif.Heif, data: bytes, same: Heif) -> None:
    with pytest.raises((RuntimeError, ValueError)):
        shown(data)
    clean = scrubbed(walker, data)
    assert CANARY not in clean
    assert shown(clean) == shown(same.made())


def table_as(kind: bytes, body: bytes) -> bytes:
    """The sequence with another form of one of its tables."""
    old = {b"stz2": b"stsz", b"co64": b"stco"}[kind]
    start, _ = find(MOVING, *TABLE, old)
    emptied = MOVING[: start + 4] + b"free" + MOVING[start + 8 :]
    return inserted(emptied, full(kind, 0, 0, body), *TABLE)


def test_other_forms_of_the_tables() -> None:
    start, stop = find(MOVING, *TABLE, b"stsz")
    sizes = struct.unpack(">3I", MOVING[start + 20 : stop])
    small = table_as(b"stz2", struct.pack(">II3H", 16, 3, *sizes))
    assert shown(scrubbed(heif.AVIF, small)) == shown(moving())
    start, stop = find(MOVING, *TABLE, b"stco")
    places = struct.unpack(f">{(stop - start - 16) // 4}I", MOVING[start + 16 : stop])
    wide = table_as(b"co64", struct.pack(f">I{len(places)}Q", len(places), *places))
    assert shown(scrubbed(heif.AVIF, wide)) == shown(moving())
    for odd in (struct.pack(">II", 5, 3), struct.pack(">II2B", 4, 3, 0x11, 0x10), struct.pack(">II", 8, 3)):
        with pytest.raises(FormatError):
            scrubbed(heif.AVIF, table_as(b"stz2", odd))


def test_offsets_of_eight_bytes_where_four_are_too_few() -> None:
    layout = heif_write.Layout(Spans([(0, 5 << 30)]), 100, Spans(()), b"", {}, (), {}, 4)
    meta = heif_meta.Meta(
        0, 1, {1: heif_meta.Entry("unci", False, b"", "", False)}, {1: heif_meta.Place(0, ((0, 5 << 30),))}
    )
    writer = heif_write.MetaWriter(meta, [1], (), Policy())
    with pytest.raises(OverflowError):
        writer.write(layout)
    assert (5 << 30).to_bytes(8, "big") in writer.write(layout._replace(width=8))


@pytest.mark.parametrize("name", list(SEQUENCES))
def test_the_sequence_plays_as_before(name: str) -> None:
    clean = scrubbed(heif.AVIF, SEQUENCES[name])
    image = Image.open(io.BytesIO(clean))
    assert image.n_frames == 3
    assert shown(clean) == shown(moving())


def test_a_sequence_without_items() -> None:
    start, stop = find(MOVING, b"meta")
    clean = scrubbed(heif.AVIF, MOVING[:start] + MOVING[stop:])
    assert b"meta" not in clean[:400]
    assert b"moov" in clean


def test_alpha_stays_with_what_says_that_it_is_alpha() -> None:
    data = avif("RGBA")
    clean = scrubbed(heif.AVIF, data)
    assert opened(clean).mode == "RGBA"
    assert shown(clean) == shown(data)
    assert b"auxC" in clean


def test_pictures_beside_the_first_stay() -> None:
    second = one(avif(seed=5), b"avif", b"av01").items[0].data
    data = with_items(Item(2, b"av01", second, PICTURE.uses))
    assert second in scrubbed(heif.AVIF, data)
    hidden = with_items(Item(2, b"av01", second, PICTURE.uses, hidden=True))
    assert second not in scrubbed(heif.AVIF, hidden)


def test_numbers_of_items_begin_with_one() -> None:
    """A number may be chosen to be a word, and gaps tell what went."""
    word = int.from_bytes(b"CA", "big")
    data = PLAIN._replace(items=(PICTURE._replace(number=word),), primary=word).made()
    assert scrubbed(heif.AVIF, data) == scrubbed(heif.AVIF, PLAIN.made())
    many = patched(MOVING, 20, b"CANA", b"moov", b"trak", b"tkhd")
    assert scrubbed(heif.AVIF, many) == scrubbed(heif.AVIF, MOVING)


def test_a_group_of_an_item_and_a_track_tells_them_apart() -> None:
    group = box(b"grpl", full(b"altr", 0, 0, struct.pack(">IIII", 77, 2, 1, 9)))
    data = patched(inserted(MOVING, group, b"meta"), 20, struct.pack(">I", 9), b"moov", b"trak", b"tkhd")
    clean = scrubbed(heif.AVIF, data)
    assert full(b"altr", 0, 0, struct.pack(">IIII", 5, 2, 1, 4)) in clean
    assert scrubbed(heif.AVIF, clean) == clean


@pytest.mark.parametrize(
    ("kind", "body", "clean"),
    [
        (b"irot", b"\xfd", b"\1"),
        (b"imir", b"\xfe", b"\0"),
        (b"cloc", b"\0ABC\1", b"\0\0\0\0\1"),
        (b"ccst", b"\0ABC\xfeABC", b"\0\0\0\0\xfc\0\0\0"),
        (b"a1lx", b"\xfe" + bytes(6), bytes(7)),
    ],
)
def test_reserved_bits_of_properties_are_zero(kind: bytes, body: bytes, clean: bytes) -> None:
    assert heif_props.written(kind.decode(), body, Policy()) == clean


def test_colours_that_are_none_are_not_specified() -> None:
    words = (box(b"colr", b"nclxCANA\0\6\x80") if p[4:8] == b"colr" else p for p in PLAIN.properties)
    data = PLAIN._replace(properties=tuple(words)).made()
    clean = scrubbed(heif.AVIF, data)
    assert b"nclx\0\2\0\2\0\6\x80" in clean
    assert shown(clean) == shown(data)
    small = property_as(PLAIN, b"colr", lambda _: b"nclx\0C\0A\0\6\x80")
    assert scrubbed(heif.AVIF, small) == clean


def test_the_order_of_a_program_is_not_told() -> None:
    """Tiles before their grid or behind it, properties in any order, twice, or marked: all the same in the end."""
    plain = grid(method=0)
    many = len(plain.properties)

    def otherwise(item: Item, number: int) -> Item:
        uses = tuple(2 * many + 1 - (use & 0x7F) | ESSENTIAL for use in item.uses)
        return item._replace(number=number, uses=tuple(reversed(uses)))

    first, *tiles = plain.items
    other = plain._replace(
        items=tuple(otherwise(item, number) for number, item in enumerate((*tiles, first), 1)),
        properties=(*plain.properties, *reversed(plain.properties)),
        brands=plain.brands[4:] + plain.brands[:4],
        primary=3,
        links=((b"dimg", 3, (1, 2)),),
    )
    clean, same = (scrubbed(heif.AVIF, each.made()) for each in (plain, other))
    assert shown(other.made()) == shown(same) == shown(clean)
    assert same[: find(clean, b"meta", b"iloc")[0]] == clean[: find(clean, b"meta", b"iloc")[0]]
    assert find(same, b"meta", b"iprp") == find(clean, b"meta", b"iprp")
    start, stop = find(clean, b"meta", b"iref")[0], find(clean, b"mdat")[0]
    assert same[start:stop] == clean[start:stop]


def test_fractions_of_properties_are_in_their_smallest_numbers() -> None:
    pixel = with_property(b"pasp", struct.pack(">2I", 0x41414141, 0x41414141))
    assert scrubbed(heif.AVIF, pixel) == scrubbed(heif.AVIF, with_property(b"pasp", struct.pack(">2I", 1, 1)))
    cut = struct.pack(">2I2I2i2i", 38 * 77, 77, 44, 2, -77, 154, 0, 7777)
    small = struct.pack(">2I2I2i2i", 38, 1, 22, 1, -1, 2, 0, 1)
    assert small in scrubbed(heif.AVIF, with_property(b"clap", cut, mark=ESSENTIAL))
    assert heif_props.written("clap", struct.pack(">8I", *range(8)), Policy())


def test_what_players_of_video_ask_for_goes() -> None:
    """Its encoder writes how many frames a second has, of which a picture has none."""
    sets = hevc_units(HEIC)
    clean = scrubbed(heif.WALKER, HEIC.made())
    assert all(unit in HEIC.made() for unit in sets)
    assert [unit in clean for unit in sets] == [True, False, True]
    assert sets[1][:22] in clean
    assert b"\x0c\x08\0\0\3\0\xc8" not in clean
    assert opened(clean).tobytes() == opened(HEIC.made()).tobytes()


def test_flags_of_a_sequence_and_its_speed_are_the_usual_ones() -> None:
    clean = scrubbed(heif.AVIF, MOVING)
    odd = patched(MOVING, 1, b"CAN", b"moov", b"mvhd")
    odd = patched(
        odd,
        1,
        b"AR" + bytes((odd[find(odd, b"moov", b"trak", b"tkhd")[0] + 11] | 0x0E,)),
        b"moov",
        b"trak",
        b"tkhd",
    )
    _, stop = find(odd, b"moov", b"trak", b"edts", b"elst")
    speed = odd[: stop - 4] + b"\0\1CA" + odd[stop:]
    assert scrubbed(heif.AVIF, odd) == scrubbed(heif.AVIF, speed) == clean
    waits = scrubbed(heif.AVIF, odd[: stop - 4] + b"\0\0CA" + odd[stop:])
    _, stop = find(waits, b"moov", b"trak", b"edts", b"elst")
    assert waits[stop - 4 : stop] == bytes(4)


def test_a_sequence_that_is_turned_stays_turned() -> None:
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    turned = patched(MOVING, 52, quarter, b"moov", b"trak", b"tkhd")
    assert quarter in scrubbed(heif.AVIF, turned)


def test_a_stereo_pair_stays_a_pair() -> None:
    group = box(
        b"grpl",
        full(b"ster", 0, 0, struct.pack(">IIII", 77, 2, 1, 2)),
        full(b"brst", 0, 0, struct.pack(">IIII", 78, 2, 1, 2)),
    )
    clean = scrubbed(heif.AVIF, with_items(PICTURE._replace(number=2), more_meta=group))
    assert full(b"ster", 0, 0, struct.pack(">IIII", 4, 2, 1, 2)) in clean
    assert b"brst" not in clean


@pytest.mark.parametrize(
    ("sample", "reveal"),
    [
        ("exif in parts", Reveal.SERIAL),
        ("exif in idat", Reveal.SERIAL),
        ("exif through another item", Reveal.SERIAL),
        ("exif counted wrong", Reveal.SERIAL),
        ("xmp item", Reveal.PERSON),
        ("uuid of XMP", Reveal.PERSON),
        ("uuid of C2PA", Reveal.PROVENANCE),
        ("c2pa item", Reveal.PROVENANCE),
        ("thumbnail", Reveal.THUMBNAIL),
        ("depth", Reveal.PICTURE),
        ("tone map", Reveal.PICTURE),
        ("motion video", Reveal.VIDEO),
        ("film", Reveal.VIDEO),
        ("sefd", Reveal.TRAILER),
        ("description", Reveal.COMMENT),
        ("item's name", Reveal.COMMENT),
        ("time", Reveal.TIME),
        ("changed", Reveal.TIME),
        ("times", Reveal.TIME),
        ("encoder", Reveal.SOFTWARE),
        ("handler", Reveal.SOFTWARE),
        ("text track", Reveal.VIDEO),
        ("gap in mdat", Reveal.UNKNOWN),
        ("free", Reveal.UNKNOWN),
    ],
)
def test_what_a_hiding_place_is_called(sample: str, reveal: Reveal) -> None:
    assert reveal in reveals(heif.AVIF, TestAvif.samples[sample])


def test_the_settings_of_an_encoder_are_read() -> None:
    told = {
        tag.value
        for tag in tags(heif.WALKER, TestHeic.samples["user data"])
        if tag.reveals is Reveal.SOFTWARE
    }
    assert any("CANARY encoder 1" in value for value in told)


def test_kept_time_is_an_item_of_its_own() -> None:
    clean = scrubbed(heif.WALKER, TestHeic.turned, Policy(frozenset({Keep.TIME})))
    assert b"cdsc" in clean
    assert dict(ImageOps.exif_transpose(opened(clean)).getexif().get_ifd(0x8769)) == {
        0x9003: "2024:03:09 13:37:11",
        0x9011: "+01:00",
    }
    assert {s.role for s in heif.WALKER.segments(fx.reader(clean))} == {
        Role.STRUCTURE,
        Role.PAYLOAD,
        Role.METADATA,
    }


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmiaf\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypMA1B\0\0\0\0mif1miaf", "AVIF"),
        (b"\0\0\0\x10ftypmif3avif", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42isom", "MP4"),
    ],
)
def test_brands(head: bytes, name: str | None) -> None:
    walker = identify(head)
    assert (walker.name if walker else None) == name


def test_a_clean_file_is_copied_whole() -> None:
    for walker, data in ((heif.AVIF, TestAvif.plain), (heif.WALKER, TestHeic.plain)):
        source = fx.reader(data)
        assert list(walker.plan(source, walker.segments(source), TIMED)) == [Copy(0, len(data))]


def test_avif_is_found_under_its_own_name() -> None:
    assert named_avif.WALKER is heif.AVIF


def test_colours_of_a_picture_that_goes() -> None:
    """They stay, unused: exiftool and others list them without asking whose they are."""
    known = box(b"colr", b"nclx\0\x09\0\x10\0\x09\x80")
    clean = scrubbed(
        heif.AVIF, PLAIN._replace(more_ipco=known * 3 + box(b"colr", b"nclx\0\x09\0\x10\0\x09C")).made()
    )
    assert clean.count(known[8:]) == 1
    assert b"\x09C" not in clean


def test_not_a_heif() -> None:
    for data in (b"", b"\0\0\0\x10mdat12345678", fx.small_jpeg()):
        with pytest.raises(FormatError):
            heif.WALKER.segments(fx.reader(data))
        with pytest.raises(FormatError):
            list(heif.WALKER.plan(fx.reader(data), (), Policy()))
