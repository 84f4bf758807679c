"""SVG: metadata, editors' data, pictures inside, scripts, and what is loaded from elsewhere."""

from __future__ import annotations

import base64
import shutil
import subprocess
from typing import ClassVar
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from audit.formats.base import FormatError, Reveal, UnsupportedError
from audit.rewriters.svg import REWRITER
from tests.contracts.rewriter import RewriterContract, scrubbed, told
from tests.formats import fixtures as fx

NS = b'xmlns="http://www.w3.org/2000/svg"'
LINKED = NS + b' xmlns:xlink="http://www.w3.org/1999/xlink"'
SHAPE = b'<rect x="2" y="2" width="20" height="10" fill="#c33"/>'
START = b'<?xml version="1.0" encoding="UTF-8"?>\n'
GEOMETRY = (
    "x",
    "y",
    "width",
    "height",
    "d",
    "fill",
    "transform",
    "r",
    "cx",
    "cy",
    "points",
    "clip-path",
    "viewBox",
)
LAUGHS = b'<!DOCTYPE svg [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)
)


def svg(inner: bytes, *, head: bytes = NS, before: bytes = b"") -> bytes:
    return before + b'<svg %s width="40" height="24">%s%s</svg>' % (head, inner, SHAPE)


def uri(data: bytes, kind: bytes = b"image/jpeg") -> bytes:
    return b"data:%s;base64,%s" % (kind, base64.b64encode(data))


def image(address: bytes) -> bytes:
    return svg(b'<image width="8" height="4" xlink:href="%s"/>' % address, head=LINKED)


def style(text: bytes) -> bytes:
    return svg(b"<style>%s</style>" % text)


PICTURE = fx.jpeg(exif=b"Exif\0\0" + fx.exif(1))
EDITOR = (
    NS + b' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:q="http://CANARY.example/"'
)
ILLUSTRATOR = (
    b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" ['
    b'<!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/"><!ENTITY name "CANARY">]>'
)


