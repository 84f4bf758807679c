"""Style sheets in an SVG picture: rules that fit nothing, and what nobody knows (CSS Syntax 3, 5; Media Queries 4; Selectors 4)."""

# ruff: noqa: SIM905 - a list of many names reads better as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from audit.rewriters.svg_names import ATTRIBUTES, SVG, XHTML, XLINK, XML, XML_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

# What the names of CSS' properties are made of (the index of CSS 2024, and those that were there before).
_WORDS: Final = frozenset(
    (
        "accelerator accent action additive adjust after align alignment all alt alternates anchor animation app appearance "
        "area areas arrow as ascent asian aspect attachment audio auto autospace axis azimuth backdrop backface background "
        "balance base baseline basis before behavior bidi blend blink block bookmark border bottom boundary box break buffered "
        "caps caption caret cells chains change char character chars clamp class clear clip collapse color colors column "
        "columns combine composite composition contain container content continue coordinate corner count counter cross cue "
        "cursor cx cy d dark darkshadow dash dashadjust dasharray dashcorner dashoffset decoration defer delay depth descent "
        "destination direction display distance dominant down duration during dynamic east edge effect elevation ellipsis emoji "
        "emphasis empty enable end epub events exit face fallback fallbacks family feature field fill filter filters fit flex "
        "float flood flow font footnote forced format fragment from function gap glyph grid group grow gutter hanging header "
        "height highlight horizontal hyphenate hyphens image ime increment indent index inherits initial ink inline input "
        "insert inset inside interactivity interpolate interpolation into intrinsic isolation item items iteration justify "
        "kashida kerning knockout label language last layout left letter level ligatures light lighting limit line linecap "
        "linejoin lines list margin marker marks mask math max merge mid min miterlimit mix mode motion name nav navigation "
        "negative none numeral numeric object offset opacity optical options order orientation origin orphans outline outset "
        "outside overflow overhang overlay overline override overscroll pack pad padding page paint palette path pattern pause "
        "pen perspective pitch place play pointer points policy position prefix print profile progression property punctuation "
        "quotes r radius range rate ratio reading reference region rendering repeat reset resize resolution rest richness right "
        "rotate rotation round row rows ruby rule running rx ry scale scheme schemes scope scroll scrollbar scrollbar3d "
        "scrollbar3dlight security segment select self set settings shadow shape shift shrink side size sizing skin skip slack "
        "slice slider small snap solid source space spaces spacing span spatial speak speech src start state step stop stress "
        "stretch string stroke style suffix supported symbols syntax synthesis system tab table target template text thickness "
        "threshold through timeline timing top touch track transform transition translate trigger trim try type types uc "
        "underline unicode up upright user value variant variation vector vertical view viewport visibility voice volume weight "
        "white widows width will word wrap writing x y z zone zoom"
    ).split()
)
_MAKERS: Final = re.compile(r"-(?:webkit|moz|ms|o|khtml|apple|epub)-")
_HIDDEN: Final = re.compile(r"""\"[^"]*"|'[^']*'|\burl\([^()]*\)""", re.IGNORECASE)
_MASK: Final = re.compile("\0([0-9]+)\0")
_RULE: Final = re.compile(r"([^{};]*)\{([^{}]*)\}")
_MEDIA: Final = re.compile(r"(@media\b)([^{};]*)(?=\{)", re.IGNORECASE)
_CHARSET: Final = re.compile(r"@charset\b[^{};]*;?", re.IGNORECASE)
_NAMESPACE: Final = re.compile(
    r"""@namespace\b\s*([\w-]*)\s*(?:url\(\s*["']?([^"'()]*?)["']?\s*\)|"([^"]*)"|'([^']*)')\s*;?""",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"[.#](-?[A-Za-z_\u0080-\U0010ffff][\w-]*)")
