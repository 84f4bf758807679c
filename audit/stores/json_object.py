"""JSON files that hold one object: strictly, and as Chromium reads what people write by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from audit.stores import ParseError

# Each alternative takes what it begins with to its end, so that hostile text is read once.
_COMMENT = re.compile(r'"(?:\\.?|[^"\\])*+(?:"|\Z)|//[^\r\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_COMMA = re.compile(r'"(?:\\.?|[^"\\])*+(?:"|\Z)|,(?=[ \t\r\n]*+[}\]])', re.DOTALL)


def read(data: bytes, refusal: str) -> Mapping[str, Any]:
    """The object that a JSON file holds. Raises ParseError, with `refusal` as its words."""
    try:
        return _object(json.loads(data), refusal)
    except (ValueError, RecursionError) as error:
        raise ParseError(refusal) from error


def read_relaxed(data: bytes, refusal: str) -> Mapping[str, Any]:
    """The same, with comments and commas before a closing bracket, which Chromium 156 was seen to take in its policies."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return read(_plain(data, refusal), refusal)
    return _object(found, refusal)


def _object(found: Any, refusal: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise ParseError(refusal)
    return found


def _plain(data: bytes, refusal: str) -> bytes:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(refusal) from error
    for pattern, instead in ((_COMMENT, " "), (_COMMA, "")):
        text = pattern.sub(lambda match, instead=instead: match[0] if match[0][0] == '"' else instead, text)  # type: ignore[misc]
    return text.encode("utf-8", "surrogatepass")
