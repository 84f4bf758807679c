"""Firefox's settings as text: `prefs.js`, which it writes itself, and `user.js`, which somebody wrote and which goes before it.

modules/libpref/parser: one `user_pref("name", value);` on a line; values are true, false, a whole number or a text in quotes with
backslash escapes. Seen in Firefox 153.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from audit.stores import ParseError

Value = bool | int | str
_LINE = re.compile(
    r"""^[ \t]*(?:user_pref|sticky_pref|pref)\([ \t]*(["'])([\w.@{}-]{1,300})\1[ \t]*,[ \t]*"""
    r"""(true|false|[-+]?\d{1,12}|"(?:[^"\\\n]|\\.){0,20000}"|'(?:[^'\\\n]|\\.){0,20000}')[ \t]*\)[ \t]*;""",
    re.MULTILINE,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "r": "\r", "t": "\t"}


def parse(data: bytes, start: str = "") -> Mapping[str, Value]:
    """The settings whose names begin with `start`; of several the last counts. Raises ParseError for what is no text."""
    if b"\0" in data:
        raise ParseError("not a text file")
    found: dict[str, Value] = {}
    for match in _LINE.finditer(data.decode("utf-8", "replace")):
        if match.group(2).startswith(start):
            found[match.group(2)] = _value(match.group(3))
    return found


def _value(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    if text[0] in "\"'":
        return _ESCAPE.sub(_character, text[1:-1])
    return int(text)


def _character(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    if code:
        letter = chr(int(code, 16))
        return "\ufffd" if "\ud800" <= letter <= "\udfff" else letter
    return _NAMED.get(match.group(3), match.group(3))
