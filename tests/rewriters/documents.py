"""Small PDF documents with something to hide in every place that they offer."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.formats import fixtures as fx

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = String("Jane CANARY")
CONTENT = (
    b"0.8 0.2 0.2 rg 10 10 60 40 re f q 40 0 0 24 20 60 cm /Im0 Do Q BT /F1 12 Tf 20 100 Td (words) Tj ET"
)
EXIF = fx.jpeg(exif=b"Exif\0\0" + fx.exif(1))


def image(pdf: pikepdf.Pdf, data: bytes, **more: Any) -> Stream:
    return Stream(
        pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=40, Height=24, BitsPerComponent=8,
        **{"ColorSpace": Name.DeviceRGB, "Filter": Name.DCTDecode, **more},
    )  # fmt: skip


def made(change: Callable[[pikepdf.Pdf], object] = lambda _: None, **options: Any) -> bytes:
    """One page with a rectangle, words and a picture, changed by somebody."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(120, 120))
    page = pdf.pages[0].obj
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(
        XObject=Dictionary(Im0=pdf.make_indirect(image(pdf, fx.jpeg()))),
        Font=Dictionary(F1=pdf.make_indirect(font)),
    )
    page.Contents = pdf.make_stream(CONTENT)
    change(pdf)
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def in_root(key: str, value: Any) -> bytes:
    return made(lambda pdf: pdf.Root.__setitem__(key, value))


def in_page(key: str, value: Any) -> bytes:
    return made(lambda pdf: pdf.pages[0].obj.__setitem__(key, value))


def with_stream(key: str, data: bytes = fx.XMP, *, place: str = "page", **options: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        found = {"page": pdf.pages[0].obj, "root": pdf.Root}.get(place)
        if place == "image":
            found = pdf.pages[0].obj.Resources.XObject.Im0
        assert found is not None
        found[key] = pdf.make_indirect(Stream(pdf, data, Type=Name.Metadata, Subtype=Name.XML))

    return made(change, **options)


def info(**options: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.trailer.Info = pdf.make_indirect(
            Dictionary(
                Author=SECRET, Title=SECRET, CreationDate=String("D:20240309133711+01'00'"), Private=SECRET
            )
        )

    return made(change, **options)


def annotated(**keys: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        look = Stream(
            pdf, b"0 0 1 rg 0 0 10 10 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 10, 10])
        )
        every = {
            "Subtype": Name.Square,
            "Rect": Array([80, 80, 100, 100]),
            "Contents": String("a remark"),
            **keys,
        }
        every = {key: value(pdf) if callable(value) else value for key, value in every.items()}
        every.setdefault("AP", Dictionary(N=pdf.make_indirect(look)))
        note = Dictionary(Type=Name.Annot, F=4, **every)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    return made(change)


def stamp(content: bytes) -> Callable[[pikepdf.Pdf], Dictionary]:
    def look(pdf: pikepdf.Pdf) -> Dictionary:
        form = Stream(pdf, content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 10, 10]))
        return Dictionary(N=pdf.make_indirect(form))

    return look


def embedded(pdf: pikepdf.Pdf) -> Dictionary:
    file = pdf.make_indirect(Stream(pdf, b"CANARY", Type=Name.EmbeddedFile))
    return Dictionary(Type=Name.Filespec, F=String("CANARY.txt"), EF=Dictionary(F=file))


def attached() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Names = Dictionary(
            EmbeddedFiles=Dictionary(Names=Array([String("a"), pdf.make_indirect(embedded(pdf))])),
            JavaScript=Dictionary(
                Names=Array([String("a"), Dictionary(S=Name.JavaScript, JS=String("CANARY()"))])
            ),
            Dests=Dictionary(Names=Array([String("place"), Array([pdf.pages[0].obj, Name.Fit])])),
        )

    return made(change)


def pictured(data: bytes, *, packed: bool = False, **more: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        found = image(pdf, zlib.compress(data) if packed else data)
        for key, value in more.items():
            if value is not None:
                found[f"/{key}"] = value
            elif f"/{key}" in found:
                del found[f"/{key}"]
        pdf.pages[0].obj.Resources.XObject.Im0 = pdf.make_indirect(found)

    return made(change)


def resource(kind: str, value: Any) -> bytes:
    """Beside those that the page has already."""

    def change(pdf: pikepdf.Pdf) -> None:
        made = value(pdf) if callable(value) else value
        resources = pdf.pages[0].obj.Resources
        resources[kind] = Dictionary({**resources.get(kind, Dictionary()), **made})

    return made(change)


def on_font(key: str, value: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Resources.Font.F1[key] = value(pdf) if callable(value) else value

    return made(change)


def uncalled(pdf: pikepdf.Pdf) -> dict[str, Any]:
    content = b"BT /F1 9 Tf (CANARY) Tj ET"
    form = Stream(pdf, content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 10, 10]))
    return {"/Fm7": pdf.make_indirect(form)}


def profiled(data: bytes) -> Callable[[pikepdf.Pdf], dict[str, Any]]:
    return lambda pdf: {"/C0": Array([Name.ICCBased, pdf.make_indirect(Stream(pdf, data, N=3))])}


def shaded(data: bytes) -> Callable[[pikepdf.Pdf], dict[str, Any]]:
    """From one end of the table to the other."""

    def shading(pdf: pikepdf.Pdf) -> dict[str, Any]:
        table = Stream(pdf, data, FunctionType=0, Domain=[0, 1], Range=[0, 1], Size=[2], BitsPerSample=8)
        look = Dictionary(
            ShadingType=2, ColorSpace=Name.DeviceGray, Coords=[0, 0, 1, 1], Function=pdf.make_indirect(table)
        )
        return {"/S0": look}

    return shading


def field(**keys: Any) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        widget = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, Rect=Array([5, 80, 60, 95]), T=String("town"), **keys
            )
        )
        pdf.pages[0].obj.Annots = Array([widget])
        font = pdf.pages[0].obj.Resources.Font.F1
        pdf.Root.AcroForm = Dictionary(
            Fields=Array([widget]), SigFlags=3, DA=String("/F1 9 Tf"), DR=Dictionary(Font=Dictionary(F1=font))
        )

    return made(change)


