"""SVG (SVG 1.1 second edition, SVG 2): read as XML, and written anew with what showing the picture needs."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import Bytes, FormatError, Policy, Reveal, Tag, UnsupportedError
from audit.formats.words import clip
from audit.rewriters import svg_data, svg_style, svg_values
from audit.rewriters.base import MOST_TAGS, Cleaned, whole
from audit.rewriters.svg_ids import tidy, unused
from audit.rewriters.svg_names import (
    ATTRIBUTES,
    EDITORS,
    ELEMENTS,
    FORMS,
    HREF,
    HTML,
    HTML_ATTRIBUTES,
    SVG,
    TEXTUAL,
    XHTML,
    XML,
    XML_ID,
)
from audit.rewriters.svg_read import root
from audit.rewriters.svg_rules import ruled
from audit.rewriters.svg_write import written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from audit.formats.base import Piece, Reader

_MOST_ROUNDS: Final = 64  # in which what only an unseen part refers to is found
_MOST_NESTED: Final = 4  # drawings inside drawings
_TOLD: Final = {
    "title": Reveal.COMMENT,
    "desc": Reveal.COMMENT,
    "metadata": Reveal.OWNER,
    "inkscape": Reveal.SOFTWARE,
    "sodipodi": Reveal.SOFTWARE,
    "Dublin Core": Reveal.OWNER,
}
_DATES: Final = frozenset(  # Dublin Core, in its two name spaces
    (
        "{http://purl.org/dc/elements/1.1/}date",
        *(f"{{http://purl.org/dc/terms/}}{name}" for name in ("date", "created", "modified", "issued")),
    )
)
_MOVES: Final = frozenset(("to", "from", "by", "values"))  # attributes that give another attribute its values
_PACKED: Final = b"\x1f\x8b"  # RFC 1952, 2.3.1
_LINKS: Final = frozenset(("href", HREF, "src"))


class Drawing:
    """One picture being cleaned: the tree is changed in place, and what goes is noted."""

    def __init__(self, tree: Element, policy: Policy, depth: int = 0) -> None:
        self.gone: list[Tag] = []
        self._policy = policy
        self._depth = depth
        self._tree = tree
        self._variables = True  # whether some style asks for a value that has a name of its own

    def clean(self) -> None:
        if self._tree.tag != f"{{{SVG}}}svg":
            raise FormatError(0, "not an SVG")
        self._tree.tail = None
        self._variables = any(
            "var(" in text.lower() or "\\" in text
            for element in self._tree.iter()
            for text in (element.text or "", *element.attrib.values())
        )
        stack = [self._tree]
        while stack:
            element = stack.pop()
            self._element(element)
            stack += element
        for name in svg_values.results(self._tree):
            self._note("name", name, Reveal.UNKNOWN)
        for _ in range(_MOST_ROUNDS):
            for name in tidy(self._tree):
                self._note("name", name, Reveal.UNKNOWN)
            unseen, unfit = list(unused(self._tree)), list(ruled(self._tree))
            for text in unseen:
                self._note("drawing that nothing shows", text)
            for text in unfit:
                self._note("rule that fits nothing", text)
            if not unseen and not unfit:
                break

    def _note(self, name: str, value: str, reveals: Reveal | None = None) -> None:
        if len(self.gone) < MOST_TAGS:
            self.gone.append(Tag("SVG", name, clip(value), reveals or _TOLD.get(name, Reveal.UNKNOWN)))

    def _element(self, element: Element) -> None:
        self._attributes(element)
        space, _, name = element.tag[1:].partition("}")
        textual = name in TEXTUAL if space == SVG else True
        if name == "style":
            element.text = self._style("".join(element.itertext()))
            element[:] = []
        elif not textual:
            element.text = self._between(element.text)
        self._children(element, textual=textual)

    def _children(self, element: Element, *, textual: bool) -> None:
        kept: list[Element] = []
        for child in element:
            tail = child.tail if textual else self._between(child.tail)
            if self._needed(child):
                child.tail = tail
                kept.append(child)
            elif kept:
                kept[-1].tail = _joined(kept[-1].tail, tail, textual=textual)
            else:
                element.text = _joined(element.text, tail, textual=textual)
        if len(kept) < len(element):
            element[:] = kept

    def _needed(self, child: Element) -> bool:
        space, _, name = child.tag[1:].partition("}")
        if space == SVG and name in ELEMENTS and not _other_kind(name, child):
            return True
        if space == XHTML and name in HTML:
            return True
        told = EDITORS.get(space) or (name if space in {SVG, XHTML} else "unknown")
        self._note(told, " ".join(text for text in child.itertext() if text.strip())[:2000] or name)
        for inner in child.iter():
            if inner.tag in _DATES and (inner.text or "").strip():
                self._note("date", (inner.text or "").strip(), Reveal.TIME)
        return False

    def _between(self, text: str | None) -> str | None:
        """Text that is not shown: only that there is some space stays."""
        if not text:
            return None
        if text.strip():
            self._note("text that is not shown", text.strip(), Reveal.COMMENT)
        return "\n"

    def _attributes(self, element: Element) -> None:
        space, _, name = element.tag[1:].partition("}")
        known = ATTRIBUTES if space == SVG else HTML_ATTRIBUTES
        animates = element.get("attributeName") in {"href", "xlink:href"}
        kept: dict[str, str] = {}
        for key, said in element.attrib.items():
            value = self._said(element, key, said) if space == SVG else said
            if key in known or key in {HREF, XML_ID, f"{{{XML}}}space", f"{{{XML}}}lang"}:
                new = self._value(key, value, name, linking=key in _LINKS or (animates and key in _MOVES))
                if new is not None and new != value and space == SVG:
                    new = self._said(element, key, new)  # what an address hid
                if new is not None:
                    styled = key == "style" and space == SVG
                    kept[key] = svg_values.declared(new, self._note) if styled else new
            else:
                self._note(*_attribute(key, value))
        element.attrib.clear()
        element.attrib.update(kept)

    def _said(self, element: Element, key: str, value: str) -> str:
        new = svg_values.says(key, value)
        if key in _MOVES and (attribute := element.get("attributeName")):
            new = svg_values.moved(attribute, value)
        if new != value:
            self._note(key, value)
        return new

    def _value(self, key: str, value: str, element: str, *, linking: bool) -> str | None:
        if linking and element == "a":
            return self._link(value)
        if linking:
            values = [
                self._address(part.strip()) for part in (value.split(";") if key == "values" else [value])
            ]
            return ";".join(each for each in values if each != svg_style.NOWHERE) or None
        if key in {"class", "id", XML_ID}:
            return value
        if (expected := FORMS.get(key)) and not expected.fullmatch(value.strip()):
            self._note(*_attribute(key, value))
            return None
        return self._style(value) if svg_style.loads(value) or key == "style" else value

    def _style(self, text: str) -> str:
        return svg_style.cleaned(text, self._address, self._note, variables=self._variables)

    def _address(self, address: str) -> str:
        """Where to find something: inside this picture, or nowhere."""
        if address.startswith("#"):
            return address
        if address[:5].lower() == "data:":
            return svg_data.cleaned(address, self._policy, self._nested, self.gone.append)
        self._elsewhere(address)
        return svg_style.NOWHERE

    def _link(self, value: str) -> str | None:
        if value.startswith("#"):
            return value
        self._elsewhere(value)
        return None

    def _elsewhere(self, address: str) -> None:
        if address:
            self._note("loads from elsewhere", address)

    def _nested(self, data: bytes) -> bytes:
        if self._depth >= _MOST_NESTED:
            raise UnsupportedError(0, "parts nested too deeply")
        made, gone = _drawn(data, self._policy, self._depth + 1)
        self.gone += gone
        return made


def _other_kind(name: str, element: Element) -> bool:
    """A style sheet in another language, and what only one program can show (Illustrator's own copy of the picture)."""
    if name == "style":
        return element.get("type", "").strip().lower() not in {"", "text/css"}
    return name == "foreignObject" and bool(element.get("requiredExtensions", "").strip())


def _joined(before: str | None, after: str | None, *, textual: bool) -> str | None:
    joined = (before or "") + (after or "")
    return joined if textual else "\n" if joined else None


def _attribute(key: str, value: str) -> tuple[str, str]:
    space, _, name = key.rpartition("}")
    if space:
        return EDITORS.get(space[1:], "unknown"), f"{name}: {value}"
    if re.match(r"on[a-z]", name):
        return "script", f"{name}: {value}"
    return name, value


def _drawn(data: bytes, policy: Policy, depth: int = 0) -> tuple[bytes, list[Tag]]:
    drawing = Drawing(tree := root(data), policy, depth)
    drawing.clean()
    made = written(tree)
    if made != data and not drawing.gone and _COMMENTED.search(data):
        drawing.gone.append(Tag("SVG", "comment", clip(_comments(data)), Reveal.COMMENT))
    return made, drawing.gone


_COMMENTED: Final = re.compile(rb"<!--|<\?(?!xml\s)|<!DOCTYPE")


def _comments(data: bytes) -> str:
    found = _COMMENTED.search(data)
    return data[found.start() : found.start() + 1000].decode("utf-8", "replace") if found else ""


class Svg:
    name = "SVG"
    extensions: Sequence[str] = (".svg", ".svgz")
    medium = "picture"
    extra = ""

    def reveals(self, reader: Reader) -> list[Tag]:
        return list(self._cleaned(reader, Policy()).gone[:MOST_TAGS])

    def rewrite(self, reader: Reader, policy: Policy) -> Sequence[Piece]:
        return self._cleaned(reader, policy).pieces

    def _cleaned(self, reader: Reader, policy: Policy) -> Cleaned:
        data = whole(reader)
        if data[:2] != _PACKED:
            made, gone = _drawn(data, policy)
        else:
            made, gone = _drawn(svg_data.inflated(data), policy)
            made = gzip.compress(made, mtime=0)
            if made != data and not gone:
                gone.append(Tag("SVG", "gzip", f"{len(data)} bytes", Reveal.UNKNOWN))
        return Cleaned([Bytes(made, "SVG")], gone)


REWRITER: Final = Svg()
