"""Where words may stand in a PDF document (ISO 32000-2): everywhere else a string says nothing, and names are of a few.

A reader that finds a string in the place of a number takes no notice of it.
"""

from __future__ import annotations

from typing import Any, Final

_VERSIONS: Final = "1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 2.0"
_MODES: Final = (  # tables 134 and 135
    "Normal Compatible Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight Difference Exclusion Hue "
    "Saturation Color Luminosity"
)
_INTENTS: Final = "AbsoluteColorimetric RelativeColorimetric Saturation Perceptual"  # table 69
_BOXES: Final = "MediaBox CropBox BleedBox TrimBox ArtBox"
_FIELD: Final = "T TU V DV Opt DA DS RV"


def _names(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


# The keys under which a string may stand, or a list in which there are some.
WORDS: Final[dict[str, frozenset[str]]] = {
    "catalog": _names("Lang"),
    "annotation": _names("Contents Lang State StateModel Dest " + _FIELD),
    "form fields": _names("DA"),
    "outline": _names("Title Dest"),
    "action": _names("D T URI Fields"),
    "structure": _names("ID Alt E ActualText Lang Phoneme"),
    "structures": _names("Names Limits ID Alt E ActualText Lang Phoneme"),
    "layer": _names("Name"),
    "layer choice": _names("Order"),
    "output": _names("OutputConditionIdentifier"),
    "image": _names("ColorSpace"),
    "group": _names("CS"),
    "font": _names("Lang"),
    "descriptor": _names("FontFamily Lang"),
    "other": _names(
        "Names Limits P Base Alt E ActualText Lang Registry Ordering Panose HalftoneName CA RC AC Headers Summary Short Desc NS D "
        "URI ColorSpace CS Alternate"
    ),
}
NONE: Final[frozenset[str]] = frozenset()
# The names that a key may have. Those of others are looked up somewhere, or are anybody's.
NAMES: Final[dict[tuple[str, str], frozenset[str]]] = {
    ("catalog", "/Version"): _names(_VERSIONS),
    ("catalog", "/PageLayout"): _names(  # table 29
        "SinglePage OneColumn TwoColumnLeft TwoColumnRight TwoPageLeft TwoPageRight"
    ),
    ("catalog", "/PageMode"): _names("UseNone UseOutlines UseThumbs FullScreen UseOC UseAttachments"),
    ("viewer", "/NonFullScreenPageMode"): _names("UseNone UseOutlines UseThumbs UseOC"),
    ("viewer", "/Direction"): _names("L2R R2L"),
    **{("viewer", f"/{key}"): _names(_BOXES) for key in ("ViewArea", "ViewClip", "PrintArea", "PrintClip")},
    ("viewer", "/PrintScaling"): _names("None AppDefault"),
    ("viewer", "/Duplex"): _names("Simplex DuplexFlipShortEdge DuplexFlipLongEdge"),
    ("layer choice", "/BaseState"): _names("ON OFF Unchanged"),
    ("layer choice", "/ListMode"): _names("AllPages VisiblePages"),
    ("layer choice", "/Intent"): _names("View Design All"),
    ("layer", "/Intent"): _names("View Design All"),
    ("image", "/Intent"): _names(_INTENTS),
    ("state", "/RI"): _names(_INTENTS),
    ("state", "/BM"): _names(_MODES),
    ("annotation", "/BM"): _names(_MODES),
    ("annotation", "/H"): _names("N I O P T"),
    ("group", "/S"): _names("Transparency"),
    ("group", "/CS"): _names("DeviceGray DeviceRGB DeviceCMYK"),
    **{("state", f"/{key}"): _names("Identity Default") for key in ("TR", "TR2", "BG2", "UCR2", "HT")},
    ("transition", "/S"): _names(  # table 164
        "R Split Blinds Box Wipe Dissolve Glitter Fly Push Cover Uncover Fade"
    ),
    ("transition", "/Dm"): _names("H V"),
    ("transition", "/M"): _names("I O"),
    ("transition", "/Di"): _names("None"),
}


def is_known(kind: str, key: str, name: Any) -> bool:
    """Whether this name may stand under a key of a dictionary of this kind."""
    expected = NAMES.get((kind, key))
    try:
        return expected is None or str(name) in expected
    except UnicodeDecodeError:
        return False
