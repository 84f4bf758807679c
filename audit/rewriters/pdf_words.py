"""Where words may stand in a PDF document (ISO 32000-2): everywhere else a string says nothing, and names are of a few.

A reader that finds a string in the place of a number takes no notice of it.
"""

from __future__ import annotations

import re
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
    "layer use": _names("Lang"),
    "output": _names("OutputConditionIdentifier"),
    "image": _names("ColorSpace"),
    "group": _names("CS"),
    "font": _names("Lang"),
    "descriptor": _names("FontFamily Lang"),
    "labels": _names("P"),
    "button": _names("CA RC AC"),
    "attributes": _names("Headers Summary Short Desc"),
    "base": _names("Base"),
    "namespace": _names("NS"),
    "collection": _names("Registry Ordering"),
    "properties": _names("ActualText Alt E Lang"),
    "other": _names("Panose ColorSpace CS Alternate"),
}
NONE: Final[frozenset[str]] = frozenset()
_ENDS: Final = (
    "Square Circle Diamond OpenArrow ClosedArrow None Butt ROpenArrow RClosedArrow Slash"  # table 179
)
_NAMED: Final = (  # table 215, and those of Acrobat's menus that look at a document only
    "NextPage PrevPage FirstPage LastPage GoBack GoForward GoToPage Find FindAgain Print ActualSize FitPage FitWidth FitVisible "
    "ZoomTo FullScreen SinglePage OneColumn TwoColumns ShowHideBookmarks Close Quit"
)
_SPOTS: Final = (  # table 128
    "SimpleDot InvertedSimpleDot DoubleDot InvertedDoubleDot CosineDot Double InvertedDouble Line LineX LineY Round Ellipse EllipseA "
    "InvertedEllipseA EllipseB EllipseC InvertedEllipseC Square Cross Rhomboid Diamond Default"
)
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
    ("annotation", "/FT"): _names("Btn Tx Ch Sig"),
    ("annotation", "/AP"): NONE,
    ("annotation", "/RT"): _names("R Group"),
    ("annotation", "/Sy"): _names("P None"),
    ("annotation", "/CP"): _names("Inline Top"),
    ("annotation", "/LE"): _names(_ENDS),
    ("annotation", "/IT"): _names(  # tables 177 to 182
        "FreeText FreeTextCallout FreeTextTypeWriter LineArrow LineDimension PolygonCloud PolyLineDimension PolygonDimension Group"
    ),
    ("action", "/N"): _names(_NAMED),
    ("output", "/S"): _names("GTS_PDFX GTS_PDFA1 ISO_PDFE1"),
    ("descriptor", "/FontStretch"): _names(
        "UltraCondensed ExtraCondensed Condensed SemiCondensed Normal SemiExpanded Expanded ExtraExpanded UltraExpanded"
    ),
    ("letters", "/BaseEncoding"): _names(
        "StandardEncoding MacRomanEncoding WinAnsiEncoding MacExpertEncoding PDFDocEncoding"
    ),
    ("font", "/ToUnicode"): _names("Identity-H Identity-V"),
    **{("state", f"/{key}"): _names("Default Identity") for key in ("BG", "UCR")},
    **{("other", f"/{key}"): _names("ON OFF") for key in ("ExportState", "PrintState", "ViewState")},
    ("other", "/Subtype"): _names(  # tables 100 and 131, and what streams and fonts are
        "Artwork Technical HF FG BG L Trapping PrintersMarks Watermark DeviceN NChannel Image Form PS XML Type0 Type1 MMType1 Type3 TrueType "
        "CIDFontType0 CIDFontType2 Type1C CIDFontType0C OpenType"
    ),
    ("other", "/Event"): _names("View Print Export"),
    ("other", "/HalftoneName"): NONE,
    ("other", "/SpotFunction"): _names(_SPOTS),
    ("other", "/S"): _names(
        "S D B I U C R r A a Alpha Luminosity Transparency"
    ),  # tables 96, 144, 161, 168 and 169
    ("other", "/O"): _names(  # table 376
        "Layout List PrintField Table Artifact FENote CSS-1 CSS-2 CSS-3 CSS-1.00 CSS-2.00 HTML-3.20 HTML-4.01 HTML-5.00 XML-1.00 OEB-1.00 "
        "RTF-1.05 ARIA-1.1 NSO"
    ),
    ("other", "/Placement"): _names("Block Inline Before Start End"),
    ("other", "/WritingMode"): _names("LrTb RlTb TbRl TbLr LrBt RlBt BtRl BtLr"),
    ("other", "/TextAlign"): _names("Start Center End Justify"),
    ("other", "/BlockAlign"): _names("Before Middle After Justify"),
    ("other", "/InlineAlign"): _names("Start Center End"),
    ("other", "/Scope"): _names("Row Column Both"),
    ("other", "/Alternate"): _names("DeviceGray DeviceRGB DeviceCMYK"),
}
_BORDERS: Final = "None Hidden Dotted Dashed Solid Double Groove Ridge Inset Outset"
_ATTRIBUTES: Final = {  # tables 378 to 385
    "BorderStyle": _BORDERS,
    "TBorderStyle": _BORDERS,
    "LineHeight": "Normal Auto",
    "TextDecorationType": "None Underline Overline LineThrough",
    "TextPosition": "Sup Sub Normal",
    "RubyAlign": "Start Center End Justify Distribute",
    "RubyPosition": "Before After Warichu Inline",
    "GlyphOrientationVertical": "Auto",
    "ListNumbering": "None Unordered Description Disc Circle Square Ordered Decimal UpperRoman LowerRoman UpperAlpha LowerAlpha",
    "Role": "rb cb pb tv lb",
    "Checked": "on off neutral",
    "checked": "on off neutral",
    "NoteType": "Footnote Endnote None",
    "Width": "Auto",
    "Height": "Auto",
}
NAMES.update({("attributes", key): names for (kind, key), names in NAMES.items() if kind == "other"})
NAMES.update(
    {
        ("labels", "/S"): _names("D R r A a"),
        ("border", "/S"): _names("S D B I U C"),
        ("membership", "/P"): _names("AllOn AnyOn AnyOff AllOff"),
        ("font file", "/Subtype"): NAMES["other", "/Subtype"],
        ("other", "/Name"): NONE,
        ("font", "/CIDToGIDMap"): _names("Identity"),
        ("image", "/SMask"): NONE,
        ("state", "/SMask"): _names("None"),
        ("resources", "/ColorSpace"): NONE,
        ("defaults", "/ColorSpace"): NONE,
        **{("annotation", f"/{key}"): NONE for key in ("BS", "C", "P")},
        ("button", "/BG"): NONE,
        ("button", "/RI"): NONE,
        ("outline", "/C"): NONE,
        ("viewer", "/Enforce"): NONE,
        ("structure", "/P"): NONE,
        ("structure", "/PhoneticAlphabet"): _names("ipa x-sampa zh-Latn-pinyin zh-Latn-wadegile"),
        **{("attributes", f"/{key}"): _names(words) for key, words in _ATTRIBUTES.items()},
        ("properties", "/Subtype"): _names("Header Footer Watermark PageNum LineNum Redaction Bates"),
        ("parameters", "/Name"): NONE,
    }
)
_TYPES: Final = _names(
    "Catalog Pages Page Font FontDescriptor XObject ExtGState Annot Action OCG OCMD Outlines Group Mask Pattern CMap Encoding Halftone "
    "StructTreeRoot StructElem ParentTree MCR OBJR PageLabel Border Trans OutputIntent Namespace FixedPrint Sig Shading Function"
)
# Lists of names, each of which has to be one of these.
LISTS: Final[dict[tuple[str, str], frozenset[str]]] = {
    ("annotation", "/LE"): _names(_ENDS),
    ("other", "/Category"): _names("CreatorInfo Language Export Zoom Print View User PageElement"),
    ("resources", "/ProcSet"): _names("PDF Text ImageB ImageC ImageI"),
    ("layer", "/Intent"): _names("View Design All"),
    ("layer choice", "/Intent"): _names("View Design All"),
    ("viewer", "/Enforce"): _names("PrintScaling"),
}
_STATES: Final = _names(
    "Marked Unmarked Accepted Rejected Cancelled Completed None Review"
)  # tables 174 and 175


