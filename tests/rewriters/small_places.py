"""Small dictionaries of a PDF with something in them that the standard does not have there, and a font in the compact format."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from pikepdf import Array, Dictionary, Name, Stream, String

from tests.formats import fixtures as fx
from tests.rewriters import documents as doc
from tests.rewriters import pages_taken as odd_pages

if TYPE_CHECKING:
    import pikepdf

SECRET = doc.SECRET


def _index(*pieces: bytes) -> bytes:
    if not pieces:
        return b"\0\0"
    ends = [1]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    return struct.pack(">HB", len(pieces), 2) + struct.pack(f">{len(ends)}H", *ends) + b"".join(pieces)


def _number(value: int) -> bytes:
    return b"\x1d" + struct.pack(">i", value)


def compact(*, collection: bool = False, encoding: bytes = b"", charset: bytes = b"\0\1\x87") -> bytes:
    """A font of two letters (Adobe Technical Note 5176): nothing, and "jane". Strings: 391 "jane", 392 to 394 of CANARY."""
    strings = _index(b"jane", b"CANARY 1", b"CANARY 2", b"Adobe")
    letters = _index(b"\x0e", b"\x8b\x8b\x15\xef\xef\x05\x0e")

    def top(places: tuple[int, int, int]) -> bytes:
        own = [(b"\0", 392), (b"\1", 393), (b"\4", 394), (b"\x0c\0", 393)]
        said = b"".join(_number(value) + operator for operator, value in own)
        whole = b"".join(
            _number(place) + operator
            for operator, place in zip((b"\x11", b"\x0f", b"\x10"), places, strict=True)
        )
        ros = _number(394) + _number(392) + _number(0) + b"\x0c\x1e" if collection else b""
        return ros + said + b"\x1e\x0a\x1f\x8b\xf7\0\xfb\0\x1c\0\0\x05" + whole

    head = b"\1\0\4\2" + _index(b"CANARY")
    start = len(head) + len(_index(top((0, 0, 0)))) + len(strings) + 2
    places = (start, start + len(letters), start + len(letters) + len(charset) if encoding else 0)
    return head + _index(top(places)) + strings + _index() + letters + charset + encoding


def with_tree(**keys: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array([]), **keys))

    return doc.made(change)


def attributes(**keys: Any) -> Dictionary:
    return Dictionary(O=Name.Layout, Placement=Name.Block, **keys)


def stream(pdf: pikepdf.Pdf) -> Stream:
    return pdf.make_indirect(Stream(pdf, b"CANARY"))


def streamed(key: str) -> bytes:
    return doc.made(lambda pdf: pdf.pages[0].obj.__setitem__(key, stream(pdf)))


def looking(pdf: pikepdf.Pdf) -> Dictionary:
    look = doc.stamp(b"0 0 9 9 re f")(pdf)
    look.Whatever = SECRET
    return look


def drawn_family(pdf: pikepdf.Pdf) -> None:
    """As Chromium writes it for fonts that it may not put inside."""
    letter = pdf.make_indirect(Stream(pdf, b"9 0 d0 0 0 5 5 re f"))
    pdf.pages[0].obj.Resources.Font.F1 = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 9, 9]), FontMatrix=Array([1, 0, 0, 1, 0, 0]), FirstChar=97,
        LastChar=97, Widths=Array([9]), CharProcs=Dictionary(a=letter), Resources=Dictionary(),
        Encoding=Dictionary(Differences=Array([97, Name.a])),
        FontDescriptor=Dictionary(Type=Name.FontDescriptor, FontName=Name.Own, Flags=4, FontFamily=SECRET),
    )  # fmt: skip
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F1 9 Tf (a) Tj ET")


COLLECTION = Dictionary(Registry=SECRET, Ordering=String("Own"), Supplement=0)
SAMPLES: dict[str, bytes] = {
    "names and notices of a compact font": doc.lettered(compact(), key="FontFile3"),
    "names and notices of a compact font inside another": doc.lettered(
        doc.sfnt({**doc.TABLES, b"CFF ": compact()}), key="FontFile3"
    ),
    "style of a part among the instructions": doc.written(b"/CANARY <</MCID 0>> BDC EMC " + doc.CONTENT),
    "style of an unnumbered part among the instructions": doc.written(b"/CANARY BMC EMC " + doc.CONTENT),
    "style of a part whose properties stand elsewhere": doc.written(
        b"/Some#20CANARY/MC0 BDC EMC " + doc.CONTENT
    ),
    "style of a point among the instructions": doc.written(b"/CANARY <</A 1>> DP " + doc.CONTENT),
    "family of a font whose letters are drawn": doc.made(drawn_family),
    "language of a font": doc.on_font("/Lang", String("en-x-CANARY")),
    "maker of an order of letters": doc.on_font("/CIDSystemInfo", COLLECTION),
    "name for a number": doc.in_page("/Rotate", Name("/CANARY")),
    "names among numbers": doc.in_page("/TrimBox", Array([0, 0, 120, 120, Name("/CANARY")])),
    "name for a kind of list": odd_pages.tagged("/A", Dictionary(O=Name.List, ListNumbering=Name("/CANARY"))),
    "name of letters for instructions": doc.written(doc.CONTENT, CMapName=Name("/CANARY")),
    "name for the places of letters": doc.on_font("/CIDToGIDMap", Name("/CANARY")),
    "name for a mask": doc.pictured(fx.jpeg(), SMask=Name("/CANARY")),
    "stream for a number": streamed("/Rotate"),
    "words beside a mark": doc.in_root("/MarkInfo", Dictionary(Marked=True, Alt=SECRET)),
    "words beside a label of pages": doc.in_root(
        "/PageLabels", Dictionary(Nums=Array([0, Dictionary(S=Name.D, Alt=SECRET)]))
    ),
    "label of a page that is not there": doc.in_root(
        "/PageLabels", Dictionary(Nums=Array([0, Dictionary(S=Name.D), 1, Dictionary(P=SECRET)]))
    ),
    "words beside a caption of a button": doc.field(FT=Name.Btn, MK=Dictionary(CA=String("x"), Alt=SECRET)),
    "words beside a border": doc.annotated(BS=Dictionary(W=1, Alt=SECRET)),
    "words beside a look": doc.annotated(AP=looking),
    "value of a comment": doc.annotated(V=SECRET, TU=SECRET, Opt=Array([SECRET]), DS=SECRET),
    "words of all bookmarks": doc.in_root("/Outlines", Dictionary(Count=0, Title=SECRET)),
    "words of all structure": with_tree(Alt=SECRET),
    "words beside a tree of the structure": with_tree(ParentTree=Dictionary(Nums=Array([]), Alt=SECRET)),
    "properties that a user gave to a part": odd_pages.tagged(
        "/A", Dictionary(O=Name.UserProperties, P=Array([Dictionary(N=SECRET, V=SECRET)]))
    ),
    "words beside attributes": odd_pages.tagged("/A", attributes(Alt=SECRET)),
    "words beside attributes of a class": with_tree(ClassMap=Dictionary(C1=attributes(Alt=SECRET))),
    "words beside the address of the document": doc.in_root(
        "/URI", Dictionary(Base=String("https://a.example/"), Alt=SECRET)
    ),
    "words behind a link that leads nowhere": doc.annotated(
        Subtype=Name.Link, Dest=String("CANARY"), Contents=String("CANARY")
    ),
}
