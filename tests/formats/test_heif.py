from __future__ import annotations

import struct
import zlib
from typing import ClassVar

import pytest
from PIL import ImageOps

from audit.formats import avif as named_avif
from audit.formats import heif
from audit.formats.base import Copy, FormatError, Keep, Policy, Reveal, Role
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
    inserted,
    opened,
    patched,
)
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


@pytest.mark.parametrize("packed", [zlib.compress(fx.XMP), b"x" + fx.XMP])
def test_xmp_that_libheif_packed_is_read(packed: bytes) -> None:
    """heif-enc --enable-metadata-compression; what is not packed though it looks like it does no harm."""
    data = with_items(Item(2, b"mime", packed, content=RDF, hidden=True))
    assert Reveal.PERSON in reveals(heif.AVIF, data)


def test_the_settings_of_an_encoder_are_read() -> None:
    told = {
        tag.value
        for tag in tags(heif.WALKER, TestHeic.samples["user data"])
        if tag.reveals is Reveal.SOFTWARE
    }
    assert any("CANARY encoder 1" in value for value in told)


def test_a_clean_file_is_copied_whole() -> None:
    for walker, data in ((heif.AVIF, TestAvif.plain), (heif.WALKER, TestHeic.plain)):
        source = fx.reader(data)
        assert list(walker.plan(source, walker.segments(source), TIMED)) == [Copy(0, len(data))]


def test_avif_is_found_under_its_own_name() -> None:
    assert named_avif.WALKER is heif.AVIF


def test_not_a_heif() -> None:
    for data in (b"", b"\0\0\0\x10mdat12345678", fx.small_jpeg()):
        with pytest.raises(FormatError):
            heif.WALKER.segments(fx.reader(data))
        with pytest.raises(FormatError):
            list(heif.WALKER.plan(fx.reader(data), (), Policy()))


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
