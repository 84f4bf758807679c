"""OpenSSH's settings: `Keyword argument …` lines, as ssh_config(5) and sshd_config(5) describe them.

Keywords count without case; keyword and arguments are parted by blanks or one `=`; arguments may be quoted; `#` starts
a comment line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from audit.stores import ParseError

MOST_LINES = 20_000
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_LINE = re.compile(r"(?P<keyword>[A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(?P<rest>.*)")


class Directive(NamedTuple):
    """One line. `keyword` in small letters."""

    keyword: str
    words: tuple[str, ...]


def parse(data: bytes) -> list[Directive]:
    """Every line that says something, in order. Raises ParseError."""
    if b"\0" in data:
        raise ParseError("not a text file")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > MOST_LINES:
        raise ParseError("too many entries")
    found = []
    for line in lines:
        text = line.strip()
        if text and text[0] != "#" and (match := _LINE.fullmatch(text)):
            words = tuple(_words(match["rest"]))
            found.append(Directive(match["keyword"].lower(), words))
    return found


def _words(text: str) -> list[str]:
    """Arguments; what follows a `#` that starts one is a comment (OpenSSH 8.5 and later)."""
    words = []
    for quoted, plain in _WORD.findall(text):
        if plain.startswith("#"):
            break
        words.append(plain or re.sub(r"\\(.)", r"\1", quoted))
    return words