def is_known(kind: str, key: str, name: Any) -> bool:
    """Whether this name may stand under a key of a dictionary of this kind."""
    expected = _TYPES if key == "/Type" else NAMES.get((kind, key))
    try:
        return expected is None or str(name) in expected
    except UnicodeDecodeError:
        return False


def is_known_list(kind: str, key: str, names: Any) -> bool:
    """Whether all names in this list may stand there."""
    expected = LISTS.get((kind, key))
    try:
        return expected is None or all(str(name) in expected for name in names)
    except UnicodeDecodeError:
        return False


def is_state(text: Any) -> bool:
    """What a review may say of a comment, or of which kind it is (12.5.6.3)."""
    return f"/{text}" in _STATES


def setting(text: Any) -> str:
    """How letters look by default (12.7.4.3): font, size, colour and what else an instruction sets; nothing else."""
    return " ".join(_SETTING.findall(_STRING.sub(" ", str(text))))


_STRING: Final = re.compile(r"\((?:[^()\\]|\\.)*\)|%[^\r\n]*|<[^>]*>", re.DOTALL)
_SETTING: Final = re.compile(
    r"/[^\s()<>\[\]{}/%]+|(?<![^\s])(?:[-+]?[0-9]*\.?[0-9]+|[0-9]+\.|T[fcdwzLmsr]|[gGkK]|rg|RG)(?![^\s/])"
)


def role(name: str, roles: dict[str, str]) -> str:
    """What a part of the structure is in the standard's words (14.8.4), by what the document says of its own (14.7.3)."""
    for _ in range(_STEPS):
        if name in _ROLES or _HEADING.fullmatch(name):
            return name
        name = roles.get(name, "")
    return "/NonStruct"


_STEPS: Final = 8
_HEADING: Final = re.compile(r"/H[1-9][0-9]?")
_ROLES: Final = _names(
    "Document DocumentFragment Part Sect Div Aside Art BlockQuote Caption TOC TOCI Index NonStruct Private P H Title FENote Sub L LI Lbl "
    "LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Em Strong Ruby RB RT RP Warichu WT WP "
    "Figure Formula Form Artifact"
)
