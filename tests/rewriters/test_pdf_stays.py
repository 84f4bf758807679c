"""What of a PDF stays, what is told of it, and what is left alone because it cannot be told apart."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from audit.formats.base import FormatError, Policy, Reveal, UnsupportedError
from audit.formats.pieces import apply
from audit.rewriters.pdf import REWRITER
from tests.contracts.rewriter import scrubbed, told
from tests.formats.fixtures import CANARY, reader
from tests.rewriters import documents as doc
from tests.rewriters import pages_taken as odd_pages

if TYPE_CHECKING:
    from collections.abc import Callable


SECRET = doc.SECRET


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(scrubbed(REWRITER, data)))


def test_bookmarks_links_and_places_stay() -> None:
    with opened(doc.outlined()) as pdf:
        assert str(pdf.Root.Outlines.First.Title) == "Chapter"
    with opened(doc.attached()) as pdf:
        assert "/Names" not in pdf.Root
    with opened(doc.annotated(A=Dictionary(S=Name.URI, URI=String("https://example.org/")))) as pdf:
        assert str(pdf.pages[0].Annots[0].A.URI) == "https://example.org/"


def test_what_was_filled_in_stays() -> None:
    with opened(doc.field(FT=Name.Tx, V=String("Bern"), M=SECRET)) as pdf:
        (found,) = pdf.Root.AcroForm.Fields
        assert (str(found.T), str(found.V), "/M" in found) == ("town", "Bern", False)


def test_a_field_keeps_its_own_fonts() -> None:
    """LibreOffice gives each field what Acrobat gives the form: without it, what was filled in is not drawn."""
    own = Dictionary(
        Font=Dictionary(F9=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier))
    )
    with opened(doc.field(FT=Name.Tx, V=String("Bern"), DA=String("/F9 9 Tf"), DR=own)) as pdf:
        assert str(pdf.pages[0].Annots[0].DR.Font.F9.BaseFont) == "/Courier"


def test_streams_whose_filters_stand_in_a_list() -> None:
    """qpdf packs those anew, which a second cleaning has to leave as they are."""

    def change(pdf: pikepdf.Pdf) -> None:
        packed = Stream(pdf, zlib.compress(doc.CONTENT), Filter=Array([Name.FlateDecode]))
        pdf.pages[0].obj.Contents = pdf.make_indirect(packed)

    once = scrubbed(
        REWRITER, doc.made(change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    )
    assert scrubbed(REWRITER, once) == once
    with pikepdf.open(io.BytesIO(once)) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == doc.CONTENT


def test_a_comment_keeps_its_words() -> None:
    with opened(doc.annotated(T=SECRET)) as pdf:
        assert str(pdf.pages[0].Annots[0].Contents) == "a remark"


def test_names_that_look_like_keys_stay() -> None:
    """In a dictionary of fonts or pictures the keys are names that somebody chose."""
    names = {"/AF", "/JS", "/Measure", "/A", "/PTEX.F"}

    def change(pdf: pikepdf.Pdf) -> None:
        resources, content = pdf.pages[0].obj.Resources, b""
        for name in sorted(names):
            resources.Font[name] = resources.Font.F1
            resources.XObject[name] = resources.XObject.Im0
            content += b"BT %s 9 Tf ET %s Do " % (name.encode(), name.encode())
        pdf.pages[0].obj.Contents = pdf.make_stream(content)

    with opened(doc.made(change)) as pdf:
        resources = pdf.pages[0].Resources
        assert names == set(resources.Font.keys()) == set(resources.XObject.keys())


def test_colours_of_a_table_and_words_of_a_comment_stay() -> None:
    """Strings where the standard has them."""
    table = Array([Name.Indexed, Name.DeviceRGB, 1, String("rgbRGB")])
    with opened(
        doc.pictured(bytes(40 * 24), Filter=None, ColorSpace=Array([Name.Separation, Name.Spot, table]))
    ) as pdf:
        assert str(pdf.pages[0].Resources.XObject.Im0.ColorSpace[2][3]) == "rgbRGB"
    with opened(doc.annotated(Lang=String("de"))) as pdf:
        assert str(pdf.pages[0].Annots[0].Lang) == "de"


def test_what_a_drawn_letter_may_call_stays() -> None:
    """It looks for it among what the page has, if it has nothing of its own."""

    def change(pdf: pikepdf.Pdf) -> None:
        glyph = pdf.make_indirect(Stream(pdf, b"9 0 d0 /Im0 Do"))
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 9, 9]), FontMatrix=Array([1, 0, 0, 1, 0, 0]),
            CharProcs=Dictionary(a=glyph), Encoding=Dictionary(Differences=Array([97, Name.a])), FirstChar=97,
            LastChar=97, Widths=Array([9]),
        )  # fmt: skip
        pdf.pages[0].obj.Resources.Font.F1 = pdf.make_indirect(font)
        pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F1 9 Tf (a) Tj ET")

    with opened(doc.made(change)) as pdf:
        assert list(pdf.pages[0].Resources.XObject.keys()) == ["/Im0"]


def test_names_that_are_no_text_and_lengths_that_are_none() -> None:
    """As old programs write them."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Resources.Font.F1.BaseFont = Name("/xxxx")
        pdf.pages[0].obj.Group = Dictionary(S=Name.Transparency, CS=Name("/yyyy"))

    data = doc.made(change).replace(b"/xxxx", b"/\xba\xda\xcc\xe5").replace(b"/yyyy", b"/\xba\xda\xcc\xe5")
    clean = scrubbed(REWRITER, data)
    assert b"/#ba#da#cc#e5" in clean or b"/\xba\xda\xcc\xe5" in clean
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert list(pdf.pages[0].obj.Group.keys()) == ["/S"]


