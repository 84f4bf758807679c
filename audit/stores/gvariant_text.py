"""GVariant values as people write them: in dconf's key files, and in overrides of schemas.

Grammar: docs.gtk.org/glib/gvariant-text-format.html. Values come out as from `audit.stores.gvariant`: tuples and arrays as lists,
dictionaries as lists of pairs, "nothing" as None, a byte string as numbers with a zero at its end.
"""

from __future__ import annotations

import re
from typing import Any

from audit.stores import ParseError

_LONGEST = 1 << 17
_DEEPEST = 24
_WORDS = {"true": True, "false": False, "nothing": None, "inf": float("inf"), "nan": float("nan")}
_TYPES = frozenset(
    ["boolean", "byte", "int16", "uint16", "int32", "uint32", "handle", "int64", "uint64", "double", "string", "objectpath",
     "signature", "just"]
)  # fmt: skip
_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": ""}
_ESCAPE = re.compile(r"\\(?:(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([^uU]))", re.DOTALL)
_OCTAL = re.compile(r"\\([0-7]{1,3})")
_TOKEN = re.compile(
    r"""\s*(?:(?P<type>@[a-z{}()]{1,255})(?=\s)
    |(?P<bytes>b(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>[-+]?(?:0[xX][0-9a-fA-F]{1,16}|\d[\d.]{0,40}(?:[eE][-+]?\d{1,3})?|\.\d{1,40}|inf\b))|(?P<word>[a-z]\w{0,15})|(?P<sign>[][(){}<>,:]))""",
    re.VERBOSE | re.DOTALL,
)


def value(text: str) -> Any:
    """Read one value. Raises ParseError."""
    if len(text) > _LONGEST:
        raise ParseError("a value of an unknown type")
    reader = _Reader(text.rstrip())
    found = reader.value(_DEEPEST)
    if reader.place != len(reader.text):
        raise ParseError("a value of an unknown type")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def token(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.place)
        if found is None or found.lastgroup is None:
            raise ParseError("a value of an unknown type")
        self.place = found.end()
        return found.lastgroup, found[found.lastgroup]

    def value(self, depth: int) -> Any:
        if depth < 0:
            raise ParseError("values nested too deeply")
        kind, word = self.token()
        while kind == "type" or (kind == "word" and word in _TYPES):
            kind, word = self.token()
        if kind == "word" and word in _WORDS:
            return _WORDS[word]
        if kind == "number":
            return _number(word)
        if kind in ("text", "bytes"):
            return _quoted(kind, word)
        if kind == "sign" and word in "[({<":
            return self.group(word, depth)
        raise ParseError("a value of an unknown type")

    def group(self, start: str, depth: int) -> Any:
        stop = {"[": "]", "(": ")", "{": "}", "<": ">"}[start]
        found: list[Any] = []
        while not self.ends(stop):
            found.append(self.value(depth - 1))
            if start == "{":
                self.expect((":", ","))
                found[-1] = [found[-1], self.value(depth - 1)]
            if not self.ends(stop, keep=True):
                self.expect((",",))
        if start == "<" and len(found) != 1:
            raise ParseError("a value of an unknown type")
        return found[0] if start == "<" else found

    def ends(self, stop: str, *, keep: bool = False) -> bool:
        """Whether the sign that closes comes next; it is passed over, unless kept."""
        at = self.place
        while at < len(self.text) and self.text[at].isspace():
            at += 1
        if self.text[at : at + 1] != stop:
            return False
        if not keep:
            self.place = at + 1
        return True

    def expect(self, signs: tuple[str, ...]) -> None:
        if self.token()[1] not in signs:
            raise ParseError("a value of an unknown type")


def _number(word: str) -> int | float:
    try:
        if re.fullmatch(r"[-+]?0[xX][0-9a-fA-F]+", word):
            return int(word, 16)
        return int(word) if re.fullmatch(r"[-+]?\d+", word) else float(word)
    except ValueError as error:
        raise ParseError("a value of an unknown type") from error


def _quoted(kind: str, word: str) -> Any:
    """A text, or the numbers of a byte string. Escapes as in C; an unknown one stands for itself."""
    if re.search(r"(?<!\\)(?:\\\\)*\\(?:u(?![0-9a-fA-F]{4})|U(?![0-9a-fA-F]{8}))", word):
        raise ParseError("a text without an end")
    if kind == "text":
        return _ESCAPE.sub(_escaped, word[1:-1])
    plain = _OCTAL.sub(lambda found: chr(int(found[1], 8) & 0xFF), word[2:-1])
    return [*_ESCAPE.sub(_escaped, plain).encode("utf-8", "surrogateescape"), 0]


def _escaped(found: re.Match[str]) -> str:
    if found[2]:
        return _NAMED.get(found[2], found[2])
    try:
        return chr(int(found[1][1:], 16))
    except (ValueError, OverflowError) as error:
        raise ParseError("a text without an end") from error
