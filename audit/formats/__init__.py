"""Formats of media: one walker each behind the interface in `base`, and the names of those that have none yet."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from audit.formats.sniff import HEAD, Medium, name_of

if TYPE_CHECKING:
    from audit.formats.base import Walker

# Module and name in it. Imported when a file is not of a format before it, the commonest first: start-up matters.
_WALKERS: Final = (
    ("jpeg", "WALKER"),
    ("png", "WALKER"),
    ("webp", "WALKER"),
    ("tiff", "WALKER"),
    ("heif", "WALKER"),
    ("heif", "AVIF"),
    ("mp4", "WALKER"),
    ("mp4", "MOV"),
    ("mp4", "M4A"),
    ("jxl", "WALKER"),
    ("gif", "WALKER"),
    ("bmp", "WALKER"),
    ("ico", "WALKER"),
    ("ani", "WALKER"),
    ("mkv", "WALKER"),
)


@cache
def _walker(module: str, name: str) -> Walker:
    walker: Walker = getattr(import_module(f"audit.formats.{module}"), name)
    return walker


def identify(head: bytes) -> Walker | None:
    """The walker for a file that starts with `head` (HEAD bytes are enough), or None."""
    return next((walker for place in _WALKERS if (walker := _walker(*place)).sniff(head)), None)


def __getattr__(name: str) -> Any:
    """`WALKERS`: all of them, which takes a while to import."""
    if name != "WALKERS":
        raise AttributeError(name)
    return tuple(_walker(*place) for place in _WALKERS)


__all__ = ["HEAD", "WALKERS", "Medium", "identify", "name_of"]
