"""What of the small dictionaries of a PDF, and of its fonts in the compact format, stays."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from audit.rewriters import pdf_cff, pdf_fonts
from audit.rewriters.pdf import REWRITER
from tests.contracts.rewriter import scrubbed, told
from tests.formats import fixtures as fx
from tests.formats.fixtures import CANARY
from tests.rewriters import documents as doc
from tests.rewriters import pages_taken as odd_pages
from tests.rewriters import small_places as small


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(scrubbed(REWRITER, data)))


def test_names_of_letters_stay_in_a_compact_font() -> None:
    data = small.compact()
    made = pdf_cff.blank(data)
    assert data.count(CANARY) == 3
    assert CANARY not in made
    assert b"jane" in made
    changed = {number for number, (old, new) in enumerate(zip(data, made, strict=True)) if old != new}
    assert changed <= {
        number
        for word in (b"CANARY", b"CANARY 1", b"CANARY 2")
        for number in range(data.index(word), data.index(word) + len(word))
    }
    assert pdf_cff.blank(made) == made


@pytest.mark.parametrize("charset", [b"\0\1\x87", b"\1\1\x87\0", b"\2\1\x87\0\0"])
def test_names_of_letters_are_found_in_every_kind_of_list(charset: bytes) -> None:
    assert b"jane" in pdf_cff.blank(small.compact(charset=charset))


def test_a_letter_that_has_a_second_code_keeps_its_name() -> None:
    """The first code is of a letter that every font has the name of."""
    for encoding in (b"\x80\1\x41\1\x42\1\x87", b"\x81\1\x41\0\1\x42\1\x87"):
        made = pdf_cff.blank(small.compact(charset=b"\0\0\1", encoding=encoding))
        assert b"jane" in made
    assert b"jane" not in pdf_cff.blank(small.compact(charset=b"\0\0\1", encoding=b"\0\1\x41"))


def test_a_font_of_a_collection_keeps_which_one_it_is() -> None:
    data = small.compact(collection=True).replace(b"CANARY 1", b"Adobe 01")
    made = pdf_cff.blank(data)
    assert b"Adobe 01" in made
    assert b"jane" not in made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1\0",
        b"\2\0\5\0" + small.compact()[4:],
        small.compact()[:40],
        small.compact()[:-2],
        small.compact(charset=b"\7\1\x87"),
        small.compact().replace(b"\x0c\0", b"\x1f\0"),
        b"\1\0\4\1" + b"\0\1\1\2\2A" + b"\0\0" * 3,
        b"\1\0\4\1" + b"\0\1\1\1\7A" + b"\0\0" * 3,
        b"\1\0\4\1" + b"\0\1\x05\1\2A" + b"\0\0" * 3,
    ],
)
def test_a_compact_font_that_cannot_be_told_apart_stays(data: bytes) -> None:
    assert pdf_cff.blank(data) == data


def test_the_maker_of_a_font_goes() -> None:
    measures = bytes(range(58)) + b"JANE" + bytes(range(20))
    made = pdf_fonts.cleaned(doc.sfnt({**doc.TABLES, b"OS/2": measures}))
    assert measures.replace(b"JANE", b"    ") in made
    short = pdf_fonts.cleaned(doc.sfnt({**doc.TABLES, b"OS/2": measures[:60]}))
    assert measures[:60] in short


def test_attributes_of_parts_stay() -> None:
    told = Dictionary(
        O=Name.Table, Scope=Name.Column, Summary=String("by year"), RowSpan=2, Headers=Array([String("a")]),
        Width=Name.Auto, BBox=Array([0, 0, 9, 9]),
    )  # fmt: skip
    with opened(odd_pages.tagged("/A", Array([told, 0]))) as pdf:
        found = pdf.Root.StructTreeRoot.K[0].A[0]
        assert dict(found.items()).keys() == dict(told.items()).keys()
        assert (str(found.Scope), str(found.Headers[0]), str(found.Width)) == ("/Column", "a", "/Auto")


def test_labels_of_pages_stay() -> None:
    labels = Array(
        [0, Dictionary(S=Name.r, P=String("A-"), St=3), 1, Dictionary(S=Name.D), String("x"), Dictionary()]
    )
    with opened(doc.in_root("/PageLabels", Dictionary(Nums=labels))) as pdf:
        (number, label) = pdf.Root.PageLabels.Nums
        assert (number, str(label.S), str(label.P), label.St) == (0, "/r", "A-", 3)


def test_when_a_layer_is_seen_stays() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("a")))
        both = Dictionary(
            Type=Name.OCMD,
            OCGs=Array([layer]),
            P=Name.AllOff,
            VE=Array([Name.Not, Array([Name.And, layer, layer])]),
        )
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        pdf.pages[0].obj.Resources.Properties = Dictionary(MC0=pdf.make_indirect(both))
        pdf.pages[0].obj.Contents = pdf.make_stream(b"/OC /MC0 BDC 0 0 9 9 re f EMC")

    with opened(doc.made(change)) as pdf:
        found = pdf.pages[0].Resources.Properties.MC0
        assert (str(found.P), str(found.VE[0]), str(found.VE[1][0])) == ("/AllOff", "/Not", "/And")


def test_known_orders_of_letters_stay() -> None:
    told = Dictionary(Registry=String("Adobe"), Ordering=String("Japan1"), Supplement=2)
    with opened(doc.on_font("/CIDSystemInfo", told)) as pdf:
        assert str(pdf.pages[0].Resources.Font.F1.CIDSystemInfo.Ordering) == "Japan1"
    with opened(doc.on_font("/CIDSystemInfo", small.COLLECTION)) as pdf:
        assert str(pdf.pages[0].Resources.Font.F1.CIDSystemInfo.Ordering) == "Identity"


def test_what_was_typed_into_a_comment_keeps_its_look() -> None:
    with opened(doc.annotated(Subtype=Name.FreeText, DS=String("color:red"), AP=Dictionary())) as pdf:
        assert "/DS" not in pdf.pages[0].Annots[0]
    with opened(doc.annotated(Subtype=Name.FreeText, DS=String("color:red"), AP=None)) as pdf:
        assert str(pdf.pages[0].Annots[0].DS) == "color:red"


def test_what_the_standard_calls_a_part_stays() -> None:
    content = (
        b"/P <</MCID 0>> BDC EMC /H1<</MCID 1>>BDC EMC /Tx BMC EMC /OC /MC0 BDC EMC /Standard <</MCID 2>> BDC EMC "
        b"(/Own BMC) pop /GS0 gs /Own Do /OwnBMC Do /Own /OtherBDC scn"
    )
    with opened(doc.written(content)) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == content


def test_a_part_that_is_called_otherwise_keeps_what_is_said_of_it() -> None:
    content = b"/Pa <</MCID 0>> BDC EMC /MyDP BMC EMC /AnyMP/MC0 BDC EMC /Own <</A 1>> DP"
    with opened(doc.written(content)) as pdf:
        assert pdf.pages[0].Contents.read_bytes() == (
            b"/Span <</MCID 0>> BDC EMC /Span BMC EMC /Span/MC0 BDC EMC /Span <<>> DP"
        )


def test_a_profile_of_a_group_stays() -> None:
    """As InDesign writes it: one colour space for a group and for drawings."""

    def change(pdf: pikepdf.Pdf) -> None:
        space = pdf.make_indirect(doc.profiled(fx.profile())(pdf)["/C0"])
        pdf.pages[0].obj.Group = Dictionary(S=Name.Transparency, CS=space)

    with opened(doc.made(change)) as pdf:
        assert pdf.pages[0].obj.Group.CS[1].read_bytes() == fx.profile()


def test_what_a_redaction_is_to_look_like_stays() -> None:
    look = lambda pdf: doc.stamp(b"0 0 9 9 re f")(pdf).N  # noqa: E731
    with opened(doc.annotated(Subtype=Name.Redact, RO=look)) as pdf:
        assert pdf.pages[0].Annots[0].RO.read_bytes() == b"0 0 9 9 re f"


@pytest.mark.parametrize("sort", ["FileAttachment", "APEX:Zone"])
def test_what_becomes_a_stamp_is_drawn_as_it_was(sort: str) -> None:
    """Without a look of its own viewers draw the word "Draft" in place of a stamp."""
    for look, shown in (({}, 4), ({"AP": Dictionary()}, 2)):
        clean = scrubbed(REWRITER, doc.annotated(Subtype=Name(f"/{sort}"), **look))
        with pikepdf.open(io.BytesIO(clean)) as pdf:
            note = pdf.pages[0].Annots[0]
            assert (note.Subtype, note.F) == ("/Stamp", shown)


def test_a_collection_of_letters_without_a_maker_is_told_once() -> None:
    letters = Dictionary(Ordering=String("Jane"), Supplement=0)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, CIDSystemInfo=letters)
    clean = scrubbed(REWRITER, doc.made(lambda pdf: pdf.pages[0].Resources.Font.__setitem__("/F1", font)))
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert str(pdf.pages[0].Resources.Font.F1.CIDSystemInfo.Ordering) == "Identity"
    assert not told(REWRITER, clean)