class TestSvg(RewriterContract):
    rewriter = REWRITER
    plain = START + svg(b"")
    samples: ClassVar = {
        "metadata": svg(b"<metadata><a>CANARY</a></metadata>"),
        "without a namespace": svg(
            b'<title>CANARY</title><q:x a="b"/>', head=b'xmlns:q="http://CANARY.example/"'
        ),
        "title": svg(b"<title>CANARY</title>"),
        "description": svg(b"<g><desc>CANARY</desc></g>"),
        "comment": svg(b"<!-- CANARY -->"),
        "comment before": svg(b"", before=b"<!-- CANARY -->"),
        "processing instruction": svg(b"<?editor CANARY?>"),
        "editor's attribute": svg(b'<g inkscape:label="CANARY"/>', head=EDITOR),
        "editor's element": svg(b"<inkscape:x>CANARY</inkscape:x>", head=EDITOR),
        "unknown namespace": svg(b'<q:x a="b"/>', head=EDITOR),
        "data attribute": svg(b'<g data-name="CANARY"/>'),
        "unknown attribute": svg(b'<g whatever="CANARY"/>'),
        "unknown element": svg(b"<whatever>CANARY</whatever>"),
        "name": svg(b'<g id="CANARY"/>'),
        "class": svg(b'<g class="CANARY"/>'),
        "text that is not shown": svg(b"<g>CANARY</g>"),
        "script": svg(b"<script>CANARY()</script>"),
        "event handler": svg(b'<g onclick="CANARY()"/>'),
        "script as a link": svg(b'<a href="javascript:CANARY()"><g/></a>'),
        "link": svg(b'<a href="https://example.org/?CANARY"><g/></a>'),
        "picture elsewhere": image(b"https://example.org/CANARY.png"),
        "file elsewhere": image(b"file:///home/CANARY/a.png"),
        "drawing elsewhere": svg(b'<use href="other.svg#CANARY"/>'),
        "animated address": svg(
            b'<use href="#-"><set attributeName="href" to="http://CANARY.example/"/></use>'
        ),
        "style sheet elsewhere": svg(
            b"", before=b'<?xml version="1.0"?><?xml-stylesheet href="CANARY.css"?>'
        ),
        "imported style sheet": style(
            b"@import url('https://example.org/css?a=CANARY;b'); rect { fill: red }"
        ),
        "font elsewhere": style(b"@font-face { font-family: a; src: url(https://CANARY.example/a.woff) }"),
        "fill elsewhere": svg(b'<path d="M0 0h4v4z" fill="url(https://CANARY.example/a.svg#b) red"/>'),
        "comment in a style sheet": style(b"/* CANARY */ rect { fill: red }"),
        "editor's property": svg(b"""<text style="fill:red;-inkscape-font-specification:'CANARY'"/>"""),
        "picture inside": image(uri(PICTURE)),
        "picture inside a style": svg(b'<g style="mask-image:url(%s)"/>' % uri(PICTURE)),
        "drawing inside": image(uri(svg(b"<title>CANARY</title>"), b"image/svg+xml")),
        "entities": svg(b"<title>&name;</title>", before=ILLUSTRATOR),
        "only for one program": svg(b'<switch><foreignObject requiredExtensions="CANARY"/><g/></switch>'),
        "words for a version": svg(b'<svg version="CANARY" zoomAndPan="CANARY" baseProfile="CANARY"/>'),
        "words for a language": svg(b'<text xml:lang="x-CANARY" lang="CANARY CANARY">a</text>'),
        "value that nothing asks for": svg(
            b"""<path style="--CANARY:1;--b:'a;CANARY';fill:red" d="M0 0h4v4z"/>"""
        ),
        "words for a colour": svg(b'<path d="M0 0h4v4z" fill="CANARY"/>'),
        "words for a number": svg(b'<path d="M0 0h4v4z" stroke-width="CANARY"/>'),
        "words in a path": svg(b'<path d="M0 0h4v4z?CANARY"/>'),
        "words for a property": svg(b"<path style='fill:CANARY;stroke:red' d='M0 0h4v4z'/>"),
        "words between properties": svg(b"<path style='CANARY;fill:red' d='M0 0h4v4z'/>"),
        "words to move": svg(b'<path d="M0 0h4v4z"><set attributeName="CANARY" to="1"/></path>'),
        "result of a filter": svg(
            b'<filter id="f"><feFlood result="CANARY"/><feOffset in="CANARY"/></filter><g filter="url(#f)"/>'
        ),
        "result that is not there": svg(
            b'<filter id="f"><feFlood/><feOffset in="CANARY"/></filter><g filter="url(#f)"/>'
        ),
        "mask that nothing calls": svg(b"<mask><tspan>CANARY</tspan></mask>"),
        "drawing that nothing shows": svg(b"<defs><g><tspan>CANARY</tspan></g></defs>"),
        "drawing that only such a one shows": svg(
            b'<defs><g fill="url(#a)"/><g id="a"><tspan>CANARY</tspan></g></defs>'
        ),
        "drawing inside letters": svg(b"<text>a<g><tspan>CANARY</tspan></g>b</text>"),
        "drawing inside a shape": svg(b"<rect width='4'><g><tspan>CANARY</tspan></g></rect>"),
        "property that nobody knows": svg(b"<path style='-CANARY-x:1;fill:red' d='M0 0h4v4z'/>"),
        "property that nobody knows, in a style sheet": style(b"rect { fill: red; CANARY: blue }"),
        "rule that fits nothing": style(b"#CANARY .a { fill: blue } rect, .CANARY { fill: red }"),
        "words that nothing shows": style(b'rect::after { content: "CANARY" } rect { fill: red }'),
        "media that are none": svg(b'<style media="CANARY">rect { fill: red }</style>'),
        "media that are none, in a style sheet": style(b"@media CANARY { rect { fill: blue } }"),
        "namespace of a style sheet": style(b'@charset "CANARY"; @namespace CANARY url(http://CANARY/);'),
        "values to move through": svg(
            b'<path d="M0 0h4v4z"><animate attributeName="fill" values="red;CANARY;blue"/></path>'
        ),
        "html inside": svg(
            b'<foreignObject width="9" height="9"><p xmlns="http://www.w3.org/1999/xhtml" title="CANARY">a'
            b"<iframe>CANARY</iframe></p></foreignObject>"
        ),
    }
    odd: ClassVar = {
        "other spacing": svg(b"\n\n   "),
        "prefix": b'<s:svg xmlns:s="http://www.w3.org/2000/svg" width="40" height="24"><s:g/></s:svg>',
    }
    broken: ClassVar = {
        "another root": b"<g><svg/></g>",
        "not xml": b"<svg <<<",
        "cut off": svg(b"<g>")[:-9],
        "billion laughs": LAUGHS + b"]>" + svg(b"&u;"),
        "entity elsewhere": b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg(b"&a;"),
        "hidden address": style(rb"rect { fill: u\72l(https://example.org/a) }"),
        "unusual address": style(b'rect { mask: image-set("https://example.org/a" 1x) }'),
        "damaged picture": image(uri(PICTURE[:200])),
        "unknown picture": image(uri(b"8BPS" + bytes(40))),
        "nested too deeply": b"<svg " + NS + b">" + b"<g>" * 3000 + b"</g>" * 3000 + b"</svg>",
    }

    def unpacked(self, data: bytes) -> bytes:
        """With what stands in data addresses."""
        found, parts = data, data.split(b";base64,")[1:]
        for part in parts:
            end = min(at for at in (part.find(mark) for mark in (b'"', b")", b"<")) if at >= 0)
            found += self.unpacked(base64.b64decode(part[:end]))
        return found

    def shown(self, data: bytes) -> object:
        """The shapes in order, with what places and paints them."""
        root: Element = ElementTree.fromstring(data.replace(ILLUSTRATOR, b"").replace(b"&name;", b""))
        shapes = [
            (
                name,
                [
                    (key, element.get(key, "").removesuffix("?CANARY"))
                    for key in GEOMETRY
                    if "http" not in element.get(key, "")
                ],
            )
            for element in root.iter()
            if isinstance(element.tag, str)
            and (name := element.tag.rpartition("}")[2]) in {"rect", "path", "svg", "image", "text", "use"}
        ]
        return [
            (tag, [each for each in found if each[0] != "fill" or tag.endswith("rect")])
            for tag, found in shapes
        ]