SIGNATURE = Dictionary(
    Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Name=SECRET, M=String("D:2024"), Contents=String("x" * 40)
)


def outlined() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        first = pdf.make_indirect(
            Dictionary(Title=String("Chapter"), Dest=Array([pdf.pages[0].obj, Name.Fit]), Whatever=SECRET)
        )
        pdf.Root.Outlines = pdf.make_indirect(
            Dictionary(Type=Name.Outlines, First=first, Last=first, Count=1)
        )
        first.Parent = pdf.Root.Outlines

    return made(change)


def layered() -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        use = Dictionary(CreatorInfo=Dictionary(Creator=SECRET), Print=Dictionary(PrintState=Name.ON))
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer"), Usage=use))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))

    return made(change)


def saved_again() -> bytes:
    """An incremental update: the page was changed, and what stood on it before is still in the bytes."""
    before = made(
        lambda pdf: pdf.pages[0].obj.__setitem__("/Contents", pdf.make_stream(b"% CANARY\n" + CONTENT)),
        compress_streams=False,
    )
    with pikepdf.open(io.BytesIO(before)) as pdf:
        number, root = pdf.pages[0].obj.Contents.objgen[0], pdf.Root.objgen[0]
    at = len(before) + 1
    new = b"\n%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (number, len(CONTENT), CONTENT)
    start = int(before.rpartition(b"startxref")[2].split()[0])
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size 20 /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        root,
        start,
        len(before) + len(new),
    )
    return before + new + table + trailer


def locked(user: str, owner: str = "o") -> bytes:
    return info(encryption=pikepdf.Encryption(user=user, owner=owner))


def plain_jp2() -> bytes:
    return fx.saved(fx.picture(), "JPEG2000", irreversible=False)


def jp2() -> bytes:
    plain = plain_jp2()
    size = 8 + len(b"<a>CANARY</a>")
    at = plain.index(b"jp2c") - 4
    return plain[:at] + size.to_bytes(4, "big") + b"xml <a>CANARY</a>" + plain[at:]


