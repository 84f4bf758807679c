"""Words: the language they come in, and what makes text from a device safe to show.

The interface's sentences are English in the code and translated through gettext catalogues in `audit/locale`.
Rule pages are translated beside the rule (see `audit.pages`).
"""

from __future__ import annotations

import gettext as _gettext
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime


DOMAIN = "drawncurtain"
LOCALE_DIR = os.path.join(os.path.dirname(__file__), "locale")
ENGLISH = "en"
_WORLD = {"en": "en_150", "es": "es"}  # CLDR: English as written in Europe, day before month

_catalogue: _gettext.NullTranslations = _gettext.NullTranslations()
_language = ENGLISH


def languages() -> list[str]:
    """The languages that the interface speaks, as ISO 639 codes: those whose catalogue is compiled."""
    try:
        names = os.listdir(LOCALE_DIR)
    except OSError:
        names = []
    return sorted({ENGLISH, *(name for name in names if os.path.exists(_compiled(name)))})


def _compiled(code: str) -> str:
    return os.path.join(LOCALE_DIR, code, "LC_MESSAGES", f"{DOMAIN}.mo")


def language_of_environment(environ: Mapping[str, str]) -> str:
    """The language that the locale variables ask for (POSIX.1-2017, XBD 8.2), or English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(variable):
            code = re.split(r"[_.@-]", value)[0].lower()
            return code if code in languages() else ENGLISH
    return ENGLISH


def choose(code: str | None = None) -> str:
    """Speak `code`, or what the environment asks for, from now on; says which language it became."""
    global _catalogue, _language  # noqa: PLW0603 - one process speaks one language
    _language = code if code in languages() else language_of_environment(os.environ)
    _catalogue = _gettext.translation(DOMAIN, LOCALE_DIR, [_language], fallback=True)
    _gettext.bindtextdomain(DOMAIN, LOCALE_DIR)
    _gettext.textdomain(
        DOMAIN
    )  # click's own words ("Usage:") go through the standard library, see audit.vocabulary.click
    return _language


def language() -> str:
    """The language spoken now."""
    return _language


def gettext(message: str) -> str:
    return _catalogue.gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    return _catalogue.ngettext(one, many, count)


def noted(message: str) -> str:
    """Mark a message for translation where it is declared; it is translated where it is shown."""
    return message


_MONTHS = (
    noted("January"),
    noted("February"),
    noted("March"),
    noted("April"),
    noted("May"),
    noted("June"),
    noted("July"),
    noted("August"),
    noted("September"),
    noted("October"),
    noted("November"),
    noted("December"),
)


def day(when: date) -> str:
    """A day as people of the chosen language write it; as CLDR does, whose library takes long to load."""
    words = gettext("{day} {month} {year}")
    return words.format(day=when.day, month=gettext(_MONTHS[when.month - 1]), year=when.year)


def moment(when: datetime) -> str:
    """A day and a time of day, in the machine's time zone."""
    from babel.dates import format_time

    local = when.astimezone()
    return f"{day(local)}, {format_time(local, 'short', locale=_WORLD.get(_language, _language))}"


# C0, DEL and C1 controls, line and paragraph separators, direction marks, overrides and isolates (Unicode
# Bidirectional Algorithm, UAX #9, table 2), zero-width characters that hide text, tags, the BOM, lone surrogates.
_UNSAFE = (  # compiled when the first text comes that is not plain
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:  # PEP 383: a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return {10: "\\n", 13: "\\r", 9: "\\t"}.get(code, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def printable(text: str, limit: int = 400) -> str:
    """Text from a device, safe for a terminal or a page: controls made visible, and cut at `limit` characters."""
    shown = text[: limit + 1]
    if not (shown.isascii() and shown.isprintable()):
        shown = re.sub(_UNSAFE, _visible, shown)
    return shown if len(text) <= limit else shown[:limit] + "…"


def quoted(path: str) -> str:
    """A word for a shell command line. A leading `~/` stays outside the quotes, so that it still means home."""
    import shlex

    if path == "~":
        return path
    if path.startswith("~/"):
        return "~/" + shlex.quote(path[2:]) if path[2:] else path
    return shlex.quote(path)


LIST = " + "  # joins the words of a parameter that names several things; each is translated by itself
_CODE = r"(`[^`]*`)"
_PLACEHOLDER = r"\{([a-z][a-z0-9_]*)\}"


def placeholders(template: str) -> set[str]:
    return set(re.findall(_PLACEHOLDER, template))


def fill(template: str, params: Mapping[str, str]) -> str:
    """Put values into `{placeholders}`: made printable, and in `code` quoted for a shell.

    A value that is a word of ours ("camera") is translated. A placeholder without a value stays as it is.
    """

    def put(part: str) -> str:
        is_code = part.startswith("`")

        def value(match: re.Match[str]) -> str:
            if (known := params.get(match.group(1))) is None:
                return match.group()
            if is_code:
                return quoted(printable(known))
            return listed([printable(_own(word)) for word in known.split(LIST)])

        return re.sub(_PLACEHOLDER, value, part)

    return "".join(put(part) for part in re.split(_CODE, template))


def _own(word: str) -> str:
    """A word of ours in the chosen language; anything else, such as a name on the device, stays what it is."""
    from audit.vocabulary import VALUES

    return gettext(word) if word in VALUES else word


def listed(words: Sequence[str]) -> str:
    """Several things in one sentence: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return gettext("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])