def test_fewer_rows_than_said_and_odd_predictors_stay() -> None:
    for data, more in (
        (bytes(99), {}),
        (bytes(24 * 31 + 9), {"DecodeParms": Dictionary(Predictor=12, Columns=30)}),
        (bytes(9999), {"ColorSpace": Array([Name.ICCBased])}),
    ):
        with opened(doc.pictured(data, Filter=Name.FlateDecode, packed=True, **more)) as pdf:
            raw = pdf.pages[0].Resources.XObject.Im0.read_raw_bytes()
            assert zlib.decompress(raw) == data


@pytest.mark.parametrize(
    "content",
    [
        (b"BT /F1 12 Tf 9 9 Td (100 % \\) sure %) Tj ET",),
        (b"BI /W 1 /H 1 /BPC 8 /CS /G /F /LZW ID %%\nEI 0 0 5 5 re f % words",),
        (b"BI /W 9 /H 9 /BPC 8 /CS /G ID ", b"%" * 81 + b" EI 0 0 5 5 re f"),
        (b"BT /F1 12 Tf 9 9 Td (Pot", b"ato %) Tj ET"),
    ],
)
def test_what_is_no_comment_stays(content: tuple[bytes, ...]) -> None:
    with opened(doc.written(*content)) as pdf:
        found = pdf.pages[0].obj.Contents
        streams = found if isinstance(found, pikepdf.Array) else [found]
        assert [each.read_bytes() for each in streams] == list(content)


def test_a_clean_font_has_the_same_letters() -> None:
    with opened(doc.lettered(doc.sfnt(doc.NAMED, gap=b"CANARY.."))) as pdf:
        font = pdf.pages[0].obj.Resources.Font.F1.FontDescriptor.FontFile2
        data = font.read_bytes()
        assert (len(data), data[:4], data[4:6]) == (font.Length1, b"\0\1\0\0", b"\0\7")
        assert sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF == 0xB1B0AFBA
        rows = [struct.unpack_from(">4sIII", data, 12 + 16 * number) for number in range(7)]
        assert [row[0] for row in rows] == sorted(doc.TABLES)
        assert {name: data[at : at + size] for name, _, at, size in rows if name != b"head"} == {
            name: table for name, table in doc.TABLES.items() if name != b"head"
        }


