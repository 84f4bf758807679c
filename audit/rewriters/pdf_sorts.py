"""What sort of value may stand under a key of a PDF document (ISO 32000-2): strings, names and streams only where it has them.

Numbers, dictionaries and lists may stand anywhere; what these hold is looked at by itself.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from audit.rewriters.pdf_words import NONE, WORDS

WORD, NAME, STREAM = 1, 2, 4  # bits; plain numbers, since every value of a document is asked for


@cache
def within(kind: str, key: str) -> int:
    """What may stand under this key of a dictionary of this kind, and in lists there."""
    return WORD * (key in WORDS.get(kind, NONE)) | NAME * (key in _NAMED) | STREAM * (key in _STREAMS)


def _keys(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


_NAMED: Final = (
    _keys(  # tables 5, 29, 31, 57, 87, 96, 98 to 101, 111 to 122, 147 and 164
        "Type Subtype Filter Version PageLayout PageMode NonFullScreenPageMode Direction ViewArea ViewClip PrintArea PrintClip "
        "PrintScaling Duplex Enforce Tabs Intent ProcSet BaseState ListMode Event Category ExportState PrintState ViewState P VE SD "
        "BaseFont FontName FontStretch Encoding BaseEncoding Differences ToUnicode CIDToGIDMap CMapName UseCMap S Dm M Di"
    )
    | _keys(  # tables 57 to 72, 128 to 132 and 142: colours, states, halftones, masks
        "ColorSpace Alternate Colorants Components PrintingOrder CS RI BM TR TR2 BG BG2 UCR UCR2 HT SMask UseBlackPtComp "
        "SpotFunction TransferFunction"
    )
    | _keys(  # tables 149, 166 to 193, 226 to 233, 196 to 221: places, comments, fields, actions
        "Dest D OpenAction AS BS H Name LE Sy CP IT RT FT V DV SW N State"
    )
    | _keys(  # tables 354 to 385: structure
        "C PhoneticAlphabet RoleMapNS O Placement WritingMode BorderStyle TextAlign BlockAlign InlineAlign TBorderStyle LineHeight "
        "TextDecorationType TextPosition RubyAlign RubyPosition GlyphOrientationVertical ListNumbering Role checked Checked Scope "
        "NoteType Width Height Attached"
    )
)
_STREAMS: Final = _keys(  # also those of maps, as of all drawings of a page
    "Contents XObject Pattern Shading ColorSpace Colorants DotGain CharProcs FontFile FontFile2 FontFile3 ToUnicode Encoding UseCMap "
    "CIDToGIDMap CIDSet SMask Mask G N R D I RI IX Function Functions TR TR2 BG BG2 UCR UCR2 HT TransferFunction SpotFunction "
    "Alternate CS RO JBIG2Globals DestOutputProfile Stm Obj"
)
