"""Formats that are written anew as a whole, one rewriter each behind the interface in `base`. Imported only where one is met."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from audit.rewriters.base import Rewriter

# The module of each, by the name that `audit.formats.sniff` gives the format.
_MODULES: Final = {
    "SVG": "svg",
    "PDF": "pdf",
    "MP3": "mp3",
    "FLAC": "flac",
    "Ogg": "ogg",
    "WAV": "wav",
    "AIFF": "aiff",
}
NAMES: Final = tuple(_MODULES)


@cache
def rewriter(name: str) -> Rewriter | None:
    """The rewriter of the format that is called so, or None."""
    if name not in _MODULES:
        return None
    found: Rewriter = import_module(f"audit.rewriters.{_MODULES[name]}").REWRITER
    return found
