"""Comments, links and fields on a page of a PDF document (ISO 32000-2, 12.5): what of each goes, whatever its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from audit.rewriters import pdf_words
from audit.rewriters.pdf_names import CARRIERS
from audit.rewriters.pdf_places import text

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS: Final = frozenset(("", "/Widget"))
_TYPED: Final = _FIELDS | {"/FreeText"}
_BUTTONS: Final = _FIELDS | {"/Screen"}
# Table 171; those that carry something become stamps, and so does what nobody knows.
KNOWN: Final = (
    frozenset(
        f"/{name}"
        for name in [
            "Text",
            "Link",
            "FreeText",
            "Line",
            "Square",
            "Circle",
            "Polygon",
            "PolyLine",
            "Highlight",
            "Underline",
            "Squiggly",
            "StrikeOut",
            "Caret",
            "Stamp",
            "Ink",
            "Popup",
            "Widget",
            "PrinterMark",
            "TrapNet",
            "Watermark",
            "Redact",
            "Projection",
        ]
    )
    | CARRIERS
)


HIDDEN: Final = 1 << 1  # table 167: neither shown nor printed


def gone(note: Any) -> Iterator[str]:
    """The keys that are not needed to show it; some may be told twice."""
    sort = str(note.get("/Subtype", ""))
    for key in sorted(note.keys()):
        match key:
            case "/T" | "/TU" | "/V" | "/DV" | "/Opt" | "/RV" | "/DR" | "/FT":
                goes = sort not in _FIELDS
            case "/Contents":
                goes = sort == "/Popup" or sort in CARRIERS or (sort not in _FIELDS and "/StateModel" in note)
            case "/MK":
                goes = sort not in _BUTTONS
            case "/State" | "/StateModel":
                goes = not pdf_words.is_state(note[key])
            case "/DS":
                goes = (sort not in _TYPED) or ("/RV" not in note and "/AP" in note)
            case "/Name":
                goes = "/AP" in note or sort in CARRIERS
            case "/A":
                goes = sort in CARRIERS
            case _:
                goes = False
        if goes:
            yield key


def state(note: Any) -> str:
    """The name of the state in which a button is (12.5.5, 12.7.5.2), with its stroke, as far as somebody needs it.

    One that has a look, or is what the field is set to, stays. Any other tells viewers only that the button is not off: poppler and
    PDFium draw a look of their own then, and PDFium that of "Yes" otherwise than those of other names.
    """
    now, looks = text(note["/AS"]), _looks(note)
    if now in _USUAL or now in looks or now == _value(note):
        return now
    return next((name for name in _NEUTRAL if name not in looks), "/Off")


def has_look(note: Any) -> bool:
    """Whether it says itself what it looks like (12.5.5)."""
    try:
        return "/N" in note["/AP"]
    except (LookupError, TypeError, ValueError):
        return False


def _looks(note: Any) -> frozenset[str]:
    try:
        return frozenset(note["/AP"]["/N"].keys())
    except (AttributeError, LookupError, TypeError, ValueError):
        return frozenset()


def _value(note: Any) -> str:
    """What its field is set to, if that is a name."""
    from pikepdf import Dictionary, Name

    for _ in range(_DEEPEST):
        value = note.get("/V")
        if value is not None:
            return text(value) if isinstance(value, Name) else ""
        note = note.get("/Parent")
        if not isinstance(note, Dictionary):
            break
    return ""


_DEEPEST: Final = 32  # fields within one another
_NEUTRAL: Final = ("/On", *(f"/{digit}" for digit in range(10)))
_USUAL: Final = frozenset(("/Off", "/Yes", *_NEUTRAL))
