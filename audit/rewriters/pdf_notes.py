"""Comments, links and fields on a page of a PDF document (ISO 32000-2, 12.5): what of each goes, whatever its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from audit.rewriters import pdf_words
from audit.rewriters.pdf_names import CARRIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS: Final = frozenset(("", "/Widget"))
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


def gone(note: Any) -> Iterator[str]:
    """The keys that are not needed to show it; some may be told twice."""
    sort = str(note.get("/Subtype", ""))
    for key in sorted(note.keys()):
        match key:
            case "/T" | "/RV":
                goes = sort not in _FIELDS
            case "/Contents":
                goes = sort == "/Popup" or sort in CARRIERS or (sort not in _FIELDS and "/StateModel" in note)
            case "/MK":
                goes = sort not in _BUTTONS
            case "/State" | "/StateModel":
                goes = not pdf_words.is_state(note[key])
            case "/DS":
                goes = "/RV" not in note and "/AP" in note
            case "/Name":
                goes = "/AP" in note or sort in CARRIERS
            case "/A":
                goes = sort in CARRIERS
            case _:
                goes = False
        if goes:
            yield key


def is_look(note: Any) -> bool:
    """Whether the state in which it is has a look, or is that of a button that is off."""
    try:
        state = str(note["/AS"])
        return state == "/Off" or state in note["/AP"]["/N"].keys()  # noqa: SIM118 - pikepdf's own
    except (AttributeError, LookupError, TypeError, ValueError):
        return False
