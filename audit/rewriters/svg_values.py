"""What attributes and properties of an SVG picture say: numbers, colours, and words of the standards. Anything else means nothing.

SVG 1.1, appendix N.1 and SVG 2, appendix D; CSS Color 4, 6; CSS Values 4; Compositing and Blending 1; Filter Effects 1.
"""

# ruff: noqa: SIM905 - a list of many names reads better as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.rewriters.svg_names import ATTRIBUTES, SVG
from audit.rewriters.svg_rules import is_media, is_property

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

_COLOURS: Final = (
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue "
    "chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey "
    "darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray "
    "darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia "
    "gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender "
    "lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink "
    "lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta "
    "maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise "
    "mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid "
    "palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red "
    "rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow "
    "springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen transparent currentcolor "
    "activeborder activecaption appworkspace background buttonface buttonhighlight buttonshadow buttontext captiontext graytext highlight "
    "highlighttext inactiveborder inactivecaption inactivecaptiontext infobackground infotext menu menutext scrollbar threeddarkshadow "
    "threedface threedhighlight threedlightshadow threedshadow window windowframe windowtext canvas canvastext linktext visitedtext "
    "activetext field fieldtext mark marktext accentcolor accentcolortext buttonborder selecteditem selecteditemtext "
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark srgb srgb-linear linearrgb display-p3 a98-rgb prophoto-rgb "
    "rec2020 xyz xyz-d50 xyz-d65 icc-color device-cmyk from alpha"
)
_UNITS: Final = (
    "px pt pc mm cm in em ex rem ch cap ic lh rlh vw vh vi vb vmin vmax svw svh lvw lvh dvw dvh deg rad grad turn ms khz hz dpi dpcm "
    "dppx fr calc min max clamp var env abs sign mod rem round sin cos tan pow sqrt hypot log exp pi infinity nan none auto inherit "
    "initial unset revert revert-layer normal default important"
)
_SHAPES: Final = (
    "matrix matrix3d translate translatex translatey translatez translate3d rotate rotatex rotatey rotatez rotate3d scale scalex scaley "
    "scalez scale3d skew skewx skewy perspective inset circle ellipse polygon path rect xywh url at closest-side farthest-side "
    "closest-corner farthest-corner center top bottom left right x y fill-box stroke-box view-box content-box border-box padding-box "
    "margin-box xminymin xmidymin xmaxymin xminymid xmidymid xmaxymid xminymax xmidymax xmaxymax meet slice defer "
    "userspaceonuse objectboundingbox userspace strokewidth exact spacing align stretch spacingandglyphs pad reflect repeat "
    "auto-start-reverse nonzero evenodd miter round bevel miter-clip arcs butt square crop fill stroke markers context-fill "
    "context-stroke child non-scaling-stroke non-scaling-size non-rotation fixed-position linear discrete paced spline "
    "ray reverse"
)
_LOOKS: Final = (
    "visible hidden collapse scroll inline block list-item run-in compact marker table inline-table table-row-group table-header-group "
    "table-footer-group table-row table-column-group table-column table-cell table-caption flex grid inline-block inline-flex inline-grid "
    "contents flow-root flow ruby optimizespeed optimizequality optimizelegibility geometricprecision crispedges crisp-edges pixelated "
    "smooth high-quality visiblepainted visiblefill visiblestroke painted all bounding-box bounding isolate accumulate new "
    "multiply screen overlay darken lighten color-dodge color-burn hard-light soft-light difference exclusion hue saturation luminosity "
    "plus-lighter plus-darker alpha luminance over in out atop xor lighter arithmetic erode dilate duplicate wrap "
    "sourcegraphic sourcealpha backgroundimage backgroundalpha fillpaint strokepaint saturate huerotate luminancetoalpha identity table "
    "gamma fractalnoise turbulence stitch nostitch noise r g b a blur brightness contrast drop-shadow grayscale hue-rotate invert opacity "
    "sepia true false thin medium thick magnify disable perceptual relative-colorimetric absolute-colorimetric auto-profile "
    "clip add add-all replace sum always whennotactive never freeze remove indefinite onload onstart css xml text crosshair pointer"
)
_LETTERS: Final = (
    "bold bolder lighter italic oblique small-caps all-small-caps petite-caps unicase titling-caps xx-small x-small small medium large "
    "x-large xx-large xxx-large smaller larger ultra-condensed extra-condensed condensed semi-condensed semi-expanded expanded "
    "extra-expanded ultra-expanded wider narrower start middle end justify match-parent justify-all ltr rtl lr lr-tb rl rl-tb tb tb-rl "
    "tb-lr bt horizontal-tb vertical-rl vertical-lr sideways-rl sideways-lr sideways upright mixed embed bidi-override isolate-override "
    "plaintext baseline sub super before-edge after-edge text-before-edge text-after-edge text-top text-bottom central middle ideographic "
    "alphabetic hanging mathematical use-script no-change reset-size underline overline line-through blink solid double dotted dashed wavy "
    "clip ellipsis pre pre-wrap pre-line nowrap break-spaces preserve preserve-breaks collapse wrap each-line "
    "common-ligatures no-common-ligatures discretionary-ligatures no-discretionary-ligatures historical-ligatures "
    "no-historical-ligatures contextual no-contextual sub-auto h v isolated initial medial terminal full-width proportional-width "
    "capitalize uppercase lowercase kern liga clig calt dlig hlig smcp onum lnum tnum pnum frac zero on off both"
)
WORDS: Final = frozenset(f"{_COLOURS} {_UNITS} {_SHAPES} {_LOOKS} {_LETTERS}".split())
# Those whose words are names that somebody chose, or of another kind than these; and drawings of letters and numbers.
_FREE: Final = frozenset(
    "class id href style font-family font in in2 result begin end values from to by unicode glyph-name g1 g2 u1 u2 systemLanguage "
    "requiredFeatures string format local name type media attributeName lang panose-1 version baseProfile contentStyleType zoomAndPan "
    "target d path crossorigin unicode-range font-feature-settings color-profile glyphRef viewTarget xChannelSelector yChannelSelector".split()
)
_CHECKED: Final = ATTRIBUTES - _FREE
_MOVING: Final = ATTRIBUTES | {"xlink:href"}
_WORD: Final = re.compile(r"[A-Za-z_\u0080-\U0010ffff][\w-]*")
_PLAIN: Final = re.compile(r"url\([^()]*\)|#[0-9a-fA-F]{3,8}\b|(?<=[0-9.])[eE][-+]?(?=[0-9])", re.IGNORECASE)
_PATH: Final = re.compile(r"[\sMmZzLlHhVvCcSsQqTtAaRrBb0-9eE.,+-]*")
_CUT: Final = re.compile(r"none|path\(.*|url\(.*", re.DOTALL)
_SOURCES: Final = frozenset(
    "SourceGraphic SourceAlpha BackgroundImage BackgroundAlpha FillPaint StrokePaint".split()
)