@pytest.mark.parametrize(
    "font",
    [
        doc.sfnt(doc.NAMED)[:300],
        doc.sfnt(doc.NAMED, mark=b"ttcf"),
        doc.sfnt({b"name": b"CANARY"}),
        b"\0\1\0\0" + bytes(8),
        doc.sfnt(doc.TABLES)[:12] + doc.sfnt(doc.TABLES)[12:28] * 7 + bytes(999),
    ],
)
def test_a_font_that_cannot_be_told_apart_stays(font: bytes) -> None:
    with opened(doc.lettered(font)) as pdf:
        assert pdf.pages[0].obj.Resources.Font.F1.FontDescriptor.FontFile2.read_bytes() == font


def test_tagged_text_keeps_its_structure() -> None:
    """Elements without a type of their own, which the tree of numbers leads to as well."""

    def change(pdf: pikepdf.Pdf) -> None:
        part = pdf.make_indirect(Dictionary(S=Name.P, K=0, Alt=String("a house"), Pg=pdf.pages[0].obj))
        tree = Dictionary(Nums=Array([0, Array([part])]))
        pdf.Root.StructTreeRoot = pdf.make_indirect(
            Dictionary(Type=Name.StructTreeRoot, ParentTree=tree, K=Array([part]))
        )
        part.P = pdf.Root.StructTreeRoot

    with opened(doc.made(change)) as pdf:
        part = pdf.Root.StructTreeRoot.K[0]
        assert str(part.Alt) == "a house"
        assert {"/S", "/K", "/P", "/Pg"} <= set(part.keys())
        assert pdf.Root.StructTreeRoot.ParentTree.Nums[1][0].objgen == part.objgen


def test_a_locked_document_says_so() -> None:
    with pytest.raises(UnsupportedError, match="password"):
        scrubbed(REWRITER, doc.locked("secret"))


def test_two_copies_of_one_document_are_the_same_file() -> None:
    assert scrubbed(REWRITER, doc.made()) == scrubbed(REWRITER, doc.info(linearize=True))


def test_reading_tells_who_and_when() -> None:
    found = {(tag.name, tag.value, tag.reveals) for tag in told(REWRITER, doc.info())}
    assert ("Author", "Jane CANARY", Reveal.OWNER) in found
    assert ("CreationDate", "D:20240309133711+01'00'", Reveal.TIME) in found
    reveals = {tag.reveals for tag in told(REWRITER, doc.field(FT=Name.Sig, V=doc.SIGNATURE))}
    assert Reveal.PROVENANCE in reveals
    assert Reveal.LOCATION in {tag.reveals for tag in told(REWRITER, doc.with_stream("/Metadata"))}


def test_a_signature_says_who_where_when_and_why() -> None:
    signature = Dictionary(
        Type=Name.Sig,
        Name=String("Jane"),
        Location=String("Madrid"),
        ContactInfo=String("600"),
        Reason=String("Yes"),
        M=String("D:2024"),
    )
    found = {tag.value: tag.reveals for tag in told(REWRITER, doc.field(FT=Name.Sig, V=signature))}
    expected = {
        "Jane": Reveal.PROVENANCE,
        "Madrid": Reveal.LOCATION,
        "600": Reveal.OWNER,
        "Yes": Reveal.COMMENT,
        "D:2024": Reveal.TIME,
    }
    assert {value: found.get(value) for value in expected} == expected


def test_a_signature_that_is_none_is_told_too() -> None:
    found = [tag for tag in told(REWRITER, doc.field(FT=Name.Sig, V=SECRET)) if tag.name == "signature"]
    assert [tag.reveals for tag in found] == [Reveal.PROVENANCE]


