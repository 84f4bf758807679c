"""PDF: everything that is not needed to show the pages goes, and the pages look the same."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from audit.formats.base import FormatError, Policy, Reveal, UnsupportedError
from audit.formats.pieces import apply
from audit.rewriters.pdf import REWRITER
from tests.contracts.rewriter import RewriterContract, scrubbed, told
from tests.formats import fixtures as fx
from tests.formats.fixtures import CANARY, reader
from tests.rewriters import documents as doc
from tests.rewriters import pages_taken as odd_pages

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = doc.SECRET
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("CANARY()"))


class TestPdf(RewriterContract):
    rewriter = REWRITER
    plain = scrubbed(REWRITER, doc.made())
    samples: ClassVar = {
        "information": doc.info(),
        "information in an object stream": doc.info(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "information, linearized": doc.info(linearize=True),
        "xmp of the document": doc.with_stream("/Metadata", place="root"),
        "xmp of a page": doc.with_stream("/Metadata"),
        "xmp of a picture": doc.with_stream("/Metadata", place="image"),
        "thumbnail": doc.with_stream("/Thumb", b"CANARY"),
        "earlier version": doc.saved_again(),
        "behind the end": doc.made() + b"CANARY",
        "before the beginning": b"CANARY\n" + doc.made(),
        "embedded file and script": doc.attached(),
        "associated file": doc.made(lambda pdf: pdf.Root.__setitem__("/AF", Array([doc.embedded(pdf)]))),
        "private data": doc.in_page("/PieceInfo", Dictionary(App=Dictionary(Private=SECRET))),
        "private data of the document": doc.in_root("/PieceInfo", Dictionary(App=Dictionary(Private=SECRET))),
        "date of the last change": doc.in_page("/LastModified", String("D:2024 CANARY")),
        "unknown key of a page": doc.in_page("/Whatever", SECRET),
        "unknown key of the document": doc.in_root("/Whatever", SECRET),
        "id of a page": doc.in_page("/ID", String("CANARY")),
        "place on a map": doc.in_page("/VP", Array([Dictionary(Name=SECRET, BBox=Array([0, 0, 9, 9]))])),
        "script on opening": doc.in_root("/OpenAction", SCRIPT),
        "script of a page": doc.in_page("/AA", Dictionary(O=SCRIPT)),
        "form sent elsewhere": doc.annotated(
            A=Dictionary(S=Name.SubmitForm, F=String("http://CANARY.example/"))
        ),
        "program started": doc.annotated(A=Dictionary(S=Name.Launch, F=String("CANARY.exe"))),
        "link to a file": doc.annotated(A=Dictionary(S=Name.URI, URI=String("file:///home/CANARY/a"))),
        "action behind another": doc.annotated(
            A=Dictionary(S=Name.URI, URI=String("https://example.org/"), Next=SCRIPT)
        ),
        "author of a comment": doc.annotated(T=SECRET),
        "dates and id of a comment": doc.annotated(M=SECRET, CreationDate=SECRET, NM=SECRET),
        "subject of a comment": doc.annotated(Subj=SECRET),
        "formatted comment": doc.annotated(RC=String("<p>CANARY</p>")),
        "state of a review": doc.annotated(
            StateModel=String("Review"), State=String("Accepted"), Contents=SECRET
        ),
        "file in a comment": doc.annotated(Subtype=Name.FileAttachment, FS=doc.embedded),
        "signature": doc.field(FT=Name.Sig, V=doc.SIGNATURE),
        "form of another kind": doc.made(
            lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array([]), XFA=SECRET))
        ),
        "unknown key of a bookmark": doc.outlined(),
        "program of a layer": doc.layered(),
        "exif of a picture": doc.pictured(doc.EXIF),
        "exif of a packed picture": doc.pictured(
            zlib.compress(doc.EXIF), Filter=Array([Name.FlateDecode, Name.DCTDecode])
        ),
        "exif of a picture in letters": doc.pictured(
            base64.a85encode(doc.EXIF) + b"~>", Filter=Array([Name.ASCII85Decode, Name.DCTDecode])
        ),
        "exif of a picture in digits": doc.pictured(
            doc.EXIF.hex().encode() + b">", Filter=Array([Name.ASCIIHexDecode, Name.DCTDecode])
        ),
        "behind a picture": doc.pictured(fx.jpeg() + b"CANARY"),
        "xml of a JPEG 2000 picture": doc.pictured(doc.jp2(), Filter=Name.JPXDecode),
        "comment of a JPEG 2000 picture": doc.pictured(doc.codestream(), Filter=Name.JPXDecode),
        "name of a picture's file": doc.pictured(fx.jpeg(), OPI=Dictionary(F=SECRET)),
        "second picture": doc.pictured(fx.jpeg(), Alternates=Array([Dictionary(Whatever=SECRET)])),
        "unknown key of a picture": doc.pictured(fx.jpeg(), Whatever=SECRET),
        "unknown key of a group": doc.in_page("/Group", Dictionary(S=Name.Transparency, Whatever=SECRET)),
        "unknown key of a graphics state": doc.made(
            lambda pdf: pdf.pages[0].obj.Resources.__setitem__(
                "/ExtGState", Dictionary(G0=Dictionary(ca=1, Whatever=SECRET))
            )
        ),
        "unknown preference": doc.in_root("/ViewerPreferences", Dictionary(FitWindow=True, Whatever=SECRET)),
        "maker of a choice of layers": doc.in_root(
            "/OCProperties", Dictionary(OCGs=Array([]), D=Dictionary(Creator=SECRET, Name=SECRET))
        ),
        "name of an output": doc.in_root(
            "/OutputIntents",
            Array([Dictionary(S=Name.GTS_PDFA1, OutputConditionIdentifier=SECRET, Info=SECRET)]),
        ),
        "words for a language": doc.in_root("/Lang", String("en-x-CANARY")),
        "words for an order": doc.in_page("/Tabs", Name("/CANARY")),
        "name of a stamp": doc.annotated(Subtype=Name.Stamp, Name=Name("/CANARY")),
        "name of a picture": doc.pictured(fx.jpeg(), Name=Name("/CANARY")),
        "value of a form before": doc.field(FT=Name.Tx, V=String("Paris"), DV=SECRET),
        "key of TeX": doc.made(
            lambda pdf: pdf.pages[0].obj.Resources.Font.F1.__setitem__("/PTEX.FileName", SECRET)
        ),
        "locked for changes only": doc.locked(""),
        "unknown key of a font": doc.made(
            lambda pdf: pdf.pages[0].obj.Resources.Font.F1.__setitem__("/Whatever", SECRET)
        ),
        "unknown key of a stream": doc.written(doc.CONTENT, Whatever=SECRET),
        "unknown key of a colour": doc.pictured(
            fx.jpeg(),
            ColorSpace=Array([Name.CalRGB, Dictionary(WhitePoint=Array([1, 1, 1]), Whatever=SECRET)]),
        ),
        "unknown key of marked content": doc.made(
            lambda pdf: pdf.pages[0].obj.Resources.__setitem__(
                "/Properties", Dictionary(MC0=Dictionary(Title=SECRET, MCID=0))
            )
        ),
        "names inside a font": doc.lettered(doc.sfnt(doc.NAMED)),
        "between the tables of a font": doc.lettered(doc.sfnt(doc.TABLES, gap=b"CANARY..")),
        "unknown table of a font": doc.lettered(doc.sfnt({**doc.TABLES, b"CNRY": b"CANARY"})),
        "comment in the instructions": doc.written(b"% CANARY\n" + doc.CONTENT),
        "comment in one of several streams": doc.written(doc.CONTENT, b"% CANARY"),
        "comment in a stamp": doc.annotated(AP=doc.stamp(b"0 0 9 9 re f % CANARY")),
        "words in a Type 1 font": doc.lettered(doc.TYPE_1, key="FontFile"),
        "words among the letters that are meant": doc.on_font(
            "/ToUnicode",
            lambda pdf: pdf.make_indirect(Stream(pdf, doc.MEANINGS, CMapName=Name("/CANARY"))),
        ),
        "no font": doc.lettered(b"CANARY"),
        "family of a font": doc.lettered(doc.sfnt(doc.TABLES), FontFamily=SECRET),
        "words of another kind in a font": doc.on_font("/Alt", SECRET),
        "a stream of another kind in a font": doc.on_font(
            "/Function", lambda pdf: pdf.make_indirect(Stream(pdf, b"CANARY"))
        ),
        "words among widths": doc.on_font("/Widths", Array([SECRET, Array([SECRET])])),
        "words for a number": doc.in_page("/Rotate", SECRET),
        "words among numbers": doc.in_page("/TrimBox", Array([0, 0, 120, 120, SECRET])),
        "words for a picture": doc.resource("/XObject", Dictionary(Im0=SECRET)),
        "words for a layout": doc.in_root("/PageLayout", Name("/CANARY")),
        "words for a version": doc.in_root("/Version", Name("/CANARY")),
        "words for a way to blend": doc.resource("/ExtGState", Dictionary(G0=Dictionary(BM=Name("/CANARY")))),
        "drawing that nothing calls": doc.resource("/XObject", doc.uncalled),
        "rows below a picture": doc.pictured(
            bytes(40 * 24 * 3) + b"CANARY", Filter=Name.FlateDecode, packed=True
        ),
        "rows below a picture with predictors": doc.pictured(
            bytes(24 * 121) + b"\0" + b"CANARY" * 20,
            Filter=Name.FlateDecode,
            DecodeParms=Dictionary(Predictor=15, Colors=3, Columns=40),
            packed=True,
        ),
        "rows below a mask": doc.pictured(
            bytes(5 * 24) + b"CANARY", Filter=None, ImageMask=True, BitsPerComponent=1, ColorSpace=None
        ),
        "behind a profile": doc.resource("/ColorSpace", doc.profiled(fx.profile() + b"CANARY")),
        "no profile": doc.resource("/ColorSpace", doc.profiled(b"CANARY")),
        "behind the samples of a function": doc.resource("/Shading", doc.shaded(b"\0\xffCANARY")),
        "behind packed instructions": doc.written(
            zlib.compress(doc.CONTENT) + b"CANARY", Filter=Name.FlateDecode
        ),
        "page that was taken out": odd_pages.taken_out(odd_pages.bookmark_to),
        "page that was taken out, by its name": odd_pages.taken_out(odd_pages.named_place),
        "part of a page that was taken out": odd_pages.taken_out(odd_pages.part_of),
        "field of a page that was taken out": odd_pages.taken_out(odd_pages.field_of),
        "comment on a page that was taken out": odd_pages.taken_out(odd_pages.answer_to),
        "name of a place": odd_pages.linked(doc.SECRET),
        "name of a place, as a link says it": odd_pages.linked(String("CANARY"), Contents=String("CANARY")),
        "name of a place that nothing leads to": doc.in_root(
            "/Dests", Dictionary({"/CANARY": Array([Name.XYZ])})
        ),
        "address on opening": doc.in_root(
            "/OpenAction", Dictionary(S=Name.URI, URI=String("http://CANARY/"))
        ),
        "address of the document": doc.in_root("/URI", Dictionary(Base=String("http://CANARY/"))),
        "words in a link": doc.annotated(A=Dictionary(S=Name.URI, URI=String("http://a/"), T=SECRET)),
        "name of a file in a comment": doc.annotated(Subtype=Name.FileAttachment, Contents=SECRET),
        "words of a window of a comment": doc.annotated(
            Popup=Dictionary(Subtype=Name.Popup, Rect=Array([0, 0, 9, 9]), Contents=SECRET)
        ),
        "comment of an unknown kind": doc.annotated(Subtype=Name("/CANARY")),
        "state of a comment that is none": doc.annotated(State=SECRET, StateModel=SECRET),
        "state of a button that is none": doc.annotated(AS=Name("/CANARY")),
        "state of a button without a look": doc.annotated(AS=Name("/CANARY"), AP=Dictionary()),
        "words for an end of a line": doc.annotated(LE=Array([Name("/CANARY"), Name("/None")])),
        "words for letters to fill in": doc.annotated(DA=String("(CANARY) pop /F1 9 Tf % CANARY")),
        "field that is on no page": doc.in_root(
            "/AcroForm", Dictionary(Fields=Array([Dictionary(FT=Name.Tx, T=String("a"), V=SECRET)]))
        ),
        "name of a role": odd_pages.tagged("/S", Name("/CANARY")),
        "namespace of a role": odd_pages.tagged(
            "/NS", Dictionary(Type=Name.Namespace, NS=String("http://CANARY/"))
        ),
        "words for what a layer is": doc.in_root(
            "/OCProperties",
            Dictionary(
                OCGs=Array(
                    [
                        Dictionary(
                            Type=Name.OCG,
                            Name=String("a"),
                            Usage=Dictionary(Print=Dictionary(Subtype=Name("/CANARY"))),
                        )
                    ]
                )
            ),
        ),
        "words for a kind of dictionary": doc.in_page(
            "/Group", Dictionary(Type=Name("/CANARY"), S=Name.Transparency)
        ),
        "unused look of letters": doc.resource("/ExtGState", {"/CANARY": Dictionary(ca=1)}),
        "words in a picture in the midst": odd_pages.midst(b"/BPC 8 /CS /G /Foo (CANARY)", b"abcd"),
        "behind a picture in the midst": odd_pages.midst(b"/BPC 8 /CS /G", b"abcdCANARY"),
        "behind a packed picture in the midst": odd_pages.midst(
            b"/BPC 8 /CS /G /F [/A85 /Fl]", base64.a85encode(zlib.compress(b"abcd")) + b"~> CANARY"
        ),
        "behind a picture in the midst that zlib packed": odd_pages.midst(
            b"/BPC 8 /CS [/I /RGB 1 <000000ffffff>] /F /Fl", zlib.compress(bytes(4)) + b"CANARY"
        ),
        "exif of a picture in the midst": odd_pages.midst(b"/BPC 8 /CS /RGB /F /DCT", doc.EXIF, b"40", b"24"),
        "comment behind a picture in the midst": doc.written(
            b"q 9 0 0 9 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI Q % CANARY"
        ),
        "points among the instructions": doc.written(
            doc.CONTENT + b" /CANARY MP /A <</B (CANARY)>> DP /A /CANARY DP"
        ),
        "words beside a marked part": doc.written(
            b"/P <</MCID 0 /Whatever [(CANARY) <</A 1>>]>> BDC EMC " + doc.CONTENT
        ),
        "comment in packed instructions in letters": doc.written(
            base64.a85encode(zlib.compress(b"% CANARY\n" + doc.CONTENT)) + b"~>",
            Filter=Array([Name.ASCII85Decode, Name.FlateDecode]),
        ),
        "behind instructions in letters": doc.written(
            base64.a85encode(doc.CONTENT) + b"~>CANARY", Filter=Name.ASCII85Decode
        ),
        "behind runs": doc.pictured(b"\x81a" * 24 + b"\x80CANARY", Filter=Name.RunLengthDecode),
        "behind a table of colours": doc.pictured(
            bytes(960),
            Filter=None,
            ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 1, String("rgbRGBCANARY")]),
        ),
        "behind a JPEG 2000 picture": doc.pictured(doc.plain_jp2() + b"\nCANARY", Filter=Name.JPXDecode),
        "behind a function in PostScript": doc.resource("/Shading", odd_pages.calculated(b"{ pop } CANARY")),
        "drawing in PostScript": odd_pages.posted(),
        "letter that is not used": odd_pages.drawn_letters(),
    }
    odd: ClassVar = {
        "ids": doc.made(),
        "attachments shown first": doc.in_root("/PageMode", Name.UseAttachments),
    }
    broken: ClassVar = {
        "locked": doc.locked("secret"),
        "no document": b"%PDF-1.7\n",
        "no pages": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n",
        "form of its own": doc.in_root("/NeedsRendering", True),
        "damaged picture": doc.pictured(b"\xff\xd8\xff\xe0words"),
        "no picture": doc.pictured(b"words"),
        "picture packed in an unusual way": doc.pictured(
            doc.EXIF, Filter=Array([Name.LZWDecode, Name.DCTDecode])
        ),
        "JPEG 2000 made of several": doc.pictured(b"\0\0\0\x08jplh", Filter=Name.JPXDecode),
    }

    def unpacked(self, data: bytes) -> bytes:
        """Every object, also those that nothing leads to, with its streams."""
        found = [data]
        try:
            with pikepdf.open(io.BytesIO(data)) as pdf:
                found.append(pdf.trailer.unparse(resolved=True))
                for each in pdf.objects:
                    found.append(each.unparse(resolved=True))
                    if isinstance(each, pikepdf.Stream):
                        found.append(each.read_raw_bytes())
                        found.append(_read(each))
        except pikepdf.PasswordError:
            pass
        return b"\n".join(found)

    def shown(self, data: bytes) -> object:
        document = pypdfium2.PdfDocument(data)
        try:
            return [
                (page.get_size(), bytes(page.render(scale=2).buffer))
                for page in (document[number] for number in range(len(document)))
            ]
        finally:
            document.close()


def _read(stream: Any) -> bytes:
    """As far as it can be unpacked; a picture is left as a picture."""
    try:
        return stream.read_bytes(pikepdf.StreamDecodeLevel.generalized)
    except pikepdf.PdfError:
        raw = stream.read_raw_bytes()
    for undo in (
        zlib.decompress,
        lambda data: bytes.fromhex(data[:-1].decode()),
        lambda data: base64.a85decode(data[:-2]),
    ):
        try:
            return undo(raw)
        except (zlib.error, ValueError):
            continue
    return b""


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
