"""Bytes from metadata as text for people: bounded, never raising, not yet safe to print."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 1000  # characters of a tag's value
SHORT: Final = 200  # bytes of nearly every text


def clip(text: str) -> str:
    """Without surrounding blanks and NULs, at most LONGEST characters."""
    text = text[: 4 * LONGEST].strip("\0 \t\r\n")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def decoded(raw: bytes) -> str:
    """UTF-8 where it is, else Latin-1, which knows every byte; the field ends at trailing NULs."""
    if len(raw) <= SHORT and raw.isascii():
        return raw.decode("ascii").strip("\0 \t\r\n")
    raw = raw[: 4 * LONGEST]
    try:
        return clip(raw.decode())
    except UnicodeDecodeError as error:
        if error.start >= 4 * LONGEST - 4:
            return clip(raw[: error.start].decode())
        return clip(raw.decode("latin-1"))


# The line of settings that AUTOMATIC1111 and its kin write, and the flags and number that Midjourney does.
_PROMPT: Final = (  # compiled when the first comment is met
    r"\bSteps: \d+, Sampler: |\bJob ID: [0-9a-f]{8}-|(?:^|\s)--(?:ar \d+:\d+|v \d)(?:\s|$)"
)


def is_prompt(text: str) -> bool:
    """Whether a comment is what somebody asked of a program that makes pictures."""
    return re.search(_PROMPT, text) is not None