@pytest.mark.parametrize("rounds", [1, 3, 9])
def test_a_damaged_document_is_written_until_nothing_changes(
    monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """What is guessed of it may be guessed otherwise the next time."""
    left = [rounds]

    def cleaned(data: object, policy: object, *, write: bool = True) -> tuple[bytes, list[object], bool]:
        left[0] = max(0, left[0] - 1)
        return b"%d" % left[0], [], True

    monkeypatch.setattr(REWRITER, "_cleaned", cleaned)
    if rounds == 9:
        with pytest.raises(FormatError, match="not a PDF"):
            REWRITER.rewrite(reader(b""), Policy())
    else:
        assert apply(reader(b""), REWRITER.rewrite(reader(b""), Policy())) == b"0"


def test_a_type_1_font_keeps_its_names_and_its_length() -> None:
    with opened(doc.lettered(doc.TYPE_1, key="FontFile")) as pdf:
        data = pdf.pages[0].obj.Resources.Font.F1.FontDescriptor.FontFile.read_bytes()
    assert len(data) == len(doc.TYPE_1)
    assert data.startswith(b"%!PS-AdobeFont-1.0  ")
    assert b"/FontName /Own def" in data
    assert b"/Notice (%s) readonly def" % (b" " * 12) in data
    assert b"eexec" + bytes(range(200)) in data
    assert CANARY not in data


@pytest.mark.parametrize(
    "font",
    [b"%! words", b"\x80\1eexec", b"%!PS-AdobeFont-1.0" + bytes(1 << 17) + b"(a) eexec", b"%!  \n(a eexec"],
)
def test_a_type_1_font_that_cannot_be_told_apart_stays(font: bytes) -> None:
    with opened(doc.lettered(font, key="FontFile")) as pdf:
        assert pdf.pages[0].obj.Resources.Font.F1.FontDescriptor.FontFile.read_bytes() == font


def test_letters_that_are_meant_stay() -> None:
    with opened(doc.on_font("/ToUnicode", lambda pdf: pdf.make_indirect(Stream(pdf, doc.MEANINGS)))) as pdf:
        data = pdf.pages[0].obj.Resources.Font.F1.ToUnicode.read_bytes()
    assert b"\n1 begincodespacerange <00> <FF> endcodespacerange\n" in data
    assert (
        b"\n2 beginbfchar <41> <0042> <42> <00430044> endbfchar\n1 beginbfrange <50> <51> [<0061> <0062>] endbfrange\n"
        in data
    )


@pytest.mark.parametrize(
    "data",
    [
        b"words",
        doc.MEANINGS.replace(b"<41>", b"(a)"),
        doc.MEANINGS.replace(b"begincmap", b"begincmap /A usecmap"),
    ],
)
def test_what_tells_letters_in_another_way_stays(data: bytes) -> None:
    with opened(doc.on_font("/ToUnicode", lambda pdf: pdf.make_indirect(Stream(pdf, data)))) as pdf:
        assert pdf.pages[0].obj.Resources.Font.F1.ToUnicode.read_bytes() == data


@pytest.mark.parametrize(
    ("keys", "packed", "undo"),
    [
        (b"/F [/A85 /DCT]", base64.a85encode(doc.EXIF) + b"~>", lambda data: base64.a85decode(data[:-2])),
        (
            b"/L 9 /F [/AHx /DCT]",
            doc.EXIF.hex().encode() + b">",
            lambda data: bytes.fromhex(data[:-1].decode()),
        ),
    ],
)
def test_exif_of_a_picture_in_the_midst_that_is_written_in_letters_or_digits(
    keys: bytes, packed: bytes, undo: Callable[[bytes], bytes]
) -> None:
    with opened(odd_pages.midst(b"/BPC 8 /CS /RGB " + keys, packed, b"40", b"24")) as pdf:
        content = pdf.pages[0].obj.Contents.read_bytes()
    head, _, rest = content.partition(b" ID ")
    coded = rest.rpartition(b"\nEI")[0]
    assert CANARY in doc.EXIF
    assert undo(coded).startswith(b"\xff\xd8")
    assert CANARY not in undo(coded)
    assert b"/L 9" not in head
    assert b"/L " not in keys or b"/L %d" % len(coded) in head


@pytest.mark.parametrize(
    "content",
    [
        b"BI /W 2 /H 2 /BPC 8 /CS /Own ID abcd EI % words",
        b"BI /W 2 /H 2 /BPC 8 /CS /G /F /Fl ID words EI % words",
        b"BI /W 2 /H 2 /BPC 8 /CS /G /F /A85 ID words EI % words",
        b"BI /W 2 /H 2 /BPC 8 /CS /RGB /F /DCT ID \xff\xd8words EI % words",
        b"BI /W 2 /H 2 /BPC 8 /CS /RGB /F /DCT ID \xff\xd8words EI \xff EI\xff % words",
        b"BI /W 2 /H 2 /BPC 8 /CS /G /F /Fl ID " + zlib.compress(b"words")[:-5],
        b"BI /W (a % words",
        b"BI /W 2 % words",
        b"/P <</MCID 0 BDC % words",
        b"/P <<(MCID) 0>> BDC % words",
    ],
)
def test_pictures_in_the_midst_that_cannot_be_told_apart_stay(content: bytes) -> None:
    with opened(doc.written(content)) as pdf:
        assert pdf.pages[0].obj.Contents.read_bytes() == content


def test_what_a_marked_part_says_to_those_who_do_not_see_it_stays() -> None:
    content = b"/Span <</MCID 0 /Lang (de-CH) /ActualText <FEFF0041> /Alt (a\\)b)>> BDC 0 0 9 9 re f EMC"
    with opened(doc.written(content)) as pdf:
        assert pdf.pages[0].obj.Contents.read_bytes() == content


def test_links_lead_to_the_same_page() -> None:
    with opened(odd_pages.linked(SECRET)) as pdf:
        first, second = pdf.pages[0].Annots
        assert first.Dest[0].objgen == second.A.D[0].objgen == pdf.pages[0].obj.objgen


def test_links_that_lead_on_from_the_address_of_the_document_keep_it() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.URI = Dictionary(Base=String("https://example.org/"))
        link = Dictionary(S=Name.URI, URI=String("a.html"))
        pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=link)])

    with opened(doc.made(change)) as pdf:
        assert str(pdf.Root.URI.Base) == "https://example.org/"