def test_names_that_are_used_stay() -> None:
    inner = (
        b'<defs><linearGradient id="a"><stop offset="1"/></linearGradient><clipPath id="b"><rect width="9" height="9"/></clipPath>'
        b'<symbol id="icon"><g id="d"/></symbol></defs><path d="M0 0h4v4z" fill="url(#a)" clip-path="url(\'#b\')"/>'
        b'<g id="c"><animate attributeName="x" begin="d.click"/></g>'
    )
    clean = scrubbed(REWRITER, svg(inner))
    assert all(b'id="%s"' % name in clean for name in (b"a", b"b", b"d", b"icon"))
    assert b'id="c"' not in clean


def test_classes_that_a_style_sheet_names_stay() -> None:
    clean = scrubbed(REWRITER, svg(b'<style>.a{fill:red}#b{fill:blue}</style><g class="a z"/><g id="b"/>'))
    assert b'class="a"' in clean
    assert b'id="b"' in clean


def test_fonts_and_style_sheets_inside_stay() -> None:
    font = b"@font-face { src: url(%s) } text { fill: red }" % uri(b"wOF2" + bytes(40), b"font/woff2")
    clean = scrubbed(REWRITER, style(font))
    assert base64.b64encode(b"wOF2" + bytes(40)) in clean
    assert b"text { fill: red }" in clean


def test_a_cleaned_picture_inside_is_the_same_picture() -> None:
    clean = scrubbed(REWRITER, image(uri(PICTURE)))
    assert base64.b64encode(fx.jpeg()) in clean


def test_words_stay_with_their_spaces() -> None:
    inner = b'<text xml:space="preserve">a  <tspan>b</tspan> <title>no</title>c &amp; d&lt;</text>'
    assert b">a  <tspan>b</tspan> c &amp; d&lt;</text>" in scrubbed(REWRITER, svg(inner))


