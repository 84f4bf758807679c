"""Names of things in an SVG picture: those that something refers to stay, the others go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.rewriters.svg_names import SVG, XML_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_REFERRED: Final = re.compile(r"#([^\s\"'()<>,;{}]+)")
_DRAWN: Final = frozenset(
    f"{{{SVG}}}{name}"
    for name in (
        "a",
        "circle",
        "ellipse",
        "g",
        "image",
        "line",
        "path",
        "polygon",
        "polyline",
        "rect",
        "switch",
        "text",
        "use",
    )
)
_DEFINITIONS: Final = f"{{{SVG}}}defs"
_LETTERS: Final = frozenset(f"{{{SVG}}}{name}" for name in ("text", "textPath", "tspan"))
_SHAPES: Final = _DRAWN - frozenset(f"{{{SVG}}}{name}" for name in ("a", "g", "switch", "text"))
# SVG 2, 5 and 11: where nothing is drawn that stands there, but for these.
_SHOW_NONE: Final[dict[str, frozenset[str]]] = {
    _DEFINITIONS: frozenset(),
    **dict.fromkeys(_LETTERS, frozenset({f"{{{SVG}}}a"})),
    **dict.fromkeys(_SHAPES, frozenset()),
}
_CALLED_ONLY: Final = frozenset(
    f"{{{SVG}}}{name}"
    for name in (
        "clipPath",
        "filter",
        "hatch",
        "linearGradient",
        "marker",
        "mask",
        "pattern",
        "radialGradient",
        "symbol",
    )
)
_STARTED: Final = re.compile(r"([^\s;.]+)\.")  # begin="name.click"
_CALLED: Final = frozenset(("symbol", "view"))  # that other files and addresses refer to: picture collections


def tidy(tree: Element) -> Iterator[str]:
    """Take away names and classes that nothing here refers to; gives those that went."""
    style = "\n".join(element.text or "" for element in tree.iter() if element.tag.endswith("}style"))
    used = _used(tree, style)
    by_attribute = "[" in style
    for element in tree.iter():
        name = element.tag.rpartition("}")[2]
        for key in ("id", XML_ID):
            value = element.get(key)
            if value is not None and value not in used and not by_attribute and name not in _CALLED:
                del element.attrib[key]
                yield value
        value = element.get("class")
        if value is not None and not by_attribute:
            yield from _classes(element, value, style)


def unused(tree: Element) -> Iterator[str]:
    """Take away what has no name, and is shown only where something calls it. Gives the words in it."""
    for place in tree.iter():
        for child in list(place):
            if child.tag in _CALLED_ONLY and not any(_lives(one) for one in child.iter()):
                place.remove(child)
                yield "".join(child.itertext()).strip() or child.tag.rpartition("}")[2]
    yield from _hidden(tree)
    for place in tree.iter():
        for child in list(place):
            if child.tag == _DEFINITIONS and not len(child) and not _lives(child):
                _leave_out(place, child)
                yield "defs"


def _hidden(tree: Element) -> Iterator[str]:
    """Drawings where nothing is drawn."""
    for place in tree.iter():
        if place.tag in _SHOW_NONE:
            for child in list(place):
                if child.tag in _DRAWN - _SHOW_NONE[place.tag] and not any(map(_lives, child.iter())):
                    _leave_out(place, child)
                    yield "".join(child.itertext()).strip() or child.tag.rpartition("}")[2]


def _leave_out(place: Element, child: Element) -> None:
    """The text behind it stays."""
    at = list(place).index(child)
    before = place[at - 1] if at else None
    if before is None:
        place.text = _joined(place.text, child.tail)
    else:
        before.tail = _joined(before.tail, child.tail)
    place.remove(child)


def _joined(before: str | None, after: str | None) -> str | None:
    """Where both are nothing but space, one space says the same."""
    both = (before or "") + (after or "")
    return both if both.strip() else (before or after)


def _lives(element: Element) -> bool:
    """By its name something could refer to it; a style sheet is for the whole picture."""
    return element.get("id") is not None or element.get(XML_ID) is not None or element.tag.endswith("}style")


def _classes(element: Element, value: str, style: str) -> Iterator[str]:
    """A class with an escape in its name is written otherwise in the style sheet; then all stay."""
    kept = [each for each in value.split() if f".{each}" in style or "\\" in style]
    if kept == value.split():
        return
    if kept:
        element.set("class", " ".join(kept))
    else:
        del element.attrib["class"]
    yield from set(value.split()) - set(kept)


def _used(tree: Element, style: str) -> set[str]:
    from urllib.parse import unquote

    found = set(_REFERRED.findall(style.replace(".", " ").replace(":", " "))) | set(_REFERRED.findall(style))
    for element in tree.iter():
        for key, value in element.attrib.items():
            if key in {"id", XML_ID, "class"}:
                continue
            if "#" in value and not value.startswith("data:"):
                found.update(each for match in _REFERRED.findall(value) for each in (match, unquote(match)))
            if key in {"begin", "end"}:
                found.update(_STARTED.findall(value))
    return found
