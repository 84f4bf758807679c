"""What a PDF document needs to be shown (ISO 32000-2): the keys that stay in each kind of dictionary."""

from __future__ import annotations

from typing import Final


def _keys(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


# DR: the fonts of one field, as LibreOffice writes them.
_FORM_FIELD: Final = "FT Kids T TU Ff V Opt TI I MaxLen Q RV DR"
_ATTRIBUTES: Final = _keys(  # tables 376 to 398: of parts of the structure
    "NS O BBox Width Height Placement WritingMode BackgroundColor BorderColor BorderStyle "
    "BorderThickness Padding Color SpaceBefore SpaceAfter StartIndent EndIndent TextIndent TextAlign BlockAlign InlineAlign "
    "TBorderStyle TPadding BaselineShift LineHeight TextDecorationColor TextDecorationThickness TextDecorationType TextPosition "
    "RubyAlign RubyPosition GlyphOrientationVertical ColumnCount ColumnGap ColumnWidths ListNumbering ContinuedList "
    "ContinuedFrom Role PV pv checked Checked Desc RowSpan ColSpan Headers Scope Summary Short NoteType"
)
# By kind, with the table of ISO 32000-2 that names them.
KEPT: Final[dict[str, frozenset[str]]] = {
    "catalog": _keys(  # table 29
        "Type Version Pages PageLabels ViewerPreferences PageLayout PageMode Outlines OpenAction AcroForm URI MarkInfo "
        "StructTreeRoot Lang OutputIntents OCProperties"
    ),
    "pages": _keys("Type Parent Kids Count Resources MediaBox CropBox Rotate"),  # table 30
    "page": _keys(  # table 31
        "Type Parent Resources MediaBox CropBox BleedBox TrimBox ArtBox Contents Rotate Group Dur Trans Annots StructParents "
        "Tabs UserUnit OutputIntents"
    ),
    "resources": _keys("ExtGState ColorSpace Pattern Shading XObject Font ProcSet Properties"),  # table 34
    "image": _keys(  # table 87
        "Type Subtype Width Height ColorSpace BitsPerComponent Intent ImageMask Mask Decode Interpolate SMask SMaskInData "
        "StructParent OC Matte Length Filter DecodeParms"
    ),
    "form": _keys(  # table 93
        "Type Subtype FormType BBox Matrix Resources Group StructParent StructParents OC Length Filter DecodeParms"
    ),
    "content": _keys("Type Length Filter DecodeParms Resources"),
    "meanings": _keys("Type Length Filter DecodeParms CMapName CIDSystemInfo WMode UseCMap"),  # table 118
    "annotation": _keys(  # tables 166 to 193
        "Type Subtype Rect Contents P F AP AS Border C StructParent OC ca CA BM Lang BS QuadPoints Vertices L LE IC CL RD BE "
        "InkList DA DS IT H MK A Dest Open Name State StateModel IRT RT Popup Parent LL LLE Cap CP LLO CO Sy Path RO "
        + _FORM_FIELD
    ),
    "form fields": _keys("Fields NeedAppearances DR DA Q"),  # table 224
    "outline": _keys("Type Title Parent Prev Next First Last Count Dest A SE C F"),  # tables 150 and 151
    "structure": _keys(  # tables 354 and 355
        "Type K S P ID Ref Pg A C R Lang Alt E ActualText NS Phoneme PhoneticAlphabet Obj Stm StmOwn MCID"
    ),
    "group": _keys("Type S CS I K"),  # tables 94 and 145
    "state": _keys(  # table 57
        "Type LW LC LJ ML D RI OP op OPM Font BG BG2 UCR UCR2 TR TR2 HT FL SM SA BM SMask CA ca AIS TK UseBlackPtComp HTO"
    ),
    "viewer": _keys(  # table 147
        "HideToolbar HideMenubar HideWindowUI FitWindow CenterWindow DisplayDocTitle NonFullScreenPageMode Direction ViewArea "
        "ViewClip PrintArea PrintClip PrintScaling Duplex PickTrayByPDFSize PrintPageRange NumCopies Enforce"
    ),
    "layers": _keys("OCGs D Configs"),  # table 98
    "layer choice": _keys("BaseState ON OFF Intent AS Order ListMode RBGroups Locked"),  # table 99
    "output": _keys("Type S OutputConditionIdentifier DestOutputProfile"),  # table 401
    "layer": _keys("Type Name Intent Usage"),  # table 96
    "layer use": _keys("Language Export Zoom Print View PageElement"),  # table 100
    "action": _keys(
        "Type S Next D SD URI IsMap N T H Fields Flags State PreserveRB Trans"
    ),  # tables 196 to 221
}
TREE: Final = _keys("Kids Nums Names Limits")
KEPT.update(
    structures=KEPT["structure"] | TREE,
    appearances=_keys("N R D"),  # table 170
    marks=_keys("Type Marked Suspects UserProperties"),  # table 353
    labels=_keys("Type Nums Kids Limits S P St"),  # table 161
    button=_keys("R BC BG CA RC AC I RI IX IF TP"),  # table 192
    border=_keys("Type W S D I"),  # tables 168 and 169
    membership=_keys("Type OCGs P VE"),  # table 97
    reference=_keys("Type Pg MCID Stm StmOwn Obj"),  # tables 357 and 358
    parameters=_keys(  # tables 8 to 13
        "Predictor Colors Columns BitsPerComponent EarlyChange K EndOfLine EncodedByteAlign Rows EndOfBlock BlackIs1 "
        "DamagedRowsBeforeError ColorTransform JBIG2Globals"
    ),
    attributes=_ATTRIBUTES,
    base=_keys("Type Base"),  # table 210
    namespace=_keys("Type NS RoleMapNS"),  # table 356
    collection=_keys("Registry Ordering Supplement"),  # table 114
    outlines=_keys("Type First Last Count"),  # table 150
    properties=_keys("Type Subtype MCID ActualText Alt E Lang Attached BBox"),  # 14.6.2
)
KEPT["structure root"] = _keys("Type K IDTree ParentTree ParentTreeNextKey ClassMap Namespaces")  # table 354
KEPT["font file"] = _keys("Type Subtype Length Length1 Length2 Length3 Filter DecodeParms")  # table 125
KEPT["contents"] = KEPT["content"]
KEPT.update(
    font=_keys(  # tables 109, 110, 115 and 119
        "Type Subtype BaseFont FirstChar LastChar Widths FontDescriptor Encoding ToUnicode DescendantFonts FontBBox FontMatrix "
        "CharProcs Resources CIDSystemInfo DW W DW2 W2 CIDToGIDMap Lang"
    ),
    letters=_keys("Type BaseEncoding Differences"),  # table 112
    descriptor=_keys(  # tables 120 and 122
        "Type FontName FontFamily FontStretch FontWeight Flags FontBBox ItalicAngle Ascent Descent Leading CapHeight XHeight StemV "
        "StemH AvgWidth MaxWidth MissingWidth FontFile FontFile2 FontFile3 Style Lang FD"
    ),
    transition=_keys("Type S D Dm M Di SS B"),  # table 164
)
# Dictionaries that are told by no name of their own: fonts, functions, patterns, shadings, colours, halftones, places, trees …
KEPT["other"] = (
    _keys("Type Subtype Length Filter DecodeParms Name Kids Nums Names Limits Lang")
    | _keys(  # tables 109 to 125: fonts
        "BaseFont FirstChar LastChar Widths FontDescriptor Encoding ToUnicode DescendantFonts FontBBox FontMatrix CharProcs "
        "CIDSystemInfo DW W DW2 W2 CIDToGIDMap BaseEncoding Differences Registry Ordering Supplement FontName FontFamily "
        "FontStretch FontWeight Flags ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH AvgWidth MaxWidth "
        "MissingWidth FontFile FontFile2 FontFile3 CharSet Style FD CIDSet Panose Length1 Length2 Length3 CMapName WMode UseCMap"
    )
    | _keys(  # tables 38 to 41 and 74 to 83: functions, patterns, shadings
        "FunctionType Domain Range Size BitsPerSample Order Encode Decode C0 C1 N Functions Bounds PatternType PaintType TilingType "
        "BBox XStep YStep Resources Matrix Shading ExtGState ShadingType ColorSpace Background AntiAlias Coords Function Extend "
        "BitsPerCoordinate BitsPerComponent BitsPerFlag VerticesPerRow"
    )
    | _keys(  # tables 62 to 72, 128 to 132 and 142: colours, halftones, masks
        "WhitePoint BlackPoint Gamma Alternate Colorants Process Components MixingHints Solidities PrintingOrder DotGain HalftoneType "
        "HalftoneName Frequency Angle SpotFunction AccurateScreens TransferFunction Width Height Width2 Height2 Xsquare Ysquare "
        "S G BC TR"
    )
    | _keys(  # tables 7 to 13: packed streams
        "Predictor Colors Columns EarlyChange K EndOfLine EncodedByteAlign Rows EndOfBlock BlackIs1 DamagedRowsBeforeError "
        "ColorTransform JBIG2Globals"
    )
    | _keys(  # tables 101 to 104, 151, 161, 164, 168 to 169, 192: layers, places, pages, borders, buttons
        "OCGs OC P VE Event Category Preferred ExportState min max PrintState ViewState D SD St B M Di SS W I R BG CA RC AC RI IX IF "
        "TP SW A FB Base Marked Suspects UserProperties"
    )
    | _keys("MCID ActualText Alt E Attached Pg Stm StmOwn Obj RoleMapNS")  # tables 352 to 358: marked content
    | _ATTRIBUTES
)
# What a key of one kind of dictionary leads to; anything else is told by its own Type and Subtype. The keys of a map are names.
LEADS: Final[dict[tuple[str, str], str]] = {
    ("*", "/DecodeParms"): "parameters",
    ("*", "/MK"): "button",
    ("*", "/BS"): "border",
    ("*", "/BE"): "border",
    **{("*", f"/{key}"): "font file" for key in ("FontFile", "FontFile2", "FontFile3")},
    ("catalog", "/MarkInfo"): "marks",
    ("catalog", "/PageLabels"): "labels",
    ("labels", "/Nums"): "labels",
    ("labels", "/Kids"): "labels",
    ("structure", "/A"): "attributes",
    ("structures", "/A"): "attributes",
    ("catalog", "/Pages"): "pages",
    ("catalog", "/AcroForm"): "form fields",
    ("catalog", "/Outlines"): "outlines",
    ("outlines", "/First"): "outline",
    ("outlines", "/Last"): "outline",
    ("catalog", "/URI"): "base",
    ("catalog", "/ViewerPreferences"): "viewer",
    ("catalog", "/OCProperties"): "layers",
    ("layers", "/OCGs"): "layer",
    ("layers", "/D"): "layer choice",
    ("layers", "/Configs"): "layer choice",
    ("catalog", "/OutputIntents"): "output",
    ("page", "/OutputIntents"): "output",
    ("page", "/Group"): "group",
    ("form", "/Group"): "group",
    ("states", "/*"): "state",
    ("catalog", "/OpenAction"): "action",
    ("catalog", "/StructTreeRoot"): "structure root",
    ("structure root", "/K"): "structure",
    ("structure root", "/ParentTree"): "structures",
    ("structure root", "/IDTree"): "structures",
    ("structure root", "/Namespaces"): "namespace",
    ("structure root", "/ClassMap"): "classes",
    ("structure", "/NS"): "namespace",
    ("attributes", "/NS"): "namespace",
    ("classes", "/*"): "attributes",
    ("structure", "/K"): "structure",
    ("structure", "/P"): "structure",
    ("structure", "/Ref"): "structure",
    **{("structures", f"/{key}"): "structures" for key in ("Kids", "Nums", "Names")},
    ("namespace", "/RoleMapNS"): "map",
    ("*", "/CIDSystemInfo"): "collection",
    ("other", "/Solidities"): "map",
    ("other", "/DotGain"): "map",
    ("pages", "/Kids"): "pages",
    ("pages", "/Parent"): "pages",
    ("page", "/Parent"): "pages",
    ("pages", "/Resources"): "resources",
    ("page", "/Resources"): "resources",
    ("form", "/Resources"): "resources",
    ("form fields", "/DR"): "defaults",
    ("annotation", "/DR"): "defaults",
    ("form fields", "/Fields"): "annotation",
    ("other", "/Resources"): "resources",  # of patterns and drawn fonts
    ("annotation", "/AP"): "appearances",
    ("glyphs", "/*"): "content",
    ("resources", "/Font"): "fonts",
    ("fonts", "/*"): "font",
    ("state", "/Font"): "font",
    ("font", "/DescendantFonts"): "font",
    ("font", "/FontDescriptor"): "descriptor",
    ("font", "/Encoding"): "letters",
    ("font", "/ToUnicode"): "meanings",
    ("font", "/CharProcs"): "glyphs",
    ("font", "/Resources"): "resources",
    ("page", "/Trans"): "transition",
    ("action", "/Trans"): "transition",
    ("page", "/Contents"): "contents",
    ("other", "/Colorants"): "map",
    ("resources", "/ExtGState"): "states",
    ("resources", "/Properties"): "marked",
    ("marked", "/*"): "properties",
    **{("appearances", f"/{key}"): "map" for key in ("N", "R", "D")},
    **{("resources", f"/{key}"): "map" for key in ("ColorSpace", "Pattern", "Shading", "XObject")},
    ("page", "/Annots"): "annotation",
    ("annotation", "/Kids"): "annotation",
    ("annotation", "/Parent"): "annotation",
    ("annotation", "/Popup"): "annotation",
    ("annotation", "/IRT"): "annotation",
    ("annotation", "/A"): "action",
    ("action", "/Next"): "action",
    ("outline", "/A"): "action",
    ("layer", "/Usage"): "layer use",
    **{("outline", f"/{key}"): "outline" for key in ("Parent", "Prev", "Next", "First", "Last")},
}
KEPT["defaults"] = KEPT["resources"]  # of a form, which its program chooses from
LEADS.update({("defaults", key): led for (kind, key), led in LEADS.items() if kind == "resources"})
# Keys that go from every other dictionary: metadata, private data of programs, files inside, scripts, dates, streams that lie elsewhere.
GONE: Final = _keys("Metadata PieceInfo LastModified AF EF JS JavaScript OPI Measure PtData Thumb AA")
GONE_OF_STREAMS: Final = _keys("F FFilter FDecodeParms DL")
PRIVATE: Final = ("/PTEX.", "/AAPL:", "/ADBE_")  # first letters of what one program only knows
# Actions that stay on this page or open what the person sees named (12.6.4); all others go.
ACTED: Final[dict[str, frozenset[str]]] = {
    "/GoTo": _keys("Type S Next D"),
    "/URI": _keys("Type S Next URI IsMap"),
    "/Named": _keys("Type S Next N"),
    "/ResetForm": _keys("Type S Next Fields Flags"),
    "/Hide": _keys("Type S Next T H"),
    "/SetOCGState": _keys("Type S Next State PreserveRB"),
    "/Trans": _keys("Type S Next Trans"),
}
ACTIONS: Final = frozenset(ACTED)
# Annotations that carry a file, a sound, a film or a scene: what they look like stays, as a stamp.
CARRIERS: Final = frozenset(("/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"))
