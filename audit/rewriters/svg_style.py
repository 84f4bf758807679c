"""Style sheets (CSS) in an SVG picture: what they load from elsewhere goes, and so do comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.formats.base import UnsupportedError
from audit.rewriters import svg_rules

if TYPE_CHECKING:
    from collections.abc import Callable

NOWHERE: Final = "#-"  # in place of an address: nothing is called so, as if it could not be reached
_TURNS: Final = 4  # an address that goes may have hidden where a rule ends
_COMMENT: Final = re.compile(r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|/\*.*?(?:\*/|\Z)""", re.DOTALL)
_IMPORT: Final = re.compile(
    r"""@import\b\s*(?:url\(\s*(?:"[^"]*"|'[^']*'|[^)]*)\s*\)|"[^"]*"|'[^']*')?[^;{}]*;?""", re.IGNORECASE
)
_URL: Final = re.compile(r"""\burl\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*))\s*\)?""", re.IGNORECASE)
_EDITOR: Final = re.compile(r"(?<![\w-])(?:-inkscape|-sodipodi|mso)-[\w-]*\s*:[^;{}]*;?", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"""(?<![\w-])--[\w-]+\s*:(?:"[^"]*"|'[^']*'|[^;{}"'])*;?""")
_ESCAPE: Final = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_LOADS: Final = re.compile(r"@import|\burl\(|\bimage(?:-set)?\(|\bsrc\(|\bcross-fade\(", re.IGNORECASE)
_OTHER: Final = re.compile(r"\bimage(?:-set)?\(|\bsrc\(|\bcross-fade\(", re.IGNORECASE)


def loads(style: str) -> bool:
    """Whether a text could name something to load, however it is written."""
    return "\\" in style or _LOADS.search(style) is not None


def cleaned(
    style: str,
    address: Callable[[str], str],
    gone: Callable[[str, str], None],
    *,
    variables: bool = True,
) -> str:
    """The style sheet without comments and imports, with each address as `address` gives it back.

    Values with a name of their own ("--name") stay only if `variables` are asked for somewhere.
    `gone` is told what was left out, and a sample of it. Raises UnsupportedError for what cannot be told apart.
    """
    for _ in range(_TURNS):
        found = _without(style, gone, variables=variables)
        style = _URL.sub(lambda match: _replaced(match, address), found)
        if style == found:
            break
    return style


def _without(style: str, gone: Callable[[str, str], None], *, variables: bool) -> str:
    found = _COMMENT.sub(lambda match: match[0] if match[0][0] in "\"'" else _left_out(match[0], gone), style)
    _plain(found)
    found = svg_rules.named(found, gone)
    unasked = () if variables else ((_VARIABLE, "value that nothing asks for"),)
    for pattern, name in ((_IMPORT, "import"), (_EDITOR, "editor's property"), *unasked):
        for match in pattern.finditer(found):
            gone(name, match[0])
        found = pattern.sub("", found)
    return found


def _left_out(comment: str, gone: Callable[[str, str], None]) -> str:
    gone("comment", comment)
    return " "


def _replaced(match: re.Match[str], address: Callable[[str], str]) -> str:
    target = next((group for group in match.groups() if group is not None), "").strip()
    new = address(target)
    return match[0] if new == target else f'url("{_quoted(new)}")'


def _quoted(address: str) -> str:
    return address.replace('"', "%22")


def _plain(style: str) -> None:
    """CSS Syntax 3, 4.3.7: any letter may be written as an escape; one that hides what is loaded is not told apart here."""
    if "\\" in style:
        plain = _ESCAPE.sub(_unescaped, style)
        if len(_LOADS.findall(plain)) != len(_LOADS.findall(style)):
            raise UnsupportedError(0, "a style sheet written in escapes")
    if _OTHER.search(style):
        raise UnsupportedError(0, "a style sheet that names pictures in an unusual way")


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    number = int(match[1], 16)
    return chr(number) if 0 < number < 0x110000 else "\ufffd"