@cache
def codestream() -> bytes:
    """With a comment in its main header (ISO 15444-1, A.9.2)."""
    plain = fx.saved(fx.picture(), "JPEG2000", no_jp2=True)
    at = plain.index(b"\xff\x52")
    return plain[:at] + b"\xff\x64\0\x0a\0\1CANARY" + plain[at:]


def sfnt(tables: dict[bytes, bytes], *, gap: bytes = b"", mark: bytes = b"\0\1\0\0") -> bytes:
    """A TrueType font with these tables, and something between them."""
    at, rows, body = 12 + 16 * len(tables), b"", b""
    for name, data in tables.items():
        padded = data + bytes(-len(data) % 4) + gap
        rows += struct.pack(">4sIII", name, 0, at + len(body), len(data))
        body += padded
    return mark + struct.pack(">HHHH", len(tables), 0, 0, 0) + rows + body


# One letter: a square.
_SQUARE = struct.pack(">h4hHH4B", 1, 0, 0, 800, 800, 3, 0, 1, 1, 1, 1) + struct.pack(
    ">8h", 0, 800, 0, -800, 0, 0, 800, 0
)
TABLES = {
    b"head": struct.pack(
        ">IIIIHHQQ4hHHhhh", 1 << 16, 1 << 16, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 800, 800, 0, 8, 2, 1, 0
    ),
    b"hhea": struct.pack(">I3hH3h3h4hhH", 1 << 16, 800, 0, 0, 900, 0, 0, 800, 1, 0, 0, 0, 0, 0, 0, 0, 2),
    b"maxp": struct.pack(">I14H", 1 << 16, 2, 4, 1, *[0] * 11),
    b"hmtx": struct.pack(">HhHh", 900, 0, 900, 0),
    b"loca": struct.pack(">III", 0, len(_SQUARE), 2 * len(_SQUARE)),
    b"glyf": _SQUARE * 2,
    b"cmap": struct.pack(">HHHHIHHH256B", 0, 1, 1, 0, 12, 0, 262, 0, *[1] * 256),
}
NAMED = {**TABLES, b"name": struct.pack(">HHHHHHHHH", 0, 1, 18, 1, 0, 0, 13, 11, 0) + b"Jane CANARY"}


MEANINGS = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (CANARY) /Ordering (UCS) "
    b"/Supplement 0 >> def\n/CMapName /CANARY def\n(CANARY) pop\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
    b"2 beginbfchar\n<41> <0042>\n<42> <00430044>\nendbfchar\n1 beginbfrange\n<50> <51> [<0061> <0062>]\nendbfrange\n"
    b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
)
TYPE_1 = (
    (
        b"%!PS-AdobeFont-1.0: Own CANARY\n%%CreationDate: CANARY\n11 dict begin\n/FontInfo 7 dict dup begin\n"
        b"/Notice (\\) (CANARY) ) readonly def\nend def\n/FontName /Own def\ncurrentfile eexec"
    )
    + bytes(range(200))
    + b"\n"
    + b"0" * 64
    + b"\ncleartomark\nCANARY"
)


def lettered(font: bytes, *, key: str = "FontFile2", **more: Any) -> bytes:
    """Words in a font of its own."""

    def change(pdf: pikepdf.Pdf) -> None:
        file = pdf.make_indirect(Stream(pdf, font, Length1=len(font)))
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name.Own, Flags=4, FontBBox=Array([0, 0, 800, 800]), ItalicAngle=0,
            Ascent=800, Descent=0, CapHeight=800, StemV=80, **{key: file}, **more,
        )  # fmt: skip
        pdf.pages[0].obj.Resources.Font.F1 = Dictionary(
            Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.Own, FirstChar=0, LastChar=255,
            Widths=Array([900] * 256), FontDescriptor=pdf.make_indirect(descriptor),
        )  # fmt: skip

    return made(change)


def written(content: bytes, *more: bytes, **keys: Any) -> bytes:
    """These instructions in place of the page's own, in as many streams."""

    def change(pdf: pikepdf.Pdf) -> None:
        streams = [pdf.make_indirect(Stream(pdf, each, **keys)) for each in (content, *more)]
        pdf.pages[0].obj.Contents = Array(streams) if more else streams[0]

    return made(change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