def test_reading_tells_what_would_go() -> None:
    data = svg(b"<title>CANARY</title><script>x</script>" + b'<g inkscape:label="y"/>', head=EDITOR)
    assert {(tag.name, tag.reveals) for tag in told(REWRITER, data)} >= {
        ("title", Reveal.COMMENT), ("script", Reveal.UNKNOWN), ("inkscape", Reveal.SOFTWARE)
    }  # fmt: skip


def test_dates_of_its_description_are_told() -> None:
    work = b'<w xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date>2019-07-13</dc:date><dc:date> </dc:date></w>'
    data = svg(b"<metadata>" + work + b"</metadata>")
    times = [tag.value for tag in told(REWRITER, data) if tag.reveals is Reveal.TIME]
    assert times == ["2019-07-13"]


def test_refused_kindly() -> None:
    with pytest.raises(UnsupportedError):
        scrubbed(REWRITER, TestSvg.broken["billion laughs"])
    with pytest.raises(FormatError, match="not an SVG"):
        scrubbed(REWRITER, TestSvg.broken["another root"])


def test_a_drawing_without_a_namespace_becomes_one_with_it() -> None:
    assert scrubbed(REWRITER, svg(b"", head=b"")) == scrubbed(REWRITER, svg(b""))


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="needs rsvg-convert")
def test_drawn_the_same_by_another_program() -> None:
    for name, data in TestSvg().every().items():
        before, after = (
            subprocess.run(["rsvg-convert", "-w", "80"], input=each, capture_output=True, check=False).stdout
            for each in (data, scrubbed(REWRITER, data))
        )
        assert after == before, name


@pytest.mark.parametrize(
    "inner",
    [
        b'<path d="M0,0 1e3 4E-2z" fill="currentColor" stroke="RGB(1,2,3)"/>',
        b'<path d="none" fill="url(#a) red" stroke="var(--b, CornflowerBlue)"/>',
        b'<path transform="translate(1 2) matrix(1,0,0,1,0,0)" d="M0 0"/>',
        b'<text font-size="1.2em" x="1cm 2px" font-family="Jane" font-weight="bold">a</text>',
        b"""<text style="font-family:'a;b';fill:#FFEEDD;stroke:url(#a);d:path('M0 0');mix-blend-mode:plus-lighter">a</text>""",
        b'<svg viewBox="0 0 4 4" preserveAspectRatio="xMidYMid meet"/>',
        b'<path d="M0 0"><animate attributeName="d" values="M0 0;M1 1" calcMode="spline" dur="2s" repeatCount="indefinite"/></path>',
    ],
)
def test_values_that_mean_something_stay(inner: bytes) -> None:
    assert inner in scrubbed(REWRITER, svg(inner)) or inner.replace(b"'", b"&apos;") in scrubbed(
        REWRITER, svg(inner)
    )


def test_results_of_filters_are_numbered() -> None:
    steps = b'<feFlood result="r2"/><feOffset in="r2" result="r1"/><feBlend in="r1" in2="SourceGraphic"/>'
    clean = scrubbed(REWRITER, svg(b'<filter id="f">%s</filter><g filter="url(#f)"/>' % steps))
    assert (
        b'<feFlood result="r1"/><feOffset in="r1" result="r2"/><feBlend in="r2" in2="SourceGraphic"/>'
        in clean
    )
    assert scrubbed(REWRITER, clean) == clean


@pytest.mark.parametrize(
    "sheet",
    [
        b"rect { fill: red; -webkit-filter: none; stroke-width: 2 } @media print and (min-width: 3px) { rect { fill: blue } }",
        b"@font-face { font-family: a; src: local(b); CANARY: c }",
        b"rect:not(.a) { fill: red } [class=b] { fill: red }",
        b"@keyframes a { from { fill: red } 50.5% { fill: blue } }",
        b"g\\.x { CANARY: 1 }",
        b"rect { fill: red; font-family: 'a;b{c}' }",
        b"""rect { fill: red ' CANARY }""",
        b'@namespace "http://www.w3.org/2000/svg";@namespace x "http://www.w3.org/1999/xlink"; rect { fill: red }',
    ],
)
def test_rules_that_say_something_stay(sheet: bytes) -> None:
    assert sheet.strip() in scrubbed(REWRITER, style(sheet))


