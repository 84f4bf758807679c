"""Xfce's settings: one XML file for each channel, below `xfce4/xfconf/xfce-perchannel-xml`.

Nested `<property name= type= value=>`, as xfconfd 4.18 writes them; a property without a value is only a folder. Of several
files of a channel a person's own goes before the system's (docs.xfce.org, xfconf).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.stores import ParseError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FOLDER = "xfce4/xfconf/xfce-perchannel-xml"
_DEEPEST = 32
_MOST = 10_000


def parse(data: bytes) -> dict[str, str]:
    """Path (`/lock/enabled`) → value as written. Raises ParseError."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError as XmlError
    from defusedxml.ElementTree import fromstring

    try:
        top = fromstring(data)
    except (XmlError, DefusedXmlException, ValueError, LookupError) as error:
        raise ParseError("not the settings of Xfce") from error
    if top.tag != "channel":
        raise ParseError("not the settings of Xfce")
    found: dict[str, str] = {}
    waiting: list[tuple[str, Element, int]] = [("", top, 0)]
    while waiting:
        path, element, depth = waiting.pop()
        for each in element.findall("property") if depth < _DEEPEST else ():
            here = f"{path}/{each.get('name', '')}"
            value = each.get("value")
            if value is not None:
                found[here] = value
            if len(found) > _MOST:
                raise ParseError("too many entries")
            waiting.append((here, each, depth + 1))
    return found
