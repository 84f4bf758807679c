"""PDF: everything that is not needed to show the pages goes, and the pages look the same."""

from __future__ import annotations

import base64
import io
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream, String

from audit.rewriters.pdf import REWRITER
from tests.contracts.rewriter import RewriterContract, scrubbed
from tests.formats import fixtures as fx
from tests.rewriters import documents as doc
from tests.rewriters import locked_files, small_places
from tests.rewriters import pages_taken as odd_pages

if TYPE_CHECKING:
    pass

SECRET = doc.SECRET
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("CANARY()"))


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
        "locked files inside": locked_files.made(),
        "locked files inside, of the fourth version": locked_files.made(V=4, R=4),
        "locked files inside, and a part that says that it is not": locked_files.made("/Identity"),
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
        **small_places.SAMPLES,
    }
    odd: ClassVar = {
        "ids": doc.made(),
        "attachments shown first": doc.in_root("/PageMode", Name.UseAttachments),
    }
    broken: ClassVar = {
        "locked": doc.locked("secret"),
        "locked text": locked_files.made(StrF=Name.StdCF),
        "locked pages": locked_files.made(StmF=Name.StdCF),
        "locked by a program before there were filters": locked_files.made(V=2, R=3, Length=128),
        "a locked page": locked_files.made("/StdCF"),
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