def test_words_that_html_shows_stay() -> None:
    inside = (
        b'<foreignObject width="9" height="9"><p xmlns="http://www.w3.org/1999/xhtml">a</p></foreignObject>'
    )
    sheet = b'<style>p::after { content: "b" }</style>'
    assert b'p::after { content: "b" }' in scrubbed(REWRITER, svg(sheet + inside))


def test_values_that_a_colour_goes_through_stay() -> None:
    moved = b'<animate attributeName="fill" values="red;#0f0;blue"/>'
    assert moved in scrubbed(REWRITER, svg(b'<path d="M0 0h4v4z">' + moved + b"</path>"))


def test_a_namespace_as_an_address_is_written_as_words() -> None:
    """Nothing is loaded from it, and elements are told by it."""
    clean = scrubbed(REWRITER, style(b"@namespace url(http://www.w3.org/2000/svg); rect { fill: red }"))
    assert b'@namespace "http://www.w3.org/2000/svg";' in clean


def test_the_part_of_a_drawing_inside_stays_the_one_that_is_shown() -> None:
    """What stands behind # in an address is no part of its data (RFC 3986, 3.5), unless the data would end there."""
    drawing = svg(b'<title>CANARY</title><view id="v" viewBox="0 0 4 4"/>')
    plain = b"data:image/svg+xml," + drawing.replace(b"<", b"%3c").replace(b'"', b"'")
    for address in (uri(drawing, b"image/svg+xml") + b"#v", plain + b"#v"):
        clean = scrubbed(REWRITER, image(address))
        assert b'#v"' in clean
        assert scrubbed(REWRITER, clean) == clean
        inside = base64.b64decode(clean.partition(b";base64,")[2].partition(b"#")[0])
        assert inside.endswith(b"</svg>")
        assert fx.CANARY not in inside
    assert b"#CANARY" not in scrubbed(REWRITER, image(uri(drawing, b"image/svg+xml") + b"#CANARY"))
    coloured = (
        b"data:image/svg+xml,%3csvg " + NS.replace(b'"', b"'") + b"%3e%3cpath fill='#fff'/%3e%3c/svg%3e"
    )
    assert b"#fff" in base64.b64decode(
        scrubbed(REWRITER, image(coloured)).partition(b";base64,")[2].partition(b'"')[0]
    )


def test_letters_around_a_drawing_stay() -> None:
    """In letters links may stand, and no shapes; definitions of nothing go, the text behind them does not."""
    clean = scrubbed(
        TestSvg.rewriter,
        svg(b"<text>a<rect width='4'/>b<tspan>c</tspan><path d='M0 0'/>d<a>e</a><defs/>f</text>"),
    )
    assert b"<text>ab<tspan>c</tspan>d<a>e</a>f</text>" in clean
    named = svg(b"<text>a<path id='p' d='M0 0h4'/><textPath href='#p'>b</textPath></text>")
    assert b"<path" in scrubbed(TestSvg.rewriter, named)


def test_words_around_an_address_go_with_it() -> None:
    """An address that goes may have hidden that a value means nothing."""
    clean = scrubbed(REWRITER, svg(b'<g height="CANARY url(a--b)" width="4"/>'))
    assert b'<g height="?" width="4"/>' in clean
    assert scrubbed(REWRITER, clean) == clean


def test_an_address_that_hid_where_a_rule_ends() -> None:
    style = b'<style>@namespace CANARY url(http://="<style>@namespace CANARY url(http://CANARY/);</style>'
    clean = scrubbed(REWRITER, svg(style + b'<g width="4"/>CANARY/);</style>'))
    assert fx.CANARY not in clean
    assert scrubbed(REWRITER, clean) == clean
