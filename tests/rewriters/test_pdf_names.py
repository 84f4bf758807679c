"""Names in a PDF (ISO 32000-2, 7.3.5) that something needs: states of buttons, and what instructions call."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from audit.rewriters.pdf import REWRITER
from tests.contracts.rewriter import scrubbed
from tests.rewriters import documents as doc


def button(**keys: object) -> bytes:
    """One that is drawn by viewers, unless a look is among the keys."""

    def change(pdf: pikepdf.Pdf) -> None:
        told = {key: value(pdf) if callable(value) else value for key, value in keys.items()}
        note = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                Rect=Array([0, 0, 9, 9]),
                FT=Name.Btn,
                T=String("a"),
                **told,
            )
        )
        pdf.pages[0].obj.Annots = Array([note])
        pdf.Root.AcroForm = Dictionary(Fields=Array([note]))

    return doc.made(change)


def looks(*names: str) -> object:
    return lambda pdf: Dictionary(
        N=Dictionary(
            {
                name: pdf.make_indirect(Stream(pdf, b"", Subtype=Name.Form, BBox=Array([0] * 4)))
                for name in names
            }
        )
    )


@pytest.mark.parametrize(
    ("state", "more", "kept"),
    [
        ("/Yes", {}, "/Yes"),
        ("/On", {}, "/On"),
        ("/7", {}, "/7"),
        ("/Off", {}, "/Off"),
        ("/CANARY", {}, "/On"),
        ("/Choice", {"V": Name.Choice}, "/Choice"),
        ("/CANARY", {"V": String("CANARY")}, "/On"),
        ("/Choice", {"Parent": Dictionary(FT=Name.Btn, V=Name.Choice)}, "/Choice"),
        ("/CANARY", {"Parent": Dictionary(FT=Name.Btn)}, "/On"),
        ("/Choice", {"AP": looks("/Choice", "/Off")}, "/Choice"),
        ("/CANARY", {"AP": looks("/On", "/Off")}, "/0"),
    ],
)
def test_a_button_stays_as_it_is_set(state: str, more: dict[str, object], kept: str) -> None:
    """Viewers that draw it themselves look at its state: as long as it is not off, its name may be another."""
    with pikepdf.open(io.BytesIO(scrubbed(REWRITER, button(AS=Name(state), **more)))) as pdf:
        assert str(pdf.pages[0].Annots[0].AS) == kept


def test_a_state_that_is_no_name_goes() -> None:
    with pikepdf.open(io.BytesIO(scrubbed(REWRITER, button(AS=String("CANARY"))))) as pdf:
        assert "/AS" not in pdf.pages[0].Annots[0]


def test_names_with_a_number_sign_that_stands_for_nothing_are_called() -> None:
    """As qpdf's own tests have them; such a document is of no version beyond 1.1, but viewers show it."""

    def change(pdf: pikepdf.Pdf) -> None:
        pictures = pdf.pages[0].obj.Resources.XObject
        for name in ("/ImA1", "/ImB", "/ImC41", "/ImD23"):
            pictures[name] = pdf.make_indirect(doc.image(pdf, doc.EXIF))
        pdf.pages[0].obj.Contents = pdf.make_stream(b"/ImA1 Do /ImB Do /ImC41 Do /ImD23 Do")

    data = doc.made(change, compress_streams=False)
    for old, new in (
        (b"/ImA1", b"/Im#1"),
        (b"/ImB", b"/I#m"),
        (b"/ImC41", b"/Im#41"),
        (b"/ImD23", b"/Im#23"),
    ):
        assert data.count(old) == 2
        data = data.replace(old, new.ljust(len(old)))
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
        before = set(pdf.pages[0].Resources.XObject.keys())
    with pikepdf.open(io.BytesIO(scrubbed(REWRITER, data)), suppress_warnings=True) as pdf:
        assert set(pdf.pages[0].Resources.XObject.keys()) == before - {"/Im0"}
        assert len(before) == 5