_UNUSUAL: Final = re.compile(r"[\\{}]|data:|/\*|--", re.IGNORECASE)
_QUOTES: Final = frozenset("\"'")
_STRING: Final = re.compile(r"""\"[^"]*"|'[^']*'""")
_DECLARATION: Final = re.compile(r"""(?:[^;"']|"[^"]*"|'[^']*')+""")
_NOTHING: Final = "?"  # in place of what means nothing: an attribute that is not there may mean something


def says(key: str, value: str) -> str:
    """What stays of the value of an attribute or property of SVG."""
    if key in {"d", "path"} and not _CUT.fullmatch(value.strip()):
        return _PATH.match(value)[0]  # type: ignore[index]  # it matches the empty string
    if key == "attributeName":
        return value if value.strip() in _MOVING else _NOTHING
    if key == "media":
        return value if is_media(value) else "not all"
    if key not in _CHECKED or "\\" in value or "--" in value:
        return value
    words = _WORD.findall(_PLAIN.sub(" ", value))
    return value if all(_known(word) for word in words) else _NOTHING


def moved(attribute: str, values: str) -> str:
    """What stays of the values that an attribute goes through."""
    each = [says(attribute.strip(), one) for one in values.split(";")]
    return values if _NOTHING not in each else ";".join(each)


def _known(word: str) -> bool:
    """A unit behind a number is found as a word."""
    return word.lower() in WORDS or len(word) == 1


def declared(style: str, gone: Callable[[str, str], None]) -> str:
    """The declarations of a style attribute that mean something. One with escapes or addresses stays as it is."""
    if _UNUSUAL.search(style) or not _QUOTES.isdisjoint(_STRING.sub("", style)):
        return style
    kept = []
    for one in _DECLARATION.findall(style):
        key, _, value = one.partition(":")
        known = value and is_property(key)
        if one.strip() and (not known or says(key.strip().lower(), value) == _NOTHING):
            gone("value of no meaning", one.strip())
        else:
            kept.append(one)
    return ";".join(kept)


def results(tree: Element) -> Iterator[str]:
    """Number the results of filters, which are called by names that somebody chose; gives the names that went."""
    for place in tree.iter(f"{{{SVG}}}filter"):
        names: dict[str, str] = {}
        for step in place.iter():
            for key in ("in", "in2"):
                value = step.get(key)
                if value is not None and value not in _SOURCES and names.get(value) != value:
                    if value in names:
                        step.set(key, names[value])
                    elif value != _NOTHING:
                        step.set(key, _NOTHING)
                        yield value
            name = step.get("result")
            if name is not None:
                new = names.setdefault(name, f"r{len(names) + 1}")
                if new != name:
                    step.set("result", new)
                    yield name