_ODD: Final = frozenset("\\([|")
_SPACES: Final = frozenset((SVG, XHTML, XLINK, XML))
_KINDS: Final = frozenset(  # Media Queries 4 and 5
    "all print screen speech and not only or min max width height aspect ratio orientation portrait landscape resolution scan grid "
    "update overflow block inline color index monochrome inverted gamut prefers scheme light dark reduced motion contrast more less "
    "no preference data transparency hover none pointer coarse fine any device display mode px em rem dpi dpcm dppx srgb p3 "
    "webkit moz pixel transform 3d high active".split()
)
_NOBODY: Final = " not all"


def is_property(name: str) -> bool:
    """Whether it is one of CSS, or could be one of a browser."""
    plain = _MAKERS.sub("", name.strip().lower(), count=1)
    return plain in ATTRIBUTES or plain.startswith("--") or _WORDS.issuperset(plain.split("-"))


def is_media(said: str) -> bool:
    """Whether these are media that there are, so that somebody may see it."""
    return _KINDS.issuperset(re.findall(r"[a-z_]\w*", said.lower()))


def named(style: str, gone: Callable[[str, str], None]) -> str:
    """Namespaces by their own addresses, which nobody loads; others, and the name of a set of letters, go."""

    def told(found: re.Match[str]) -> str:
        address = next((each for each in found.groups()[1:] if each is not None), "")
        if address in _SPACES:
            return f'@namespace {found[1]}{" " * bool(found[1])}"{address}";'
        gone("namespace", found[0])
        return ""

    return _CHARSET.sub("", _NAMESPACE.sub(told, style))


def ruled(tree: Element) -> Iterator[str]:
    """Take away rules for names and classes that nothing here has, and declarations of what nobody knows; gives what went."""
    names: set[str] = set()
    sheets: list[Element] = []
    generated = False
    for element in tree.iter():
        names.update((element.get("class") or "").split())
        names.update(filter(None, (element.get("id"), element.get(XML_ID))))
        generated |= element.tag.startswith(f"{{{XHTML}}}")
        if element.tag == f"{{{SVG}}}style" and element.text and "\\" not in element.text:
            sheets.append(element)
    for sheet in sheets:
        left: list[str] = []
        made = _ruled(sheet.text or "", names, left, generated=generated)
        if left:
            sheet.text = made
            yield from left


def _ruled(style: str, names: set[str], gone: list[str], *, generated: bool) -> str:
    hidden = _HIDDEN.findall(style)
    count = iter(range(len(hidden)))
    masked = _HIDDEN.sub(lambda _: f"\0{next(count)}\0", style)
    if not {'"', "'"}.isdisjoint(masked):
        return style

    def shown(text: str) -> str:
        return _MASK.sub(lambda found: hidden[int(found[1])], text)

    def rule(found: re.Match[str]) -> str:
        before, body = found[1], found[2]
        if before.strip().startswith("@"):
            return found[0]
        fitting = [each for each in before.split(",") if _fits(each, names)]
        if not fitting or not body.strip():
            gone.append(shown(found[0]).strip())
            return ""
        known = [each for each in body.split(";") if not each.strip() or _is_known(each, generated=generated)]
        if len(fitting) == before.count(",") + 1 and len(known) == body.count(";") + 1:
            return found[0]
        gone.append(shown(found[0]).strip())
        return f"{','.join(fitting)}{{{';'.join(known)}}}"

    def media(found: re.Match[str]) -> str:
        if found[2] == _NOBODY or is_media(found[2]):
            return found[0]
        gone.append(shown(found[0]))
        return found[1] + _NOBODY

    return shown(_MEDIA.sub(media, _RULE.sub(rule, masked)))


def _fits(selector: str, names: set[str]) -> bool:
    """Whether something may be called so; of unusual ones it is not asked."""
    return not _ODD.isdisjoint(selector) or names.issuperset(_NAMED.findall(selector))


def _is_known(declaration: str, *, generated: bool) -> bool:
    name = declaration.partition(":")[0].strip().lower()
    return is_property(name) and (generated or name != "content")
