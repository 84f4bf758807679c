"""PDF documents of which a page was taken out, and with pictures and letters in unusual places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.rewriters.documents import CONTENT, SECRET, made

if TYPE_CHECKING:
    from collections.abc import Callable


def taken_out(lead: Callable[[pikepdf.Pdf, Any], object]) -> bytes:
    """A second page is there no more; something still leads to it."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.add_blank_page(page_size=(120, 120))
        page = pdf.pages[1].obj
        page.Contents = pdf.make_stream(b"BT 9 9 Td (CANARY) Tj ET")
        del pdf.pages[1]
        lead(pdf, page)

    return made(change)


def bookmark_to(pdf: pikepdf.Pdf, page: Any) -> None:
    first = pdf.make_indirect(Dictionary(Title=String("Chapter"), Dest=Array([page, Name.Fit])))
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines, First=first, Last=first, Count=1))
    first.Parent = pdf.Root.Outlines


def named_place(pdf: pikepdf.Pdf, page: Any) -> None:
    place = Dictionary(Names=Array([String("a"), Dictionary(D=Array([page, Name.Fit]))]))
    pdf.Root.Names = Dictionary(Dests=Dictionary(Kids=Array([pdf.make_indirect(place)])))
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=String("a"))


def part_of(pdf: pikepdf.Pdf, page: Any) -> None:
    part = pdf.make_indirect(
        Dictionary(S=Name.P, K=Array([0, Dictionary(Type=Name.MCR, Pg=page, MCID=1)]), Alt=SECRET, Pg=page)
    )
    other = pdf.make_indirect(
        Dictionary(S=Name.P, K=Dictionary(Type=Name.MCR, Pg=page, MCID=1), ActualText=SECRET)
    )
    whole = pdf.make_indirect(Dictionary(S=Name.Sect, K=Array([part, other]), Pg=page))
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=whole))
    part.P = other.P = whole


def field_of(pdf: pikepdf.Pdf, page: Any) -> None:
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, Rect=Array([5, 80, 60, 95]), T=SECRET, V=SECRET, FT=Name.Tx
        )
    )
    page.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([pdf.make_indirect(Dictionary(T=SECRET, Kids=Array([field])))])
    )


def answer_to(pdf: pikepdf.Pdf, page: Any) -> None:
    first, second = (
        pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([5, 80, 60, 95]), Contents=words, F=2)
        )
        for words in (SECRET, String("yes"))
    )
    page.Annots = Array([first])
    second.IRT = first
    pdf.pages[0].obj.Annots = Array([second])


def linked(name: Any, **more: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        place = Dictionary(Names=Array([name, Array([pdf.pages[0].obj, Name.Fit])]))
        pdf.Root.Names = Dictionary(Dests=place)
        pdf.pages[0].obj.Annots = Array(
            [
                Dictionary(
                    Type=Name.Annot, Subtype=Name.Link, Rect=Array([5, 80, 60, 95]), Dest=name, **more
                ),
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Link,
                    Rect=Array([5, 80, 60, 95]),
                    A=Dictionary(S=Name.GoTo, D=name),
                ),
            ]
        )

    return made(change)


def tagged(key: str, value: Any, **more: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        part = pdf.make_indirect(Dictionary(S=Name.P, K=0, Pg=pdf.pages[0].obj))
        part[key] = value
        pdf.Root.StructTreeRoot = pdf.make_indirect(
            Dictionary(Type=Name.StructTreeRoot, K=Array([part]), **more)
        )
        part.P = pdf.Root.StructTreeRoot

    return made(change)


def midst(keys: bytes, data: bytes, width: bytes = b"2", height: bytes = b"2") -> bytes:
    """A picture in the midst of the instructions, and a comment behind it."""

    def change(pdf: pikepdf.Pdf) -> None:
        image = b" q 9 0 0 9 0 0 cm BI /W %s /H %s %s ID %s EI Q" % (width, height, keys, data)
        pdf.pages[0].obj.Contents = pdf.make_stream(CONTENT + image)

    return made(change)


def calculated(program: bytes) -> Callable[[pikepdf.Pdf], dict[str, Any]]:
    def shading(pdf: pikepdf.Pdf) -> dict[str, Any]:
        table = Stream(pdf, program, FunctionType=4, Domain=[0, 1, 0, 1], Range=[0, 1])
        look = Dictionary(ShadingType=1, ColorSpace=Name.DeviceGray, Function=pdf.make_indirect(table))
        pdf.pages[0].obj.Contents = pdf.make_stream(CONTENT + b" /S0 sh")
        return {"/S0": look}

    return shading


def posted() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        program = Stream(pdf, b"(CANARY) print", Type=Name.XObject, Subtype=Name.PS)
        pdf.pages[0].obj.Resources.XObject.Ps0 = pdf.make_indirect(program)
        pdf.pages[0].obj.Contents = pdf.make_stream(CONTENT + b" /Ps0 Do")

    return made(change)


def drawn_letters() -> bytes:
    """Of two letters one has a code."""

    def change(pdf: pikepdf.Pdf) -> None:
        glyph, other = (
            pdf.make_indirect(Stream(pdf, data))
            for data in (b"9 0 d0 0 0 9 9 re f", b"9 0 d0 0 0 (CANARY) Tj")
        )
        pdf.pages[0].obj.Resources.Font.F1 = Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 9, 9]), FontMatrix=Array([1, 0, 0, 1, 0, 0]),
            CharProcs=Dictionary({"/a": glyph, "/CANARY": other}), Encoding=Dictionary(Differences=Array([97, Name.a])),
            FirstChar=97, LastChar=97, Widths=Array([9]), Resources=Dictionary(),
        )  # fmt: skip
        pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F1 9 Tf 9 9 Td (a) Tj ET")

    return made(change)
