"""Writing a cleaned SVG tree: one form for the same tree, whatever prefixes and spacing it was written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from audit.rewriters.svg_names import XLINK, XML

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_START: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_PREFIXES: Final = {XLINK: "xlink:", XML: "xml:"}


def written(root: Element) -> bytes:
    """UTF-8. Walks without recursion."""
    parts = [_START]
    linked = any(key.startswith(f"{{{XLINK}}}") for element in root.iter() for key in element.attrib)
    stack: list[tuple[Element, str] | str] = [(root, "")]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        element, outside = item
        space, _, name = element.tag[1:].partition("}")
        parts.append(f"<{name}")
        if space != outside:
            parts.append(f' xmlns="{space}"')
        if not outside and linked:
            parts.append(f' xmlns:xlink="{XLINK}"')
        parts += (f' {_qualified(key)}="{value.translate(_VALUE)}"' for key, value in element.attrib.items())
        tail = (element.tail or "").translate(_TEXT)
        if not len(element) and not element.text:
            parts.append(f"/>{tail}")
            continue
        parts.append(f">{(element.text or '').translate(_TEXT)}")
        stack.append(f"</{name}>{tail}")
        stack += ((child, space) for child in reversed(element))
    return "".join(parts).encode()


def _qualified(key: str) -> str:
    space, _, name = key.rpartition("}")
    return _PREFIXES[space[1:]] + name if space else name
