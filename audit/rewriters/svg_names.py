"""What an SVG picture needs to be shown: the elements and attributes of SVG 1.1 and 2, and of HTML where that stands inside."""

# ruff: noqa: SIM905 - a list of many names reads better as words

from __future__ import annotations

import re
from typing import Final

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
XHTML: Final = "http://www.w3.org/1999/xhtml"
XML: Final = "http://www.w3.org/XML/1998/namespace"
HREF: Final = f"{{{XLINK}}}href"
XML_ID: Final = f"{{{XML}}}id"

# SVG 1.1, appendix K, and SVG 2, appendix F; without script, metadata, title, desc, cursor, and what plays sound or video.
ELEMENTS: Final = frozenset(
    (
        "a altGlyph altGlyphDef altGlyphItem animate animateColor animateMotion animateTransform circle clipPath color-profile "
        "defs discard ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting "
        "feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge "
        "feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter flowPara "
        "flowRegion flowRoot flowSpan font font-face font-face-format font-face-name font-face-src font-face-uri foreignObject g "
        "glyph glyphRef hatch hatchpath hkern image line linearGradient marker mask mesh meshgradient meshpatch meshrow "
        "missing-glyph mpath path pattern polygon polyline radialGradient rect set solidColor solidcolor stop style svg switch "
        "symbol text textArea textPath tbreak tref tspan use view vkern"
    ).split()
)
# Elements whose text is shown; text that stands in any other is not.
TEXTUAL: Final = frozenset("a altGlyph flowPara flowSpan style text textArea textPath tref tspan".split())
# SVG 1.1, appendix L and M; SVG 2, appendix E; the properties of CSS that may stand as attributes.
ATTRIBUTES: Final = frozenset(
    (
        "accent-height accumulate additive alignment-baseline alphabetic amplitude arabic-form ascent attributeName attributeType "
        "azimuth background baseFrequency baseline-shift baseProfile bbox begin bias by calcMode cap-height class clip "
        "clip-path clip-rule clipPathUnits color color-interpolation color-interpolation-filters color-profile color-rendering "
        "contentStyleType crossorigin cx cy d decoding descent diffuseConstant direction display divisor "
        "dominant-baseline dur dx dy edgeMode elevation enable-background end exponent externalResourcesRequired fill "
        "fill-opacity fill-rule filter filterRes filterUnits flood-color flood-opacity focusable font font-family font-feature-settings "
        "font-kerning font-size font-size-adjust font-stretch font-style font-variant font-variant-ligatures font-weight format fr from fx fy g1 "
        "g2 glyph-name glyph-orientation-horizontal glyph-orientation-vertical glyphRef gradientTransform gradientUnits "
        "hanging hatchContentUnits hatchUnits height horiz-adv-x horiz-origin-x horiz-origin-y href id ideographic "
        "image-rendering in in2 inline-size intercept isolation k k1 k2 k3 k4 kernelMatrix kernelUnitLength kerning keyPoints keySplines "
        "keyTimes lang lengthAdjust letter-spacing lighting-color limitingConeAngle line-height local marker marker-end marker-mid "
        "marker-start markerHeight markerUnits markerWidth mask mask-type maskContentUnits maskUnits mathematical max media "
        "method min mix-blend-mode mode name numOctaves offset opacity operator order orient orientation origin overflow "
        "overline-position overline-thickness paint-order panose-1 path pathLength patternContentUnits patternTransform "
        "patternUnits pitch pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits r "
        "radius refX refY rendering-intent repeatCount repeatDur requiredFeatures restart result rotate rx ry scale "
        "seed shape-inside shape-margin shape-padding shape-rendering shape-subtract side slope solid-color solid-opacity spacing "
        "specularConstant specularExponent spreadMethod startOffset stdDeviation stemh stemv stitchTiles stop-color stop-opacity "
        "strikethrough-position strikethrough-thickness string stroke stroke-dasharray stroke-dashoffset stroke-linecap "
        "stroke-linejoin stroke-miterlimit stroke-opacity stroke-width style surfaceScale systemLanguage tabindex tableValues target "
        "targetX targetY text-align text-anchor text-decoration text-indent text-orientation text-overflow text-rendering textLength to transform "
        "transform-box transform-origin type u1 u2 underline-position underline-thickness unicode unicode-bidi unicode-range "
        "units-per-em v-alphabetic v-hanging v-ideographic v-mathematical values vector-effect version vert-adv-y "
        "vert-origin-x vert-origin-y viewBox viewTarget visibility white-space width widths word-spacing writing-mode x x-height x1 x2 "
        "xChannelSelector y y1 y2 yChannelSelector z zoomAndPan"
    ).split()
)
# What some of them may say; anything else means nothing.
_TAG: Final = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3})?(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?)?"
)
FORMS: Final = {
    "version": re.compile(r"1\.[0-2]|2(?:\.0)?"),
    "baseProfile": re.compile(r"none|full|basic|tiny"),
    "contentStyleType": re.compile(r"text/css"),
    "zoomAndPan": re.compile(r"magnify|disable"),
    "target": re.compile(r"_(?:self|blank|parent|top|replace)"),
    "lang": _TAG,
    f"{{{XML}}}lang": _TAG,
}
# What text in a foreignObject is made of, and what tells how it looks.
HTML: Final = frozenset(
    (
        "b bdi bdo blockquote body br center code dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q "
        "rp rt ruby s samp small span strike strong style sub sup table tbody td tfoot th thead tr tt u ul var wbr"
    ).split()
)
HTML_ATTRIBUTES: Final = frozenset(
    (
        "align bgcolor border cellpadding cellspacing class color colspan dir face height hspace id lang nowrap reversed rowspan size "
        "src start style type valign value vspace width"
    ).split()
)
# Other programs' names for what is theirs, told by their namespaces; anything else is unknown, and goes as well.
EDITORS: Final = {
    "http://www.inkscape.org/namespaces/inkscape": "inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd": "sodipodi",
    "http://ns.adobe.com/AdobeIllustrator/10.0/": "Adobe Illustrator",
    "http://ns.adobe.com/Extensibility/1.0/": "Adobe",
    "http://ns.adobe.com/Graphs/1.0/": "Adobe",
    "http://ns.adobe.com/Variables/1.0/": "Adobe",
    "http://ns.adobe.com/SaveForWeb/1.0/": "Adobe",
    "http://ns.adobe.com/ImageReplacement/1.0/": "Adobe",
    "http://ns.adobe.com/GenericCustomNamespace/1.0/": "Adobe",
    "http://www.bohemiancoding.com/sketch/ns": "Sketch",
    "http://www.figma.com/figma/ns": "Figma",
    "http://www.serif.com/": "Serif",
    "http://krita.org/namespaces/svg/krita": "Krita",
    "https://boxy-svg.com": "Boxy SVG",
    "http://creativecommons.org/ns#": "Creative Commons",
    "http://purl.org/dc/elements/1.1/": "Dublin Core",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "RDF",
}