def test_own_roles_become_what_they_stand_for() -> None:
    for own, known in (
        ("/Quote9", "/Quote"),
        ("/Way", "/H2"),
        ("/Nobody", "/NonStruct"),
        ("/Round", "/NonStruct"),
    ):
        roles = Dictionary(
            {"/Quote9": Name.Quote, "/Way": Name("/Way2"), "/Way2": Name.H2, "/Round": Name("/Round")}
        )
        with opened(odd_pages.tagged("/S", Name(own), RoleMap=roles)) as pdf:
            assert "/RoleMap" not in pdf.Root.StructTreeRoot
            assert str(pdf.Root.StructTreeRoot.K[0].S) == known


def test_a_document_without_the_page_that_was_taken_out_keeps_the_others() -> None:
    with opened(odd_pages.taken_out(odd_pages.bookmark_to)) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.Root.Outlines.First.Title) == "Chapter"
        assert "/Dest" not in pdf.Root.Outlines.First


def test_what_letters_to_fill_in_look_like_stays() -> None:
    for look in ("/Helv 12 Tf 0 g", "0 0 1 rg /F1 9.5 Tf", "/F1 0 Tf -.5 Tc 0 0 0 1 k"):
        with opened(doc.annotated(DA=String(look))) as pdf:
            assert str(pdf.pages[0].Annots[0].DA) == look


def test_data_packed_by_an_old_program() -> None:
    """LZW as the standard's example has it (7.4.4.2); what is damaged stays as it is, for readers to make of it what they can."""
    packed = bytes.fromhex("800b6050220c0c8501")
    for data, filter_, expected in (
        (packed, Name.LZWDecode, bytes([45, 45, 45, 45, 45, 65, 45, 45, 45, 66])),
        (packed.hex().encode() + b">", Array([Name.AHx, Name.LZW]), None),
        (b"\xff" * 9, Name.LZWDecode, None),
        (b"words", Name.ASCII85Decode, None),
        (base64.a85encode(b"words") + b"~>", Array([Name.A85, Name.RunLengthDecode, Name.Fl]), None),
    ):
        with opened(doc.written(data, Filter=filter_)) as pdf:
            found = pdf.pages[0].obj.Contents
            assert expected is None or found.read_bytes() == expected
            assert expected is not None or zlib.compress(data) != found.read_raw_bytes()
